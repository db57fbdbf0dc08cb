// SPDX-License-Identifier: Apache-2.0
//
// fcn_dispatch: four queues, the tokens between them, and the detection of deadlock.
//
// In vectors, engine e (FCN_ENG_*) has bit or slice e; pair (i, j), tokens from i to j, has bit 4 i + j.
`default_nettype none

module fcn_dispatch (
    input  wire          clk_i,
    input  wire          rst_i,
    input  wire          clear_i,       // forget commands and tokens

    // Legal commands from the fetch unit.
    input  wire          cmd_valid_i,
    output wire          cmd_ready_o,
    input  wire [511:0]  cmd_i,
    input  wire [23:0]   cmd_index_i,
    input  wire          cmd_end_i,     // level: no more will come

    // Engines.
    output wire [3:0]    eng_valid_o,
    input  wire [3:0]    eng_ready_i,
    output wire [2047:0] eng_cmd_o,
    output wire [95:0]   eng_index_o,
    input  wire [3:0]    eng_done_i,

    output wire          all_done_o,    // level: all commands of the stream are done
    output reg           deadlock_o,    // level until clear_i
    output reg  [23:0]   deadlock_index_o,

    // For the counters.
    output wire [3:0]    start_o,       // a command starts
    output wire          conv_head_o,   // CONV has a command that has not started
    output wire [3:0]    conv_missing_o // tokens that it waits for
);

    `include "fcn_defs.vh"

    // Opcode bits 7..4 less 1 are the engine's number.
    wire [1:0]  cmd_engine = cmd_i[FCN_CMD_OPCODE_LSB + 4 +: 2] - 2'd1;
    wire [3:0]  cmd_to     = 4'd1 << cmd_engine;

    wire [3:0]  queue_room;
    wire [15:0] avail, room, take, promise, send;
    wire [3:0]  head_valid, can_start, busy;
    wire [15:0] missing;

    assign cmd_ready_o = (cmd_to & queue_room) != 4'd0;

    genvar i, j;
    generate
        for (i = 0; i < 4; i = i + 1) begin : g_queue
            // What others have sent to this engine, and what it takes, lie in a column of the matrix.
            wire [3:0] take_from;
            for (j = 0; j < 4; j = j + 1) begin : g_column
                assign take[4*j+i] = take_from[j];
            end

            fcn_queue u_queue (
                .clk_i       (clk_i),
                .rst_i       (rst_i),
                .clear_i     (clear_i),
                .wr_valid_i  (cmd_valid_i && cmd_to[i]),
                .wr_ready_o  (queue_room[i]),
                .wr_cmd_i    (cmd_i),
                .wr_index_i  (cmd_index_i),
                .avail_i     ({avail[12+i], avail[8+i], avail[4+i], avail[i]}),
                .room_i      (room[4*i+:4]),
                .take_o      (take_from),
                .promise_o   (promise[4*i+:4]),
                .send_o      (send[4*i+:4]),
                .eng_valid_o (eng_valid_o[i]),
                .eng_ready_i (eng_ready_i[i]),
                .eng_cmd_o   (eng_cmd_o[512*i+:512]),
                .eng_index_o (eng_index_o[24*i+:24]),
                .eng_done_i  (eng_done_i[i]),
                .head_valid_o(head_valid[i]),
                .can_start_o (can_start[i]),
                .start_o     (start_o[i]),
                .missing_o   (missing[4*i+:4]),
                .busy_o      (busy[i])
            );

            for (j = 0; j < 4; j = j + 1) begin : g_to
                if (i == j) begin : g_none
                    // No command waits for its own engine: fcn_cmd_check.
                    assign avail[4*i+j] = 1'b0;
                    assign room[4*i+j]  = 1'b0;
                    wire unused = &{1'b0, take[4*i+j], promise[4*i+j], send[4*i+j]};
                end else begin : g_pair
                    fcn_tokens u_tokens (
                        .clk_i    (clk_i),
                        .rst_i    (rst_i),
                        .clear_i  (clear_i),
                        .promise_i(promise[4*i+j]),
                        .send_i   (send[4*i+j]),
                        .take_i   (take[4*i+j]),
                        .avail_o  (avail[4*i+j]),
                        .room_o   (room[4*i+j])
                    );
                end
            end
        end
    endgenerate

    assign all_done_o     = cmd_end_i && head_valid == 4'd0 && busy == 4'd0;
    assign conv_head_o    = head_valid[FCN_ENG_CONV];
    assign conv_missing_o = missing[4*FCN_ENG_CONV+:4];
    wire unused_missing = &{1'b0, missing};     // the other engines' are not counted

    // Nothing runs, nothing can start, nothing can come: nothing will ever change.
    wire stuck = head_valid != 4'd0 && busy == 4'd0 && can_start == 4'd0
                 && (cmd_end_i || (cmd_valid_i && !cmd_ready_o));

    // So there is time to find the first command that has not started.
    reg stuck_q, stuck2_q;
    always @(posedge clk_i) begin
        stuck_q    <= stuck && !rst_i && !clear_i;
        stuck2_q   <= stuck_q && !rst_i && !clear_i;
        deadlock_o <= stuck2_q && !rst_i && !clear_i;
    end

    // The first command that has not started is the head with the lowest index; the heads of
    // empty queues do not count.
    function [23:0] lower(input [23:0] a, input [23:0] b);
        lower = a < b ? a : b;
    endfunction
    wire [95:0] ages = eng_index_o | {{24{!head_valid[3]}}, {24{!head_valid[2]}},
                                      {24{!head_valid[1]}}, {24{!head_valid[0]}}};
    reg [23:0] lower_a_q, lower_b_q;
    always @(posedge clk_i)
        if (stuck_q) begin
            lower_a_q <= lower(ages[23:0], ages[47:24]);
            lower_b_q <= lower(ages[71:48], ages[95:72]);
        end
    always @(posedge clk_i) if (stuck2_q) deadlock_index_o <= lower(lower_a_q, lower_b_q);

endmodule

`default_nettype wire
