// SPDX-License-Identifier: Apache-2.0
//
// fcn_load_land: writes the pixels of fcn_load_box into the buffers, one chunk per cycle.
//
// A chunk of a pixel inside takes its bytes from the oldest beat of the receive buffer and, when no
// pixel behind it needs that beat, the beat as well.  A chunk of padding takes nothing.
`default_nettype none

module fcn_load_land (
    input  wire         clk_i,
    input  wire         rst_i,
    // Pixels in order; the ports are those of fcn_load_box.
    input  wire         pix_valid_i,
    output wire         pix_ready_o,
    input  wire         pix_empty_i,
    input  wire [23:0]  pix_addr_i,
    input  wire         pix_inside_i,
    input  wire [3:0]   pix_lane_i,
    input  wire         pix_pop_i,
    input  wire         pix_last_i,
    input  wire [15:0]  pix_run_i,
    input  wire [2:0]   pix_space_i,
    input  wire [7:0]   pix_pad_value_i,
    // Beats in order.
    input  wire         beat_valid_i,
    output wire         beat_ready_o,
    input  wire [127:0] beat_data_i,
    // Writes into the buffers.
    output wire [4:0]   ld_wr_valid_o,  // one bit per SPACE, at most one is set
    input  wire         ld_wr_ready_i,
    output wire [23:0]  ld_wr_addr_o,
    output wire [4:0]   ld_wr_len_o,    // bytes: 1..16
    output wire [127:0] ld_wr_data_o,   // bytes at and above the length are 0
    // A pulse per command, the cycle after its last write was taken.
    output wire         done_o,
    // Level: a chunk waits for memory and nothing is there to be written.
    output wire         wait_o
);

    // The pixel, from the next chunk on.
    reg         pix_valid_q;
    reg  [23:0] addr_q;
    reg  [15:0] left_q;         // bytes
    reg         end_q;          // this is its last chunk: 16 bytes or less are left
    reg         inside_q;
    reg  [3:0]  lane_q;
    reg         pop_q;
    reg         last_q;
    reg  [4:0]  space_q;        // one bit per SPACE, none for an empty command
    reg  [7:0]  pad_value_q;

    // The write on its way to the buffers.
    reg          wr_some_q;     // there is one, or the end of a command
    reg  [4:0]   wr_space_q;
    reg  [23:0]  wr_addr_q;
    reg  [4:0]   wr_len_q;
    reg  [127:0] wr_data_q;
    reg          wr_last_q;     // the command is done with this write (or with none)
    reg          done_q;

    wire         wr_room;
    wire         wr_stall  = wr_some_q && !wr_room;
    wire         have_data = !inside_q || beat_valid_i;
    wire         step      = pix_valid_q && have_data && !wr_stall;
    wire         pix_take  = pix_valid_i && pix_ready_o;
    wire [4:0]   len       = end_q ? left_q[4:0] : 5'd16;

    assign pix_ready_o  = !pix_valid_q || (step && end_q);
    assign beat_ready_o = step && inside_q && pop_q;

    always @(posedge clk_i)
        if (rst_i) pix_valid_q <= 1'b0;
        else if (pix_ready_o) pix_valid_q <= pix_valid_i;

    always @(posedge clk_i)
        if (pix_take) begin
            inside_q    <= pix_inside_i;
            lane_q      <= pix_lane_i;
            pop_q       <= pix_pop_i;
            last_q      <= pix_last_i;
            space_q     <= pix_empty_i ? 5'd0 : 5'd1 << pix_space_i;
            pad_value_q <= pix_pad_value_i;
        end

    always @(posedge clk_i)
        if (pix_take) begin
            addr_q <= pix_addr_i;
            left_q <= pix_run_i;
            end_q  <= pix_run_i <= 16'd16;
        end else if (step) begin
            addr_q <= addr_q + 24'd16;
            left_q <= left_q - 16'd16;
            end_q  <= left_q <= 16'd32;
        end

    // The first n bytes from the lane on, 0 behind them.  A function: a simulator works it out
    // for the chunks alone.
    function [127:0] chunk(input [127:0] bytes, input [3:0] lane, input [4:0] n);
        integer i;
        begin
            chunk = bytes >> {lane, 3'd0};
            for (i = 0; i < 16; i = i + 1)
                if (i >= {27'd0, n}) chunk[8*i+:8] = 8'd0;
        end
    endfunction

    always @(posedge clk_i)
        if (rst_i) wr_some_q <= 1'b0;
        else if (!wr_stall) wr_some_q <= step;

    always @(posedge clk_i)
        if (step) begin
            wr_space_q <= space_q;
            wr_last_q  <= end_q && last_q;
        end

    // Also when the beat is not there yet: then nobody looks.
    always @(posedge clk_i)
        if (pix_valid_q && !wr_stall) begin
            wr_addr_q <= addr_q;
            wr_len_q  <= len;
            // Bytes of padding are all equal, and any pixel fits behind the lane.
            wr_data_q <= chunk(inside_q ? beat_data_i : {16{pad_value_q}}, lane_q, len);
        end

    // The write that the buffers see.
    wire         out_valid;
    wire [4:0]   out_space;
    wire         out_last;
    wire         out_taken = out_valid && (out_space == 5'd0 || ld_wr_ready_i);

    fcn_slice #(.WIDTH(163)) u_out (
        .clk_i      (clk_i),
        .rst_i      (rst_i),
        .wr_valid_i (wr_some_q),
        .wr_ready_o (wr_room),
        .wr_data_i  ({wr_space_q, wr_last_q, wr_addr_q, wr_len_q, wr_data_q}),
        .rd_valid_o (out_valid),
        .rd_ready_i (out_taken),
        .rd_data_o  ({out_space, out_last, ld_wr_addr_o, ld_wr_len_o, ld_wr_data_o})
    );

    always @(posedge clk_i)
        if (rst_i) done_q <= 1'b0;
        else done_q <= out_taken && out_last;

    assign ld_wr_valid_o = out_space & {5{out_valid}};
    assign done_o        = done_q;
    assign wait_o        = pix_valid_q && !have_data && !wr_some_q && !out_valid;

endmodule

`default_nettype wire
