// SPDX-License-Identifier: Apache-2.0
//
// fcn_store_gather: reads a STORE's chunks from the OFM buffer.
//
// Cuts sub-pixels into chunks, one per cycle, reads each from the OFM buffer, and finds the ends of
// beats and bursts on the way: a sub-pixel is read when the address of the one behind it is known, so
// its data never has to be held back for that.  Data comes 4 cycles after a read was taken and
// cannot be stopped; the 8 places of the chunk queue bound what is on the way.
`default_nettype none

module fcn_store_gather (
    input  wire         clk_i,
    input  wire         rst_i,
    // Sub-pixels in order; the ports are those of fcn_store_walk.
    input  wire         sub_valid_i,
    output wire         sub_ready_o,
    input  wire [31:0]  sub_va_i,
    input  wire [23:0]  sub_src_i,
    input  wire [15:0]  sub_run_i,
    input  wire         sub_last_i,
    input  wire [23:0]  sub_index_i,
    // OFM buffer.
    output wire         st_rd_valid_o,
    input  wire         st_rd_ready_i,
    output wire [23:0]  st_rd_addr_o,   // any byte
    input  wire [127:0] st_rd_data_i,   // 16 bytes, 4 cycles after the read was taken
    // Chunks in order.
    output wire         chunk_valid_o,
    input  wire         chunk_ready_i,
    output wire [127:0] chunk_data_o,   // byte 0 is the chunk's first
    output wire [31:0]  chunk_va_o,     // where its first byte goes; it never crosses a beat
    output wire [4:0]   chunk_len_o,    // bytes: 1..16
    output wire         chunk_beat_end_o,   // the next chunk falls into another beat
    output wire         chunk_burst_end_o,  // ... of another burst
    output wire         chunk_cmd_end_o,    // ... of another command
    output wire [23:0]  chunk_index_o   // of the command
);

    // The sub-pixel that is next, with the beat of its last byte.
    reg         next_valid_q;
    reg  [31:0] next_va_q;
    reg  [23:0] next_src_q;
    reg  [15:0] next_run_q;
    reg         next_last_q;
    reg  [23:0] next_index_q;
    reg  [31:4] next_end_q;

    // The sub-pixel that is read, from the next chunk on.
    reg         sub_valid_q;
    reg  [31:0] va_q;
    reg  [23:0] src_q;
    reg  [15:0] left_q;         // bytes
    reg         end_q;          // this is its last chunk: 16 bytes or less are left
    reg         last_q;
    reg  [23:0] index_q;
    // The beat in which the one behind it begins: that of its own last chunk, or the next one of its burst.
    reg         same_q;
    reg         follows_q;

    // Within a sub-pixel the next chunk falls into the next beat.
    wire       line_end   = va_q[7:4] == 4'd15;
    wire       beat_end   = !(end_q && same_q);
    wire       burst_end  = beat_end && (end_q ? !follows_q : line_end);
    wire       cmd_end    = end_q && last_q;
    wire [4:0] len        = end_q ? left_q[4:0] : 5'd16;

    // Places taken in the chunk queue.  Whether there is one for the next cycle's chunk is known in this one: there are
    // two, or this cycle's chunk was not taken.
    reg  [3:0] places_q;
    reg        queue_ready;
    wire       issue     = st_rd_valid_o && st_rd_ready_i;
    wire       chunk_take = chunk_valid_o && chunk_ready_i;

    always @(posedge clk_i)
        if (rst_i) places_q <= 4'd0;
        else if (issue != chunk_take) places_q <= issue ? places_q + 4'd1 : places_q - 4'd1;

    always @(posedge clk_i)
        if (rst_i) queue_ready <= 1'b1;
        else queue_ready <= places_q <= 4'd6 || (queue_ready && !issue);

    wire       sub_free  = !sub_valid_q || (issue && end_q);
    // It moves on when the one behind it is there to be compared with.
    wire       next_move = next_valid_q && sub_free && (next_last_q || sub_valid_i);
    wire       sub_take  = sub_valid_i && sub_ready_o;

    assign st_rd_valid_o = sub_valid_q && queue_ready;
    assign st_rd_addr_o  = src_q;
    assign sub_ready_o   = !next_valid_q || next_move;

    always @(posedge clk_i)
        if (rst_i) next_valid_q <= 1'b0;
        else if (sub_ready_o) next_valid_q <= sub_valid_i;

    /* verilator lint_off UNUSED */
    wire [31:0] sub_end = sub_va_i + {16'd0, sub_run_i} - 32'd1;    // the beat is enough
    /* verilator lint_on UNUSED */

    always @(posedge clk_i)
        if (sub_take) begin
            next_va_q    <= sub_va_i;
            next_src_q   <= sub_src_i;
            next_run_q   <= sub_run_i;
            next_last_q  <= sub_last_i;
            next_index_q <= sub_index_i;
            next_end_q   <= sub_end[31:4];
        end

    always @(posedge clk_i)
        if (rst_i) sub_valid_q <= 1'b0;
        else if (sub_free) sub_valid_q <= next_move;

    always @(posedge clk_i)
        if (next_move) begin
            last_q    <= next_last_q;
            index_q   <= next_index_q;
            same_q    <= !next_last_q && sub_va_i[31:4] == next_end_q;
            follows_q <= !next_last_q && sub_va_i[31:8] == next_end_q[31:8]
                         && {1'b0, sub_va_i[7:4]} == {1'b0, next_end_q[7:4]} + 5'd1;
        end

    always @(posedge clk_i)
        if (next_move) begin
            va_q   <= next_va_q;
            src_q  <= next_src_q;
            left_q <= next_run_q;
            end_q  <= next_run_q <= 16'd16;
        end else if (issue) begin
            va_q   <= va_q + 32'd16;
            src_q  <= src_q + 24'd16;
            left_q <= left_q - 16'd16;
            end_q  <= left_q <= 16'd32;
        end

    // What is known of a chunk waits here for its data.
    /* verilator lint_off PINCONNECTEMPTY */
    fcn_fifo #(
        .WIDTH      (64),
        .DEPTH_LOG2 (3)
    ) u_chunks (
        .clk_i      (clk_i),
        .rst_i      (rst_i),
        .wr_valid_i (issue),
        .wr_ready_o (),                 // counted by places_q
        .wr_data_i  ({va_q, len, beat_end, burst_end, cmd_end, index_q}),
        // It was written before its data, so it is there when its data is.
        .rd_valid_o (),
        .rd_ready_i (chunk_take),
        .rd_data_o  ({chunk_va_o, chunk_len_o, chunk_beat_end_o, chunk_burst_end_o,
                      chunk_cmd_end_o, chunk_index_o}),
        .count_o    ()
    );
    /* verilator lint_on PINCONNECTEMPTY */

    // Reads on the way: bit 3 has its data in this cycle.
    reg [3:0] reading_q;

    always @(posedge clk_i)
        if (rst_i) reading_q <= 4'd0;
        else reading_q <= {reading_q[2:0], issue};

    fcn_fifo #(
        .WIDTH      (128),
        .DEPTH_LOG2 (3)
    ) u_data (
        .clk_i      (clk_i),
        .rst_i      (rst_i),
        .wr_valid_i (reading_q[3]),
        // Never full: each word in it has its entry in the chunk queue.
        /* verilator lint_off PINCONNECTEMPTY */
        .wr_ready_o (),
        .wr_data_i  (st_rd_data_i),
        .rd_valid_o (chunk_valid_o),
        .rd_ready_i (chunk_ready_i),
        .rd_data_o  (chunk_data_o),
        .count_o    ()
        /* verilator lint_on PINCONNECTEMPTY */
    );

endmodule

`default_nettype wire
