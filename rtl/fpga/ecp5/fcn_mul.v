// SPDX-License-Identifier: Apache-2.0
//
// fcn_mul for Lattice ECP5: the same ports and the same cycles as rtl/fcn_mul.v, with the operand
// and product registers inside the MULT18X18D block.  Yosys infers the multiplier but not its
// registers, and without them the array's clock is halved.  Of the row's registers only the
// activation that travels on is left in the fabric.
`default_nettype none

module fcn_mul (
    input  wire        clk_i,
    input  wire        en_i,    // low: all registers keep their value
    input  wire [7:0]  a_i,     // operand that changes every cycle
    input  wire [7:0]  b_i,     // operand that is taken with b_en_i
    input  wire        b_en_i,
    input  wire [7:0]  a_q_i,   // the row's registers: unused
    input  wire [7:0]  b_q_i,
    output wire [15:0] p_o      // a * b, two cycles after a_i
);

    wire unused = &{1'b0, a_q_i, b_q_i};
    wire b_en = en_i && b_en_i;

    // In the high bits of the block's 18: the low ones are constants, which need no wires, where the copies of a sign
    // would need 20 for each multiplier.
    wire [17:0] a = {a_i, 10'd0};
    wire [17:0] b = {b_i, 10'd0};

    MULT18X18D #(
        .REG_INPUTA_CLK("CLK0"),
        .REG_INPUTA_CE ("CE0"),
        .REG_INPUTB_CLK("CLK0"),
        .REG_INPUTB_CE ("CE1"),
        .REG_OUTPUT_CLK("CLK0"),
        .REG_OUTPUT_CE ("CE0")
    ) mult (
        .A0(a[0]), .B0(b[0]), .C0(1'b0),
        .A1(a[1]), .B1(b[1]), .C1(1'b0),
        .A2(a[2]), .B2(b[2]), .C2(1'b0),
        .A3(a[3]), .B3(b[3]), .C3(1'b0),
        .A4(a[4]), .B4(b[4]), .C4(1'b0),
        .A5(a[5]), .B5(b[5]), .C5(1'b0),
        .A6(a[6]), .B6(b[6]), .C6(1'b0),
        .A7(a[7]), .B7(b[7]), .C7(1'b0),
        .A8(a[8]), .B8(b[8]), .C8(1'b0),
        .A9(a[9]), .B9(b[9]), .C9(1'b0),
        .A10(a[10]), .B10(b[10]), .C10(1'b0),
        .A11(a[11]), .B11(b[11]), .C11(1'b0),
        .A12(a[12]), .B12(b[12]), .C12(1'b0),
        .A13(a[13]), .B13(b[13]), .C13(1'b0),
        .A14(a[14]), .B14(b[14]), .C14(1'b0),
        .A15(a[15]), .B15(b[15]), .C15(1'b0),
        .A16(a[16]), .B16(b[16]), .C16(1'b0),
        .A17(a[17]), .B17(b[17]), .C17(1'b0),
        .SIGNEDA(1'b1), .SIGNEDB(1'b1), .SOURCEA(1'b0), .SOURCEB(1'b0),
        .CLK0(clk_i), .CE0(en_i), .CE1(b_en), .RST0(1'b0),
        .P20(p_o[0]),
        .P21(p_o[1]),
        .P22(p_o[2]),
        .P23(p_o[3]),
        .P24(p_o[4]),
        .P25(p_o[5]),
        .P26(p_o[6]),
        .P27(p_o[7]),
        .P28(p_o[8]),
        .P29(p_o[9]),
        .P30(p_o[10]),
        .P31(p_o[11]),
        .P32(p_o[12]),
        .P33(p_o[13]),
        .P34(p_o[14]),
        .P35(p_o[15])
    );

endmodule

`default_nettype wire
