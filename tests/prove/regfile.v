// SPDX-License-Identifier: Apache-2.0
//
// fcn_regfile against its description, rtl/desc/registers.desc, which registers.awk reads: every field that it
// describes, on the ports and on the bus, and nothing else.  All inputs are free; the locks, too.
//
//@ claim every register reads, writes, locks, acts and resets as described; all else reads 0
//@ include registers.vh registers.awk rtl/desc/registers.desc
//@ induction 1
//@ cover 8
//@ check
//@ mutant fcn_regfile.v s/irq_status_done_o <= (irq_status_done_o & ~({2{irq_status_wr}} & set\[1:0\])) | irq_status_done_set_i/irq_status_done_o <= (irq_status_done_o | irq_status_done_set_i) \& ~({2{irq_status_wr}} \& set[1:0])/
//@ mutant fcn_regfile.v s/wr_addr_i == 10'h54 && slot1_open/wr_addr_i == 10'h54/
//@ mutant fcn_regfile.v s/10'h00f: rd_mux = .*/10'h00f: rd_mux = 32'd0;/
//@ mutant fcn_regfile.v s/wire slot0_open = .*/wire slot0_open = !slot0_locked_i;/
//@ mutant fcn_regfile.v s/wr_addr_i == 10'h8;/wr_addr_i == 10'h9;/
`default_nettype none

// What a write touches: an enable, the address, data and a mask of bits.
`define AT(wr) (wr[76] && wr[75:64] == AT)

// rw, slot, kick: keeps what was written while it is open.
module field_kept #(
    parameter [11:0] AT = 0,
    parameter LSB = 0,
    parameter W = 1,
    parameter [31:0] RESET = 0
) (
    input wire         clk_i,
    input wire         rst_i,
    input wire [76:0]  wr_i,
    input wire         open_i,
    input wire [W-1:0] port_i
);
    wire [W-1:0] data = wr_i[LSB+:W];
    wire [W-1:0] mask = wr_i[32+LSB+:W];
    reg  [W-1:0] kept;
    reg          started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @(posedge clk_i)
        if (rst_i) kept <= RESET[W-1:0];
        else if (`AT(wr_i) && open_i) kept <= (data & mask) | (kept & ~mask);
    always @* if (started) assert (port_i == kept);
    always @* cover (started && kept != RESET[W-1:0]);
endmodule

// w1s: a bit is high for the cycle behind a write of 1.
module field_action #(
    parameter [11:0] AT = 0,
    parameter LSB = 0,
    parameter W = 1
) (
    input wire         clk_i,
    input wire         rst_i,
    input wire [76:0]  wr_i,
    input wire [W-1:0] port_i
);
    reg [W-1:0] acts;
    reg         started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @(posedge clk_i) acts <= !rst_i && `AT(wr_i) ? wr_i[LSB+:W] & wr_i[32+LSB+:W] : {W{1'b0}};
    always @* if (started) assert (port_i == acts);
    always @* cover (started && acts != 0);
endmodule

// w1c: set by the core, cleared by a write of 1; the core wins.
module field_cause #(
    parameter [11:0] AT = 0,
    parameter LSB = 0,
    parameter W = 1
) (
    input wire         clk_i,
    input wire         rst_i,
    input wire [76:0]  wr_i,
    input wire [W-1:0] set_i,
    input wire [W-1:0] port_i
);
    reg [W-1:0] is;
    reg         started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @(posedge clk_i)
        if (rst_i) is <= {W{1'b0}};
        else is <= (is & ~(`AT(wr_i) ? wr_i[LSB+:W] & wr_i[32+LSB+:W] : {W{1'b0}})) | set_i;
    always @* if (started) assert (port_i == is);
    reg was = 1'b0;
    always @(posedge clk_i) was <= is != 0;
    always @* cover (started && was && is == 0 && !rst_i);
endmodule

// The doorbell of a kick register: high for the cycle behind a write.
module register_kick #(
    parameter [11:0] AT = 0
) (
    input wire        clk_i,
    input wire        rst_i,
    input wire [76:0] wr_i,
    input wire        open_i,
    input wire        port_i
);
    reg kick;
    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @(posedge clk_i) kick <= !rst_i && `AT(wr_i) && open_i && wr_i[63:32] != 32'd0;
    always @* if (started) assert (port_i == kick);
    always @* cover (started && kick);
endmodule

module prove_regfile (
    input wire        clk_i,
    input wire        rst_i,
    input wire        wr_en_i,
    input wire [11:2] wr_addr_i,
    input wire [31:0] wr_data_i,
    input wire [3:0]  wr_strb_i,
    input wire [11:2] rd_addr_i
);

    wire [31:0] rd_data_o;
    wire [76:0] wr = {wr_en_i, wr_addr_i, 2'b00, {8{wr_strb_i[3]}}, {8{wr_strb_i[2]}}, {8{wr_strb_i[1]}},
                      {8{wr_strb_i[0]}}, wr_data_i};

    `include "registers.vh"

    reg started = 1'b0;
    always @(posedge clk_i) started <= 1'b1;
    always @* if (!started) assume (rst_i);

    // An address reads as the fields that the description has there, in the cycle behind it.
    reg [31:0] answer;
    always @(posedge clk_i) answer <= reads;
    always @* if (started) assert (rd_data_o == answer);
    always @* cover (started && answer != 32'd0);

endmodule

`default_nettype wire
