// SPDX-License-Identifier: Apache-2.0
//
// fcn_wbus: the write half of the AXI master.
//
// Beats of bursts (STORE, then the performance record) collect in a buffer.  Complete bursts are
// translated while those before them are being sent, then announced together with their first beat,
// so that the bus never waits for data that is not there.  Completion records have physical
// addresses, come with their one beat, and go between two bursts.  All writes have one ID, so
// answers come in order.
//
// clear_i is a drain: the burst that has been announced is finished, complete but unannounced
// ones are dropped, and idle_o rises when every answer is there.  Completion records are not
// touched by it.
//
// The first fault of the bursts is found here: an error answer counts at once, the MMU's fault
// when no burst is outstanding.  Nothing is announced after it.
//
// OUT_LOG2  base-2 logarithm of the bursts that may be outstanding
`default_nettype none

module fcn_wbus #(
    parameter integer OUT_LOG2 = 7
) (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,
    output wire         idle_o,             // nothing outstanding

    // Bursts.  The second group counts with a burst's last beat.
    input  wire         wr_valid_i,
    output wire         wr_ready_o,
    input  wire [127:0] wr_data_i,
    input  wire [15:0]  wr_strb_i,
    input  wire         wr_last_i,
    input  wire [31:4]  wr_va_i,            // of the first beat
    input  wire [3:0]   wr_len_i,           // beats - 1
    input  wire [23:0]  wr_index_i,         // for faults
    input  wire         wr_cmd_last_i,      // last burst of its command
    output wire         wr_done_o,          // pulse: a command's bursts are all acknowledged

    // Translation by fcn_mmu, in order: addresses go, translations come back any time later.
    output wire         tr_valid_o,
    input  wire         tr_ready_i,
    output wire [31:4]  tr_va_o,
    input  wire         tr_out_valid_i,
    output wire         tr_out_ready_o,
    input  wire [39:4]  tr_out_addr_i,
    input  wire         tr_fault_i,         // level: the oldest burst that is not announced fails
    input  wire [7:0]   tr_cause_i,

    // Completion records.
    input  wire         rec_valid_i,
    output wire         rec_ready_o,
    input  wire [39:4]  rec_addr_i,
    input  wire [127:0] rec_data_i,
    output wire         rec_done_o,         // pulse: acknowledged
    output wire         rec_err_o,          // with rec_done_o: with an error

    // The bursts' first fault: a level until clear_i.
    output wire         fault_valid_o,
    output wire [7:0]   fault_cause_o,
    output wire [31:0]  fault_addr_o,
    output wire [23:0]  fault_index_o,

    // AXI4.  Size, burst type, cache, protection and ID are constants of the top.
    output wire         awvalid_o,
    input  wire         awready_i,
    output wire [39:4]  awaddr_o,
    output wire [3:0]   awlen_o,
    output wire         wvalid_o,
    input  wire         wready_i,
    output wire [127:0] wdata_o,
    output wire [15:0]  wstrb_o,
    output wire         wlast_o,
    input  wire         bvalid_i,           // always taken
    input  wire         berr_i              // SLVERR or DECERR
);

    `include "fcn_defs.vh"

    reg active_q;                           // a burst is announced and not all in W
    reg dead_q;                             // an error answer was the bursts' last word

    // ---- buffer of beats, list of complete bursts ----

    wire         beat_room, beat_valid, move;
    wire [127:0] beat_data;
    wire [15:0]  beat_strb;
    wire         list_room, list_valid, ask_valid, tr_go;
    wire [31:4]  list_va;
    wire [3:0]   list_len;
    wire [23:0]  list_index;
    wire         list_cmd_last;
    wire         taken = wr_valid_i && wr_ready_o;

    assign wr_ready_o = beat_room && list_room && !clear_i;

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_fifo #(
        .WIDTH(144),
        .DEPTH_LOG2(6)
    ) u_beats (
        .clk_i     (clk_i),
        .rst_i     (rst_i || (clear_i && !active_q)),
        .wr_valid_i(taken),
        .wr_ready_o(beat_room),
        .wr_data_i ({wr_strb_i, wr_data_i}),
        .rd_valid_o(beat_valid),
        .rd_ready_i(move),
        .rd_data_o ({beat_strb, beat_data}),
        .count_o   ()                       // room is all that is needed
    );

    fcn_fifo #(
        .WIDTH(57),
        .DEPTH_LOG2(4)
    ) u_list (
        .clk_i     (clk_i),
        .rst_i     (rst_i || clear_i),
        .wr_valid_i(taken && wr_last_i),
        .wr_ready_o(list_room),
        .wr_data_i ({wr_va_i, wr_len_i, wr_index_i, wr_cmd_last_i}),
        .rd_valid_o(list_valid),
        .rd_ready_i(tr_go),
        .rd_data_o ({list_va, list_len, list_index, list_cmd_last}),
        .count_o   ()                       // room is all that is needed
    );

    // Those of the list that are not yet translated: it has room whenever the list has.
    fcn_fifo #(
        .WIDTH(28),
        .DEPTH_LOG2(4)
    ) u_ask (
        .clk_i     (clk_i),
        .rst_i     (rst_i || clear_i),
        .wr_valid_i(taken && wr_last_i),
        .wr_ready_o(),
        .wr_data_i (wr_va_i),
        .rd_valid_o(ask_valid),
        .rd_ready_i(tr_valid_o && tr_ready_i),
        .rd_data_o (tr_va_o),
        .count_o   ()
    );
    /* verilator lint_on PINCONNECTEMPTY */

    assign tr_valid_o = ask_valid && !dead_q;

    // ---- announcing and sending ----

    reg         awvalid_q;
    reg [39:4]  awaddr_q;
    reg [3:0]   awlen_q;
    reg         wvalid_q;
    reg [127:0] wdata_q;
    reg [15:0]  wstrb_q;
    reg         wlast_q;
    reg [3:0]   left_q;                     // beats of the announced burst not yet in W

    reg  out_room_q;                        // u_out has room for one more
    wire w_free = !wvalid_q || wready_i;
    wire free   = !active_q && w_free && (!awvalid_q || awready_i) && out_room_q;
    wire rec_go = free && rec_valid_i;
    wire go     = rec_go || tr_go;
    assign tr_go = free && !rec_valid_i && tr_out_valid_i && !clear_i && !dead_q;

    assign rec_ready_o    = free;
    assign tr_out_ready_o = free && !rec_valid_i && !clear_i && !dead_q;

    // A beat moves from the buffer to W.  All beats of a burst that goes are in the buffer.
    assign move = tr_go || (active_q && w_free);

    always @(posedge clk_i)
        if (rst_i) active_q <= 1'b0;
        else if (tr_go) active_q <= list_len != 4'd0;
        else if (move) active_q <= left_q != 4'd1;

    always @(posedge clk_i)
        if (tr_go) left_q <= list_len;
        else if (move) left_q <= left_q - 4'd1;

    always @(posedge clk_i)
        if (rst_i) awvalid_q <= 1'b0;
        else if (go) awvalid_q <= 1'b1;
        else if (awready_i) awvalid_q <= 1'b0;

    always @(posedge clk_i)
        if (go) begin
            awaddr_q <= rec_go ? rec_addr_i : tr_out_addr_i;
            awlen_q  <= rec_go ? 4'd0 : list_len;
        end

    always @(posedge clk_i)
        if (rst_i) wvalid_q <= 1'b0;
        else if (rec_go || move) wvalid_q <= 1'b1;
        else if (wready_i) wvalid_q <= 1'b0;

    always @(posedge clk_i)
        if (rec_go || move) begin
            wdata_q <= rec_go ? rec_data_i : beat_data;
            wstrb_q <= rec_go ? 16'hffff : beat_strb;
            wlast_q <= rec_go || (tr_go ? list_len == 4'd0 : left_q == 4'd1);
        end

    assign awvalid_o = awvalid_q;
    assign awaddr_o  = awaddr_q;
    assign awlen_o   = awlen_q;
    assign wvalid_o  = wvalid_q;
    assign wdata_o   = wdata_q;
    assign wstrb_o   = wstrb_q;
    assign wlast_o   = wlast_q;

    // ---- answers ----

    reg b_valid_q;
    reg b_err_q;
    always @(posedge clk_i) b_valid_q <= bvalid_i && !rst_i;
    always @(posedge clk_i) if (bvalid_i) b_err_q <= berr_i;

    localparam [OUT_LOG2:0] OUT_TWO = (1 << OUT_LOG2) - 2;
    wire [OUT_LOG2:0] out_n;
    wire        out_some, out_rec, out_cmd_last;
    wire [31:8] out_va;
    wire [23:0] out_index;
    /* verilator lint_off PINCONNECTEMPTY */
    fcn_fifo #(
        .WIDTH(50),
        .DEPTH_LOG2(OUT_LOG2)
    ) u_out (
        .clk_i     (clk_i),
        .rst_i     (rst_i),
        .wr_valid_i(go),
        .wr_ready_o(),                      // see out_room_q
        .wr_data_i ({rec_go, list_va[31:8], list_index, list_cmd_last}),
        .rd_valid_o(out_some),
        .rd_ready_i(b_valid_q),
        .rd_data_o ({out_rec, out_va, out_index, out_cmd_last}),
        .count_o   (out_n)
    );
    /* verilator lint_on PINCONNECTEMPTY */

    // A cycle old: there was room for two.
    always @(posedge clk_i) out_room_q <= rst_i || out_n <= OUT_TWO;

    wire burst_b = b_valid_q && !out_rec && !dead_q && !clear_i;

    reg wr_done_q, rec_done_q, rec_err_q;
    always @(posedge clk_i) begin
        wr_done_q  <= burst_b && !b_err_q && out_cmd_last && !rst_i;
        rec_done_q <= b_valid_q && out_rec && !rst_i;
        rec_err_q  <= b_err_q;
    end

    assign idle_o     = !out_some;
    assign rec_done_o = rec_done_q;
    assign rec_err_o  = rec_err_q;
    assign wr_done_o  = wr_done_q;

    reg [31:8] err_va_q;
    reg [23:0] err_index_q;
    always @(posedge clk_i)
        if (rst_i || clear_i) dead_q <= 1'b0;
        else if (burst_b && b_err_q) dead_q <= 1'b1;
    always @(posedge clk_i)
        if (burst_b && b_err_q) begin
            err_va_q    <= out_va;
            err_index_q <= out_index;
        end

    assign fault_valid_o = dead_q || (tr_fault_i && !out_some);
    assign fault_cause_o = dead_q ? FCN_CAUSE_BUS_WRITE : tr_cause_i;
    assign fault_addr_o  = dead_q ? {err_va_q, 8'd0} : {list_va[31:12], 12'd0};
    assign fault_index_o = dead_q ? err_index_q : list_index;

    wire unused_va = &{1'b0, list_va[7:4]};     // a fault's address has no use for them

`ifdef FORMAL
    always @(posedge clk_i) if (!rst_i && move) assert (beat_valid);
    always @(posedge clk_i) if (!rst_i && tr_go) assert (list_valid);
`else
    wire unused = &{1'b0, beat_valid, list_valid};      // a burst that goes is complete
`endif

endmodule

`default_nettype wire
