// SPDX-License-Identifier: Apache-2.0
//
// fcn_post_loop: the loops of a POST command: rows, pixels, groups of LANES columns, window rows,
// window pixels.  One step a cycle: which accumulator entry is read, and where the output goes.
//
// A command is taken with start_i, which may be high whenever free_o is: also in the cycle of the
// last step of the command before, so that commands follow each other without a bubble.
//
// LANES      columns of a group; a power of two
// GROUP_W    bits of the number of a group
// ACC_LOG2   base-2 logarithm of the entries of an accumulator half; at most 12
`default_nettype none

module fcn_post_loop #(
    parameter integer LANES = 16,
    parameter integer GROUP_W = 1,
    parameter integer ACC_LOG2 = 9
) (
    input  wire                clk_i,
    input  wire                rst_i,
    // The command: words 1 to 10, a pulse.
    input  wire                start_i,
    input  wire [351:32]       cmd_i,
    output wire                free_o,          // start_i may be high
    // The step of this cycle.
    output wire                step_o,
    output wire                cmd_first_o,     // the command's first step
    output wire                cmd_last_o,      // its last
    output wire                win_first_o,     // first element of a window
    output wire                win_last_o,      // and the last: an output pixel's group is complete
    output wire [GROUP_W-1:0]  group_o,
    output wire                half_o,
    output wire [ACC_LOG2-1:0] entry_o,
    output wire [23:0]         ofm_o,           // where the group's output goes
    output wire [23:0]         res_o,           // where its residual operand is
    output wire [4:0]          len_o            // columns of the group, 1..LANES
);

`include "fcn_defs.vh"

    localparam [4:0] LANES5 = LANES[4:0];

    // ---- the command's fields that the loops need again and again
    reg                half_q;
    reg [11:0]         x_n_q;
    reg [3:0]          win_x_n_q;
    reg [3:0]          win_y_n_q;
    reg [ACC_LOG2-1:0] acc_x_pitch_q;
    reg [ACC_LOG2-1:0] acc_y_pitch_q;
    reg [ACC_LOG2-1:0] win_y_pitch_q;
    reg [23:0]         ofm_x_pitch_q;
    reg [23:0]         ofm_y_pitch_q;
    reg [23:0]         res_delta_q;     // residual operand relative to the output: same pitches
    reg [4:0]          cols_n_q;

    wire [23:0] ofm_start = cmd_i[FCN_POST_OFM_LSB+:24];

    always @(posedge clk_i)
        if (start_i) begin
            half_q        <= cmd_i[FCN_POST_HALF_LSB];
            x_n_q         <= cmd_i[FCN_POST_X_N_LSB+:12];
            win_x_n_q     <= cmd_i[FCN_POST_WIN_X_N_LSB+:4];
            win_y_n_q     <= cmd_i[FCN_POST_WIN_Y_N_LSB+:4];
            acc_x_pitch_q <= cmd_i[FCN_POST_ACC_X_PITCH_LSB+:ACC_LOG2];
            acc_y_pitch_q <= cmd_i[FCN_POST_ACC_Y_PITCH_LSB+:ACC_LOG2];
            win_y_pitch_q <= cmd_i[FCN_POST_WIN_Y_PITCH_LSB+:ACC_LOG2];
            ofm_x_pitch_q <= cmd_i[FCN_POST_OFM_X_PITCH_LSB+:24];
            ofm_y_pitch_q <= cmd_i[FCN_POST_OFM_Y_PITCH_LSB+:24];
            res_delta_q   <= cmd_i[FCN_POST_RES_LSB+:24] - ofm_start;
            cols_n_q      <= cmd_i[FCN_POST_COLS_N_LSB+:5];
        end

    // ---- counters: turns left in each loop, and which loops end with this step
    reg         run_q;
    reg [11:0]  y_q;
    reg [11:0]  x_q;
    reg [3:0]   wy_q;
    reg [3:0]   wx_q;
    reg [GROUP_W-1:0] group_q;
    reg [4:0]   cols_q;     // columns from this group on, less 1

    // A loop's last turn is known a step ahead, as is whether it has one turn only.
    reg wx_end_q, wy_end_q, group_end, x_end_q, y_end_q;
    reg wx_one_q, wy_one_q, group_one_q, x_one_q;

    wire win_row_end = wx_end_q;
    reg  win_end;       // ... and all faster loops
    reg  pixel_end;
    reg  row_end;
    reg  cmd_end;

    always @(posedge clk_i)
        if (rst_i) run_q <= 1'b0;
        else if (start_i) run_q <= 1'b1;
        else if (cmd_end) run_q <= 1'b0;

    always @(posedge clk_i)
        if (start_i) begin
            y_q     <= cmd_i[FCN_POST_Y_N_LSB+:12];
            x_q     <= cmd_i[FCN_POST_X_N_LSB+:12];
            wy_q    <= cmd_i[FCN_POST_WIN_Y_N_LSB+:4];
            wx_q    <= cmd_i[FCN_POST_WIN_X_N_LSB+:4];
            cols_q  <= cmd_i[FCN_POST_COLS_N_LSB+:5];
            group_q <= {GROUP_W{1'b0}};
        end else if (run_q) begin
            wx_q <= win_row_end ? win_x_n_q : wx_q - 4'd1;
            if (win_row_end) wy_q <= win_end ? win_y_n_q : wy_q - 4'd1;
            if (win_end) begin
                cols_q  <= group_end ? cols_n_q : cols_q - LANES5;
                group_q <= group_end ? {GROUP_W{1'b0}} : group_q + 1'b1;
            end
            if (pixel_end) x_q <= row_end ? x_n_q : x_q - 12'd1;
            if (row_end) y_q <= y_q - 12'd1;
        end

    wire wx_one = cmd_i[FCN_POST_WIN_X_N_LSB+:4] == 4'd0;
    wire wy_one = cmd_i[FCN_POST_WIN_Y_N_LSB+:4] == 4'd0;
    wire group_one = cmd_i[FCN_POST_COLS_N_LSB+:5] < LANES5;
    wire x_one = cmd_i[FCN_POST_X_N_LSB+:12] == 12'd0;

    // The flags of the next step.
    wire wx_end_d  = start_i ? wx_one : win_row_end ? wx_one_q : wx_q == 4'd1;
    wire wy_end_d  = start_i ? wy_one : !win_row_end ? wy_end_q : win_end ? wy_one_q : wy_q == 4'd1;
    wire group_end_d = start_i ? group_one : !win_end ? group_end
                               : group_end ? group_one_q : {1'b0, cols_q} < {LANES5, 1'b0};
    wire x_end_d   = start_i ? x_one : !pixel_end ? x_end_q : row_end ? x_one_q : x_q == 12'd1;
    wire y_end_d   = start_i ? cmd_i[FCN_POST_Y_N_LSB+:12] == 12'd0 : row_end ? y_q == 12'd1 : y_end_q;

    always @(posedge clk_i)
        if (start_i) begin
            wx_one_q    <= wx_one;
            wy_one_q    <= wy_one;
            group_one_q <= group_one;
            x_one_q     <= x_one;
        end

    always @(posedge clk_i)
        if (start_i || run_q) begin
            wx_end_q  <= wx_end_d;
            wy_end_q  <= wy_end_d;
            group_end <= group_end_d;
            x_end_q   <= x_end_d;
            y_end_q   <= y_end_d;
            win_end   <= wx_end_d && wy_end_d;
            pixel_end <= wx_end_d && wy_end_d && group_end_d;
            row_end   <= wx_end_d && wy_end_d && group_end_d && x_end_d;
            cmd_end   <= wx_end_d && wy_end_d && group_end_d && x_end_d && y_end_d;
        end

    // ---- firsts: the step behind a start, and the step behind a window's last one
    reg cmd_first_q;
    reg win_first_q;
    always @(posedge clk_i) cmd_first_q <= start_i;
    always @(posedge clk_i) if (start_i || run_q) win_first_q <= start_i || win_end;

    // ---- accumulator entry: where the row, the pixel, the window's row started, and now
    reg [ACC_LOG2-1:0] row_entry_q;
    reg [ACC_LOG2-1:0] pixel_entry_q;
    reg [ACC_LOG2-1:0] win_entry_q;
    reg [ACC_LOG2-1:0] entry_q;

    wire [ACC_LOG2-1:0] entry_start = cmd_i[FCN_POST_ACC_LSB+:ACC_LOG2];
    wire [ACC_LOG2-1:0] row_entry = row_entry_q + acc_y_pitch_q;
    wire [ACC_LOG2-1:0] pixel_entry = row_end ? row_entry : pixel_entry_q + acc_x_pitch_q;
    wire [ACC_LOG2-1:0] win_entry = pixel_end ? pixel_entry : win_end ? pixel_entry_q
                                                            : win_entry_q + win_y_pitch_q;

    always @(posedge clk_i)
        if (start_i) begin
            row_entry_q   <= entry_start;
            pixel_entry_q <= entry_start;
            win_entry_q   <= entry_start;
            entry_q       <= entry_start;
        end else if (run_q) begin
            if (row_end) row_entry_q <= row_entry;
            if (pixel_end) pixel_entry_q <= pixel_entry;
            if (win_row_end) win_entry_q <= win_entry;
            entry_q <= win_row_end ? win_entry : entry_q + 1'b1;
        end

    // ---- output address: where the row, the pixel started, and now
    reg [23:0] row_ofm_q;
    reg [23:0] pixel_ofm_q;
    reg [23:0] ofm_q;

    wire [23:0] row_ofm = row_ofm_q + ofm_y_pitch_q;
    wire [23:0] pixel_ofm = row_end ? row_ofm : pixel_ofm_q + ofm_x_pitch_q;

    always @(posedge clk_i)
        if (start_i) begin
            row_ofm_q   <= ofm_start;
            pixel_ofm_q <= ofm_start;
            ofm_q       <= ofm_start;
        end else if (run_q && win_end) begin
            if (row_end) row_ofm_q <= row_ofm;
            if (pixel_end) pixel_ofm_q <= pixel_ofm;
            ofm_q <= pixel_end ? pixel_ofm : ofm_q + {19'd0, LANES5};
        end

    assign free_o      = !run_q || cmd_end;
    assign step_o      = run_q;
    assign cmd_first_o = cmd_first_q;
    assign cmd_last_o  = cmd_end;
    assign win_first_o = win_first_q;
    assign win_last_o  = win_end;
    assign group_o     = group_q;
    assign half_o      = half_q;
    assign entry_o     = entry_q;
    assign ofm_o       = ofm_q;
    assign res_o       = ofm_q + res_delta_q;
    assign len_o       = group_end ? cols_q + 5'd1 : LANES5;

endmodule

`default_nettype wire
