// SPDX-License-Identifier: Apache-2.0
//
// fcn_residual: one residual lane, arithmetic.md section 4.
//
//     v = (y - za) * mul_a + (b - zb) * mul_b
//     r = sat8( rne_shift(v, shift) + zo )
//
// A pipeline of 6 registers that takes and gives one value a cycle.  The parameters must not change
// while a value is inside.  What the shift drops is tested with a mask that the caller makes once
// for all lanes, because it is the same for a whole command.
`default_nettype none

module fcn_residual (
    input  wire        clk_i,
    input  wire        run_i,       // clock enable: high while a value is inside, or comes in
    input  wire [7:0]  y_i,
    input  wire [7:0]  b_i,         // with y_i
    input  wire [7:0]  za_i,
    input  wire [7:0]  zb_i,
    input  wire [7:0]  zo_i,
    input  wire [30:0] mul_a_i,
    input  wire [30:0] mul_b_i,
    input  wire [5:0]  shift_i,     // at most 40
    input  wire [38:0] mask_i,      // ones at the bits below the last one that the shift drops
    output wire [7:0]  r_o          // 6 cycles behind y_i
);

    // ---- 0: without zero points
    reg signed [8:0] a0_q;
    reg signed [8:0] b0_q;
    always @(posedge clk_i)
        if (run_i) begin
            a0_q <= {y_i[7], y_i} - {za_i[7], za_i};
            b0_q <= {b_i[7], b_i} - {zb_i[7], zb_i};
        end

    // ---- 1: multiply
    wire signed [39:0] mul_a = {9'd0, mul_a_i};
    wire signed [39:0] mul_b = {9'd0, mul_b_i};
    reg signed [39:0] a1_q;
    reg signed [39:0] b1_q;
    always @(posedge clk_i)
        if (run_i) begin
            a1_q <= a0_q * mul_a;
            b1_q <= b0_q * mul_b;
        end

    // ---- 2: add
    reg signed [40:0] sum_q;
    always @(posedge clk_i) if (run_i) sum_q <= {a1_q[39], a1_q} + {b1_q[39], b1_q};

    // ---- 3: shift; bit 0 of shifted_q is the half
    wire signed [41:0] sum2 = {sum_q, 1'b0};
    reg signed [41:0] shifted_q;
    reg               rest_q;
    always @(posedge clk_i)
        if (run_i) begin
            shifted_q <= sum2 >>> shift_i;
            rest_q    <= (sum_q[38:0] & mask_i) != 39'd0;
        end

    // ---- 4: limit to -512..511, beyond which neither rounding nor zo_i leads back
    wire fits3 = shifted_q[41:10] == 32'd0 || shifted_q[41:10] == 32'hffffffff;
    reg [9:0] lim_q;
    reg       up_q;
    always @(posedge clk_i)
        if (run_i) begin
            lim_q <= fits3 ? shifted_q[10:1] : {shifted_q[41], {9{!shifted_q[41]}}};
            up_q  <= shifted_q[0] && (rest_q || shifted_q[1]);
        end

    // ---- 5: round, zero point, saturate
    wire [10:0] sum4 = {lim_q[9], lim_q} + {{3{zo_i[7]}}, zo_i} + {10'd0, up_q};
    wire        fits4 = sum4[10:7] == 4'd0 || sum4[10:7] == 4'd15;
    reg [7:0]   r_q;
    always @(posedge clk_i) if (run_i) r_q <= fits4 ? sum4[7:0] : {sum4[10], {7{!sum4[10]}}};

    assign r_o = r_q;

endmodule

`default_nettype wire
