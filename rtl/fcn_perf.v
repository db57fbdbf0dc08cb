// SPDX-License-Identifier: Apache-2.0
//
// fcn_perf: the performance counters of a job and the record that they become.
//
// The record is one burst of 8 beats, two 64-bit numbers each; the numbers and their order are in
// Documentation/theory-of-operation.md.  The stalls of CONV (3..7) count in cycles in which the array
// takes no pixel, each cycle under one cause.
`default_nettype none

module fcn_perf (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,            // give the record up
    input  wire         start_i,            // pulse: a job starts, all counters are 0
    input  wire         run_i,              // level: count

    // What happens in a cycle.
    input  wire         conv_active_i,      // the array takes a pixel
    input  wire         conv_wait_wgt_i,    // CONV waits for weights to move into the array
    input  wire         conv_busy_i,        // CONV has work in it
    input  wire         conv_head_i,        // CONV has a command that has not started
    input  wire [3:0]   conv_missing_i,     // tokens that it waits for; bit e: from engine e
    input  wire         post_active_i,      // POST finishes outputs
    input  wire         load_beat_i,        // LOAD receives a beat
    input  wire         load_wait_i,        // LOAD waits for memory with nothing to write
    input  wire         store_beat_i,       // STORE hands over a beat
    input  wire         store_wait_i,       // STORE has one that memory does not take
    input  wire         miss_i,             // a translation misses the TLB
    input  wire         walk_beat_i,        // a beat of a page table arrives
    input  wire [3:0]   start_cmd_i,        // engines whose command starts

    // The record.
    input  wire         rec_start_i,        // pulse: write it
    input  wire [31:0]  rec_seqno_i,
    output wire         wr_valid_o,         // beats of its burst
    input  wire         wr_ready_i,
    output wire [127:0] wr_data_o,
    output wire         wr_last_o
);

    `include "fcn_defs.vh"

    localparam integer W = 48;              // bits that are kept: 32 days at 100 MHz

    // ---- counters ----

    // Events, start, run and the record's start are all a cycle old, so that the numbers stay the same.
    reg start_q, run_q, rec_start_q;
    always @(posedge clk_i) begin
        start_q     <= start_i;
        run_q       <= run_i;
        rec_start_q <= rec_start_i && !rst_i && !clear_i;
    end

    wire stall    = conv_head_i && !conv_active_i && !conv_wait_wgt_i;
    wire for_load = conv_missing_i[FCN_ENG_LOAD];
    wire for_post = conv_missing_i[FCN_ENG_POST];

    wire [15:1] step;
    reg  [15:1] step_q;
    always @(posedge clk_i) if (run_i) step_q <= step;
    assign step[1]  = 1'b1;
    assign step[2]  = conv_active_i;
    assign step[3]  = stall && for_load;
    assign step[4]  = stall && !for_load && for_post;
    assign step[5]  = stall && !for_load && !for_post;
    assign step[6]  = !conv_head_i && !conv_busy_i;
    assign step[7]  = conv_wait_wgt_i && !conv_active_i;
    assign step[8]  = post_active_i;
    assign step[9]  = load_beat_i;
    assign step[10] = store_beat_i;
    assign step[11] = miss_i;
    assign step[12] = walk_beat_i;
    assign step[13] = start_cmd_i != 4'd0;
    assign step[14] = load_wait_i;
    assign step[15] = store_wait_i;

    // Several commands may start in a cycle; every other step is one.
    wire [2:0] starts = {2'd0, start_cmd_i[0]} + {2'd0, start_cmd_i[1]}
                        + {2'd0, start_cmd_i[2]} + {2'd0, start_cmd_i[3]};
    reg  [2:0] starts_q;
    always @(posedge clk_i) if (run_i) starts_q <= starts;

    // The record's numbers.
    wire [1023:0] numbers;
    assign numbers[63:0] = {32'd1, rec_seqno_i};

    genvar n;
    generate
        for (n = 1; n < 16; n = n + 1) begin : g_count
            reg [W-1:0] count_q;
            always @(posedge clk_i)
                if (start_q) count_q <= {W{1'b0}};
                else if (run_q && step_q[n])
                    count_q <= count_q + (n == 13 ? {{W-3{1'b0}}, starts_q} : {{W-1{1'b0}}, 1'b1});
            assign numbers[64*n+:64] = {{64-W{1'b0}}, count_q};
        end
    endgenerate

    // ---- record ----

    reg       active_q;                     // the record is being written
    reg [2:0] beat_q;

    always @(posedge clk_i)
        if (rst_i || clear_i) active_q <= 1'b0;
        else if (rec_start_q) active_q <= 1'b1;
        else if (wr_ready_i && wr_last_o) active_q <= 1'b0;

    always @(posedge clk_i)
        if (rec_start_q) beat_q <= 3'd0;
        else if (active_q && wr_ready_i) beat_q <= beat_q + 3'd1;

    assign wr_valid_o = active_q;
    assign wr_last_o  = beat_q == 3'd7;

    assign wr_data_o  = numbers[128*beat_q+:128];

endmodule

`default_nettype wire
