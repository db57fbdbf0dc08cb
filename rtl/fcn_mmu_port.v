// SPDX-License-Identifier: Apache-2.0
//
// fcn_mmu_port: translation for one requester, through the page that it used last.
//
// A request to that page passes in the same cycle, with its page replaced.  Any other request
// waits: the port asks the TLB, and the walker if the TLB misses, then keeps the new page.
// A page is only valid here if it permits this requester's access, so whatever leaves the
// port is a permitted translation.  A page that is not permitted becomes a fault, which the
// port holds, passing nothing more, until clear_i.
//
// WRITE  1: the page must have W.  0: it must have R.
`default_nettype none

module fcn_mmu_port #(
    parameter integer WRITE = 0
) (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         clear_i,        // forget the request and the fault; pages stay known
    input  wire         flush_i,        // forget the page

    // Request, virtual.  The rest of the request goes around the port.
    input  wire         req_valid_i,
    output wire         req_ready_o,
    input  wire [31:12] req_page_i,
    // The same request, physical, in the same cycle.
    output wire         out_valid_o,
    input  wire         out_ready_i,
    output wire [39:12] out_page_o,

    // TLB: a lookup that was taken is answered by the next lk_done_i, unless a flush comes first.
    output wire         lk_valid_o,
    input  wire         lk_ready_i,
    input  wire         lk_done_i,
    input  wire         lk_hit_i,
    input  wire [31:0]  lk_entry_i,     // table entry, if hit

    // Walker: brings the page's line into the TLB, or says why not.
    output wire         walk_valid_o,   // stays until walk_done_i
    input  wire         walk_done_i,
    input  wire [7:0]   walk_cause_i,   // FCN_CAUSE_NONE: look again

    output wire         fault_valid_o,  // the request at the input fails; stays until clear_i
    output wire [7:0]   fault_cause_o
);

    `include "fcn_defs.vh"

    localparam [2:0] ST_PASS   = 3'd0;  // requests to the kept page pass
    localparam [2:0] ST_LOOKUP = 3'd1;  // asking the TLB, again or still
    localparam [2:0] ST_ANSWER = 3'd2;  // the TLB is about to answer
    localparam [2:0] ST_WALK   = 3'd3;  // the walker has the request
    localparam [2:0] ST_FAULT  = 3'd4;  // the request fails

    reg [2:0]   state_q;
    reg         page_valid_q;
    reg [31:12] page_va_q;
    reg [39:12] page_pa_q;
    reg [7:0]   cause_q;
    reg         deny_q;                 // the TLB's answer does not permit the access

    wire match   = page_valid_q && page_va_q == req_page_i;
    wire passing = state_q == ST_PASS && match && !clear_i && !flush_i;

    assign out_valid_o = req_valid_i && passing;
    assign req_ready_o = out_ready_i && passing;
    assign out_page_o  = page_pa_q;

    // The page of a request that does not pass is asked for in the same cycle.
    wire   other         = req_valid_i && !match && !deny_q && !flush_i;
    assign lk_valid_o    = state_q == ST_LOOKUP || (state_q == ST_PASS && other);
    assign walk_valid_o  = state_q == ST_WALK;
    assign fault_valid_o = state_q == ST_FAULT;
    assign fault_cause_o = cause_q;

    // What the TLB's entry allows.
    wire entry_ok   = lk_entry_i[0] && !lk_entry_i[3];
    wire permitted  = entry_ok && (WRITE != 0 ? lk_entry_i[2] : lk_entry_i[1]);
    wire answered   = state_q == ST_ANSWER && lk_done_i && lk_hit_i && !clear_i && !flush_i;

    always @(posedge clk_i)
        if (rst_i || clear_i) state_q <= ST_PASS;
        else case (state_q)
            ST_PASS:   if (deny_q) state_q <= ST_FAULT;
                       else if (other) state_q <= lk_ready_i ? ST_ANSWER : ST_LOOKUP;
            ST_LOOKUP: if (lk_ready_i && !flush_i) state_q <= ST_ANSWER;
            // An answer that meets a flush is old: ask again.
            ST_ANSWER: if (flush_i) state_q <= ST_LOOKUP;
                       else if (lk_done_i) state_q <= lk_hit_i ? ST_PASS : ST_WALK;
            ST_WALK:   if (walk_done_i)
                           state_q <= walk_cause_i == FCN_CAUSE_NONE ? ST_LOOKUP : ST_FAULT;
            default:   ;                // ST_FAULT ends with clear_i
        endcase

    always @(posedge clk_i)
        if (rst_i || flush_i) page_valid_q <= 1'b0;
        else if (answered) page_valid_q <= permitted;

    always @(posedge clk_i) deny_q <= answered && !permitted && !rst_i;

    // The entry comes late: what is kept of it does not depend on what it permits.
    always @(posedge clk_i)
        if (answered) begin
            page_va_q <= req_page_i;
            page_pa_q <= lk_entry_i[31:4];
        end

    always @(posedge clk_i)
        if (state_q == ST_ANSWER) cause_q <= entry_ok ? FCN_CAUSE_MMU_PERM : FCN_CAUSE_MMU_INVALID;
        else if (walk_done_i) cause_q <= walk_cause_i;

`ifdef FORMAL
    // Proved by induction; the first cycle is a reset, and a request stays until it is taken or cleared.
    reg f_started = 1'b0;
    always @(posedge clk_i) f_started <= 1'b1;
    always @* if (!f_started) assume (rst_i);
    always @(posedge clk_i)
        if (f_started && $past(req_valid_i && !req_ready_o && !clear_i && !rst_i) && !clear_i)
            assume (req_valid_i && $stable(req_page_i));

    // 1. The kept page came from an entry that is valid, without its reserved bit, and permitted,
    //    and nothing has been flushed since.
    reg         f_known = 1'b0;
    reg [31:12] f_va;
    reg [31:0]  f_entry;
    always @(posedge clk_i)
        if (rst_i || flush_i) f_known <= 1'b0;
        else if (state_q == ST_ANSWER && lk_done_i && lk_hit_i && !clear_i) begin
            f_known <= lk_entry_i[0] && !lk_entry_i[3] && lk_entry_i[WRITE != 0 ? 2 : 1];
            f_va    <= req_page_i;
            f_entry <= lk_entry_i;
        end
    always @* if (f_started) begin
        assert (page_valid_q == f_known);
        if (page_valid_q) assert (page_va_q == f_va && page_pa_q == f_entry[31:4]);
        if (page_valid_q) assert (f_entry[0] && !f_entry[3] && f_entry[WRITE != 0 ? 2 : 1]);
    end

    // 2. What leaves is the request at the input, to the kept page.
    always @* if (f_started && out_valid_o) assert (req_valid_i && f_known && f_va == req_page_i);

    // 3. Nothing leaves after a fault.
    always @* if (f_started && fault_valid_o) assert (!out_valid_o && !req_ready_o);

    // 4. Covered: a page passes, another one faults.
    reg f_passed = 1'b0;
    always @(posedge clk_i) f_passed <= !rst_i && (f_passed || (out_valid_o && out_ready_i));
    always @* cover (f_passed && fault_valid_o);
`endif

endmodule

`default_nettype wire
