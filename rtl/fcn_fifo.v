// SPDX-License-Identifier: Apache-2.0
//
// fcn_fifo: a small synchronous FIFO.
//
// The memory is read without a clock, so that it becomes LUT RAM and a word that was written in
// cycle t can leave in cycle t + 1.  A full FIFO does not accept a word in the cycle in which one
// leaves: wr_ready_o depends on registers alone.
//
// WIDTH       bits of a word
// DEPTH_LOG2  base-2 logarithm of the number of words, at least 1
`default_nettype none

module fcn_fifo #(
    parameter integer WIDTH = 8,
    parameter integer DEPTH_LOG2 = 2
) (
    input  wire                clk_i,
    input  wire                rst_i,       // empties the FIFO
    // Write side: a word enters when wr_valid_i and wr_ready_o are high.
    input  wire                wr_valid_i,
    output wire                wr_ready_o,
    input  wire [WIDTH-1:0]    wr_data_i,
    // Read side: a word leaves when rd_valid_o and rd_ready_i are high.
    output wire                rd_valid_o,
    input  wire                rd_ready_i,
    output wire [WIDTH-1:0]    rd_data_o,
    output wire [DEPTH_LOG2:0] count_o      // words inside
);

    reg [WIDTH-1:0] mem[0:(1<<DEPTH_LOG2)-1];
    // One bit more than an address: full and empty differ in the top bit.
    reg [DEPTH_LOG2:0] wr_ptr_q;
    reg [DEPTH_LOG2:0] rd_ptr_q;

    wire wr_take = wr_valid_i && wr_ready_o;
    wire rd_take = rd_valid_o && rd_ready_i;

    always @(posedge clk_i)
        if (rst_i) wr_ptr_q <= {DEPTH_LOG2 + 1{1'b0}};
        else if (wr_take) wr_ptr_q <= wr_ptr_q + 1'b1;

    always @(posedge clk_i)
        if (rst_i) rd_ptr_q <= {DEPTH_LOG2 + 1{1'b0}};
        else if (rd_take) rd_ptr_q <= rd_ptr_q + 1'b1;

    always @(posedge clk_i) if (wr_take) mem[wr_ptr_q[DEPTH_LOG2-1:0]] <= wr_data_i;

    assign count_o    = wr_ptr_q - rd_ptr_q;
    // Full and empty without the subtraction, whose carries would take longer than comparing.
    assign wr_ready_o = wr_ptr_q != (rd_ptr_q ^ {1'b1, {DEPTH_LOG2{1'b0}}});
    assign rd_valid_o = wr_ptr_q != rd_ptr_q;
    assign rd_data_o  = mem[rd_ptr_q[DEPTH_LOG2-1:0]];

`ifdef FORMAL
    // Proved for any reset behaviour by induction; the first cycle is a reset.
    reg f_started = 1'b0;
    always @(posedge clk_i) f_started <= 1'b1;
    always @(*) if (!f_started) assume (rst_i);

    // 1. There are never more than 2^DEPTH_LOG2 words inside, nor fewer than none.
    always @(posedge clk_i)
        if (f_started) assert (count_o <= (1 << DEPTH_LOG2));

    // 2. Two words that enter one behind the other leave in that order, unchanged.  The position
    //    of the first (a pointer value) and both words are arbitrary.
    (* anyconst *) reg [DEPTH_LOG2:0] f_pos_a;
    (* anyconst *) reg [WIDTH-1:0] f_word_a;
    (* anyconst *) reg [WIDTH-1:0] f_word_b;
    wire [DEPTH_LOG2:0] f_pos_b = f_pos_a + 1'b1;
    wire [DEPTH_LOG2:0] f_dist_a = f_pos_a - rd_ptr_q;
    wire [DEPTH_LOG2:0] f_dist_b = f_pos_b - rd_ptr_q;
    wire f_inside_a = f_dist_a < count_o;
    wire f_inside_b = f_dist_b < count_o;
    reg f_has_a = 1'b0;     // word a was written to its position and has not left
    reg f_has_b = 1'b0;     // word b was written behind it, likewise

    wire f_wr_a = wr_take && wr_ptr_q == f_pos_a && wr_data_i == f_word_a;
    wire f_wr_b = wr_take && wr_ptr_q == f_pos_b && wr_data_i == f_word_b;
    wire f_rd_a = rd_take && rd_ptr_q == f_pos_a;
    wire f_rd_b = rd_take && rd_ptr_q == f_pos_b;

    always @(posedge clk_i) f_has_a <= !rst_i && (f_wr_a || (f_has_a && !f_rd_a));
    always @(posedge clk_i) f_has_b <= !rst_i && ((f_wr_b && f_has_a) || (f_has_b && !f_rd_b));

    always @(posedge clk_i)
        if (f_started && f_has_a) begin
            assert (f_inside_a);
            assert (mem[f_pos_a[DEPTH_LOG2-1:0]] == f_word_a);
            if (f_rd_a) assert (rd_data_o == f_word_a);
        end
    always @(posedge clk_i)
        if (f_started && f_has_b) begin
            assert (f_inside_b);
            assert (mem[f_pos_b[DEPTH_LOG2-1:0]] == f_word_b);
            if (f_rd_b) assert (!f_has_a && rd_data_o == f_word_b);
        end

    // 3. Covered: the FIFO fills, and the two words pass through it.
    reg f_was_full = 1'b0;
    always @(posedge clk_i) f_was_full <= !rst_i && (f_was_full || !wr_ready_o);
    always @(posedge clk_i) cover (f_was_full && f_has_b && f_rd_b && f_word_a != f_word_b);
`endif

endmodule

`default_nettype wire
