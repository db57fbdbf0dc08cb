// SPDX-License-Identifier: Apache-2.0
//
// fcn_jobs_fault: keeps a job's first fault.
//
// Sources are levels.  Of two that rise in one cycle the lower index counts.  They are looked at a cycle late; a
// job with a fault is not done meanwhile, and the next one starts long after the sources have fallen.
//
// SOURCES  number of them
`default_nettype none

module fcn_jobs_fault #(
    parameter integer SOURCES = 5
) (
    input  wire                  clk_i,
    input  wire                  rst_i,
    input  wire                  start_i,   // pulse: a job starts, without a fault
    input  wire                  accept_i,  // level: faults count
    input  wire [SOURCES-1:0]    valid_i,
    input  wire [8*SOURCES-1:0]  cause_i,
    input  wire [32*SOURCES-1:0] addr_i,
    input  wire [24*SOURCES-1:0] index_i,
    output reg                   fault_o,   // level until start_i
    output reg  [7:0]            cause_o,   // FCN_CAUSE_NONE without a fault
    output reg  [31:0]           addr_o,
    output reg  [23:0]           index_o
);

    `include "fcn_defs.vh"

    reg  [SOURCES-1:0]    valid_q;
    reg  [8*SOURCES-1:0]  cause_q;
    reg  [32*SOURCES-1:0] addr_q;
    reg  [24*SOURCES-1:0] index_q;
    integer               i;

    always @(posedge clk_i)
        if (rst_i || start_i) valid_q <= {SOURCES{1'b0}};
        else valid_q <= valid_i;

    always @(posedge clk_i)
        if (valid_i != {SOURCES{1'b0}}) begin
            cause_q <= cause_i;
            addr_q  <= addr_i;
            index_q <= index_i;
        end

    always @(posedge clk_i)
        if (rst_i || start_i) begin
            fault_o <= 1'b0;
            cause_o <= FCN_CAUSE_NONE;
            addr_o  <= 32'd0;
            index_o <= 24'd0;
        end else if (accept_i && !fault_o && valid_q != {SOURCES{1'b0}}) begin
            fault_o <= 1'b1;
            for (i = SOURCES - 1; i >= 0; i = i - 1)
                if (valid_q[i]) begin
                    cause_o <= cause_q[8*i+:8];
                    addr_o  <= addr_q[32*i+:32];
                    index_o <= index_q[24*i+:24];
                end
        end

endmodule

`default_nettype wire
