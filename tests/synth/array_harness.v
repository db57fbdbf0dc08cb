// SPDX-License-Identifier: Apache-2.0
//
// The bare systolic array behind three pins: see core_harness.v.
`default_nettype none

module array_harness #(
    parameter integer ROWS = 8,
    parameter integer COLS = 16
) (
    input  wire clk_i,
    input  wire pin_i,
    output reg  pin_o
);

    localparam integer IN = 8 * ROWS + 8 * COLS + 4;

    reg [IN-1:0] in_q;
    always @(posedge clk_i) in_q <= {in_q[IN-2:0], pin_i};

    wire [32*COLS-1:0] sum;
    reg  [32*COLS-1:0] sum_q;
    reg  [4*COLS-1:0]  fold_q;
    reg  [COLS-1:0]    fold2_q;
    integer i;
    always @(posedge clk_i) begin
        sum_q <= sum;
        for (i = 0; i < 4 * COLS; i = i + 1) fold_q[i] <= ^sum_q[8*i+:8];
        for (i = 0; i < COLS; i = i + 1) fold2_q[i] <= ^fold_q[4*i+:4];
        pin_o <= ^fold2_q;
    end

    fcn_array #(.ROWS(ROWS), .COLS(COLS)) array (
        .clk_i(clk_i),
        .en_i(in_q[0]),
        .swap_i(in_q[1]),
        .shift_i(in_q[2]),
        .first_i(in_q[3]),
        .a_i(in_q[4+:8*ROWS]),
        .w_i(in_q[4+8*ROWS+:8*COLS]),
        .sum_o(sum)
    );

endmodule

`default_nettype wire
