// SPDX-License-Identifier: Apache-2.0
//
// fcn_post: any commands, clears at any time.  Its two FIFOs of addresses have no handshake: an address enters with its
// step, and leaves when the step has come to its place in the pipeline, however full or empty the FIFO is.
//
// Numbers are free: lanes, parameters and tables are cut away (so parameters are fetched in any time).  That words
// leave a FIFO in order is proved in prove_fifo.
//
//@ claim POST's address FIFOs hold one word for each step on its way to them, and neither overflow nor run empty
//@ cut fcn_post_lane fcn_post_par fcn_post_tab
//@ parts COUNT ROOM
//@ induction 1
//@ cover 22
//@ seek 14
//@ mutant fcn_post.v s/wr_valid_i(step \&\& res_en)/wr_valid_i(step)/
//@ mutant fcn_post.v s/: valid_q\[T_WRITE-1\] \&\& win_last_q\[T_WRITE-1\]/: valid_q[T_WRITE-1]/
//@ mutant fcn_post.v s/if (rst) wr_valid <= 1'b0;/if (1'b0) wr_valid <= 1'b0;/
//@ mutant fcn_post.v s/rd_valid <= res_en \&\& valid_q\[T_RES_READ-1\] \&\& !rst;/rd_valid <= res_en \&\& valid_q[T_RES_READ-1];/
//@ mutant fcn_post_next.v s/!(residual || residual_q)/!residual/
//@ mutant fcn_post_next.v s/!(residual || residual_q)/!residual_q/
//@ mutant fcn_post_loop.v s/cmd_end   <= wx_end_d \&\& wy_end_d \&\&/cmd_end   <= wx_end_d \&\&/
`default_nettype none

module prove_post (
    input wire         clk_i,
    input wire         rst_i,
    input wire         clear_i,
    input wire         cmd_valid_i,
    input wire [511:0] cmd_i
);

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_post #(
        .COLS(8), .LANES(4), .ACC_LOG2(4), .PAR_LOG2(7)
    ) dut (
        .clk_i          (clk_i),
        .rst_i          (rst_i),
        .clear_i        (clear_i),
        .cmd_valid_i    (cmd_valid_i),
        .cmd_ready_o    (),
        .cmd_i          (cmd_i),
        .done_o         (),
        .active_o       (),
        .acc_rd_en_o    (),
        .acc_rd_half_o  (),
        .acc_rd_entry_o (),
        .acc_rd_data_i  (256'd0),
        .post_rd_valid_o(),
        .post_rd_addr_o (),
        .post_rd_data_i (128'd0),
        .post_wr_valid_o(),
        .post_wr_addr_o (),
        .post_wr_len_o  (),
        .post_wr_data_o (),
        .par_wr_en_i    (1'b0),
        .par_wr_addr_i  (24'd0),
        .tab_wr_en_i    (1'b0),
        .tab_wr_addr_i  (24'd0),
        .wr_data_i      (128'd0),
        .scrub_i        (1'b0),
        .scrub_done_o   ()
    );
    /* verilator lint_on PINCONNECTEMPTY */

    // Steps of so many cycles ago are in the places 1 to RES and, with and without a residual, 1 to LONG and 1 to SHORT.
    // A register behind the last place takes the word out.
    localparam integer RES = 9;
    localparam integer SHORT = 15;
    localparam integer LONG = 21;

    (* hierconn *) wire         \dut.step ;
    (* hierconn *) wire         \dut.step_cmd_last ;
    (* hierconn *) wire         \dut.step_win_last ;
    (* hierconn *) wire         \dut.start ;
    (* hierconn *) wire         \dut.res_en ;
    (* hierconn *) wire [22:1]  \dut.valid_q ;
    (* hierconn *) wire [22:1]  \dut.win_last_q ;
    (* hierconn *) wire         \dut.pipe_empty_q ;
    (* hierconn *) wire         \dut.rd_valid ;
    (* hierconn *) wire         \dut.wr_valid ;
    (* hierconn *) wire         \dut.u_next.residual_q ;
    (* hierconn *) wire         \dut.u_res_addr.wr_valid_i ;
    (* hierconn *) wire         \dut.u_res_addr.wr_ready_o ;
    (* hierconn *) wire         \dut.u_res_addr.rd_valid_o ;
    (* hierconn *) wire [4:0]   \dut.u_res_addr.count_o ;
    (* hierconn *) wire         \dut.u_wr_addr.wr_valid_i ;
    (* hierconn *) wire         \dut.u_wr_addr.wr_ready_o ;
    (* hierconn *) wire         \dut.u_wr_addr.rd_valid_o ;
    (* hierconn *) wire [5:0]   \dut.u_wr_addr.count_o ;
    wire        step      = \dut.step ;
    wire        win_last  = \dut.step_win_last ;
    wire        res_en    = \dut.res_en ;
    wire [22:1] valid     = \dut.valid_q ;
    wire [22:1] last      = \dut.win_last_q ;
    wire        empty     = \dut.pipe_empty_q ;
    wire        rd_valid  = \dut.rd_valid ;
    wire        wr_valid  = \dut.wr_valid ;
    wire [4:0]  res_count = \dut.u_res_addr.count_o ;
    wire [5:0]  wr_count  = \dut.u_wr_addr.count_o ;

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    // Words of the steps from a place on, the register behind the last included; kept as numbers that move with the
    // steps, so that no step of the proof has to add up more than two.
    reg [5:0] res_from[1:RES];
    reg [5:0] wr_from[1:LONG];
    wire idle = rst_i || clear_i || empty;
    always @(posedge clk_i) begin
        res_from[1] <= idle ? 6'd0 : res_from[1] + {5'd0, step && res_en} - {5'd0, rd_valid};
        wr_from[1]  <= idle ? 6'd0 : wr_from[1] + {5'd0, step && win_last} - {5'd0, wr_valid};
    end
    genvar k;
    generate
        for (k = 2; k <= RES; k = k + 1) begin : g_res
            always @(posedge clk_i) res_from[k] <= idle ? 6'd0 : res_from[k-1] - {5'd0, rd_valid};
        end
        for (k = 2; k <= LONG; k = k + 1) begin : g_wr
            always @(posedge clk_i) wr_from[k] <= idle ? 6'd0 : wr_from[k-1] - {5'd0, wr_valid};
        end
    endgenerate

    // ---- COUNT: there is a word for each step on its way, and no other
    reg     right;
    integer i;
    always @* begin
        right = 1'b1;
        // What tells commands with a residual from others changes while nothing is on its way.
        if (step || valid != 22'd0 || rd_valid || wr_valid) right = right && \dut.u_next.residual_q == res_en;
        if (empty) right = right && !step && valid == 22'd0 && !rd_valid && !wr_valid;
        if (rd_valid) right = right && res_en;
        right = right && (last & ~valid) == 22'd0;
        if (step && \dut.step_cmd_last ) right = right && win_last;

        right = right && {1'b0, res_count} == res_from[1] && wr_count == wr_from[1];
        for (i = 1; i < RES; i = i + 1)
            right = right && res_from[i] == res_from[i+1] + {5'd0, res_en && valid[i]};
        right = right && res_from[RES] == {5'd0, res_en && valid[RES]} + {5'd0, rd_valid};
        for (i = 1; i < LONG; i = i + 1)
            if (res_en || i < SHORT) right = right && wr_from[i] == wr_from[i+1] + {5'd0, last[i]};
        if (res_en) right = right && wr_from[LONG] == {5'd0, last[LONG]} + {5'd0, wr_valid};
        else right = right && wr_from[SHORT] == {5'd0, last[SHORT]} + {5'd0, wr_valid};
    end

    // ---- ROOM: so there are never more than places, and one is there when it is taken
    reg room;
    integer j;
    always @* begin
        room = 1'b1;
        for (j = 1; j <= RES; j = j + 1) room = room && res_from[j] <= 6'd11 - j[5:0];
        for (j = 1; j <= LONG; j = j + 1)
            if (res_en || j <= SHORT) room = room && wr_from[j] <= 6'd23 - j[5:0];
        if (\dut.u_res_addr.wr_valid_i ) room = room && \dut.u_res_addr.wr_ready_o ;
        if (\dut.u_wr_addr.wr_valid_i ) room = room && \dut.u_wr_addr.wr_ready_o ;
        if (rd_valid) room = room && \dut.u_res_addr.rd_valid_o ;
        if (wr_valid) room = room && \dut.u_wr_addr.rd_valid_o ;
    end

`ifdef PROVE_ROOM
    always @* if (started) begin
        assume (right);
        assert (room);
    end
`else
    always @* if (started) assert (right);
`endif

    // Covered: the operands' FIFO is as full as it gets, the outputs' as full as it gets without a residual, while one
    // command follows another without a bubble.  (The mutants of fcn_post_next cover the change between the two kinds.)
    always @* begin
        cover (started && res_count == 5'd10);
        cover (started && !res_en && wr_count == 6'd16 && \dut.start && step);
    end

endmodule

`default_nettype wire
