// SPDX-License-Identifier: Apache-2.0
//
// fcn_load_req and fcn_load_buf: LOAD asks only for what its buffer has room for.  The runs are free
// (fcn_load_runs is cut), as is the time at which landing takes a beat; the RAM's words do not matter.
// Assumed: memory gives no more beats than were asked for.
//
//@ claim the receive buffer of LOAD never overflows, and LOAD's bursts stay inside a 256-byte line
//@ cut fcn_load_runs
//@ cut fcn_ram
//@ induction 2
//@ cover 24
//@ mutant fcn_load_req.v s/wire        room     = .*/wire room = 1'b1;/
//@ mutant fcn_load_req.v s/room_q - (emit ? {5'd0, burst_len} + 9'd1/room_q - (emit ? {5'd0, burst_len}/
//@ mutant fcn_load_buf.v s/else if (wr_valid_i)/else if (wr_valid_i \&\& !fetch)/
//@ mutant fcn_load_req.v s/wire \[3:0\]  burst_len   = .*/wire [3:0] burst_len = rest_end_q;/
`default_nettype none

module prove_load_room (
    input wire        clk_i,
    input wire        rst_i,        // reset or clear
    input wire        req_ready_i,
    input wire        rd_valid_i,   // a beat from memory
    input wire        take_i        // landing takes a beat
);

    wire        beat_valid, req_valid;
    wire [31:4] req_va;
    wire [3:0]  req_len;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_load_req req (
        .clk_i      (clk_i),
        .rst_i      (rst_i),
        .cmd_valid_i(1'b0),
        .cmd_ready_o(),
        .cmd_i      (512'd0),
        .cmd_index_i(24'd0),
        .freed_i    (beat_valid && take_i),
        .req_valid_o(req_valid),
        .req_ready_i(req_ready_i),
        .req_va_o   (req_va),
        .req_len_o  (req_len),
        .req_index_o()
    );
    fcn_load_buf buffer (
        .clk_i     (clk_i),
        .rst_i     (rst_i),
        .wr_valid_i(rd_valid_i),
        .wr_data_i (128'd0),
        .rd_valid_o(beat_valid),
        .rd_ready_i(take_i),
        .rd_data_o ()
    );
    /* verilator lint_on PINCONNECTEMPTY */

    (* hierconn *) wire [8:0] \req.room_q ;
    (* hierconn *) wire       \req.rest_valid_q ;
    (* hierconn *) wire       \req.run_end ;
    (* hierconn *) wire [3:0] \req.rest_end_q ;
    (* hierconn *) wire [27:0] \req.rest_va_q ;
    (* hierconn *) wire       \buffer.fetch ;
    (* hierconn *) wire [7:0] \buffer.wr_ptr_q ;
    (* hierconn *) wire [7:0] \buffer.rd_ptr_q ;

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    // Beats that memory still owes.
    reg [8:0] owed;
    always @(posedge clk_i)
        if (rst_i) owed <= 9'd0;
        else owed <= owed + (req_valid && req_ready_i ? {5'd0, req_len} + 9'd1 : 9'd0) - {8'd0, rd_valid_i};
    always @* if (rd_valid_i) assume (owed != 9'd0);

    // Beats in the RAM, counted without a wrap.
    reg [8:0] inside;
    always @(posedge clk_i)
        if (rst_i) inside <= 9'd0;
        else inside <= inside + {8'd0, rd_valid_i} - {8'd0, \buffer.fetch };

    wire [9:0] promised = req_valid ? {6'd0, req_len} + 10'd1 : 10'd0;

    always @* if (started) begin
        // 1. Every beat of room is free, promised, owed or in use.
        assert ({1'b0, \req.room_q } + promised + {1'b0, owed} + {1'b0, inside} + {9'd0, beat_valid} == 10'd256);
        assert (\req.room_q <= 9'd256 && owed <= 9'd256);
        // 2. The n-th beat is written to word n modulo 256 and read from there, 1 to 255 beats behind.
        assert (inside[7:0] == \buffer.wr_ptr_q - \buffer.rd_ptr_q );
        assert (inside <= 9'd255);
        if (!beat_valid) assert (inside <= 9'd1);
        if (\buffer.fetch ) assert (inside != 9'd0);
        // 3. No word is read in the cycle of its write: fcn_ram's READ_FIRST = 0 is allowed.
        if (\buffer.fetch && rd_valid_i) assert (\buffer.wr_ptr_q != \buffer.rd_ptr_q );
        // 4. A burst stays in its line: what is left of a run ends behind its beginning.
        if (\req.rest_valid_q && \req.run_end ) assert (\req.rest_end_q >= \req.rest_va_q [3:0]);
        if (req_valid) assert ({1'b0, req_va[7:4]} + {1'b0, req_len} <= 5'd15);
    end

    // 5. A request stays until it is taken.
    always @(posedge clk_i)
        if (started && $past(started && req_valid && !req_ready_i && !rst_i) && !$past(rst_i))
            assert (req_valid && $stable(req_va) && $stable(req_len));

    // Covered: requests wait for room, then go on.
    reg waited = 1'b0;
    always @(posedge clk_i) waited <= !rst_i && (waited || (\req.rest_valid_q && \req.room_q < 9'd16));
    always @* cover (started && waited && \req.room_q >= 9'd16 && inside != 9'd0 && rd_valid_i);

endmodule

`default_nettype wire
