// SPDX-License-Identifier: Apache-2.0
//
// fcn_tlb: table entries of 16 lines of 16 pages, fully associative, replaced in turn.
//
// The tags are registers, the entries a memory.  The walker fills a line in four beats; the line
// that it replaces is invalid from the start of the filling on, the new one valid from its end.
`default_nettype none

module fcn_tlb (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         flush_i,        // forget all lines

    // Lookup: three ports ask, each with a page that stays; one of them reads a cycle later or later still, and has
    // its answer in the cycle behind.
    input  wire [2:0]   lk_valid_i,
    input  wire [59:0]  lk_pages_i,     // port 2, port 1, port 0
    input  wire [2:0]   lk_port_i,      // the one that reads, one-hot
    output wire         lk_hit_o,
    output wire [31:0]  lk_entry_o,

    // Is a line in?  The answer comes in the next cycle.
    input  wire         probe_valid_i,
    input  wire [31:16] probe_line_i,
    output reg          probe_hit_o,

    // Filling: one fill_start_i, then the beats, then one fill_end_i if they are good.
    input  wire         fill_start_i,
    input  wire [31:16] fill_line_i,
    input  wire         fill_valid_i,
    input  wire [1:0]   fill_beat_i,
    input  wire [127:0] fill_data_i,
    input  wire         fill_end_i
);

    localparam integer LINES = 16;

    reg [LINES-1:0]    valid_q;
    reg [16*LINES-1:0] tags_q;
    reg [3:0]          victim_q;        // the line that is filled next or being filled

    integer p;      // lookup: port
    integer i;      // ... and line
    integer j;      // probe
    integer k;      // fill

    // The lines that each port's page has.  At most one line has a tag: the walker probes before it fills.
    reg [3*LINES-1:0] match_q;
    always @(posedge clk_i)
        if (rst_i || flush_i) match_q <= {3 * LINES{1'b0}};
        else
            for (p = 0; p < 3; p = p + 1)
                if (lk_valid_i[p])
                    for (i = 0; i < LINES; i = i + 1)
                        match_q[LINES*p+i] <= valid_q[i] && tags_q[16*i+:16] == lk_pages_i[20*p+4+:16];

    // The line and the page of the port that reads.
    wire [LINES-1:0] match = (match_q[0+:LINES] & {LINES{lk_port_i[0]}}) | (match_q[LINES+:LINES] & {LINES{lk_port_i[1]}})
                             | (match_q[2*LINES+:LINES] & {LINES{lk_port_i[2]}});
    wire             hit   = match != {LINES{1'b0}};
    wire [3:0]       line  = {|(match & 16'hff00), |(match & 16'hf0f0), |(match & 16'hcccc), |(match & 16'haaaa)};
    wire [3:0]       page  = (lk_pages_i[3:0] & {4{lk_port_i[0]}}) | (lk_pages_i[23:20] & {4{lk_port_i[1]}})
                             | (lk_pages_i[43:40] & {4{lk_port_i[2]}});

    reg probe_hit;
    always @* begin
        probe_hit = 1'b0;
        if (probe_valid_i)
            for (j = 0; j < LINES; j = j + 1)
                if (valid_q[j] && tags_q[16*j+:16] == probe_line_i) probe_hit = 1'b1;
    end
    always @(posedge clk_i) probe_hit_o <= probe_hit;

    always @(posedge clk_i)
        if (rst_i || flush_i) valid_q <= {LINES{1'b0}};
        else begin
            if (fill_start_i) valid_q[victim_q] <= 1'b0;
            if (fill_end_i) valid_q[victim_q] <= 1'b1;
        end

    always @(posedge clk_i)
        if (fill_start_i)
            for (k = 0; k < LINES; k = k + 1)
                if (victim_q == k[3:0]) tags_q[16*k+:16] <= fill_line_i;

    always @(posedge clk_i)
        if (rst_i) victim_q <= 4'd0;
        else if (fill_end_i) victim_q <= victim_q + 4'd1;

    // Four entries to a word: the page's number chooses word, then entry.  A word that a lookup has found is
    // read before the walker, which may just have taken its line, writes there.
    reg          hit_q;
    reg  [1:0]   lk_word_q;
    wire [127:0] entries;
    always @(posedge clk_i) hit_q <= hit;
    always @(posedge clk_i) if (hit) lk_word_q <= page[1:0];

    assign lk_hit_o   = hit_q;
    assign lk_entry_o = lk_word_q[1] ? (lk_word_q[0] ? entries[127:96] : entries[95:64])
                                     : (lk_word_q[0] ? entries[63:32] : entries[31:0]);

    fcn_ram #(
        .WIDTH(128),
        .BYTE(128),
        .DEPTH_LOG2(6),
        .READ_FIRST(0)
    ) u_entries (
        .clk_i    (clk_i),
        .wr_en_i  (fill_valid_i),
        .wr_addr_i({victim_q, fill_beat_i}),
        .wr_be_i  (1'b1),
        .wr_data_i(fill_data_i),
        .rd_en_i  (hit),
        .rd_addr_i({line, page[3:2]}),
        .rd_data_o(entries)
    );

endmodule

`default_nettype wire
