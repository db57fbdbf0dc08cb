// SPDX-License-Identifier: Apache-2.0
//
// fcn_store_burst: free chunks, as prove_store_gather says that they follow each other, free memory.
//
//@ claim STORE's bursts have at most 16 beats, the length and the address that go with them, and stay inside 256 bytes
//@ induction 1
//@ cover 24
//@ check
//@ mutant fcn_store_burst.v s/before_q <= burst_end_q ? 4'd0/before_q <= cmd_end_q ? 4'd0/
//@ mutant fcn_store_burst.v s/va_q\[7:4\] - before_q/va_q[7:4]/
//@ mutant fcn_store_burst.v s/else if (take) full_q <= put_beat_end_q;/else if (take) full_q <= put_burst_end_q;/
//@ mutant fcn_store_burst.v s/assign wr_len_o      = before_q/assign wr_len_o = before_q + 4'd1/
`default_nettype none

module prove_store_burst (
    input wire        clk_i,
    input wire        rst_i,
    input wire        chunk_valid_i,
    input wire [31:4] chunk_va_i,
    input wire        chunk_beat_end_i,
    input wire        chunk_burst_end_i,
    input wire        chunk_cmd_end_i,
    input wire        wr_ready_i
);

    wire        chunk_ready, wr_valid, wr_last;
    wire [31:4] wr_va;
    wire [3:0]  wr_len;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_store_burst dut (
        .clk_i            (clk_i),
        .rst_i            (rst_i),
        .chunk_valid_i    (chunk_valid_i),
        .chunk_ready_o    (chunk_ready),
        .chunk_data_i     (128'd0),
        .chunk_va_i       ({chunk_va_i, 4'd0}),
        .chunk_len_i      (5'd16),
        .chunk_beat_end_i (chunk_beat_end_i),
        .chunk_burst_end_i(chunk_burst_end_i),
        .chunk_cmd_end_i  (chunk_cmd_end_i),
        .chunk_index_i    (24'd0),
        .wr_valid_o       (wr_valid),
        .wr_ready_i       (wr_ready_i),
        .wr_data_o        (),
        .wr_strb_o        (),
        .wr_last_o        (wr_last),
        .wr_va_o          (wr_va),
        .wr_len_o         (wr_len),
        .wr_index_o       (),
        .wr_cmd_last_o    ()
    );
    /* verilator lint_on PINCONNECTEMPTY */

    (* hierconn *) wire        \dut.put_valid_q ;
    (* hierconn *) wire [27:0] \dut.put_va_q ;
    (* hierconn *) wire        \dut.put_beat_end_q ;
    (* hierconn *) wire        \dut.put_burst_end_q ;
    (* hierconn *) wire        \dut.take ;
    (* hierconn *) wire        \dut.grows_q ;
    (* hierconn *) wire        \dut.full_q ;
    (* hierconn *) wire [27:0] \dut.va_q ;
    (* hierconn *) wire        \dut.burst_end_q ;
    (* hierconn *) wire [3:0]  \dut.before_q ;
    wire [31:4] put_va = \dut.put_va_q ;
    wire [31:4] va     = \dut.va_q ;
    wire [3:0]  before = \dut.before_q ;
    wire        grows  = \dut.grows_q ;
    wire        full   = \dut.full_q ;

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    // ---- chunks that come in ----

    reg        prev = 1'b0;
    reg [31:4] prev_va;
    reg        prev_beat_end, prev_burst_end;
    always @(posedge clk_i)
        if (rst_i) prev <= 1'b0;
        else if (chunk_valid_i && chunk_ready) begin
            prev           <= 1'b1;
            prev_va        <= chunk_va_i;
            prev_beat_end  <= chunk_beat_end_i;
            prev_burst_end <= chunk_burst_end_i;
        end
    function follows(input [31:4] at, input [31:4] was, input stays, input goes_on);
        follows = stays ? at == was : !goes_on || (at == was + 28'd1 && was[7:4] != 4'd15);
    endfunction
    always @* if (chunk_valid_i) begin
        if (chunk_burst_end_i) assume (chunk_beat_end_i);
        if (chunk_beat_end_i && !chunk_burst_end_i) assume (chunk_va_i[7:4] != 4'd15);
        if (prev) assume (follows(chunk_va_i, prev_va, !prev_beat_end, !prev_burst_end));
    end

    // ---- beats that go out ----

    reg [3:0]  part;                    // beats of a burst without its last
    reg [31:4] first_va;                // what went with the first of them
    always @(posedge clk_i)
        if (rst_i) part <= 4'd0;
        else if (wr_valid && wr_ready_i) begin
            part <= wr_last ? 4'd0 : part + 4'd1;
            if (part == 4'd0) first_va <= wr_va;
        end

    always @* if (started && wr_valid) begin
        // 1. The length is that of the burst so far, the address that of its first beat; this beat's is behind it.
        assert (wr_len == part);
        if (part != 4'd0) assert (wr_va == first_va);
        assert (wr_va + {24'd0, part} == va);
        // 2. It stays inside its line, so it has at most 16 beats.
        assert ({1'b0, wr_va[7:4]} + {1'b0, wr_len} <= 5'd15);
        if (part == 4'd15) assert (wr_last);
    end

    // ---- invariants ----

    reg any = 1'b0;                     // a chunk has come as far as the beat
    always @(posedge clk_i) any <= !rst_i && (any || \dut.take );
    always @* if (started) begin
        assert (!(grows && full));
        if (grows || full) assert (any);
        if (any || \dut.put_valid_q ) assert (prev);
        if (!prev) assert (!any && !\dut.put_valid_q && before == 4'd0);
        if (prev && prev_burst_end) assert (prev_beat_end);
        if (prev && prev_beat_end && !prev_burst_end) assert (prev_va[7:4] != 4'd15);
        // The chunk that was put in its place is the last one that came in.
        if (\dut.put_valid_q ) begin
            assert (put_va == prev_va && \dut.put_beat_end_q == prev_beat_end && \dut.put_burst_end_q == prev_burst_end);
            if (any) assert (follows(put_va, va, grows, !\dut.burst_end_q ));
        end else if (any) assert (va == prev_va && grows == !prev_beat_end && \dut.burst_end_q == prev_burst_end);
        else assert (!prev);
        if (any && \dut.burst_end_q ) assert (!grows);
        if (any && !grows && !\dut.burst_end_q ) assert (va[7:4] != 4'd15);
        // The beats in front of it.
        assert (before == part);
        if (grows || full) begin
            assert (before <= va[7:4]);
            if (part != 4'd0) assert (first_va == {va[31:8], va[7:4] - before});
        end else if (any && !\dut.burst_end_q ) begin
            assert (part != 4'd0 && part - 4'd1 <= va[7:4]);
            assert (first_va == {va[31:8], va[7:4] - (part - 4'd1)});
        end else assert (part == 4'd0);
    end

    // Covered: a burst of a whole line.
    always @* cover (started && wr_valid && wr_last && part == 4'd15);

endmodule

`default_nettype wire
