// SPDX-License-Identifier: Apache-2.0
//
// fcn_jobs with its slots, controller, record writer and reset: the root that the MMU gets, the record that goes to
// memory, and the drain.  What jobs do is free.
//
// Assumed, and why:
//   * a slot's registers keep their value from its kick until it is no longer busy, and a busy slot gets
//     no kick                                                          (prove_regfile: locked registers)
//   * flush_done_i comes only while flush_o is high                    (fcn_walk: flush_o = idle && flush_req_i)
//   * a record is answered once, after it was taken                    (prove_wbus: what is outstanding is counted)
//
//@ claim a job runs with its own slot's root, flushed since the last change; records go to their place; drains end idle
//@ induction 1
//@ cover 24
//@ check
//@ mutant fcn_jobs_ctl.v s/if (!flush_busy_i && !scrub_q)/if (!scrub_q)/
//@ mutant fcn_jobs_ctl.v s/&& other_same && !flush_i/\&\& !flush_i/
//@ mutant fcn_jobs_ctl.v s/wire        dirty      = .*/wire dirty = first_q;/
//@ mutant fcn_jobs_ctl.v s/ST_DRAIN:  if (bus_idle_i)/ST_DRAIN:/
//@ mutant fcn_jobs_reset.v s/ST_DRAIN: if (bus_idle_i)/ST_DRAIN:/
//@ mutant fcn_jobs_rec.v s/{base_i, 1'b0, slot_q}/{base_i, 1'b0, !slot_q}/
//@ mutant fcn_jobs_rec.v s/rec_data_o  = slot_q/rec_data_o  = !slot_q/
//@ mutant fcn_jobs.v s/else if (flush_set_i || flush_ctl) flush_q <= 1'b1;/else if (flush_set_i) flush_q <= 1'b1;/
`default_nettype none

module prove_control (
    input wire         clk_i,
    input wire         rst_i,
    input wire         reset_set_i,
    input wire         flush_set_i,
    input wire [33:0]  seqno_addr_i,
    input wire [55:0]  root_i,
    input wire [51:0]  cmd_va_i,
    input wire [47:0]  cmd_count_i,
    input wire [1:0]   cmd_flush_i,
    input wire [1:0]   perf_enable_i,
    input wire [49:0]  perf_va_i,
    input wire [63:0]  seqno_i,
    input wire [1:0]   kick_i,
    input wire [1:0]   abort_set_i,
    input wire         scrub_done_i,
    input wire         perf_done_i,
    input wire         all_done_i,
    input wire         flush_done_i,
    input wire         bus_idle_i,
    input wire         walk_idle_i,
    input wire [3:0]   fault_valid_i,
    input wire [31:0]  fault_cause_i,
    input wire [127:0] fault_addr_i,
    input wire [95:0]  fault_index_i,
    input wire         rec_ready_i,
    input wire         rec_done_i,
    input wire         rec_err_i
);

    wire         rst, flush, slot, start, run, clear, fetch_start, perf_busy, rec_valid;
    wire [1:0]   busy, running, irq_done, irq_fault;
    wire [15:0]  cause;
    wire [63:0]  addr;
    wire [47:0]  index;
    wire [27:0]  root;
    wire [31:7]  perf_va;
    wire [31:6]  fetch_va;
    wire [31:0]  seqno;
    wire [23:0]  count, fetch_count;
    wire [39:4]  rec_addr;
    wire [127:0] rec_data;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_jobs dut (
        .clk_i          (clk_i),
        .rst_i          (rst_i),
        .rst_o          (rst),
        .reset_set_i    (reset_set_i),
        .reset_o        (),
        .flush_set_i    (flush_set_i),
        .flush_o        (flush),
        .busy_o         (),
        .slot_o         (slot),
        .draining_o     (),
        .progress_o     (),
        .irq_done_o     (irq_done),
        .irq_fault_o    (irq_fault),
        .irq_seqno_err_o(),
        .seqno_addr_i   (seqno_addr_i),
        .root_i         (root_i),
        .cmd_va_i       (cmd_va_i),
        .cmd_count_i    (cmd_count_i),
        .cmd_flush_i    (cmd_flush_i),
        .perf_enable_i  (perf_enable_i),
        .perf_va_i      (perf_va_i),
        .seqno_i        (seqno_i),
        .kick_i         (kick_i),
        .abort_set_i    (abort_set_i),
        .abort_o        (),
        .slot_busy_o    (busy),
        .slot_running_o (running),
        .slot_cause_o   (cause),
        .slot_addr_o    (addr),
        .slot_index_o   (index),
        .job_root_o     (root),
        .job_perf_va_o  (perf_va),
        .job_seqno_o    (seqno),
        .job_count_o    (count),
        .start_o        (start),
        .run_o          (run),
        .clear_o        (clear),
        .scrub_o        (),
        .scrub_done_i   (scrub_done_i),
        .fetch_start_o  (fetch_start),
        .fetch_va_o     (fetch_va),
        .fetch_count_o  (fetch_count),
        .perf_start_o   (),
        .perf_busy_o    (perf_busy),
        .perf_done_i    (perf_done_i),
        .all_done_i     (all_done_i),
        .active_i       (1'b0),
        .flush_done_i   (flush_done_i),
        .bus_idle_i     (bus_idle_i),
        .walk_idle_i    (walk_idle_i),
        .fault_valid_i  (fault_valid_i),
        .fault_cause_i  (fault_cause_i),
        .fault_addr_i   (fault_addr_i),
        .fault_index_i  (fault_index_i),
        .rec_valid_o    (rec_valid),
        .rec_ready_i    (rec_ready_i),
        .rec_addr_o     (rec_addr),
        .rec_data_o     (rec_data),
        .rec_done_i     (rec_done_i),
        .rec_err_i      (rec_err_i)
    );
    /* verilator lint_on PINCONNECTEMPTY */

    (* hierconn *) wire [3:0] \dut.u_ctl.state_q ;
    (* hierconn *) wire       \dut.u_ctl.next_q ;
    (* hierconn *) wire       \dut.u_ctl.first_q ;
    (* hierconn *) wire       \dut.u_ctl.same_0_q ;
    (* hierconn *) wire       \dut.u_ctl.same_1_q ;
    (* hierconn *) wire       \dut.u_ctl.drain_q ;
    (* hierconn *) wire [1:0] \dut.claimed ;
    (* hierconn *) wire [1:0] \dut.rec_req ;
    (* hierconn *) wire       \dut.fetch_slot ;
    (* hierconn *) wire [1:0] \dut.u_rec.state_q ;
    (* hierconn *) wire [1:0] \dut.u_reset.state_q ;
    (* hierconn *) wire       \dut.reset_o ;
    (* hierconn *) wire       \dut.u_rec.slot_q ;
    localparam [3:0] IDLE = 4'd0, PREP = 4'd1, WIPE = 4'd2, START = 4'd3, RUN = 4'd4, PERF = 4'd5, SETTLE = 4'd6,
                     DRAIN = 4'd7, FINISH = 4'd8, RECORD = 4'd9;
    wire [3:0] state = \dut.u_ctl.state_q ;

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    // ---- what is assumed ----

    reg         rst_q   = 1'b1;
    reg [1:0]   held_q;                 // the slot's registers were locked
    reg [291:0] regs_q;
    wire [291:0] regs = {root_i, cmd_va_i, cmd_count_i, cmd_flush_i, perf_enable_i, perf_va_i, seqno_i, 18'd0};
    always @(posedge clk_i) begin
        rst_q  <= rst;
        held_q <= kick_i | busy;
        regs_q <= regs;
    end
    // What belongs to slot 0, to slot 1.
    localparam [291:0] LOW = {28'd0, ~28'd0, 26'd0, ~26'd0, 24'd0, ~24'd0, 1'b0, 1'b1, 1'b0, 1'b1, 25'd0, ~25'd0,
                              32'd0, ~32'd0, 18'd0};
    always @* if (started && !rst_q) begin
        if (held_q[0]) assume (((regs ^ regs_q) & LOW) == 292'd0);
        if (held_q[1]) assume (((regs ^ regs_q) & ~LOW) == 292'd0);
    end
    always @* assume ((kick_i & busy) == 2'd0);
    always @* if (flush_done_i) assume (flush);
    reg owed = 1'b0;                    // a record was taken and not answered
    always @(posedge clk_i)
        if (rst) owed <= 1'b0;
        else if (rec_valid && rec_ready_i) owed <= 1'b1;
        else if (rec_done_i) owed <= 1'b0;
    always @* if (rec_done_i) assume (owed);

    // ---- the root ----

    // Translations have been forgotten since the root changed.
    reg [27:0] root_q;
    reg        flushed = 1'b0;
    wire       changed = root != root_q;
    always @(posedge clk_i) root_q <= root;
    always @(posedge clk_i)
        if (rst) flushed <= 1'b0;
        else flushed <= flush_done_i || (flushed && !changed);
    wire at_work = start || run || perf_busy || fetch_start;

    always @* if (started && !rst) begin
        // 1. While a job's commands are fetched, and while it runs, the root is its slot's, and whatever is
        //    known of translations was read since it is.
        if (at_work) assert (!changed && flushed);
        if (start || run || perf_busy) assert (root == (slot ? root_i[55:28] : root_i[27:0]));
        if (fetch_start) assert (root == (\dut.fetch_slot ? root_i[55:28] : root_i[27:0]));
        // 2. Its addresses are its slot's.
        if (fetch_start)
            assert ({fetch_va, fetch_count} == (\dut.fetch_slot ? {cmd_va_i[51:26], cmd_count_i[47:24]}
                                                                : {cmd_va_i[25:0], cmd_count_i[23:0]}));
        if (perf_busy) assert (perf_va == (slot ? perf_va_i[49:25] : perf_va_i[24:0]));
        // 3. One job runs, and its slot is busy.
        assert (running != 2'b11 && (running & ~busy) == 2'd0);
        if (run || perf_busy) assert (running[slot]);
    end

    // ---- completion records ----

    always @* if (started && !rst) begin
        // 4. A record goes to the record address and its slot, with that slot's result, when its job has ended.
        if (rec_valid) begin
            assert (rec_addr[39:5] == {seqno_addr_i, 1'b0} && rec_addr[4] == \dut.u_rec.slot_q );
            assert (\dut.rec_req [rec_addr[4]] && !running[rec_addr[4]]);
            assert (rec_data == (rec_addr[4]
                ? {8'd0, index[47:24], addr[63:32], 24'd0, cause[15:8], seqno_i[63:32]}
                : {8'd0, index[23:0], addr[31:0], 24'd0, cause[7:0], seqno_i[31:0]}));
        end
        // 5. An interrupt means that the record is in memory.
        if (irq_done != 2'd0 || irq_fault != 2'd0)
            assert (rec_done_i && (irq_done | irq_fault) == 2'd1 << \dut.u_rec.slot_q );
        assert ((irq_done & irq_fault) == 2'd0);
        if (irq_done[0]) assert (cause[7:0] == 8'd0);
        if (irq_done[1]) assert (cause[15:8] == 8'd0);
    end

    // ---- drain ----

    // 6. The drain ends when nothing is outstanding (or in the reset itself).
    reg clear_q = 1'b0;
    reg idle_q  = 1'b0;
    always @(posedge clk_i) clear_q <= clear && !rst;
    always @(posedge clk_i) idle_q <= bus_idle_i;
    always @* if (started && clear_q && !clear && !rst) assert (idle_q);
    // CTRL.RESET takes effect when nothing is outstanding.
    reg draining_q = 1'b0;
    always @(posedge clk_i) draining_q <= \dut.u_reset.state_q == 2'd1 && !rst_i;
    always @* if (started && draining_q && \dut.u_reset.state_q != 2'd1) assert (idle_q);
    // 7. Nothing starts in it.
    always @* if (started && clear && !rst && !\dut.reset_o ) assert (!start && !fetch_start);

    // ---- invariants ----

    wire [1:0] claimed = \dut.claimed ;
    always @* if (started) begin
        if (rst_q) assert (!owed);
        assert (state <= RECORD && \dut.u_reset.state_q != 2'd3);
        if (!rst) begin
            // From START on the job is claimed, its root and flush are as said.
            if (state == PREP || state == WIPE || state == START || state == RUN || state == PERF || state == SETTLE
                || state == DRAIN || state == FINISH) begin
                assert (claimed[slot] && !claimed[!slot]);
                assert (!\dut.u_ctl.next_q || state == START);
            end
            if (state == IDLE) assert (claimed == 2'd0 && !\dut.u_ctl.next_q );
            if (state == RECORD) assert (!claimed[slot] && claimed[!slot] == \dut.u_ctl.next_q );
            if (state != IDLE && state != PREP && state != RECORD)
                assert (root == (slot ? root_i[55:28] : root_i[27:0]));
            if (state == RECORD && \dut.u_ctl.next_q )
                assert (root == (slot ? root_i[27:0] : root_i[55:28]));
            if (\dut.u_ctl.first_q ) assert (state == IDLE || state == PREP);
            // Either all is flushed, or a flush is asked for, or no job has begun.
            if (!\dut.u_ctl.first_q && !(state == WIPE && flush))
                assert (flushed && !changed);
            // Registers that follow the state.
            assert (perf_busy == (state == PERF) && \dut.u_ctl.drain_q == (state == DRAIN));
            assert (clear == (state == DRAIN || \dut.reset_o ));
            // Comparisons of the roots, a cycle old: when they are looked at, neither side has changed.
            if (held_q[0] && !changed && !rst_q) assert (\dut.u_ctl.same_0_q == (root_i[27:0] == root));
            if (held_q[1] && !changed && !rst_q) assert (\dut.u_ctl.same_1_q == (root_i[55:28] == root));
            if (state == PREP) assert (held_q[slot]);
            if (rst_q) assert (state == IDLE);
            if (changed && !rst_q) assert (state == WIPE || state == START);
            // The writer of records.
            assert (owed == (\dut.u_rec.state_q == 2'd2));
            assert (\dut.u_rec.state_q != 2'd3);
            if (\dut.u_rec.state_q != 2'd0) assert (\dut.rec_req [\dut.u_rec.slot_q ]);
        end
    end

    // ---- covered ----

    // Two jobs with the same root, the second one fetched while the record of the first is written.
    reg first_done = 1'b0;
    always @(posedge clk_i) first_done <= !rst && (first_done || irq_done[0]);
    always @* cover (started && first_done && run && slot && root == root_i[27:0]);
    // A fault drains; the other root flushes.
    reg faulted = 1'b0;
    always @(posedge clk_i) faulted <= !rst && (faulted || irq_fault[1]);
    always @* cover (started && faulted && run && !slot && root_i[27:0] != root_i[55:28]);

endmodule

`default_nettype wire
