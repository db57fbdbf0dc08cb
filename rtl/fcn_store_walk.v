// SPDX-License-Identifier: Apache-2.0
//
// fcn_store_walk: walks the rows, pixels and sub-pixels of a STORE, one sub-pixel per cycle.
//
// The next command is taken in the cycle in which the last sub-pixel of this one leaves.  A command
// without any byte is taken and gives nothing.
`default_nettype none

module fcn_store_walk (
    input  wire         clk_i,
    input  wire         rst_i,
    // A STORE starts.
    input  wire         cmd_valid_i,
    output wire         cmd_ready_o,
    // The first word and the words behind the last field are not used here.
    /* verilator lint_off UNUSED */
    input  wire [511:0] cmd_i,
    /* verilator lint_on UNUSED */
    input  wire [23:0]  cmd_index_i,
    output wire         cmd_empty_o,    // level with cmd_i: the command writes no byte
    // Sub-pixels in order.
    output wire         sub_valid_o,
    input  wire         sub_ready_i,
    output wire [31:0]  sub_va_o,       // first byte in memory
    output wire [23:0]  sub_src_o,      // first byte in the OFM buffer
    output wire [15:0]  sub_run_o,      // bytes: at least 1
    output wire         sub_last_o,     // last one of the command
    output wire [23:0]  sub_index_o     // of the command
);

    `include "fcn_defs.vh"

    wire [31:0] va     = cmd_i[FCN_STORE_VA_LSB+:FCN_STORE_VA_W];
    wire [23:0] src    = cmd_i[FCN_STORE_SRC_LSB+:FCN_STORE_SRC_W];
    wire [15:0] rows_n = cmd_i[FCN_STORE_ROWS_N_LSB+:FCN_STORE_ROWS_N_W];
    wire [15:0] cols_n = cmd_i[FCN_STORE_COLS_N_LSB+:FCN_STORE_COLS_N_W];
    wire [7:0]  sub_n  = cmd_i[FCN_STORE_SUB_N_LSB+:FCN_STORE_SUB_N_W];
    wire [15:0] run    = cmd_i[FCN_STORE_RUN_LSB+:FCN_STORE_RUN_W];

    reg         busy_q;
    // Constants of the command.
    reg  [31:0] va_pitch_y_q;
    reg  [31:0] va_pitch_x_q;
    reg  [31:0] va_pitch_s_q;
    reg  [23:0] src_pitch_y_q;
    reg  [23:0] src_pitch_x_q;
    reg  [23:0] src_pitch_s_q;
    reg  [15:0] cols_q;         // columns - 1
    reg  [7:0]  subs_q;         // sub-pixels - 1
    reg  [15:0] run_q;
    reg  [23:0] index_q;
    // Where the walk is: addresses of the sub-pixel, of its pixel and of its row.
    reg  [31:0] va_q;
    reg  [31:0] pix_va_q;
    reg  [31:0] row_va_q;
    reg  [23:0] src_q;
    reg  [23:0] pix_src_q;
    reg  [23:0] row_src_q;
    // What comes behind it.
    reg  [15:0] rows_left_q;
    reg  [15:0] cols_left_q;
    reg  [7:0]  subs_left_q;
    // Which of these are 0: known a step ahead.
    reg         pix_end;        // subs_left_q
    reg         last_col_q;     // cols_left_q
    reg         last_row_q;     // rows_left_q
    reg         one_sub_q;      // subs_q
    reg         one_col_q;      // cols_q

    wire row_end = pix_end && last_col_q;
    wire cmd_end = row_end && last_row_q;
    wire take    = cmd_valid_i && cmd_ready_o;
    wire step    = busy_q && sub_ready_i;

    // One adder for each address: the loop that steps gives both operands.
    wire [31:0] next_va  = (row_end ? row_va_q : pix_end ? pix_va_q : va_q)
                         + (row_end ? va_pitch_y_q : pix_end ? va_pitch_x_q : va_pitch_s_q);
    wire [23:0] next_src = (row_end ? row_src_q : pix_end ? pix_src_q : src_q)
                         + (row_end ? src_pitch_y_q : pix_end ? src_pitch_x_q : src_pitch_s_q);

    always @(posedge clk_i)
        if (rst_i) busy_q <= 1'b0;
        else if (take) busy_q <= !cmd_empty_o;
        else if (step && cmd_end) busy_q <= 1'b0;

    always @(posedge clk_i)
        if (take) begin
            va_pitch_y_q  <= cmd_i[FCN_STORE_PITCH_Y_LSB+:FCN_STORE_PITCH_Y_W];
            va_pitch_x_q  <= cmd_i[FCN_STORE_PITCH_X_LSB+:FCN_STORE_PITCH_X_W];
            va_pitch_s_q  <= cmd_i[FCN_STORE_PITCH_S_LSB+:FCN_STORE_PITCH_S_W];
            src_pitch_y_q <= cmd_i[FCN_STORE_SRC_PITCH_Y_LSB+:FCN_STORE_SRC_PITCH_Y_W];
            src_pitch_x_q <= cmd_i[FCN_STORE_SRC_PITCH_X_LSB+:FCN_STORE_SRC_PITCH_X_W];
            src_pitch_s_q <= cmd_i[FCN_STORE_SRC_PITCH_S_LSB+:FCN_STORE_SRC_PITCH_S_W];
            cols_q        <= cols_n - 16'd1;
            subs_q        <= sub_n;
            run_q         <= run;
            index_q       <= cmd_index_i;
            one_sub_q     <= sub_n == 8'd0;
            one_col_q     <= cols_n == 16'd1;
        end

    always @(posedge clk_i)
        if (take) begin
            va_q      <= va;
            pix_va_q  <= va;
            row_va_q  <= va;
            src_q     <= src;
            pix_src_q <= src;
            row_src_q <= src;
        end else if (step) begin
            va_q  <= next_va;
            src_q <= next_src;
            if (pix_end) begin
                pix_va_q  <= next_va;
                pix_src_q <= next_src;
            end
            if (row_end) begin
                row_va_q  <= next_va;
                row_src_q <= next_src;
            end
        end

    always @(posedge clk_i)
        if (take) begin
            subs_left_q <= sub_n;
            cols_left_q <= cols_n - 16'd1;
            rows_left_q <= rows_n - 16'd1;
            pix_end     <= sub_n == 8'd0;
            last_col_q  <= cols_n == 16'd1;
            last_row_q  <= rows_n == 16'd1;
        end else if (step) begin
            subs_left_q <= pix_end ? subs_q : subs_left_q - 8'd1;
            pix_end     <= pix_end ? one_sub_q : subs_left_q == 8'd1;
            if (pix_end) begin
                cols_left_q <= row_end ? cols_q : cols_left_q - 16'd1;
                last_col_q  <= row_end ? one_col_q : cols_left_q == 16'd1;
            end
            if (row_end) begin
                rows_left_q <= rows_left_q - 16'd1;
                last_row_q  <= rows_left_q == 16'd1;
            end
        end

    assign cmd_ready_o = !busy_q || (step && cmd_end);
    assign cmd_empty_o = rows_n == 16'd0 || cols_n == 16'd0 || run == 16'd0;
    assign sub_valid_o = busy_q;
    assign sub_va_o    = va_q;
    assign sub_src_o   = src_q;
    assign sub_run_o   = run_q;
    assign sub_last_o  = cmd_end;
    assign sub_index_o = index_q;

endmodule

`default_nettype wire
