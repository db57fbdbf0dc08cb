// SPDX-License-Identifier: Apache-2.0
//
// fcn_conv_pix: walks over the tiles and pixels of CONV commands, one pixel a cycle.
//
// Each pixel is a read of the IFM buffer and a tag that follows the vector through the array: the
// accumulator entry and what to do with it.  The first pixel of a tile waits until the shadow
// registers hold the tile's weights.  It also waits, at most three cycles, while one of the last three
// pixels is still on its way to the same accumulator entry; that happens where a tile's first entry
// is next to the end of the tile before it (KEEP chains, and entries that wrap).  Within a tile,
// entries are consecutive and a half has more than three.
//
// There are five loops, from fast to slow: X, Y, K0, K1, K2.  Every loop remembers the address at
// which its turn began.  A step of loop i is made when all faster loops are at their end; it adds
// the loop's pitch to its address, and this is where the faster ones begin again.
//
// IFM_LOG2  address bits of the IFM buffer, at most 24
// ACC_LOG2  entry bits of an accumulator half, 2..12
`default_nettype none

module fcn_conv_pix #(
    parameter integer IFM_LOG2 = 17,
    parameter integer ACC_LOG2 = 9
) (
    input  wire                clk_i,
    input  wire                clear_i,         // forget everything
    // Commands; up to two wait.
    input  wire                cmd_valid_i,
    output wire                cmd_ready_o,
    input  wire [511:0]        cmd_i,
    // The array's shadow registers.
    input  wire                full_i,          // they hold the next tile
    output wire                swap_o,          // this pixel is the first of the next tile
    // A pixel: IFM read and tag.
    output wire                pix_valid_o,
    output wire [IFM_LOG2-1:0] pix_addr_o,
    output wire                pix_last_o,      // of its command
    output wire                pix_init_o,      // overwrite the entry
    output wire                pix_half_o,
    output wire [ACC_LOG2-1:0] pix_entry_o,
    // State, for counters.
    output wire                wait_wgt_o,      // a pixel waits for weights
    output wire                busy_o           // there is a command
);

    `include "fcn_defs.vh"

    // Waiting commands, reduced to the bits that are used.
    localparam integer LOOPS = 5;
    localparam integer WIDTH = (LOOPS + 1) * IFM_LOG2 + 2 * 12 + 3 * 8 + ACC_LOG2 + 2;

    wire [WIDTH-1:0] cmd = {
        cmd_i[FCN_CONV_IFM_LSB+:IFM_LOG2],
        cmd_i[FCN_CONV_K2_PITCH_LSB+:IFM_LOG2],
        cmd_i[FCN_CONV_K1_PITCH_LSB+:IFM_LOG2],
        cmd_i[FCN_CONV_K0_PITCH_LSB+:IFM_LOG2],
        cmd_i[FCN_CONV_Y_PITCH_LSB+:IFM_LOG2],
        cmd_i[FCN_CONV_X_PITCH_LSB+:IFM_LOG2],
        cmd_i[FCN_CONV_K2_N_LSB+:8],
        cmd_i[FCN_CONV_K1_N_LSB+:8],
        cmd_i[FCN_CONV_K0_N_LSB+:8],
        cmd_i[FCN_CONV_Y_N_LSB+:12],
        cmd_i[FCN_CONV_X_N_LSB+:12],
        cmd_i[FCN_CONV_ACC_LSB+:ACC_LOG2],
        cmd_i[FCN_CONV_HALF_LSB],
        cmd_i[FCN_CONV_KEEP_LSB]
    };
    wire             next_valid;
    wire             next_take;
    wire [1:0]       next_n;

    wire [IFM_LOG2-1:0] next_ifm, next_k2_pitch, next_k1_pitch, next_k0_pitch, next_y_pitch, next_x_pitch;
    wire [7:0]          next_k2_n, next_k1_n, next_k0_n;
    wire [11:0]         next_y_n, next_x_n;
    wire [ACC_LOG2-1:0] next_acc;
    wire                next_half;
    wire                next_keep;

    fcn_fifo #(.WIDTH(WIDTH), .DEPTH_LOG2(1)) u_next (
        .clk_i(clk_i), .rst_i(clear_i),
        .wr_valid_i(cmd_valid_i), .wr_ready_o(cmd_ready_o), .wr_data_i(cmd),
        .rd_valid_o(next_valid), .rd_ready_i(next_take),
        .rd_data_o({next_ifm, next_k2_pitch, next_k1_pitch, next_k0_pitch, next_y_pitch, next_x_pitch,
                    next_k2_n, next_k1_n, next_k0_n, next_y_n, next_x_n,
                    next_acc, next_half, next_keep}),
        .count_o(next_n)
    );

    // Constants of the command that runs.
    reg [IFM_LOG2-1:0] x_pitch_q, y_pitch_q, k0_pitch_q, k1_pitch_q, k2_pitch_q;
    reg [11:0]         x_n_q, y_n_q;
    reg [7:0]          k0_n_q, k1_n_q;
    reg [ACC_LOG2-1:0] acc_q;
    reg                half_q;

    always @(posedge clk_i)
        if (next_take) begin
            x_pitch_q  <= next_x_pitch;
            y_pitch_q  <= next_y_pitch;
            k0_pitch_q <= next_k0_pitch;
            k1_pitch_q <= next_k1_pitch;
            k2_pitch_q <= next_k2_pitch;
            x_n_q      <= next_x_n;
            y_n_q      <= next_y_n;
            k0_n_q     <= next_k0_n;
            k1_n_q     <= next_k1_n;
            acc_q      <= next_acc;
            half_q     <= next_half;
        end

    // Its loops: turns that are left, and addresses.
    reg                run_q;
    reg                first_q;     // first pixel of a tile
    reg                init_q;      // first tile of a command without KEEP
    reg [ACC_LOG2-1:0] entry_q;
    reg [11:0]         x_q, y_q;
    reg [7:0]          k0_q, k1_q, k2_q;
    reg [IFM_LOG2-1:0] x_addr_q, y_addr_q, k0_addr_q, k1_addr_q, k2_addr_q;

    // A loop is at its last turn: 0 is left.  Known a cycle ahead, as is whether it has one turn only.
    reg x_end_q, y_end_q, k0_end_q, k1_end_q, k2_end_q;
    reg x_one_q, y_one_q, k0_one_q, k1_one_q;

    // A loop wraps when it and all faster ones are at their last turn.
    wire x_wrap = x_end_q;
    reg  y_wrap, k0_wrap, k1_wrap, k2_wrap;

    reg  recent_q;      // one of the last three pixels had the half and the entry of a tile's first
    wire step = run_q && (!first_q || (full_i && (init_q || !recent_q)));
    wire cmd_end = step && k2_wrap;

    assign next_take = next_valid && (!run_q || cmd_end);

    wire [IFM_LOG2-1:0] step_from  = k1_wrap ? k2_addr_q  : k0_wrap ? k1_addr_q  :
                                     y_wrap  ? k0_addr_q  : x_wrap  ? y_addr_q   : x_addr_q;
    wire [IFM_LOG2-1:0] step_pitch = k1_wrap ? k2_pitch_q : k0_wrap ? k1_pitch_q :
                                     y_wrap  ? k0_pitch_q : x_wrap  ? y_pitch_q  : x_pitch_q;
    wire [IFM_LOG2-1:0] step_to = step_from + step_pitch;

    always @(posedge clk_i)
        if (clear_i) run_q <= 1'b0;
        else run_q <= next_take || (run_q && !cmd_end);

    always @(posedge clk_i)
        if (next_take) begin
            first_q <= 1'b1;
            init_q  <= !next_keep;
            entry_q <= next_acc;
        end else if (step) begin
            first_q <= y_wrap;
            init_q  <= init_q && !y_wrap;
            entry_q <= y_wrap ? acc_q : entry_q + 1'b1;
        end

    always @(posedge clk_i)
        if (next_take) begin
            x_q  <= next_x_n;
            y_q  <= next_y_n;
            k0_q <= next_k0_n;
            k1_q <= next_k1_n;
            k2_q <= next_k2_n;
        end else if (step) begin
            x_q <= x_wrap ? x_n_q : x_q - 1'b1;
            if (x_wrap) y_q <= y_wrap ? y_n_q : y_q - 1'b1;
            if (y_wrap) k0_q <= k0_wrap ? k0_n_q : k0_q - 1'b1;
            if (k0_wrap) k1_q <= k1_wrap ? k1_n_q : k1_q - 1'b1;
            if (k1_wrap) k2_q <= k2_q - 1'b1;
        end

    // The flags of the next pixel.
    wire x_one  = next_x_n == 12'd0;
    wire y_one  = next_y_n == 12'd0;
    wire k0_one = next_k0_n == 8'd0;
    wire k1_one = next_k1_n == 8'd0;

    wire x_end_d  = next_take ? x_one : x_wrap ? x_one_q : x_q == 12'd1;
    wire y_end_d  = next_take ? y_one : !x_wrap ? y_end_q : y_wrap ? y_one_q : y_q == 12'd1;
    wire k0_end_d = next_take ? k0_one : !y_wrap ? k0_end_q : k0_wrap ? k0_one_q : k0_q == 8'd1;
    wire k1_end_d = next_take ? k1_one : !k0_wrap ? k1_end_q : k1_wrap ? k1_one_q : k1_q == 8'd1;
    wire k2_end_d = next_take ? next_k2_n == 8'd0 : k1_wrap ? k2_q == 8'd1 : k2_end_q;

    always @(posedge clk_i)
        if (next_take) begin
            x_one_q  <= x_one;
            y_one_q  <= y_one;
            k0_one_q <= k0_one;
            k1_one_q <= k1_one;
        end

    always @(posedge clk_i)
        if (next_take || step) begin
            x_end_q  <= x_end_d;
            y_end_q  <= y_end_d;
            k0_end_q <= k0_end_d;
            k1_end_q <= k1_end_d;
            k2_end_q <= k2_end_d;
            y_wrap   <= x_end_d && y_end_d;
            k0_wrap  <= x_end_d && y_end_d && k0_end_d;
            k1_wrap  <= x_end_d && y_end_d && k0_end_d && k1_end_d;
            k2_wrap  <= x_end_d && y_end_d && k0_end_d && k1_end_d && k2_end_d;
        end

    // Every tile of a command begins with the entry acc_q, the next command's first with next_acc.  Whether
    // that is one of the last three entries in the next cycle is found out in this one, from the pixel of this
    // cycle and the two before it.
    reg              last_q, second_q;      // there was a pixel one, two cycles ago
    reg [ACC_LOG2:0] last_entry_q, second_entry_q;
    wire [ACC_LOG2:0] this_entry  = {half_q, entry_q};
    wire [ACC_LOG2:0] tile_entry  = {half_q, acc_q};
    wire [ACC_LOG2:0] start_entry = {next_half, next_acc};

    always @(posedge clk_i) begin
        last_q   <= step;
        second_q <= last_q;
    end
    always @(posedge clk_i)
        if (step || last_q) begin
            last_entry_q   <= this_entry;
            second_entry_q <= last_entry_q;
        end
    always @(posedge clk_i)
        if (next_take)
            recent_q <= (step && this_entry == start_entry) || (last_q && last_entry_q == start_entry)
                        || (second_q && second_entry_q == start_entry);
        else
            recent_q <= (step && this_entry == tile_entry) || (last_q && last_entry_q == tile_entry)
                        || (second_q && second_entry_q == tile_entry);

    always @(posedge clk_i)
        if (next_take) begin
            x_addr_q  <= next_ifm;
            y_addr_q  <= next_ifm;
            k0_addr_q <= next_ifm;
            k1_addr_q <= next_ifm;
            k2_addr_q <= next_ifm;
        end else if (step) begin
            x_addr_q <= step_to;
            if (x_wrap) y_addr_q <= step_to;
            if (y_wrap) k0_addr_q <= step_to;
            if (k0_wrap) k1_addr_q <= step_to;
            if (k1_wrap) k2_addr_q <= step_to;
        end

    assign swap_o      = step && first_q;
    assign pix_valid_o = step;
    assign pix_addr_o  = x_addr_q;
    assign pix_last_o  = k2_wrap;
    assign pix_init_o  = init_q;
    assign pix_half_o  = half_q;
    assign pix_entry_o = entry_q;
    assign wait_wgt_o  = run_q && first_q && !full_i;
    assign busy_o      = run_q || next_valid;

    // Most of the command is for others, or above the size of the buffers.
    wire unused = &{1'b0, cmd_i, next_n};

endmodule

`default_nettype wire
