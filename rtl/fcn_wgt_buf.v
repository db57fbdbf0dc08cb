// SPDX-License-Identifier: Apache-2.0
//
// fcn_wgt_buf: the weight buffer.  Written in chunks of 16 bytes, read in lines of COLS bytes.
//
// COLS  array columns, bytes of a line: 8, 16 or 32
// LOG2  base-2 logarithm of the size in bytes
`default_nettype none

module fcn_wgt_buf #(
    parameter integer COLS = 16,
    parameter integer LOG2 = 16
) (
    input  wire                         clk_i,
    // Write: a chunk; the low 4 bits of the address are ignored.
    input  wire                         wr_en_i,
    input  wire [LOG2-1:0]              wr_addr_i,
    input  wire [127:0]                 wr_data_i,
    // Read: a line, 4 cycles after rd_en_i.
    input  wire                         rd_en_i,
    input  wire [LOG2-$clog2(COLS)-1:0] rd_line_i,
    output wire [8*COLS-1:0]            rd_data_o,
    // Scrub: level, while no one else uses the buffer; writes zeros everywhere.
    input  wire                         scrub_i,
    output wire                         scrub_done_o
);

    localparam integer BANKS = COLS > 16 ? COLS / 16 : 1;       // memories of 16 bytes side by side
    localparam integer BANK_BITS = $clog2(BANKS);
    localparam integer WORD = LOG2 - 4 - BANK_BITS;             // address bits of a memory
    localparam integer LINE = LOG2 - $clog2(COLS);

    wire            scrub_en;
    wire [WORD-1:0] scrub_word;

    fcn_scrub #(.DEPTH_LOG2(WORD)) u_scrub (
        .clk_i(clk_i), .scrub_i(scrub_i),
        .wr_en_o(scrub_en), .wr_addr_o(scrub_word), .scrub_done_o(scrub_done_o)
    );

    // First stage: the address.
    reg            rd_en_q;
    reg [LINE-1:0] rd_line_q;

    always @(posedge clk_i) rd_en_q <= rd_en_i;
    always @(posedge clk_i) if (rd_en_i) rd_line_q <= rd_line_i;

    // Second stage: the memories.
    wire [128*BANKS-1:0] word;
    genvar b;
    generate
        for (b = 0; b < BANKS; b = b + 1) begin : g_bank
            wire hit = BANKS == 1 || wr_addr_i[4+:1] == b[0];

            fcn_ram #(.WIDTH(128), .BYTE(128), .DEPTH_LOG2(WORD), .READ_FIRST(0)) u_ram (
                .clk_i(clk_i),
                .wr_en_i(scrub_en || (wr_en_i && hit)),
                .wr_addr_i(scrub_en ? scrub_word : wr_addr_i[LOG2-1-:WORD]),
                .wr_be_i(1'b1),
                .wr_data_i(scrub_en ? 128'd0 : wr_data_i),
                .rd_en_i(rd_en_q),
                .rd_addr_i(rd_line_q[LINE-1-:WORD]),
                .rd_data_o(word[128*b+:128])
            );
        end
    endgenerate

    // Third stage: a register right behind the memories, and behind the choice of a half where a word has two
    // lines.  Fourth stage: another one, so that memories and array need not be neighbours.
    reg              out_en_q;
    reg              far_en_q;
    reg [8*COLS-1:0] near_q;
    reg [8*COLS-1:0] rd_data_q;

    always @(posedge clk_i) out_en_q <= rd_en_q;
    always @(posedge clk_i) far_en_q <= out_en_q;
    always @(posedge clk_i) if (far_en_q) rd_data_q <= near_q;
    generate
        if (COLS < 16) begin : g_half
            reg half_q;
            always @(posedge clk_i) if (rd_en_q) half_q <= rd_line_q[0];
            always @(posedge clk_i) if (out_en_q) near_q <= half_q ? word[127:64] : word[63:0];
        end else begin : g_whole
            always @(posedge clk_i) if (out_en_q) near_q <= word;
        end
    endgenerate

    assign rd_data_o = rd_data_q;

    wire unused = &{1'b0, wr_addr_i[3:0]};

endmodule

`default_nettype wire
