// SPDX-License-Identifier: Apache-2.0
//
// fcn_ofm: the OFM buffer and who may use it: POST always, LOAD and STORE when POST does not.
//
// LOG2  base-2 logarithm of the size in bytes
`default_nettype none

module fcn_ofm #(
    parameter integer LOG2 = 16
) (
    input  wire            clk_i,

    // Writes: 1..16 bytes from any byte on.
    // A read whose enable is two cycles later or more sees them.
    input  wire            post_wr_valid_i,
    input  wire [LOG2-1:0] post_wr_addr_i,
    input  wire [4:0]      post_wr_len_i,
    input  wire [127:0]    post_wr_data_i,
    input  wire            ld_wr_valid_i,
    output wire            ld_wr_ready_o,
    input  wire [LOG2-1:0] ld_wr_addr_i,
    input  wire [4:0]      ld_wr_len_i,
    input  wire [127:0]    ld_wr_data_i,

    // Reads: 16 bytes from any byte on, 3 cycles later, for whoever asked.
    input  wire            post_rd_valid_i,
    input  wire [LOG2-1:0] post_rd_addr_i,
    input  wire            st_rd_valid_i,
    output wire            st_rd_ready_o,
    input  wire [LOG2-1:0] st_rd_addr_i,
    output wire [127:0]    rd_data_o,

    input  wire            scrub_i,
    output wire            scrub_done_o
);

    assign ld_wr_ready_o = !post_wr_valid_i;
    assign st_rd_ready_o = !post_rd_valid_i;

    // The choice, away from the rotation in the buffer.
    reg            wr_en_q;
    reg [LOG2-1:0] wr_addr_q;
    reg [4:0]      wr_len_q;
    reg [127:0]    wr_data_q;

    always @(posedge clk_i) wr_en_q <= post_wr_valid_i || ld_wr_valid_i;
    always @(posedge clk_i)
        if (post_wr_valid_i || ld_wr_valid_i) begin
            wr_addr_q <= post_wr_valid_i ? post_wr_addr_i : ld_wr_addr_i;
            wr_len_q  <= post_wr_valid_i ? post_wr_len_i : ld_wr_len_i;
            wr_data_q <= post_wr_valid_i ? post_wr_data_i : ld_wr_data_i;
        end

    fcn_wram #(
        .LOG2(LOG2),
        .RD_BYTES(16)
    ) u_ram (
        .clk_i       (clk_i),
        .wr_en_i     (wr_en_q),
        .wr_addr_i   (wr_addr_q),
        .wr_len_i    (wr_len_q),
        .wr_data_i   (wr_data_q),
        .rd_en_i     (post_rd_valid_i || st_rd_valid_i),
        .rd_addr_i   (post_rd_valid_i ? post_rd_addr_i : st_rd_addr_i),
        .rd_data_o   (rd_data_o),
        .scrub_i     (scrub_i),
        .scrub_done_o(scrub_done_o)
    );

endmodule

`default_nettype wire
