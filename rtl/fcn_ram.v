// SPDX-License-Identifier: Apache-2.0
//
// fcn_ram: the one memory primitive of the core: one write port, one read port, registered read.
//
// Written so that Yosys and vendor tools infer block RAM.  The contents after power-up are unknown:
// the core scrubs every memory before its first job.
//
// WIDTH       bits of a word; a multiple of BYTE
// BYTE        bits under one write enable
// DEPTH_LOG2  base-2 logarithm of the number of words
// READ_FIRST  1: a read in the cycle of a write to the same word gets the old word.  0: for the bytes that
//             are written it may get anything, which saves the bypass that block RAM of some
//             families needs (simulators still give the old word).  Other bytes are right in any case.
`default_nettype none

module fcn_ram #(
    parameter integer WIDTH = 128,
    parameter integer BYTE = 8,
    parameter integer DEPTH_LOG2 = 10,
    // Only synthesis uses it.
    // verilator lint_off UNUSEDPARAM
    parameter integer READ_FIRST = 1
    // verilator lint_on UNUSEDPARAM
) (
    input  wire                  clk_i,
    // Write port: wr_be_i[i] lets wr_data_i[BYTE*i +: BYTE] through.
    input  wire                  wr_en_i,
    input  wire [DEPTH_LOG2-1:0] wr_addr_i,
    input  wire [WIDTH/BYTE-1:0] wr_be_i,
    input  wire [WIDTH-1:0]      wr_data_i,
    // Read port: data one cycle after rd_en_i, kept until the next rd_en_i.
    input  wire                  rd_en_i,
    input  wire [DEPTH_LOG2-1:0] rd_addr_i,
    output wire [WIDTH-1:0]      rd_data_o
);

    reg [WIDTH-1:0] mem[0:(1<<DEPTH_LOG2)-1];
    reg [WIDTH-1:0] rd_data_q;
    integer i;

`ifdef VERILATOR
    // The same as below in one write: many conditional ones cost time even when none is made.
    reg [WIDTH-1:0] word;
    always @(posedge clk_i)
        if (wr_en_i) begin
            // verilator lint_off BLKSEQ
            word = mem[wr_addr_i];
            for (i = 0; i < WIDTH / BYTE; i = i + 1)
                if (wr_be_i[i]) word[BYTE*i+:BYTE] = wr_data_i[BYTE*i+:BYTE];
            // verilator lint_on BLKSEQ
            mem[wr_addr_i] <= word;
        end
`else
    always @(posedge clk_i)
        for (i = 0; i < WIDTH / BYTE; i = i + 1)
            if (wr_en_i && wr_be_i[i]) mem[wr_addr_i][BYTE*i+:BYTE] <= wr_data_i[BYTE*i+:BYTE];
`endif

    always @(posedge clk_i)
        if (rd_en_i) begin
            rd_data_q <= mem[rd_addr_i];
`ifdef YOSYS
            // The form in which Yosys is told that a collision does not matter.
            for (i = 0; i < WIDTH / BYTE; i = i + 1)
                if (READ_FIRST == 0 && wr_en_i && wr_be_i[i] && wr_addr_i == rd_addr_i)
                    rd_data_q[BYTE*i+:BYTE] <= {BYTE{1'bx}};
`endif
        end

    assign rd_data_o = rd_data_q;

endmodule

`default_nettype wire
