// SPDX-License-Identifier: Apache-2.0
//
// fcn_tokens with the properties beside its code.  The assumptions there are what prove_queue proves of the
// only user.
//
//@ claim token counters never overflow, never run below 0 and never lose a token
//@ formal fcn_tokens
//@ induction 2
//@ cover 10
//@ mutant fcn_tokens.v s/else if (send_i != take_i)/else if (send_i)/
//@ mutant fcn_tokens.v s/else if (promise_i != take_i) owed_q <= promise_i/else if (promise_i || take_i) owed_q <= promise_i/
`default_nettype none

module prove_tokens (
    input wire clk_i,
    input wire rst_i,
    input wire clear_i,
    input wire promise_i,
    input wire send_i,
    input wire take_i
);

    /* verilator lint_off PINCONNECTEMPTY */
    fcn_tokens dut (
        .clk_i    (clk_i),
        .rst_i    (rst_i),
        .clear_i  (clear_i),
        .promise_i(promise_i),
        .send_i   (send_i),
        .take_i   (take_i),
        .avail_o  (),
        .room_o   ()
    );
    /* verilator lint_on PINCONNECTEMPTY */

endmodule

`default_nettype wire
