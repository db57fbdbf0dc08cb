// SPDX-License-Identifier: Apache-2.0
//
// fcn_walk: the page-table walker.
//
// It serves one miss at a time: directory line (16 entries, 64 MiB of virtual space; the last one
// read is kept), entry of it, table line into the TLB.  A line read is one burst of 64 bytes.
// The line behind one whose second half is being used is fetched ahead when nobody waits; what
// goes wrong there is forgotten.  All addresses come from root_i and directory entries.
`default_nettype none

module fcn_walk (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,        // give up; the bus drops what was asked for
    input  wire [39:12] root_i,         // page directory; changes only together with a flush
    output wire         idle_o,         // level: nothing under way, nothing to fetch ahead

    input  wire         flush_req_i,    // level, until flush_o
    output wire         flush_o,        // now: forget everything

    // Misses of three ports: line, and for one cycle the result.
    input  wire [2:0]   req_valid_i,
    input  wire [47:0]  req_line_i,     // VA[31:16] of {port 2, port 1, port 0}
    output wire [2:0]   req_done_o,
    output wire [7:0]   req_cause_o,    // FCN_CAUSE_NONE: the line is in the TLB

    // A line of which a page in the second half has just hit in the TLB.
    input  wire         hint_valid_i,
    input  wire [31:16] hint_line_i,

    // TLB
    output wire         probe_valid_o,
    output wire [31:16] probe_line_o,
    input  wire         probe_hit_i,      // a cycle later
    output wire         fill_start_o,
    output wire         fill_valid_o,
    output wire [1:0]   fill_beat_o,
    output wire         fill_end_o,

    // Bus: a line of 64 bytes; its four beats in order (the data goes to the TLB, too).
    output wire         ar_valid_o,
    input  wire         ar_ready_i,
    output wire [39:6]  ar_addr_o,
    input  wire         rd_valid_i,
    input  wire [127:0] rd_data_i,
    input  wire         rd_err_i
);

    `include "fcn_defs.vh"

    localparam [3:0] ST_IDLE     = 4'd0;  // choosing what to do
    localparam [3:0] ST_PROBE    = 4'd1;  // is the line in the TLB?
    localparam [3:0] ST_DIR_REQ  = 4'd2;  // asking for the directory line
    localparam [3:0] ST_DIR_DATA = 4'd3;  // directory line arriving
    localparam [3:0] ST_DIR_READ = 4'd4;  // reading the directory entry
    localparam [3:0] ST_DIR_TEST = 4'd5;  // is the directory entry good?
    localparam [3:0] ST_TAB_REQ  = 4'd6;  // asking for the table line
    localparam [3:0] ST_TAB_DATA = 4'd7;  // table line arriving
    localparam [3:0] ST_DONE     = 4'd8;  // telling the port
    localparam [3:0] ST_PROBED   = 4'd9;  // the TLB has answered; is the directory line here?

    reg [3:0]   state_q;
    reg [2:0]   port_q;                   // one-hot: who waits; 0: a line fetched ahead
    reg [31:16] line_q;                   // the line that is wanted
    reg [7:0]   cause_q;
    reg [1:0]   beat_q;
    reg         err_q;                    // an earlier beat of this burst was an error
    reg         ahead_valid_q;            // a line to fetch ahead
    reg [31:16] ahead_line_q;
    reg         dir_valid_q;              // the directory line kept here
    reg [31:26] dir_tag_q;
    reg [39:12] table_q;                  // page table of the line

    wire ahead   = port_q == 3'd0;
    wire dir_hit = dir_valid_q && dir_tag_q == line_q[31:26];
    wire last    = rd_valid_i && beat_q == 2'd3;
    wire err     = err_q || rd_err_i;

    // The lowest port goes first.
    wire [2:0]   pick      = req_valid_i & (~req_valid_i + 3'd1);
    wire [31:16] pick_line = pick[0] ? req_line_i[15:0] : pick[1] ? req_line_i[31:16]
                                                                  : req_line_i[47:32];

    // The directory entry of the line.
    wire [127:0] dir_word;
    wire [31:0]  dir_entry = line_q[23] ? (line_q[22] ? dir_word[127:96] : dir_word[95:64])
                                        : (line_q[22] ? dir_word[63:32] : dir_word[31:0]);
    wire         dir_ok    = dir_entry[3:0] == 4'b0001;

    assign idle_o        = state_q == ST_IDLE && !ahead_valid_q;
    assign flush_o       = state_q == ST_IDLE && flush_req_i;
    assign req_done_o    = state_q == ST_DONE ? port_q : 3'd0;
    assign req_cause_o   = cause_q;
    assign probe_valid_o = state_q == ST_PROBE;
    assign probe_line_o  = line_q;
    assign ar_valid_o    = state_q == ST_DIR_REQ || state_q == ST_TAB_REQ;
    assign ar_addr_o     = state_q == ST_DIR_REQ ? {root_i, line_q[31:26]} : {table_q, line_q[21:16]};
    assign fill_start_o  = state_q == ST_TAB_REQ && ar_ready_i;
    assign fill_valid_o  = state_q == ST_TAB_DATA && rd_valid_i;
    assign fill_beat_o   = beat_q;
    assign fill_end_o    = state_q == ST_TAB_DATA && last && !err && !clear_i;

    always @(posedge clk_i)
        if (rst_i || clear_i) state_q <= ST_IDLE;
        else case (state_q)
            ST_IDLE:     if (!flush_req_i && (req_valid_i != 3'd0 || ahead_valid_q))
                             state_q <= ST_PROBE;
            // Another walk may have brought the line in meanwhile.  Nothing but the table line
            // is fetched ahead.
            ST_PROBE:    state_q <= ST_PROBED;
            ST_PROBED:   state_q <= probe_hit_i ? ST_DONE : dir_hit ? ST_DIR_READ :
                                    ahead ? ST_DONE : ST_DIR_REQ;
            ST_DIR_REQ:  if (ar_ready_i) state_q <= ST_DIR_DATA;
            ST_DIR_DATA: if (last) state_q <= err ? ST_DONE : ST_DIR_READ;
            ST_DIR_READ: state_q <= ST_DIR_TEST;
            ST_DIR_TEST: state_q <= dir_ok ? ST_TAB_REQ : ST_DONE;
            ST_TAB_REQ:  if (ar_ready_i) state_q <= ST_TAB_DATA;
            ST_TAB_DATA: if (last) state_q <= ST_DONE;
            default:     state_q <= ST_IDLE;
        endcase

    always @(posedge clk_i)
        if (state_q == ST_IDLE) begin
            port_q <= pick;
            line_q <= req_valid_i != 3'd0 ? pick_line : ahead_line_q;
        end

    always @(posedge clk_i)
        case (state_q)
            ST_PROBE:                 cause_q <= FCN_CAUSE_NONE;
            ST_DIR_DATA, ST_TAB_DATA: if (last && err) cause_q <= FCN_CAUSE_BUS_WALK;
            ST_DIR_TEST:              if (!dir_ok) cause_q <= FCN_CAUSE_MMU_INVALID;
            default:                  ;
        endcase

    // Beats of the burst that is arriving.
    always @(posedge clk_i)
        if (ar_valid_o) begin
            beat_q <= 2'd0;
            err_q  <= 1'b0;
        end else if (rd_valid_i) begin
            beat_q <= beat_q + 2'd1;
            err_q  <= err;
        end

    always @(posedge clk_i)
        if (rst_i || flush_o || state_q == ST_DIR_REQ) dir_valid_q <= 1'b0;
        else if (state_q == ST_DIR_DATA && last && !err && !clear_i) dir_valid_q <= 1'b1;

    always @(posedge clk_i) if (state_q == ST_DIR_REQ) dir_tag_q <= line_q[31:26];

    always @(posedge clk_i) if (state_q == ST_DIR_TEST) table_q <= dir_entry[31:4];

    // The second half of a line is in use: the next line will be soon.
    always @(posedge clk_i)
        if (rst_i || clear_i || flush_o) ahead_valid_q <= 1'b0;
        else if (hint_valid_i) ahead_valid_q <= 1'b1;
        else if (state_q == ST_IDLE && req_valid_i == 3'd0) ahead_valid_q <= 1'b0;

    always @(posedge clk_i) if (hint_valid_i) ahead_line_q <= hint_line_i + 16'd1;

    fcn_ram #(
        .WIDTH(128),
        .BYTE(128),
        .DEPTH_LOG2(2)
    ) u_dir (
        .clk_i    (clk_i),
        .wr_en_i  (state_q == ST_DIR_DATA && rd_valid_i),
        .wr_addr_i(beat_q),
        .wr_be_i  (1'b1),
        .wr_data_i(rd_data_i),
        .rd_en_i  (state_q == ST_DIR_READ),
        .rd_addr_i(line_q[25:24]),
        .rd_data_o(dir_word)
    );

endmodule

`default_nettype wire
