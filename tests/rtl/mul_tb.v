// SPDX-License-Identifier: Apache-2.0
//
// Both forms of fcn_mul, rtl/fcn_mul.v and rtl/fpga/ecp5/fcn_mul.v (as fcn_mul_ecp5), with the same inputs: all pairs of
// operands, clock enables at random.  ECP5's block is what Lattice describes (FPGA-TN-02205): 18x18 bits, and registers
// that a parameter turns on and gives a clock enable.
`timescale 1ns / 1ns
`default_nettype none

module mul_tb;

    reg        clk = 1'b0;
    reg        en = 1'b0;
    reg        b_en = 1'b0;
    reg  [7:0] a = 8'd0;
    reg  [7:0] b = 8'd0;
    wire [15:0] p_o, p_ecp5;

    // The row's registers.
    reg  [7:0] a_q, b_q;
    always @(posedge clk) if (en) a_q <= a;
    always @(posedge clk) if (en && b_en) b_q <= b;

    fcn_mul portable (.clk_i(clk), .en_i(en), .a_i(a), .b_i(b), .b_en_i(b_en), .a_q_i(a_q), .b_q_i(b_q), .p_o(p_o));
    fcn_mul_ecp5 ecp5 (.clk_i(clk), .en_i(en), .a_i(a), .b_i(b), .b_en_i(b_en), .a_q_i(a_q), .b_q_i(b_q), .p_o(p_ecp5));

    integer bad = 0;
    integer products = 0;       // that came out, and were none of the first ones, of unknown operands
    integer seed = 1;

    // One cycle.
    task tick;
        begin
            #1 clk = 1'b1;
            #1 clk = 1'b0;
            if (p_ecp5 !== p_o) bad = bad + 1;
            if ((^p_o) !== 1'bx && en) products = products + 1;
        end
    endtask

    integer i, j, r;
    initial begin
        for (i = 0; i < 256; i = i + 1) begin
            // Takes b, which waits for the enable, with an a that does not matter.
            b = i[7:0];
            b_en = 1'b1;
            en = 1'b1;
            tick;
            for (j = 0; j < 256; j = j + 1) begin
                a = j[7:0];
                r = $random(seed);
                // In one of four cycles all stands still, whatever the inputs do; b does not matter without its enable.
                b = r[15:8];
                b_en = r[0] && r[1];
                en = !(r[0] && r[1]);
                if (!en) begin
                    a = r[23:16];
                    tick;
                    a = j[7:0];
                    b_en = 1'b0;
                    en = 1'b1;
                end
                tick;
            end
        end
        // What the loops did: each pair, but the very first, came out.
        if (bad == 0 && products >= 65536 - 1) $display("ok - all products of ECP5's multiplier, in the portable one's cycles");
        else $display("not ok - all products of ECP5's multiplier: %0d cycles differ, %0d products", bad, products);
        $finish;
    end

endmodule

// What fcn_mul_ecp5 uses of the block: without the third operand, shifted operands, pipeline register and reset.
module MULT18X18D (
    input wire  A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17,
    input wire  B0, B1, B2, B3, B4, B5, B6, B7, B8, B9, B10, B11, B12, B13, B14, B15, B16, B17,
    input wire  C0, C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15, C16, C17,
    input wire  SIGNEDA, SIGNEDB, SOURCEA, SOURCEB,
    input wire  CLK0, CE0, CE1, RST0,
    output wire P0, P1, P2, P3, P4, P5, P6, P7, P8, P9, P10, P11, P12, P13, P14, P15, P16, P17,
    output wire P18, P19, P20, P21, P22, P23, P24, P25, P26, P27, P28, P29, P30, P31, P32, P33, P34, P35
);

    parameter REG_INPUTA_CLK = "NONE";
    parameter REG_INPUTA_CE = "CE0";
    parameter REG_INPUTB_CLK = "NONE";
    parameter REG_INPUTB_CE = "CE0";
    parameter REG_OUTPUT_CLK = "NONE";
    parameter REG_OUTPUT_CE = "CE0";

    wire [17:0] a_in = {A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
    wire [17:0] b_in = {B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};

    reg [17:0] a_q;
    reg [17:0] b_q;
    always @(posedge CLK0) if (REG_INPUTA_CE == "CE0" ? CE0 : CE1) a_q <= a_in;
    always @(posedge CLK0) if (REG_INPUTB_CE == "CE0" ? CE0 : CE1) b_q <= b_in;

    wire [17:0] a = REG_INPUTA_CLK == "CLK0" ? a_q : a_in;
    wire [17:0] b = REG_INPUTB_CLK == "CLK0" ? b_q : b_in;
    wire signed [18:0] a_wide = {SIGNEDA && a[17], a};
    wire signed [18:0] b_wide = {SIGNEDB && b[17], b};
    wire signed [37:0] product = a_wide * b_wide;

    reg [35:0] p_q;
    always @(posedge CLK0) if (REG_OUTPUT_CE == "CE0" ? CE0 : CE1) p_q <= product[35:0];

    assign {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14,
            P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0}
        = REG_OUTPUT_CLK == "CLK0" ? p_q : product[35:0];

endmodule

`default_nettype wire
