// SPDX-License-Identifier: Apache-2.0
//
// fcn_load_buf: LOAD's receive buffer: 256 beats in block RAM, first in, first out.
//
// There is no ready on the write side: fcn_load_req asks only for what fits.  The beat that leaves
// next stands in the RAM's own output register, so a beat can leave every cycle.
`default_nettype none

module fcn_load_buf (
    input  wire         clk_i,
    input  wire         rst_i,          // empties the buffer
    // A beat from memory.
    input  wire         wr_valid_i,
    input  wire [127:0] wr_data_i,
    // The oldest beat, two cycles after it was written at the earliest.
    output wire         rd_valid_o,
    input  wire         rd_ready_i,
    output wire [127:0] rd_data_o
);

    // Equal pointers mean an empty RAM: it never holds all 256 beats, because the oldest moves into
    // the output register long before the last is written.
    reg [7:0] wr_ptr_q;
    reg [7:0] rd_ptr_q;         // next beat to move into the output register
    reg       rd_valid_q;

    wire fetch = rd_ptr_q != wr_ptr_q && (!rd_valid_q || rd_ready_i);

    always @(posedge clk_i)
        if (rst_i) wr_ptr_q <= 8'd0;
        else if (wr_valid_i) wr_ptr_q <= wr_ptr_q + 8'd1;

    always @(posedge clk_i)
        if (rst_i) rd_ptr_q <= 8'd0;
        else if (fetch) rd_ptr_q <= rd_ptr_q + 8'd1;

    always @(posedge clk_i)
        if (rst_i) rd_valid_q <= 1'b0;
        else if (fetch) rd_valid_q <= 1'b1;
        else if (rd_ready_i) rd_valid_q <= 1'b0;

    // The pointers differ in a fetch: no word is read and written in one cycle.
    fcn_ram #(
        .WIDTH      (128),
        .BYTE       (128),
        .DEPTH_LOG2 (8),
        .READ_FIRST (0)
    ) u_ram (
        .clk_i     (clk_i),
        .wr_en_i   (wr_valid_i),
        .wr_addr_i (wr_ptr_q),
        .wr_be_i   (1'b1),
        .wr_data_i (wr_data_i),
        .rd_en_i   (fetch),
        .rd_addr_i (rd_ptr_q),
        .rd_data_o (rd_data_o)
    );

    assign rd_valid_o = rd_valid_q;

endmodule

`default_nettype wire
