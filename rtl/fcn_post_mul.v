// SPDX-License-Identifier: Apache-2.0
//
// fcn_post_mul: the requantiser's 24 x 24 bit unsigned multiplier, two cycles.
//
// Four products of 12 x 12 bits, each small enough for one DSP block, and their sum; a register
// behind each, so that no cycle has both a DSP block and a carry chain.  An FPGA family may
// bring its own.
`default_nettype none

module fcn_post_mul (
    input  wire        clk_i,
    input  wire        run_i,   // clock enable
    input  wire [23:0] a_i,
    input  wire [23:0] b_i,
    output wire [47:0] p_o      // a_i * b_i of two cycles ago
);

    reg [23:0] ll_q;
    reg [23:0] lh_q;
    reg [23:0] hl_q;
    reg [23:0] hh_q;
    reg [47:0] p_q;

    always @(posedge clk_i)
        if (run_i) begin
            ll_q <= a_i[11:0] * {12'd0, b_i[11:0]};
            lh_q <= a_i[11:0] * {12'd0, b_i[23:12]};
            hl_q <= a_i[23:12] * {12'd0, b_i[11:0]};
            hh_q <= a_i[23:12] * {12'd0, b_i[23:12]};
            p_q  <= {hh_q, ll_q} + {11'd0, {1'b0, lh_q} + {1'b0, hl_q}, 12'd0};
        end

    assign p_o = p_q;

endmodule

`default_nettype wire
