// SPDX-License-Identifier: Apache-2.0
//
// fcn_load_req: LOAD's read requests.
//
// Cuts the runs of fcn_load_runs into bursts that stay inside a 256-byte line, one burst per
// cycle, and holds a burst back until the receive buffer (256 beats) has room for the longest
// one: data arrives without back-pressure.
`default_nettype none

module fcn_load_req (
    input  wire         clk_i,
    input  wire         rst_i,
    // A LOAD starts.
    input  wire         cmd_valid_i,
    output wire         cmd_ready_o,
    input  wire [511:0] cmd_i,
    input  wire [23:0]  cmd_index_i,
    // A beat has left the receive buffer.
    input  wire         freed_i,
    // Read requests to memory.
    output wire         req_valid_o,
    input  wire         req_ready_i,
    output wire [31:4]  req_va_o,       // first beat
    output wire [3:0]   req_len_o,      // beats - 1
    output wire [23:0]  req_index_o     // of the command
);

    wire        run_valid;
    wire        run_ready;
    wire [31:4] run_va;
    wire [15:0] run_len;
    wire [23:0] run_index;

    wire        next_valid;
    wire        next_ready;
    wire [31:4] next_va;
    wire [15:0] next_len;
    wire [23:0] next_index;

    fcn_load_runs u_runs (
        .clk_i       (clk_i),
        .rst_i       (rst_i),
        .cmd_valid_i (cmd_valid_i),
        .cmd_ready_o (cmd_ready_o),
        .cmd_i       (cmd_i),
        .cmd_index_i (cmd_index_i),
        .run_valid_o (next_valid),
        .run_ready_i (next_ready),
        .run_va_o    (next_va),
        .run_len_o   (next_len),
        .run_index_o (next_index)
    );

    fcn_slice #(.WIDTH(68)) u_next (
        .clk_i      (clk_i),
        .rst_i      (rst_i),
        .wr_valid_i (next_valid),
        .wr_ready_o (next_ready),
        .wr_data_i  ({next_va, next_len, next_index}),
        .rd_valid_o (run_valid),
        .rd_ready_i (run_ready),
        .rd_data_o  ({run_va, run_len, run_index})
    );

    // The rest of a run.
    reg         rest_valid_q;
    reg  [31:4] rest_va_q;
    reg  [12:0] rest_lines_q;   // lines behind this one
    reg         run_end;        // none
    reg  [3:0]  rest_end_q;     // the run's last beat in its last line
    reg  [23:0] rest_index_q;

    // The burst that waits for the memory side; its room is reserved.
    reg         req_valid_q;
    reg  [31:4] req_va_q;
    reg  [3:0]  req_len_q;
    reg  [23:0] req_index_q;

    // Beats of the receive buffer that are neither full nor promised: 0..256.
    reg  [8:0]  room_q;

    wire [16:0] run_last    = {1'b0, run_len} + {13'd0, run_va[7:4]};   // counted from its line's first beat
    wire [3:0]  burst_len   = (run_end ? rest_end_q : 4'd15) - rest_va_q[7:4];

    // Any burst fits when 16 beats do, which saves the comparison with its length.
    wire        room     = room_q[8:4] != 5'd0;
    wire        emit     = rest_valid_q && room && (!req_valid_q || req_ready_i);
    wire        run_take = run_valid && run_ready;

    assign run_ready = !rest_valid_q || (emit && run_end);

    always @(posedge clk_i)
        if (rst_i) rest_valid_q <= 1'b0;
        else if (run_ready) rest_valid_q <= run_valid;

    always @(posedge clk_i)
        if (run_take) begin
            rest_va_q    <= run_va;
            rest_lines_q <= run_last[16:4];
            run_end      <= run_last[16:4] == 13'd0;
            rest_end_q   <= run_last[3:0];
            rest_index_q <= run_index;
        end else if (emit) begin
            // Only a run that goes on gets here, and it goes on at the next line.
            rest_va_q    <= {rest_va_q[31:8] + 24'd1, 4'd0};
            rest_lines_q <= rest_lines_q - 13'd1;
            run_end      <= rest_lines_q == 13'd1;
        end

    always @(posedge clk_i)
        if (rst_i) req_valid_q <= 1'b0;
        else if (emit) req_valid_q <= 1'b1;
        else if (req_ready_i) req_valid_q <= 1'b0;

    always @(posedge clk_i)
        if (emit) begin
            req_va_q    <= rest_va_q;
            req_len_q   <= burst_len;
            req_index_q <= rest_index_q;
        end

    always @(posedge clk_i)
        if (rst_i) room_q <= 9'd256;
        else if (emit || freed_i)
            room_q <= room_q - (emit ? {5'd0, burst_len} + 9'd1 : 9'd0) + {8'd0, freed_i};

    assign req_valid_o = req_valid_q;
    assign req_va_o    = req_va_q;
    assign req_len_o   = req_len_q;
    assign req_index_o = req_index_q;

endmodule

`default_nettype wire
