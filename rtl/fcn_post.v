// SPDX-License-Identifier: Apache-2.0
//
// fcn_post: the POST engine.
//
// fcn_post_next starts a command, fcn_post_loop makes its steps, and LANES of fcn_post_lane turn the
// accumulators into bytes.  This module keeps the time: it knows what is where in the pipeline.
// Counted from the cycle in which an accumulator read is asked for (the step):
//
//      0   step: accumulator read               12  table read
//      2   accumulators here, bias added        14  clamp, then maximum (20 with a residual)
//      7   multiplied by scale                  14  residual, 6 cycles
//     10   OFM residual read                    17  write (23 with a residual)
//     11   zero point
//
// One step is one group of LANES columns of one window element; one step a cycle, without a bubble
// between pixels, rows and commands (see fcn_post_next for its two exceptions).
//
// COLS       columns of the array: 8, 16 or 32
// LANES      values a cycle: a power of two that divides COLS, at most 16
// ACC_LOG2   base-2 logarithm of the entries of an accumulator half, at most 12
// PAR_LOG2   base-2 logarithm of the parameter buffer's bytes
`default_nettype none

module fcn_post #(
    parameter integer COLS = 16,
    parameter integer LANES = 16,
    parameter integer ACC_LOG2 = 9,
    parameter integer PAR_LOG2 = 13,
    parameter integer GATED = 1     // see fcn_core
) (
    input  wire                clk_i,
    input  wire                rst_i,
    // Engine interface.
    input  wire                clear_i,
    input  wire                cmd_valid_i,
    output wire                cmd_ready_o,
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [511:0]        cmd_i,           // the common fields are the dispatcher's business
    /* verilator lint_on UNUSEDSIGNAL */
    output wire                done_o,
    output wire                active_o,        // outputs were finished in this cycle
    // Accumulators: all columns of an entry, two cycles behind the enable.
    output wire                acc_rd_en_o,
    output wire                acc_rd_half_o,
    output wire [ACC_LOG2-1:0] acc_rd_entry_o,
    input  wire [32*COLS-1:0]  acc_rd_data_i,
    // OFM buffer, residual operand: 16 bytes from any byte on, four cycles behind the enable.
    output wire                post_rd_valid_o,
    output wire [23:0]         post_rd_addr_o,
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [127:0]        post_rd_data_i,  // LANES bytes are used
    /* verilator lint_on UNUSEDSIGNAL */
    // OFM buffer, output: never waits.
    output wire                post_wr_valid_o,
    output wire [23:0]         post_wr_addr_o,
    output wire [4:0]          post_wr_len_o,   // bytes, 1..LANES
    output wire [127:0]        post_wr_data_o,
    // LOAD's writes to parameters and tables: 16 bytes at a multiple of 16.
    input  wire                par_wr_en_i,
    input  wire [23:0]         par_wr_addr_i,
    input  wire                tab_wr_en_i,
    input  wire [23:0]         tab_wr_addr_i,
    input  wire [127:0]        wr_data_i,
    // Scrub of both: level, while the engine is idle and LOAD does not write.
    input  wire                scrub_i,
    output wire                scrub_done_o
);

`include "fcn_defs.vh"

    localparam integer GROUPS = COLS / LANES;
    localparam integer GROUP_W = GROUPS > 1 ? $clog2(GROUPS) : 1;

    // Places in the pipeline (see above).
    localparam integer T_ACC = 2;
    localparam integer T_SCALE = 7;
    localparam integer T_ZP = 11;
    localparam integer T_RES_READ = 10;
    localparam integer T_TABLE = 12;
    localparam integer T_CLAMP = 14;
    localparam integer T_MAX = 15;
    localparam integer T_WRITE = 16;        // the write leaves a cycle later
    localparam integer RES_CYCLES = 6;      // what a residual adds
    localparam integer T_END = T_WRITE + RES_CYCLES;

    wire rst = rst_i || clear_i;

    // ---- commands
    wire          start;
    wire [447:32] cmd;
    wire          fetch;
    wire [15:0]   fetch_par;
    wire          col_valid;
    wire          col_last;
    wire [3:0]    col_pair;
    wire [127:0]  col_data;
    wire          take_scale;
    wire          loop_free;
    wire          pipe_empty;
    wire          tab_busy;

    fcn_post_next u_next (
        .clk_i(clk_i), .rst_i(rst),
        .cmd_valid_i(cmd_valid_i), .cmd_ready_o(cmd_ready_o), .cmd_i(cmd_i[447:32]),
        .fetch_o(fetch), .fetch_par_o(fetch_par),
        .fetched_i(col_valid && col_last), .taken_i(cmd_first_q[T_SCALE-1]),
        .loop_free_i(loop_free), .pipe_empty_i(pipe_empty), .tab_busy_i(tab_busy),
        .start_o(start), .cmd_o(cmd)
    );

    // ---- parameters and tables
    wire       par_scrub_done;
    wire       tab_scrub_done;
    wire       copy_en;
    wire [8:0] copy_addr;
    wire [7:0] copy_data;

    fcn_post_par #(
        .COLS(COLS), .PAR_LOG2(PAR_LOG2)
    ) u_par (
        .clk_i(clk_i), .rst_i(rst),
        .wr_en_i(par_wr_en_i), .wr_addr_i(par_wr_addr_i), .wr_data_i(wr_data_i),
        .scrub_i(scrub_i), .scrub_done_o(par_scrub_done),
        .fetch_i(fetch), .fetch_par_i(fetch_par),
        .col_valid_o(col_valid), .col_last_o(col_last),
        .col_pair_o(col_pair), .col_data_o(col_data)
    );

    // Not cleared by clear_i: what LOAD has written stays.
    fcn_post_tab u_tab (
        .clk_i(clk_i), .rst_i(rst_i),
        .wr_en_i(tab_wr_en_i), .wr_addr_i(tab_wr_addr_i), .wr_data_i(wr_data_i),
        .scrub_i(scrub_i), .scrub_done_o(tab_scrub_done),
        .busy_o(tab_busy), .copy_en_o(copy_en), .copy_addr_o(copy_addr), .copy_data_o(copy_data)
    );

    assign scrub_done_o = par_scrub_done && tab_scrub_done;

    // ---- steps
    wire               step;
    wire               step_cmd_first, step_cmd_last;
    wire               step_win_first, step_win_last;
    wire [GROUP_W-1:0] step_group;
    wire [23:0]        step_ofm, step_res;
    wire [4:0]         step_len;

    fcn_post_loop #(
        .LANES(LANES), .GROUP_W(GROUP_W), .ACC_LOG2(ACC_LOG2)
    ) u_loop (
        .clk_i(clk_i), .rst_i(rst),
        .start_i(start), .cmd_i(cmd[351:32]), .free_o(loop_free),
        .step_o(step), .cmd_first_o(step_cmd_first), .cmd_last_o(step_cmd_last),
        .win_first_o(step_win_first), .win_last_o(step_win_last),
        .group_o(step_group), .half_o(acc_rd_half_o), .entry_o(acc_rd_entry_o),
        .ofm_o(step_ofm), .res_o(step_res), .len_o(step_len)
    );

    assign acc_rd_en_o = step;

    // ---- flags that travel with a step; bit k is the step of k cycles ago
    reg [T_END:1]     valid_q;
    reg [T_END:1]     cmd_last_q;
    reg [T_END:1]     win_last_q;
    reg [T_END-1:1]   win_first_q;
    reg [T_CLAMP-1:1] cmd_first_q;

    always @(posedge clk_i)
        if (rst) valid_q <= {T_END{1'b0}};
        else valid_q <= {valid_q[T_END-1:1], step};

    // The other flags are low without a step.
    always @(posedge clk_i)
        if (rst) begin
            cmd_first_q <= {T_CLAMP-1{1'b0}};
            cmd_last_q  <= {T_END{1'b0}};
            win_first_q <= {T_END-1{1'b0}};
            win_last_q  <= {T_END{1'b0}};
        end else begin
            cmd_first_q <= {cmd_first_q[T_CLAMP-2:1], step_cmd_first};
            cmd_last_q  <= {cmd_last_q[T_END-1:1], step && step_cmd_last};
            win_first_q <= {win_first_q[T_END-2:1], step && step_win_first};
            win_last_q  <= {win_last_q[T_END-1:1], step && step_win_last};
        end

    // Late is safe: it only lets a command start.
    reg pipe_empty_q;
    always @(posedge clk_i) pipe_empty_q <= !step && !start && valid_q == {T_END{1'b0}};
    assign pipe_empty = pipe_empty_q;
    assign take_scale = cmd_first_q[T_SCALE-2];

    reg [GROUP_W*(T_SCALE-1)-1:0] group_q;      // the newest in the lowest bits
    always @(posedge clk_i)
        if (step || valid_q[T_SCALE-2:1] != {T_SCALE-2{1'b0}})
            group_q <= {group_q[GROUP_W*(T_SCALE-2)-1:0], step_group};

    // Clock enables of the two long pipelines: a value will be inside in the next cycle.
    reg requant_run_q;
    reg res_run_q;
    wire res_en;
    always @(posedge clk_i) requant_run_q <= valid_q[T_ZP-1:T_ACC-1] != {T_ZP-T_ACC+1{1'b0}};
    always @(posedge clk_i)
        res_run_q <= res_en && valid_q[T_CLAMP+RES_CYCLES-2:T_CLAMP-1] != {RES_CYCLES{1'b0}};

    // ---- fields that are used behind the loops
    wire [7:0]  zp, min, max, res_za, res_zb, res_zo;
    wire        table_en, table_sel;
    wire [30:0] res_mul_a, res_mul_b;
    wire [5:0]  res_shift;
    wire [38:0] res_mask;

    fcn_post_cfg u_cfg (
        .clk_i(clk_i), .start_i(start), .cmd_i(cmd[447:256]),
        .take_zp_i(cmd_first_q[T_ZP-1]),
        .take_table_i(cmd_first_q[T_TABLE-1]),
        .take_clamp_i(cmd_first_q[T_CLAMP-1]),
        .zp_o(zp), .table_en_o(table_en), .table_o(table_sel), .min_o(min), .max_o(max),
        .res_en_o(res_en), .res_mul_a_o(res_mul_a), .res_mul_b_o(res_mul_b),
        .res_shift_o(res_shift), .res_mask_o(res_mask),
        .res_za_o(res_za), .res_zb_o(res_zb), .res_zo_o(res_zo)
    );

    reg select_table_q;
    always @(posedge clk_i) if (valid_q[T_TABLE]) select_table_q <= table_en;

    // ---- addresses wait for their values; there are never more of them than cycles in between
    // res_en only changes while the pipeline is empty.
    reg wr_valid;
    always @(posedge clk_i)
        if (rst) wr_valid <= 1'b0;
        else wr_valid <= res_en ? valid_q[T_END-1] && win_last_q[T_END-1]
                                : valid_q[T_WRITE-1] && win_last_q[T_WRITE-1];

    reg rd_valid;
    always @(posedge clk_i) rd_valid <= res_en && valid_q[T_RES_READ-1] && !rst;

    assign post_rd_valid_o = rd_valid;

    // The write, away from the FIFO and the lanes.
    reg         wr_valid_q;
    reg [23:0]  wr_addr_q;
    reg [4:0]   wr_len_q;
    reg [127:0] wr_data_q;
    wire [23:0]  wr_addr;
    wire [4:0]   wr_len;
    wire [127:0] wr_data;
    always @(posedge clk_i) wr_valid_q <= wr_valid && !rst;
    always @(posedge clk_i)
        if (wr_valid) begin
            wr_addr_q <= wr_addr;
            wr_len_q  <= wr_len;
            wr_data_q <= wr_data;
        end

    assign post_wr_valid_o = wr_valid_q;
    assign post_wr_addr_o  = wr_addr_q;
    assign post_wr_len_o   = wr_len_q;
    assign post_wr_data_o  = wr_data_q;
    assign active_o        = wr_valid_q;

    // The FIFOs' fill is known from valid_q.
    /* verilator lint_off PINCONNECTEMPTY */
    fcn_fifo #(
        .WIDTH(24), .DEPTH_LOG2(4)
    ) u_res_addr (
        .clk_i(clk_i), .rst_i(rst),
        .wr_valid_i(step && res_en), .wr_ready_o(), .wr_data_i(step_res),
        .rd_valid_o(), .rd_ready_i(post_rd_valid_o), .rd_data_o(post_rd_addr_o), .count_o()
    );

    fcn_fifo #(
        .WIDTH(29), .DEPTH_LOG2(5)
    ) u_wr_addr (
        .clk_i(clk_i), .rst_i(rst),
        .wr_valid_i(step && step_win_last), .wr_ready_o(), .wr_data_i({step_len, step_ofm}),
        .rd_valid_o(), .rd_ready_i(wr_valid), .rd_data_o({wr_len, wr_addr}),
        .count_o()
    );
    /* verilator lint_on PINCONNECTEMPTY */

    // ---- lanes
    wire clamp_en = res_en ? valid_q[T_END-2] : valid_q[T_CLAMP];
    wire max_en = res_en ? valid_q[T_END-1] : valid_q[T_MAX];
    wire max_first = res_en ? win_first_q[T_END-1] : win_first_q[T_MAX];
    wire [GROUP_W-1:0] bias_group = group_q[GROUP_W*(T_ACC-2)+:GROUP_W];
    wire [GROUP_W-1:0] acc_group = group_q[GROUP_W*(T_ACC-1)+:GROUP_W];
    wire [GROUP_W-1:0] scale_group = group_q[GROUP_W*(T_SCALE-2)+:GROUP_W];

    genvar l, g;
    generate
        for (l = 0; l < LANES; l = l + 1) begin : g_lane
            wire [32*GROUPS-1:0] acc;
            for (g = 0; g < GROUPS; g = g + 1) begin : g_acc
                assign acc[32*g+:32] = acc_rd_data_i[32*(l+g*LANES)+:32];
            end

            fcn_post_lane #(
                .LANE(l), .LANES(LANES), .GROUPS(GROUPS), .GROUP_W(GROUP_W)
            ) u_lane (
                .clk_i(clk_i),
                .col_valid_i(col_valid), .col_pair_i(col_pair), .col_data_i(col_data),
                .take_bias_i(step_cmd_first), .take_scale_i(take_scale),
                .copy_en_i(copy_en), .copy_addr_i(copy_addr), .copy_data_i(copy_data),
                .bias_group_i(bias_group), .scale_group_i(scale_group),
                .requant_run_i(requant_run_q || GATED == 0), .acc_i(acc), .acc_group_i(acc_group), .zp_i(zp),
                .table_valid_i(valid_q[T_TABLE]), .table_en_i(table_en), .table_i(table_sel),
                .select_valid_i(valid_q[T_TABLE+1]), .select_table_i(select_table_q),
                .res_en_i(res_en), .res_run_i(res_run_q || GATED == 0), .res_i(post_rd_data_i[8*l+:8]),
                .res_mul_a_i(res_mul_a), .res_mul_b_i(res_mul_b),
                .res_shift_i(res_shift), .res_mask_i(res_mask),
                .res_za_i(res_za), .res_zb_i(res_zb), .res_zo_i(res_zo),
                .clamp_en_i(clamp_en), .min_i(min), .max_i(max),
                .max_en_i(max_en), .max_first_i(max_first), .out_o(wr_data[8*l+:8])
            );
        end
        if (LANES < 16) begin : g_pad
            assign wr_data[127:8*LANES] = {128-8*LANES{1'b0}};
        end
    endgenerate

    // ---- done: the last write has been taken
    reg last_q;
    reg done_q;
    always @(posedge clk_i)
        last_q <= !rst && wr_valid && (res_en ? cmd_last_q[T_END] : cmd_last_q[T_WRITE]);
    always @(posedge clk_i) done_q <= !rst && last_q;
    assign done_o = done_q;

endmodule

`default_nettype wire
