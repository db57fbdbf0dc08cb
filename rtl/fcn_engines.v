// SPDX-License-Identifier: Apache-2.0
//
// fcn_engines: the four engines and the buffers between them.
//
// In the vectors, engine e (FCN_ENG_*: LOAD, CONV, POST, STORE) has bit or slice e.
`default_nettype none

module fcn_engines #(
    parameter integer ROWS = 16,
    parameter integer COLS = 16,
    parameter integer LANES = 16,
    parameter integer IFM_LOG2 = 17,
    parameter integer WGT_LOG2 = 16,
    parameter integer OFM_LOG2 = 16,
    parameter integer PAR_LOG2 = 13,
    parameter integer ACC_LOG2 = 9,
    parameter integer GATED = 1     // see fcn_core
) (
    input  wire          clk_i,
    input  wire          rst_i,
    input  wire          clear_i,           // level: forget commands; buffers stay
    input  wire          scrub_i,           // level: zeros into all buffers
    output wire          scrub_done_o,      // level

    // Commands; see the engine interface in Documentation/rtl-internals.md.
    input  wire [3:0]    cmd_valid_i,
    output wire [3:0]    cmd_ready_o,
    input  wire [2047:0] cmd_i,
    input  wire [23:0]   ld_index_i,
    input  wire [23:0]   st_index_i,
    output wire [3:0]    done_o,

    // LOAD's reads.
    output wire          req_valid_o,
    input  wire          req_ready_i,
    output wire [31:4]   req_va_o,
    output wire [3:0]    req_len_o,
    output wire [23:0]   req_index_o,
    input  wire          rd_valid_i,
    input  wire [127:0]  rd_data_i,

    // STORE's writes.
    output wire          wr_valid_o,
    input  wire          wr_ready_i,
    output wire [127:0]  wr_data_o,
    output wire [15:0]   wr_strb_o,
    output wire          wr_last_o,
    output wire [31:4]   wr_va_o,
    output wire [3:0]    wr_len_o,
    output wire [23:0]   wr_index_o,
    output wire          wr_cmd_last_o,
    input  wire          wr_done_i,

    // For the counters.
    output wire          conv_active_o,
    output wire          conv_wait_wgt_o,
    output wire          conv_busy_o,
    output wire          post_active_o,
    output wire          load_beat_o,
    output wire          load_wait_o,
    output wire          load_write_o,      // LOAD writes into a buffer
    output wire          store_beat_o,
    output wire          store_wait_o
);

    `include "fcn_defs.vh"

    // LOAD's writes; bits of ld_wr_valid are the values of the field SPACE.
    wire [4:0]   ld_wr_valid;
    wire         ofm_ld_ready;
    wire [23:0]  ld_wr_addr;
    wire [4:0]   ld_wr_len;
    wire [127:0] ld_wr_data;
    wire         ld_wr_ready = ofm_ld_ready || !ld_wr_valid[2];

    assign load_write_o = ld_wr_valid != 5'd0;

    fcn_load u_load (
        .clk_i        (clk_i),
        .rst_i        (rst_i),
        .clear_i      (clear_i),
        .cmd_valid_i  (cmd_valid_i[FCN_ENG_LOAD]),
        .cmd_ready_o  (cmd_ready_o[FCN_ENG_LOAD]),
        .cmd_i        (cmd_i[512*FCN_ENG_LOAD+:512]),
        .cmd_index_i  (ld_index_i),
        .done_o       (done_o[FCN_ENG_LOAD]),
        .req_valid_o  (req_valid_o),
        .req_ready_i  (req_ready_i),
        .req_va_o     (req_va_o),
        .req_len_o    (req_len_o),
        .req_index_o  (req_index_o),
        .rd_valid_i   (rd_valid_i),
        .rd_data_i    (rd_data_i),
        .ld_wr_valid_o(ld_wr_valid),
        .ld_wr_ready_i(ld_wr_ready),
        .ld_wr_addr_o (ld_wr_addr),
        .ld_wr_len_o  (ld_wr_len),
        .ld_wr_data_o (ld_wr_data),
        .beat_o       (load_beat_o),
        .wait_o       (load_wait_o)
    );

    // IFM buffer.
    wire                ifm_rd_en, ifm_scrub_done;
    wire [IFM_LOG2-1:0] ifm_rd_addr;
    wire [8*ROWS-1:0]   ifm_rd_data;

    fcn_wram #(
        .LOG2(IFM_LOG2),
        .RD_BYTES(ROWS)
    ) u_ifm (
        .clk_i       (clk_i),
        .wr_en_i     (ld_wr_valid[0]),
        .wr_addr_i   (ld_wr_addr[IFM_LOG2-1:0]),
        .wr_len_i    (ld_wr_len),
        .wr_data_i   (ld_wr_data),
        .rd_en_i     (ifm_rd_en),
        .rd_addr_i   (ifm_rd_addr),
        .rd_data_o   (ifm_rd_data),
        .scrub_i     (scrub_i),
        .scrub_done_o(ifm_scrub_done)
    );

    // CONV with weights and accumulators.
    wire                acc_rd_en, acc_rd_half, conv_scrub_done;
    wire [ACC_LOG2-1:0] acc_rd_entry;
    wire [32*COLS-1:0]  acc_rd_data;

    fcn_conv #(
        .ROWS(ROWS),
        .COLS(COLS),
        .IFM_LOG2(IFM_LOG2),
        .WGT_LOG2(WGT_LOG2),
        .ACC_LOG2(ACC_LOG2),
        .GATED(GATED)
    ) u_conv (
        .clk_i          (clk_i),
        .clear_i        (clear_i || rst_i),
        .cmd_valid_i    (cmd_valid_i[FCN_ENG_CONV]),
        .cmd_ready_o    (cmd_ready_o[FCN_ENG_CONV]),
        .cmd_i          (cmd_i[512*FCN_ENG_CONV+:512]),
        .done_o         (done_o[FCN_ENG_CONV]),
        .ifm_rd_en_o    (ifm_rd_en),
        .ifm_rd_addr_o  (ifm_rd_addr),
        .ifm_rd_data_i  (ifm_rd_data),
        .wgt_wr_en_i    (ld_wr_valid[1]),
        .wgt_wr_addr_i  (ld_wr_addr[WGT_LOG2-1:0]),
        .wgt_wr_data_i  (ld_wr_data),
        .post_rd_en_i   (acc_rd_en),
        .post_rd_half_i (acc_rd_half),
        .post_rd_entry_i(acc_rd_entry),
        .post_rd_data_o (acc_rd_data),
        .scrub_i        (scrub_i),
        .scrub_done_o   (conv_scrub_done),
        .active_o       (conv_active_o),
        .wait_wgt_o     (conv_wait_wgt_o),
        .busy_o         (conv_busy_o)
    );

    // POST with parameters and tables.
    wire         post_rd_valid, post_wr_valid, post_scrub_done;
    wire [4:0]   post_wr_len;
    wire [127:0] post_wr_data;
    wire [127:0] ofm_rd_data;
    // A buffer's size is a power of two: the address bits above it say nothing.
    /* verilator lint_off UNUSEDSIGNAL */
    wire [23:0]  post_rd_addr, post_wr_addr, st_rd_addr;
    /* verilator lint_on UNUSEDSIGNAL */

    fcn_post #(
        .COLS(COLS),
        .LANES(LANES),
        .ACC_LOG2(ACC_LOG2),
        .PAR_LOG2(PAR_LOG2),
        .GATED(GATED)
    ) u_post (
        .clk_i          (clk_i),
        .rst_i          (rst_i),
        .clear_i        (clear_i),
        .cmd_valid_i    (cmd_valid_i[FCN_ENG_POST]),
        .cmd_ready_o    (cmd_ready_o[FCN_ENG_POST]),
        .cmd_i          (cmd_i[512*FCN_ENG_POST+:512]),
        .done_o         (done_o[FCN_ENG_POST]),
        .active_o       (post_active_o),
        .acc_rd_en_o    (acc_rd_en),
        .acc_rd_half_o  (acc_rd_half),
        .acc_rd_entry_o (acc_rd_entry),
        .acc_rd_data_i  (acc_rd_data),
        .post_rd_valid_o(post_rd_valid),
        .post_rd_addr_o (post_rd_addr),
        .post_rd_data_i (ofm_rd_data),
        .post_wr_valid_o(post_wr_valid),
        .post_wr_addr_o (post_wr_addr),
        .post_wr_len_o  (post_wr_len),
        .post_wr_data_o (post_wr_data),
        .par_wr_en_i    (ld_wr_valid[3]),
        .par_wr_addr_i  (ld_wr_addr),
        .tab_wr_en_i    (ld_wr_valid[4]),
        .tab_wr_addr_i  (ld_wr_addr),
        .wr_data_i      (ld_wr_data),
        .scrub_i        (scrub_i),
        .scrub_done_o   (post_scrub_done)
    );

    // OFM buffer.
    wire st_rd_valid, st_rd_ready, ofm_scrub_done;

    fcn_ofm #(.LOG2(OFM_LOG2)) u_ofm (
        .clk_i          (clk_i),
        .post_wr_valid_i(post_wr_valid),
        .post_wr_addr_i (post_wr_addr[OFM_LOG2-1:0]),
        .post_wr_len_i  (post_wr_len),
        .post_wr_data_i (post_wr_data),
        .ld_wr_valid_i  (ld_wr_valid[2]),
        .ld_wr_ready_o  (ofm_ld_ready),
        .ld_wr_addr_i   (ld_wr_addr[OFM_LOG2-1:0]),
        .ld_wr_len_i    (ld_wr_len),
        .ld_wr_data_i   (ld_wr_data),
        .post_rd_valid_i(post_rd_valid),
        .post_rd_addr_i (post_rd_addr[OFM_LOG2-1:0]),
        .st_rd_valid_i  (st_rd_valid),
        .st_rd_ready_o  (st_rd_ready),
        .st_rd_addr_i   (st_rd_addr[OFM_LOG2-1:0]),
        .rd_data_o      (ofm_rd_data),
        .scrub_i        (scrub_i),
        .scrub_done_o   (ofm_scrub_done)
    );

    assign scrub_done_o = ifm_scrub_done && conv_scrub_done && post_scrub_done && ofm_scrub_done;

    fcn_store u_store (
        .clk_i        (clk_i),
        .rst_i        (rst_i),
        .clear_i      (clear_i),
        .cmd_valid_i  (cmd_valid_i[FCN_ENG_STORE]),
        .cmd_ready_o  (cmd_ready_o[FCN_ENG_STORE]),
        .cmd_i        (cmd_i[512*FCN_ENG_STORE+:512]),
        .cmd_index_i  (st_index_i),
        .done_o       (done_o[FCN_ENG_STORE]),
        .st_rd_valid_o(st_rd_valid),
        .st_rd_ready_i(st_rd_ready),
        .st_rd_addr_o (st_rd_addr),
        .st_rd_data_i (ofm_rd_data),
        .wr_valid_o   (wr_valid_o),
        .wr_ready_i   (wr_ready_i),
        .wr_data_o    (wr_data_o),
        .wr_strb_o    (wr_strb_o),
        .wr_last_o    (wr_last_o),
        .wr_va_o      (wr_va_o),
        .wr_len_o     (wr_len_o),
        .wr_index_o   (wr_index_o),
        .wr_cmd_last_o(wr_cmd_last_o),
        .wr_done_i    (wr_done_i),
        .beat_o       (store_beat_o),
        .wait_o       (store_wait_o)
    );

endmodule

`default_nettype wire
