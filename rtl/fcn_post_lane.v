// SPDX-License-Identifier: Apache-2.0
//
// fcn_post_lane: everything that one lane does to its column: parameters, requantisation, table,
// residual, clamp, maximum.  fcn_post keeps the time; the number behind a port is the cycle in which
// it belongs to the value whose accumulator read was asked for in cycle 0.
//
// LANE, LANES, GROUPS, GROUP_W: see fcn_post_set.
`default_nettype none

module fcn_post_lane #(
    parameter integer LANE = 0,
    parameter integer LANES = 16,
    parameter integer GROUPS = 1,
    parameter integer GROUP_W = 1
) (
    input  wire                 clk_i,
    // Parameters: fetched ones, and when they come into use.
    input  wire                 col_valid_i,
    input  wire [3:0]           col_pair_i,
    input  wire [127:0]         col_data_i,
    input  wire                 take_bias_i,    // 0
    input  wire                 take_scale_i,   // 5
    input  wire [GROUP_W-1:0]   bias_group_i,   // 1
    input  wire [GROUP_W-1:0]   scale_group_i,  // 6
    // Table copy.
    input  wire                 copy_en_i,
    input  wire [8:0]           copy_addr_i,
    input  wire [7:0]           copy_data_i,
    // Requantisation.
    input  wire                 requant_run_i,  // a value is in 2..11
    input  wire [32*GROUPS-1:0] acc_i,          // 2: accumulators of the lane's columns
    input  wire [GROUP_W-1:0]   acc_group_i,    // 2
    input  wire [7:0]           zp_i,           // 11
    // Table.
    input  wire                 table_valid_i,  // 12
    input  wire                 table_en_i,     // 12
    input  wire                 table_i,        // 12
    input  wire                 select_valid_i, // 13
    input  wire                 select_table_i, // 13: table_en_i of a cycle ago
    // Residual.
    input  wire                 res_en_i,       // the same for all values in the pipeline
    input  wire                 res_run_i,      // a value is in 14..19
    input  wire [7:0]           res_i,          // 14
    input  wire [30:0]          res_mul_a_i,
    input  wire [30:0]          res_mul_b_i,
    input  wire [5:0]           res_shift_i,
    input  wire [38:0]          res_mask_i,
    input  wire [7:0]           res_za_i,
    input  wire [7:0]           res_zb_i,
    input  wire [7:0]           res_zo_i,
    // Clamp and maximum: 6 cycles later with a residual.
    input  wire                 clamp_en_i,     // 14
    input  wire [7:0]           min_i,          // 14
    input  wire [7:0]           max_i,          // 14
    input  wire                 max_en_i,       // 15
    input  wire                 max_first_i,    // 15
    output wire [7:0]           out_o           // 16
);

    // ---- 2 to 11: requantisation
    wire [31:0] bias;
    wire [30:0] scale;
    wire [7:0]  y;

    fcn_post_set #(
        .LANE(LANE), .LANES(LANES), .GROUPS(GROUPS), .GROUP_W(GROUP_W)
    ) u_set (
        .clk_i(clk_i),
        .col_valid_i(col_valid_i), .col_pair_i(col_pair_i), .col_data_i(col_data_i),
        .take_bias_i(take_bias_i), .take_scale_i(take_scale_i),
        .bias_group_i(bias_group_i), .bias_o(bias),
        .scale_group_i(scale_group_i), .scale_o(scale)
    );

    wire [31:0] acc;
    generate
        if (GROUPS == 1) begin : g_one
            assign acc = acc_i;
            wire unused_group = &{1'b0, acc_group_i};
        end else begin : g_mux
            assign acc = acc_i[32*acc_group_i+:32];
        end
    endgenerate

    fcn_requant u_requant (
        .clk_i(clk_i), .run_i(requant_run_i),
        .acc_i(acc), .bias_i(bias), .scale_i(scale), .zp_i(zp_i), .y_o(y)
    );

    // ---- 12, 13: table, or past it
    wire [7:0] looked_up;
    reg [7:0]  y13_q;
    reg [7:0]  y14_q;

    fcn_ram #(
        .WIDTH(8), .BYTE(8), .DEPTH_LOG2(9), .READ_FIRST(0)
    ) u_table (
        .clk_i    (clk_i),
        .wr_en_i  (copy_en_i),
        .wr_addr_i(copy_addr_i),
        .wr_be_i  (1'b1),
        .wr_data_i(copy_data_i),
        .rd_en_i  (table_valid_i && table_en_i),
        .rd_addr_i({table_i, !y[7], y[6:0]}),       // y + 128
        .rd_data_o(looked_up)
    );

    always @(posedge clk_i) if (table_valid_i) y13_q <= y;
    always @(posedge clk_i) if (select_valid_i) y14_q <= select_table_i ? looked_up : y13_q;

    // ---- 14 to 19: residual, or past it
    wire [7:0] r;
    fcn_residual u_residual (
        .clk_i(clk_i), .run_i(res_run_i), .y_i(y14_q), .b_i(res_i),
        .za_i(res_za_i), .zb_i(res_zb_i), .zo_i(res_zo_i),
        .mul_a_i(res_mul_a_i), .mul_b_i(res_mul_b_i),
        .shift_i(res_shift_i), .mask_i(res_mask_i), .r_o(r)
    );

    // ---- 14, 15 (20, 21 with a residual): clamp and maximum
    fcn_post_pool u_pool (
        .clk_i(clk_i), .clamp_en_i(clamp_en_i), .max_en_i(max_en_i), .max_first_i(max_first_i),
        .y_i(res_en_i ? r : y14_q), .min_i(min_i), .max_i(max_i), .max_o(out_o)
    );

endmodule

`default_nettype wire
