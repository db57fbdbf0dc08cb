// SPDX-License-Identifier: Apache-2.0
//
// fcn_mem: the way to memory: translation, then the read and write halves of the AXI master.
//
//     LOAD, STORE ── slice ──┐
//                            fcn_mmu ── slice ── fcn_rbus, fcn_wbus
//     commands ──────────────┘
//
// The slices keep requests, translation and bus out of one another's cycles.  A request that has no translation
// is at fcn_mmu's input; its fault counts when all requests in front of it have left the slice behind fcn_mmu.
//
// An address on AXI is a page-table line from the walker, a translation by fcn_mmu, or a completion
// record's.
`default_nettype none

module fcn_mem (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,            // drain: forget requests and faults, drop data
    output wire         idle_o,             // level: nothing outstanding

    // Translation.
    input  wire [39:12] root_i,             // page directory; changes only together with a flush
    input  wire         flush_req_i,        // level until flush_done_o
    output wire         flush_done_o,
    output wire         walk_idle_o,        // level: no page-table read under way or to come

    // LOAD's reads, virtual.
    input  wire         ld_req_valid_i,
    output wire         ld_req_ready_o,
    input  wire [31:4]  ld_req_va_i,
    input  wire [3:0]   ld_req_len_i,       // beats - 1
    input  wire [23:0]  ld_req_index_i,
    output wire         ld_rd_valid_o,

    // Command reads, virtual, four beats each.
    input  wire         cmd_req_valid_i,
    output wire         cmd_req_ready_o,
    input  wire [31:6]  cmd_req_va_i,
    output wire         cmd_fault_valid_o,  // level: the waiting request fails
    output wire [7:0]   cmd_fault_cause_o,
    output wire         cmd_rd_valid_o,
    output wire         cmd_rd_err_o,       // with cmd_rd_valid_o

    output wire [127:0] rd_data_o,          // of either

    // Write bursts, virtual: see fcn_wbus.
    input  wire         wr_valid_i,
    output wire         wr_ready_o,
    input  wire [127:0] wr_data_i,
    input  wire [15:0]  wr_strb_i,
    input  wire         wr_last_i,
    input  wire [31:4]  wr_va_i,
    input  wire [3:0]   wr_len_i,
    input  wire [23:0]  wr_index_i,
    input  wire         wr_cmd_last_i,
    output wire         wr_done_o,

    // Completion records, physical: see fcn_wbus.
    input  wire         rec_valid_i,
    output wire         rec_ready_o,
    input  wire [39:4]  rec_addr_i,
    input  wire [127:0] rec_data_i,
    output wire         rec_done_o,
    output wire         rec_err_o,

    // First faults of LOAD and of the write bursts: levels until clear_i.
    output wire         ld_fault_valid_o,
    output wire [7:0]   ld_fault_cause_o,
    output wire [31:0]  ld_fault_addr_o,
    output wire [23:0]  ld_fault_index_o,
    output wire         wr_fault_valid_o,
    output wire [7:0]   wr_fault_cause_o,
    output wire [31:0]  wr_fault_addr_o,
    output wire [23:0]  wr_fault_index_o,

    // For the counters: pulses.
    output wire         miss_o,             // a translation missed the TLB
    output wire         walk_beat_o,        // a beat of a page table

    // AXI4 master.
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

    wire        rd_idle, wr_idle, rd_err;
    wire        walk_ar_valid, walk_ar_ready, walk_rd_valid;
    wire [39:6] walk_ar_addr;
    wire        rst = rst_i || clear_i;

    // Requests, virtual.
    wire        ld_valid, ld_ready, st_req_valid, st_req_ready, st_valid, st_ready;
    wire [31:4] ld_va, st_req_va, st_va;
    wire [3:0]  ld_len;
    wire [23:0] ld_index;
    // Requests, physical.
    wire        ld_out_valid, ld_out_ready, cmd_out_valid, cmd_out_ready, st_out_valid, st_out_ready;
    wire [39:4] ld_out_addr, cmd_out_addr, st_out_addr;
    // The same, for the bus.
    wire        ld_bus_valid, ld_bus_ready, cmd_bus_valid, cmd_bus_ready, st_bus_valid, st_bus_ready;
    wire [39:4] ld_bus_addr, cmd_bus_addr, st_bus_addr;
    wire [3:0]  ld_bus_len;
    wire [31:8] ld_bus_va;
    wire [23:0] ld_bus_index;
    wire        ld_mmu_fault, st_mmu_fault;
    wire [7:0]  ld_mmu_cause, st_mmu_cause;
    wire [39:4] araddr, awaddr;
    wire [3:0]  arlen, awlen;

    assign idle_o       = rd_idle && wr_idle;
    assign cmd_rd_err_o = rd_err;
    assign walk_beat_o  = walk_rd_valid;

    fcn_slice #(.WIDTH(56)) u_ld (
        .clk_i     (clk_i),
        .rst_i     (rst),
        .wr_valid_i(ld_req_valid_i),
        .wr_ready_o(ld_req_ready_o),
        .wr_data_i ({ld_req_va_i, ld_req_len_i, ld_req_index_i}),
        .rd_valid_o(ld_valid),
        .rd_ready_i(ld_ready),
        .rd_data_o ({ld_va, ld_len, ld_index})
    );

    fcn_slice #(.WIDTH(28)) u_st (
        .clk_i     (clk_i),
        .rst_i     (rst),
        .wr_valid_i(st_req_valid),
        .wr_ready_o(st_req_ready),
        .wr_data_i (st_req_va),
        .rd_valid_o(st_valid),
        .rd_ready_i(st_ready),
        .rd_data_o (st_va)
    );

    fcn_slice #(.WIDTH(88)) u_ld_bus (
        .clk_i     (clk_i),
        .rst_i     (rst),
        .wr_valid_i(ld_out_valid),
        .wr_ready_o(ld_out_ready),
        .wr_data_i ({ld_out_addr, ld_len, ld_va[31:8], ld_index}),
        .rd_valid_o(ld_bus_valid),
        .rd_ready_i(ld_bus_ready),
        .rd_data_o ({ld_bus_addr, ld_bus_len, ld_bus_va, ld_bus_index})
    );

    fcn_slice #(.WIDTH(36)) u_cmd_bus (
        .clk_i     (clk_i),
        .rst_i     (rst),
        .wr_valid_i(cmd_out_valid),
        .wr_ready_o(cmd_out_ready),
        .wr_data_i (cmd_out_addr),
        .rd_valid_o(cmd_bus_valid),
        .rd_ready_i(cmd_bus_ready),
        .rd_data_o (cmd_bus_addr)
    );

    fcn_slice #(.WIDTH(36)) u_st_bus (
        .clk_i     (clk_i),
        .rst_i     (rst),
        .wr_valid_i(st_out_valid),
        .wr_ready_o(st_out_ready),
        .wr_data_i (st_out_addr),
        .rd_valid_o(st_bus_valid),
        .rd_ready_i(st_bus_ready),
        .rd_data_o (st_bus_addr)
    );

    fcn_mmu u_mmu (
        .clk_i            (clk_i),
        .rst_i            (rst_i),
        .clear_i          (clear_i),
        .root_i           (root_i),
        .flush_req_i      (flush_req_i),
        .flush_done_o     (flush_done_o),
        .ld_req_valid_i   (ld_valid),
        .ld_req_ready_o   (ld_ready),
        .ld_req_va_i      (ld_va),
        .st_req_valid_i   (st_valid),
        .st_req_ready_o   (st_ready),
        .st_req_va_i      (st_va),
        .cmd_req_valid_i  (cmd_req_valid_i),
        .cmd_req_ready_o  (cmd_req_ready_o),
        .cmd_req_va_i     ({cmd_req_va_i, 2'd0}),
        .ld_out_valid_o   (ld_out_valid),
        .ld_out_ready_i   (ld_out_ready),
        .ld_out_addr_o    (ld_out_addr),
        .st_out_valid_o   (st_out_valid),
        .st_out_ready_i   (st_out_ready),
        .st_out_addr_o    (st_out_addr),
        .cmd_out_valid_o  (cmd_out_valid),
        .cmd_out_ready_i  (cmd_out_ready),
        .cmd_out_addr_o   (cmd_out_addr),
        .ld_fault_valid_o (ld_mmu_fault),
        .ld_fault_cause_o (ld_mmu_cause),
        .st_fault_valid_o (st_mmu_fault),
        .st_fault_cause_o (st_mmu_cause),
        .cmd_fault_valid_o(cmd_fault_valid_o),
        .cmd_fault_cause_o(cmd_fault_cause_o),
        .walk_ar_valid_o  (walk_ar_valid),
        .walk_ar_ready_i  (walk_ar_ready),
        .walk_ar_addr_o   (walk_ar_addr),
        .walk_rd_valid_i  (walk_rd_valid),
        .walk_rd_data_i   (rd_data_o),
        .walk_rd_err_i    (rd_err),
        .walk_idle_o      (walk_idle_o),
        .miss_o           (miss_o)
    );

    fcn_rbus u_rbus (
        .clk_i          (clk_i),
        .rst_i          (rst_i),
        .clear_i        (clear_i),
        .idle_o         (rd_idle),
        .walk_valid_i   (walk_ar_valid),
        .walk_ready_o   (walk_ar_ready),
        .walk_addr_i    (walk_ar_addr),
        .cmd_valid_i    (cmd_bus_valid),
        .cmd_ready_o    (cmd_bus_ready),
        .cmd_addr_i     (cmd_bus_addr),
        .ld_valid_i     (ld_bus_valid),
        .ld_ready_o     (ld_bus_ready),
        .ld_addr_i      (ld_bus_addr),
        .ld_len_i       (ld_bus_len),
        .ld_va_i        (ld_bus_valid ? ld_bus_va : ld_va[31:8]),
        .ld_index_i     (ld_bus_valid ? ld_bus_index : ld_index),
        .ld_mmu_fault_i (ld_mmu_fault && !ld_bus_valid),
        .ld_mmu_cause_i (ld_mmu_cause),
        .walk_rd_valid_o(walk_rd_valid),
        .cmd_rd_valid_o (cmd_rd_valid_o),
        .ld_rd_valid_o  (ld_rd_valid_o),
        .rd_data_o      (rd_data_o),
        .rd_err_o       (rd_err),
        .fault_valid_o  (ld_fault_valid_o),
        .fault_cause_o  (ld_fault_cause_o),
        .fault_addr_o   (ld_fault_addr_o),
        .fault_index_o  (ld_fault_index_o),
        .arvalid_o      (m_axi_arvalid_o),
        .arready_i      (m_axi_arready_i),
        .arid_o         (m_axi_arid_o),
        .araddr_o       (araddr),
        .arlen_o        (arlen),
        .rvalid_i       (m_axi_rvalid_i),
        .rid_i          (m_axi_rid_i),
        .rdata_i        (m_axi_rdata_i),
        .rerr_i         (m_axi_rresp_i[1]),
        .rlast_i        (m_axi_rlast_i)
    );

    fcn_wbus u_wbus (
        .clk_i         (clk_i),
        .rst_i         (rst_i),
        .clear_i       (clear_i),
        .idle_o        (wr_idle),
        .wr_valid_i    (wr_valid_i),
        .wr_ready_o    (wr_ready_o),
        .wr_data_i     (wr_data_i),
        .wr_strb_i     (wr_strb_i),
        .wr_last_i     (wr_last_i),
        .wr_va_i       (wr_va_i),
        .wr_len_i      (wr_len_i),
        .wr_index_i    (wr_index_i),
        .wr_cmd_last_i (wr_cmd_last_i),
        .wr_done_o     (wr_done_o),
        .tr_valid_o    (st_req_valid),
        .tr_ready_i    (st_req_ready),
        .tr_va_o       (st_req_va),
        .tr_out_valid_i(st_bus_valid),
        .tr_out_ready_o(st_bus_ready),
        .tr_out_addr_i (st_bus_addr),
        .tr_fault_i    (st_mmu_fault && !st_bus_valid),
        .tr_cause_i    (st_mmu_cause),
        .rec_valid_i   (rec_valid_i),
        .rec_ready_o   (rec_ready_o),
        .rec_addr_i    (rec_addr_i),
        .rec_data_i    (rec_data_i),
        .rec_done_o    (rec_done_o),
        .rec_err_o     (rec_err_o),
        .fault_valid_o (wr_fault_valid_o),
        .fault_cause_o (wr_fault_cause_o),
        .fault_addr_o  (wr_fault_addr_o),
        .fault_index_o (wr_fault_index_o),
        .awvalid_o     (m_axi_awvalid_o),
        .awready_i     (m_axi_awready_i),
        .awaddr_o      (awaddr),
        .awlen_o       (awlen),
        .wvalid_o      (m_axi_wvalid_o),
        .wready_i      (m_axi_wready_i),
        .wdata_o       (m_axi_wdata_o),
        .wstrb_o       (m_axi_wstrb_o),
        .wlast_o       (m_axi_wlast_o),
        .bvalid_i      (m_axi_bvalid_i),
        .berr_i        (m_axi_bresp_i[1])
    );

    // Whole beats, rising addresses, bufferable and cacheable, unprivileged non-secure data.
    assign m_axi_araddr_o  = {araddr, 4'd0};
    assign m_axi_arlen_o   = {4'd0, arlen};
    assign m_axi_arsize_o  = 3'd4;
    assign m_axi_arburst_o = 2'b01;
    assign m_axi_arcache_o = 4'b0011;
    assign m_axi_arprot_o  = 3'b010;
    assign m_axi_rready_o  = 1'b1;
    assign m_axi_awid_o    = 2'd0;
    assign m_axi_awaddr_o  = {awaddr, 4'd0};
    assign m_axi_awlen_o   = {4'd0, awlen};
    assign m_axi_awsize_o  = 3'd4;
    assign m_axi_awburst_o = 2'b01;
    assign m_axi_awcache_o = 4'b0011;
    assign m_axi_awprot_o  = 3'b010;
    assign m_axi_bready_o  = 1'b1;

    // All writes have one ID, and an error is an error.
    wire unused = &{1'b0, m_axi_bid_i, m_axi_bresp_i[0], m_axi_rresp_i[0]};

endmodule

`default_nettype wire
