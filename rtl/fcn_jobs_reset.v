// SPDX-License-Identifier: Apache-2.0
//
// fcn_jobs_reset: CTRL.RESET: drains the bus, then resets the core.
`default_nettype none

module fcn_jobs_reset (
    input  wire clk_i,
    input  wire rst_i,          // the core's reset input
    input  wire set_i,          // pulse: CTRL.RESET was written
    input  wire bus_idle_i,
    output wire pending_o,      // level: drain, begin nothing; CTRL.RESET reads it
    output wire pending_next_o, // pending_o of the next cycle
    output wire rst_o           // reset of everything but the register bus
);

    localparam [1:0] ST_IDLE  = 2'd0;   // no reset
    localparam [1:0] ST_DRAIN = 2'd1;   // outstanding bus transactions end
    localparam [1:0] ST_RESET = 2'd2;   // reset

    reg [1:0] state_q;

    always @(posedge clk_i)
        if (rst_i) state_q <= ST_RESET;
        else case (state_q)
            ST_IDLE:  if (set_i) state_q <= ST_DRAIN;
            ST_DRAIN: if (bus_idle_i) state_q <= ST_RESET;
            default:  state_q <= ST_IDLE;
        endcase

    assign pending_o      = state_q != ST_IDLE;
    assign pending_next_o = rst_i || (state_q == ST_IDLE ? set_i : state_q == ST_DRAIN);
    assign rst_o     = rst_i || state_q == ST_RESET;

endmodule

`default_nettype wire
