// SPDX-License-Identifier: Apache-2.0
//
// fcn_acc: the accumulators of one column: two halves of 2^ACC_LOG2 sums of 32 bits.
//
// A tag {valid, init, half, entry} comes from the column on the left, two cycles before the sum that
// it belongs to comes from the array, and goes on to the right.  An update has four stages: read the
// old value, select the half, add, write.  fcn_conv never updates an entry that was updated within the
// last three cycles, so that no update reads what another one is about to write.
//
// POST reads the half that CONV does not update; where software fails to order them, CONV has the
// port and POST gets something else.
//
// ACC_LOG2  base-2 logarithm of the entries of a half
`default_nettype none

module fcn_acc #(
    parameter integer ACC_LOG2 = 9,
    parameter integer GATED = 1     // see fcn_core
) (
    input  wire                clk_i,
    input  wire                en_i, // low: tags do not move
    input  wire [ACC_LOG2+2:0] tag_i,     // init: overwrite the entry
    output wire [ACC_LOG2+2:0] tag_o,                               // one cycle later
    input  wire [31:0]         sum_i,     // two cycles behind tag_i
    input  wire                zero_i,    // write 0 instead
    // POST: {read, half, entry}; data two cycles later.
    input  wire [ACC_LOG2+1:0] post_i,
    output wire [31:0]         post_data_o
);

    localparam integer HALF = ACC_LOG2;
    localparam integer INIT = ACC_LOG2 + 1;
    localparam integer VALID = ACC_LOG2 + 2;
    localparam integer POST = ACC_LOG2 + 1;

    reg [ACC_LOG2+2:0] select_q, add_q, write_q;    // tags of the later stages

    always @(posedge clk_i)
        if (en_i) begin
            select_q <= tag_i;
            add_q    <= select_q;
            write_q  <= add_q;
        end

    assign tag_o = select_q;

    // Read and write: the memories.
    wire        conv_rd = tag_i[VALID] && !tag_i[INIT];
    wire        conv_rd_0 = conv_rd && !tag_i[HALF];
    wire        conv_rd_1 = conv_rd && tag_i[HALF];
    wire        post_rd_0 = post_i[POST] && !post_i[HALF];
    wire        post_rd_1 = post_i[POST] && post_i[HALF];
    reg  [31:0] sum_q;
    wire [31:0] data_0;
    wire [31:0] data_1;

    fcn_ram #(.WIDTH(32), .BYTE(32), .DEPTH_LOG2(ACC_LOG2), .READ_FIRST(0)) u_half_0 (
        .clk_i(clk_i),
        .wr_en_i(write_q[VALID] && !write_q[HALF]), .wr_addr_i(write_q[ACC_LOG2-1:0]),
        .wr_be_i(1'b1), .wr_data_i(sum_q),
        .rd_en_i(conv_rd_0 || post_rd_0),
        .rd_addr_i(conv_rd_0 ? tag_i[ACC_LOG2-1:0] : post_i[ACC_LOG2-1:0]), .rd_data_o(data_0)
    );

    fcn_ram #(.WIDTH(32), .BYTE(32), .DEPTH_LOG2(ACC_LOG2), .READ_FIRST(0)) u_half_1 (
        .clk_i(clk_i),
        .wr_en_i(write_q[VALID] && write_q[HALF]), .wr_addr_i(write_q[ACC_LOG2-1:0]),
        .wr_be_i(1'b1), .wr_data_i(sum_q),
        .rd_en_i(conv_rd_1 || post_rd_1),
        .rd_addr_i(conv_rd_1 ? tag_i[ACC_LOG2-1:0] : post_i[ACC_LOG2-1:0]), .rd_data_o(data_1)
    );

    // Select.
    reg [31:0] old_q;
    always @(posedge clk_i)
        if (select_q[VALID])
            old_q <= select_q[INIT] ? 32'd0 : select_q[HALF] ? data_1 : data_0;

    // Add.
    always @(posedge clk_i) if (add_q[VALID]) sum_q <= zero_i ? 32'd0 : old_q + sum_i;

    // POST.
    reg        post_en_q, post_half_q;
    reg [31:0] post_q;

    always @(posedge clk_i) post_en_q <= post_i[POST];
    always @(posedge clk_i) if (post_i[POST]) post_half_q <= post_i[HALF];
    always @(posedge clk_i) if (post_en_q || GATED == 0) post_q <= post_half_q ? data_1 : data_0;

    assign post_data_o = post_q;

endmodule

`default_nettype wire
