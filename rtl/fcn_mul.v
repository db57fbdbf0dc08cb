// SPDX-License-Identifier: Apache-2.0
//
// fcn_mul: the multiplier of a PE: int8 x int8 with registered operands and product.
//
// fcn_row holds the operands of its PEs in wide registers, which tools move into their DSP blocks and a
// simulator copies at once.  A family may replace this file by one that instantiates its block: such a
// block takes the operands on their way into these registers (a_i, b_i with b_en_i) and has its own.
`default_nettype none

module fcn_mul (
    input  wire        clk_i,
    input  wire        en_i,    // low: all registers keep their value
    // On their way into the registers: unused here.
    // verilator lint_off UNUSED
    input  wire [7:0]  a_i,     // operand that changes every cycle
    input  wire [7:0]  b_i,     // operand that is taken with b_en_i
    input  wire        b_en_i,
    // verilator lint_on UNUSED
    // The registers.
    input  wire [7:0]  a_q_i,
    input  wire [7:0]  b_q_i,
    output wire [15:0] p_o      // a * b, two cycles after a_i
);

    reg signed [15:0] p_q;
    wire signed [7:0] a = a_q_i;
    wire signed [7:0] b = b_q_i;
    // In 32 bits a simulator multiplies without extending signs twice; synthesis drops the rest.
    wire signed [31:0] product = a * b;
    wire unused = &{1'b0, product[31:16]};

    always @(posedge clk_i) if (en_i) p_q <= product[15:0];

    assign p_o = p_q;

endmodule

`default_nettype wire
