// SPDX-License-Identifier: Apache-2.0
//
// fcn_rbus: the read half of the AXI master.
//
// Three requesters, the first one first: page walks (ID 2), command fetch (ID 1), LOAD (ID 0).
// Memory answers one ID's bursts in order, so data finds its requester by its ID alone.  Nobody
// can refuse data.  clear_i is a drain: nothing more is asked for, what still arrives is dropped,
// and idle_o rises when all has arrived.
//
// LOAD's first fault is found here, because it needs the order of LOAD's bursts: a bus error
// counts at once (all earlier bursts have been answered), the MMU's fault when no burst is
// outstanding.  After it LOAD gets neither grants nor data.
//
// LOAD_LOG2  base-2 logarithm of LOAD's bursts that may be outstanding
`default_nettype none

module fcn_rbus #(
    parameter integer LOAD_LOG2 = 7
) (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,
    output wire         idle_o,             // nothing outstanding

    // Requests, physical, from fcn_mmu.
    input  wire         walk_valid_i,
    output wire         walk_ready_o,
    input  wire [39:6]  walk_addr_i,        // 4 beats
    input  wire         cmd_valid_i,
    output wire         cmd_ready_o,
    input  wire [39:4]  cmd_addr_i,         // 4 beats
    input  wire         ld_valid_i,
    output wire         ld_ready_o,
    input  wire [39:4]  ld_addr_i,
    input  wire [3:0]   ld_len_i,           // beats - 1
    input  wire [31:8]  ld_va_i,            // for faults
    input  wire [23:0]  ld_index_i,         // for faults

    // The MMU's fault of LOAD's next request: a level.
    input  wire         ld_mmu_fault_i,
    input  wire [7:0]   ld_mmu_cause_i,

    // Answers: one of the valids for each beat.
    output wire         walk_rd_valid_o,
    output wire         cmd_rd_valid_o,
    output wire         ld_rd_valid_o,
    output wire [127:0] rd_data_o,
    output wire         rd_err_o,           // with walk_rd_valid_o or cmd_rd_valid_o

    // LOAD's first fault: a level until clear_i.
    output wire         fault_valid_o,
    output wire [7:0]   fault_cause_o,
    output wire [31:0]  fault_addr_o,
    output wire [23:0]  fault_index_o,

    // AXI4.  Size, burst type, cache and protection are constants of the top.
    output wire         arvalid_o,
    input  wire         arready_i,
    output wire [1:0]   arid_o,
    output wire [39:4]  araddr_o,
    output wire [3:0]   arlen_o,
    input  wire         rvalid_i,
    input  wire [1:0]   rid_i,
    input  wire [127:0] rdata_i,
    input  wire         rerr_i,             // SLVERR or DECERR
    input  wire         rlast_i
);

    `include "fcn_defs.vh"

    localparam [1:0] ID_LOAD = 2'd0;
    localparam [1:0] ID_CMD  = 2'd1;
    localparam [1:0] ID_WALK = 2'd2;

    // ---- requests ----

    reg        arvalid_q;
    reg [1:0]  arid_q;
    reg [39:4] araddr_q;
    reg [3:0]  arlen_q;
    reg        ld_dead_q;                   // a bus error was LOAD's last word

    wire ld_room;                           // in the list of LOAD's outstanding bursts
    wire free     = (!arvalid_q || arready_i) && !clear_i;
    wire walk_go  = free && walk_valid_i;
    wire cmd_go   = free && !walk_valid_i && cmd_valid_i;
    wire ld_go    = free && !walk_valid_i && !cmd_valid_i && ld_valid_i && ld_room && !ld_dead_q;
    wire go       = walk_go || cmd_go || ld_go;

    assign walk_ready_o = free;
    assign cmd_ready_o  = free && !walk_valid_i;
    assign ld_ready_o   = free && !walk_valid_i && !cmd_valid_i && ld_room && !ld_dead_q;

    always @(posedge clk_i)
        if (rst_i) arvalid_q <= 1'b0;
        else if (go) arvalid_q <= 1'b1;
        else if (arready_i) arvalid_q <= 1'b0;

    always @(posedge clk_i)
        if (go) begin
            arid_q   <= walk_go ? ID_WALK : cmd_go ? ID_CMD : ID_LOAD;
            araddr_q <= walk_go ? {walk_addr_i, 2'd0} : cmd_go ? cmd_addr_i : ld_addr_i;
            arlen_q  <= ld_go ? ld_len_i : 4'd3;
        end

    assign arvalid_o = arvalid_q;
    assign arid_o    = arid_q;
    assign araddr_o  = araddr_q;
    assign arlen_o   = arlen_q;

    // ---- answers ----

    reg         r_valid_q;
    reg [1:0]   r_id_q;
    reg [127:0] r_data_q;
    reg         r_err_q;
    reg         r_last_q;

    always @(posedge clk_i) r_valid_q <= rvalid_i && !rst_i;
    always @(posedge clk_i)
        if (rvalid_i) begin
            r_id_q   <= rid_i;
            r_data_q <= rdata_i;
            r_err_q  <= rerr_i;
            r_last_q <= rlast_i;
        end

    wire use_r = r_valid_q && !clear_i;
    wire ld_r  = use_r && r_id_q == ID_LOAD && !ld_dead_q;

    assign walk_rd_valid_o = use_r && r_id_q == ID_WALK;
    assign cmd_rd_valid_o  = use_r && r_id_q == ID_CMD;
    assign ld_rd_valid_o   = ld_r && !r_err_q;
    assign rd_data_o       = r_data_q;
    assign rd_err_o        = r_err_q;

    // Bursts from their grant to their last beat.
    reg [7:0] outstanding_q;
    wire      burst_end = r_valid_q && r_last_q;
    always @(posedge clk_i)
        if (rst_i) outstanding_q <= 8'd0;
        else if (go != burst_end) outstanding_q <= go ? outstanding_q + 8'd1 : outstanding_q - 8'd1;

    assign idle_o = outstanding_q == 8'd0;

    // ---- LOAD's outstanding bursts and first fault ----

    wire        ld_some;
    wire [31:8] ld_va;
    wire [23:0] ld_index;
    /* verilator lint_off PINCONNECTEMPTY */
    fcn_fifo #(
        .WIDTH(48),
        .DEPTH_LOG2(LOAD_LOG2)
    ) u_list (
        .clk_i     (clk_i),
        .rst_i     (rst_i || clear_i),
        .wr_valid_i(ld_go),
        .wr_ready_o(ld_room),
        .wr_data_i ({ld_va_i, ld_index_i}),
        .rd_valid_o(ld_some),
        .rd_ready_i(ld_r && r_last_q),
        .rd_data_o ({ld_va, ld_index}),
        .count_o   ()                       // valid and ready say all that is needed
    );
    /* verilator lint_on PINCONNECTEMPTY */

    // Kept, because the list moves on.
    reg [31:8] err_va_q;
    reg [23:0] err_index_q;
    always @(posedge clk_i)
        if (rst_i || clear_i) ld_dead_q <= 1'b0;
        else if (ld_r && r_err_q) ld_dead_q <= 1'b1;
    always @(posedge clk_i)
        if (ld_r && r_err_q) begin
            err_va_q    <= ld_va;
            err_index_q <= ld_index;
        end

    assign fault_valid_o = ld_dead_q || (ld_mmu_fault_i && !ld_some);
    assign fault_cause_o = ld_dead_q ? FCN_CAUSE_BUS_READ : ld_mmu_cause_i;
    assign fault_addr_o  = ld_dead_q ? {err_va_q, 8'd0} : {ld_va_i[31:12], 12'd0};
    assign fault_index_o = ld_dead_q ? err_index_q : ld_index_i;

endmodule

`default_nettype wire
