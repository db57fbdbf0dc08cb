// SPDX-License-Identifier: Apache-2.0
//
// fcn_axil: AXI4-Lite slave to the register file's bus.
//
// Write address and data may come in any order.  One write and one read at a time; every answer is
// OKAY.  All outputs depend on registers alone.
`default_nettype none

module fcn_axil (
    input  wire        clk_i,
    input  wire        rst_i,           // the core's reset input, not CTRL.RESET

    input  wire        awvalid_i,
    output wire        awready_o,
    input  wire [11:0] awaddr_i,
    input  wire        wvalid_i,
    output wire        wready_o,
    input  wire [31:0] wdata_i,
    input  wire [3:0]  wstrb_i,
    output wire        bvalid_o,
    input  wire        bready_i,
    output wire [1:0]  bresp_o,
    input  wire        arvalid_i,
    output wire        arready_o,
    input  wire [11:0] araddr_i,
    output wire        rvalid_o,
    input  wire        rready_i,
    output wire [31:0] rdata_o,
    output wire [1:0]  rresp_o,

    // Register bus.  rd_data_i follows rd_addr_o by one cycle.
    output wire        wr_en_o,
    output wire [11:2] wr_addr_o,
    output wire [31:0] wr_data_o,
    output wire [3:0]  wr_strb_o,
    output wire [11:2] rd_addr_o,
    input  wire [31:0] rd_data_i
);

    // ---- writes ----

    reg        aw_q;                    // an address is here
    reg        w_q;                     // data is here
    reg        b_q;                     // an answer waits
    reg [11:2] wr_addr_q;
    reg [31:0] wr_data_q;
    reg [3:0]  wr_strb_q;

    assign awready_o = !aw_q;
    assign wready_o  = !w_q;
    assign bvalid_o  = b_q;
    assign bresp_o   = 2'b00;

    assign wr_en_o   = aw_q && w_q && !b_q;
    assign wr_addr_o = wr_addr_q;
    assign wr_data_o = wr_data_q;
    assign wr_strb_o = wr_strb_q;

    always @(posedge clk_i)
        if (rst_i || wr_en_o) aw_q <= 1'b0;
        else if (awvalid_i) aw_q <= 1'b1;

    always @(posedge clk_i)
        if (rst_i || wr_en_o) w_q <= 1'b0;
        else if (wvalid_i) w_q <= 1'b1;

    always @(posedge clk_i)
        if (rst_i) b_q <= 1'b0;
        else if (wr_en_o) b_q <= 1'b1;
        else if (bready_i) b_q <= 1'b0;

    always @(posedge clk_i) if (awvalid_i && !aw_q) wr_addr_q <= awaddr_i[11:2];

    always @(posedge clk_i)
        if (wvalid_i && !w_q) begin
            wr_data_q <= wdata_i;
            wr_strb_q <= wstrb_i;
        end

    // ---- reads ----

    localparam [1:0] ST_IDLE = 2'd0;    // waiting for an address
    localparam [1:0] ST_LOOK = 2'd1;    // the register file sees it
    localparam [1:0] ST_TAKE = 2'd2;    // its answer is here
    localparam [1:0] ST_GIVE = 2'd3;    // the master has it before it

    reg [1:0]  rd_state_q;
    reg [11:2] rd_addr_q;
    reg [31:0] rd_data_q;

    assign arready_o = rd_state_q == ST_IDLE;
    assign rvalid_o  = rd_state_q == ST_GIVE;
    assign rdata_o   = rd_data_q;
    assign rresp_o   = 2'b00;
    assign rd_addr_o = rd_addr_q;

    always @(posedge clk_i)
        if (rst_i) rd_state_q <= ST_IDLE;
        else case (rd_state_q)
            ST_IDLE: if (arvalid_i) rd_state_q <= ST_LOOK;
            ST_LOOK: rd_state_q <= ST_TAKE;
            ST_TAKE: rd_state_q <= ST_GIVE;
            default: if (rready_i) rd_state_q <= ST_IDLE;
        endcase

    always @(posedge clk_i) if (arvalid_i && arready_o) rd_addr_q <= araddr_i[11:2];
    always @(posedge clk_i) if (rd_state_q == ST_TAKE) rd_data_q <= rd_data_i;

    // Registers are words: the low address bits say nothing.
    wire unused = &{1'b0, awaddr_i[1:0], araddr_i[1:0]};

endmodule

`default_nettype wire
