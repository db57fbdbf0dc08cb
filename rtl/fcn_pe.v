// SPDX-License-Identifier: Apache-2.0
//
// fcn_pe: one processing element of the systolic array: a multiplier and an adder.  fcn_row holds its
// operands; sums go down.
//
// The adder takes product + 2^15, which is never negative: no sign to extend.  fcn_array starts each
// column with what makes up for it.
//
// SUM  bits of a partial sum
`default_nettype none

module fcn_pe #(
    parameter integer SUM = 20
) (
    input  wire           clk_i,
    input  wire           en_i,     // low: all registers keep their value
    // On their way into the row's registers, for multipliers that have their own: fcn_mul.
    input  wire [7:0]     a_i,      // activation from the left
    input  wire           swap_i,   // with a_i: this is the first activation for weight w_i
    input  wire [7:0]     w_i,      // next weight
    // The row's registers.
    input  wire [7:0]     a_q_i,    // activation
    input  wire [7:0]     w_q_i,    // weight
    input  wire [SUM-1:0] s_i,      // sum from above, two cycles after its a_i
    output wire [SUM-1:0] s_o       // sum to below, three cycles after its a_i
);

    reg  [SUM-1:0] sum_q;
    wire [15:0]    product;

    fcn_mul u_mul (
        .clk_i(clk_i), .en_i(en_i),
        .a_i(a_i), .b_i(w_i), .b_en_i(swap_i),
        .a_q_i(a_q_i), .b_q_i(w_q_i), .p_o(product)
    );

    always @(posedge clk_i) if (en_i) sum_q <= s_i + {{SUM - 16 {1'b0}}, product ^ 16'h8000};

    assign s_o = sum_q;

endmodule

`default_nettype wire
