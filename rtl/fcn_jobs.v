// SPDX-License-Identifier: Apache-2.0
//
// fcn_jobs: two job slots, one job at a time, and all that starts and ends one.
//
//     registers ── fcn_jobs_slot x 2 ── fcn_jobs_ctl ──▶ flush, scrub, fetch, run, clear
//                       │                    │
//                 fcn_jobs_rec ──▶ bus  fcn_jobs_fault ◀── faults
//
// Vectors over slots have slot 0 in their low half.
`default_nettype none

module fcn_jobs (
    input  wire         clk_i,
    input  wire         rst_i,              // the core's reset input
    output wire         rst_o,              // reset of the core, CTRL.RESET included

    // Registers.
    input  wire         reset_set_i,
    output wire         reset_o,
    input  wire         flush_set_i,
    output wire         flush_o,            // also: fcn_mmu is to flush
    output wire         busy_o,
    output wire         slot_o,
    output wire         draining_o,
    output wire [31:0]  progress_o,
    output wire [1:0]   irq_done_o,         // pulses
    output wire [1:0]   irq_fault_o,
    output wire         irq_seqno_err_o,
    input  wire [33:0]  seqno_addr_i,       // bits 39..6
    input  wire [55:0]  root_i,
    input  wire [51:0]  cmd_va_i,
    input  wire [47:0]  cmd_count_i,
    input  wire [1:0]   cmd_flush_i,
    input  wire [1:0]   perf_enable_i,
    input  wire [49:0]  perf_va_i,
    input  wire [63:0]  seqno_i,
    input  wire [1:0]   kick_i,
    input  wire [1:0]   abort_set_i,
    output wire [1:0]   abort_o,
    output wire [1:0]   slot_busy_o,
    output wire [1:0]   slot_running_o,
    output wire [15:0]  slot_cause_o,
    output wire [63:0]  slot_addr_o,
    output wire [47:0]  slot_index_o,

    // The running job.
    output wire [27:0]  job_root_o,
    output wire [31:7]  job_perf_va_o,
    output wire [31:0]  job_seqno_o,
    output wire [23:0]  job_count_o,
    output wire         start_o,            // pulse
    output wire         run_o,              // level
    output wire         clear_o,            // level: engines forget, the bus drains
    output wire         scrub_o,            // level until scrub_done_i
    input  wire         scrub_done_i,
    output wire         fetch_start_o,      // pulse, with
    output wire [31:6]  fetch_va_o,
    output wire [23:0]  fetch_count_o,
    output wire         perf_start_o,       // pulse: write the performance record
    output wire         perf_busy_o,        // level until
    input  wire         perf_done_i,        // pulse

    // What it does.
    input  wire         all_done_i,         // level: all commands are done
    input  wire         active_i,           // it moves data or computes
    input  wire         flush_done_i,       // fcn_mmu has flushed
    input  wire         bus_idle_i,
    input  wire         walk_idle_i,

    // Faults: levels.  Slices are 0 fetch, 1 LOAD, 2 STORE and performance record, 3 deadlock.
    input  wire [3:0]   fault_valid_i,
    input  wire [31:0]  fault_cause_i,
    input  wire [127:0] fault_addr_i,
    input  wire [95:0]  fault_index_i,

    // Completion records, to fcn_wbus.
    output wire         rec_valid_o,
    input  wire         rec_ready_i,
    output wire [39:4]  rec_addr_o,
    output wire [127:0] rec_data_o,
    input  wire         rec_done_i,
    input  wire         rec_err_i
);

    `include "fcn_defs.vh"

    wire        rst = rst_o;
    wire        slot, fetch_slot, accept, drain, drain_next, reset_next, ctl_busy, flush_ctl;
    wire [1:0]  queued, claim, claimed, finish, ended, rec_req, rec_done;
    wire        fault;
    wire [7:0]  fault_cause;
    wire [31:0] fault_addr;
    wire [23:0] fault_index;

    fcn_jobs_reset u_reset (
        .clk_i     (clk_i),
        .rst_i     (rst_i),
        .set_i     (reset_set_i),
        .bus_idle_i(bus_idle_i),
        .pending_o (reset_o),
        .pending_next_o(reset_next),
        .rst_o     (rst_o)
    );

    genvar n;
    generate
        for (n = 0; n < 2; n = n + 1) begin : g_slot
            fcn_jobs_slot u_slot (
                .clk_i         (clk_i),
                .rst_i         (rst),
                .kick_i        (kick_i[n]),
                .abort_set_i   (abort_set_i[n]),
                .queued_o      (queued[n]),
                .claim_i       (claim[n]),
                .finish_i      (finish[n]),
                .finish_cause_i(fault_cause),
                .finish_addr_i (fault_addr),
                .finish_index_i(fault_index),
                .rec_valid_o   (rec_req[n]),
                .rec_done_i    (rec_done[n]),
                .busy_o        (slot_busy_o[n]),
                .claimed_o     (claimed[n]),
                .abort_o       (abort_o[n]),
                .cause_o       (slot_cause_o[8*n+:8]),
                .addr_o        (slot_addr_o[32*n+:32]),
                .index_o       (slot_index_o[24*n+:24]),
                .ended_o       (ended[n])
            );

            // A job that is claimed while another one ends does not run yet.
            assign slot_running_o[n] = claimed[n] && {31'd0, slot} == n;

            assign irq_done_o[n]  = ended[n] && slot_cause_o[8*n+:8] == FCN_CAUSE_NONE;
            assign irq_fault_o[n] = ended[n] && slot_cause_o[8*n+:8] != FCN_CAUSE_NONE;
        end
    endgenerate

    fcn_jobs_ctl u_ctl (
        .clk_i        (clk_i),
        .rst_i        (rst),
        .queued_i     (queued),
        .kick_i       (kick_i),
        .busy_i       (slot_busy_o),
        .claim_o      (claim),
        .finish_o     (finish),
        .root_i       (root_i),
        .flush_i      (cmd_flush_i),
        .perf_i       (perf_enable_i),
        .slot_o       (slot),
        .fetch_slot_o (fetch_slot),
        .root_o       (job_root_o),
        .flush_busy_i (flush_o),
        .flush_set_o  (flush_ctl),
        .scrub_o      (scrub_o),
        .scrub_done_i (scrub_done_i),
        .fetch_start_o(fetch_start_o),
        .start_o      (start_o),
        .run_o        (run_o),
        .all_done_i   (all_done_i),
        .fault_i      (fault),
        .accept_o     (accept),
        .drain_next_o (drain_next),
        .bus_idle_i   (bus_idle_i),
        .walk_idle_i  (walk_idle_i),
        .perf_start_o (perf_start_o),
        .perf_done_i  (perf_done_i),
        .perf_busy_o  (perf_busy_o),
        .busy_o       (ctl_busy),
        .drain_o      (drain)
    );

    fcn_jobs_fault #(.SOURCES(5)) u_fault (
        .clk_i   (clk_i),
        .rst_i   (rst),
        .start_i (start_o),
        .accept_i(accept),
        .valid_i ({abort_o[slot], fault_valid_i}),
        .cause_i ({FCN_CAUSE_ABORTED, fault_cause_i}),
        .addr_i  ({32'd0, fault_addr_i}),
        .index_i ({24'd0, fault_index_i}),
        .fault_o (fault),
        .cause_o (fault_cause),
        .addr_o  (fault_addr),
        .index_o (fault_index)
    );

    fcn_jobs_rec u_rec (
        .clk_i      (clk_i),
        .rst_i      (rst),
        .hold_i     (reset_o),
        .req_i      (rec_req),
        .done_o     (rec_done),
        .err_o      (irq_seqno_err_o),
        .base_i     (seqno_addr_i),
        .seqno_i    (seqno_i),
        .cause_i    (slot_cause_o),
        .addr_i     (slot_addr_o),
        .index_i    (slot_index_o),
        .rec_valid_o(rec_valid_o),
        .rec_ready_i(rec_ready_i),
        .rec_addr_o (rec_addr_o),
        .rec_data_o (rec_data_o),
        .rec_done_i (rec_done_i),
        .rec_err_i  (rec_err_i)
    );

    // A flush asked for stays until one that began afterwards is done.
    reg flush_q;
    always @(posedge clk_i)
        if (rst) flush_q <= 1'b0;
        else if (flush_set_i || flush_ctl) flush_q <= 1'b1;
        else if (flush_done_i) flush_q <= 1'b0;

    // Clears, a register of its own: it goes everywhere.
    reg clear_q;
    always @(posedge clk_i) clear_q <= drain_next || reset_next;

    reg [31:0] progress_q;
    always @(posedge clk_i)
        if (rst) progress_q <= 32'd0;
        else if (active_i) progress_q <= progress_q + 32'd1;

    assign flush_o    = flush_q;
    assign clear_o    = clear_q;
    assign busy_o     = ctl_busy || slot_busy_o != 2'd0;
    assign slot_o     = slot;
    assign draining_o = drain || reset_o;
    assign progress_o = progress_q;

    assign job_perf_va_o = slot ? perf_va_i[49:25] : perf_va_i[24:0];
    assign job_seqno_o   = slot ? seqno_i[63:32] : seqno_i[31:0];
    assign job_count_o   = slot ? cmd_count_i[47:24] : cmd_count_i[23:0];
    assign fetch_va_o    = fetch_slot ? cmd_va_i[51:26] : cmd_va_i[25:0];
    assign fetch_count_o = fetch_slot ? cmd_count_i[47:24] : cmd_count_i[23:0];

endmodule

`default_nettype wire
