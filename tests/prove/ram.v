// SPDX-License-Identifier: Apache-2.0
//
// fcn_ram: a read gets what was written last, byte for byte, and keeps it until the next read.  Four words of two bytes:
// width and depth only widen what is the same for every byte and word.  One byte of one word is arbitrary but
// fixed.  With READ_FIRST = 0 a read in the cycle of a write to its word may get anything (prove_load_room shows
// that LOAD's buffer has no such read), and a word has one write enable.
//
//@ claim a memory gives what was written last to each byte, and the old word to a read in the cycle of a write
//@ memory bytes first.mem 16 4
//@ memory words second.mem 16 4
//@ induction 1
//@ cover 8
//@ check
//@ mutant fcn_ram.v s/wr_be_i\[i\]) mem/wr_be_i[0]) mem/
//@ mutant fcn_ram.v s/rd_data_q <= mem\[rd_addr_i\]/rd_data_q <= mem[wr_addr_i]/
//@ mutant fcn_ram.v s/if (rd_en_i) begin/begin/
`default_nettype none

module prove_ram (
    input wire        clk_i,
    input wire        wr_en_i,
    input wire [1:0]  wr_addr_i,
    input wire [1:0]  wr_be_i,
    input wire [15:0] wr_data_i,
    input wire        rd_en_i,
    input wire [1:0]  rd_addr_i
);

    wire [15:0] first_data, second_data;

    fcn_ram #(.WIDTH(16), .BYTE(8), .DEPTH_LOG2(2)) first (
        .clk_i    (clk_i),
        .wr_en_i  (wr_en_i),
        .wr_addr_i(wr_addr_i),
        .wr_be_i  (wr_be_i),
        .wr_data_i(wr_data_i),
        .rd_en_i  (rd_en_i),
        .rd_addr_i(rd_addr_i),
        .rd_data_o(first_data)
    );
    fcn_ram #(.WIDTH(16), .BYTE(16), .DEPTH_LOG2(2), .READ_FIRST(0)) second (
        .clk_i    (clk_i),
        .wr_en_i  (wr_en_i),
        .wr_addr_i(wr_addr_i),
        .wr_be_i  (wr_be_i[0]),
        .wr_data_i(wr_data_i),
        .rd_en_i  (rd_en_i),
        .rd_addr_i(rd_addr_i),
        .rd_data_o(second_data)
    );

    `include "memories.vh"

    (* anyconst *) reg [1:0] at;
    (* anyconst *) reg       lane;

    // What was written last, and what a read of it has to give.
    reg       known1 = 1'b0, known2 = 1'b0, gave1 = 1'b0, gave2 = 1'b0;
    reg [7:0] byte1, byte2, got1, got2;
    wire      mine = wr_en_i && wr_addr_i == at;
    wire [7:0] in  = lane ? wr_data_i[15:8] : wr_data_i[7:0];
    always @(posedge clk_i) begin
        if (mine && wr_be_i[lane]) begin
            known1 <= 1'b1;
            byte1  <= in;
        end
        if (mine && wr_be_i[0]) begin
            known2 <= 1'b1;
            byte2  <= in;
        end
        if (rd_en_i) begin
            gave1 <= known1 && rd_addr_i == at;
            got1  <= byte1;
            gave2 <= known2 && rd_addr_i == at && !(mine && wr_be_i[0]);
            got2  <= byte2;
        end
    end

    always @* begin
        if (gave1) assert ((lane ? first_data[15:8] : first_data[7:0]) == got1);
        if (gave2) assert ((lane ? second_data[15:8] : second_data[7:0]) == got2);
        // Invariants.
        if (known1) assert (bytes[{at, lane, 3'd0}+:8] == byte1);
        if (known2) assert (words[{at, lane, 3'd0}+:8] == byte2);
    end

    // Covered: a read of both, one byte of them written since.
    always @* cover (gave1 && gave2 && got1 != got2 && known1 && byte1 != got1);

endmodule

`default_nettype wire
