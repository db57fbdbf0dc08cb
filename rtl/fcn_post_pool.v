// SPDX-License-Identifier: Apache-2.0
//
// fcn_post_pool: one lane's clamp and running maximum, arithmetic.md section 5.
//
// A pipeline of 2 registers.  The second one is the running maximum of a window and, behind the
// window's last element, the output.
`default_nettype none

module fcn_post_pool (
    input  wire       clk_i,
    input  wire       valid_i,      // y_i is an element
    input  wire       first_i,      // with valid_i: the first one of its window
    input  wire [7:0] y_i,
    input  wire [7:0] min_i,
    input  wire [7:0] max_i,        // wins where min_i > max_i
    output wire [7:0] max_o         // 2 cycles behind y_i: the largest so far
);

    wire [7:0] floor = $signed(y_i) < $signed(min_i) ? min_i : y_i;

    reg       valid_q;
    reg       first_q;
    reg [7:0] y_q;
    reg [7:0] max_q;

    always @(posedge clk_i) valid_q <= valid_i;

    always @(posedge clk_i)
        if (valid_i) begin
            first_q <= first_i;
            y_q     <= $signed(floor) > $signed(max_i) ? max_i : floor;
        end

    always @(posedge clk_i)
        if (valid_q && (first_q || $signed(y_q) > $signed(max_q))) max_q <= y_q;

    assign max_o = max_q;

endmodule

`default_nettype wire
