// SPDX-License-Identifier: Apache-2.0
//
// fcn_requant: one requantiser lane, arithmetic.md section 2.
//
//     y = sat8( rne( f32(acc + bias) * scale ) + zp )
//
// in single precision, with every rounding that it does.  A pipeline of 10 registers that takes
// and gives one value a cycle.  The sum is turned into a float as int-to-float hardware does it:
// shifted left until its top bit is bit 31, and rounded at a fixed place.  So the product has
// its top bit at 46 or 47, and is rounded at one of two places.
//
// scale_i and zp_i are sampled in the cycle in which a value needs them, so that whoever holds them
// need not send them along.
`default_nettype none

module fcn_requant (
    input  wire        clk_i,
    input  wire        run_i,       // clock enable: high while a value is inside, or comes in
    input  wire [31:0] acc_i,       // accumulator
    input  wire [31:0] bias_i,      // with acc_i
    input  wire [30:0] scale_i,     // bits of a float without its sign; 5 cycles behind acc_i
    input  wire [7:0]  zp_i,        // zero point; 9 cycles behind acc_i
    output wire [7:0]  y_o          // 10 cycles behind acc_i
);

    // ---- 0: sum
    reg [31:0] sum_q;
    always @(posedge clk_i) if (run_i) sum_q <= acc_i + bias_i;

    // ---- 1: sign and magnitude
    reg        sign1_q;
    reg [31:0] mag_q;
    always @(posedge clk_i)
        if (run_i) begin
            sign1_q <= sum_q[31];
            mag_q   <= sum_q[31] ? -sum_q : sum_q;
        end

    // ---- 2: leading zeros, by halving: is the top bit in the lower half?  Of each half its last
    // bit does not matter: when it alone is left, it must be set (or the sum is 0).
    wire        lz4 = mag_q[31:16] == 16'd0;
    wire [14:0] top15 = lz4 ? mag_q[15:1] : mag_q[31:17];
    wire        lz3 = top15[14:7] == 8'd0;
    wire [6:0]  top7 = lz3 ? top15[6:0] : top15[14:8];
    wire        lz2 = top7[6:3] == 4'd0;
    wire [2:0]  top3 = lz2 ? top7[2:0] : top7[6:4];
    wire        lz1 = top3[2:1] == 2'd0;
    wire        lz0 = lz1 ? !top3[0] : !top3[2];

    reg        sign2_q;
    reg        zero2_q;
    reg [4:0]  lz2_q;
    reg [31:0] mag2_q;
    always @(posedge clk_i)
        if (run_i) begin
            sign2_q <= sign1_q;
            zero2_q <= mag_q == 32'd0;
            lz2_q   <= {lz4, lz3, lz2, lz1, lz0};
            mag2_q  <= mag_q;
        end

    // ---- 3: normalise
    reg        sign3_q;
    reg        zero3_q;
    reg [4:0]  lz3_q;
    reg [31:0] norm_q;
    always @(posedge clk_i)
        if (run_i) begin
            sign3_q <= sign2_q;
            zero3_q <= zero2_q;
            lz3_q   <= lz2_q;
            norm_q  <= mag2_q << lz2_q;
        end

    // ---- 4: round to 24 bits.  The one carry out of the top is 2^24 exactly: 2^23, twice as much.
    wire        up3 = norm_q[7] && (norm_q[6:0] != 7'd0 || norm_q[8]);
    wire [24:0] rnd3 = {1'b0, norm_q[31:8]} + {24'd0, up3};

    reg        sign4_q;
    reg        zero4_q;
    reg [5:0]  down4_q;     // the sum is mant4_q * 2^(9 - down4_q)
    reg [23:0] mant4_q;
    always @(posedge clk_i)
        if (run_i) begin
            sign4_q <= sign3_q;
            zero4_q <= zero3_q;
            down4_q <= {1'b0, lz3_q} + {5'd0, !rnd3[24]};
            mant4_q <= {rnd3[24] || rnd3[23], rnd3[22:0]};
        end

    // ---- 5, 6: multiply.  The value is prod * 2^(9 - down4_q + E - 150), E the scale's exponent.
    // With prod rounded to 24 bits by taking 23 places off, that is 2^(left - 24) times the rest.
    wire [47:0] prod;
    fcn_post_mul u_mul (
        .clk_i(clk_i), .run_i(run_i), .a_i(mant4_q), .b_i({1'b1, scale_i[22:0]}), .p_o(prod)
    );

    reg              sign5_q, sign6_q;
    reg              zero5_q, zero6_q;
    reg signed [9:0] left5_q, left6_q;
    always @(posedge clk_i)
        if (run_i) begin
            sign5_q <= sign4_q;
            zero5_q <= zero4_q || scale_i[30:23] == 8'd0;
            left5_q <= {2'd0, scale_i[30:23]} - {4'd0, down4_q} - 10'd94;
            sign6_q <= sign5_q;
            zero6_q <= zero5_q;
            left6_q <= left5_q;
        end

    // ---- 7: round the product to 24 bits; here the carry out may stay
    wire        top6 = prod[47];
    wire [23:0] keep6 = top6 ? prod[47:24] : prod[46:23];
    wire        half6 = top6 ? prod[23] : prod[22];
    wire        rest6 = prod[21:0] != 22'd0 || (top6 && prod[22]);
    wire        up6 = half6 && (rest6 || keep6[0]);

    reg              sign7_q;
    reg              zero7_q;
    reg signed [9:0] left7_q;
    reg [24:0]       val_q;     // the value is val_q * 2^(left7_q - 24)
    always @(posedge clk_i)
        if (run_i) begin
            sign7_q <= sign6_q;
            zero7_q <= zero6_q;
            left7_q <= left6_q + {9'd0, top6};
            val_q   <= {1'b0, keep6} + {24'd0, up6};
        end

    // ---- 8: integer part and rounding.  val_q is 2^23 at least: 9 places left are 256 at least,
    // which saturates whatever the zero point is; less than 0 places are a half at most, to even: 0.
    wire        none7 = zero7_q || left7_q < 10'sd0;
    wire        huge7 = left7_q > 10'sd8;
    wire [3:0]  right7 = 4'd8 - left7_q[3:0];
    wire [9:0]  shift7 = val_q[24:15] >> right7;    // integer part and, in bit 0, the half
    wire        rest7 = (val_q[22:0] & (23'h7fffff >> left7_q[3:0])) != 23'd0;

    reg       sign8_q;
    reg [8:0] int_q;
    reg       up_q;
    always @(posedge clk_i)
        if (run_i) begin
            sign8_q <= sign7_q;
            int_q   <= none7 ? 9'd0 : huge7 ? 9'd256 : shift7[9:1];
            up_q    <= !none7 && !huge7 && shift7[0] && (rest7 || shift7[1]);
        end

    // ---- 9: sign, zero point, saturation
    wire [10:0] abs8 = {2'd0, int_q} + {10'd0, up_q};
    wire [10:0] zp8 = {{3{zp_i[7]}}, zp_i};
    wire [10:0] sum8 = sign8_q ? zp8 - abs8 : zp8 + abs8;
    wire        fits8 = sum8[10:7] == 4'd0 || sum8[10:7] == 4'd15;

    reg [7:0] y_q;
    always @(posedge clk_i) if (run_i) y_q <= fits8 ? sum8[7:0] : {sum8[10], {7{!sum8[10]}}};

    assign y_o = y_q;

endmodule

`default_nettype wire
