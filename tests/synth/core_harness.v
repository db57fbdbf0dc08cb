// SPDX-License-Identifier: Apache-2.0
//
// The core behind three pins, so that it can be placed and routed in any package: a shift
// register drives all of the core's inputs, and all of its outputs are registered, then folded into
// one pin through registered stages.  What is timed is the core and its own boundary registers.
`default_nettype none

module core_harness #(
    parameter integer ROWS = 8,
    parameter integer COLS = 16,
    parameter integer LANES = 4,
    parameter integer IFM_LOG2 = 16,
    parameter integer WGT_LOG2 = 15,
    parameter integer OFM_LOG2 = 16,
    parameter integer PAR_LOG2 = 12,
    parameter integer ACC_LOG2 = 9,
    parameter integer GATED = 0
) (
    input  wire clk_i,
    input  wire pin_i,
    output reg  pin_o
);

    localparam integer IN = 1 + 1 + 12 + 1 + 32 + 4 + 1 + 1 + 12 + 1 + 1 + 1 + 2 + 128 + 2 + 1 + 1 + 1 + 1 + 2 + 2;
    localparam integer OUT = 1 + 1 + 1 + 1 + 2 + 1 + 1 + 32 + 2 + 1 + 2 + 40 + 8 + 3 + 2 + 4 + 3 + 1 +
                             1 + 2 + 40 + 8 + 3 + 2 + 4 + 3 + 1 + 128 + 16 + 1 + 1;

    reg [IN-1:0] in_q;
    always @(posedge clk_i) in_q <= {in_q[IN-2:0], pin_i};

    wire [OUT-1:0] out;
    reg  [OUT-1:0] out_q;
    reg  [(OUT+7)/8-1:0] fold_q;
    integer i;
    always @(posedge clk_i) begin
        out_q <= out;
        for (i = 0; i < (OUT + 7) / 8; i = i + 1) fold_q[i] <= ^(out_q >> (8 * i) & 8'hff);
        pin_o <= ^fold_q;
    end

    wire rst, axil_awvalid, axil_wvalid, axil_bready, axil_arvalid, axil_rready;
    wire [11:0] axil_awaddr, axil_araddr;
    wire [31:0] axil_wdata;
    wire [3:0] axil_wstrb;
    wire axi_arready, axi_rvalid, axi_rlast, axi_awready, axi_wready, axi_bvalid;
    wire [1:0] axi_rid, axi_rresp, axi_bid, axi_bresp;
    wire [127:0] axi_rdata;
    assign {rst, axil_awvalid, axil_awaddr, axil_wvalid, axil_wdata, axil_wstrb, axil_bready, axil_arvalid, axil_araddr,
            axil_rready, axi_arready, axi_rvalid, axi_rid, axi_rdata, axi_rresp, axi_rlast, axi_awready, axi_wready,
            axi_bvalid, axi_bid, axi_bresp} = in_q;

    wire irq, axil_awready, axil_wready, axil_bvalid, axil_arready, axil_rvalid;
    wire [1:0] axil_bresp, axil_rresp;
    wire [31:0] axil_rdata;
    wire axi_arvalid, axi_rready, axi_awvalid, axi_wvalid, axi_wlast, axi_bready;
    wire [1:0] axi_arid, axi_arburst, axi_awid, axi_awburst;
    wire [39:0] axi_araddr, axi_awaddr;
    wire [7:0] axi_arlen, axi_awlen;
    wire [2:0] axi_arsize, axi_arprot, axi_awsize, axi_awprot;
    wire [3:0] axi_arcache, axi_awcache;
    wire [127:0] axi_wdata;
    wire [15:0] axi_wstrb;
    assign out = {irq, axil_awready, axil_wready, axil_bvalid, axil_bresp, axil_arready, axil_rvalid, axil_rdata, axil_rresp,
                  axi_arvalid, axi_arid, axi_araddr, axi_arlen, axi_arsize, axi_arburst, axi_arcache, axi_arprot, axi_rready,
                  axi_awvalid, axi_awid, axi_awaddr, axi_awlen, axi_awsize, axi_awburst, axi_awcache, axi_awprot,
                  axi_wvalid, axi_wdata, axi_wstrb, axi_wlast, axi_bready};

    fcn_core #(
        .ROWS(ROWS), .COLS(COLS), .LANES(LANES), .IFM_LOG2(IFM_LOG2), .WGT_LOG2(WGT_LOG2), .OFM_LOG2(OFM_LOG2),
        .PAR_LOG2(PAR_LOG2), .ACC_LOG2(ACC_LOG2), .GATED(GATED)
    ) core (
        .clk_i(clk_i), .rst_i(rst), .irq_o(irq),
        .s_axil_awvalid_i(axil_awvalid), .s_axil_awready_o(axil_awready), .s_axil_awaddr_i(axil_awaddr),
        .s_axil_wvalid_i(axil_wvalid), .s_axil_wready_o(axil_wready), .s_axil_wdata_i(axil_wdata),
        .s_axil_wstrb_i(axil_wstrb),
        .s_axil_bvalid_o(axil_bvalid), .s_axil_bready_i(axil_bready), .s_axil_bresp_o(axil_bresp),
        .s_axil_arvalid_i(axil_arvalid), .s_axil_arready_o(axil_arready), .s_axil_araddr_i(axil_araddr),
        .s_axil_rvalid_o(axil_rvalid), .s_axil_rready_i(axil_rready), .s_axil_rdata_o(axil_rdata),
        .s_axil_rresp_o(axil_rresp),
        .m_axi_arvalid_o(axi_arvalid), .m_axi_arready_i(axi_arready), .m_axi_arid_o(axi_arid), .m_axi_araddr_o(axi_araddr),
        .m_axi_arlen_o(axi_arlen), .m_axi_arsize_o(axi_arsize), .m_axi_arburst_o(axi_arburst),
        .m_axi_arcache_o(axi_arcache), .m_axi_arprot_o(axi_arprot),
        .m_axi_rvalid_i(axi_rvalid), .m_axi_rready_o(axi_rready), .m_axi_rid_i(axi_rid), .m_axi_rdata_i(axi_rdata),
        .m_axi_rresp_i(axi_rresp), .m_axi_rlast_i(axi_rlast),
        .m_axi_awvalid_o(axi_awvalid), .m_axi_awready_i(axi_awready), .m_axi_awid_o(axi_awid), .m_axi_awaddr_o(axi_awaddr),
        .m_axi_awlen_o(axi_awlen), .m_axi_awsize_o(axi_awsize), .m_axi_awburst_o(axi_awburst),
        .m_axi_awcache_o(axi_awcache), .m_axi_awprot_o(axi_awprot),
        .m_axi_wvalid_o(axi_wvalid), .m_axi_wready_i(axi_wready), .m_axi_wdata_o(axi_wdata), .m_axi_wstrb_o(axi_wstrb),
        .m_axi_wlast_o(axi_wlast),
        .m_axi_bvalid_i(axi_bvalid), .m_axi_bready_o(axi_bready), .m_axi_bid_i(axi_bid), .m_axi_bresp_i(axi_bresp)
    );

endmodule

`default_nettype wire
