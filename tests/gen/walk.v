// SPDX-License-Identifier: Apache-2.0
//
// Compares fcn_cmd_check with the verdicts that walk.c wrote.

`default_nettype none

module walk;
    parameter ROWS = 16;
    parameter COLS = 16;
    parameter COUNT = 1;

    reg [515:0] vectors [0:COUNT-1];
    reg [511:0] cmd;
    reg [8*256-1:0] name;
    wire legal;
    reg clk, check;
    integer i, bad;

    fcn_cmd_check #(.ROWS(ROWS), .COLS(COLS)) dut (.clk_i(clk), .check_i(check), .cmd_i(cmd), .legal_o(legal));

    initial begin
        bad = 0;
        if (!$value$plusargs("vectors=%s", name)) $finish;
        $readmemh(name, vectors);
        for (i = 0; i < COUNT; i = i + 1) begin
            cmd = vectors[i][511:0];
            check = 1'b1;
            clk = 1'b0;
            #1 clk = 1'b1;
            // The verdict stays while nothing is to be checked, whatever stands there.
            #1 cmd = ~cmd;
            check = 1'b0;
            clk = 1'b0;
            #1 clk = 1'b1;
            #1 cmd = ~cmd;
            if (legal !== vectors[i][512]) begin
                bad = bad + 1;
                if (bad < 10) $display("Verilog says %b, C says %b: %h", legal, vectors[i][512], cmd);
            end
        end
        if (bad == 0) $display("agree");
        $finish;
    end
endmodule

`default_nettype wire
