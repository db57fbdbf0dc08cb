// SPDX-License-Identifier: Apache-2.0
//
// fcn_store_burst: STORE's chunks to write bursts.
//
// Rotates each chunk to its place in its beat, merges the chunks of a beat, the later one winning
// where they overlap, and hands beats over with the burst's address and length at its last.
// Bytes that no chunk covers are 0, with their strobe low.
`default_nettype none

module fcn_store_burst (
    input  wire         clk_i,
    input  wire         rst_i,
    // Chunks in order; the ports are those of fcn_store_gather.
    input  wire         chunk_valid_i,
    output wire         chunk_ready_o,
    input  wire [127:0] chunk_data_i,
    input  wire [31:0]  chunk_va_i,
    input  wire [4:0]   chunk_len_i,
    input  wire         chunk_beat_end_i,
    input  wire         chunk_burst_end_i,
    input  wire         chunk_cmd_end_i,
    input  wire [23:0]  chunk_index_i,
    // Beats.
    output wire         wr_valid_o,
    input  wire         wr_ready_i,
    output wire [127:0] wr_data_o,
    output wire [15:0]  wr_strb_o,
    output wire         wr_last_o,      // last beat of its burst; with it:
    output wire [31:4]  wr_va_o,        // the burst's first beat
    output wire [3:0]   wr_len_o,       // beats - 1
    output wire [23:0]  wr_index_o,     // of the command
    output wire         wr_cmd_last_o   // last burst of its command
);

    // The chunk with its bytes at their place in the beat.
    reg         put_valid_q;
    reg [127:0] put_data_q;
    reg [15:0]  put_strb_q;
    reg [31:4]  put_va_q;
    reg         put_beat_end_q;
    reg         put_burst_end_q;
    reg         put_cmd_end_q;
    reg [23:0]  put_index_q;

    // The beat, complete or still growing.
    reg         grows_q;
    reg         full_q;
    reg [127:0] data_q;
    reg [15:0]  strb_q;
    reg [31:4]  va_q;
    reg         burst_end_q;
    reg         cmd_end_q;
    reg [23:0]  index_q;
    reg [3:0]   before_q;       // beats of the burst in front of this one

    wire put_take = chunk_valid_i && chunk_ready_o;
    wire put_give = !full_q || wr_ready_i;
    wire take     = put_valid_q && put_give;
    wire give     = full_q && wr_ready_i;

    assign chunk_ready_o = !put_valid_q || put_give;

    // A chunk that starts inside a beat is at most 8 bytes long and a multiple of them away from its beginning:
    // it never wraps.
    wire [3:0]  lane = chunk_va_i[3:0];
    wire [15:0] strb = ~(16'hffff << chunk_len_i) << lane;

    always @(posedge clk_i)
        if (rst_i) put_valid_q <= 1'b0;
        else if (chunk_ready_o) put_valid_q <= chunk_valid_i;

    always @(posedge clk_i)
        if (put_take) begin
            put_data_q      <= chunk_data_i << {lane, 3'd0};
            put_strb_q      <= strb;
            put_va_q        <= chunk_va_i[31:4];
            put_beat_end_q  <= chunk_beat_end_i;
            put_burst_end_q <= chunk_burst_end_i;
            put_cmd_end_q   <= chunk_cmd_end_i;
            put_index_q     <= chunk_index_i;
        end

    // The beat with the chunk's bytes over it.  A function: a simulator works it out for the chunks
    // alone.
    function [127:0] put(input [127:0] beat, input [127:0] bytes, input [15:0] mask);
        integer i;
        for (i = 0; i < 16; i = i + 1)
            put[8*i+:8] = mask[i] ? bytes[8*i+:8] : beat[8*i+:8];
    endfunction

    always @(posedge clk_i)
        if (rst_i) grows_q <= 1'b0;
        else if (take) grows_q <= !put_beat_end_q;

    always @(posedge clk_i)
        if (rst_i) full_q <= 1'b0;
        else if (take) full_q <= put_beat_end_q;
        else if (give) full_q <= 1'b0;

    always @(posedge clk_i)
        if (take) begin
            data_q      <= put(grows_q ? data_q : 128'd0, put_data_q, put_strb_q);
            strb_q      <= put_strb_q | (grows_q ? strb_q : 16'd0);
            va_q        <= put_va_q;
            burst_end_q <= put_burst_end_q;
            cmd_end_q   <= put_cmd_end_q;
            index_q     <= put_index_q;
        end

    always @(posedge clk_i)
        if (rst_i) before_q <= 4'd0;
        else if (give) before_q <= burst_end_q ? 4'd0 : before_q + 4'd1;

    // A burst stays inside its line, so its first beat is before_q back, without a borrow.
    assign wr_valid_o    = full_q;
    assign wr_data_o     = data_q;
    assign wr_strb_o     = strb_q;
    assign wr_last_o     = burst_end_q;
    assign wr_va_o       = {va_q[31:8], va_q[7:4] - before_q};
    assign wr_len_o      = before_q;
    assign wr_index_o    = index_q;
    assign wr_cmd_last_o = cmd_end_q;

endmodule

`default_nettype wire
