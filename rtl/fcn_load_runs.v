// SPDX-License-Identifier: Apache-2.0
//
// fcn_load_runs: what a LOAD reads, as runs of consecutive beats.
//
// A wide command has a run per pixel, a narrow one a run per row (its pixels are neighbours in
// memory).  One run leaves per cycle; the next command is taken in the cycle in which the last run
// of this one leaves.  A command that reads nothing is taken and gives no run.
`default_nettype none

module fcn_load_runs (
    input  wire         clk_i,
    input  wire         rst_i,
    // A LOAD starts.
    input  wire         cmd_valid_i,
    output wire         cmd_ready_o,
    // LOAD's padding and destination fields are not used here.
    /* verilator lint_off UNUSED */
    input  wire [511:0] cmd_i,
    /* verilator lint_on UNUSED */
    input  wire [23:0]  cmd_index_i,
    // Runs, in the order in which memory is read.
    output wire         run_valid_o,
    input  wire         run_ready_i,
    output wire [31:4]  run_va_o,       // first beat
    output wire [15:0]  run_len_o,      // beats - 1
    output wire [23:0]  run_index_o     // of the command
);

    `include "fcn_defs.vh"

    wire [15:0] rows_n = cmd_i[FCN_LOAD_ROWS_N_LSB+:FCN_LOAD_ROWS_N_W];
    wire [15:0] cols_n = cmd_i[FCN_LOAD_COLS_N_LSB+:FCN_LOAD_COLS_N_W];
    wire [15:0] run    = cmd_i[FCN_LOAD_RUN_LSB+:FCN_LOAD_RUN_W];
    wire [2:0]  px     = cmd_i[FCN_LOAD_PX_LSB+:FCN_LOAD_PX_W];
    wire        wide   = px[2];

    // Bytes from the first to the last of a run: at most 8 * 65535 - 1.
    wire [18:0] row_bytes = {3'd0, cols_n} << px[1:0];
    wire [18:0] span      = (wide ? {3'd0, run} : row_bytes) - 19'd1;

    wire take  = cmd_valid_i && cmd_ready_o;
    wire reads = rows_n != 16'd0 && cols_n != 16'd0 && run != 16'd0;

    reg         busy_q;
    reg  [31:0] va_q;           // first byte of the run
    reg  [31:0] row_va_q;       // first byte of the row's first run
    reg  [31:0] pitch_y_q;
    reg  [31:0] pitch_x_q;
    reg  [15:0] row_runs_q;     // runs of a row, less 1
    reg  [15:0] cols_left_q;    // runs behind this one in its row
    reg  [15:0] rows_left_q;    // rows behind this one
    reg         row_end;        // cols_left_q is 0
    reg         last_row;       // rows_left_q is 0
    reg         row_one_q;      // row_runs_q is 0
    reg  [18:0] span_q;
    reg  [23:0] index_q;

    wire cmd_end = row_end && last_row;
    wire step    = busy_q && run_ready_i;

    wire [31:0] next_va = (row_end ? row_va_q : va_q) + (row_end ? pitch_y_q : pitch_x_q);

    always @(posedge clk_i)
        if (rst_i) busy_q <= 1'b0;
        else if (take) busy_q <= reads;
        else if (step && cmd_end) busy_q <= 1'b0;

    // What stays as it is for a whole command.
    always @(posedge clk_i)
        if (take) begin
            pitch_y_q  <= cmd_i[FCN_LOAD_PITCH_Y_LSB+:FCN_LOAD_PITCH_Y_W];
            pitch_x_q  <= cmd_i[FCN_LOAD_PITCH_X_LSB+:FCN_LOAD_PITCH_X_W];
            row_runs_q <= wide ? cols_n - 16'd1 : 16'd0;
            span_q     <= span;
            row_one_q  <= !wide || cols_n == 16'd1;
            index_q    <= cmd_index_i;
        end

    // Where the walk is.
    always @(posedge clk_i)
        if (take) begin
            va_q        <= cmd_i[FCN_LOAD_VA_LSB+:FCN_LOAD_VA_W];
            row_va_q    <= cmd_i[FCN_LOAD_VA_LSB+:FCN_LOAD_VA_W];
            cols_left_q <= wide ? cols_n - 16'd1 : 16'd0;
            rows_left_q <= rows_n - 16'd1;
            row_end     <= !wide || cols_n == 16'd1;
            last_row    <= rows_n == 16'd1;
        end else if (step) begin
            va_q        <= next_va;
            cols_left_q <= row_end ? row_runs_q : cols_left_q - 16'd1;
            row_end     <= row_end ? row_one_q : cols_left_q == 16'd1;
            if (row_end) begin
                row_va_q    <= next_va;
                rows_left_q <= rows_left_q - 16'd1;
                last_row    <= rows_left_q == 16'd1;
            end
        end

    // A narrow run starts anywhere in a beat, so the beats that it covers depend on the row.
    /* verilator lint_off UNUSED */
    wire [19:0] last_byte = {1'b0, span_q} + {16'd0, va_q[3:0]};    // its low bits do not matter
    /* verilator lint_on UNUSED */

    assign cmd_ready_o = !busy_q || (step && cmd_end);
    assign run_valid_o = busy_q;
    assign run_va_o    = va_q[31:4];
    assign run_len_o   = last_byte[19:4];
    assign run_index_o = index_q;

endmodule

`default_nettype wire
