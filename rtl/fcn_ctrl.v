// SPDX-License-Identifier: Apache-2.0
//
// fcn_ctrl: what software sees: AXI4-Lite, registers, interrupt, and the jobs behind them.
`default_nettype none

module fcn_ctrl #(
    parameter integer ROWS = 16,
    parameter integer COLS = 16,
    parameter integer LANES = 16,
    parameter integer IFM_LOG2 = 17,
    parameter integer WGT_LOG2 = 16,
    parameter integer OFM_LOG2 = 16,
    parameter integer PAR_LOG2 = 13,
    parameter integer ACC_LOG2 = 9
) (
    input  wire         clk_i,
    input  wire         rst_i,
    output wire         rst_o,              // reset of the core, CTRL.RESET included
    output wire         irq_o,

    // AXI4-Lite slave.
    input  wire         s_axil_awvalid_i,
    output wire         s_axil_awready_o,
    input  wire [11:0]  s_axil_awaddr_i,
    input  wire         s_axil_wvalid_i,
    output wire         s_axil_wready_o,
    input  wire [31:0]  s_axil_wdata_i,
    input  wire [3:0]   s_axil_wstrb_i,
    output wire         s_axil_bvalid_o,
    input  wire         s_axil_bready_i,
    output wire [1:0]   s_axil_bresp_o,
    input  wire         s_axil_arvalid_i,
    output wire         s_axil_arready_o,
    input  wire [11:0]  s_axil_araddr_i,
    output wire         s_axil_rvalid_o,
    input  wire         s_axil_rready_i,
    output wire [31:0]  s_axil_rdata_o,
    output wire [1:0]   s_axil_rresp_o,

    // The running job and what it does: see fcn_jobs.
    output wire [27:0]  job_root_o,
    output wire [31:7]  job_perf_va_o,
    output wire [31:0]  job_seqno_o,
    output wire [23:0]  job_count_o,
    output wire         start_o,
    output wire         run_o,
    output wire         clear_o,
    output wire         scrub_o,
    input  wire         scrub_done_i,
    output wire         fetch_start_o,
    output wire [31:6]  fetch_va_o,
    output wire [23:0]  fetch_count_o,
    output wire         perf_start_o,
    output wire         perf_busy_o,
    input  wire         perf_done_i,
    input  wire         all_done_i,
    input  wire         active_i,
    output wire         flush_req_o,
    input  wire         flush_done_i,
    input  wire         bus_idle_i,
    input  wire         walk_idle_i,
    input  wire [3:0]   fault_valid_i,
    input  wire [31:0]  fault_cause_i,
    input  wire [127:0] fault_addr_i,
    input  wire [95:0]  fault_index_i,
    output wire         rec_valid_o,
    input  wire         rec_ready_i,
    output wire [39:4]  rec_addr_o,
    output wire [127:0] rec_data_o,
    input  wire         rec_done_i,
    input  wire         rec_err_i
);

    `include "fcn_defs.vh"

    wire        reg_wr_en;
    wire [11:2] reg_wr_addr, reg_rd_addr;
    wire [31:0] reg_wr_data, reg_rd_data;
    wire [3:0]  reg_wr_strb;

    fcn_axil u_axil (
        .clk_i    (clk_i),
        .rst_i    (rst_i),
        .awvalid_i(s_axil_awvalid_i),
        .awready_o(s_axil_awready_o),
        .awaddr_i (s_axil_awaddr_i),
        .wvalid_i (s_axil_wvalid_i),
        .wready_o (s_axil_wready_o),
        .wdata_i  (s_axil_wdata_i),
        .wstrb_i  (s_axil_wstrb_i),
        .bvalid_o (s_axil_bvalid_o),
        .bready_i (s_axil_bready_i),
        .bresp_o  (s_axil_bresp_o),
        .arvalid_i(s_axil_arvalid_i),
        .arready_o(s_axil_arready_o),
        .araddr_i (s_axil_araddr_i),
        .rvalid_o (s_axil_rvalid_o),
        .rready_i (s_axil_rready_i),
        .rdata_o  (s_axil_rdata_o),
        .rresp_o  (s_axil_rresp_o),
        .wr_en_o  (reg_wr_en),
        .wr_addr_o(reg_wr_addr),
        .wr_data_o(reg_wr_data),
        .wr_strb_o(reg_wr_strb),
        .rd_addr_o(reg_rd_addr),
        .rd_data_i(reg_rd_data)
    );

    // Register values; slot 0 in the low half.
    wire        reset_set, reset, flush_set, busy, slot, draining, irq_seqno_err_set, irq_seqno_err;
    wire [31:0] progress;
    wire [1:0]  irq_done_set, irq_done, irq_fault_set, irq_fault;
    wire        irq_test_set, irq_test;
    wire [1:0]  irq_done_en, irq_fault_en;
    wire        irq_seqno_err_en, irq_test_en;
    wire [33:0] seqno_addr;
    wire [55:0] slot_root;
    wire [51:0] slot_cmd_va;
    wire [47:0] slot_cmd_count;
    wire [1:0]  slot_flush, slot_perf_en;
    wire [49:0] slot_perf_va;
    wire [63:0] slot_seqno;
    wire [1:0]  slot_kick, slot_abort_set, slot_abort, slot_busy, slot_running;
    wire [15:0] slot_cause;
    wire [63:0] slot_addr;
    wire [47:0] slot_index;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_regfile #(
        .VERSION_MINOR(FCN_BLOCK_MINOR),
        .VERSION_MAJOR(FCN_BLOCK_MAJOR),
        .ROWS         (ROWS),
        .COLS         (COLS),
        .LANES        (LANES),
        .IFM_LOG2     (IFM_LOG2),
        .WGT_LOG2     (WGT_LOG2),
        .OFM_LOG2     (OFM_LOG2),
        .PAR_LOG2     (PAR_LOG2),
        .ACC_LOG2     (ACC_LOG2),
        .QUEUE_DEPTH  (8),
        .TLB_LINES    (16),
        .PA_BITS      (40),
        .SLOTS        (FCN_SLOT_COUNT)
    ) u_regs (
        .clk_i                      (clk_i),
        .rst_i                      (rst_o),
        .ctrl_reset_set_o           (reset_set),
        .ctrl_reset_i               (reset),
        .ctrl_tlb_flush_set_o       (flush_set),
        .ctrl_tlb_flush_i           (flush_req_o),
        .status_busy_i              (busy),
        .status_slot_i              (slot),
        .status_bus_idle_i          (bus_idle_i),
        .status_draining_i          (draining),
        .irq_status_done_set_i      (irq_done_set),
        .irq_status_done_o          (irq_done),
        .irq_status_fault_set_i     (irq_fault_set),
        .irq_status_fault_o         (irq_fault),
        .irq_status_seqno_err_set_i (irq_seqno_err_set),
        .irq_status_seqno_err_o     (irq_seqno_err),
        .irq_status_test_set_i      (irq_test_set),
        .irq_status_test_o          (irq_test),
        .irq_enable_done_o          (irq_done_en),
        .irq_enable_fault_o         (irq_fault_en),
        .irq_enable_seqno_err_o     (irq_seqno_err_en),
        .irq_enable_test_o          (irq_test_en),
        .irq_test_test_set_o        (irq_test_set),
        .irq_test_test_i            (1'b0),
        .seqno_addr_lo_addr_o       (seqno_addr[25:0]),
        .seqno_addr_hi_addr_o       (seqno_addr[33:26]),
        .scratch_value_o            (),         // software's own
        .progress_count_i           (progress),
        .slot0_root_pfn_o           (slot_root[27:0]),
        .slot1_root_pfn_o           (slot_root[55:28]),
        .slot0_cmd_va_addr_o        (slot_cmd_va[25:0]),
        .slot1_cmd_va_addr_o        (slot_cmd_va[51:26]),
        .slot0_cmd_count_count_o    (slot_cmd_count[23:0]),
        .slot0_cmd_count_tlb_flush_o(slot_flush[0]),
        .slot1_cmd_count_count_o    (slot_cmd_count[47:24]),
        .slot1_cmd_count_tlb_flush_o(slot_flush[1]),
        .slot0_perf_va_enable_o     (slot_perf_en[0]),
        .slot0_perf_va_addr_o       (slot_perf_va[24:0]),
        .slot1_perf_va_enable_o     (slot_perf_en[1]),
        .slot1_perf_va_addr_o       (slot_perf_va[49:25]),
        .slot0_seqno_value_o        (slot_seqno[31:0]),
        .slot0_seqno_kick_o         (slot_kick[0]),
        .slot1_seqno_value_o        (slot_seqno[63:32]),
        .slot1_seqno_kick_o         (slot_kick[1]),
        .slot0_abort_abort_set_o    (slot_abort_set[0]),
        .slot0_abort_abort_i        (slot_abort[0]),
        .slot1_abort_abort_set_o    (slot_abort_set[1]),
        .slot1_abort_abort_i        (slot_abort[1]),
        .slot0_status_busy_i        (slot_busy[0]),
        .slot0_status_running_i     (slot_running[0]),
        .slot0_status_cause_i       (slot_cause[7:0]),
        .slot1_status_busy_i        (slot_busy[1]),
        .slot1_status_running_i     (slot_running[1]),
        .slot1_status_cause_i       (slot_cause[15:8]),
        .slot0_fault_addr_addr_i    (slot_addr[31:0]),
        .slot1_fault_addr_addr_i    (slot_addr[63:32]),
        .slot0_fault_cmd_index_i    (slot_index[23:0]),
        .slot1_fault_cmd_index_i    (slot_index[47:24]),
        .slot0_locked_i             (slot_busy[0]),
        .slot1_locked_i             (slot_busy[1]),
        .wr_en_i                    (reg_wr_en),
        .wr_addr_i                  (reg_wr_addr),
        .wr_data_i                  (reg_wr_data),
        .wr_strb_i                  (reg_wr_strb),
        .rd_addr_i                  (reg_rd_addr),
        .rd_data_o                  (reg_rd_data)
    );
    /* verilator lint_on PINCONNECTEMPTY */

    reg irq_q;
    always @(posedge clk_i)
        irq_q <= !rst_o && ((irq_done & irq_done_en) != 2'd0 || (irq_fault & irq_fault_en) != 2'd0
                            || (irq_seqno_err && irq_seqno_err_en) || (irq_test && irq_test_en));
    assign irq_o = irq_q;

    fcn_jobs u_jobs (
        .clk_i          (clk_i),
        .rst_i          (rst_i),
        .rst_o          (rst_o),
        .reset_set_i    (reset_set),
        .reset_o        (reset),
        .flush_set_i    (flush_set),
        .flush_o        (flush_req_o),
        .busy_o         (busy),
        .slot_o         (slot),
        .draining_o     (draining),
        .progress_o     (progress),
        .irq_done_o     (irq_done_set),
        .irq_fault_o    (irq_fault_set),
        .irq_seqno_err_o(irq_seqno_err_set),
        .seqno_addr_i   (seqno_addr),
        .root_i         (slot_root),
        .cmd_va_i       (slot_cmd_va),
        .cmd_count_i    (slot_cmd_count),
        .cmd_flush_i    (slot_flush),
        .perf_enable_i  (slot_perf_en),
        .perf_va_i      (slot_perf_va),
        .seqno_i        (slot_seqno),
        .kick_i         (slot_kick),
        .abort_set_i    (slot_abort_set),
        .abort_o        (slot_abort),
        .slot_busy_o    (slot_busy),
        .slot_running_o (slot_running),
        .slot_cause_o   (slot_cause),
        .slot_addr_o    (slot_addr),
        .slot_index_o   (slot_index),
        .job_root_o     (job_root_o),
        .job_perf_va_o  (job_perf_va_o),
        .job_seqno_o    (job_seqno_o),
        .job_count_o    (job_count_o),
        .start_o        (start_o),
        .run_o          (run_o),
        .clear_o        (clear_o),
        .scrub_o        (scrub_o),
        .scrub_done_i   (scrub_done_i),
        .fetch_start_o  (fetch_start_o),
        .fetch_va_o     (fetch_va_o),
        .fetch_count_o  (fetch_count_o),
        .perf_start_o   (perf_start_o),
        .perf_busy_o    (perf_busy_o),
        .perf_done_i    (perf_done_i),
        .all_done_i     (all_done_i),
        .active_i       (active_i),
        .flush_done_i   (flush_done_i),
        .bus_idle_i     (bus_idle_i),
        .walk_idle_i    (walk_idle_i),
        .fault_valid_i  (fault_valid_i),
        .fault_cause_i  (fault_cause_i),
        .fault_addr_i   (fault_addr_i),
        .fault_index_i  (fault_index_i),
        .rec_valid_o    (rec_valid_o),
        .rec_ready_i    (rec_ready_i),
        .rec_addr_o     (rec_addr_o),
        .rec_data_o     (rec_data_o),
        .rec_done_i     (rec_done_i),
        .rec_err_i      (rec_err_i)
    );

endmodule

`default_nettype wire
