// SPDX-License-Identifier: Apache-2.0
//
// fcn_fetch: the command stream, from memory to checked commands in order.
//
// A command is one burst of four beats.  Up to four commands are asked for ahead of the one that
// is handed on.  What is wrong with a command (no translation, bus error, illegal) is reported
// when its turn to be handed on has come.
//
// start_i may come before run_i: the commands of a job that is next are then read, but
// nothing is handed on or reported.
`default_nettype none

module fcn_fetch #(
    parameter integer ROWS = 16,
    parameter integer COLS = 16
) (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,        // forget the stream
    input  wire         start_i,        // pulse: a new stream; not within another
    input  wire [31:6]  start_va_i,
    input  wire [23:0]  start_count_i,
    input  wire         run_i,          // level: the job runs

    // Reads, through the MMU.  The length is always four beats.
    output wire         req_valid_o,
    input  wire         req_ready_i,
    output wire [31:6]  req_va_o,
    input  wire         req_fault_i,    // level: the MMU refuses this request
    input  wire [7:0]   req_cause_i,
    input  wire         rd_valid_i,
    input  wire [127:0] rd_data_i,
    input  wire         rd_err_i,

    // Legal commands.
    output wire         cmd_valid_o,
    input  wire         cmd_ready_i,
    output wire [511:0] cmd_o,
    output wire [23:0]  cmd_index_o,
    output wire         end_o,          // level: all have been handed on

    output wire         fault_valid_o,  // level until clear_i
    output wire [7:0]   fault_cause_o,
    output wire [31:0]  fault_addr_o,
    output wire [23:0]  fault_index_o
);

    `include "fcn_defs.vh"

    localparam [2:0] ST_IDLE  = 3'd0;   // no stream, or its end
    localparam [2:0] ST_FILL  = 3'd1;   // collecting the beats of a command
    localparam [2:0] ST_CHECK = 3'd2;   // is it legal?
    localparam [2:0] ST_OFFER = 3'd3;   // its turn
    localparam [2:0] ST_FAULT = 3'd4;   // a fault was reported

    reg [2:0] state_q;

    // ---- asking ----

    reg [31:6] req_va_q;
    reg [23:0] req_left_q;              // commands not yet asked for
    reg        req_some_q;              // there are any
    reg [2:0]  ahead_q;                 // commands asked for and not yet complete in cmd_q
    reg        err_seen_q;              // a read failed: ask for nothing more

    wire asked    = req_valid_o && req_ready_i;
    wire complete = state_q == ST_CHECK;

    assign req_valid_o = req_some_q && ahead_q != 3'd4 && !err_seen_q;
    assign req_va_o    = req_va_q;

    always @(posedge clk_i)
        if (start_i) req_va_q <= start_va_i;
        else if (asked) req_va_q <= req_va_q + 26'd1;

    always @(posedge clk_i)
        if (rst_i || clear_i) req_left_q <= 24'd0;
        else if (start_i) req_left_q <= start_count_i;
        else if (asked) req_left_q <= req_left_q - 24'd1;

    always @(posedge clk_i)
        if (rst_i || clear_i) req_some_q <= 1'b0;
        else if (start_i) req_some_q <= start_count_i != 24'd0;
        else if (asked) req_some_q <= req_left_q != 24'd1;

    always @(posedge clk_i)
        if (rst_i || clear_i) ahead_q <= 3'd0;
        else if (asked != complete) ahead_q <= asked ? ahead_q + 3'd1 : ahead_q - 3'd1;

    always @(posedge clk_i)
        if (rst_i || clear_i) err_seen_q <= 1'b0;
        else if (rd_valid_i && rd_err_i) err_seen_q <= 1'b1;

    // ---- collecting ----

    wire         beat_valid;
    wire [127:0] beat_data;
    wire         beat_err;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_fifo #(
        .WIDTH(129),
        .DEPTH_LOG2(4)
    ) u_beats (
        .clk_i     (clk_i),
        .rst_i     (rst_i || clear_i),
        .wr_valid_i(rd_valid_i),
        .wr_ready_o(),                  // four commands fit
        .wr_data_i ({rd_err_i, rd_data_i}),
        .rd_valid_o(beat_valid),
        .rd_ready_i(state_q == ST_FILL),
        .rd_data_o ({beat_err, beat_data}),
        .count_o   ()                   // counted by ahead_q
    );
    /* verilator lint_on PINCONNECTEMPTY */

    reg [511:0] cmd_q;
    reg [1:0]   beat_q;
    reg         err_q;                  // a beat of this command was an error
    wire        legal_q;                // of the command in cmd_q, from ST_OFFER on
    reg [31:6]  va_q;                   // of the command whose turn is next
    reg [23:0]  index_q;
    reg [23:0]  left_q;                 // commands from there on
    reg         last_q;                 // this one only
    wire        fill   = state_q == ST_FILL && beat_valid;
    wire        handed = cmd_valid_o && cmd_ready_i;

    fcn_cmd_check #(
        .ROWS(ROWS),
        .COLS(COLS)
    ) u_check (
        .clk_i  (clk_i),
        .check_i(complete),
        .cmd_i  (cmd_q),
        .legal_o(legal_q)
    );

    // The next command in turn cannot even be read: all before it have been handed on.
    wire refused = state_q == ST_FILL && req_fault_i && ahead_q == 3'd0;
    wire bad     = refused || (state_q == ST_OFFER && (err_q || !legal_q));

    always @(posedge clk_i)
        if (rst_i || clear_i) state_q <= ST_IDLE;
        else case (state_q)
            ST_IDLE:  if (start_i && start_count_i != 24'd0) state_q <= ST_FILL;
            ST_FILL:  if (refused && run_i) state_q <= ST_FAULT;
                      else if (fill && beat_q == 2'd3) state_q <= ST_CHECK;
            ST_CHECK: state_q <= ST_OFFER;
            ST_OFFER: if (bad && run_i) state_q <= ST_FAULT;
                      else if (handed) state_q <= last_q ? ST_IDLE : ST_FILL;
            default:  ;                 // ST_FAULT ends with clear_i
        endcase

    always @(posedge clk_i)
        if (fill) begin
            cmd_q <= {beat_data, cmd_q[511:128]};
            err_q <= beat_err || (err_q && beat_q != 2'd0);
        end

    always @(posedge clk_i)
        if (rst_i || clear_i) beat_q <= 2'd0;
        else if (fill) beat_q <= beat_q + 2'd1;

    always @(posedge clk_i)
        if (start_i) begin
            va_q    <= start_va_i;
            index_q <= 24'd0;
            left_q  <= start_count_i;
            last_q  <= start_count_i == 24'd1;
        end else if (handed) begin
            va_q    <= va_q + 26'd1;
            index_q <= index_q + 24'd1;
            left_q  <= left_q - 24'd1;
            last_q  <= left_q == 24'd2;
        end

    assign cmd_valid_o = state_q == ST_OFFER && run_i && !bad;
    assign cmd_o       = cmd_q;
    assign cmd_index_o = index_q;
    assign end_o       = state_q == ST_IDLE;

    // ---- faults ----

    reg [7:0]  fault_cause_q;
    reg [31:0] fault_addr_q;
    always @(posedge clk_i)
        if (bad) begin
            fault_cause_q <= refused ? req_cause_i :
                             err_q ? FCN_CAUSE_BUS_READ : FCN_CAUSE_ILLEGAL;
            fault_addr_q  <= refused ? {va_q[31:12], 12'd0} :
                             err_q ? {va_q[31:8], 8'd0} : {va_q, 6'd0};
        end

    assign fault_valid_o = state_q == ST_FAULT;
    assign fault_cause_o = fault_cause_q;
    assign fault_addr_o  = fault_addr_q;
    assign fault_index_o = index_q;

endmodule

`default_nettype wire
