// SPDX-License-Identifier: Apache-2.0
//
// fcn_wbus: free bursts, translations, completion records and memory.
//
// Assumed of STORE and of the performance record, and proved for STORE in prove_store_burst: a burst has at most
// 16 beats, and the length given with its last beat is theirs.  Assumed of fcn_jobs, and proved in prove_control:
// clear_i ends only when nothing is outstanding.  The MMU's port passes or does not: prove_isolate.  Assumed of
// memory: an answer comes only for a burst whose address and last beat it has taken.
//
// The list of complete bursts has 4 entries here (LIST_LOG2), in the core 16: the solver takes too long with 16.
//
//@ claim a write is announced when all its data is there, W data follows without a gap, WLAST and counters are right
//@ parts protocol buffer
//@ resize fcn_wbus.v /WIDTH(57)/{n;s/DEPTH_LOG2(4)/DEPTH_LOG2(2)/}
//@ resize fcn_wbus.v /WIDTH(28)/{n;s/DEPTH_LOG2(4)/DEPTH_LOG2(2)/}
//@ memory list dut.u_list.mem 57 4
//@ induction 1
//@ cover 9
//@ mutant fcn_wbus.v s/wire free   = .*/wire free = w_free \&\& (!awvalid_q || awready_i) \&\& out_room_q;/
//@ mutant fcn_wbus.v s/.wr_valid_i(taken && wr_last_i),/.wr_valid_i(taken),/
//@ mutant fcn_wbus.v s/tr_go ? list_len == 4'd0 : left_q == 4'd1/left_q == 4'd1/
//@ mutant fcn_wbus.v s/(rst_i || (clear_i && !active_q))/(rst_i || clear_i)/
//@ mutant fcn_wbus.v s/(!awvalid_q || awready_i) && out_room_q;/out_room_q;/
//@ mutant fcn_wbus.v s/awaddr_q <= rec_go ? rec_addr_i : tr_out_addr_i/awaddr_q <= tr_out_addr_i/
`default_nettype none

// The buffer's arithmetic is proved behind the protocol, which does not depend on it.
`ifdef PROVE_protocol
`define PROTOCOL assert
`else
`define PROTOCOL assume
`endif

module prove_wbus (
    input wire        clk_i,
    input wire        rst_i,
    input wire        clear_i,
    input wire        wr_valid_i,
    input wire        wr_last_i,
    input wire [31:4] wr_va_i,
    input wire [3:0]  wr_len_i,
    input wire        wr_cmd_last_i,
    input wire        ask_i,            // the MMU takes what waits
    input wire        pass_i,           // the MMU gives a translation, if it owes one
    input wire [39:4] tr_out_addr_i,
    input wire        rec_valid_i,
    input wire [39:4] rec_addr_i,
    input wire        awready_i,
    input wire        wready_i,
    input wire        bvalid_i,
    input wire        berr_i
);

    // Few outstanding bursts, so that they run full within the covered steps.
    localparam integer OUT_LOG2 = 2;
    localparam integer LIST_LOG2 = 2;
    localparam integer LIST = 1 << LIST_LOG2;

    wire        idle, wr_ready, tr_valid, tr_known, tr_out_ready, rec_ready, awvalid, wvalid, wlast;
    wire [31:4] tr_va;
    wire [39:4] awaddr;
    wire [3:0]  awlen;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_wbus #(.OUT_LOG2(OUT_LOG2)) dut (
        .clk_i         (clk_i),
        .rst_i         (rst_i),
        .clear_i       (clear_i),
        .idle_o        (idle),
        .wr_valid_i    (wr_valid_i),
        .wr_ready_o    (wr_ready),
        .wr_data_i     (128'd0),
        .wr_strb_i     (16'd0),
        .wr_last_i     (wr_last_i),
        .wr_va_i       (wr_va_i),
        .wr_len_i      (wr_len_i),
        .wr_index_i    (24'd0),
        .wr_cmd_last_i (wr_cmd_last_i),
        .wr_done_o     (),
        .tr_valid_o    (tr_valid),
        .tr_ready_i    (ask_i),
        .tr_va_o       (tr_va),
        .tr_out_valid_i(tr_known && pass_i),
        .tr_out_ready_o(tr_out_ready),
        .tr_out_addr_i (tr_out_addr_i),
        .tr_fault_i    (1'b0),
        .tr_cause_i    (8'd0),
        .rec_valid_i   (rec_valid_i),
        .rec_ready_o   (rec_ready),
        .rec_addr_i    (rec_addr_i),
        .rec_data_i    (128'd0),
        .rec_done_o    (),
        .rec_err_o     (),
        .fault_valid_o (),
        .fault_cause_o (),
        .fault_addr_o  (),
        .fault_index_o (),
        .awvalid_o     (awvalid),
        .awready_i     (awready_i),
        .awaddr_o      (awaddr),
        .awlen_o       (awlen),
        .wvalid_o      (wvalid),
        .wready_i      (wready_i),
        .wdata_o       (),
        .wstrb_o       (),
        .wlast_o       (wlast),
        .bvalid_i      (bvalid_i),
        .berr_i        (berr_i)
    );
    /* verilator lint_on PINCONNECTEMPTY */

    `include "memories.vh"

    (* hierconn *) wire              \dut.active_q ;
    (* hierconn *) wire              \dut.move ;
    (* hierconn *) wire              \dut.b_valid_q ;
    (* hierconn *) wire [3:0]        \dut.left_q ;
    (* hierconn *) wire [3:0]        \dut.list_len ;
    (* hierconn *) wire [6:0]        \dut.u_beats.count_o ;
    (* hierconn *) wire [6:0]        \dut.u_beats.wr_ptr_q ;
    (* hierconn *) wire [6:0]        \dut.u_beats.rd_ptr_q ;
    (* hierconn *) wire [LIST_LOG2:0] \dut.u_list.count_o ;
    (* hierconn *) wire [LIST_LOG2:0] \dut.u_list.rd_ptr_q ;
    (* hierconn *) wire [LIST_LOG2:0] \dut.u_list.wr_ptr_q ;
    (* hierconn *) wire [LIST_LOG2:0] \dut.u_ask.count_o ;
    (* hierconn *) wire [OUT_LOG2:0] \dut.u_out.count_o ;
    (* hierconn *) wire              \dut.out_room_q ;
    wire       active = \dut.active_q ;
    wire [3:0] left   = \dut.left_q ;

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    // ---- bursts that come in ----

    reg [3:0] part;                     // beats of a burst without its last
    wire      taken = wr_valid_i && wr_ready;
    always @(posedge clk_i)
        if (rst_i || clear_i) part <= 4'd0;
        else if (taken) part <= wr_last_i ? 4'd0 : part + 4'd1;
    always @* if (wr_valid_i) begin
        if (wr_last_i) assume (wr_len_i == part);
        if (part == 4'd15) assume (wr_last_i);
    end

    reg clear_q = 1'b0;
    reg idle_q  = 1'b0;
    always @(posedge clk_i) clear_q <= clear_i && !rst_i;
    always @(posedge clk_i) idle_q <= idle;
    always @* if (clear_q && !clear_i) assume (idle_q || rst_i);

    // Translations that the MMU owes: bursts that it has taken and that are not announced.
    reg [LIST_LOG2:0] known;
    wire              tr_go = tr_known && pass_i && tr_out_ready;
    assign            tr_known = known != 0;
    always @(posedge clk_i)
        if (rst_i || clear_i) known <= 0;
        else known <= known + (tr_valid && ask_i) - tr_go;

    // Beats of the list's bursts: of all, and of those up to each entry.
    reg  [6:0]        listed;
    reg  [8*LIST-1:0] up_to;
    wire [6:0]        pushed = taken && wr_last_i ? {3'd0, wr_len_i} + 7'd1 : 7'd0;
    wire [6:0]        popped = tr_go ? {3'd0, \dut.list_len } + 7'd1 : 7'd0;
    always @(posedge clk_i)
        if (rst_i || clear_i) listed <= 7'd0;
        else listed <= listed + pushed - popped;
    genvar n;
    generate
        for (n = 0; n < LIST; n = n + 1) begin : g_up_to
            always @(posedge clk_i)
                up_to[8*n+:8] <= {1'b0, (taken && wr_last_i && \dut.u_list.wr_ptr_q [LIST_LOG2-1:0] == n ?
                                         listed + pushed : up_to[8*n+:7]) - popped};
        end
    endgenerate

    // ---- bursts that go out ----

    wire rec_go = rec_valid_i && rec_ready;

    reg [39:4] go_addr;
    reg [3:0]  go_len;
    reg        aw_due = 1'b0;           // its address is not yet taken
    reg        w_due  = 1'b0;           // its last beat is not yet taken
    reg [3:0]  w_sent;                  // its beats taken
    always @(posedge clk_i)
        if (rst_i) begin
            aw_due <= 1'b0;
            w_due  <= 1'b0;
        end else if (rec_go || tr_go) begin
            aw_due  <= 1'b1;
            w_due   <= 1'b1;
            w_sent  <= 4'd0;
            go_addr <= rec_go ? rec_addr_i : tr_out_addr_i;
            go_len  <= rec_go ? 4'd0 : \dut.list_len ;
        end else begin
            if (awready_i) aw_due <= 1'b0;
            if (wvalid && wready_i) begin
                w_sent <= w_sent + 4'd1;
                if (wlast) w_due <= 1'b0;
            end
        end

    // Bursts whose address, whose last beat memory has taken and not yet answered.
    reg [3:0] aws, ws;
    always @(posedge clk_i)
        if (rst_i) begin
            aws <= 4'd0;
            ws  <= 4'd0;
        end else begin
            aws <= aws + {3'd0, awvalid && awready_i} - {3'd0, bvalid_i};
            ws  <= ws + {3'd0, wvalid && wready_i && wlast} - {3'd0, bvalid_i};
        end
    always @* if (bvalid_i) assume (aws != 4'd0 && ws != 4'd0);
    wire [3:0] out = {{(3-OUT_LOG2){1'b0}}, \dut.u_out.count_o };

    always @* if (started) begin
        // 1. The address on the bus is a completion record's or a translation, and stays until it is taken.
        `PROTOCOL (awvalid == aw_due);
        if (awvalid) `PROTOCOL (awaddr == go_addr && awlen == go_len);
        // 2. A burst is announced only when the one before it is out.
        if (rec_go || tr_go) begin
            `PROTOCOL (!aw_due || awready_i);
            `PROTOCOL (!w_due || (wvalid && wready_i && wlast));
            `PROTOCOL (!(rec_go && tr_go));
        end
        if (tr_go) `PROTOCOL (!clear_i);
        // 3. From then on W is valid without a gap, and WLAST is on its last beat.
        `PROTOCOL (wvalid == w_due);
        if (wvalid) `PROTOCOL (wlast == (w_sent == go_len));
        `PROTOCOL (active == (wvalid && !wlast));
        if (active) `PROTOCOL (left != 4'd0 && {1'b0, w_sent} + {1'b0, left} == {1'b0, go_len});
        // 4. What is outstanding is counted right, and never more than the list holds.
        `PROTOCOL (out <= 4'd1 << OUT_LOG2);
        if (\dut.out_room_q ) `PROTOCOL (out < 4'd1 << OUT_LOG2);
        `PROTOCOL (out == aws + {3'd0, aw_due} + {3'd0, \dut.b_valid_q });
        `PROTOCOL (out == ws + {3'd0, w_due} + {3'd0, \dut.b_valid_q });
        `PROTOCOL (aws <= 4'd4 && ws <= 4'd4);
        if (\dut.b_valid_q ) `PROTOCOL (out != 4'd0);
        `PROTOCOL (idle == (aws == 4'd0 && !aw_due && ws == 4'd0 && !w_due && !\dut.b_valid_q ));
        // A completion record may go while clear_i is high, a burst does not.
        if (clear_q && idle_q) `PROTOCOL (!active);
    end

    // 5. What waits for its translation keeps its address until it goes or is dropped.
    reg        waits = 1'b0;
    reg [31:4] va_q;
    always @(posedge clk_i) waits <= tr_valid && !ask_i && !rst_i && !clear_i;
    always @(posedge clk_i) va_q <= tr_va;
    always @* if (waits) `PROTOCOL (tr_va == va_q);
    always @* if (started) `PROTOCOL (\dut.u_list.count_o <= LIST);

    // Each burst of the list is with the MMU or waits for it.
    always @* if (started) begin
        `PROTOCOL (known <= LIST && \dut.u_ask.count_o <= LIST);
        `PROTOCOL ({1'b0, \dut.u_list.count_o } == {1'b0, \dut.u_ask.count_o } + {1'b0, known});
    end

`ifdef PROVE_buffer
    // 6. A burst is announced with all its beats in the buffer, and no beat is missing later.
    always @* if (started) begin
        if (tr_go) assert (\dut.u_beats.count_o > {3'd0, \dut.list_len });
        if (\dut.move ) assert (\dut.u_beats.count_o != 7'd0);
        assert (\dut.u_beats.count_o <= 7'd64);
    end

    // Invariants: the buffer holds the rest of the burst on the bus, then the bursts of the list, then the one that
    // comes in.
    wire [6:0]           rest   = active ? {3'd0, left} : 7'd0;
    wire [LIST_LOG2-1:0] newest = \dut.u_list.wr_ptr_q [LIST_LOG2-1:0] - 1'b1;
    wire [6:0]           last   = up_to >> {newest, 3'd0};
    generate
        for (n = 0; n < LIST; n = n + 1) begin : g_list
            wire [LIST_LOG2-1:0] place = n - \dut.u_list.rd_ptr_q [LIST_LOG2-1:0];
            wire [6:0]           start = place == 0 ? 7'd0 : up_to[8*((n+LIST-1)%LIST)+:7];
            always @* if (started && !clear_q && {1'b0, place} < \dut.u_list.count_o )
                assert ({1'b0, up_to[8*n+:7]} == {1'b0, start} + {4'd0, list[57*n+25+:4]} + 8'd1
                        && up_to[8*n+:7] <= listed);
        end
    endgenerate
    always @* if (started) begin
        if (clear_q) begin
            assert (\dut.u_list.count_o == 0 && part == 4'd0);
            if (active) assert ({3'd0, left} <= \dut.u_beats.count_o );
            if (idle_q) assert (\dut.u_beats.count_o == 7'd0);
        end else assert ({1'b0, \dut.u_beats.count_o } == {1'b0, rest} + {1'b0, listed} + {4'd0, part});
        assert (listed == (\dut.u_list.count_o == 0 ? 7'd0 : last));
    end
`endif

    // Covered: a burst of two beats is followed by a completion record, with as many outstanding as may be.
    reg long_burst = 1'b0;
    always @(posedge clk_i) long_burst <= !rst_i && (long_burst || (awvalid && awlen == 4'd1 && tr_valid));
    always @* cover (started && long_burst && rec_go && out == 4'd1);
    always @* cover (started && clear_q && !clear_i && idle && !rst_i);

endmodule

`default_nettype wire
