// SPDX-License-Identifier: Apache-2.0
//
// fcn_core at its AXI pins.  The engines, command fetch, dispatch, the counters, the MMU and the registers are cut: whatever
// they might ask for is asked for here, and the MMU may answer anything.  What is left is real: jobs,
// the bus masters, and how all of that is wired.  With what prove_isolate says of the MMU's outputs and
// prove_control of the root this is the isolation of jobs.
//
// Assumed, and proved elsewhere:
//   * LOAD's requests and STORE's bursts stay inside a line of 256 bytes       (prove_load_room, prove_store_burst)
//   * the MMU leaves the offset in the page alone, and takes a request when its translation goes
//                                                                              (prove_isolate)
//   * bus_idle is what it says when CTRL.RESET takes effect: the core drops nothing that is outstanding
//                                                                              (prove_control, prove_rbus, prove_wbus)
// Slices keep what goes through them (prove_slice); what is proved of them here is what they are wired to, and that
// STORE's translations meet the lengths of their own bursts.
//
// The list of complete bursts has 4 entries here, in the core 16; 4 writes may be outstanding, in the core 128.
//
//@ claim an address on AXI is a walk's, a translation, or the record's; bursts stay in 256 bytes; VALID waits for READY, not the reverse
//@ cut fcn_engines
//@ cut fcn_fetch
//@ cut fcn_dispatch
//@ cut fcn_perf
//@ cut fcn_mmu
//@ cut fcn_axil
//@ cut fcn_regfile
//@ resize fcn_wbus.v /WIDTH(57)/{n;s/DEPTH_LOG2(4)/DEPTH_LOG2(2)/}
//@ resize fcn_wbus.v /WIDTH(28)/{n;s/DEPTH_LOG2(4)/DEPTH_LOG2(2)/}
//@ resize fcn_wbus.v s/OUT_LOG2 = 7/OUT_LOG2 = 2/
//@ memory list dut.u_mem.u_wbus.u_list.mem 57 4
//@ memory asks dut.u_mem.u_wbus.u_ask.mem 28 4
//@ induction 1
//@ cover 12
//@ check
//@ mutant fcn_mem.v s/.ld_addr_i      (ld_bus_addr)/.ld_addr_i      ({8'd0, ld_va})/
//@ mutant fcn_mem.v s/.ld_len_i       (ld_bus_len)/.ld_len_i       (ld_len)/
//@ mutant fcn_wbus.v s/.rd_ready_i(tr_valid_o && tr_ready_i)/.rd_ready_i(tr_ready_i)/
//@ mutant fcn_mem.v s/.root_i           (root_i)/.root_i           (28'd0)/
//@ mutant fcn_core.v s/.root_i           (job_root)/.root_i           ({job_perf_va, 3'd0})/
//@ mutant fcn_core.v s/.wr_va_i          (perf_busy ? {job_perf_va, 3'd0}/.wr_va_i          (perf_busy ? {job_perf_va, 3'd1}/
//@ mutant fcn_rbus.v s/araddr_q <= walk_go ? .*/araddr_q <= walk_go ? {walk_addr_i, 2'd0} : ld_addr_i;/
//@ mutant fcn_rbus.v s/wire free     = .*/wire free = !clear_i;/
//@ mutant fcn_wbus.v s/awaddr_q <= rec_go ? rec_addr_i : tr_out_addr_i/awaddr_q <= {8'd0, tr_va_o}/
//@ mutant fcn_mem.v s/assign m_axi_araddr_o  = .*/assign m_axi_araddr_o = {araddr, 4'd8};/
`default_nettype none

module prove_port (
    input wire         clk_i,
    input wire         rst_i,
    input wire         awvalid_i,
    input wire [11:0]  awaddr_i,
    input wire         wvalid_i,
    input wire [31:0]  wdata_i,
    input wire [3:0]   wstrb_i,
    input wire         bready_i,
    input wire         m_arready_i,
    input wire         m_rvalid_i,
    input wire [1:0]   m_rid_i,
    input wire [1:0]   m_rresp_i,
    input wire         m_rlast_i,
    input wire         m_awready_i,
    input wire         m_wready_i,
    input wire         m_bvalid_i,
    input wire [1:0]   m_bresp_i
);

    wire        arvalid, awvalid, wvalid, wlast, rready, bready;
    wire [1:0]  arid, awid, arburst, awburst;
    wire [39:0] araddr, awaddr;
    wire [7:0]  arlen, awlen;
    wire [2:0]  arsize, awsize;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_core dut (
        .clk_i           (clk_i),
        .rst_i           (rst_i),
        .irq_o           (),
        .s_axil_awvalid_i(awvalid_i),
        .s_axil_awready_o(),
        .s_axil_awaddr_i (awaddr_i),
        .s_axil_wvalid_i (wvalid_i),
        .s_axil_wready_o (),
        .s_axil_wdata_i  (wdata_i),
        .s_axil_wstrb_i  (wstrb_i),
        .s_axil_bvalid_o (),
        .s_axil_bready_i (bready_i),
        .s_axil_bresp_o  (),
        .s_axil_arvalid_i(1'b0),
        .s_axil_arready_o(),
        .s_axil_araddr_i (12'd0),
        .s_axil_rvalid_o (),
        .s_axil_rready_i (1'b0),
        .s_axil_rdata_o  (),
        .s_axil_rresp_o  (),
        .m_axi_arvalid_o (arvalid),
        .m_axi_arready_i (m_arready_i),
        .m_axi_arid_o    (arid),
        .m_axi_araddr_o  (araddr),
        .m_axi_arlen_o   (arlen),
        .m_axi_arsize_o  (arsize),
        .m_axi_arburst_o (arburst),
        .m_axi_arcache_o (),
        .m_axi_arprot_o  (),
        .m_axi_rvalid_i  (m_rvalid_i),
        .m_axi_rready_o  (rready),
        .m_axi_rid_i     (m_rid_i),
        .m_axi_rdata_i   (128'd0),
        .m_axi_rresp_i   (m_rresp_i),
        .m_axi_rlast_i   (m_rlast_i),
        .m_axi_awvalid_o (awvalid),
        .m_axi_awready_i (m_awready_i),
        .m_axi_awid_o    (awid),
        .m_axi_awaddr_o  (awaddr),
        .m_axi_awlen_o   (awlen),
        .m_axi_awsize_o  (awsize),
        .m_axi_awburst_o (awburst),
        .m_axi_awcache_o (),
        .m_axi_awprot_o  (),
        .m_axi_wvalid_o  (wvalid),
        .m_axi_wready_i  (m_wready_i),
        .m_axi_wdata_o   (),
        .m_axi_wstrb_o   (),
        .m_axi_wlast_o   (wlast),
        .m_axi_bvalid_i  (m_bvalid_i),
        .m_axi_bready_o  (bready),
        .m_axi_bid_i     (2'd0),
        .m_axi_bresp_i   (m_bresp_i)
    );
    /* verilator lint_on PINCONNECTEMPTY */

    `include "memories.vh"

    (* hierconn *) wire         \dut.rst_q ;

    // The bus is reset a cycle behind control.
    reg begun   = 1'b0;
    reg started = 1'b0;
    always @(posedge clk_i) begin
        begun   <= 1'b1;
        started <= begun;
    end
    always @* if (!started) assume (rst_i);
    always @* if (started) assert (begun);
    always @* if (begun && !started) assert (\dut.rst_q );


    // What the MMU passes, and what it is given.
    (* hierconn *) wire         \dut.u_mem.u_mmu.walk_ar_valid_o ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.walk_ar_ready_i ;
    (* hierconn *) wire [33:0]  \dut.u_mem.u_mmu.walk_ar_addr_o ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.cmd_out_valid_o ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.cmd_out_ready_i ;
    (* hierconn *) wire [35:0]  \dut.u_mem.u_mmu.cmd_out_addr_o ;
    (* hierconn *) wire [27:0]  \dut.u_mem.u_mmu.cmd_req_va_i ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.ld_out_valid_o ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.ld_out_ready_i ;
    (* hierconn *) wire [35:0]  \dut.u_mem.u_mmu.ld_out_addr_o ;
    (* hierconn *) wire [27:0]  \dut.u_mem.u_mmu.ld_req_va_i ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.st_out_valid_o ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.st_out_ready_i ;
    (* hierconn *) wire [35:0]  \dut.u_mem.u_mmu.st_out_addr_o ;
    (* hierconn *) wire [27:0]  \dut.u_mem.u_mmu.st_req_va_i ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.st_req_valid_i ;
    (* hierconn *) wire [27:0]  \dut.u_mem.u_mmu.root_i ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.flush_req_i ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.clear_i ;

    // Where that comes from and goes to.
    (* hierconn *) wire [27:0]  \dut.u_ctrl.u_jobs.job_root_o ;
    (* hierconn *) wire         \dut.u_ctrl.u_jobs.flush_o ;
    (* hierconn *) wire         \dut.u_ctrl.u_jobs.clear_o ;
    (* hierconn *) wire         \dut.u_ctrl.u_jobs.perf_busy_o ;
    (* hierconn *) wire [24:0]  \dut.u_ctrl.u_jobs.job_perf_va_o ;
    (* hierconn *) wire [25:0]  \dut.u_ctrl.u_regs.seqno_addr_lo_addr_o ;
    (* hierconn *) wire [7:0]   \dut.u_ctrl.u_regs.seqno_addr_hi_addr_o ;
    (* hierconn *) wire [27:0]  \dut.u_ctrl.u_regs.slot0_root_pfn_o ;
    (* hierconn *) wire [27:0]  \dut.u_ctrl.u_regs.slot1_root_pfn_o ;
    (* hierconn *) wire [55:0]  \dut.u_ctrl.u_jobs.root_i ;
    (* hierconn *) wire         \dut.u_ctrl.u_jobs.u_rec.slot_q ;
    (* hierconn *) wire         \dut.u_mem.rec_valid_i ;
    (* hierconn *) wire         \dut.u_mem.rec_ready_o ;
    (* hierconn *) wire [27:0]  \dut.u_engines.req_va_o ;
    (* hierconn *) wire [3:0]   \dut.u_engines.req_len_o ;
    (* hierconn *) wire         \dut.u_engines.req_valid_o ;
    (* hierconn *) wire [27:0]  \dut.u_engines.wr_va_o ;
    (* hierconn *) wire [3:0]   \dut.u_engines.wr_len_o ;
    (* hierconn *) wire [25:0]  \dut.u_fetch.req_va_o ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.ld_req_ready_o ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.ld_req_valid_i ;
    (* hierconn *) wire         \dut.u_mem.u_mmu.st_req_ready_o ;
    // The slices before and behind the MMU.
    (* hierconn *) wire [55:0]  \dut.u_mem.u_ld.wr_data_i ;
    (* hierconn *) wire         \dut.u_mem.u_ld.valid_q ;
    (* hierconn *) wire         \dut.u_mem.u_ld.room_q ;
    (* hierconn *) wire [55:0]  \dut.u_mem.u_ld.data_q ;
    (* hierconn *) wire [55:0]  \dut.u_mem.u_ld.parked_q ;
    (* hierconn *) wire [87:0]  \dut.u_mem.u_ld_bus.wr_data_i ;
    (* hierconn *) wire         \dut.u_mem.u_ld_bus.wr_valid_i ;
    (* hierconn *) wire         \dut.u_mem.u_ld_bus.valid_q ;
    (* hierconn *) wire         \dut.u_mem.u_ld_bus.room_q ;
    (* hierconn *) wire [87:0]  \dut.u_mem.u_ld_bus.data_q ;
    (* hierconn *) wire [87:0]  \dut.u_mem.u_ld_bus.parked_q ;
    (* hierconn *) wire [35:0]  \dut.u_mem.u_cmd_bus.wr_data_i ;
    (* hierconn *) wire         \dut.u_mem.u_cmd_bus.wr_valid_i ;
    (* hierconn *) wire         \dut.u_mem.u_cmd_bus.valid_q ;
    (* hierconn *) wire         \dut.u_mem.u_cmd_bus.room_q ;
    (* hierconn *) wire [35:0]  \dut.u_mem.u_cmd_bus.data_q ;
    (* hierconn *) wire [35:0]  \dut.u_mem.u_cmd_bus.parked_q ;
    (* hierconn *) wire [27:0]  \dut.u_mem.u_st.wr_data_i ;
    (* hierconn *) wire         \dut.u_mem.u_st.valid_q ;
    (* hierconn *) wire         \dut.u_mem.u_st.room_q ;
    (* hierconn *) wire [27:0]  \dut.u_mem.u_st.data_q ;
    (* hierconn *) wire [27:0]  \dut.u_mem.u_st.parked_q ;
    (* hierconn *) wire [35:0]  \dut.u_mem.u_st_bus.wr_data_i ;
    (* hierconn *) wire         \dut.u_mem.u_st_bus.wr_valid_i ;
    (* hierconn *) wire         \dut.u_mem.u_st_bus.valid_q ;
    (* hierconn *) wire         \dut.u_mem.u_st_bus.room_q ;
    (* hierconn *) wire [35:0]  \dut.u_mem.u_st_bus.data_q ;
    (* hierconn *) wire [35:0]  \dut.u_mem.u_st_bus.parked_q ;
    (* hierconn *) wire         \dut.u_mem.cmd_bus_valid ;
    (* hierconn *) wire         \dut.u_mem.cmd_bus_ready ;
    (* hierconn *) wire         \dut.u_mem.ld_bus_valid ;
    (* hierconn *) wire         \dut.u_mem.ld_bus_ready ;
    (* hierconn *) wire         \dut.u_mem.st_bus_valid ;
    (* hierconn *) wire         \dut.u_mem.st_bus_ready ;
    (* hierconn *) wire [27:0]  \dut.u_mem.u_wbus.tr_va_o ;
    (* hierconn *) wire [2:0]   \dut.u_mem.u_wbus.u_ask.count_o ;
    (* hierconn *) wire [2:0]   \dut.u_mem.u_wbus.u_ask.rd_ptr_q ;
    (* hierconn *) wire [2:0]   \dut.u_mem.u_wbus.u_list.wr_ptr_q ;
    (* hierconn *) wire [2:0]   \dut.u_mem.u_wbus.u_ask.wr_ptr_q ;
    (* hierconn *) wire [3:0]   \dut.u_mem.u_wbus.list_len ;
    (* hierconn *) wire [2:0]   \dut.u_mem.u_wbus.u_list.count_o ;
    (* hierconn *) wire [2:0]   \dut.u_mem.u_wbus.u_list.rd_ptr_q ;

    // ---- what is assumed ----

    wire [27:0] ld_va = \dut.u_mem.u_mmu.ld_req_va_i ;
    wire [27:0] st_va = \dut.u_mem.u_mmu.st_req_va_i ;
    wire [27:0] cmd_va = \dut.u_mem.u_mmu.cmd_req_va_i ;
    wire [35:0] ld_addr = \dut.u_mem.u_mmu.ld_out_addr_o ;
    wire [35:0] st_addr = \dut.u_mem.u_mmu.st_out_addr_o ;
    wire [35:0] cmd_addr = \dut.u_mem.u_mmu.cmd_out_addr_o ;
    wire [27:0] eng_ld_va = \dut.u_engines.req_va_o ;
    wire [27:0] eng_st_va = \dut.u_engines.wr_va_o ;
    always @* begin
        assume ({1'b0, eng_ld_va[3:0]} + {1'b0, \dut.u_engines.req_len_o } <= 5'd15);
        assume ({1'b0, eng_st_va[3:0]} + {1'b0, \dut.u_engines.wr_len_o } <= 5'd15);
        assume (ld_addr[7:0] == ld_va[7:0] && st_addr[7:0] == st_va[7:0] && cmd_addr[7:0] == cmd_va[7:0]);
        assume ((\dut.u_mem.u_mmu.st_out_valid_o && \dut.u_mem.u_mmu.st_out_ready_i )
                == (\dut.u_mem.u_mmu.st_req_valid_i && \dut.u_mem.u_mmu.st_req_ready_o ));
        assume ((\dut.u_mem.u_mmu.ld_out_valid_o && \dut.u_mem.u_mmu.ld_out_ready_i )
                == (\dut.u_mem.u_mmu.ld_req_valid_i && \dut.u_mem.u_mmu.ld_req_ready_o ));
    end

    // ---- reads ----

    wire walk_go = \dut.u_mem.u_mmu.walk_ar_valid_o && \dut.u_mem.u_mmu.walk_ar_ready_i ;
    wire cmd_go  = \dut.u_mem.cmd_bus_valid && \dut.u_mem.cmd_bus_ready ;
    wire ld_go   = \dut.u_mem.ld_bus_valid && \dut.u_mem.ld_bus_ready ;
    wire [87:0] ld_bus = \dut.u_mem.u_ld_bus.data_q ;
    reg        ar_due = 1'b0;           // granted, not yet taken by memory
    reg [39:4] ar_passed;
    reg [3:0]  ar_beats;                // less 1
    always @(posedge clk_i)
        if (\dut.rst_q ) ar_due <= 1'b0;
        else if (walk_go || cmd_go || ld_go) ar_due <= 1'b1;
        else if (m_arready_i) ar_due <= 1'b0;
    always @(posedge clk_i)
        if (walk_go) begin
            ar_passed <= {\dut.u_mem.u_mmu.walk_ar_addr_o , 2'd0};
            ar_beats  <= 4'd3;
        end else if (cmd_go) begin
            ar_passed <= \dut.u_mem.u_cmd_bus.data_q ;
            ar_beats  <= 4'd3;
        end else if (ld_go) begin
            ar_passed <= ld_bus[87:52];
            ar_beats  <= ld_bus[51:48];
        end

    // ---- writes ----

    wire rec_go = \dut.u_mem.rec_valid_i && \dut.u_mem.rec_ready_o ;
    wire st_go  = \dut.u_mem.st_bus_valid && \dut.u_mem.st_bus_ready ;
    reg        aw_due = 1'b0;
    reg [39:4] aw_passed;
    reg [3:0]  aw_beats;
    always @(posedge clk_i)
        if (\dut.rst_q ) aw_due <= 1'b0;
        else if (rec_go || st_go) aw_due <= 1'b1;
        else if (m_awready_i) aw_due <= 1'b0;
    always @(posedge clk_i)
        if (rec_go) begin
            aw_passed <= {\dut.u_ctrl.u_regs.seqno_addr_hi_addr_o , \dut.u_ctrl.u_regs.seqno_addr_lo_addr_o , 1'b0,
                          \dut.u_ctrl.u_jobs.u_rec.slot_q };
            aw_beats  <= 4'd0;
        end else if (st_go) begin
            aw_passed <= \dut.u_mem.u_st_bus.data_q ;
            aw_beats  <= \dut.u_mem.u_wbus.list_len ;
        end

    // ---- what is proved ----

    always @* if (started) begin
        // 1. What is on AR is what was granted last: a page table's line of the walker, or a translation out of its
        //    slice, into which only the MMU puts translations, with the length of the request.
        assert (arvalid == ar_due);
        if (arvalid) assert (araddr == {ar_passed, 4'd0} && arlen == {4'd0, ar_beats});
        assert ({1'b0, walk_go} + {1'b0, cmd_go} + {1'b0, ld_go} <= 2'd1);
        // 2. What is on AW is a translation or the place of a completion record.
        assert (awvalid == aw_due);
        if (awvalid) assert (awaddr == {aw_passed, 4'd0} && awlen == {4'd0, aw_beats});
        assert (!(rec_go && st_go));
        // 3. No burst crosses a line of 256 bytes, so none crosses 4 KiB; beats of 16 bytes, rising.
        if (arvalid) assert ({1'b0, araddr[7:4]} + {1'b0, arlen[3:0]} <= 5'd15);
        if (awvalid) assert ({1'b0, awaddr[7:4]} + {1'b0, awlen[3:0]} <= 5'd15);
        assert (arsize == 3'd4 && awsize == 3'd4 && arburst == 2'd1 && awburst == 2'd1);
        // 4. The MMU walks from the job's root, translates what was asked for, and forgets when it should.
        assert (\dut.u_mem.u_mmu.root_i == \dut.u_ctrl.u_jobs.job_root_o );
        assert (\dut.u_ctrl.u_jobs.root_i == {\dut.u_ctrl.u_regs.slot1_root_pfn_o , \dut.u_ctrl.u_regs.slot0_root_pfn_o });
        assert (\dut.u_mem.u_mmu.flush_req_i == \dut.u_ctrl.u_jobs.flush_o );
        assert (\dut.u_mem.u_mmu.clear_i == \dut.u_ctrl.u_jobs.clear_o );
        assert (\dut.u_mem.u_ld.wr_data_i [55:24] == {eng_ld_va, \dut.u_engines.req_len_o });
        assert (ld_va == \dut.u_mem.u_ld.data_q [55:28]);
        assert (\dut.u_mem.u_st.wr_data_i == \dut.u_mem.u_wbus.tr_va_o && st_va == \dut.u_mem.u_st.data_q );
        assert (\dut.u_mem.u_ld_bus.wr_valid_i == \dut.u_mem.u_mmu.ld_out_valid_o );
        assert (\dut.u_mem.u_ld_bus.wr_data_i [87:48] == {ld_addr, \dut.u_mem.u_ld.data_q [27:24]});
        assert (\dut.u_mem.u_cmd_bus.wr_valid_i == \dut.u_mem.u_mmu.cmd_out_valid_o );
        assert (\dut.u_mem.u_cmd_bus.wr_data_i == cmd_addr);
        assert (\dut.u_mem.u_st_bus.wr_valid_i == \dut.u_mem.u_mmu.st_out_valid_o );
        assert (\dut.u_mem.u_st_bus.wr_data_i == st_addr);
        assert (cmd_va == {\dut.u_fetch.req_va_o , 2'd0});
        // 5. Answers are always accepted.
        assert (rready && bready);
        // Invariant: bursts in the list stay in their line.
        for (n = 0; n < 4; n = n + 1) begin
            entry = list >> (57 * n);
            place = n[1:0] - \dut.u_mem.u_wbus.u_list.rd_ptr_q [1:0];
            if ({1'b0, place} < \dut.u_mem.u_wbus.u_list.count_o )
                assert ({1'b0, entry[32:29]} + {1'b0, entry[28:25]} <= 5'd15);
        end
        assert (\dut.u_mem.u_wbus.u_list.count_o <= 3'd4);
        // So do commands and LOAD's requests in the slices.
        assert (\dut.u_mem.u_cmd_bus.valid_q || \dut.u_mem.u_cmd_bus.room_q );
        if (\dut.u_mem.u_cmd_bus.valid_q ) assert (\dut.u_mem.u_cmd_bus.data_q [1:0] == 2'd0);
        if (!\dut.u_mem.u_cmd_bus.room_q ) assert (\dut.u_mem.u_cmd_bus.parked_q [1:0] == 2'd0);
        assert (\dut.u_mem.u_ld.valid_q || \dut.u_mem.u_ld.room_q );
        assert (\dut.u_mem.u_ld_bus.valid_q || \dut.u_mem.u_ld_bus.room_q );
        if (\dut.u_mem.u_ld.valid_q ) assert (fits(\dut.u_mem.u_ld.data_q [31:24]));
        if (!\dut.u_mem.u_ld.room_q ) assert (fits(\dut.u_mem.u_ld.parked_q [31:24]));
        if (\dut.u_mem.u_ld_bus.valid_q ) assert (fits(ld_bus[55:48]));
        if (!\dut.u_mem.u_ld_bus.room_q ) assert (fits(\dut.u_mem.u_ld_bus.parked_q [55:48]));
    end
    integer    n;
    reg [56:0] entry;
    reg [1:0]  place;
    function fits(input [7:0] start_and_len);
        fits = {1'b0, start_and_len[7:4]} + {1'b0, start_and_len[3:0]} <= 5'd15;
    endfunction

    // STORE's bursts in the list, the oldest first, are those whose translations wait for the bus, then those that wait for
    // the MMU, then those that are still to be asked for.
    wire [2:0] at_bus   = {2'd0, \dut.u_mem.u_st_bus.valid_q } + {2'd0, !\dut.u_mem.u_st_bus.room_q };
    wire [2:0] at_mmu   = {2'd0, \dut.u_mem.u_st.valid_q } + {2'd0, !\dut.u_mem.u_st.room_q };
    wire [2:0] to_ask   = \dut.u_mem.u_wbus.u_ask.count_o ;
    wire [2:0] before_ask = at_bus + at_mmu;
    reg [7:0]   offset;
    reg [2:0]   i;
    reg [1:0]   at;
    reg [227:0] list_from;
    reg [111:0] asks_from;
    always @* if (started) begin
        assert (\dut.u_mem.u_st.valid_q || \dut.u_mem.u_st.room_q );
        assert (\dut.u_mem.u_st_bus.valid_q || \dut.u_mem.u_st_bus.room_q );
        assert ({1'b0, \dut.u_mem.u_wbus.u_list.count_o } == {1'b0, at_bus} + {1'b0, at_mmu} + {1'b0, to_ask});
        for (i = 3'd0; i < 3'd4; i = i + 3'd1) begin
            at        = \dut.u_mem.u_wbus.u_ask.rd_ptr_q [1:0] + i[1:0] - before_ask[1:0];
            asks_from = asks >> (28 * at);
            at        = \dut.u_mem.u_wbus.u_list.rd_ptr_q [1:0] + i[1:0];
            list_from = list >> (57 * at);
            if (i < at_bus) offset = i == 3'd0 ? \dut.u_mem.u_st_bus.data_q [7:0] : \dut.u_mem.u_st_bus.parked_q [7:0];
            else if (i < before_ask) offset = i == at_bus ? \dut.u_mem.u_st.data_q [7:0] : \dut.u_mem.u_st.parked_q [7:0];
            else offset = asks_from[7:0];
            if (i < \dut.u_mem.u_wbus.u_list.count_o ) assert (list_from[36:29] == offset);
        end
    end

    // 6. VALID stays until READY, with all that goes with it.  (CTRL.RESET waits until nothing is outstanding.)
    reg        ar_waits = 1'b0, aw_waits = 1'b0, w_waits = 1'b0;
    reg [49:0] ar_q, aw_q;
    reg        wlast_q;
    always @(posedge clk_i) begin
        ar_waits <= arvalid && !m_arready_i && !\dut.rst_q ;
        aw_waits <= awvalid && !m_awready_i && !\dut.rst_q ;
        w_waits  <= wvalid && !m_wready_i && !\dut.rst_q ;
        ar_q     <= {araddr, arlen, arid};
        aw_q     <= {awaddr, awlen, awid};
        wlast_q  <= wlast;
    end
    always @* if (started) begin
        if (ar_waits) assert (arvalid && ar_q == {araddr, arlen, arid});
        if (aw_waits) assert (awvalid && aw_q == {awaddr, awlen, awid});
        if (w_waits) assert (wvalid && wlast == wlast_q);
    end

    // Covered: a burst of LOAD, a completion record and STORE's last beat are offered before memory was ever ready.
    reg was_ready = 1'b0;
    always @(posedge clk_i) was_ready <= was_ready || m_arready_i || m_awready_i || m_wready_i;
    always @* cover (started && !was_ready && arvalid && arid == 2'd0 && arlen == 8'd15);
    always @* cover (started && !was_ready && awvalid && wvalid && wlast && awaddr[39:6] != 34'd0
                     && aw_beats == 4'd0 && awaddr[4]);

endmodule

`default_nettype wire
