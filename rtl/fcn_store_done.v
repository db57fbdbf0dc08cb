// SPDX-License-Identifier: Apache-2.0
//
// fcn_store_done: puts the ends of STORE commands into the order of their starts.
//
// A command with beats is done when memory says so; one without is done when it is the oldest.
// Memory may be faster than the commands without beats in between, so its pulses are counted.
`default_nettype none

module fcn_store_done (
    input  wire clk_i,
    input  wire rst_i,
    // A command starts.
    input  wire cmd_valid_i,
    output wire cmd_ready_o,
    input  wire cmd_empty_i,    // it has no beat
    // The oldest command with beats that memory has not acknowledged so far is acknowledged.
    input  wire wr_done_i,
    // A pulse per command, in order.
    output wire done_o
);

    reg  [3:0] acked_q;         // acknowledged, but not done: at most the 8 in the list
    wire       valid;
    wire       empty;

    assign done_o = valid && (empty || acked_q != 4'd0);

    wire ack_used = done_o && !empty;

    always @(posedge clk_i)
        if (rst_i) acked_q <= 4'd0;
        else if (wr_done_i != ack_used) acked_q <= wr_done_i ? acked_q + 4'd1 : acked_q - 4'd1;

    fcn_fifo #(
        .WIDTH      (1),
        .DEPTH_LOG2 (3)
    ) u_list (
        .clk_i      (clk_i),
        .rst_i      (rst_i),
        .wr_valid_i (cmd_valid_i),
        .wr_ready_o (cmd_ready_o),
        .wr_data_i  (cmd_empty_i),
        .rd_valid_o (valid),
        .rd_ready_i (done_o),
        .rd_data_o  (empty),
        /* verilator lint_off PINCONNECTEMPTY */
        .count_o    ()
        /* verilator lint_on PINCONNECTEMPTY */
    );

endmodule

`default_nettype wire
