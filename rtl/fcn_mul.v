// SPDX-License-Identifier: Apache-2.0
//
// fcn_mul: the multiplier of a PE: int8 x int8 with registered operands and product.
//
// The registers are those of an FPGA's DSP block; a family may replace this file by one that
// instantiates its block and keeps a copy of operand a in fabric for a_o.
`default_nettype none

module fcn_mul (
    input  wire        clk_i,
    input  wire        en_i,    // low: all registers keep their value
    input  wire [7:0]  a_i,     // operand that changes every cycle
    input  wire [7:0]  b_i,     // operand that is taken with b_en_i
    input  wire        b_en_i,
    output wire [7:0]  a_o,     // a_i, one cycle later
    output wire [15:0] p_o      // a * b, two cycles after a_i
);

    reg signed [7:0]  a_q;
    reg signed [7:0]  b_q;
    reg signed [15:0] p_q;
    // In 32 bits a simulator multiplies without extending signs twice; synthesis drops the rest.
    wire signed [31:0] product = a_q * b_q;
    wire unused = &{1'b0, product[31:16]};

    always @(posedge clk_i)
        if (en_i) begin
            p_q <= product[15:0];
            a_q <= a_i;
            if (b_en_i) b_q <= b_i;
        end

    assign a_o = a_q;
    assign p_o = p_q;

endmodule

`default_nettype wire
