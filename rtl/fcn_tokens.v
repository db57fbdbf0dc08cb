// SPDX-License-Identifier: Apache-2.0
//
// fcn_tokens: the counters of one ordered pair of engines.
//
// A token is promised when the command that signals starts, sent when it is done, taken when the
// command that waits starts.  avail counts tokens sent and not taken, owed those promised and not
// taken.
`default_nettype none

module fcn_tokens (
    input  wire clk_i,
    input  wire rst_i,
    input  wire clear_i,        // no tokens, no promises
    input  wire promise_i,      // pulse; only while room_o
    input  wire send_i,         // pulse; only of a token that was promised
    input  wire take_i,         // pulse; only while avail_o
    output wire avail_o,        // there is a token to take
    output wire room_o          // one more may be promised
);

    reg [7:0] avail_q;
    reg [7:0] owed_q;

    always @(posedge clk_i)
        if (rst_i || clear_i) avail_q <= 8'd0;
        else if (send_i != take_i) avail_q <= send_i ? avail_q + 8'd1 : avail_q - 8'd1;

    always @(posedge clk_i)
        if (rst_i || clear_i) owed_q <= 8'd0;
        else if (promise_i != take_i) owed_q <= promise_i ? owed_q + 8'd1 : owed_q - 8'd1;

    assign avail_o = avail_q != 8'd0;
    assign room_o  = owed_q != 8'd255;

`ifdef FORMAL
    // Proved by induction for users that keep to the comments at the ports.
    reg       f_started = 1'b0;
    reg [8:0] f_promised = 9'd0;    // promised and not sent
    always @(posedge clk_i) f_started <= 1'b1;
    always @* if (!f_started) assume (rst_i);
    always @(posedge clk_i)
        if (rst_i || clear_i) f_promised <= 9'd0;
        else f_promised <= f_promised + {8'd0, promise_i} - {8'd0, send_i};
    always @* begin
        if (promise_i) assume (room_o);
        if (send_i) assume (f_promised != 9'd0);
        if (take_i) assume (avail_o);
    end

    // 1. No counter overflows or runs below 0: what is owed is what is there or still to come.
    always @* if (f_started) assert ({1'b0, owed_q} == {1'b0, avail_q} + f_promised);
    always @* if (f_started) assert (f_promised <= 9'd255);

    // 2. A token that was sent stays until it is taken.
    always @(posedge clk_i)
        if (f_started && $past(f_started && send_i && !take_i && !rst_i && !clear_i))
            assert (avail_q == $past(avail_q) + 8'd1 && avail_q != 8'd0);

    // 3. Covered: a token is taken while another is sent and a third promised.  (Running full takes
    //    255 cycles; tests/rtl/sys_basic.h does it.)
    always @* cover (f_started && avail_q == 8'd3 && promise_i && take_i && send_i);
`endif

endmodule

`default_nettype wire
