// SPDX-License-Identifier: Apache-2.0
//
// fcn_queue: the commands in front of one engine, and those that it has started.
//
// The head starts when its tokens are there, its promises have room, fewer than 8 commands are
// started and not done, all of that in the cycle before, and the engine takes it.  SYNC commands never reach the engine:
// they are done when all before them are.
`default_nettype none

module fcn_queue (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,        // forget everything

    // From the fetch unit, in stream order.
    input  wire         wr_valid_i,
    output wire         wr_ready_o,
    input  wire [511:0] wr_cmd_i,
    input  wire [23:0]  wr_index_i,

    // Tokens; bit e is for engine e.
    input  wire [3:0]   avail_i,        // e has sent one to this engine
    input  wire [3:0]   room_i,         // one more may be promised to e
    output wire [3:0]   take_o,
    output wire [3:0]   promise_o,
    output wire [3:0]   send_o,

    // Engine.
    output wire         eng_valid_o,
    input  wire         eng_ready_i,
    output wire [511:0] eng_cmd_o,
    output wire [23:0]  eng_index_o,    // of the head, also while it waits
    input  wire         eng_done_i,

    // For deadlock detection and the counters.
    output wire         head_valid_o,   // a command waits or starts
    output wire         can_start_o,    // it starts as soon as the engine takes it
    output wire         start_o,        // it starts in this cycle
    output wire [3:0]   missing_o,      // tokens that it waits for
    output wire         busy_o          // commands are started and not done
);

    `include "fcn_defs.vh"

    // The head stands in registers of its own; with them, the queue holds 8 commands.
    reg          head_q;                // there is one
    reg  [511:0] head;
    reg  [23:0]  index_q;
    wire         next_valid;            // a command behind it
    wire         next_room;
    wire [511:0] next_cmd;
    wire [23:0]  next_index;
    wire [3:0]   next_n;
    wire         next_take = next_valid && (!head_q || start_o);

    wire [3:0]   head_wait   = head[FCN_CMD_WAIT_LSB +: FCN_CMD_WAIT_W];
    wire [3:0]   head_signal = head[FCN_CMD_SIGNAL_LSB +: FCN_CMD_SIGNAL_W];
    wire         head_sync   = head[FCN_CMD_OPCODE_LSB +: 4] == 4'hf;

    wire       list_room;               // fewer than 8 started
    wire       old_valid;               // the oldest command that is started and not done
    wire       old_sync;
    wire [3:0] old_signal;

    // Done: a SYNC when it is the oldest; another when the engine has said so, perhaps in an
    // earlier cycle, while a SYNC was the oldest.
    reg  [3:0] early_q;                 // commands that the engine has said so of
    wire       done = old_valid && (old_sync || eng_done_i || early_q != 4'd0);

    wire ready = head_q && missing_o == 4'd0 && (head_signal & ~room_i) == 4'd0 && list_room;

    // Nothing but a start can make ready or the engine's ready false again: both may be a cycle old.
    reg start_q;
    always @(posedge clk_i)
        start_q <= ready && (head_sync || eng_ready_i) && !start_q && !rst_i && !clear_i;

    assign missing_o   = head_q ? head_wait & ~avail_i : 4'd0;
    assign can_start_o = ready || (next_valid && !head_q);
    assign eng_valid_o = start_q && !head_sync;
    assign start_o     = start_q;
    assign take_o      = head_wait & {4{start_o}};
    assign promise_o   = head_signal & {4{start_o}};
    assign eng_cmd_o   = head;
    assign eng_index_o = index_q;

    always @(posedge clk_i)
        if (rst_i || clear_i) head_q <= 1'b0;
        else if (next_take) head_q <= 1'b1;
        else if (start_o) head_q <= 1'b0;

    always @(posedge clk_i)
        if (next_take) begin
            head    <= next_cmd;
            index_q <= next_index;
        end

    assign head_valid_o = head_q || next_valid;
    assign wr_ready_o   = next_room && !(head_q && next_n == 4'd7);

    fcn_fifo #(
        .WIDTH(536),
        .DEPTH_LOG2(3)
    ) u_queue (
        .clk_i     (clk_i),
        .rst_i     (rst_i || clear_i),
        .wr_valid_i(wr_valid_i && wr_ready_o),
        .wr_ready_o(next_room),
        .wr_data_i ({wr_index_i, wr_cmd_i}),
        .rd_valid_o(next_valid),
        .rd_ready_i(next_take),
        .rd_data_o ({next_index, next_cmd}),
        .count_o   (next_n)
    );

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_fifo #(
        .WIDTH(5),
        .DEPTH_LOG2(3)
    ) u_started (
        .clk_i     (clk_i),
        .rst_i     (rst_i || clear_i),
        .wr_valid_i(start_o),
        .wr_ready_o(list_room),
        .wr_data_i ({head_sync, head_signal}),
        .rd_valid_o(old_valid),
        .rd_ready_i(done),
        .rd_data_o ({old_sync, old_signal}),
        .count_o   ()                   // room is all that is needed
    );
    /* verilator lint_on PINCONNECTEMPTY */

    wire early_less = done && !old_sync;
    always @(posedge clk_i)
        if (rst_i || clear_i) early_q <= 4'd0;
        else if (eng_done_i != early_less) early_q <= eng_done_i ? early_q + 4'd1 : early_q - 4'd1;

    assign send_o = old_signal & {4{done}};
    assign busy_o = old_valid;

endmodule

`default_nettype wire
