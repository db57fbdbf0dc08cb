// SPDX-License-Identifier: Apache-2.0
//
// fcn_post_par: the parameter buffer, and the reader that fetches a command's parameters from it.
//
// LOAD writes chunks of 16 bytes.  A fetch reads one chunk, which is two columns, a cycle; every
// fetch reads all COLS columns, so that nothing of an earlier command or job stays in the lanes.
// Addresses are taken modulo the buffer's size.
//
// COLS       columns of the array: 8, 16 or 32
// PAR_LOG2   base-2 logarithm of the buffer's bytes, 5..20
`default_nettype none

module fcn_post_par #(
    parameter integer COLS = 16,
    parameter integer PAR_LOG2 = 13
) (
    input  wire         clk_i,
    input  wire         rst_i,          // ends a fetch; the buffer keeps its contents
    // LOAD's writes.
    input  wire         wr_en_i,
    input  wire [23:0]  wr_addr_i,      // byte address, a multiple of 16
    input  wire [127:0] wr_data_i,
    // Scrub: level, while nobody uses the buffer.
    input  wire         scrub_i,
    output wire         scrub_done_o,
    // Fetch: a pulse with the first chunk's number.
    input  wire         fetch_i,
    input  wire [15:0]  fetch_par_i,
    // The columns of the fetch, COLS/2 cycles, the first two cycles behind fetch_i.
    output wire         col_valid_o,
    output wire         col_last_o,     // with col_valid_o: these are the last
    output wire [3:0]   col_pair_o,     // columns 2 * pair (low half of col_data_o) and 2 * pair + 1
    output wire [127:0] col_data_o      // of each: bias, and above it scale
);

    localparam integer DEPTH_LOG2 = PAR_LOG2 - 4;
    localparam integer LAST = COLS / 2 - 1;

    // Bits above the buffer's size do not matter.
    /* verilator lint_off UNUSEDSIGNAL */
    wire [23:0] unused_bits = wr_addr_i ^ {fetch_par_i, 8'd0};
    /* verilator lint_on UNUSEDSIGNAL */

    wire                  scrub_en;
    wire [DEPTH_LOG2-1:0] scrub_addr;
    fcn_scrub #(.DEPTH_LOG2(DEPTH_LOG2)) u_scrub (
        .clk_i(clk_i), .scrub_i(scrub_i),
        .wr_en_o(scrub_en), .wr_addr_o(scrub_addr), .scrub_done_o(scrub_done_o)
    );

    // ---- fetch
    reg                  read_q;
    reg [3:0]            pair_q;
    reg [DEPTH_LOG2-1:0] addr_q;
    wire                 last = pair_q == LAST[3:0];

    always @(posedge clk_i)
        if (rst_i) read_q <= 1'b0;
        else if (fetch_i) read_q <= 1'b1;
        else if (last) read_q <= 1'b0;

    always @(posedge clk_i)
        if (fetch_i) begin
            pair_q <= 4'd0;
            addr_q <= fetch_par_i[DEPTH_LOG2-1:0];
        end else if (read_q) begin
            pair_q <= pair_q + 4'd1;
            addr_q <= addr_q + 1'b1;
        end

    reg       valid_q;
    reg       last_q;
    reg [3:0] col_pair_q;
    always @(posedge clk_i) valid_q <= read_q && !rst_i;
    always @(posedge clk_i)
        if (read_q) begin
            last_q     <= last;
            col_pair_q <= pair_q;
        end

    assign col_valid_o = valid_q;
    assign col_last_o  = last_q;
    assign col_pair_o  = col_pair_q;

    fcn_ram #(
        .WIDTH(128), .BYTE(128), .DEPTH_LOG2(DEPTH_LOG2), .READ_FIRST(0)
    ) u_ram (
        .clk_i    (clk_i),
        .wr_en_i  (wr_en_i || scrub_en),
        .wr_addr_i(scrub_en ? scrub_addr : wr_addr_i[PAR_LOG2-1:4]),
        .wr_be_i  (1'b1),
        .wr_data_i(scrub_en ? 128'd0 : wr_data_i),
        .rd_en_i  (read_q),
        .rd_addr_i(addr_q),
        .rd_data_o(col_data_o)
    );

endmodule

`default_nettype wire
