// SPDX-License-Identifier: Apache-2.0
//
// fcn_jobs_rec: writes completion records, one at a time: {seqno, cause, fault_addr, fault_cmd},
// each 32 bits, seqno at the lowest address, to the record address + 16 * slot.
//
// Vectors have a slice for each slot.
`default_nettype none

module fcn_jobs_rec (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         hold_i,         // level: begin none

    input  wire [1:0]   req_i,          // levels until done_o
    output wire [1:0]   done_o,         // pulse: acknowledged
    output wire         err_o,          // pulse with done_o: with an error

    input  wire [33:0]  base_i,         // record address, bits 39..6
    input  wire [63:0]  seqno_i,
    input  wire [15:0]  cause_i,
    input  wire [63:0]  addr_i,
    input  wire [47:0]  index_i,

    // fcn_wbus.
    output wire         rec_valid_o,
    input  wire         rec_ready_i,
    output wire [39:4]  rec_addr_o,
    output wire [127:0] rec_data_o,
    input  wire         rec_done_i,
    input  wire         rec_err_i
);

    localparam [1:0] ST_IDLE = 2'd0;    // no record to write
    localparam [1:0] ST_SEND = 2'd1;    // the bus is to take it
    localparam [1:0] ST_WAIT = 2'd2;    // memory is to answer

    reg [1:0] state_q;
    reg       slot_q;                   // whose record

    always @(posedge clk_i)
        if (rst_i) state_q <= ST_IDLE;
        else case (state_q)
            ST_IDLE: if (req_i != 2'd0) state_q <= ST_SEND;
            ST_SEND: if (rec_valid_o && rec_ready_i) state_q <= ST_WAIT;
            default: if (rec_done_i) state_q <= ST_IDLE;
        endcase

    always @(posedge clk_i) if (state_q == ST_IDLE) slot_q <= !req_i[0];

    assign rec_valid_o = state_q == ST_SEND && !hold_i;
    assign rec_addr_o  = {base_i, 1'b0, slot_q};
    assign rec_data_o  = slot_q ? {8'd0, index_i[47:24], addr_i[63:32], 24'd0, cause_i[15:8], seqno_i[63:32]}
                                : {8'd0, index_i[23:0], addr_i[31:0], 24'd0, cause_i[7:0], seqno_i[31:0]};

    wire done = state_q == ST_WAIT && rec_done_i;
    assign done_o = {1'b0, done} << slot_q;
    assign err_o  = done && rec_err_i;

endmodule

`default_nettype wire
