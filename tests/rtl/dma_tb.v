// SPDX-License-Identifier: Apache-2.0
//
// dma_tb: LOAD and STORE side by side for dma_tb.cpp, which plays the queues, memory and buffers.
`default_nettype none

module dma_tb (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,
    // LOAD
    input  wire         ld_cmd_valid_i,
    output wire         ld_cmd_ready_o,
    input  wire [511:0] ld_cmd_i,
    input  wire [23:0]  ld_cmd_index_i,
    output wire         ld_done_o,
    output wire         req_valid_o,
    input  wire         req_ready_i,
    output wire [27:0]  req_va_o,
    output wire [3:0]   req_len_o,
    output wire [23:0]  req_index_o,
    input  wire         rd_valid_i,
    input  wire [127:0] rd_data_i,
    output wire [4:0]   ld_wr_valid_o,
    input  wire         ld_wr_ready_i,
    output wire [23:0]  ld_wr_addr_o,
    output wire [4:0]   ld_wr_len_o,
    output wire [127:0] ld_wr_data_o,
    output wire         ld_beat_o,
    output wire         ld_wait_o,
    // STORE
    input  wire         st_cmd_valid_i,
    output wire         st_cmd_ready_o,
    input  wire [511:0] st_cmd_i,
    input  wire [23:0]  st_cmd_index_i,
    output wire         st_done_o,
    output wire         st_rd_valid_o,
    input  wire         st_rd_ready_i,
    output wire [23:0]  st_rd_addr_o,
    input  wire [127:0] st_rd_data_i,
    output wire         wr_valid_o,
    input  wire         wr_ready_i,
    output wire [127:0] wr_data_o,
    output wire [15:0]  wr_strb_o,
    output wire         wr_last_o,
    output wire [27:0]  wr_va_o,
    output wire [3:0]   wr_len_o,
    output wire [23:0]  wr_index_o,
    output wire         wr_cmd_last_o,
    input  wire         wr_done_i,
    output wire         st_beat_o,
    output wire         st_wait_o
);

    fcn_load u_load (
        .clk_i         (clk_i),
        .rst_i         (rst_i),
        .clear_i       (clear_i),
        .cmd_valid_i   (ld_cmd_valid_i),
        .cmd_ready_o   (ld_cmd_ready_o),
        .cmd_i         (ld_cmd_i),
        .cmd_index_i   (ld_cmd_index_i),
        .done_o        (ld_done_o),
        .req_valid_o   (req_valid_o),
        .req_ready_i   (req_ready_i),
        .req_va_o      (req_va_o),
        .req_len_o     (req_len_o),
        .req_index_o   (req_index_o),
        .rd_valid_i    (rd_valid_i),
        .rd_data_i     (rd_data_i),
        .ld_wr_valid_o (ld_wr_valid_o),
        .ld_wr_ready_i (ld_wr_ready_i),
        .ld_wr_addr_o  (ld_wr_addr_o),
        .ld_wr_len_o   (ld_wr_len_o),
        .ld_wr_data_o  (ld_wr_data_o),
        .beat_o        (ld_beat_o),
        .wait_o        (ld_wait_o)
    );

    fcn_store u_store (
        .clk_i         (clk_i),
        .rst_i         (rst_i),
        .clear_i       (clear_i),
        .cmd_valid_i   (st_cmd_valid_i),
        .cmd_ready_o   (st_cmd_ready_o),
        .cmd_i         (st_cmd_i),
        .cmd_index_i   (st_cmd_index_i),
        .done_o        (st_done_o),
        .st_rd_valid_o (st_rd_valid_o),
        .st_rd_ready_i (st_rd_ready_i),
        .st_rd_addr_o  (st_rd_addr_o),
        .st_rd_data_i  (st_rd_data_i),
        .wr_valid_o    (wr_valid_o),
        .wr_ready_i    (wr_ready_i),
        .wr_data_o     (wr_data_o),
        .wr_strb_o     (wr_strb_o),
        .wr_last_o     (wr_last_o),
        .wr_va_o       (wr_va_o),
        .wr_len_o      (wr_len_o),
        .wr_index_o    (wr_index_o),
        .wr_cmd_last_o (wr_cmd_last_o),
        .wr_done_i     (wr_done_i),
        .beat_o        (st_beat_o),
        .wait_o        (st_wait_o)
    );

endmodule

`default_nettype wire
