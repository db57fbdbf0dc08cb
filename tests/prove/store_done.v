// SPDX-License-Identifier: Apache-2.0
//
// fcn_store_done: free commands, free memory.
//
// Assumed: memory acknowledges only commands with beats that have started and are not acknowledged yet (a command's last
// burst is its own, and prove_wbus says that each is acknowledged once).
//
//@ claim STORE's commands are done in order, those with beats not before memory has acknowledged them, and none is lost
//@ memory kinds dut.u_list.mem 1 8
//@ induction 1
//@ cover 12
//@ mutant fcn_store_done.v s/else if (wr_done_i != ack_used) acked_q/else if (wr_done_i || ack_used) acked_q/
//@ mutant fcn_store_done.v s/wire ack_used = .*/wire ack_used = done_o;/
//@ mutant fcn_store_done.v s/valid \&\& (empty || acked_q != 4'd0)/valid/
//@ mutant fcn_store_done.v s/acked_q + 4'd1/{2'd0, acked_q[1:0] + 2'd1}/
`default_nettype none

module prove_store_done (
    input wire clk_i,
    input wire rst_i,
    input wire cmd_valid_i,
    input wire cmd_empty_i,
    input wire wr_done_i
);

    wire cmd_ready, done;

    fcn_store_done dut (
        .clk_i      (clk_i),
        .rst_i      (rst_i),
        .cmd_valid_i(cmd_valid_i),
        .cmd_ready_o(cmd_ready),
        .cmd_empty_i(cmd_empty_i),
        .wr_done_i  (wr_done_i),
        .done_o     (done)
    );

    `include "memories.vh"

    (* hierconn *) wire [3:0] \dut.acked_q ;
    (* hierconn *) wire [3:0] \dut.u_list.wr_ptr_q ;
    (* hierconn *) wire [3:0] \dut.u_list.rd_ptr_q ;
    wire [3:0] acked = \dut.acked_q ;
    wire [3:0] wr    = \dut.u_list.wr_ptr_q ;
    wire [3:0] rd    = \dut.u_list.rd_ptr_q ;
    wire [3:0] n     = wr - rd;

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    wire start = cmd_valid_i && cmd_ready;

    // Commands with beats that memory has not acknowledged.
    reg [7:0] owed;
    always @(posedge clk_i)
        if (rst_i) owed <= 8'd0;
        else owed <= owed + {7'd0, start && !cmd_empty_i} - {7'd0, wr_done_i};
    always @* if (wr_done_i) assume (owed != 8'd0);

    // Commands with beats among those in the list.
    reg [7:0] full;
    integer i;
    always @* begin
        full = 8'd0;
        for (i = 0; i < 8; i = i + 1)
            if (i[3:0] < n && !kinds[(rd[2:0] + i[2:0]) & 3'd7]) full = full + 8'd1;
    end

    // A command of an arbitrary time, and how many commands, and commands with beats, were not done before it.
    (* anyseq *) wire pick;
    reg       has = 1'b0;
    reg       has_empty;
    reg [7:0] ahead;                    // commands in front of it
    reg [7:0] acks;                     // acknowledgements until its own has come, 0 when it has
    wire      take = pick && start && !has;
    wire [7:0] owed_next = owed - {7'd0, wr_done_i};
    always @(posedge clk_i)
        if (rst_i) has <= 1'b0;
        else if (take) begin
            has       <= 1'b1;
            has_empty <= cmd_empty_i;
            ahead     <= {4'd0, n} - {7'd0, done};
            acks      <= cmd_empty_i ? 8'd0 : owed_next + 8'd1;
        end else if (has) begin
            if (done && ahead == 8'd0) has <= 1'b0;
            if (done) ahead <= ahead - 8'd1;
            if (wr_done_i && acks != 8'd0) acks <= acks - 8'd1;
        end

    // Commands with beats in front of it.
    reg [7:0] full_ahead;
    integer j;
    always @* begin
        full_ahead = 8'd0;
        for (j = 0; j < 8; j = j + 1)
            if (j[7:0] < ahead && !kinds[(rd[2:0] + j[2:0]) & 3'd7]) full_ahead = full_ahead + 8'd1;
    end

    always @* if (started) begin
        // 1. The count is exact: it neither overflows nor runs below 0.
        assert (n <= 4'd8 && full <= 8'd8 && owed <= 8'd8);
        assert ({4'd0, acked} + owed == full);
        // 2. Something is done only if it has started; with beats, only behind its own acknowledgement.
        if (done) assert (n != 4'd0);
        if (has && done && ahead == 8'd0) assert (acks == 8'd0);
        // 3. What is done does not wait: the oldest, without beats or acknowledged.
        if (n != 4'd0 && (kinds[rd[2:0]] || acked != 4'd0)) assert (done);
        // Invariants.
        if (has) begin
            assert (ahead < {4'd0, n});
            assert (kinds[(rd[2:0] + ahead[2:0]) & 3'd7] == has_empty);
            // Acknowledgements come in order: those that wait go to the commands in front first.
            if (!has_empty) assert (acks == ({4'd0, acked} > full_ahead ? 8'd0 : full_ahead + 8'd1 - {4'd0, acked}));
            else assert (acks == 8'd0);
        end
    end

    // Covered: memory is three commands ahead of one without beats; all are done.
    reg was_many = 1'b0;
    always @(posedge clk_i) was_many <= !rst_i && (was_many || acked == 4'd3);
    always @* cover (started && was_many && n == 4'd0);

endmodule

`default_nettype wire
