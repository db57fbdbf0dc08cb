// SPDX-License-Identifier: Apache-2.0
//
// conv_tb: fcn_conv with its IFM buffer, for conv_tb.cpp.  The read port of the buffer belongs to the
// engine, or to the bench while peek_i is high.
`default_nettype none

module conv_tb #(
    parameter integer ROWS = 16,
    parameter integer COLS = 16,
    parameter integer IFM_LOG2 = 12,
    parameter integer WGT_LOG2 = 14,
    parameter integer ACC_LOG2 = 6,
    parameter integer GATED = 1
) (
    input  wire                clk_i,
    input  wire                clear_i,
    input  wire                cmd_valid_i,
    output wire                cmd_ready_o,
    input  wire [511:0]        cmd_i,
    output wire                done_o,
    input  wire                ifm_wr_en_i,
    input  wire [IFM_LOG2-1:0] ifm_wr_addr_i,
    input  wire [4:0]          ifm_wr_len_i,
    input  wire [127:0]        ifm_wr_data_i,
    input  wire                peek_i,
    input  wire                peek_rd_en_i,
    input  wire [IFM_LOG2-1:0] peek_rd_addr_i,
    output wire [8*ROWS-1:0]   peek_rd_data_o,
    input  wire                wgt_wr_en_i,
    input  wire [WGT_LOG2-1:0] wgt_wr_addr_i,
    input  wire [127:0]        wgt_wr_data_i,
    input  wire                post_rd_en_i,
    input  wire                post_rd_half_i,
    input  wire [ACC_LOG2-1:0] post_rd_entry_i,
    output wire [32*COLS-1:0]  post_rd_data_o,
    input  wire                scrub_i,
    output wire                scrub_done_o,
    output wire                active_o,
    output wire                wait_wgt_o,
    output wire                busy_o
);

    wire                ifm_rd_en;
    wire [IFM_LOG2-1:0] ifm_rd_addr;
    wire                ifm_scrub_done;
    wire                conv_scrub_done;

    fcn_wram #(.LOG2(IFM_LOG2), .RD_BYTES(ROWS)) u_ifm (
        .clk_i(clk_i),
        .wr_en_i(ifm_wr_en_i), .wr_addr_i(ifm_wr_addr_i), .wr_len_i(ifm_wr_len_i),
        .wr_data_i(ifm_wr_data_i),
        .rd_en_i(peek_i ? peek_rd_en_i : ifm_rd_en),
        .rd_addr_i(peek_i ? peek_rd_addr_i : ifm_rd_addr),
        .rd_data_o(peek_rd_data_o),
        .scrub_i(scrub_i), .scrub_done_o(ifm_scrub_done)
    );

    fcn_conv #(
        .ROWS(ROWS), .COLS(COLS), .IFM_LOG2(IFM_LOG2), .WGT_LOG2(WGT_LOG2), .ACC_LOG2(ACC_LOG2),
        .GATED(GATED)
    ) u_conv (
        .clk_i(clk_i), .clear_i(clear_i),
        .cmd_valid_i(cmd_valid_i), .cmd_ready_o(cmd_ready_o), .cmd_i(cmd_i), .done_o(done_o),
        .ifm_rd_en_o(ifm_rd_en), .ifm_rd_addr_o(ifm_rd_addr), .ifm_rd_data_i(peek_rd_data_o),
        .wgt_wr_en_i(wgt_wr_en_i), .wgt_wr_addr_i(wgt_wr_addr_i), .wgt_wr_data_i(wgt_wr_data_i),
        .post_rd_en_i(post_rd_en_i), .post_rd_half_i(post_rd_half_i),
        .post_rd_entry_i(post_rd_entry_i), .post_rd_data_o(post_rd_data_o),
        .scrub_i(scrub_i), .scrub_done_o(conv_scrub_done),
        .active_o(active_o), .wait_wgt_o(wait_wgt_o), .busy_o(busy_o)
    );

    assign scrub_done_o = ifm_scrub_done && conv_scrub_done;

endmodule

`default_nettype wire
