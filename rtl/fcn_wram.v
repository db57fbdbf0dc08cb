// SPDX-License-Identifier: Apache-2.0
//
// fcn_wram: byte-addressed buffer.  Any access may start at any byte; addresses wrap.
//
// Lines of L = max(16, RD_BYTES) bytes lie alternately in two banks, so that the two lines which an
// access may touch are always in different banks.  Both directions have the byte rotation in a
// pipeline stage of its own: writes before the memory, reads behind it.  Block RAM is slow: behind it a read
// only chooses, for each byte lane, one of the two lines.
//
// LOG2      base-2 logarithm of the size in bytes, at least 7
// RD_BYTES  bytes of a read: 8, 16 or 32
`default_nettype none

module fcn_wram #(
    parameter integer LOG2 = 17,
    parameter integer RD_BYTES = 16
) (
    input  wire                  clk_i,
    // Write: wr_len_i bytes (1..16), the first of wr_data_i to wr_addr_i.  A read whose rd_en_i is
    // in a later cycle sees it; bytes that are read in the cycle in which they are written may be anything.
    input  wire                  wr_en_i,
    input  wire [LOG2-1:0]       wr_addr_i,
    input  wire [4:0]            wr_len_i,
    input  wire [127:0]          wr_data_i,
    // Read: the bytes from rd_addr_i on, 4 cycles after rd_en_i.
    input  wire                  rd_en_i,
    input  wire [LOG2-1:0]       rd_addr_i,
    output wire [8*RD_BYTES-1:0] rd_data_o,
    // Scrub: level, while no one else uses the buffer; writes zeros everywhere.
    input  wire                  scrub_i,
    output wire                  scrub_done_o
);

    localparam integer L = RD_BYTES > 16 ? RD_BYTES : 16;   // bytes of a line
    localparam integer OFFS = $clog2(L);                    // address bits within a line
    localparam integer LINE = LOG2 - OFFS - 1;              // address bits of a line within a bank

    localparam [OFFS:0] OFFS_L = L[OFFS:0];                 // one line, as an offset

    // Scrub.
    wire            scrub_en;
    wire [LINE-1:0] scrub_line;

    fcn_scrub #(.DEPTH_LOG2(LINE)) u_scrub (
        .clk_i(clk_i), .scrub_i(scrub_i),
        .wr_en_o(scrub_en), .wr_addr_o(scrub_line), .scrub_done_o(scrub_done_o)
    );

    // Write, first stage: rotate the data to its lanes.  Lanes from the offset on belong to the first
    // line, lanes below it to the next one, which lies in the other bank.
    wire [OFFS-1:0]   wr_offs = wr_addr_i[OFFS-1:0];
    wire [8*L-1:0]    wr_wide = {{8 * L - 128 {1'b0}}, wr_data_i};
    wire [16*L-1:0]   wr_twice = {wr_wide, wr_wide};
    wire [8*L-1:0]    wr_rot = wr_twice[{OFFS_L - {1'b0, wr_offs}, 3'b000}+:8*L];
    // Ones for the bytes of the access in the window of both lines.
    wire [15:0]       wr_ones = ~(16'hffff << wr_len_i);
    wire [2*L-1:0]    wr_mask = {{2 * L - 16 {1'b0}}, wr_ones} << wr_offs;

    reg             wr_en_q;
    reg             wr_odd_q;       // the first line lies in the odd bank
    reg [LINE-1:0]  wr_even_line_q;
    reg [LINE-1:0]  wr_odd_line_q;
    reg [2*L-1:0]   wr_mask_q;
    reg [8*L-1:0]   wr_data_q;

    always @(posedge clk_i) wr_en_q <= wr_en_i;

    always @(posedge clk_i)
        if (wr_en_i) begin
            wr_odd_q       <= wr_addr_i[OFFS];
            wr_even_line_q <= wr_addr_i[LOG2-1:OFFS+1] + {{LINE - 1 {1'b0}}, wr_addr_i[OFFS]};
            wr_odd_line_q  <= wr_addr_i[LOG2-1:OFFS+1];
            wr_mask_q      <= wr_mask;
            wr_data_q      <= wr_rot;
        end

    // Read, first stage: the two lines' addresses.
    reg             rd_en_q;
    reg [LINE-1:0]  rd_even_line_q;
    reg [LINE-1:0]  rd_odd_line_q;
    reg [OFFS:0]    rd_offs_q;      // with the bit that tells odd from even lines

    always @(posedge clk_i) rd_en_q <= rd_en_i;

    always @(posedge clk_i)
        if (rd_en_i) begin
            rd_even_line_q <= rd_addr_i[LOG2-1:OFFS+1] + {{LINE - 1 {1'b0}}, rd_addr_i[OFFS]};
            rd_odd_line_q  <= rd_addr_i[LOG2-1:OFFS+1];
            rd_offs_q      <= rd_addr_i[OFFS:0];
        end

    // Second stage: the banks.
    wire           bank_wr_en = wr_en_q || scrub_en;
    wire [8*L-1:0] bank_wr_data = scrub_en ? {8 * L {1'b0}} : wr_data_q;
    wire [L-1:0]   wr_first_be = wr_mask_q[L-1:0];
    wire [L-1:0]   wr_next_be = wr_mask_q[2*L-1:L];
    wire [8*L-1:0] even_data;
    wire [8*L-1:0] odd_data;

    fcn_ram #(.WIDTH(8 * L), .BYTE(8), .DEPTH_LOG2(LINE), .READ_FIRST(0)) u_even (
        .clk_i(clk_i),
        .wr_en_i(bank_wr_en), .wr_addr_i(scrub_en ? scrub_line : wr_even_line_q),
        .wr_be_i({L{scrub_en}} | (wr_odd_q ? wr_next_be : wr_first_be)), .wr_data_i(bank_wr_data),
        .rd_en_i(rd_en_q), .rd_addr_i(rd_even_line_q), .rd_data_o(even_data)
    );

    fcn_ram #(.WIDTH(8 * L), .BYTE(8), .DEPTH_LOG2(LINE), .READ_FIRST(0)) u_odd (
        .clk_i(clk_i),
        .wr_en_i(bank_wr_en), .wr_addr_i(scrub_en ? scrub_line : wr_odd_line_q),
        .wr_be_i({L{scrub_en}} | (wr_odd_q ? wr_first_be : wr_next_be)), .wr_data_i(bank_wr_data),
        .rd_en_i(rd_en_q), .rd_addr_i(rd_odd_line_q), .rd_data_o(odd_data)
    );

    // Third stage: lanes from the offset on are the first line's, lanes below it the next one's.
    reg            pick_en_q;
    reg [OFFS-1:0] pick_offs_q;
    reg [8*L-1:0]  pick_even_q;     // ones for the lanes of the even bank
    reg [8*L-1:0]  word_q;

    always @(posedge clk_i) pick_en_q <= rd_en_q;
    always @(posedge clk_i)
        if (rd_en_q) begin
            pick_offs_q <= rd_offs_q[OFFS-1:0];
            pick_even_q <= ({8 * L {1'b1}} << {rd_offs_q[OFFS-1:0], 3'b000}) ^ {8 * L {rd_offs_q[OFFS]}};
        end
    always @(posedge clk_i)
        if (pick_en_q) word_q <= (even_data & pick_even_q) | (odd_data & ~pick_even_q);

    // Fourth stage: rotate the wanted bytes to the front.
    reg                    rot_en_q;
    reg [OFFS-1:0]         rot_offs_q;
    reg [8*RD_BYTES-1:0]   rd_data_q;
    wire [16*L-1:0]        rot_in = {word_q, word_q};

    always @(posedge clk_i) rot_en_q <= pick_en_q;
    always @(posedge clk_i) if (pick_en_q) rot_offs_q <= pick_offs_q;
    always @(posedge clk_i)
        if (rot_en_q) rd_data_q <= rot_in[{1'b0, rot_offs_q, 3'b000}+:8*RD_BYTES];

    assign rd_data_o = rd_data_q;

endmodule

`default_nettype wire
