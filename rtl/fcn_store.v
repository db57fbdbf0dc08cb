// SPDX-License-Identifier: Apache-2.0
//
// fcn_store: the STORE engine: the OFM buffer into memory.
//
//     command ┬─ fcn_store_walk ── fcn_store_gather ── fcn_store_burst ──▶ write beats
//             └─ fcn_store_done ──▶ done
`default_nettype none

module fcn_store (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,        // level: forget everything, as after reset
    // A legal STORE starts when both are high.
    input  wire         cmd_valid_i,
    output wire         cmd_ready_o,
    input  wire [511:0] cmd_i,
    input  wire [23:0]  cmd_index_i,    // in the stream
    output wire         done_o,         // pulse per command, in order
    // OFM buffer.
    output wire         st_rd_valid_o,
    input  wire         st_rd_ready_i,
    output wire [23:0]  st_rd_addr_o,   // modulo the buffer's size
    input  wire [127:0] st_rd_data_i,   // 4 cycles after the read was taken
    // Write beats.
    output wire         wr_valid_o,
    input  wire         wr_ready_i,
    output wire [127:0] wr_data_o,
    output wire [15:0]  wr_strb_o,
    output wire         wr_last_o,      // last beat of its burst; with it:
    output wire [31:4]  wr_va_o,        // the burst's first beat
    output wire [3:0]   wr_len_o,       // beats - 1; the burst stays inside a 256-byte line
    output wire [23:0]  wr_index_o,     // of the command
    output wire         wr_cmd_last_o,  // last burst of its command
    input  wire         wr_done_i,      // a pulse per wr_cmd_last: all acknowledged up to there
    // For the performance counters, one cycle each.
    output wire         beat_o,         // a beat was handed over
    output wire         wait_o          // a beat is there and memory does not take it
);

    wire rst = rst_i || clear_i;

    // A command starts in both modules at once.
    wire walk_ready;
    wire list_ready;
    wire cmd_empty;
    assign cmd_ready_o = walk_ready && list_ready;

    wire        sub_valid;
    wire        sub_ready;
    wire [31:0] sub_va;
    wire [23:0] sub_src;
    wire [15:0] sub_run;
    wire        sub_last;
    wire [23:0] sub_index;

    fcn_store_done u_done (
        .clk_i       (clk_i),
        .rst_i       (rst),
        .cmd_valid_i (cmd_valid_i && walk_ready),
        .cmd_ready_o (list_ready),
        .cmd_empty_i (cmd_empty),
        .wr_done_i   (wr_done_i),
        .done_o      (done_o)
    );

    fcn_store_walk u_walk (
        .clk_i       (clk_i),
        .rst_i       (rst),
        .cmd_valid_i (cmd_valid_i && list_ready),
        .cmd_ready_o (walk_ready),
        .cmd_i       (cmd_i),
        .cmd_index_i (cmd_index_i),
        .cmd_empty_o (cmd_empty),
        .sub_valid_o (sub_valid),
        .sub_ready_i (sub_ready),
        .sub_va_o    (sub_va),
        .sub_src_o   (sub_src),
        .sub_run_o   (sub_run),
        .sub_last_o  (sub_last),
        .sub_index_o (sub_index)
    );

    // The next sub-pixels, so that the walk does not wait for the buffer's port in the same cycle.
    wire        next_valid;
    wire        next_ready;
    wire [31:0] next_va;
    wire [23:0] next_src;
    wire [15:0] next_run;
    wire        next_last;
    wire [23:0] next_index;

    fcn_slice #(.WIDTH(97)) u_next (
        .clk_i      (clk_i),
        .rst_i      (rst),
        .wr_valid_i (sub_valid),
        .wr_ready_o (sub_ready),
        .wr_data_i  ({sub_va, sub_src, sub_run, sub_last, sub_index}),
        .rd_valid_o (next_valid),
        .rd_ready_i (next_ready),
        .rd_data_o  ({next_va, next_src, next_run, next_last, next_index})
    );

    wire         chunk_valid;
    wire         chunk_ready;
    wire [127:0] chunk_data;
    wire [31:0]  chunk_va;
    wire [4:0]   chunk_len;
    wire         chunk_beat_end;
    wire         chunk_burst_end;
    wire         chunk_cmd_end;
    wire [23:0]  chunk_index;

    fcn_store_gather u_gather (
        .clk_i             (clk_i),
        .rst_i             (rst),
        .sub_valid_i       (next_valid),
        .sub_ready_o       (next_ready),
        .sub_va_i          (next_va),
        .sub_src_i         (next_src),
        .sub_run_i         (next_run),
        .sub_last_i        (next_last),
        .sub_index_i       (next_index),
        .st_rd_valid_o     (st_rd_valid_o),
        .st_rd_ready_i     (st_rd_ready_i),
        .st_rd_addr_o      (st_rd_addr_o),
        .st_rd_data_i      (st_rd_data_i),
        .chunk_valid_o     (chunk_valid),
        .chunk_ready_i     (chunk_ready),
        .chunk_data_o      (chunk_data),
        .chunk_va_o        (chunk_va),
        .chunk_len_o       (chunk_len),
        .chunk_beat_end_o  (chunk_beat_end),
        .chunk_burst_end_o (chunk_burst_end),
        .chunk_cmd_end_o   (chunk_cmd_end),
        .chunk_index_o     (chunk_index)
    );

    wire         beat_valid;
    wire         beat_ready;
    wire [127:0] beat_data;
    wire [15:0]  beat_strb;
    wire         beat_last;
    wire [31:4]  beat_va;
    wire [3:0]   beat_len;
    wire [23:0]  beat_index;
    wire         beat_cmd_last;

    fcn_store_burst u_burst (
        .clk_i             (clk_i),
        .rst_i             (rst),
        .chunk_valid_i     (chunk_valid),
        .chunk_ready_o     (chunk_ready),
        .chunk_data_i      (chunk_data),
        .chunk_va_i        (chunk_va),
        .chunk_len_i       (chunk_len),
        .chunk_beat_end_i  (chunk_beat_end),
        .chunk_burst_end_i (chunk_burst_end),
        .chunk_cmd_end_i   (chunk_cmd_end),
        .chunk_index_i     (chunk_index),
        .wr_valid_o        (beat_valid),
        .wr_ready_i        (beat_ready),
        .wr_data_o         (beat_data),
        .wr_strb_o         (beat_strb),
        .wr_last_o         (beat_last),
        .wr_va_o           (beat_va),
        .wr_len_o          (beat_len),
        .wr_index_o        (beat_index),
        .wr_cmd_last_o     (beat_cmd_last)
    );

    // Beats that wait for memory.
    fcn_slice #(.WIDTH(202)) u_beats (
        .clk_i      (clk_i),
        .rst_i      (rst),
        .wr_valid_i (beat_valid),
        .wr_ready_o (beat_ready),
        .wr_data_i  ({beat_data, beat_strb, beat_last, beat_va, beat_len, beat_index, beat_cmd_last}),
        .rd_valid_o (wr_valid_o),
        .rd_ready_i (wr_ready_i),
        .rd_data_o  ({wr_data_o, wr_strb_o, wr_last_o, wr_va_o, wr_len_o, wr_index_o, wr_cmd_last_o})
    );

    assign beat_o = wr_valid_o && wr_ready_i;
    assign wait_o = wr_valid_o && !wr_ready_i;

endmodule

`default_nettype wire
