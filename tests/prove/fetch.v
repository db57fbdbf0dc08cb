// SPDX-License-Identifier: Apache-2.0
//
// fcn_fetch: its FIFO of beats has no ready towards memory.  What a command is does not matter (fcn_cmd_check
// is cut), so the FIFO is proved with the error bit of its beats alone.
//
// Assumed: memory gives no more beats than were asked for, and none after clear_i.
//
//@ claim command fetch never has more than four bursts under way, and never loses a beat
//@ cut fcn_cmd_check
//@ resize fcn_fetch.v s/.WIDTH(129)/.WIDTH(1)/
//@ resize fcn_fetch.v s/({rd_err_i, rd_data_i})/(rd_err_i)/
//@ resize fcn_fetch.v s/({beat_err, beat_data})/(beat_err)/
//@ resize fcn_fetch.v s/wire \[127:0\] beat_data;/wire [127:0] beat_data = 128'd0;/
//@ induction 1
//@ cover 18
//@ check
//@ mutant fcn_fetch.v s/ahead_q != 3'd4/ahead_q != 3'd5/
//@ mutant fcn_fetch.v s/wire complete = .*/wire complete = fill;/
`default_nettype none

module prove_fetch (
    input wire        clk_i,
    input wire        rst_i,
    input wire        clear_i,
    input wire        start_i,
    input wire [31:6] start_va_i,
    input wire [23:0] start_count_i,
    input wire        run_i,
    input wire        req_ready_i,
    input wire        req_fault_i,
    input wire        rd_valid_i,
    input wire        rd_err_i,
    input wire        cmd_ready_i
);

    wire req_valid;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_fetch dut (
        .clk_i        (clk_i),
        .rst_i        (rst_i),
        .clear_i      (clear_i),
        .start_i      (start_i),
        .start_va_i   (start_va_i),
        .start_count_i(start_count_i),
        .run_i        (run_i),
        .req_valid_o  (req_valid),
        .req_ready_i  (req_ready_i),
        .req_va_o     (),
        .req_fault_i  (req_fault_i),
        .req_cause_i  (8'd2),
        .rd_valid_i   (rd_valid_i),
        .rd_data_i    (128'd0),
        .rd_err_i     (rd_err_i),
        .cmd_valid_o  (),
        .cmd_ready_i  (cmd_ready_i),
        .cmd_o        (),
        .cmd_index_o  (),
        .end_o        (),
        .fault_valid_o(),
        .fault_cause_o(),
        .fault_addr_o (),
        .fault_index_o()
    );
    /* verilator lint_on PINCONNECTEMPTY */

    (* hierconn *) wire [2:0] \dut.ahead_q ;
    (* hierconn *) wire [1:0] \dut.beat_q ;
    (* hierconn *) wire       \dut.complete ;
    (* hierconn *) wire [4:0] \dut.u_beats.count_o ;
    (* hierconn *) wire       \dut.u_beats.wr_ready_o ;

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    // Beats that memory still owes.
    reg [5:0] owed;
    always @(posedge clk_i)
        if (rst_i || clear_i) owed <= 6'd0;
        else owed <= owed + (req_valid && req_ready_i ? 6'd4 : 6'd0) - {5'd0, rd_valid_i};
    always @* if (rd_valid_i) assume (owed != 6'd0);

    always @* if (started) begin
        // 1. At most four commands are asked for and not complete, so at most four bursts are under way.
        assert (\dut.ahead_q <= 3'd4);
        assert (owed <= 6'd16);
        // 2. Their beats are owed, in the FIFO or collected.
        assert ({1'b0, owed} + {2'd0, \dut.u_beats.count_o } + {5'd0, \dut.beat_q } + (\dut.complete ? 7'd4 : 7'd0)
                == {2'd0, \dut.ahead_q , 2'd0});
        if (\dut.complete ) assert (\dut.beat_q == 2'd0);
        // 3. A beat that arrives finds a place.
        if (rd_valid_i) assert (\dut.u_beats.wr_ready_o );
    end

    // Covered: four are under way, later one is complete.
    reg was_full = 1'b0;
    always @(posedge clk_i) was_full <= !rst_i && !clear_i && (was_full || owed == 6'd16);
    always @* cover (started && was_full && \dut.complete && owed == 6'd10);

endmodule

`default_nettype wire
