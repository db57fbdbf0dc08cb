// SPDX-License-Identifier: Apache-2.0
//
// fcn_load_box: walks the padded box of a LOAD, one pixel per cycle.
//
// A pixel carries what landing it needs, its command's constants included, so that this walk may be
// in the next command while the pixel is still landing.  A command without chunks gives one item
// with pix_empty_o, which keeps its place in the order.
//
// Rows and columns are numbered as in theory-of-operation.md: 0 is the first that is read from
// memory, padding in front has negative numbers.
`default_nettype none

module fcn_load_box (
    input  wire         clk_i,
    input  wire         rst_i,
    // The next LOAD.
    input  wire         cmd_valid_i,
    output wire         cmd_ready_o,
    input  wire [23:0]  cmd_dst_i,
    input  wire [23:0]  cmd_dst_pitch_y_i,
    input  wire [23:0]  cmd_dst_pitch_x_i,
    input  wire [15:0]  cmd_rows_n_i,
    input  wire [15:0]  cmd_cols_n_i,
    input  wire [7:0]   cmd_pad_top_i,
    input  wire [7:0]   cmd_pad_bottom_i,
    input  wire [7:0]   cmd_pad_left_i,
    input  wire [7:0]   cmd_pad_right_i,
    input  wire [15:0]  cmd_run_i,
    input  wire [2:0]   cmd_px_i,
    input  wire [2:0]   cmd_space_i,
    input  wire [7:0]   cmd_pad_value_i,
    input  wire [3:0]   cmd_va_lane_i,      // VA modulo 16
    input  wire [3:0]   cmd_pitch_lane_i,   // PITCH_Y modulo 16
    // Pixels, in the order in which they land.
    output wire         pix_valid_o,
    input  wire         pix_ready_i,
    output wire         pix_empty_o,        // no pixel: the command has none
    output wire [23:0]  pix_addr_o,         // first byte in the buffer
    output wire         pix_inside_o,       // comes from memory; padding otherwise
    output wire [3:0]   pix_lane_o,         // its first byte in the beat
    output wire         pix_pop_o,          // no pixel behind it needs the beat of its last chunk
    output wire         pix_last_o,         // last item of the command
    output wire [15:0]  pix_run_o,          // bytes
    output wire [2:0]   pix_space_o,
    output wire [7:0]   pix_pad_value_o
);

    // ---- the next command, with what the walk compares its rows and columns with ----
    //
    // A comparison is made one step ahead: with the number in front of the one that is looked for.

    wire [17:0] y_last = {2'd0, cmd_rows_n_i} + {10'd0, cmd_pad_bottom_i} - 18'd1;  // -1: only padding in front
    wire [17:0] x_last = {2'd0, cmd_cols_n_i} + {10'd0, cmd_pad_right_i} - 18'd1;

    reg         next_valid_q;
    reg         next_empty_q;
    reg  [23:0] next_dst_q;
    reg  [23:0] next_pitch_y_q;
    reg  [23:0] next_pitch_x_q;
    reg  [7:0]  next_pad_top_q;
    reg  [7:0]  next_pad_left_q;
    reg  [17:0] next_y_last_q;
    reg  [17:0] next_x_last_q;
    reg  [15:0] next_rows_n_q;
    reg  [15:0] next_cols_n_q;
    reg  [15:0] next_run_q;
    reg  [2:0]  next_px_q;
    reg  [2:0]  next_space_q;
    reg  [7:0]  next_pad_value_q;
    reg  [3:0]  next_va_lane_q;
    reg  [3:0]  next_pitch_lane_q;

    wire next_ready;
    wire take = next_valid_q && next_ready;

    assign cmd_ready_o = !next_valid_q || next_ready;

    always @(posedge clk_i)
        if (rst_i) next_valid_q <= 1'b0;
        else if (cmd_ready_o) next_valid_q <= cmd_valid_i;

    always @(posedge clk_i)
        if (cmd_valid_i && cmd_ready_o) begin
            next_empty_q      <= cmd_run_i == 16'd0 || (y_last[17] && cmd_pad_top_i == 8'd0)
                                 || (x_last[17] && cmd_pad_left_i == 8'd0);
            next_dst_q        <= cmd_dst_i;
            next_pitch_y_q    <= cmd_dst_pitch_y_i;
            next_pitch_x_q    <= cmd_dst_pitch_x_i;
            next_pad_top_q    <= cmd_pad_top_i;
            next_pad_left_q   <= cmd_pad_left_i;
            next_y_last_q     <= y_last;
            next_x_last_q     <= x_last;
            next_rows_n_q     <= cmd_rows_n_i;
            next_cols_n_q     <= cmd_cols_n_i;
            next_run_q        <= cmd_run_i;
            next_px_q         <= cmd_px_i;
            next_space_q      <= cmd_space_i;
            next_pad_value_q  <= cmd_pad_value_i;
            next_va_lane_q    <= cmd_va_lane_i;
            next_pitch_lane_q <= cmd_pitch_lane_i;
        end

    // ---- the command that is walked ----

    reg         busy_q;
    reg         empty_q;
    reg  [23:0] pitch_y_q;
    reg  [23:0] pitch_x_q;
    reg  [17:0] x_first_q;      // two's complement, as all rows and columns here
    reg  [17:0] x_end_at_q;     // in front of the last column
    reg  [17:0] y_end_at_q;
    reg  [17:0] x_out_at_q;     // in front of the last column from memory
    reg  [17:0] y_out_at_q;
    reg         x_first_end_q;  // the first column is the last
    reg         x_first_in_q;   // ... comes from memory
    reg         x_first_out_q;  // ... is the last from memory
    reg         rows_some_q;    // there are rows, columns from memory
    reg         cols_some_q;
    reg  [15:0] run_q;
    reg  [2:0]  px_q;
    reg  [2:0]  space_q;
    reg  [7:0]  pad_value_q;
    reg  [3:0]  pitch_lane_q;
    // Where the walk is.
    reg  [17:0] x_q;
    reg  [17:0] y_q;
    reg         row_end;        // this is the last column
    reg         y_end_q;        // this is the last row
    reg         x_in;           // column, row come from memory
    reg         y_in;
    reg         x_out_q;        // the next column, row do not, if this one does
    reg         y_out_q;
    reg  [23:0] addr_q;
    reg  [23:0] row_addr_q;
    reg  [3:0]  lane_q;         // of the next pixel from memory
    reg  [3:0]  row_lane_q;     // of the first pixel of the next row from memory

    wire step    = busy_q && pix_ready_i;
    wire cmd_end = empty_q || (row_end && y_end_q);

    assign next_ready = !busy_q || (step && cmd_end);

    // A beat is used up by a wide chunk, by the narrow pixel at its end and at the end of a row.
    wire        wide      = px_q[2];
    wire [4:0]  next_lane = {1'b0, lane_q} + (5'd1 << px_q[1:0]);
    wire [3:0]  next_row_lane = row_lane_q + (y_in ? pitch_lane_q : 4'd0);

    wire [23:0] next_addr = (row_end ? row_addr_q : addr_q) + (row_end ? pitch_y_q : pitch_x_q);

    always @(posedge clk_i)
        if (rst_i) busy_q <= 1'b0;
        else if (next_ready) busy_q <= next_valid_q;

    wire x_first_end = next_x_last_q == -{10'd0, next_pad_left_q};
    wire x_first_in  = next_pad_left_q == 8'd0 && next_cols_n_q != 16'd0;
    wire x_first_out = next_pad_left_q == 8'd0 && next_cols_n_q == 16'd1;

    always @(posedge clk_i)
        if (take) begin
            empty_q       <= next_empty_q;
            pitch_y_q     <= next_pitch_y_q;
            pitch_x_q     <= next_pitch_x_q;
            x_first_q     <= -{10'd0, next_pad_left_q};
            x_end_at_q    <= next_x_last_q - 18'd1;
            y_end_at_q    <= next_y_last_q - 18'd1;
            x_out_at_q    <= {2'd0, next_cols_n_q} - 18'd2;
            y_out_at_q    <= {2'd0, next_rows_n_q} - 18'd2;
            x_first_end_q <= x_first_end;
            x_first_in_q  <= x_first_in;
            x_first_out_q <= x_first_out;
            rows_some_q   <= next_rows_n_q != 16'd0;
            cols_some_q   <= next_cols_n_q != 16'd0;
            run_q         <= next_run_q;
            px_q          <= next_px_q;
            space_q       <= next_space_q;
            pad_value_q   <= next_pad_value_q;
            pitch_lane_q  <= next_pitch_lane_q;
        end

    always @(posedge clk_i)
        if (take) begin
            x_q        <= -{10'd0, next_pad_left_q};
            row_end    <= x_first_end;
            x_in       <= x_first_in;
            x_out_q    <= x_first_out;
            addr_q     <= next_dst_q;
        end else if (step) begin
            x_q        <= row_end ? x_first_q : x_q + 18'd1;
            row_end    <= row_end ? x_first_end_q : x_q == x_end_at_q;
            x_in       <= row_end ? x_first_in_q : x_q == -18'd1 ? cols_some_q : x_in && !x_out_q;
            x_out_q    <= row_end ? x_first_out_q : x_q == x_out_at_q;
            addr_q     <= next_addr;
        end

    always @(posedge clk_i)
        if (take) begin
            y_q        <= -{10'd0, next_pad_top_q};
            y_end_q    <= next_y_last_q == -{10'd0, next_pad_top_q};
            y_in       <= next_pad_top_q == 8'd0 && next_rows_n_q != 16'd0;
            y_out_q    <= next_pad_top_q == 8'd0 && next_rows_n_q == 16'd1;
            row_addr_q <= next_dst_q;
        end else if (step && row_end) begin
            y_q        <= y_q + 18'd1;
            y_end_q    <= y_q == y_end_at_q;
            y_in       <= y_q == -18'd1 ? rows_some_q : y_in && !y_out_q;
            y_out_q    <= y_q == y_out_at_q;
            row_addr_q <= next_addr;
        end

    always @(posedge clk_i)
        if (take) begin
            lane_q     <= next_va_lane_q;
            row_lane_q <= next_va_lane_q;
        end else if (step && row_end) begin
            lane_q     <= next_row_lane;
            row_lane_q <= next_row_lane;
        end else if (step && x_in && !wide) begin
            lane_q     <= next_lane[3:0];
        end

    assign pix_valid_o     = busy_q;
    assign pix_empty_o     = empty_q;
    assign pix_addr_o      = addr_q;
    assign pix_inside_o    = y_in && x_in && !empty_q;
    assign pix_lane_o      = lane_q;
    assign pix_pop_o       = wide || next_lane[4] || x_out_q;
    assign pix_last_o      = cmd_end;
    assign pix_run_o       = run_q;
    assign pix_space_o     = space_q;
    assign pix_pad_value_o = pad_value_q;

endmodule

`default_nettype wire
