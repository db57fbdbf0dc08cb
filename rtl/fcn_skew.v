// SPDX-License-Identifier: Apache-2.0
//
// fcn_skew: one line of a skewing triangle: a byte delayed by STAGES cycles.
//
// The stages are packed in registers of up to 8 bytes: one move per 8 stages in simulation, and a
// shape from which shift-register primitives are inferred.
//
// STAGES  cycles of delay; 0 is a wire
`default_nettype none

module fcn_skew #(
    parameter integer STAGES = 1
) (
    input  wire       clk_i,
    input  wire       en_i,     // low: nothing moves
    input  wire [7:0] d_i,
    output wire [7:0] q_o
);

    localparam integer PARTS = (STAGES + 7) / 8;

    genvar p;
    generate
        if (STAGES == 0) begin : g_wire
            assign q_o = d_i;
            wire unused = &{1'b0, clk_i, en_i};
        end else begin : g_line
            for (p = 0; p < PARTS; p = p + 1) begin : g_part
                localparam integer LEN = STAGES - 8 * p > 8 ? 8 : STAGES - 8 * p;
                wire [7:0]       in;
                reg  [8*LEN-1:0] line_q;
                if (p == 0) begin : g_first
                    assign in = d_i;
                end else begin : g_next
                    assign in = g_part[p-1].line_q[63:56];
                end
                if (LEN == 1) begin : g_one
                    always @(posedge clk_i) if (en_i) line_q <= in;
                end else begin : g_more
                    always @(posedge clk_i) if (en_i) line_q <= {line_q[8*LEN-9:0], in};
                end
            end
            assign q_o = g_part[PARTS-1].line_q[8*(STAGES-8*(PARTS-1))-1-:8];
        end
    endgenerate

endmodule

`default_nettype wire
