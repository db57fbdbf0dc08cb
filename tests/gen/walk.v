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
    integer i, bad;

    fcn_cmd_check #(.ROWS(ROWS), .COLS(COLS)) dut (.cmd_i(cmd), .legal_o(legal));

    initial begin
        bad = 0;
        if (!$value$plusargs("vectors=%s", name)) $finish;
        $readmemh(name, vectors);
        for (i = 0; i < COUNT; i = i + 1) begin
            cmd = vectors[i][511:0];
            #1;
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
