// SPDX-License-Identifier: Apache-2.0
//
// fcn_post_set: the requantisation parameters of one lane, for each of its columns, twice: in use,
// and fetched for the next command.  Bias and scale are taken into use apart, each when the next
// command's first value comes to the place where it is needed.
//
// LANE      number of the lane; its columns are LANE, LANE + LANES, ...
// LANES     number of lanes
// GROUPS    columns of a lane
// GROUP_W   bits of the number of a group
`default_nettype none

module fcn_post_set #(
    parameter integer LANE = 0,
    parameter integer LANES = 16,
    parameter integer GROUPS = 1,
    parameter integer GROUP_W = 1
) (
    input  wire               clk_i,
    // Fetched columns, two at a time (see fcn_post_par).
    input  wire               col_valid_i,
    input  wire [3:0]         col_pair_i,
    // The sign of the scale is ignored.
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [127:0]       col_data_i,
    /* verilator lint_on UNUSEDSIGNAL */
    // Pulses: what was fetched is in use from the next cycle on.
    input  wire               take_bias_i,
    input  wire               take_scale_i,
    // Parameters in use, a cycle behind the number of their group.
    input  wire [GROUP_W-1:0] bias_group_i,
    output wire [31:0]        bias_o,
    input  wire [GROUP_W-1:0] scale_group_i,
    output wire [30:0]        scale_o
);

    wire [32*GROUPS-1:0] bias;
    wire [31*GROUPS-1:0] scale;
    wire                 take_bias;
    wire                 take_scale;

    genvar g;
    generate
        for (g = 0; g < GROUPS; g = g + 1) begin : g_col
            localparam integer COL = LANE + g * LANES;
            localparam integer PAIR = COL / 2;
            localparam integer LSB = 64 * (COL % 2);

            reg [31:0] next_bias_q;
            reg [30:0] next_scale_q;
            reg [31:0] bias_q;
            reg [30:0] scale_q;

            always @(posedge clk_i)
                if (col_valid_i && col_pair_i == PAIR[3:0]) begin
                    next_bias_q  <= col_data_i[LSB+:32];
                    next_scale_q <= col_data_i[LSB+32+:31];
                end
            always @(posedge clk_i) if (take_bias) bias_q <= next_bias_q;
            always @(posedge clk_i) if (take_scale) scale_q <= next_scale_q;

            assign bias[32*g+:32]  = bias_q;
            assign scale[31*g+:31] = scale_q;
        end

        if (GROUPS == 1) begin : g_one
            // The group's number is always 0: nothing to choose, so the parameters change a cycle later instead.
            /* verilator lint_off UNUSEDSIGNAL */
            wire unused_groups = ^{bias_group_i, scale_group_i};
            /* verilator lint_on UNUSEDSIGNAL */
            reg take_bias_q;
            reg take_scale_q;
            always @(posedge clk_i) begin
                take_bias_q  <= take_bias_i;
                take_scale_q <= take_scale_i;
            end
            assign take_bias  = take_bias_q;
            assign take_scale = take_scale_q;
            assign bias_o     = bias;
            assign scale_o    = scale;
        end else begin : g_choose
            reg [31:0] bias_out_q;
            reg [30:0] scale_out_q;
            always @(posedge clk_i) begin
                bias_out_q  <= bias[32*bias_group_i+:32];
                scale_out_q <= scale[31*scale_group_i+:31];
            end
            assign take_bias  = take_bias_i;
            assign take_scale = take_scale_i;
            assign bias_o     = bias_out_q;
            assign scale_o    = scale_out_q;
        end
    endgenerate

endmodule

`default_nettype wire
