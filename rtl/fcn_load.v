// SPDX-License-Identifier: Apache-2.0
//
// fcn_load: the LOAD engine: memory into a buffer, with padding.
//
//     command ┬─ fcn_load_req ──▶ read requests          (ahead by up to 8 commands)
//             └─ fifo ── fcn_load_box ── fcn_load_land ──▶ buffer writes, done
//     data ───── fcn_load_buf ────────────┘
//
// The two sides walk the same command on their own; the receive buffer between them hides memory's
// latency.
`default_nettype none

module fcn_load (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,        // level: forget everything, as after reset
    // A legal LOAD starts when both are high.
    input  wire         cmd_valid_i,
    output wire         cmd_ready_o,
    input  wire [511:0] cmd_i,
    input  wire [23:0]  cmd_index_i,    // in the stream
    output wire         done_o,         // pulse per command, in order
    // Read requests.
    output wire         req_valid_o,
    input  wire         req_ready_i,
    output wire [31:4]  req_va_o,       // first beat
    output wire [3:0]   req_len_o,      // beats - 1; the burst stays inside a 256-byte line
    output wire [23:0]  req_index_o,    // of the command
    // Their data in order, never held up.
    input  wire         rd_valid_i,
    input  wire [127:0] rd_data_i,
    // Writes into the buffers.
    output wire [4:0]   ld_wr_valid_o,  // bit: 0 IFM, 1 weights, 2 OFM, 3 parameters, 4 table
    input  wire         ld_wr_ready_i,
    output wire [23:0]  ld_wr_addr_o,   // modulo the buffer's size
    output wire [4:0]   ld_wr_len_o,    // bytes: 1..16
    output wire [127:0] ld_wr_data_o,   // bytes at and above the length are 0
    // For the performance counters, one cycle each.
    output wire         beat_o,         // a beat was received
    output wire         wait_o          // landing waits for memory with nothing to write
);

    `include "fcn_defs.vh"

    wire rst = rst_i || clear_i;

    // A command starts on both sides at once.
    wire req_cmd_ready;
    wire fifo_ready;
    assign cmd_ready_o = req_cmd_ready && fifo_ready;

    wire beat_valid;
    wire beat_ready;
    wire [127:0] beat_data;
    wire head_valid;
    wire head_ready;
    wire [127:0] head_data;

    fcn_load_req u_req (
        .clk_i       (clk_i),
        .rst_i       (rst),
        .cmd_valid_i (cmd_valid_i && fifo_ready),
        .cmd_ready_o (req_cmd_ready),
        .cmd_i       (cmd_i),
        .cmd_index_i (cmd_index_i),
        .freed_i     (beat_valid && beat_ready),
        .req_valid_o (req_valid_o),
        .req_ready_i (req_ready_i),
        .req_va_o    (req_va_o),
        .req_len_o   (req_len_o),
        .req_index_o (req_index_o)
    );

    fcn_load_buf u_buf (
        .clk_i      (clk_i),
        .rst_i      (rst),
        .wr_valid_i (rd_valid_i),
        .wr_data_i  (rd_data_i),
        .rd_valid_o (beat_valid),
        .rd_ready_i (beat_ready),
        .rd_data_o  (beat_data)
    );

    // The oldest beats, away from the block RAM, which is slow.
    fcn_slice #(.WIDTH(128)) u_head (
        .clk_i      (clk_i),
        .rst_i      (rst),
        .wr_valid_i (beat_valid),
        .wr_ready_o (beat_ready),
        .wr_data_i  (beat_data),
        .rd_valid_o (head_valid),
        .rd_ready_i (head_ready),
        .rd_data_o  (head_data)
    );

    // The fields that landing needs, as many as may be started at a time.
    localparam LAND_W = 174;
    wire [LAND_W-1:0] land_in;
    wire [LAND_W-1:0] land_out;

    assign land_in = {
        cmd_i[FCN_LOAD_DST_LSB+:FCN_LOAD_DST_W],
        cmd_i[FCN_LOAD_DST_PITCH_Y_LSB+:FCN_LOAD_DST_PITCH_Y_W],
        cmd_i[FCN_LOAD_DST_PITCH_X_LSB+:FCN_LOAD_DST_PITCH_X_W],
        cmd_i[FCN_LOAD_ROWS_N_LSB+:FCN_LOAD_ROWS_N_W],
        cmd_i[FCN_LOAD_COLS_N_LSB+:FCN_LOAD_COLS_N_W],
        cmd_i[FCN_LOAD_PAD_TOP_LSB+:FCN_LOAD_PAD_TOP_W],
        cmd_i[FCN_LOAD_PAD_BOTTOM_LSB+:FCN_LOAD_PAD_BOTTOM_W],
        cmd_i[FCN_LOAD_PAD_LEFT_LSB+:FCN_LOAD_PAD_LEFT_W],
        cmd_i[FCN_LOAD_PAD_RIGHT_LSB+:FCN_LOAD_PAD_RIGHT_W],
        cmd_i[FCN_LOAD_RUN_LSB+:FCN_LOAD_RUN_W],
        cmd_i[FCN_LOAD_PX_LSB+:FCN_LOAD_PX_W],
        cmd_i[FCN_LOAD_SPACE_LSB+:FCN_LOAD_SPACE_W],
        cmd_i[FCN_LOAD_PAD_VALUE_LSB+:FCN_LOAD_PAD_VALUE_W],
        cmd_i[FCN_LOAD_VA_LSB+:4],
        cmd_i[FCN_LOAD_PITCH_Y_LSB+:4]
    };

    wire        land_valid;
    wire        land_ready;
    wire [23:0] dst;
    wire [23:0] dst_pitch_y;
    wire [23:0] dst_pitch_x;
    wire [15:0] rows_n;
    wire [15:0] cols_n;
    wire [7:0]  pad_top;
    wire [7:0]  pad_bottom;
    wire [7:0]  pad_left;
    wire [7:0]  pad_right;
    wire [15:0] run;
    wire [2:0]  px;
    wire [2:0]  space;
    wire [7:0]  pad_value;
    wire [3:0]  va_lane;
    wire [3:0]  pitch_lane;

    assign {dst, dst_pitch_y, dst_pitch_x, rows_n, cols_n, pad_top, pad_bottom, pad_left, pad_right,
            run, px, space, pad_value, va_lane, pitch_lane} = land_out;

    fcn_fifo #(
        .WIDTH      (LAND_W),
        .DEPTH_LOG2 (3)
    ) u_cmds (
        .clk_i      (clk_i),
        .rst_i      (rst),
        .wr_valid_i (cmd_valid_i && req_cmd_ready),
        .wr_ready_o (fifo_ready),
        .wr_data_i  (land_in),
        .rd_valid_o (land_valid),
        .rd_ready_i (land_ready),
        .rd_data_o  (land_out),
        /* verilator lint_off PINCONNECTEMPTY */
        .count_o    ()
        /* verilator lint_on PINCONNECTEMPTY */
    );

    wire        pix_valid;
    wire        pix_ready;
    wire        pix_empty;
    wire [23:0] pix_addr;
    wire        pix_inside;
    wire [3:0]  pix_lane;
    wire        pix_pop;
    wire        pix_last;
    wire [15:0] pix_run;
    wire [2:0]  pix_space;
    wire [7:0]  pix_pad_value;

    fcn_load_box u_box (
        .clk_i             (clk_i),
        .rst_i             (rst),
        .cmd_valid_i       (land_valid),
        .cmd_ready_o       (land_ready),
        .cmd_dst_i         (dst),
        .cmd_dst_pitch_y_i (dst_pitch_y),
        .cmd_dst_pitch_x_i (dst_pitch_x),
        .cmd_rows_n_i      (rows_n),
        .cmd_cols_n_i      (cols_n),
        .cmd_pad_top_i     (pad_top),
        .cmd_pad_bottom_i  (pad_bottom),
        .cmd_pad_left_i    (pad_left),
        .cmd_pad_right_i   (pad_right),
        .cmd_run_i         (run),
        .cmd_px_i          (px),
        .cmd_space_i       (space),
        .cmd_pad_value_i   (pad_value),
        .cmd_va_lane_i     (va_lane),
        .cmd_pitch_lane_i  (pitch_lane),
        .pix_valid_o       (pix_valid),
        .pix_ready_i       (pix_ready),
        .pix_empty_o       (pix_empty),
        .pix_addr_o        (pix_addr),
        .pix_inside_o      (pix_inside),
        .pix_lane_o        (pix_lane),
        .pix_pop_o         (pix_pop),
        .pix_last_o        (pix_last),
        .pix_run_o         (pix_run),
        .pix_space_o       (pix_space),
        .pix_pad_value_o   (pix_pad_value)
    );

    // The next pixels, so that the walk does not wait for memory in the same cycle as landing does.
    wire        land_pix_valid;
    wire        land_pix_ready;
    wire        land_pix_empty;
    wire [23:0] land_pix_addr;
    wire        land_pix_inside;
    wire [3:0]  land_pix_lane;
    wire        land_pix_pop;
    wire        land_pix_last;
    wire [15:0] land_pix_run;
    wire [2:0]  land_pix_space;
    wire [7:0]  land_pix_pad_value;

    fcn_slice #(.WIDTH(59)) u_pix (
        .clk_i      (clk_i),
        .rst_i      (rst),
        .wr_valid_i (pix_valid),
        .wr_ready_o (pix_ready),
        .wr_data_i  ({pix_empty, pix_addr, pix_inside, pix_lane, pix_pop, pix_last, pix_run, pix_space, pix_pad_value}),
        .rd_valid_o (land_pix_valid),
        .rd_ready_i (land_pix_ready),
        .rd_data_o  ({land_pix_empty, land_pix_addr, land_pix_inside, land_pix_lane, land_pix_pop, land_pix_last,
                      land_pix_run, land_pix_space, land_pix_pad_value})
    );

    fcn_load_land u_land (
        .clk_i           (clk_i),
        .rst_i           (rst),
        .pix_valid_i     (land_pix_valid),
        .pix_ready_o     (land_pix_ready),
        .pix_empty_i     (land_pix_empty),
        .pix_addr_i      (land_pix_addr),
        .pix_inside_i    (land_pix_inside),
        .pix_lane_i      (land_pix_lane),
        .pix_pop_i       (land_pix_pop),
        .pix_last_i      (land_pix_last),
        .pix_run_i       (land_pix_run),
        .pix_space_i     (land_pix_space),
        .pix_pad_value_i (land_pix_pad_value),
        .beat_valid_i    (head_valid),
        .beat_ready_o    (head_ready),
        .beat_data_i     (head_data),
        .ld_wr_valid_o   (ld_wr_valid_o),
        .ld_wr_ready_i   (ld_wr_ready_i),
        .ld_wr_addr_o    (ld_wr_addr_o),
        .ld_wr_len_o     (ld_wr_len_o),
        .ld_wr_data_o    (ld_wr_data_o),
        .done_o          (done_o),
        .wait_o          (wait_o)
    );

    assign beat_o = rd_valid_i;

endmodule

`default_nettype wire
