// SPDX-License-Identifier: Apache-2.0
//
// fcn_conv_wgt: reads weight tiles for the array's shadow registers.
//
// The loader runs one tile ahead of the pixels, across the border of commands: a tile is read as
// soon as the one before it has been swapped into the array.  A tile takes ROWS cycles, line ROWS-1
// first.  Times are those of issue: a line issued in cycle t enters the array four cycles later, just
// as a pixel issued by fcn_conv_pix in cycle t does.
//
// ROWS  array rows, at least 8
// TILE  address bits of a tile in the weight buffer
`default_nettype none

module fcn_conv_wgt #(
    parameter integer ROWS = 16,
    parameter integer TILE = 8
) (
    input  wire                         clk_i,
    input  wire                         clear_i,        // forget everything
    // Commands; up to two wait.
    input  wire                         cmd_valid_i,
    output wire                         cmd_ready_o,
    input  wire [TILE-1:0]              cmd_tile_i,     // first tile
    input  wire [23:0]                  cmd_count_i,    // K2_N, K1_N, K0_N: loop turns, less 1
    // The array's shadow registers.
    output wire                         full_o,         // they hold the next tile
    input  wire                         swap_i,         // they are handed over in this cycle
    // Weight buffer.
    output wire                         rd_en_o,
    output wire                         rd_first_o,     // this is the first line of a tile
    output wire [TILE+$clog2(ROWS)-1:0] rd_line_o
);

    localparam integer LINE = $clog2(ROWS);

    // Waiting commands.
    wire            next_valid;
    wire            next_take;
    wire [TILE-1:0] next_tile;
    wire [23:0]     next_count;
    wire [1:0]      next_n;

    fcn_fifo #(.WIDTH(TILE + 24), .DEPTH_LOG2(1)) u_next (
        .clk_i(clk_i), .rst_i(clear_i),
        .wr_valid_i(cmd_valid_i), .wr_ready_o(cmd_ready_o), .wr_data_i({cmd_tile_i, cmd_count_i}),
        .rd_valid_o(next_valid), .rd_ready_i(next_take), .rd_data_o({next_tile, next_count}),
        .count_o(next_n)
    );

    // The command whose tiles are being read.  The turns of each loop count down.
    reg            run_q;
    reg [TILE-1:0] tile_q;
    reg [LINE-1:0] line_q;      // next line to read; ROWS-1 between tiles
    reg            loading_q;   // within a tile
    reg            full_q;
    reg [7:0]      k0_n_q;
    reg [7:0]      k1_n_q;
    reg [7:0]      k0_q;
    reg [7:0]      k1_q;
    reg [7:0]      k2_q;

    // A tile's last line is not its first: rd_en_o is high with it.
    wire tile_end = loading_q && line_q == 0;
    wire k0_end = k0_q == 0;
    wire k1_end = k1_q == 0;
    wire cmd_end = tile_end && k0_end && k1_end && k2_q == 0;

    assign rd_en_o    = loading_q || (run_q && (!full_q || swap_i));
    assign rd_first_o = !loading_q;
    assign rd_line_o  = {tile_q, line_q};
    assign full_o     = full_q;
    assign next_take  = next_valid && (!run_q || cmd_end);

    always @(posedge clk_i)
        if (clear_i) begin
            run_q     <= 1'b0;
            loading_q <= 1'b0;
            full_q    <= 1'b0;
            line_q    <= {LINE{1'b1}};
        end else begin
            run_q <= next_take || (run_q && !cmd_end);
            if (rd_en_o) begin
                loading_q <= !tile_end;
                line_q    <= line_q - 1'b1;
            end
            if (tile_end) full_q <= 1'b1;
            else if (swap_i) full_q <= 1'b0;
        end

    always @(posedge clk_i)
        if (next_take) begin
            tile_q <= next_tile;
            k0_n_q <= next_count[7:0];
            k1_n_q <= next_count[15:8];
            k0_q   <= next_count[7:0];
            k1_q   <= next_count[15:8];
            k2_q   <= next_count[23:16];
        end else if (tile_end) begin
            tile_q <= tile_q + 1'b1;
            k0_q   <= k0_end ? k0_n_q : k0_q - 1'b1;
            if (k0_end) k1_q <= k1_end ? k1_n_q : k1_q - 1'b1;
            if (k0_end && k1_end) k2_q <= k2_q - 1'b1;
        end

    wire unused = &{1'b0, next_n};

endmodule

`default_nettype wire
