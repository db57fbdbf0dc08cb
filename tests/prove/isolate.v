// SPDX-License-Identifier: Apache-2.0
//
// fcn_mmu with its ports, TLB and walker: isolation.
//
// Three free requesters, free table memory, a root that may change at any time.  (That a job runs only with its own root,
// and after a flush since the root changed, is proved in prove_control.) One virtual page and one physical page are arbitrary
// but fixed; a small shadow keeps what memory answered, since the last flush, for the page's directory entry
// and, there, for its table entry.  What is proved of this pair of pages holds of all.
//
// Assumed, and proved elsewhere:
//   * a request that waits keeps its page until it is taken or cleared            (prove_load_room, prove_wbus)
//   * a page-table read is answered by four beats, none of them after clear_i     (AXI; prove_rbus)
//   * the two RAMs are memories: what is read is what was written last            (prove_ram)
//     They are cut, and only the words that the shadow needs are modelled.
//
//@ claim walks read root and the tables it names; only permitted pages, read since the last flush, pass
//@ cut fcn_ram
//@ induction 1
//@ cover 25
// A mutant's counterexample is longer than z3 comes in its 900 s; the induction sees it in seconds.
//@ seek 14
//@ mutant fcn_mmu_port.v s/if (rst_i || flush_i) page_valid_q/if (rst_i) page_valid_q/
//@ mutant fcn_mmu_port.v s/(WRITE != 0 ? lk_entry_i\[2\] : lk_entry_i\[1\])/lk_entry_i[1]/
//@ mutant fcn_mmu_port.v s/wire match   = .*/wire match = page_valid_q;/
//@ mutant fcn_walk.v s/wire         dir_ok    = .*/wire dir_ok = dir_entry[0];/
//@ mutant fcn_walk.v s/wire dir_hit = .*/wire dir_hit = dir_valid_q;/
//@ mutant fcn_walk.v s/: {table_q, line_q\[21:16\]};/: {table_q, line_q[22:17]};/
//@ mutant fcn_tlb.v s/if (rst_i || flush_i) valid_q/if (rst_i) valid_q/
//@ mutant fcn_tlb.v s/if (fill_start_i) valid_q\[victim_q\] <= 1'b0;//
`default_nettype none

module prove_isolate (
    input wire         clk_i,
    input wire         rst_i,
    input wire         clear_i,
    input wire [39:12] root_i,
    input wire         flush_req_i,
    input wire [2:0]   valid_i,         // requests: LOAD, STORE, CMD
    input wire [31:4]  ld_va_i,
    input wire [31:4]  st_va_i,
    input wire [31:4]  cmd_va_i,
    input wire [2:0]   ready_i,         // the bus takes the translated request
    input wire         ar_ready_i,
    input wire         rd_valid_i,
    input wire [127:0] rd_data_i,
    input wire         rd_err_i
);

    wire         flush, ar_valid;
    wire [39:6]  ar_addr;
    wire [2:0]   ready, out_valid;
    wire [39:4]  ld_addr, st_addr, cmd_addr;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_mmu dut (
        .clk_i            (clk_i),
        .rst_i            (rst_i),
        .clear_i          (clear_i),
        .root_i           (root_i),
        .flush_req_i      (flush_req_i),
        .flush_done_o     (flush),
        .ld_req_valid_i   (valid_i[0]),
        .ld_req_ready_o   (ready[0]),
        .ld_req_va_i      (ld_va_i),
        .st_req_valid_i   (valid_i[1]),
        .st_req_ready_o   (ready[1]),
        .st_req_va_i      (st_va_i),
        .cmd_req_valid_i  (valid_i[2]),
        .cmd_req_ready_o  (ready[2]),
        .cmd_req_va_i     (cmd_va_i),
        .ld_out_valid_o   (out_valid[0]),
        .ld_out_ready_i   (ready_i[0]),
        .ld_out_addr_o    (ld_addr),
        .st_out_valid_o   (out_valid[1]),
        .st_out_ready_i   (ready_i[1]),
        .st_out_addr_o    (st_addr),
        .cmd_out_valid_o  (out_valid[2]),
        .cmd_out_ready_i  (ready_i[2]),
        .cmd_out_addr_o   (cmd_addr),
        .ld_fault_valid_o (),
        .ld_fault_cause_o (),
        .st_fault_valid_o (),
        .st_fault_cause_o (),
        .cmd_fault_valid_o(),
        .cmd_fault_cause_o(),
        .walk_ar_valid_o  (ar_valid),
        .walk_ar_ready_i  (ar_ready_i),
        .walk_ar_addr_o   (ar_addr),
        .walk_rd_valid_i  (rd_valid_i),
        .walk_rd_data_i   (rd_data_i),
        .walk_rd_err_i    (rd_err_i),
        .walk_idle_o      (),
        .miss_o           ()
    );
    /* verilator lint_on PINCONNECTEMPTY */

    (* hierconn *) wire [3:0]   \dut.u_walk.state_q ;
    (* hierconn *) wire [15:0]  \dut.u_walk.line_q ;
    (* hierconn *) wire [27:0]  \dut.u_walk.table_q ;
    (* hierconn *) wire [1:0]   \dut.u_walk.beat_q ;
    (* hierconn *) wire         \dut.u_walk.err_q ;
    (* hierconn *) wire         \dut.u_walk.dir_valid_q ;
    (* hierconn *) wire [5:0]   \dut.u_walk.dir_tag_q ;
    (* hierconn *) wire [15:0]  \dut.u_tlb.valid_q ;
    (* hierconn *) wire [255:0] \dut.u_tlb.tags_q ;
    (* hierconn *) wire [3:0]   \dut.u_tlb.victim_q ;
    (* hierconn *) wire [1:0]   \dut.u_tlb.lk_word_q ;
    (* hierconn *) wire [47:0]  \dut.u_tlb.match_q ;
    (* hierconn *) wire         \dut.lk_hit ;
    (* hierconn *) wire [31:0]  \dut.lk_entry ;
    (* hierconn *) wire         \dut.u_tlb.probe_hit_o ;
    (* hierconn *) wire [2:0]   \dut.lk_port_q ;
    (* hierconn *) wire         \dut.lk_done ;
    (* hierconn *) wire [2:0]   \dut.u_ld.state_q ;
    (* hierconn *) wire [2:0]   \dut.u_st.state_q ;
    (* hierconn *) wire [2:0]   \dut.u_cmd.state_q ;
    (* hierconn *) wire         \dut.u_ld.deny_q ;
    (* hierconn *) wire         \dut.u_st.deny_q ;
    (* hierconn *) wire         \dut.u_cmd.deny_q ;
    (* hierconn *) wire         \dut.u_ld.page_valid_q ;
    (* hierconn *) wire         \dut.u_st.page_valid_q ;
    (* hierconn *) wire         \dut.u_cmd.page_valid_q ;
    (* hierconn *) wire [19:0]  \dut.u_ld.page_va_q ;
    (* hierconn *) wire [19:0]  \dut.u_st.page_va_q ;
    (* hierconn *) wire [19:0]  \dut.u_cmd.page_va_q ;
    (* hierconn *) wire [27:0]  \dut.u_ld.page_pa_q ;
    (* hierconn *) wire [27:0]  \dut.u_st.page_pa_q ;
    (* hierconn *) wire [27:0]  \dut.u_cmd.page_pa_q ;

    localparam [3:0] DIR_REQ = 4'd2, DIR_DATA = 4'd3, DIR_READ = 4'd4, DIR_TEST = 4'd5, TAB_REQ = 4'd6,
                     TAB_DATA = 4'd7, PROBED = 4'd9;
    localparam [2:0] PORT_ANSWER = 3'd2;

    wire [3:0]   walk  = \dut.u_walk.state_q ;
    wire [31:16] line  = \dut.u_walk.line_q ;
    wire [1:0]   beat  = \dut.u_walk.beat_q ;

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    // ---- what is assumed ----

    // Requests, packed as pages.
    wire [59:0] page = {cmd_va_i[31:12], st_va_i[31:12], ld_va_i[31:12]};
    reg  [2:0]  waits;
    reg  [59:0] page_q;
    always @(posedge clk_i) waits  <= rst_i || clear_i ? 3'd0 : (waits | valid_i) & ~(valid_i & ready);
    always @(posedge clk_i) page_q <= page;
    genvar p;
    generate
        for (p = 0; p < 3; p = p + 1) begin : g_wait
            always @* if (waits[p]) assume (page[20*p+:20] == page_q[20*p+:20]);
        end
    endgenerate

    reg [2:0] due;                      // beats that memory owes
    always @(posedge clk_i)
        if (rst_i || clear_i) due <= 3'd0;
        else if (ar_valid && ar_ready_i) due <= 3'd4;
        else if (rd_valid_i) due <= due - 3'd1;
    always @* begin
        if (rd_valid_i) assume (due != 3'd0 && !clear_i);
        if (clear_i) assume (!ar_ready_i);
    end

    // ---- the shadow ----

    (* anyconst *) reg [31:12] va;      // the virtual page
    (* anyconst *) reg [39:12] pa;      // the physical page

    wire is_line = line == va[31:16];
    wire is_dir  = line[31:26] == va[31:26];
    wire is_tab  = line[31:22] == va[31:22];

    wire [31:0] dir_answer = rd_data_i >> {va[23:22], 5'd0};
    wire [31:0] tab_answer = rd_data_i >> {va[13:12], 5'd0};

    // The directory entry of the page, as memory answered last.
    reg        dir_known = 1'b0;
    reg [31:0] dir_entry;
    reg        bad;                     // a beat of this read was an error
    always @(posedge clk_i) if (rd_valid_i && walk == DIR_DATA && is_dir && beat == va[25:24]) dir_entry <= dir_answer;
    always @(posedge clk_i)
        if (ar_valid && ar_ready_i) bad <= 1'b0;
        else if (rd_valid_i && rd_err_i) bad <= 1'b1;
    always @(posedge clk_i)
        if (rst_i || flush || (walk == DIR_REQ && is_dir)) dir_known <= 1'b0;
        else if (walk == DIR_DATA && is_dir && rd_valid_i && due == 3'd1) dir_known <= !bad && !rd_err_i && !clear_i;

    // Memory has answered, since the last flush, that the page is the physical page and may be read, written.
    reg  may_read = 1'b0;
    reg  may_write = 1'b0;
    wire answer_ok = rd_valid_i && !rd_err_i && walk == TAB_DATA && is_line && beat == va[15:14]
                     && tab_answer[0] && !tab_answer[3] && tab_answer[31:4] == pa;
    always @(posedge clk_i)
        if (rst_i || flush) begin
            may_read  <= 1'b0;
            may_write <= 1'b0;
        end else if (answer_ok) begin
            may_read  <= may_read || tab_answer[1];
            may_write <= may_write || tab_answer[2];
        end

    // ---- the RAMs ----

    (* hierconn *) wire         \dut.u_tlb.u_entries.wr_en_i ;
    (* hierconn *) wire [5:0]   \dut.u_tlb.u_entries.wr_addr_i ;
    (* hierconn *) wire [127:0] \dut.u_tlb.u_entries.wr_data_i ;
    (* hierconn *) wire         \dut.u_tlb.u_entries.rd_en_i ;
    (* hierconn *) wire [5:0]   \dut.u_tlb.u_entries.rd_addr_i ;
    (* hierconn *) wire [127:0] \dut.u_tlb.u_entries.rd_data_o ;
    (* hierconn *) wire         \dut.u_walk.u_dir.wr_en_i ;
    (* hierconn *) wire [1:0]   \dut.u_walk.u_dir.wr_addr_i ;
    (* hierconn *) wire [127:0] \dut.u_walk.u_dir.wr_data_i ;
    (* hierconn *) wire         \dut.u_walk.u_dir.rd_en_i ;
    (* hierconn *) wire [1:0]   \dut.u_walk.u_dir.rd_addr_i ;
    (* hierconn *) wire [127:0] \dut.u_walk.u_dir.rd_data_o ;

    // An entry as far as it matters: its flags, and whether it names the physical page.
    function [4:0] view(input [31:0] entry, input [39:12] to);
        view = {entry[31:4] == to, entry[3:0]};
    endfunction

    // The page's entry in each line of the TLB, and what a read of that word got.
    reg  [79:0] tlb;
    reg         tlb_read = 1'b0;
    reg  [4:0]  tlb_got;
    wire [31:0] tlb_in   = \dut.u_tlb.u_entries.wr_data_i >> {va[13:12], 5'd0};
    wire [31:0] tlb_out  = \dut.u_tlb.u_entries.rd_data_o >> {va[13:12], 5'd0};
    wire [5:0]  tlb_from = \dut.u_tlb.u_entries.rd_addr_i ;
    wire [4:0]  tlb_word = tlb[5*tlb_from[5:2]+:5];
    genvar l;
    generate
        for (l = 0; l < 16; l = l + 1) begin : g_word
            always @(posedge clk_i)
                if (\dut.u_tlb.u_entries.wr_en_i && \dut.u_tlb.u_entries.wr_addr_i == 4 * l + va[15:14])
                    tlb[5*l+:5] <= view(tlb_in, pa);
        end
    endgenerate
    always @(posedge clk_i)
        if (\dut.u_tlb.u_entries.rd_en_i ) begin
            tlb_read <= tlb_from[1:0] == va[15:14];
            tlb_got  <= tlb_word;
        end
    always @* if (tlb_read) assume (view(tlb_out, pa) == tlb_got);

    // The page's directory entry in the line that the walker keeps, likewise.
    reg  [31:0] kept_dir;
    reg         dir_read = 1'b0;
    reg  [31:0] dir_got;
    wire [31:0] dir_in  = \dut.u_walk.u_dir.wr_data_i >> {va[23:22], 5'd0};
    wire [31:0] dir_out = \dut.u_walk.u_dir.rd_data_o >> {va[23:22], 5'd0};
    always @(posedge clk_i)
        if (\dut.u_walk.u_dir.wr_en_i && \dut.u_walk.u_dir.wr_addr_i == va[25:24]) kept_dir <= dir_in;
    always @(posedge clk_i)
        if (\dut.u_walk.u_dir.rd_en_i ) begin
            dir_read <= \dut.u_walk.u_dir.rd_addr_i == va[25:24];
            dir_got  <= kept_dir;
        end
    always @* if (dir_read) assume (dir_out == dir_got);

    // ---- what is proved ----

    // 1. A walk reads the directory line of the wanted page from the root's page, then the line of the table
    //    that the entry names, which memory answered last and which is valid.
    always @* if (started && ar_valid) begin
        assert (walk == DIR_REQ || walk == TAB_REQ);
        if (walk == DIR_REQ) assert (ar_addr == {root_i, line[31:26]});
        if (walk == TAB_REQ && is_tab)
            assert (dir_known && dir_entry[3:0] == 4'b0001 && ar_addr == {dir_entry[31:4], line[21:16]});
    end

    // 2. What leaves is a request, its page replaced by one that memory said may be read (LOAD, CMD) or written
    //    (STORE).
    always @* if (started) begin
        if (out_valid[0]) assert (valid_i[0] && ld_addr[11:4] == ld_va_i[11:4]);
        if (out_valid[1]) assert (valid_i[1] && st_addr[11:4] == st_va_i[11:4]);
        if (out_valid[2]) assert (valid_i[2] && cmd_addr[11:4] == cmd_va_i[11:4]);
        if (out_valid[0] && ld_va_i[31:12] == va && ld_addr[39:12] == pa) assert (may_read);
        if (out_valid[1] && st_va_i[31:12] == va && st_addr[39:12] == pa) assert (may_write);
        if (out_valid[2] && cmd_va_i[31:12] == va && cmd_addr[39:12] == pa) assert (may_read);
    end

    // A request is taken when its translation is, and not otherwise.
    always @* if (started) assert ((valid_i & ready) == (out_valid & ready_i));

    // 3. Nothing passes in the cycle of a flush.
    always @* if (started && flush) assert (out_valid == 3'd0 && !ar_valid);

    // ---- invariants that make it inductive ----

    // An entry of the page that could make a translation to the physical page must be one that memory gave.
    function good(input [4:0] entry, input read, input write);
        good = !entry[0] || entry[3] || !entry[4] || ((read || !entry[1]) && (write || !entry[2]));
    endfunction

    // The lines of the TLB that are the page's.
    wire [15:0] mine;
    generate
        for (l = 0; l < 16; l = l + 1) begin : g_line
            assign mine[l] = \dut.u_tlb.valid_q [l] && \dut.u_tlb.tags_q [16*l+:16] == va[31:16];
            always @* if (started && mine[l]) assert (good(tlb[5*l+:5], may_read, may_write));
        end
    endgenerate
    wire [15:0] victim_valid = \dut.u_tlb.valid_q >> \dut.u_tlb.victim_q ;
    wire [15:0] victim_tag   = \dut.u_tlb.tags_q >> {\dut.u_tlb.victim_q , 4'd0};
    wire [4:0]  victim_word  = tlb[5*\dut.u_tlb.victim_q +:5];
    wire        walking      = walk == DIR_REQ || walk == DIR_DATA || walk == DIR_READ || walk == DIR_TEST
                               || walk == TAB_REQ || walk == TAB_DATA;

    always @* if (started) begin
        // The TLB holds a line once.
        assert ((mine & (mine - 16'd1)) == 16'd0);
        if (walking && is_line) assert (mine == 16'd0);
        if (walk == PROBED && is_line && !\dut.u_tlb.probe_hit_o ) assert (mine == 16'd0);
        // A line that is being filled.
        if (walk == TAB_DATA) begin
            assert (!victim_valid[0] && victim_tag == line);
            if (is_line && beat > va[15:14] && !bad)
                assert (good(victim_word, may_read, may_write));
        end
        // Beats.
        if (walk == DIR_DATA || walk == TAB_DATA) begin
            assert ({1'b0, beat} + due == 3'd4);
            assert (bad == \dut.u_walk.err_q );
        end else assert (due == 3'd0);
        // The directory line that the walker keeps is what memory answered last.
        if (\dut.u_walk.dir_valid_q && \dut.u_walk.dir_tag_q == va[31:26])
            assert (dir_known && kept_dir == dir_entry);
        if (walk == DIR_DATA) begin
            assert (!\dut.u_walk.dir_valid_q && \dut.u_walk.dir_tag_q == line[31:26]);
            if (is_dir) assert (!dir_known);
            if (is_dir && beat > va[25:24]) assert (kept_dir == dir_entry);
        end
        if (walk == DIR_READ || walk == DIR_TEST)
            assert (\dut.u_walk.dir_valid_q && \dut.u_walk.dir_tag_q == line[31:26]);
        if (walk == DIR_TEST && is_tab) assert (dir_read && dir_got == dir_entry);
        if (walk == TAB_REQ && is_tab)
            assert (dir_known && dir_entry[3:0] == 4'b0001 && \dut.u_walk.table_q == dir_entry[31:4]);
    end

    // Ports: the kept page, and the answer that a lookup is about to get.
    wire [8:0]  state  = {\dut.u_cmd.state_q , \dut.u_st.state_q , \dut.u_ld.state_q };
    wire [2:0]  deny   = {\dut.u_cmd.deny_q , \dut.u_st.deny_q , \dut.u_ld.deny_q };
    wire [2:0]  kept   = {\dut.u_cmd.page_valid_q , \dut.u_st.page_valid_q , \dut.u_ld.page_valid_q };
    wire [59:0] from   = {\dut.u_cmd.page_va_q , \dut.u_st.page_va_q , \dut.u_ld.page_va_q };
    wire [83:0] to     = {\dut.u_cmd.page_pa_q , \dut.u_st.page_pa_q , \dut.u_ld.page_pa_q };
    wire [2:0]  answer = {state[8:6] == PORT_ANSWER, state[5:3] == PORT_ANSWER, state[2:0] == PORT_ANSWER};
    // One lookup at a time: a port that waits for its answer reads, or has it.
    wire [2:0]  reads = \dut.lk_port_q ;
    wire [47:0] found = \dut.u_tlb.match_q ;
    always @* if (started) begin
        assert ((answer & (answer - 3'd1)) == 3'd0);
        assert (reads == 3'd0 || (reads == answer && !\dut.lk_done ));
        assert ((answer != 3'd0) == (reads != 3'd0 || \dut.lk_done ));
    end
    generate
        for (p = 0; p < 3; p = p + 1) begin : g_port
            always @* if (started) begin
                if (kept[p] && from[20*p+:20] == va && to[28*p+:28] == pa)
                    assert (p == 1 ? may_write : may_read);
                assert (!deny[p] || !kept[p]);
                if ((state[3*p+:3] != 3'd0 || deny[p]) && !(rst_i || clear_i)) assert (waits[p]);
                if (answer[p] && \dut.lk_done && \dut.lk_hit && page_q[20*p+:20] == va)
                    assert (tlb_read && \dut.u_tlb.lk_word_q == va[13:12]
                            && good(tlb_got, may_read, may_write)
                            && good(view(\dut.lk_entry , pa), may_read, may_write));
                // What the comparison of the page has found in the cycle before.
                if (reads[p] && page_q[20*p+4+:16] == va[31:16])
                    assert ((found[16*p+:16] & (found[16*p+:16] - 16'd1)) == 16'd0);
            end
        end
    endgenerate

    generate
        for (p = 0; p < 3; p = p + 1) begin : g_found
            for (l = 0; l < 16; l = l + 1) begin : g_line
                always @* if (started && reads[p] && page_q[20*p+4+:16] == va[31:16] && found[16*p+l])
                    assert (good(tlb[5*l+:5], may_read, may_write));
            end
        end
    endgenerate

    // ---- covered ----

    // A page passes for reading after a walk; a flush later it has to be walked again.
    always @* cover (started && out_valid[0] && ld_va_i[31:12] == va && ld_addr[39:12] == pa && va != pa[31:12]);

endmodule

`default_nettype wire
