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

    // Combinational steps are functions, called under the clock enable, so that a simulator skips
    // them too.

    // Shifts left until the top bit is bit 31, by halving: 16 and 8 places, then 4, 2 and 1.  In
    // front of the shifted value: which of these shifts there were.
    function automatic [33:0] normalise_16_8(input [31:0] v);
        reg        by16, by8;
        reg [31:0] w;
        begin
            by16 = v[31:16] == 16'd0;
            w = by16 ? {v[15:0], 16'd0} : v;
            by8 = w[31:24] == 8'd0;
            normalise_16_8 = {by16, by8, by8 ? {w[23:0], 8'd0} : w};
        end
    endfunction

    function automatic [34:0] normalise_4_2_1(input [31:0] v);
        reg        by4, by2;
        reg [31:0] w, x;
        begin
            by4 = v[31:28] == 4'd0;
            w = by4 ? {v[27:0], 4'd0} : v;
            by2 = w[31:30] == 2'd0;
            x = by2 ? {w[29:0], 2'd0} : w;
            normalise_4_2_1 = {by4, by2, !x[31], x[31] ? x : {x[30:0], 1'b0}};
        end
    endfunction

    // A normalised sum, rounded to 24 bits, and in front of it the carry.  Only 2^24 carries: it
    // becomes 2^23, twice as much.
    function automatic [24:0] round_sum(input [31:0] v);
        reg [24:0] sum;
        begin
            sum = {1'b0, v[31:8]} + {24'd0, v[7] && (v[6:0] != 7'd0 || v[8])};
            round_sum = {sum[24], sum[24] || sum[23], sum[22:0]};
        end
    endfunction

    // A product whose top bit is bit 47 or 46, rounded to 24 bits; a carry stays in bit 24.
    function automatic [24:0] round_product(input [47:0] v);
        reg [47:0] w;
        begin
            w = v[47] ? v : {v[46:0], 1'b0};
            round_product = {1'b0, w[47:24]} + {24'd0, w[23] && (w[22:0] != 23'd0 || w[24])};
        end
    endfunction

    // v * 2^(left - 24): the integer part above the bit that says whether to round up.  v is 2^23 at
    // least: 9 places left make 256 at least, which saturates whatever the zero point is; less than
    // 0 places make a half at most, and ties go to even: 0.
    function automatic [9:0] integer_part(input [24:0] v, input signed [9:0] left);
        reg [9:0] shifted;      // integer part and half
        reg       rest;
        begin
            shifted = v[24:15] >> (4'd8 - left[3:0]);
            rest = (v[22:0] & (23'h7fffff >> left[3:0])) != 23'd0;
            if (left < 10'sd0) integer_part = 10'd0;
            else if (left > 10'sd8) integer_part = {9'd256, 1'b0};
            else integer_part = {shifted[9:1], shifted[0] && (rest || shifted[1])};
        end
    endfunction

    function automatic [7:0] saturate(input [10:0] v);
        saturate = v[10:7] == 4'd0 || v[10:7] == 4'd15 ? v[7:0] : {v[10], {7{!v[10]}}};
    endfunction

    // ---- 0: sum
    reg [31:0] sum_q;
    always @(posedge clk_i) if (run_i) sum_q <= acc_i + bias_i;

    // ---- 1: magnitude; the sign goes along to the end
    reg [31:0] mag_q;
    reg [8:1]  sign_q;
    always @(posedge clk_i)
        if (run_i) begin
            mag_q  <= sum_q[31] ? -sum_q : sum_q;
            sign_q <= {sign_q[7:1], sum_q[31]};
        end

    // ---- 2, 3: normalise
    reg [33:0] norm2_q;     // two of the count of leading zeros, the shifted value
    reg [36:0] norm3_q;     // all five, the value
    always @(posedge clk_i)
        if (run_i) begin
            norm2_q <= normalise_16_8(mag_q);
            norm3_q <= {norm2_q[33:32], normalise_4_2_1(norm2_q[31:0])};
        end

    // ---- 4: round to 24 bits
    reg        zero_q;
    reg [4:0]  lz4_q;
    reg [24:0] mant_q;      // in front of it the carry
    always @(posedge clk_i)
        if (run_i) begin
            zero_q <= !norm3_q[31];
            lz4_q  <= norm3_q[36:32];
            mant_q <= round_sum(norm3_q[31:0]);
        end

    // ---- 5, 6: multiply.  The sum is mant_q[23:0] * 2^(8 - lz4_q + mant_q[24]), the scale is its 24
    // bits times 2^(E - 150), and rounding takes 23 places off the product (24 when it has bit 47):
    // the value is the rounded product * 2^(left - 24).  Zero is a value far below 1.
    wire [47:0] prod;
    fcn_post_mul u_mul (
        .clk_i(clk_i), .run_i(run_i), .a_i(mant_q[23:0]), .b_i({1'b1, scale_i[22:0]}), .p_o(prod)
    );

    reg signed [9:0] left5_q;
    reg signed [9:0] left6_q;
    always @(posedge clk_i)
        if (run_i) begin
            if (zero_q || scale_i[30:23] == 8'd0) left5_q <= -10'sd512;
            else left5_q <= {2'd0, scale_i[30:23]} - {5'd0, lz4_q} - (mant_q[24] ? 10'd94 : 10'd95);
            left6_q <= left5_q;
        end

    // ---- 7: round the product to 24 bits
    reg signed [9:0] left7_q;
    reg [24:0]       val_q;
    always @(posedge clk_i)
        if (run_i) begin
            left7_q <= left6_q + {9'd0, prod[47]};
            val_q   <= round_product(prod);
        end

    // ---- 8: integer part
    reg [9:0] int_q;        // in bit 0 whether to round up
    always @(posedge clk_i) if (run_i) int_q <= integer_part(val_q, left7_q);

    // ---- 9: rounding, sign, zero point, saturation.  -(int + up) = ~int + !up.
    reg [7:0] y_q;
    always @(posedge clk_i)
        if (run_i)
            y_q <= saturate({{3{zp_i[7]}}, zp_i} + ({2'd0, int_q[9:1]} ^ {11{sign_q[8]}})
                            + {10'd0, int_q[0] ^ sign_q[8]});

    assign y_o = y_q;

endmodule

`default_nettype wire
