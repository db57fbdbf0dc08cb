// SPDX-License-Identifier: Apache-2.0
//
// fcn_slice, with the properties beside its code.  The
// words are data that it never looks at, so a few bits stand for any width.
//
//@ claim a slice never holds more than its two words, and words leave unchanged and in order
//@ formal fcn_slice
//@ induction 2
//@ cover 8
//@ check
//@ mutant fcn_slice.v s/assign wr_ready_o = .*/assign wr_ready_o = 1'b1;/
//@ mutant fcn_slice.v s/data_q <= room_q ? wr_data_i : parked_q/data_q <= wr_data_i/
//@ mutant fcn_slice.v s/if (wr_valid_i \&\& room_q) parked_q/if (wr_valid_i) parked_q/
`default_nettype none

module prove_slice (
    input wire       clk_i,
    input wire       rst_i,
    input wire       wr_valid_i,
    input wire       rd_ready_i,
    input wire [3:0] wr_data_i
);

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_slice #(.WIDTH(4)) dut (
        .clk_i     (clk_i),
        .rst_i     (rst_i),
        .wr_valid_i(wr_valid_i),
        .wr_ready_o(),
        .wr_data_i (wr_data_i),
        .rd_valid_o(),
        .rd_ready_i(rd_ready_i),
        .rd_data_o ()
    );
    /* verilator lint_on PINCONNECTEMPTY */

endmodule

`default_nettype wire
