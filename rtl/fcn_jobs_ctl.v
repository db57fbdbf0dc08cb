// SPDX-License-Identifier: Apache-2.0
//
// fcn_jobs_ctl: takes one job after the other through its stages.
//
// While a job's completion record is being written, the other slot's job, if it waits and has the
// same page tables, is claimed and its commands are fetched; it starts when the record is there.
`default_nettype none

module fcn_jobs_ctl (
    input  wire        clk_i,
    input  wire        rst_i,

    // Slots.  Vectors have a bit or slice for each.
    input  wire [1:0]  queued_i,        // waits for its turn
    input  wire [1:0]  kick_i,          // pulse: starts to wait
    input  wire [1:0]  busy_i,          // its record is not yet written
    output wire [1:0]  claim_o,         // pulse: its turn comes
    output wire [1:0]  finish_o,        // pulse: its job has ended
    input  wire [55:0] root_i,
    input  wire [1:0]  flush_i,         // forget translations first
    input  wire [1:0]  perf_i,          // write the performance record

    // What the rest of the core does.
    output wire        slot_o,          // whose job runs
    output wire        fetch_slot_o,    // whose commands fetch_start_o is about
    output wire [27:0] root_o,          // its page tables
    input  wire        flush_busy_i,    // translations are being forgotten
    output wire        flush_set_o,     // pulse: forget them
    output wire        scrub_o,         // level: clear the buffers
    input  wire        scrub_done_i,
    output wire        fetch_start_o,   // pulse: read the commands
    output wire        start_o,         // pulse: the job starts
    output wire        run_o,           // level: it runs
    input  wire        all_done_i,      // level: all its commands are done
    input  wire        fault_i,         // level from a fault on until start_o
    output wire        accept_o,        // level: faults count
    output wire        drain_next_o,    // drain_o of the next cycle
    input  wire        bus_idle_i,
    input  wire        walk_idle_i,     // no page-table read under way or to come
    output wire        perf_start_o,    // pulse: write the performance record
    input  wire        perf_done_i,     // pulse: it is written
    output wire        perf_busy_o,     // level in between
    output wire        busy_o,
    output wire        drain_o          // level: engines forget, the bus drains
);

    localparam [3:0] ST_IDLE   = 4'd0;  // no job
    localparam [3:0] ST_PREP   = 4'd1;  // what has to be forgotten?
    localparam [3:0] ST_WIPE   = 4'd2;  // forgetting translations, clearing buffers
    localparam [3:0] ST_START  = 4'd3;  // all is clean
    localparam [3:0] ST_RUN    = 4'd4;  // the job runs
    localparam [3:0] ST_PERF   = 4'd5;  // its performance record is being written
    localparam [3:0] ST_SETTLE = 4'd6;  // page tables may still be read ahead: they are the job's
    localparam [3:0] ST_DRAIN  = 4'd7;  // after a fault: outstanding bus transactions end
    localparam [3:0] ST_FINISH = 4'd8;  // the job has ended
    localparam [3:0] ST_RECORD = 4'd9;  // its completion record is being written

    reg [3:0]  state_q;
    reg        slot_q;
    reg        first_q;                 // no job since the reset
    reg [27:0] root_q;
    reg        scrub_q;                 // buffers are not clean yet
    reg        older_q;                 // of two jobs that wait, this slot's was first
    reg        next_q;                  // the other slot's job is claimed, its commands are fetched
    reg        same_0_q;                // page tables of the slots are those of root_q
    reg        same_1_q;
    reg        all_done_q;
    reg        perf_busy_q;             // ST_PERF
    reg        drain_q;                 // ST_DRAIN
    reg        scrub_out_q;

    wire        pick       = queued_i == 2'b11 ? older_q : queued_i[1];
    wire        other      = !slot_q;
    wire [27:0] slot_root  = slot_q ? root_i[55:28] : root_i[27:0];
    wire        other_same = slot_q ? same_0_q : same_1_q;
    wire        dirty      = first_q || !(slot_q ? same_1_q : same_0_q);

    // A slot's root stands long before its job is claimed, and root_q changes long before it is compared again.
    always @(posedge clk_i) begin
        same_0_q <= root_i[27:0] == root_q;
        same_1_q <= root_i[55:28] == root_q;
    end

    // In the cycle of the start there are no commands yet: it does not count.
    always @(posedge clk_i) all_done_q <= all_done_i && state_q == ST_RUN;

    wire claim_first = state_q == ST_IDLE && queued_i != 2'd0 && !flush_busy_i;
    wire claim_next  = state_q == ST_RECORD && queued_i[other] && !next_q && !flush_busy_i
                       && other_same && !flush_i[other];
    wire ended       = state_q == ST_RECORD && !busy_i[slot_q];
    wire to_perf     = state_q == ST_RUN && !fault_i && all_done_q && perf_i[slot_q];
    wire to_drain    = accept_o && fault_i;

    always @(posedge clk_i)
        if (rst_i) state_q <= ST_IDLE;
        else case (state_q)
            ST_IDLE:   if (claim_first) state_q <= ST_PREP;
            ST_PREP:   state_q <= dirty || flush_i[slot_q] ? ST_WIPE : ST_START;
            ST_WIPE:   if (!flush_busy_i && !scrub_q) state_q <= ST_START;
            ST_START:  state_q <= ST_RUN;
            ST_RUN:    if (fault_i) state_q <= ST_DRAIN;
                       else if (all_done_q) state_q <= perf_i[slot_q] ? ST_PERF : ST_SETTLE;
            ST_PERF:   if (fault_i) state_q <= ST_DRAIN;
                       else if (perf_done_i) state_q <= ST_SETTLE;
            ST_SETTLE: if (walk_idle_i) state_q <= ST_FINISH;
            ST_DRAIN:  if (bus_idle_i) state_q <= ST_FINISH;
            ST_FINISH: state_q <= ST_RECORD;
            default:   if (ended) state_q <= next_q || claim_next ? ST_START : ST_IDLE;
        endcase

    assign drain_next_o = !rst_i && (to_drain || (drain_q && !bus_idle_i));

    always @(posedge clk_i) drain_q <= drain_next_o;

    always @(posedge clk_i)
        if (rst_i) perf_busy_q <= 1'b0;
        else perf_busy_q <= to_perf || (perf_busy_q && !fault_i && !perf_done_i);

    always @(posedge clk_i)
        scrub_out_q <= !rst_i && state_q == ST_WIPE && scrub_q && !(scrub_out_q && scrub_done_i);

    always @(posedge clk_i)
        if (rst_i) slot_q <= 1'b0;
        else if (claim_first) slot_q <= pick;
        else if (ended && (next_q || claim_next)) slot_q <= other;

    always @(posedge clk_i)
        if (rst_i) first_q <= 1'b1;
        else if (state_q == ST_PREP) first_q <= 1'b0;

    always @(posedge clk_i) if (state_q == ST_PREP) root_q <= slot_root;

    always @(posedge clk_i)
        if (rst_i || (scrub_o && scrub_done_i)) scrub_q <= 1'b0;
        else if (state_q == ST_PREP) scrub_q <= dirty;

    always @(posedge clk_i)
        if (kick_i[0]) older_q <= queued_i[1];
        else if (kick_i[1]) older_q <= !queued_i[0];

    always @(posedge clk_i)
        if (rst_i || state_q == ST_START) next_q <= 1'b0;
        else if (claim_next) next_q <= 1'b1;

    assign claim_o       = ({1'b0, claim_first} << pick) | ({1'b0, claim_next} << other);
    assign finish_o      = {1'b0, state_q == ST_FINISH} << slot_q;
    assign slot_o        = slot_q;
    assign fetch_slot_o  = state_q == ST_RECORD ? other : slot_q;
    assign root_o        = root_q;
    assign flush_set_o   = state_q == ST_PREP && (dirty || flush_i[slot_q]);
    assign scrub_o       = scrub_out_q;
    assign fetch_start_o = claim_next || (state_q == ST_START && !next_q);
    assign start_o       = state_q == ST_START;
    assign run_o         = state_q == ST_RUN;
    assign accept_o      = state_q == ST_RUN || state_q == ST_PERF;
    assign perf_start_o  = to_perf;
    assign perf_busy_o   = perf_busy_q;
    assign busy_o        = state_q != ST_IDLE;
    assign drain_o       = drain_q;

endmodule

`default_nettype wire
