// SPDX-License-Identifier: Apache-2.0
//
// fcn_fifo, with the properties beside its code, in the smallest depth and in that of the queues.  The
// words are data that it never looks at, so a few bits stand for any width; depth only widens the pointers.
//
//@ claim a FIFO never holds more than its words, and words leave unchanged and in order
//@ formal fcn_fifo
//@ induction 2
//@ cover 12
//@ check
//@ mutant fcn_fifo.v s/assign wr_ready_o = .*/assign wr_ready_o = 1'b1;/
//@ mutant fcn_fifo.v s/assign rd_data_o  = mem\[rd_ptr_q/assign rd_data_o = mem[wr_ptr_q/
//@ mutant fcn_fifo.v s/assign rd_valid_o = .*/assign rd_valid_o = 1'b1;/
`default_nettype none

module prove_fifo (
    input wire       clk_i,
    input wire [1:0] rst_i,
    input wire [1:0] wr_valid_i,
    input wire [1:0] rd_ready_i,
    input wire [3:0] wr_data_i
);

    genvar n;
    generate
        for (n = 0; n < 2; n = n + 1) begin : g
            localparam integer DEPTH_LOG2 = n == 0 ? 1 : 3;
            /* verilator lint_off PINCONNECTEMPTY */
            fcn_fifo #(
                .WIDTH(4),
                .DEPTH_LOG2(DEPTH_LOG2)
            ) dut (
                .clk_i     (clk_i),
                .rst_i     (rst_i[n]),
                .wr_valid_i(wr_valid_i[n]),
                .wr_ready_o(),
                .wr_data_i (wr_data_i),
                .rd_valid_o(),
                .rd_ready_i(rd_ready_i[n]),
                .rd_data_o (),
                .count_o   ()
            );
            /* verilator lint_on PINCONNECTEMPTY */
        end
    endgenerate

endmodule

`default_nettype wire
