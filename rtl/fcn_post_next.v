// SPDX-License-Identifier: Apache-2.0
//
// fcn_post_next: takes the next command while the current one runs, has its parameters fetched, and
// starts it.
//
// The fetched parameters lie in the lanes' second set until the started command's first value has
// taken the scales; only then the next command is accepted.  A command starts in the cycle of the
// last step of the one before when it has been accepted COLS/2 + 2 cycles earlier, which makes a
// first step at least COLS/2 + 10 cycles behind the last command's first step.
//
// A command with a residual operand, and the one behind it, wait until the pipeline is empty: what
// a command reads from the OFM buffer then contains what the command before wrote, and the shorter
// way of values without a residual cannot overtake.
`default_nettype none

module fcn_post_next (
    input  wire         clk_i,
    input  wire         rst_i,
    // Engine interface.
    input  wire         cmd_valid_i,
    output wire         cmd_ready_o,
    input  wire [447:32] cmd_i,
    // Parameter fetch.
    output wire         fetch_o,
    output wire [15:0]  fetch_par_o,
    input  wire         fetched_i,      // the last parameters are on their way into the lanes
    input  wire         taken_i,        // the started command's scales are in use
    // What a start waits for.
    input  wire         loop_free_i,
    input  wire         pipe_empty_i,
    input  wire         tab_busy_i,
    // The start: a pulse with the command.
    output wire         start_o,
    output wire [447:32] cmd_o
);

`include "fcn_defs.vh"

    localparam [1:0] StIdle = 2'd0;     // no command
    localparam [1:0] StFetch = 2'd1;    // a command, its parameters are being fetched
    localparam [1:0] StReady = 2'd2;    // a command, waiting for its start
    localparam [1:0] StTake = 2'd3;     // started, its parameters are not yet all in use

    reg [1:0]    state_q;
    reg [447:32] cmd_q;
    reg          residual_q;    // the command started last has a residual operand

    wire accept = cmd_valid_i && cmd_ready_o;
    wire residual = cmd_q[FCN_POST_RES_EN_LSB];
    wire table_en = cmd_q[FCN_POST_TABLE_EN_LSB];

    always @(posedge clk_i)
        if (rst_i) state_q <= StIdle;
        else
            case (state_q)
                StIdle: if (cmd_valid_i) state_q <= StFetch;
                StFetch: if (fetched_i) state_q <= StReady;
                StReady: if (start_o) state_q <= StTake;
                StTake: if (taken_i) state_q <= StIdle;
            endcase

    always @(posedge clk_i) if (accept) cmd_q <= cmd_i;

    always @(posedge clk_i)
        if (rst_i) residual_q <= 1'b0;
        else if (start_o) residual_q <= residual;

    assign cmd_ready_o = state_q == StIdle;
    assign fetch_o     = accept;
    assign fetch_par_o = cmd_i[FCN_POST_PAR_LSB+:16];
    assign start_o     = state_q == StReady && loop_free_i
                         && (pipe_empty_i || !(residual || residual_q))
                         && !(tab_busy_i && table_en);
    assign cmd_o       = cmd_q;

endmodule

`default_nettype wire
