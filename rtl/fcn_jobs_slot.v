// SPDX-License-Identifier: Apache-2.0
//
// fcn_jobs_slot: the life of one slot's job, from its doorbell to its completion record.
`default_nettype none

module fcn_jobs_slot (
    input  wire        clk_i,
    input  wire        rst_i,

    // From the register file.
    input  wire        kick_i,          // pulse: the doorbell, only while the slot is idle
    input  wire        abort_set_i,     // pulse

    // From the controller.
    output wire        queued_o,        // may be claimed
    input  wire        claim_i,         // pulse: this job is next
    input  wire        finish_i,        // pulse: the claimed job has ended, so:
    input  wire [7:0]  finish_cause_i,
    input  wire [31:0] finish_addr_i,
    input  wire [23:0] finish_index_i,

    // Completion record.
    output wire        rec_valid_o,     // level until rec_done_i
    input  wire        rec_done_i,      // pulse: acknowledged

    // State and result.
    output wire        busy_o,
    output wire        claimed_o,       // running, or next
    output wire        abort_o,         // ABORT was asked for and is not done
    output wire [7:0]  cause_o,
    output wire [31:0] addr_o,
    output wire [23:0] index_o,
    output wire        ended_o          // pulse: the record is written, busy_o falls
);

    `include "fcn_defs.vh"

    localparam [1:0] ST_IDLE    = 2'd0; // no job
    localparam [1:0] ST_QUEUED  = 2'd1; // waits for its turn
    localparam [1:0] ST_CLAIMED = 2'd2; // runs, or is next
    localparam [1:0] ST_RECORD  = 2'd3; // has ended; its completion record is being written

    reg [1:0]  state_q;
    reg        abort_q;
    reg [7:0]  cause_q;
    reg [31:0] addr_q;
    reg [23:0] index_q;

    // A job that is aborted before its turn never runs.
    wire abort_queued = state_q == ST_QUEUED && abort_q;

    assign queued_o    = state_q == ST_QUEUED && !abort_q;
    assign rec_valid_o = state_q == ST_RECORD;
    assign busy_o      = state_q != ST_IDLE;
    assign claimed_o   = state_q == ST_CLAIMED;
    assign ended_o     = state_q == ST_RECORD && rec_done_i;
    assign abort_o     = abort_q;
    assign cause_o     = cause_q;
    assign addr_o      = addr_q;
    assign index_o     = index_q;

    always @(posedge clk_i)
        if (rst_i) state_q <= ST_IDLE;
        else case (state_q)
            ST_IDLE:    if (kick_i) state_q <= ST_QUEUED;
            ST_QUEUED:  if (abort_q) state_q <= ST_RECORD;
                        else if (claim_i) state_q <= ST_CLAIMED;
            ST_CLAIMED: if (finish_i) state_q <= ST_RECORD;
            default:    if (rec_done_i) state_q <= ST_IDLE;
        endcase

    // ABORT of an idle slot asks for nothing.
    always @(posedge clk_i)
        if (rst_i || state_q == ST_IDLE || ended_o) abort_q <= 1'b0;
        else if (abort_set_i) abort_q <= 1'b1;

    always @(posedge clk_i)
        if (rst_i || kick_i) begin
            cause_q <= FCN_CAUSE_NONE;
            addr_q  <= 32'd0;
            index_q <= 24'd0;
        end else if (abort_queued) cause_q <= FCN_CAUSE_ABORTED;
        else if (finish_i) begin
            cause_q <= finish_cause_i;
            addr_q  <= finish_addr_i;
            index_q <= finish_index_i;
        end

endmodule

`default_nettype wire
