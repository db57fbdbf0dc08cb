// SPDX-License-Identifier: Apache-2.0
//
// fcn_scrub: walks once over all addresses of a memory so that its owner writes zeros there.
//
// DEPTH_LOG2  base-2 logarithm of the number of addresses
`default_nettype none

module fcn_scrub #(
    parameter integer DEPTH_LOG2 = 10
) (
    input  wire                  clk_i,
    input  wire                  scrub_i,      // level: high until scrub_done_o; low rewinds
    output wire                  wr_en_o,      // write zeros to wr_addr_o
    output wire [DEPTH_LOG2-1:0] wr_addr_o,
    output wire                  scrub_done_o  // level, as long as scrub_i stays
);

    // The top bit is set when all addresses have been visited.
    reg [DEPTH_LOG2:0] count_q;

    always @(posedge clk_i)
        if (!scrub_i) count_q <= {DEPTH_LOG2 + 1{1'b0}};
        else if (wr_en_o) count_q <= count_q + 1'b1;

    assign wr_en_o      = scrub_i && !count_q[DEPTH_LOG2];
    assign wr_addr_o    = count_q[DEPTH_LOG2-1:0];
    assign scrub_done_o = scrub_i && count_q[DEPTH_LOG2];

endmodule

`default_nettype wire
