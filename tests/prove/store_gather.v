// SPDX-License-Identifier: Apache-2.0
//
// fcn_store_gather: free sub-pixels, a free OFM buffer.  Its reads cannot be stopped, so its queues must have room for
// what is on the way; and where it says that a beat or burst goes on, the next chunk is there.
//
// Assumed: what the rules of STORE say (rtl/desc/commands.desc, checked by fcn_cmd_check): a sub-pixel begins with a
// beat, or has at most 8 bytes and stays inside a beat; it has at least one byte.
//
//@ claim STORE's queues never overflow, and the chunks of a burst follow each other inside a line of 256 bytes
//@ induction 1
//@ cover 20
//@ check
//@ mutant fcn_store_gather.v s/queue_ready <= places_q <= 4'd6/queue_ready <= places_q <= 4'd7/
//@ mutant fcn_store_gather.v s/== {1'b0, next_end_q\[7:4\]} + 5'd1/== {1'b0, next_end_q[7:4] + 4'd1}/
//@ mutant fcn_store_gather.v s/(end_q ? !follows_q : line_end)/(end_q ? !follows_q : 1'b0)/
//@ mutant fcn_store_gather.v s/same_q    <= !next_last_q \&\&/same_q    <=/
//@ mutant fcn_store_gather.v s/end_q  <= left_q <= 16'd32/end_q  <= left_q <= 16'd48/
`default_nettype none

module prove_store_gather (
    input wire        clk_i,
    input wire        rst_i,
    input wire        sub_valid_i,
    input wire [31:0] sub_va_i,
    input wire [15:0] sub_run_i,
    input wire        sub_last_i,
    input wire        st_rd_ready_i,
    input wire        chunk_ready_i
);

    wire chunk_valid, sub_ready;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_store_gather dut (
        .clk_i            (clk_i),
        .rst_i            (rst_i),
        .sub_valid_i      (sub_valid_i),
        .sub_ready_o      (sub_ready),
        .sub_va_i         (sub_va_i),
        .sub_src_i        (24'd0),
        .sub_run_i        (sub_run_i),
        .sub_last_i       (sub_last_i),
        .sub_index_i      (24'd0),
        .st_rd_valid_o    (),
        .st_rd_ready_i    (st_rd_ready_i),
        .st_rd_addr_o     (),
        .st_rd_data_i     (128'd0),
        .chunk_valid_o    (chunk_valid),
        .chunk_ready_i    (chunk_ready_i),
        .chunk_data_o     (),
        .chunk_va_o       (),
        .chunk_len_o      (),
        .chunk_beat_end_o (),
        .chunk_burst_end_o(),
        .chunk_cmd_end_o  (),
        .chunk_index_o    ()
    );
    /* verilator lint_on PINCONNECTEMPTY */

    (* hierconn *) wire        \dut.issue ;
    (* hierconn *) wire        \dut.beat_end ;
    (* hierconn *) wire        \dut.burst_end ;
    (* hierconn *) wire        \dut.sub_valid_q ;
    (* hierconn *) wire [31:0] \dut.va_q ;
    (* hierconn *) wire [15:0] \dut.left_q ;
    (* hierconn *) wire        \dut.end_q ;
    (* hierconn *) wire        \dut.last_q ;
    (* hierconn *) wire        \dut.same_q ;
    (* hierconn *) wire        \dut.follows_q ;
    (* hierconn *) wire        \dut.next_valid_q ;
    (* hierconn *) wire [31:0] \dut.next_va_q ;
    (* hierconn *) wire [15:0] \dut.next_run_q ;
    (* hierconn *) wire [27:0] \dut.next_end_q ;
    (* hierconn *) wire [3:0]  \dut.places_q ;
    (* hierconn *) wire        \dut.queue_ready ;
    (* hierconn *) wire [3:0]  \dut.reading_q ;
    (* hierconn *) wire [3:0]  \dut.u_chunks.count_o ;
    (* hierconn *) wire [3:0]  \dut.u_data.count_o ;
    wire        issue      = \dut.issue ;
    wire        beat_end   = \dut.beat_end ;
    wire        burst_end  = \dut.burst_end ;
    wire        sub_valid  = \dut.sub_valid_q ;
    wire [31:0] va         = \dut.va_q ;
    wire [15:0] left       = \dut.left_q ;
    wire        next_valid = \dut.next_valid_q ;
    wire [31:0] next_va    = \dut.next_va_q ;
    wire [15:0] next_run   = \dut.next_run_q ;
    wire [3:0]  reading    = \dut.reading_q ;
    wire [3:0]  places     = \dut.u_chunks.count_o ;
    wire [3:0]  words      = \dut.u_data.count_o ;

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    // A sub-pixel of n bytes at an address.
    function legal(input [31:0] at, input [15:0] n);
        legal = n != 16'd0 && (at[3:0] == 4'd0 || (n <= 16'd8 && {1'b0, at[3:0]} + n[4:0] <= 5'd16));
    endfunction
    always @* if (sub_valid_i) assume (legal(sub_va_i, sub_run_i));

    // ---- queues ----

    wire [3:0] on_the_way = {3'd0, reading[0]} + {3'd0, reading[1]} + {3'd0, reading[2]} + {3'd0, reading[3]};
    always @* if (started) begin
        // 1. A chunk that is read has a place, and so has its data when it comes.
        if (issue && !rst_i) assert (places <= 4'd7);
        if (reading[3] && !rst_i) assert (words <= 4'd7);
        // 2. Data that is there has its chunk: none is lost or made up.
        assert ({1'b0, places} == {1'b0, words} + {1'b0, on_the_way});
        assert (places <= 4'd8 && places == \dut.places_q );
        if (\dut.queue_ready ) assert (places <= 4'd7);
    end

    // ---- chunks ----

    // The chunk that was read last.
    reg         prev = 1'b0;
    reg [31:4]  prev_va;
    reg         prev_beat_end, prev_burst_end, prev_cmd_end;
    always @(posedge clk_i)
        if (rst_i) prev <= 1'b0;
        else if (issue) begin
            prev           <= 1'b1;
            prev_va        <= va[31:4];
            prev_beat_end  <= beat_end;
            prev_burst_end <= burst_end;
            prev_cmd_end   <= \dut.end_q && \dut.last_q ;
        end

    // What the chunk behind it has to be.
    function follows(input [31:4] at, input [31:4] was, input stays, input goes_on);
        follows = stays ? at == was : !goes_on || (at == was + 28'd1 && was[7:4] != 4'd15);
    endfunction
    always @* if (started) begin
        // 3. A burst ends with a beat; a beat that does not end goes on with the next chunk, a burst that does not
        //    end with the next beat of the same line.
        if (issue && burst_end) assert (beat_end);
        if (issue && prev) assert (follows(va[31:4], prev_va, !prev_beat_end, !prev_burst_end));
        if (issue && beat_end && !burst_end) assert (va[7:4] != 4'd15);
    end

    // ---- invariants ----

    wire [31:0] sub_end  = va + {16'd0, left} - 32'd1;
    wire [31:0] next_end = next_va + {16'd0, next_run} - 32'd1;
    always @* if (started) begin
        if (next_valid) assert (legal(next_va, next_run) && \dut.next_end_q == next_end[31:4]);
        if (sub_valid) begin
            assert (legal(va, left) && \dut.end_q == (left <= 16'd16));
            if (\dut.last_q ) assert (!\dut.same_q && !\dut.follows_q );
            else begin
                assert (next_valid);
                if (\dut.same_q ) assert (next_va[31:4] == sub_end[31:4]);
                if (\dut.follows_q ) assert (next_va[31:4] == sub_end[31:4] + 28'd1 && sub_end[7:4] != 4'd15);
            end
        end
        if (prev && sub_valid) assert (follows(va[31:4], prev_va, !prev_beat_end, !prev_burst_end));
        if (prev && !sub_valid) begin
            if (prev_cmd_end) assert (prev_burst_end && prev_beat_end);
            else assert (next_valid && follows(next_va[31:4], prev_va, !prev_beat_end, !prev_burst_end));
        end
        if (prev && prev_burst_end) assert (prev_beat_end);
    end

    // Covered: the queue is full; a beat of two sub-pixels goes on in the burst.
    reg was_full = 1'b0;
    always @(posedge clk_i) was_full <= !rst_i && (was_full || places == 4'd8);
    always @* cover (started && was_full && issue && prev && !prev_beat_end && beat_end && !burst_end);

endmodule

`default_nettype wire
