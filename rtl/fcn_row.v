// SPDX-License-Identifier: Apache-2.0
//
// fcn_row: one row of the systolic array: its PEs, their activations and weights, the shadow registers
// with the weights of the next tile, and the flags that travel right with the activations.
//
// Sums lie in lanes of 32 bits, of which the low SUM are used: simulators copy whole words.
//
// COLS  PEs
// SUM   bits of a partial sum
`default_nettype none

module fcn_row #(
    parameter integer COLS = 16,
    parameter integer SUM = 20
) (
    input  wire               clk_i,
    input  wire               en_i,     // low: nothing moves
    input  wire [7:0]         a_i,      // activation for column 0
    input  wire               swap_i,   // with a_i: the shadow is the weight now
    input  wire               shift_i,  // column 0's shadow takes w_i
    input  wire [8*COLS-1:0]  w_i,      // shadows of the row above
    output wire [8*COLS-1:0]  w_o,      // shadows
    input  wire [32*COLS-1:0] s_i,      // sums from above
    output wire [32*COLS-1:0] s_o       // sums to below
);

    // Flags as the columns see them: column c, c cycles behind column 0.
    reg  [COLS-2:0] swap_q;
    reg  [COLS-2:0] shift_q;
    wire [COLS-1:0] swap = {swap_q, swap_i};
    wire [COLS-1:0] shift = {shift_q, shift_i};

    always @(posedge clk_i)
        if (en_i) begin
            swap_q  <= swap[COLS-2:0];
            shift_q <= shift[COLS-2:0];
        end

    // Activations: each column takes its left neighbour's.
    reg [8*COLS-1:0] a_q;

    always @(posedge clk_i) if (en_i) a_q <= {a_q[8*COLS-9:0], a_i};

    // A weight takes the old shadow when both move at once.
    reg [8*COLS-1:0] shadow_q;
    reg [8*COLS-1:0] weight_q;
    integer          i;

    always @(posedge clk_i)
        if (en_i && shift != 0)
            for (i = 0; i < COLS; i = i + 1)
                if (shift[i]) shadow_q[8*i+:8] <= w_i[8*i+:8];

    always @(posedge clk_i)
        if (en_i && swap != 0)
            for (i = 0; i < COLS; i = i + 1)
                if (swap[i]) weight_q[8*i+:8] <= shadow_q[8*i+:8];

    assign w_o = shadow_q;

    genvar c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : g_col
            wire [SUM-1:0] s_below;

            fcn_pe #(.SUM(SUM)) u_pe (
                .clk_i(clk_i), .en_i(en_i),
                .a_i(c == 0 ? a_i : a_q[8*(c==0?0:c-1)+:8]), .swap_i(swap[c]), .w_i(shadow_q[8*c+:8]),
                .a_q_i(a_q[8*c+:8]), .w_q_i(weight_q[8*c+:8]),
                .s_i(s_i[32*c+:SUM]), .s_o(s_below)
            );

            assign s_o[32*c+:32] = {{32 - SUM{1'b0}}, s_below};

            wire unused = &{1'b0, s_i[32*c+SUM+:32-SUM]};
        end
    endgenerate

    wire unused_a = &{1'b0, a_q[8*COLS-1:8*COLS-8]};

endmodule

`default_nettype wire
