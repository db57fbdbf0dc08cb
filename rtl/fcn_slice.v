// SPDX-License-Identifier: Apache-2.0
//
// fcn_slice: a FIFO of two words in registers, to cut long paths: all outputs come from registers, wr_ready_o
// too, and a word still moves in every cycle.
//
// WIDTH  bits of a word
`default_nettype none

module fcn_slice #(
    parameter integer WIDTH = 8
) (
    input  wire             clk_i,
    input  wire             rst_i,          // empties it
    // Write side: a word enters when wr_valid_i and wr_ready_o are high.
    input  wire             wr_valid_i,
    output wire             wr_ready_o,
    input  wire [WIDTH-1:0] wr_data_i,
    // Read side: a word leaves when rd_valid_o and rd_ready_i are high; a cycle later at the earliest.
    output wire             rd_valid_o,
    input  wire             rd_ready_i,
    output wire [WIDTH-1:0] rd_data_o
);

    reg             valid_q;        // the word at the output
    reg [WIDTH-1:0] data_q;
    reg             room_q;         // nothing is parked behind it
    reg [WIDTH-1:0] parked_q;

    wire free = rd_ready_i || !valid_q;

    always @(posedge clk_i)
        if (rst_i) valid_q <= 1'b0;
        else if (free) valid_q <= wr_valid_i || !room_q;

    always @(posedge clk_i)
        if (rst_i) room_q <= 1'b1;
        else if (free) room_q <= 1'b1;
        else if (wr_valid_i) room_q <= 1'b0;

    always @(posedge clk_i)
        if (free && (wr_valid_i || !room_q)) data_q <= room_q ? wr_data_i : parked_q;

    // Whatever stands at the input while there is room: it is only used when it had to be parked.
    always @(posedge clk_i) if (wr_valid_i && room_q) parked_q <= wr_data_i;

    assign wr_ready_o = room_q;
    assign rd_valid_o = valid_q;
    assign rd_data_o  = data_q;

`ifdef FORMAL
    // Proved by induction; the first cycle is a reset.
    reg f_started = 1'b0;
    always @(posedge clk_i) f_started <= 1'b1;
    always @* if (!f_started) assume (rst_i);

    // 1. Nothing is parked behind an empty output.
    always @* if (f_started) assert (valid_q || room_q);

    // 2. An arbitrary word that enters leaves unchanged, with the same number of words ahead of it.
    (* anyconst *) reg [WIDTH-1:0] f_word;
    reg       f_in = 1'b0;          // it is inside
    reg [1:0] f_ahead;              // words in front of it
    wire      f_put = wr_valid_i && wr_ready_o && wr_data_i == f_word && !f_in;
    wire      f_take = rd_valid_o && rd_ready_i;
    wire [1:0] f_count = {1'b0, valid_q} + {1'b0, !room_q};
    always @(posedge clk_i)
        if (rst_i) f_in <= 1'b0;
        else if (f_put) f_in <= 1'b1;
        else if (f_in && f_take && f_ahead == 2'd0) f_in <= 1'b0;
    always @(posedge clk_i)
        if (f_put) f_ahead <= f_count - {1'b0, f_take};
        else if (f_take) f_ahead <= f_ahead - 2'd1;
    always @* if (f_started && f_in) begin
        assert (f_ahead < f_count);
        assert ((f_ahead == 2'd0 ? data_q : parked_q) == f_word);
    end

    // 3. Covered: both places are full, then a word leaves while another enters.
    reg f_was_full = 1'b0;
    always @(posedge clk_i) f_was_full <= !rst_i && (f_was_full || !room_q);
    always @* cover (f_was_full && valid_q && room_q && wr_valid_i && rd_ready_i);
`endif

endmodule

`default_nettype wire
