// SPDX-License-Identifier: Apache-2.0
//
// fcn_post_pool: one lane's clamp and running maximum, arithmetic.md section 5.
//
// A pipeline of 2 registers.  The second one is the running maximum of a window and, behind the
// window's last element, the output.
`default_nettype none

module fcn_post_pool (
    input  wire       clk_i,
    input  wire       clamp_en_i,   // y_i is an element
    input  wire       max_en_i,     // one cycle behind clamp_en_i
    input  wire       max_first_i,  // with max_en_i: the first element of its window
    input  wire [7:0] y_i,
    input  wire [7:0] min_i,        // not above max_i
    input  wire [7:0] max_i,
    output wire [7:0] max_o         // 2 cycles behind y_i: the largest so far
);

    // A function, called under the clock enable, so that a simulator skips it too.
    function signed [7:0] clamp(input signed [7:0] y, input signed [7:0] min,
                                input signed [7:0] max);
        clamp = y > max ? max : y < min ? min : y;
    endfunction

    reg signed [7:0] y_q;
    reg signed [7:0] max_q;

    always @(posedge clk_i) if (clamp_en_i) y_q <= clamp(y_i, min_i, max_i);

    always @(posedge clk_i) if (max_en_i) max_q <= max_first_i || y_q > max_q ? y_q : max_q;

    assign max_o = max_q;

endmodule

`default_nettype wire
