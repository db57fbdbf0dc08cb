// SPDX-License-Identifier: Apache-2.0
//
// fcn_post_cfg: the fields of a command that the pipeline uses behind the loops.
//
// Commands overlap in the pipeline, so each field changes when the new command's first value comes to
// the place where it is used: one cycle ahead, its pulse of take_i says so.  The fields wait
// in registers of their own until then; the next command starts later than the last take (see
// fcn_post_next).  Residual fields need no such care: commands with a residual operand do not overlap.
`default_nettype none

module fcn_post_cfg (
    input  wire          clk_i,
    // The command: words 8 to 13, a pulse; the words stand from the cycle before on.
    input  wire          start_i,
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [447:256] cmd_i,        // not all of these bits are fields for this module
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire          take_zp_i,
    input  wire          take_table_i,
    input  wire          take_clamp_i,
    // Fields by place of use.
    output wire [7:0]    zp_o,
    output wire          table_en_o,
    output wire          table_o,
    output wire [7:0]    min_o,
    output wire [7:0]    max_o,
    output wire          res_en_o,
    output wire [30:0]   res_mul_a_o,
    output wire [30:0]   res_mul_b_o,
    output wire [5:0]    res_shift_o,
    output wire [38:0]   res_mask_o,    // ones at the bits below the last one that the shift drops
    output wire [7:0]    res_za_o,
    output wire [7:0]    res_zb_o,
    output wire [7:0]    res_zo_o
);

`include "fcn_defs.vh"

    // ---- from the start on
    reg [7:0]  next_zp_q;
    reg        next_table_en_q;
    reg        next_table_q;
    reg [7:0]  next_min_q;
    reg [7:0]  next_max_q;
    reg        res_en_q;
    reg [30:0] res_mul_a_q;
    reg [30:0] res_mul_b_q;
    reg [5:0]  res_shift_q;
    reg [38:0] res_mask_q;
    reg [7:0]  res_za_q;
    reg [7:0]  res_zb_q;
    reg [7:0]  res_zo_q;

    // shift - 1 ones: none for shifts of 0 and 1.  The command is there long before its start.
    wire [5:0] res_shift = cmd_i[FCN_POST_RES_SHIFT_LSB+:6];
    reg [38:0] res_mask;
    always @(posedge clk_i) res_mask <= 39'h7fffffffff >> (6'd40 - res_shift);

    always @(posedge clk_i)
        if (start_i) begin
            next_zp_q       <= cmd_i[FCN_POST_ZP_LSB+:8];
            next_table_en_q <= cmd_i[FCN_POST_TABLE_EN_LSB];
            next_table_q    <= cmd_i[FCN_POST_TABLE_LSB];
            // The maximum wins.
            next_min_q      <= $signed(cmd_i[FCN_POST_MIN_LSB+:8]) > $signed(cmd_i[FCN_POST_MAX_LSB+:8])
                               ? cmd_i[FCN_POST_MAX_LSB+:8] : cmd_i[FCN_POST_MIN_LSB+:8];
            next_max_q      <= cmd_i[FCN_POST_MAX_LSB+:8];
            res_en_q        <= cmd_i[FCN_POST_RES_EN_LSB];
            res_mul_a_q     <= cmd_i[FCN_POST_RES_MUL_A_LSB+:31];
            res_mul_b_q     <= cmd_i[FCN_POST_RES_MUL_B_LSB+:31];
            res_shift_q     <= res_shift;
            res_mask_q      <= res_mask;
            res_za_q        <= cmd_i[FCN_POST_RES_ZA_LSB+:8];
            res_zb_q        <= cmd_i[FCN_POST_RES_ZB_LSB+:8];
            res_zo_q        <= cmd_i[FCN_POST_RES_ZO_LSB+:8];
        end

    // ---- from the first value on
    reg [7:0] zp_q;
    reg       table_en_q;
    reg       table_q;
    reg [7:0] min_q;
    reg [7:0] max_q;

    always @(posedge clk_i) if (take_zp_i) zp_q <= next_zp_q;

    always @(posedge clk_i)
        if (take_table_i) begin
            table_en_q <= next_table_en_q;
            table_q    <= next_table_q;
        end

    always @(posedge clk_i)
        if (take_clamp_i) begin
            min_q <= next_min_q;
            max_q <= next_max_q;
        end

    assign zp_o        = zp_q;
    assign table_en_o  = table_en_q;
    assign table_o     = table_q;
    assign min_o       = min_q;
    assign max_o       = max_q;
    assign res_en_o    = res_en_q;
    assign res_mul_a_o = res_mul_a_q;
    assign res_mul_b_o = res_mul_b_q;
    assign res_shift_o = res_shift_q;
    assign res_mask_o  = res_mask_q;
    assign res_za_o    = res_za_q;
    assign res_zb_o    = res_zb_q;
    assign res_zo_o    = res_zo_q;

endmodule

`default_nettype wire
