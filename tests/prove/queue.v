// SPDX-License-Identifier: Apache-2.0
//
// fcn_queue and the four token counters that it sends to.  The commands in front of the engine are free
// (u_queue is cut), as are the tokens of other engines and who takes from the counters, who must find a token.
// Assumed: the engine says done once for each command that it has started, at least a cycle later; tokens that are
// there stay until they are taken; the engine stays ready until a command starts.
//
//@ claim started commands never exceed 8, each one's tokens are sent once, counters stay in range
//@ cutcell fcn_queue/u_queue
//@ memory list dut.u_started.mem 5 8
//@ induction 1
//@ cover 24
//@ mutant fcn_queue.v s/&& list_room;/;/
//@ mutant fcn_queue.v s/assign promise_o   = .*/assign promise_o = head_signal;/
//@ mutant fcn_queue.v s/&& missing_o == 4'd0//
//@ mutant fcn_queue.v s/wire early_less = .*/wire early_less = done;/
//@ mutant fcn_tokens.v s/promise_i ? owed_q + 8'd1/promise_i ? owed_q + 8'd2/
`default_nettype none

module prove_queue (
    input wire        clk_i,
    input wire        rst_i,
    input wire        clear_i,
    input wire [3:0]  avail_i,
    input wire [3:0]  taken_i,      // somebody takes from the counter
    input wire        eng_ready_i,
    input wire        eng_done_i
);

    `include "memories.vh"

    wire [3:0] room, avail, promise, send, take;
    wire       eng_valid, start;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_queue dut (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .clear_i     (clear_i),
        .wr_valid_i  (1'b0),
        .wr_ready_o  (),
        .wr_cmd_i    (512'd0),
        .wr_index_i  (24'd0),
        .avail_i     (avail_i),
        .room_i      (room),
        .take_o      (take),
        .promise_o   (promise),
        .send_o      (send),
        .eng_valid_o (eng_valid),
        .eng_ready_i (eng_ready_i),
        .eng_cmd_o   (),
        .eng_index_o (),
        .eng_done_i  (eng_done_i),
        .head_valid_o(),
        .can_start_o (),
        .start_o     (start),
        .missing_o   (),
        .busy_o      ()
    );
    /* verilator lint_on PINCONNECTEMPTY */

    (* hierconn *) wire [3:0] \dut.u_started.count_o ;
    (* hierconn *) wire [3:0] \dut.u_started.rd_ptr_q ;
    (* hierconn *) wire [3:0] \dut.early_q ;
    (* hierconn *) wire       \dut.start_q ;
    (* hierconn *) wire       \dut.head_q ;
    (* hierconn *) wire       \dut.head_sync ;
    (* hierconn *) wire [3:0] \dut.head_wait ;
    (* hierconn *) wire [3:0] \dut.head_signal ;
    wire [3:0] count  = \dut.u_started.count_o ;
    wire [3:0] rd_ptr = \dut.u_started.rd_ptr_q ;
    wire [3:0] early  = \dut.early_q ;

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    // The engine: commands it has and has not done.
    reg [3:0] working;
    always @(posedge clk_i)
        if (rst_i || clear_i) working <= 4'd0;
        else working <= working + {3'd0, eng_valid && eng_ready_i} - {3'd0, eng_done_i};
    always @* if (eng_done_i) assume (working != 4'd0);

    // What stays: tokens, and the engine's ready.
    reg [3:0] had;
    reg       was_ready;
    always @(posedge clk_i) had <= rst_i || clear_i ? 4'd0 : avail_i & ~take;
    always @(posedge clk_i) was_ready <= !rst_i && !clear_i && eng_ready_i && !eng_valid;
    always @* assume ((had & ~avail_i) == 4'd0);
    always @* if (was_ready) assume (eng_ready_i);

    // A start was decided a cycle ago, and everything that it needs is still there.
    always @* if (started && \dut.start_q ) begin
        assert (\dut.head_q && count != 4'd8);
        assert ((\dut.head_wait & ~had) == 4'd0 && (\dut.head_signal & ~room) == 4'd0);
        if (!\dut.head_sync ) assert (was_ready);
    end

    // What the list holds.
    integer    n;
    integer    j;
    reg [3:0]  others;              // commands that are not SYNC
    reg [15:0] owing;               // tokens to each engine
    reg [4:0]  entry;
    reg [2:0]  place;
    always @* begin
        others = 4'd0;
        owing  = 16'd0;
        for (n = 0; n < 8; n = n + 1) begin
            entry = list[5*n+:5];
            place = n[2:0] - rd_ptr[2:0];
            if ({1'b0, place} < count) begin
                others = others + {3'd0, !entry[4]};
                for (j = 0; j < 4; j = j + 1)
                    owing[4*j+:4] = owing[4*j+:4] + {3'd0, entry[j]};
            end
        end
    end

    // 1. At most 8 are started; none starts unless there is room; each non-SYNC one is with the engine, or
    //    the engine has said done ahead of its turn.
    always @* if (started) begin
        assert (count <= 4'd8);
        if (start) assert (count != 4'd8);
        assert ({1'b0, working} + {1'b0, early} == {1'b0, others});
        // 2. A start takes tokens that are there.
        assert ((take & ~avail_i) == 4'd0);
    end

    // 3. The counters' users keep to their rules, so the counters stay in range; what was promised is
    //    exactly what the list still owes and what is there: no token is lost or made up.
    genvar i;
    generate
        for (i = 0; i < 4; i = i + 1) begin : g
            fcn_tokens pair (
                .clk_i    (clk_i),
                .rst_i    (rst_i),
                .clear_i  (clear_i),
                .promise_i(promise[i]),
                .send_i   (send[i]),
                .take_i   (taken_i[i]),
                .avail_o  (avail[i]),
                .room_o   (room[i])
            );
        end
    endgenerate
    (* hierconn *) wire [7:0] \g[0].pair.avail_q ;
    (* hierconn *) wire [7:0] \g[1].pair.avail_q ;
    (* hierconn *) wire [7:0] \g[2].pair.avail_q ;
    (* hierconn *) wire [7:0] \g[3].pair.avail_q ;
    (* hierconn *) wire [7:0] \g[0].pair.owed_q ;
    (* hierconn *) wire [7:0] \g[1].pair.owed_q ;
    (* hierconn *) wire [7:0] \g[2].pair.owed_q ;
    (* hierconn *) wire [7:0] \g[3].pair.owed_q ;
    wire [31:0] there = {\g[3].pair.avail_q , \g[2].pair.avail_q , \g[1].pair.avail_q , \g[0].pair.avail_q };
    wire [31:0] owed  = {\g[3].pair.owed_q , \g[2].pair.owed_q , \g[1].pair.owed_q , \g[0].pair.owed_q };
    always @* assume ((taken_i & ~avail) == 4'd0);
    always @* if (started)
        for (j = 0; j < 4; j = j + 1) begin
            assert ({1'b0, owed[8*j+:8]} == {1'b0, there[8*j+:8]} + {5'd0, owing[4*j+:4]});
            if (promise[j]) assert (owed[8*j+:8] != 8'd255);
            if (send[j]) assert (owing[4*j+:4] != 4'd0);
        end

    // Covered: the list runs full and empty again; the engine is ahead of a SYNC.
    reg was_full = 1'b0;
    always @(posedge clk_i) was_full <= !rst_i && !clear_i && (was_full || count == 4'd8);
    always @* cover (started && was_full && early == 4'd2 && send[0] && taken_i[1]);

endmodule

`default_nettype wire
