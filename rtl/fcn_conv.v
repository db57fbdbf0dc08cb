// SPDX-License-Identifier: Apache-2.0
//
// fcn_conv: the CONV engine: weight buffer, systolic array and accumulators, and what drives them.
//
// A pixel that fcn_conv_pix issues in cycle t enters the array in cycle t + 4, with the data of the IFM
// buffer.  Its sum leaves column c in cycle t + ROWS + c + 6, and is in the accumulators, to be read, in
// cycle t + ROWS + c + 8.  What belongs to a pixel travels beside it: its tag, up to column 0 in a
// delay line here and then from column to column; and whether it is its command's last.
//
// A clear forgets commands.  Pixels that were issued pass through the array all the same, ahead of
// anything that comes after the clear, a scrub included.
//
// ROWS, COLS  array size: 8, 16 or 32 each
// IFM_LOG2    base-2 logarithm of the IFM buffer's size in bytes
// WGT_LOG2    ... of the weight buffer's
// ACC_LOG2    ... of the entries of an accumulator half, 2..12
`default_nettype none

module fcn_conv #(
    parameter integer ROWS = 16,
    parameter integer COLS = 16,
    parameter integer IFM_LOG2 = 17,
    parameter integer WGT_LOG2 = 16,
    parameter integer ACC_LOG2 = 9,
    parameter integer GATED = 1     // see fcn_core
) (
    input  wire                clk_i,
    // Engine interface (Documentation/rtl-internals.md).
    input  wire                clear_i,
    input  wire                cmd_valid_i,
    output wire                cmd_ready_o,
    input  wire [511:0]        cmd_i,
    output wire                done_o,
    // IFM buffer, read port: ROWS bytes, 4 cycles after the enable.
    output wire                ifm_rd_en_o,
    output wire [IFM_LOG2-1:0] ifm_rd_addr_o,
    input  wire [8*ROWS-1:0]   ifm_rd_data_i,
    // Weight buffer, write port: chunks of 16 bytes.
    input  wire                wgt_wr_en_i,
    input  wire [WGT_LOG2-1:0] wgt_wr_addr_i,
    input  wire [127:0]        wgt_wr_data_i,
    // Accumulators, read port of POST: data of all columns 2 cycles after the enable.
    input  wire                post_rd_en_i,
    input  wire                post_rd_half_i,
    input  wire [ACC_LOG2-1:0] post_rd_entry_i,
    output wire [32*COLS-1:0]  post_rd_data_o,
    // Scrub weights and accumulators: level, while the engine is idle.
    input  wire                scrub_i,
    output wire                scrub_done_o,
    // For counters.
    output wire                active_o,        // the array takes a vector in this cycle
    output wire                wait_wgt_o,      // a pixel waits for weights to move into the array
    output wire                busy_o           // a command is waiting or under way
);

    `include "fcn_defs.vh"

    localparam integer LINE = WGT_LOG2 - $clog2(COLS);  // address bits of a weight line
    localparam integer TILE = LINE - $clog2(ROWS);      // address bits of a weight tile
    localparam integer TAG = ACC_LOG2 + 3;              // {valid, init, half, entry}: see fcn_acc
    localparam integer ENTER = 4;                       // cycles from issue to the array
    localparam integer ACC = ENTER + ROWS;              // ... to column 0 of the accumulators
    localparam integer LAST = ACC + COLS + 2;           // ... to the write of the last column

    // Commands go to the pixel walker and to the weight loader at once.
    wire pix_ready, wgt_ready;
    assign cmd_ready_o = pix_ready && wgt_ready;
    wire cmd_take = cmd_valid_i && cmd_ready_o;

    wire                pix_valid, pix_last, pix_init, pix_half, pix_busy;
    wire [ACC_LOG2-1:0] pix_entry;
    wire                swap, full;

    fcn_conv_pix #(.IFM_LOG2(IFM_LOG2), .ACC_LOG2(ACC_LOG2)) u_pix (
        .clk_i(clk_i), .clear_i(clear_i),
        .cmd_valid_i(cmd_take), .cmd_ready_o(pix_ready), .cmd_i(cmd_i),
        .full_i(full), .swap_o(swap),
        .pix_valid_o(pix_valid), .pix_addr_o(ifm_rd_addr_o),
        .pix_last_o(pix_last), .pix_init_o(pix_init), .pix_half_o(pix_half), .pix_entry_o(pix_entry),
        .wait_wgt_o(wait_wgt_o), .busy_o(pix_busy)
    );

    wire            wgt_rd_en, wgt_rd_first;
    wire [LINE-1:0] wgt_rd_line;

    fcn_conv_wgt #(.ROWS(ROWS), .TILE(TILE)) u_wgt (
        .clk_i(clk_i), .clear_i(clear_i),
        .cmd_valid_i(cmd_take), .cmd_ready_o(wgt_ready),
        .cmd_tile_i(cmd_i[FCN_CONV_WGT_LSB+:TILE]), .cmd_count_i(cmd_i[FCN_CONV_K0_N_LSB+:24]),
        .full_o(full), .swap_i(swap),
        .rd_en_o(wgt_rd_en), .rd_first_o(wgt_rd_first), .rd_line_o(wgt_rd_line)
    );

    assign ifm_rd_en_o = pix_valid;

    // Weight buffer.
    wire [8*COLS-1:0] wgt_data;
    wire              wgt_scrub_done;

    fcn_wgt_buf #(.COLS(COLS), .LOG2(WGT_LOG2)) u_buf (
        .clk_i(clk_i),
        .wr_en_i(wgt_wr_en_i), .wr_addr_i(wgt_wr_addr_i), .wr_data_i(wgt_wr_data_i),
        .rd_en_i(wgt_rd_en), .rd_line_i(wgt_rd_line), .rd_data_o(wgt_data),
        .scrub_i(scrub_i), .scrub_done_o(wgt_scrub_done)
    );

    // Flags on their way to the array, beside the buffers' four cycles.
    reg [ENTER-1:0] swap_q, shift_q, first_q;

    always @(posedge clk_i) begin
        swap_q  <= {swap_q[ENTER-2:0], swap};
        shift_q <= {shift_q[ENTER-2:0], wgt_rd_en};
        first_q <= {first_q[ENTER-2:0], wgt_rd_first};
    end

    // Scrubbing of accumulators: updates that write 0.
    wire                acc_scrub, acc_scrub_half, acc_scrub_done;
    wire [ACC_LOG2-1:0] acc_scrub_entry;

    fcn_scrub #(.DEPTH_LOG2(ACC_LOG2 + 1)) u_scrub (
        .clk_i(clk_i), .scrub_i(scrub_i),
        .wr_en_o(acc_scrub), .wr_addr_o({acc_scrub_half, acc_scrub_entry}),
        .scrub_done_o(acc_scrub_done)
    );

    // Array and tags move while anything is inside, and long enough after a clear to be empty.
    localparam integer HOLD = LAST + 2;
    localparam integer HOLD_BITS = $clog2(HOLD + 1);
    reg [HOLD_BITS-1:0] hold_q;
    reg                 live;           // hold_q != 0
    wire                hold = clear_i || pix_valid || wgt_rd_en || acc_scrub;

    always @(posedge clk_i)
        if (hold) hold_q <= HOLD[HOLD_BITS-1:0];
        else if (live) hold_q <= hold_q - 1'b1;

    always @(posedge clk_i) live <= hold || hold_q[HOLD_BITS-1:1] != 0;

    assign scrub_done_o = wgt_scrub_done && acc_scrub_done && !live;

    // Nothing but flags says what is inside: what is empty may move as well.
    wire move = live || GATED == 0;

    wire [32*COLS-1:0] sum;

    fcn_array #(.ROWS(ROWS), .COLS(COLS)) u_array (
        .clk_i(clk_i), .en_i(move),
        .a_i(ifm_rd_data_i), .swap_i(swap_q[ENTER-1]),
        .w_i(wgt_data), .shift_i(shift_q[ENTER-1]), .first_i(first_q[ENTER-1]),
        .sum_o(sum)
    );

    // Tags on their way to the accumulators.
    wire [TAG-1:0] tag_issue = acc_scrub
        ? {2'b11, acc_scrub_half, acc_scrub_entry}
        : {pix_valid, pix_init, pix_half, pix_entry};

    genvar d;
    generate
        for (d = 1; d <= ACC; d = d + 1) begin : g_tag
            reg [TAG-1:0] tag_q;
            if (d == 1) begin : g_first
                always @(posedge clk_i) if (move || pix_valid || acc_scrub) tag_q <= tag_issue;
            end else begin : g_next
                always @(posedge clk_i) if (move) tag_q <= g_tag[d-1].tag_q;
            end
        end
    endgenerate

    // The last pixel of a command, on its way to the last column's write.
    reg [LAST:1] last_q;

    always @(posedge clk_i)
        if (clear_i) last_q <= {LAST{1'b0}};
        else last_q <= {last_q[LAST-1:1], pix_valid && pix_last};

    assign done_o   = last_q[LAST];
    assign active_o = g_tag[ENTER].tag_q[TAG-1] && !scrub_i;
    assign busy_o   = pix_busy || last_q != 0;

    // Accumulators.
    genvar c;
    generate
        for (c = 0; c < COLS; c = c + 1) begin : g_acc
            wire [TAG-1:0] tag_left;
            wire [TAG-1:0] tag_right;

            if (c == 0) begin : g_first
                assign tag_left = g_tag[ACC].tag_q;
            end else begin : g_next
                assign tag_left = g_acc[c-1].tag_right;
            end

            fcn_acc #(.ACC_LOG2(ACC_LOG2), .GATED(GATED)) u_acc (
                .clk_i(clk_i), .en_i(move),
                .tag_i(tag_left), .tag_o(tag_right),
                .sum_i(sum[32*c+:32]), .zero_i(scrub_i),
                .post_i({post_rd_en_i, post_rd_half_i, post_rd_entry_i}),
                .post_data_o(post_rd_data_o[32*c+:32])
            );
        end

        // No column is to the right of the last.
        wire unused = &{1'b0, g_acc[COLS-1].tag_right};
    endgenerate

endmodule

`default_nettype wire
