// SPDX-License-Identifier: Apache-2.0
//
// fcn_post_mul: the requantiser's 24 x 24 bit unsigned multiplier, two cycles.
//
// Two products of 24 x 12 bits and their sum, a register behind each: no DSP block and no carry
// chain has to do both in one cycle.  An FPGA family may bring its own.
`default_nettype none

module fcn_post_mul (
    input  wire        clk_i,
    input  wire        run_i,   // clock enable
    input  wire [23:0] a_i,
    input  wire [23:0] b_i,
    output wire [47:0] p_o      // a_i * b_i of two cycles ago
);

    reg [35:0] lo_q;
    reg [35:0] hi_q;
    reg [47:0] p_q;

    always @(posedge clk_i)
        if (run_i) begin
            lo_q <= a_i * {12'd0, b_i[11:0]};
            hi_q <= a_i * {12'd0, b_i[23:12]};
            p_q  <= {12'd0, lo_q} + {hi_q, 12'd0};
        end

    assign p_o = p_q;

endmodule

`default_nettype wire
