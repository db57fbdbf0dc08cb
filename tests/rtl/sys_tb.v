// SPDX-License-Identifier: Apache-2.0
//
// sys_tb: the core for sys_tb.cpp, small, with the one inner signal that the bench wants to see.
`default_nettype none

module sys_tb #(
    parameter integer ROWS = 8,
    parameter integer COLS = 8,
    parameter integer LANES = 8,
    parameter integer IFM_LOG2 = 13,
    parameter integer WGT_LOG2 = 12,
    parameter integer OFM_LOG2 = 14,
    parameter integer PAR_LOG2 = 10,
    parameter integer ACC_LOG2 = 6
) (
    input  wire         clk_i,
    input  wire         rst_i,
    output wire         irq_o,
    output wire         mac_o,          // the array takes a pixel

    input  wire         awvalid_i,
    output wire         awready_o,
    input  wire [11:0]  awaddr_i,
    input  wire         wvalid_i,
    output wire         wready_o,
    input  wire [31:0]  wdata_i,
    input  wire [3:0]   wstrb_i,
    output wire         bvalid_o,
    input  wire         bready_i,
    output wire [1:0]   bresp_o,
    input  wire         arvalid_i,
    output wire         arready_o,
    input  wire [11:0]  araddr_i,
    output wire         rvalid_o,
    input  wire         rready_i,
    output wire [31:0]  rdata_o,
    output wire [1:0]   rresp_o,

    output wire         m_arvalid_o,
    input  wire         m_arready_i,
    output wire [1:0]   m_arid_o,
    output wire [39:0]  m_araddr_o,
    output wire [7:0]   m_arlen_o,
    output wire [15:0]  m_arattr_o,     // size, burst, cache, prot
    input  wire         m_rvalid_i,
    output wire         m_rready_o,
    input  wire [1:0]   m_rid_i,
    input  wire [127:0] m_rdata_i,
    input  wire [1:0]   m_rresp_i,
    input  wire         m_rlast_i,
    output wire         m_awvalid_o,
    input  wire         m_awready_i,
    output wire [1:0]   m_awid_o,
    output wire [39:0]  m_awaddr_o,
    output wire [7:0]   m_awlen_o,
    output wire [15:0]  m_awattr_o,
    output wire         m_wvalid_o,
    input  wire         m_wready_i,
    output wire [127:0] m_wdata_o,
    output wire [15:0]  m_wstrb_o,
    output wire         m_wlast_o,
    input  wire         m_bvalid_i,
    output wire         m_bready_o,
    input  wire [1:0]   m_bid_i,
    input  wire [1:0]   m_bresp_i
);

    assign m_arattr_o[15:12] = 4'd0;
    assign m_awattr_o[15:12] = 4'd0;
    assign mac_o = u_core.conv_active;

    fcn_core #(
        .ROWS(ROWS),
        .COLS(COLS),
        .LANES(LANES),
        .IFM_LOG2(IFM_LOG2),
        .WGT_LOG2(WGT_LOG2),
        .OFM_LOG2(OFM_LOG2),
        .PAR_LOG2(PAR_LOG2),
        .ACC_LOG2(ACC_LOG2)
    ) u_core (
        .clk_i           (clk_i),
        .rst_i           (rst_i),
        .irq_o           (irq_o),
        .s_axil_awvalid_i(awvalid_i),
        .s_axil_awready_o(awready_o),
        .s_axil_awaddr_i (awaddr_i),
        .s_axil_wvalid_i (wvalid_i),
        .s_axil_wready_o (wready_o),
        .s_axil_wdata_i  (wdata_i),
        .s_axil_wstrb_i  (wstrb_i),
        .s_axil_bvalid_o (bvalid_o),
        .s_axil_bready_i (bready_i),
        .s_axil_bresp_o  (bresp_o),
        .s_axil_arvalid_i(arvalid_i),
        .s_axil_arready_o(arready_o),
        .s_axil_araddr_i (araddr_i),
        .s_axil_rvalid_o (rvalid_o),
        .s_axil_rready_i (rready_i),
        .s_axil_rdata_o  (rdata_o),
        .s_axil_rresp_o  (rresp_o),
        .m_axi_arvalid_o (m_arvalid_o),
        .m_axi_arready_i (m_arready_i),
        .m_axi_arid_o    (m_arid_o),
        .m_axi_araddr_o  (m_araddr_o),
        .m_axi_arlen_o   (m_arlen_o),
        .m_axi_arsize_o  (m_arattr_o[11:9]),
        .m_axi_arburst_o (m_arattr_o[8:7]),
        .m_axi_arcache_o (m_arattr_o[6:3]),
        .m_axi_arprot_o  (m_arattr_o[2:0]),
        .m_axi_rvalid_i  (m_rvalid_i),
        .m_axi_rready_o  (m_rready_o),
        .m_axi_rid_i     (m_rid_i),
        .m_axi_rdata_i   (m_rdata_i),
        .m_axi_rresp_i   (m_rresp_i),
        .m_axi_rlast_i   (m_rlast_i),
        .m_axi_awvalid_o (m_awvalid_o),
        .m_axi_awready_i (m_awready_i),
        .m_axi_awid_o    (m_awid_o),
        .m_axi_awaddr_o  (m_awaddr_o),
        .m_axi_awlen_o   (m_awlen_o),
        .m_axi_awsize_o  (m_awattr_o[11:9]),
        .m_axi_awburst_o (m_awattr_o[8:7]),
        .m_axi_awcache_o (m_awattr_o[6:3]),
        .m_axi_awprot_o  (m_awattr_o[2:0]),
        .m_axi_wvalid_o  (m_wvalid_o),
        .m_axi_wready_i  (m_wready_i),
        .m_axi_wdata_o   (m_wdata_o),
        .m_axi_wstrb_o   (m_wstrb_o),
        .m_axi_wlast_o   (m_wlast_o),
        .m_axi_bvalid_i  (m_bvalid_i),
        .m_axi_bready_o  (m_bready_o),
        .m_axi_bid_i     (m_bid_i),
        .m_axi_bresp_i   (m_bresp_i)
    );

endmodule

`default_nettype wire
