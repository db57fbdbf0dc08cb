// SPDX-License-Identifier: Apache-2.0
//
// fcn_acc: the accumulators of one column: two halves of 2^ACC_LOG2 sums of 32 bits.
//
// An update passes four stages in consecutive cycles: read, select, add, write.  fcn_conv drives each
// stage from its chain of tags, and never updates an entry that was updated in the last three cycles,
// so that no update reads an entry which another is about to write.
// Reads of POST use the half that CONV does not update; where software fails to order them,
// CONV has the port and POST gets something else.
//
// ACC_LOG2  base-2 logarithm of the entries of a half
`default_nettype none

module fcn_acc #(
    parameter integer ACC_LOG2 = 9
) (
    input  wire                clk_i,
    // Stage 0: read the old value.  Not needed for an update that overwrites.
    input  wire                rd_en_i,
    input  wire                rd_half_i,
    input  wire [ACC_LOG2-1:0] rd_entry_i,
    // Stage 1: select the half.
    input  wire                sel_en_i,
    input  wire                sel_half_i,
    // Stage 2: add, or take the column's sum alone.
    input  wire                add_en_i,
    input  wire                add_init_i,
    input  wire [31:0]         sum_i,
    // Stage 3: write.
    input  wire                wr_en_i,
    input  wire                wr_half_i,
    input  wire [ACC_LOG2-1:0] wr_entry_i,
    // POST: read, and select in the next cycle; data a cycle after that.
    input  wire                post_rd_en_i,
    input  wire                post_rd_half_i,
    input  wire [ACC_LOG2-1:0] post_rd_entry_i,
    input  wire                post_sel_en_i,
    input  wire                post_sel_half_i,
    output wire [31:0]         post_data_o,
    // Scrub: write 0 to an entry of both halves.
    input  wire                scrub_en_i,
    input  wire [ACC_LOG2-1:0] scrub_entry_i
);

    reg [31:0] old_q;
    reg [31:0] sum_q;
    reg [31:0] post_q;

    // Stage 0 and stage 3: the memories.
    wire                conv_rd_0 = rd_en_i && !rd_half_i;
    wire                conv_rd_1 = rd_en_i && rd_half_i;
    wire                post_rd_0 = post_rd_en_i && !post_rd_half_i;
    wire                post_rd_1 = post_rd_en_i && post_rd_half_i;
    wire [ACC_LOG2-1:0] wr_entry = scrub_en_i ? scrub_entry_i : wr_entry_i;
    wire [31:0]         wr_data = scrub_en_i ? 32'd0 : sum_q;
    wire [31:0]         data_0;
    wire [31:0]         data_1;

    fcn_ram #(.WIDTH(32), .BYTE(32), .DEPTH_LOG2(ACC_LOG2), .READ_FIRST(0)) u_half_0 (
        .clk_i(clk_i),
        .wr_en_i(scrub_en_i || (wr_en_i && !wr_half_i)),
        .wr_addr_i(wr_entry), .wr_be_i(1'b1), .wr_data_i(wr_data),
        .rd_en_i(conv_rd_0 || post_rd_0),
        .rd_addr_i(conv_rd_0 ? rd_entry_i : post_rd_entry_i), .rd_data_o(data_0)
    );

    fcn_ram #(.WIDTH(32), .BYTE(32), .DEPTH_LOG2(ACC_LOG2), .READ_FIRST(0)) u_half_1 (
        .clk_i(clk_i),
        .wr_en_i(scrub_en_i || (wr_en_i && wr_half_i)),
        .wr_addr_i(wr_entry), .wr_be_i(1'b1), .wr_data_i(wr_data),
        .rd_en_i(conv_rd_1 || post_rd_1),
        .rd_addr_i(conv_rd_1 ? rd_entry_i : post_rd_entry_i), .rd_data_o(data_1)
    );

    // Stage 1
    always @(posedge clk_i) if (sel_en_i) old_q <= sel_half_i ? data_1 : data_0;

    // Stage 2
    always @(posedge clk_i) if (add_en_i) sum_q <= (add_init_i ? 32'd0 : old_q) + sum_i;

    // POST
    always @(posedge clk_i) if (post_sel_en_i) post_q <= post_sel_half_i ? data_1 : data_0;

    assign post_data_o = post_q;

endmodule

`default_nettype wire
