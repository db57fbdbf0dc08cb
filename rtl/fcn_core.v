// SPDX-License-Identifier: Apache-2.0
//
// fcn_core: the accelerator core.
//
//     AXI4-Lite ── fcn_ctrl ── fcn_fetch ── fcn_dispatch ── fcn_engines
//                     │            │                             │
//                     └─ fcn_perf ─┴──────── fcn_mem ────────────┴── AXI4
//
// One clock, synchronous active-high reset.  AXI outputs depend on registers alone.  Read bursts
// have the IDs 0 (LOAD), 1 (commands) and 2 (page tables), writes 0; bursts of one read ID must be
// answered in order.  A burst has at most 16 beats and stays inside 256 bytes.
//
// ROWS, COLS  systolic array: 8, 16 or 32 each
// LANES       output values of POST in a cycle: divides COLS, at most 16
// IFM_LOG2, WGT_LOG2, OFM_LOG2, PAR_LOG2
//             base-2 logarithms of the buffers' bytes
// ACC_LOG2    base-2 logarithm of the entries of an accumulator half
// GATED       1: registers of the array and of POST stand still while nothing is inside (simulation speed, power).
//             0: they always move, which gives the same results and spares FPGAs clock enables of thousands of loads
`default_nettype none

module fcn_core #(
    parameter integer ROWS = 16,
    parameter integer COLS = 16,
    parameter integer LANES = 16,
    parameter integer IFM_LOG2 = 17,
    parameter integer WGT_LOG2 = 16,
    parameter integer OFM_LOG2 = 16,
    parameter integer PAR_LOG2 = 13,
    parameter integer ACC_LOG2 = 9,
    parameter integer GATED = 1
) (
    input  wire         clk_i,
    input  wire         rst_i,
    output wire         irq_o,          // level: IRQ_STATUS & IRQ_ENABLE

    // AXI4-Lite slave: the registers.
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

    // AXI4 master: memory.
    output wire         m_axi_arvalid_o,
    input  wire         m_axi_arready_i,
    output wire [1:0]   m_axi_arid_o,
    output wire [39:0]  m_axi_araddr_o,
    output wire [7:0]   m_axi_arlen_o,
    output wire [2:0]   m_axi_arsize_o,
    output wire [1:0]   m_axi_arburst_o,
    output wire [3:0]   m_axi_arcache_o,
    output wire [2:0]   m_axi_arprot_o,
    input  wire         m_axi_rvalid_i,
    output wire         m_axi_rready_o,
    input  wire [1:0]   m_axi_rid_i,
    input  wire [127:0] m_axi_rdata_i,
    input  wire [1:0]   m_axi_rresp_i,
    input  wire         m_axi_rlast_i,
    output wire         m_axi_awvalid_o,
    input  wire         m_axi_awready_i,
    output wire [1:0]   m_axi_awid_o,
    output wire [39:0]  m_axi_awaddr_o,
    output wire [7:0]   m_axi_awlen_o,
    output wire [2:0]   m_axi_awsize_o,
    output wire [1:0]   m_axi_awburst_o,
    output wire [3:0]   m_axi_awcache_o,
    output wire [2:0]   m_axi_awprot_o,
    output wire         m_axi_wvalid_o,
    input  wire         m_axi_wready_i,
    output wire [127:0] m_axi_wdata_o,
    output wire [15:0]  m_axi_wstrb_o,
    output wire         m_axi_wlast_o,
    input  wire         m_axi_bvalid_i,
    output wire         m_axi_bready_o,
    input  wire [1:0]   m_axi_bid_i,
    input  wire [1:0]   m_axi_bresp_i
);

    `include "fcn_defs.vh"

    // ---- control ----

    wire         rst, start, run, clear, scrub, scrub_done, active;
    wire [27:0]  job_root;
    wire [31:7]  job_perf_va;
    wire [31:0]  job_seqno;
    wire [23:0]  job_count;
    wire         fetch_start;
    wire [31:6]  fetch_va;
    wire [23:0]  fetch_count;
    wire         perf_start, perf_busy, perf_done;
    wire         all_done, flush_req, flush_done, bus_idle, walk_idle;
    wire         rec_valid, rec_ready, rec_done, rec_err;
    wire [39:4]  rec_addr;
    wire [127:0] rec_data;
    // Faults: 0 fetch, 1 LOAD, 2 STORE and performance record, 3 deadlock.
    wire [3:0]   fault_valid;
    wire [31:0]  fault_cause;
    wire [127:0] fault_addr;
    wire [95:0]  fault_index;

    fcn_ctrl #(
        .ROWS(ROWS), .COLS(COLS), .LANES(LANES), .IFM_LOG2(IFM_LOG2), .WGT_LOG2(WGT_LOG2),
        .OFM_LOG2(OFM_LOG2), .PAR_LOG2(PAR_LOG2), .ACC_LOG2(ACC_LOG2)
    ) u_ctrl (
        .clk_i           (clk_i),
        .rst_i           (rst_i),
        .rst_o           (rst),
        .irq_o           (irq_o),
        .s_axil_awvalid_i(s_axil_awvalid_i),
        .s_axil_awready_o(s_axil_awready_o),
        .s_axil_awaddr_i (s_axil_awaddr_i),
        .s_axil_wvalid_i (s_axil_wvalid_i),
        .s_axil_wready_o (s_axil_wready_o),
        .s_axil_wdata_i  (s_axil_wdata_i),
        .s_axil_wstrb_i  (s_axil_wstrb_i),
        .s_axil_bvalid_o (s_axil_bvalid_o),
        .s_axil_bready_i (s_axil_bready_i),
        .s_axil_bresp_o  (s_axil_bresp_o),
        .s_axil_arvalid_i(s_axil_arvalid_i),
        .s_axil_arready_o(s_axil_arready_o),
        .s_axil_araddr_i (s_axil_araddr_i),
        .s_axil_rvalid_o (s_axil_rvalid_o),
        .s_axil_rready_i (s_axil_rready_i),
        .s_axil_rdata_o  (s_axil_rdata_o),
        .s_axil_rresp_o  (s_axil_rresp_o),
        .job_root_o      (job_root),
        .job_perf_va_o   (job_perf_va),
        .job_seqno_o     (job_seqno),
        .job_count_o     (job_count),
        .start_o         (start),
        .run_o           (run),
        .clear_o         (clear),
        .scrub_o         (scrub),
        .scrub_done_i    (scrub_done),
        .fetch_start_o   (fetch_start),
        .fetch_va_o      (fetch_va),
        .fetch_count_o   (fetch_count),
        .perf_start_o    (perf_start),
        .perf_busy_o     (perf_busy),
        .perf_done_i     (perf_done),
        .all_done_i      (all_done),
        .active_i        (active),
        .flush_req_o     (flush_req),
        .flush_done_i    (flush_done),
        .bus_idle_i      (bus_idle),
        .walk_idle_i     (walk_idle),
        .fault_valid_i   (fault_valid),
        .fault_cause_i   (fault_cause),
        .fault_addr_i    (fault_addr),
        .fault_index_i   (fault_index),
        .rec_valid_o     (rec_valid),
        .rec_ready_i     (rec_ready),
        .rec_addr_o      (rec_addr),
        .rec_data_o      (rec_data),
        .rec_done_i      (rec_done),
        .rec_err_i       (rec_err)
    );

    // The reset of all that follows: behind it no job starts for some cycles.
    reg rst_q;
    always @(posedge clk_i) rst_q <= rst;

    // ---- commands ----

    wire         cmd_req_valid, cmd_req_ready, cmd_req_fault, cmd_rd_valid, cmd_rd_err;
    wire [31:6]  cmd_req_va;
    wire [7:0]   cmd_req_cause;
    wire [127:0] rd_data;
    wire         cmd_valid, cmd_ready, cmd_end;
    wire [511:0] cmd;
    wire [23:0]  cmd_index;

    fcn_fetch #(.ROWS(ROWS), .COLS(COLS)) u_fetch (
        .clk_i        (clk_i),
        .rst_i        (rst_q),
        .clear_i      (clear),
        .start_i      (fetch_start),
        .start_va_i   (fetch_va),
        .start_count_i(fetch_count),
        .run_i        (run),
        .req_valid_o  (cmd_req_valid),
        .req_ready_i  (cmd_req_ready),
        .req_va_o     (cmd_req_va),
        .req_fault_i  (cmd_req_fault),
        .req_cause_i  (cmd_req_cause),
        .rd_valid_i   (cmd_rd_valid),
        .rd_data_i    (rd_data),
        .rd_err_i     (cmd_rd_err),
        .cmd_valid_o  (cmd_valid),
        .cmd_ready_i  (cmd_ready),
        .cmd_o        (cmd),
        .cmd_index_o  (cmd_index),
        .end_o        (cmd_end),
        .fault_valid_o(fault_valid[0]),
        .fault_cause_o(fault_cause[7:0]),
        .fault_addr_o (fault_addr[31:0]),
        .fault_index_o(fault_index[23:0])
    );

    wire [3:0]    eng_valid, eng_ready, eng_done, eng_start;
    wire [2047:0] eng_cmd;
    wire [95:0]   eng_index;
    wire          conv_head;
    wire [3:0]    conv_missing;

    // A job begins without commands and tokens.
    fcn_dispatch u_dispatch (
        .clk_i           (clk_i),
        .rst_i           (rst_q),
        .clear_i         (clear || start),
        .cmd_valid_i     (cmd_valid),
        .cmd_ready_o     (cmd_ready),
        .cmd_i           (cmd),
        .cmd_index_i     (cmd_index),
        .cmd_end_i       (cmd_end),
        .eng_valid_o     (eng_valid),
        .eng_ready_i     (eng_ready),
        .eng_cmd_o       (eng_cmd),
        .eng_index_o     (eng_index),
        .eng_done_i      (eng_done),
        .all_done_o      (all_done),
        .deadlock_o      (fault_valid[3]),
        .deadlock_index_o(fault_index[95:72]),
        .start_o         (eng_start),
        .conv_head_o     (conv_head),
        .conv_missing_o  (conv_missing)
    );
    assign fault_cause[31:24]  = FCN_CAUSE_DEADLOCK;
    assign fault_addr[127:96]  = 32'd0;

    // ---- engines ----

    wire         ld_req_valid, ld_req_ready, ld_rd_valid;
    wire [31:4]  ld_req_va;
    wire [3:0]   ld_req_len;
    wire [23:0]  ld_req_index;
    wire         st_wr_valid, st_wr_last, st_wr_cmd_last;
    wire [127:0] st_wr_data;
    wire [15:0]  st_wr_strb;
    wire [31:4]  st_wr_va;
    wire [3:0]   st_wr_len;
    wire [23:0]  st_wr_index;
    wire         wr_ready, wr_done;
    wire         conv_active, conv_wait_wgt, conv_busy, post_active;
    wire         load_beat, load_wait, load_write, store_beat, store_wait;

    fcn_engines #(
        .ROWS(ROWS), .COLS(COLS), .LANES(LANES), .IFM_LOG2(IFM_LOG2), .WGT_LOG2(WGT_LOG2),
        .OFM_LOG2(OFM_LOG2), .PAR_LOG2(PAR_LOG2), .ACC_LOG2(ACC_LOG2),
        .GATED(GATED)
    ) u_engines (
        .clk_i          (clk_i),
        .rst_i          (rst_q),
        .clear_i        (clear),
        .scrub_i        (scrub),
        .scrub_done_o   (scrub_done),
        .cmd_valid_i    (eng_valid),
        .cmd_ready_o    (eng_ready),
        .cmd_i          (eng_cmd),
        .ld_index_i     (eng_index[24*FCN_ENG_LOAD+:24]),
        .st_index_i     (eng_index[24*FCN_ENG_STORE+:24]),
        .done_o         (eng_done),
        .req_valid_o    (ld_req_valid),
        .req_ready_i    (ld_req_ready),
        .req_va_o       (ld_req_va),
        .req_len_o      (ld_req_len),
        .req_index_o    (ld_req_index),
        .rd_valid_i     (ld_rd_valid),
        .rd_data_i      (rd_data),
        .wr_valid_o     (st_wr_valid),
        .wr_ready_i     (wr_ready && !perf_busy),
        .wr_data_o      (st_wr_data),
        .wr_strb_o      (st_wr_strb),
        .wr_last_o      (st_wr_last),
        .wr_va_o        (st_wr_va),
        .wr_len_o       (st_wr_len),
        .wr_index_o     (st_wr_index),
        .wr_cmd_last_o  (st_wr_cmd_last),
        .wr_done_i      (wr_done && !perf_busy),
        .conv_active_o  (conv_active),
        .conv_wait_wgt_o(conv_wait_wgt),
        .conv_busy_o    (conv_busy),
        .post_active_o  (post_active),
        .load_beat_o    (load_beat),
        .load_wait_o    (load_wait),
        .load_write_o   (load_write),
        .store_beat_o   (store_beat),
        .store_wait_o   (store_wait)
    );

    wire unused_index = &{1'b0, eng_index};     // CONV and POST have no use for theirs

    // ---- counters ----

    wire         miss, walk_beat;
    wire         pf_wr_valid, pf_wr_last;
    wire [127:0] pf_wr_data;

    reg active_q;
    always @(posedge clk_i)
        active_q <= conv_active || post_active || load_beat || load_write || store_beat || walk_beat
                    || cmd_rd_valid;
    assign active = active_q;

    fcn_perf u_perf (
        .clk_i          (clk_i),
        .rst_i          (rst_q),
        .clear_i        (clear),
        .start_i        (start),
        .run_i          (run),
        .conv_active_i  (conv_active),
        .conv_wait_wgt_i(conv_wait_wgt),
        .conv_busy_i    (conv_busy),
        .conv_head_i    (conv_head),
        .conv_missing_i (conv_missing),
        .post_active_i  (post_active),
        .load_beat_i    (load_beat),
        .load_wait_i    (load_wait),
        .store_beat_i   (store_beat),
        .store_wait_i   (store_wait),
        .miss_i         (miss),
        .walk_beat_i    (walk_beat),
        .start_cmd_i    (eng_start),
        .rec_start_i    (perf_start),
        .rec_seqno_i    (job_seqno),
        .wr_valid_o     (pf_wr_valid),
        .wr_ready_i     (wr_ready),
        .wr_data_o      (pf_wr_data),
        .wr_last_o      (pf_wr_last)
    );

    // ---- memory ----

    // Once all commands are done STORE is silent, and the write port is the record's.
    assign perf_done = wr_done && perf_busy;

    fcn_mem u_mem (
        .clk_i            (clk_i),
        .rst_i            (rst_q),
        .clear_i          (clear),
        .idle_o           (bus_idle),
        .root_i           (job_root),
        .flush_req_i      (flush_req),
        .flush_done_o     (flush_done),
        .walk_idle_o      (walk_idle),
        .ld_req_valid_i   (ld_req_valid),
        .ld_req_ready_o   (ld_req_ready),
        .ld_req_va_i      (ld_req_va),
        .ld_req_len_i     (ld_req_len),
        .ld_req_index_i   (ld_req_index),
        .ld_rd_valid_o    (ld_rd_valid),
        .cmd_req_valid_i  (cmd_req_valid),
        .cmd_req_ready_o  (cmd_req_ready),
        .cmd_req_va_i     (cmd_req_va),
        .cmd_fault_valid_o(cmd_req_fault),
        .cmd_fault_cause_o(cmd_req_cause),
        .cmd_rd_valid_o   (cmd_rd_valid),
        .cmd_rd_err_o     (cmd_rd_err),
        .rd_data_o        (rd_data),
        .wr_valid_i       (perf_busy ? pf_wr_valid : st_wr_valid),
        .wr_ready_o       (wr_ready),
        .wr_data_i        (perf_busy ? pf_wr_data : st_wr_data),
        .wr_strb_i        (perf_busy ? 16'hffff : st_wr_strb),
        .wr_last_i        (perf_busy ? pf_wr_last : st_wr_last),
        .wr_va_i          (perf_busy ? {job_perf_va, 3'd0} : st_wr_va),
        .wr_len_i         (perf_busy ? 4'd7 : st_wr_len),
        .wr_index_i       (perf_busy ? job_count : st_wr_index),
        .wr_cmd_last_i    (perf_busy || st_wr_cmd_last),
        .wr_done_o        (wr_done),
        .rec_valid_i      (rec_valid),
        .rec_ready_o      (rec_ready),
        .rec_addr_i       (rec_addr),
        .rec_data_i       (rec_data),
        .rec_done_o       (rec_done),
        .rec_err_o        (rec_err),
        .ld_fault_valid_o (fault_valid[1]),
        .ld_fault_cause_o (fault_cause[15:8]),
        .ld_fault_addr_o  (fault_addr[63:32]),
        .ld_fault_index_o (fault_index[47:24]),
        .wr_fault_valid_o (fault_valid[2]),
        .wr_fault_cause_o (fault_cause[23:16]),
        .wr_fault_addr_o  (fault_addr[95:64]),
        .wr_fault_index_o (fault_index[71:48]),
        .miss_o           (miss),
        .walk_beat_o      (walk_beat),
        .m_axi_arvalid_o  (m_axi_arvalid_o),
        .m_axi_arready_i  (m_axi_arready_i),
        .m_axi_arid_o     (m_axi_arid_o),
        .m_axi_araddr_o   (m_axi_araddr_o),
        .m_axi_arlen_o    (m_axi_arlen_o),
        .m_axi_arsize_o   (m_axi_arsize_o),
        .m_axi_arburst_o  (m_axi_arburst_o),
        .m_axi_arcache_o  (m_axi_arcache_o),
        .m_axi_arprot_o   (m_axi_arprot_o),
        .m_axi_rvalid_i   (m_axi_rvalid_i),
        .m_axi_rready_o   (m_axi_rready_o),
        .m_axi_rid_i      (m_axi_rid_i),
        .m_axi_rdata_i    (m_axi_rdata_i),
        .m_axi_rresp_i    (m_axi_rresp_i),
        .m_axi_rlast_i    (m_axi_rlast_i),
        .m_axi_awvalid_o  (m_axi_awvalid_o),
        .m_axi_awready_i  (m_axi_awready_i),
        .m_axi_awid_o     (m_axi_awid_o),
        .m_axi_awaddr_o   (m_axi_awaddr_o),
        .m_axi_awlen_o    (m_axi_awlen_o),
        .m_axi_awsize_o   (m_axi_awsize_o),
        .m_axi_awburst_o  (m_axi_awburst_o),
        .m_axi_awcache_o  (m_axi_awcache_o),
        .m_axi_awprot_o   (m_axi_awprot_o),
        .m_axi_wvalid_o   (m_axi_wvalid_o),
        .m_axi_wready_i   (m_axi_wready_i),
        .m_axi_wdata_o    (m_axi_wdata_o),
        .m_axi_wstrb_o    (m_axi_wstrb_o),
        .m_axi_wlast_o    (m_axi_wlast_o),
        .m_axi_bvalid_i   (m_axi_bvalid_i),
        .m_axi_bready_o   (m_axi_bready_o),
        .m_axi_bid_i      (m_axi_bid_i),
        .m_axi_bresp_i    (m_axi_bresp_i)
    );

endmodule

`default_nettype wire
