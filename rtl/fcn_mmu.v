// SPDX-License-Identifier: Apache-2.0
//
// fcn_mmu: the only source of physical addresses for what a job asks of memory.
//
// Three ports: LOAD and CMD (command fetch) read, STORE writes; STORE's also serves the
// performance record.  A request enters with a virtual address and leaves, in the same cycle
// when its page is the port's last one, with a physical address.  The index of a port in the
// vectors below is 0 LOAD, 1 STORE, 2 CMD.
`default_nettype none

module fcn_mmu (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,            // forget requests and faults; translations stay
    input  wire [39:12] root_i,             // page directory of the job
    input  wire         flush_req_i,        // level until flush_done_o: forget all translations
    output wire         flush_done_o,

    // Requests, virtual.  req_va_i stays while req_valid_i waits for req_ready_o.
    input  wire         ld_req_valid_i,
    output wire         ld_req_ready_o,
    input  wire [31:4]  ld_req_va_i,
    input  wire         st_req_valid_i,
    output wire         st_req_ready_o,
    input  wire [31:4]  st_req_va_i,
    input  wire         cmd_req_valid_i,
    output wire         cmd_req_ready_o,
    input  wire [31:4]  cmd_req_va_i,

    // The same requests, physical.
    output wire         ld_out_valid_o,
    input  wire         ld_out_ready_i,
    output wire [39:4]  ld_out_addr_o,
    output wire         st_out_valid_o,
    input  wire         st_out_ready_i,
    output wire [39:4]  st_out_addr_o,
    output wire         cmd_out_valid_o,
    input  wire         cmd_out_ready_i,
    output wire [39:4]  cmd_out_addr_o,

    // The waiting request of a port fails; levels until clear_i.
    output wire         ld_fault_valid_o,
    output wire [7:0]   ld_fault_cause_o,
    output wire         st_fault_valid_o,
    output wire [7:0]   st_fault_cause_o,
    output wire         cmd_fault_valid_o,
    output wire [7:0]   cmd_fault_cause_o,

    // Page-table reads: 64 bytes each; four beats answer.
    output wire         walk_ar_valid_o,
    input  wire         walk_ar_ready_i,
    output wire [39:6]  walk_ar_addr_o,
    input  wire         walk_rd_valid_i,
    input  wire [127:0] walk_rd_data_i,
    input  wire         walk_rd_err_i,

    output wire         walk_idle_o,        // level: no page-table read under way or to come ahead
    output wire         miss_o              // pulse: a translation missed the TLB
);

    wire [2:0]  lk_valid;
    wire [2:0]  walk_valid;
    wire [2:0]  walk_done;
    wire [7:0]  walk_cause;
    wire        lk_hit;
    wire [31:0] lk_entry;

    // A lookup takes three cycles: the TLB compares, it reads, the port has its answer.  One port at a time, the lowest
    // first; a port that waits has its page compared in every cycle.
    reg  [2:0]   lk_port_q;         // who reads, one-hot
    reg          lk_done;
    reg  [31:15] lk_page_q;         // of the answer
    wire [2:0]   lk_ready = {3{lk_port_q == 3'd0}} & lk_valid & (~lk_valid + 3'd1);

    always @(posedge clk_i)
        if (rst_i || clear_i || flush_done_o) begin
            lk_port_q <= 3'd0;
            lk_done   <= 1'b0;
        end else begin
            lk_port_q <= lk_ready;
            lk_done   <= lk_port_q != 3'd0;
        end

    always @(posedge clk_i)
        if (lk_port_q != 3'd0)
            lk_page_q <= lk_port_q[0] ? ld_req_va_i[31:15] :
                         lk_port_q[1] ? st_req_va_i[31:15] : cmd_req_va_i[31:15];

    assign miss_o = lk_done && !lk_hit;

    fcn_mmu_port #(.WRITE(0)) u_ld (
        .clk_i        (clk_i),
        .rst_i        (rst_i),
        .clear_i      (clear_i),
        .flush_i      (flush_done_o),
        .req_valid_i  (ld_req_valid_i),
        .req_ready_o  (ld_req_ready_o),
        .req_page_i   (ld_req_va_i[31:12]),
        .out_valid_o  (ld_out_valid_o),
        .out_ready_i  (ld_out_ready_i),
        .out_page_o   (ld_out_addr_o[39:12]),
        .lk_valid_o   (lk_valid[0]),
        .lk_ready_i   (lk_ready[0]),
        .lk_done_i    (lk_done),
        .lk_hit_i     (lk_hit),
        .lk_entry_i   (lk_entry),
        .walk_valid_o (walk_valid[0]),
        .walk_done_i  (walk_done[0]),
        .walk_cause_i (walk_cause),
        .fault_valid_o(ld_fault_valid_o),
        .fault_cause_o(ld_fault_cause_o)
    );

    fcn_mmu_port #(.WRITE(1)) u_st (
        .clk_i        (clk_i),
        .rst_i        (rst_i),
        .clear_i      (clear_i),
        .flush_i      (flush_done_o),
        .req_valid_i  (st_req_valid_i),
        .req_ready_o  (st_req_ready_o),
        .req_page_i   (st_req_va_i[31:12]),
        .out_valid_o  (st_out_valid_o),
        .out_ready_i  (st_out_ready_i),
        .out_page_o   (st_out_addr_o[39:12]),
        .lk_valid_o   (lk_valid[1]),
        .lk_ready_i   (lk_ready[1]),
        .lk_done_i    (lk_done),
        .lk_hit_i     (lk_hit),
        .lk_entry_i   (lk_entry),
        .walk_valid_o (walk_valid[1]),
        .walk_done_i  (walk_done[1]),
        .walk_cause_i (walk_cause),
        .fault_valid_o(st_fault_valid_o),
        .fault_cause_o(st_fault_cause_o)
    );

    fcn_mmu_port #(.WRITE(0)) u_cmd (
        .clk_i        (clk_i),
        .rst_i        (rst_i),
        .clear_i      (clear_i),
        .flush_i      (flush_done_o),
        .req_valid_i  (cmd_req_valid_i),
        .req_ready_o  (cmd_req_ready_o),
        .req_page_i   (cmd_req_va_i[31:12]),
        .out_valid_o  (cmd_out_valid_o),
        .out_ready_i  (cmd_out_ready_i),
        .out_page_o   (cmd_out_addr_o[39:12]),
        .lk_valid_o   (lk_valid[2]),
        .lk_ready_i   (lk_ready[2]),
        .lk_done_i    (lk_done),
        .lk_hit_i     (lk_hit),
        .lk_entry_i   (lk_entry),
        .walk_valid_o (walk_valid[2]),
        .walk_done_i  (walk_done[2]),
        .walk_cause_i (walk_cause),
        .fault_valid_o(cmd_fault_valid_o),
        .fault_cause_o(cmd_fault_cause_o)
    );

    // The offset in the page goes around the port.
    assign ld_out_addr_o[11:4]  = ld_req_va_i[11:4];
    assign st_out_addr_o[11:4]  = st_req_va_i[11:4];
    assign cmd_out_addr_o[11:4] = cmd_req_va_i[11:4];

    wire         probe_valid, probe_hit, fill_start, fill_valid, fill_end;
    wire [31:16] probe_line;
    wire [1:0]   fill_beat;

    fcn_tlb u_tlb (
        .clk_i        (clk_i),
        .rst_i        (rst_i),
        .flush_i      (flush_done_o),
        .lk_valid_i   (lk_valid),
        .lk_pages_i   ({cmd_req_va_i[31:12], st_req_va_i[31:12], ld_req_va_i[31:12]}),
        .lk_port_i    (lk_port_q),
        .lk_hit_o     (lk_hit),
        .lk_entry_o   (lk_entry),
        .probe_valid_i(probe_valid),
        .probe_line_i (probe_line),
        .probe_hit_o  (probe_hit),
        .fill_start_i (fill_start),
        .fill_line_i  (probe_line),
        .fill_valid_i (fill_valid),
        .fill_beat_i  (fill_beat),
        .fill_data_i  (walk_rd_data_i),
        .fill_end_i   (fill_end)
    );

    fcn_walk u_walk (
        .clk_i        (clk_i),
        .rst_i        (rst_i),
        .clear_i      (clear_i),
        .root_i       (root_i),
        .idle_o       (walk_idle_o),
        .flush_req_i  (flush_req_i),
        .flush_o      (flush_done_o),
        .req_valid_i  (walk_valid),
        .req_line_i   ({cmd_req_va_i[31:16], st_req_va_i[31:16], ld_req_va_i[31:16]}),
        .req_done_o   (walk_done),
        .req_cause_o  (walk_cause),
        .hint_valid_i (lk_done && lk_hit && lk_page_q[15]),
        .hint_line_i  (lk_page_q[31:16]),
        .probe_valid_o(probe_valid),
        .probe_line_o (probe_line),
        .probe_hit_i  (probe_hit),
        .fill_start_o (fill_start),
        .fill_valid_o (fill_valid),
        .fill_beat_o  (fill_beat),
        .fill_end_o   (fill_end),
        .ar_valid_o   (walk_ar_valid_o),
        .ar_ready_i   (walk_ar_ready_i),
        .ar_addr_o    (walk_ar_addr_o),
        .rd_valid_i   (walk_rd_valid_i),
        .rd_data_i    (walk_rd_data_i),
        .rd_err_i     (walk_rd_err_i)
    );

endmodule

`default_nettype wire
