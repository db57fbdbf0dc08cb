// SPDX-License-Identifier: Apache-2.0
//
// fcn_array: ROWS x COLS weight-stationary systolic array with its skewing triangles.
//
// Row r sees activations r cycles after row 0; column c sees everything c cycles after column 0.
// A vector that enters in cycle t leaves column c at the bottom in cycle t + ROWS + c + 2.
//
// Weights: the lines of a tile enter in ROWS consecutive cycles, line ROWS-1 first, and not before
// the cycle of the last swap.  Line l has to reach row l, and row r may not shift before its own
// swap, r cycles behind that of row 0; so row r shifts in the last ROWS - r of those cycles.
//
// ROWS, COLS  size: 8, 16 or 32 each
`default_nettype none

module fcn_array #(
    parameter integer ROWS = 16,
    parameter integer COLS = 16
) (
    input  wire               clk_i,
    input  wire               en_i,     // low: nothing moves
    input  wire [8*ROWS-1:0]  a_i,      // a vector: byte r for row r
    input  wire               swap_i,   // with a_i: the shadow weights take over, from this vector on
    input  wire [8*COLS-1:0]  w_i,      // a weight line: byte c for column c
    input  wire               shift_i,  // w_i is valid
    input  wire               first_i,  // ... and is the first line of a tile
    output wire [32*COLS-1:0] sum_o     // sum c, sign-extended, c cycles behind sum 0
);

    localparam integer SUM = 16 + $clog2(ROWS);
    // Each PE adds 2^15 too much (fcn_pe).
    localparam [31:0] START = -(ROWS << 15);

    // Shifting rows: one more in every cycle of a tile.
    reg  [ROWS-1:0] shifted_q;
    wire [ROWS-1:0] shift_row =
        !shift_i ? {ROWS{1'b0}} :
        first_i  ? {{ROWS - 1 {1'b0}}, 1'b1} : {shifted_q[ROWS-2:0], 1'b1};

    always @(posedge clk_i) if (en_i) shifted_q <= shift_row;

    // The swap goes down with the skewed activations.
    reg  [ROWS-1:0] swapped_q;
    wire [ROWS-1:0] swap_row = {swapped_q[ROWS-2:0], swap_i};

    always @(posedge clk_i) if (en_i) swapped_q <= swap_row;

    wire unused = &{1'b0, shifted_q[ROWS-1], swapped_q[ROWS-1]};

    // Weights on top of each column.
    wire [8*COLS-1:0] w_top;

    genvar r, c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : g_top
            fcn_skew #(.STAGES(c)) u_skew (
                .clk_i(clk_i), .en_i(en_i), .d_i(w_i[8*c+:8]), .q_o(w_top[8*c+:8])
            );
        end

        for (r = 0; r < ROWS; r = r + 1) begin : g_row
            wire [7:0]         a;
            wire [8*COLS-1:0]  w_above;
            wire [8*COLS-1:0]  w_below;
            wire [32*COLS-1:0] s_above;
            wire [32*COLS-1:0] s_below;

            fcn_skew #(.STAGES(r)) u_skew (
                .clk_i(clk_i), .en_i(en_i), .d_i(a_i[8*r+:8]), .q_o(a)
            );

            if (r == 0) begin : g_first
                assign w_above = w_top;
                assign s_above = {COLS{START}};
            end else begin : g_next
                assign w_above = g_row[r-1].w_below;
                assign s_above = g_row[r-1].s_below;
            end

            fcn_row #(.COLS(COLS), .SUM(SUM)) u_row (
                .clk_i(clk_i), .en_i(en_i),
                .a_i(a), .swap_i(swap_row[r]), .shift_i(shift_row[r]),
                .w_i(w_above), .w_o(w_below), .s_i(s_above), .s_o(s_below)
            );
        end

        for (c = 0; c < COLS; c = c + 1) begin : g_bottom
            wire [31:0] s = g_row[ROWS-1].s_below[32*c+:32];
            assign sum_o[32*c+:32] = {{32 - SUM{s[SUM-1]}}, s[SUM-1:0]};
            wire unused_s = &{1'b0, s[31:SUM]};
        end

        // No row is below the last.
        wire unused_w = &{1'b0, g_row[ROWS-1].w_below};
    endgenerate

endmodule

`default_nettype wire
