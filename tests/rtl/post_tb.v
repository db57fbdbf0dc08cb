// SPDX-License-Identifier: Apache-2.0
//
// post_tb: POST with an OFM buffer.  The bench plays the accumulators, the dispatcher and LOAD.
`default_nettype none

module post_tb #(
    parameter integer COLS = 16,
    parameter integer LANES = 16,
    parameter integer ACC_LOG2 = 6,
    parameter integer PAR_LOG2 = 10,
    parameter integer OFM_LOG2 = 14,
    parameter integer GATED = 1
) (
    input  wire                clk_i,
    input  wire                rst_i,
    input  wire                clear_i,
    input  wire                cmd_valid_i,
    output wire                cmd_ready_o,
    input  wire [511:0]        cmd_i,
    output wire                done_o,
    output wire                active_o,
    output wire                acc_rd_en_o,
    output wire                acc_rd_half_o,
    output wire [ACC_LOG2-1:0] acc_rd_entry_o,
    input  wire [32*COLS-1:0]  acc_rd_data_i,
    output wire                post_wr_valid_o,
    output wire [23:0]         post_wr_addr_o,
    output wire [4:0]          post_wr_len_o,
    output wire [127:0]        post_wr_data_o,
    input  wire                par_wr_en_i,
    input  wire                tab_wr_en_i,
    input  wire                ofm_wr_en_i,     // 16 bytes, while POST is idle
    input  wire [23:0]         wr_addr_i,
    input  wire [127:0]        wr_data_i,
    input  wire                scrub_i,
    output wire                scrub_done_o
);

    wire         rd_valid;
    wire [23:0]  rd_addr;
    wire [127:0] rd_data;

    fcn_post #(
        .COLS(COLS), .LANES(LANES), .ACC_LOG2(ACC_LOG2), .PAR_LOG2(PAR_LOG2),
        .GATED(GATED)
    ) u_post (
        .clk_i(clk_i), .rst_i(rst_i), .clear_i(clear_i),
        .cmd_valid_i(cmd_valid_i), .cmd_ready_o(cmd_ready_o), .cmd_i(cmd_i),
        .done_o(done_o), .active_o(active_o),
        .acc_rd_en_o(acc_rd_en_o), .acc_rd_half_o(acc_rd_half_o),
        .acc_rd_entry_o(acc_rd_entry_o), .acc_rd_data_i(acc_rd_data_i),
        .post_rd_valid_o(rd_valid), .post_rd_addr_o(rd_addr), .post_rd_data_i(rd_data),
        .post_wr_valid_o(post_wr_valid_o), .post_wr_addr_o(post_wr_addr_o),
        .post_wr_len_o(post_wr_len_o), .post_wr_data_o(post_wr_data_o),
        .par_wr_en_i(par_wr_en_i), .par_wr_addr_i(wr_addr_i),
        .tab_wr_en_i(tab_wr_en_i), .tab_wr_addr_i(wr_addr_i), .wr_data_i(wr_data_i),
        .scrub_i(scrub_i), .scrub_done_o(scrub_done_o)
    );

    fcn_wram #(
        .LOG2(OFM_LOG2), .RD_BYTES(16)
    ) u_ofm (
        .clk_i(clk_i),
        .wr_en_i(post_wr_valid_o || ofm_wr_en_i),
        .wr_addr_i(ofm_wr_en_i ? wr_addr_i[OFM_LOG2-1:0] : post_wr_addr_o[OFM_LOG2-1:0]),
        .wr_len_i(ofm_wr_en_i ? 5'd16 : post_wr_len_o),
        .wr_data_i(ofm_wr_en_i ? wr_data_i : post_wr_data_o),
        .rd_en_i(rd_valid), .rd_addr_i(rd_addr[OFM_LOG2-1:0]), .rd_data_o(rd_data),
        .scrub_i(1'b0), .scrub_done_o()
    );

endmodule

`default_nettype wire
