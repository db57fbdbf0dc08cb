// SPDX-License-Identifier: Apache-2.0
//
// fcn_pe: one processing element of the systolic array: a weight, a shadow of the next weight,
// a multiplier and an adder.  Activations go right, weights and sums go down.
//
// SUM  bits of a partial sum
`default_nettype none

module fcn_pe #(
    parameter integer SUM = 20
) (
    input  wire           clk_i,
    input  wire           en_i,     // low: all registers keep their value
    input  wire [7:0]     a_i,      // activation from the left
    output wire [7:0]     a_o,      // to the right, one cycle later
    input  wire           swap_i,   // with a_i: this is the first activation for the shadow's weight
    input  wire           shift_i,  // the shadow takes w_i
    input  wire [7:0]     w_i,      // weight from above
    output wire [7:0]     w_o,      // the shadow, to below
    input  wire [SUM-1:0] s_i,      // sum from above, two cycles after its a_i
    output wire [SUM-1:0] s_o       // sum to below, three cycles after its a_i
);

    reg  [7:0]     shadow_q;
    reg  [SUM-1:0] sum_q;
    wire [15:0]    product;

    // The multiplier holds the weight.  It takes the old shadow when both move at once.
    fcn_mul u_mul (
        .clk_i(clk_i), .en_i(en_i),
        .a_i(a_i), .b_i(shadow_q), .b_en_i(swap_i),
        .a_o(a_o), .p_o(product)
    );

    always @(posedge clk_i) if (en_i && shift_i) shadow_q <= w_i;
    always @(posedge clk_i) if (en_i) sum_q <= s_i + {{SUM - 16 {product[15]}}, product};

    assign w_o = shadow_q;
    assign s_o = sum_q;

endmodule

`default_nettype wire
