// SPDX-License-Identifier: Apache-2.0
//
// fcn_rbus: free requesters, free memory.
//
// Assumed of the requesters, and proved in prove_fetch and prove_isolate: at most four command bursts and one
// page-table read are under way.  Assumed of fcn_jobs, and proved in prove_control: clear_i ends only when
// nothing is outstanding.  Assumed of memory: it answers only bursts that it has accepted.
//
//@ claim every read is one that was granted, unchanged, until memory takes it; outstanding reads are counted right
//@ induction 1
//@ cover 9
//@ mutant fcn_rbus.v s/araddr_q <= walk_go ? .*/araddr_q <= walk_valid_i ? {walk_addr_i, 2'd0} : ld_addr_i;/
//@ mutant fcn_rbus.v s/wire free     = .*/wire free = !clear_i;/
//@ mutant fcn_rbus.v s/wire      burst_end = .*/wire burst_end = ld_r \&\& r_last_q;/
//@ mutant fcn_rbus.v s/arid_q   <= walk_go ? ID_WALK : cmd_go ? ID_CMD : ID_LOAD/arid_q <= cmd_go ? ID_CMD : ID_LOAD/
//@ mutant fcn_rbus.v s/ld_valid_i \&\& ld_room \&\& !ld_dead_q/ld_valid_i/
`default_nettype none

module prove_rbus (
    input wire        clk_i,
    input wire        rst_i,
    input wire        clear_i,
    input wire        walk_valid_i,
    input wire [39:6] walk_addr_i,
    input wire        cmd_valid_i,
    input wire [39:6] cmd_addr_i,
    input wire        ld_valid_i,
    input wire [39:4] ld_addr_i,
    input wire [3:0]  ld_len_i,
    input wire [31:8] ld_va_i,
    input wire        arready_i,
    input wire        rvalid_i,
    input wire [1:0]  rid_i,
    input wire        rerr_i,
    input wire        rlast_i
);

    wire        idle, walk_ready, cmd_ready, ld_ready, arvalid, walk_rd, cmd_rd, ld_rd;
    wire [1:0]  arid;
    wire [39:4] araddr;
    wire [3:0]  arlen;

    // Few of LOAD's bursts, so that the list runs full within the covered steps.
    localparam integer LOAD_LOG2 = 2;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_rbus #(.LOAD_LOG2(LOAD_LOG2)) dut (
        .clk_i          (clk_i),
        .rst_i          (rst_i),
        .clear_i        (clear_i),
        .idle_o         (idle),
        .walk_valid_i   (walk_valid_i),
        .walk_ready_o   (walk_ready),
        .walk_addr_i    (walk_addr_i),
        .cmd_valid_i    (cmd_valid_i),
        .cmd_ready_o    (cmd_ready),
        .cmd_addr_i     ({cmd_addr_i, 2'd0}),
        .ld_valid_i     (ld_valid_i),
        .ld_ready_o     (ld_ready),
        .ld_addr_i      (ld_addr_i),
        .ld_len_i       (ld_len_i),
        .ld_va_i        (ld_va_i),
        .ld_index_i     (24'd0),
        .ld_mmu_fault_i (1'b0),
        .ld_mmu_cause_i (8'd0),
        .walk_rd_valid_o(walk_rd),
        .cmd_rd_valid_o (cmd_rd),
        .ld_rd_valid_o  (ld_rd),
        .rd_data_o      (),
        .rd_err_o       (),
        .fault_valid_o  (),
        .fault_cause_o  (),
        .fault_addr_o   (),
        .fault_index_o  (),
        .arvalid_o      (arvalid),
        .arready_i      (arready_i),
        .arid_o         (arid),
        .araddr_o       (araddr),
        .arlen_o        (arlen),
        .rvalid_i       (rvalid_i),
        .rid_i          (rid_i),
        .rdata_i        (128'd0),
        .rerr_i         (rerr_i),
        .rlast_i        (rlast_i)
    );
    /* verilator lint_on PINCONNECTEMPTY */

    (* hierconn *) wire [7:0]         \dut.outstanding_q ;
    (* hierconn *) wire [LOAD_LOG2:0] \dut.u_list.count_o ;
    (* hierconn *) wire               \dut.u_list.rd_ready_i ;
    (* hierconn *) wire               \dut.r_valid_q ;
    (* hierconn *) wire               \dut.r_last_q ;
    (* hierconn *) wire [1:0]         \dut.r_id_q ;
    (* hierconn *) wire               \dut.ld_dead_q ;

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    // ---- grants ----

    wire walk_go = walk_valid_i && walk_ready;
    wire cmd_go  = cmd_valid_i && cmd_ready;
    wire ld_go   = ld_valid_i && ld_ready;
    reg  [39:4] granted_addr;
    reg  [3:0]  granted_len;
    reg  [1:0]  granted_id;
    reg         granted = 1'b0;         // and not yet taken by memory
    always @(posedge clk_i)
        if (walk_go || cmd_go || ld_go) begin
            granted_id   <= walk_go ? 2'd2 : cmd_go ? 2'd1 : 2'd0;
            granted_addr <= walk_go ? {walk_addr_i, 2'd0} : cmd_go ? {cmd_addr_i, 2'd0} : ld_addr_i;
            granted_len  <= ld_go ? ld_len_i : 4'd3;
        end
    always @(posedge clk_i)
        if (rst_i) granted <= 1'b0;
        else if (walk_go || cmd_go || ld_go) granted <= 1'b1;
        else if (arready_i) granted <= 1'b0;

    // ---- bursts that memory has accepted and not answered, by ID ----

    reg [7:0] walks, cmds, loads;
    wire      taken = arvalid && arready_i;
    wire      ended = rvalid_i && rlast_i;
    always @(posedge clk_i)
        if (rst_i) begin
            walks <= 8'd0;
            cmds  <= 8'd0;
            loads <= 8'd0;
        end else begin
            walks <= walks + {7'd0, taken && arid == 2'd2} - {7'd0, ended && rid_i == 2'd2};
            cmds  <= cmds + {7'd0, taken && arid == 2'd1} - {7'd0, ended && rid_i == 2'd1};
            loads <= loads + {7'd0, taken && arid == 2'd0} - {7'd0, ended && rid_i == 2'd0};
        end
    always @* if (rvalid_i) assume (rid_i == 2'd0 ? loads != 8'd0 : rid_i == 2'd1 ? cmds != 8'd0 :
                                    rid_i == 2'd2 && walks != 8'd0);

    // Bursts of a requester from the grant to the last beat at its port.
    wire       last_q   = \dut.r_valid_q && \dut.r_last_q ;
    wire [7:0] my_walks = walks + {7'd0, arvalid && arid == 2'd2} + {7'd0, last_q && \dut.r_id_q == 2'd2};
    wire [7:0] my_cmds  = cmds + {7'd0, arvalid && arid == 2'd1} + {7'd0, last_q && \dut.r_id_q == 2'd1};
    wire [7:0] my_loads = loads + {7'd0, arvalid && arid == 2'd0} + {7'd0, last_q && \dut.r_id_q == 2'd0};
    always @* begin
        if (my_walks >= 8'd1) assume (!walk_valid_i);
        if (my_cmds >= 8'd4) assume (!cmd_valid_i);
    end

    reg clear_q = 1'b0;
    reg idle_q  = 1'b0;
    always @(posedge clk_i) clear_q <= clear_i && !rst_i;
    always @(posedge clk_i) idle_q <= idle;
    always @* if (clear_q && !clear_i) assume (idle_q || rst_i);

    always @* if (started) begin
        // 1. What is on the bus was granted, and does not change until memory takes it.
        assert (arvalid == granted);
        assert (granted_id != 2'd3 || !granted);
        if (arvalid) assert (arid == granted_id && araddr == granted_addr && arlen == granted_len);
        // 2. One grant at a time, and none while what is on the bus waits or clear_i is high.
        assert ({1'b0, walk_go} + {1'b0, cmd_go} + {1'b0, ld_go} <= 2'd1);
        if (walk_go || cmd_go || ld_go) assert (!clear_i && (!arvalid || arready_i));
        // 3. Outstanding bursts are counted right and the counter never overflows.
        assert (\dut.outstanding_q == my_walks + my_cmds + my_loads);
        assert (my_walks <= 8'd1 && my_cmds <= 8'd4 && my_loads <= 8'd1 << LOAD_LOG2);
        assert (walks <= my_walks && cmds <= my_cmds && loads <= my_loads);
        assert (idle == (!arvalid && walks == 8'd0 && cmds == 8'd0 && loads == 8'd0 && !last_q));
        if (clear_q && idle_q) assert (idle);
        if (\dut.r_valid_q ) assert (\dut.r_id_q != 2'd3);
        // 4. The list of LOAD's bursts has an entry for each, and never runs empty under an answer.
        assert (\dut.u_list.count_o <= 1 << LOAD_LOG2);
        if (!clear_q && !\dut.ld_dead_q ) assert ({{(7-LOAD_LOG2){1'b0}}, \dut.u_list.count_o } == my_loads);
        if (clear_q) assert (\dut.u_list.count_o == 0);
        if (!clear_q) assert ({{(7-LOAD_LOG2){1'b0}}, \dut.u_list.count_o } >= my_loads);
        if (\dut.u_list.rd_ready_i && !rst_i) assert (\dut.u_list.count_o != 0);
        // 5. Data goes to the requester whose ID it has, and to none under clear_i.
        if (walk_rd) assert (my_walks != 8'd0 || walks != 8'd0);
        assert ({1'b0, walk_rd} + {1'b0, cmd_rd} + {1'b0, ld_rd} <= 2'd1);
        if (walk_rd || cmd_rd || ld_rd) assert (\dut.r_valid_q && !clear_i);
        if (walk_rd) assert (\dut.r_id_q == 2'd2);
        if (cmd_rd) assert (\dut.r_id_q == 2'd1);
        if (ld_rd) assert (\dut.r_id_q == 2'd0);
        if (\dut.r_valid_q && !last_q)
            assert (\dut.r_id_q == 2'd2 ? walks != 8'd0 : \dut.r_id_q == 2'd1 ? cmds != 8'd0 : loads != 8'd0);
    end

    // Covered: LOAD's list is full while a walk is on the bus; later a drain ends.
    reg was_full = 1'b0;
    always @(posedge clk_i) was_full <= !rst_i && (was_full || (my_loads == 8'd4 && arvalid && arid == 2'd2));
    always @* cover (started && was_full && ld_rd);
    always @* cover (started && clear_q && !clear_i && idle && !rst_i);

endmodule

`default_nettype wire
