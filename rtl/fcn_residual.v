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

    // Combinational steps are functions, called under the clock enable, so that a simulator skips
    // them too.

    function [40:0] join_halves(input [25:0] lo, input [24:0] hi);
        join_halves = {{15{lo[25]}}, lo} + {hi, 16'd0};
    endfunction

    function [9:0] limit(input [40:0] v);
        limit = v[40:9] == 32'd0 || v[40:9] == 32'hffffffff ? v[9:0] : {v[40], {9{!v[40]}}};
    endfunction

    function [7:0] saturate(input [10:0] v);
        saturate = v[10:7] == 4'd0 || v[10:7] == 4'd15 ? v[7:0] : {v[10], {7{!v[10]}}};
    endfunction

    // ---- 0: without zero points
    reg signed [8:0] a0_q;
    reg signed [8:0] b0_q;
    always @(posedge clk_i)
        if (run_i) begin
            a0_q <= {y_i[7], y_i} - {za_i[7], za_i};
            b0_q <= {b_i[7], b_i} - {zb_i[7], zb_i};
        end

    // ---- 1: multiply by halves of the multipliers, so that each product fits a DSP block
    reg signed [25:0] a_lo_q, b_lo_q;
    reg signed [24:0] a_hi_q, b_hi_q;
    always @(posedge clk_i)
        if (run_i) begin
            a_lo_q <= a0_q * $signed({10'd0, mul_a_i[15:0]});
            a_hi_q <= a0_q * $signed({10'd0, mul_a_i[30:16]});
            b_lo_q <= b0_q * $signed({10'd0, mul_b_i[15:0]});
            b_hi_q <= b0_q * $signed({10'd0, mul_b_i[30:16]});
        end

    // ---- 2: add
    reg signed [40:0] sum_q;
    always @(posedge clk_i) if (run_i) sum_q <= join_halves(a_lo_q + b_lo_q, a_hi_q + b_hi_q);

    // ---- 3: shift; bit 0 of shifted_q is the half
    wire signed [41:0] sum2 = {sum_q, 1'b0};
    reg signed [41:0]  shifted_q;
    reg                rest_q;
    always @(posedge clk_i)
        if (run_i) begin
            shifted_q <= sum2 >>> shift_i;
            rest_q    <= (sum_q[38:0] & mask_i) != 39'd0;
        end

    // ---- 4: limit to -512..511, beyond which neither rounding nor zo_i leads back
    reg [9:0] lim_q;
    reg       up_q;
    always @(posedge clk_i)
        if (run_i) begin
            lim_q <= limit(shifted_q[41:1]);
            up_q  <= shifted_q[0] && (rest_q || shifted_q[1]);
        end

    // ---- 5: round, zero point, saturate
    reg [7:0] r_q;
    always @(posedge clk_i)
        if (run_i)
            r_q <= saturate({lim_q[9], lim_q} + {{3{zo_i[7]}}, zo_i} + {10'd0, up_q});

    assign r_o = r_q;

endmodule

`default_nettype wire
