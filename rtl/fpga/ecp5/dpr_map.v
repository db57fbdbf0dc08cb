// SPDX-License-Identifier: Apache-2.0
//
// For Yosys, techmap: a distributed RAM of ECP5 that uses fewer than its 16 words has constants at the high bits of both
// addresses.  nextpnr brings each constant from one look-up table for the whole device, over thousands of wires.  Here the
// highest bit that is used takes their places: another numbering of the same words.
module TRELLIS_DPR16X4 (
    input  [3:0] DI,
    input  [3:0] WAD,
    input        WRE,
    input        WCK,
    input  [3:0] RAD,
    output [3:0] DO
);
    parameter WCKMUX = "WCK";
    parameter WREMUX = "WRE";
    parameter [63:0] INITVAL = 64'h0000000000000000;

    parameter [3:0] _TECHMAP_CONSTMSK_RAD_ = 4'd0;
    parameter [3:0] _TECHMAP_CONSTMSK_WAD_ = 4'd0;
    parameter [3:0] _TECHMAP_CONSTVAL_RAD_ = 4'd0;
    parameter [3:0] _TECHMAP_CONSTVAL_WAD_ = 4'd0;
    localparam [3:0] MSK = _TECHMAP_CONSTMSK_RAD_;

    // The same high bits are 0 on both sides, and there are others.
    wire _TECHMAP_FAIL_ = MSK != _TECHMAP_CONSTMSK_WAD_ || (MSK != 4'b1000 && MSK != 4'b1100 && MSK != 4'b1110)
                          || (MSK & _TECHMAP_CONSTVAL_RAD_) !== 4'd0 || (MSK & _TECHMAP_CONSTVAL_WAD_) !== 4'd0;

    localparam integer TOP = MSK[1] ? 0 : MSK[2] ? 1 : 2;

    wire [3:0] wad = ({4{WAD[TOP]}} & MSK) | (WAD & ~MSK);
    wire [3:0] rad = ({4{RAD[TOP]}} & MSK) | (RAD & ~MSK);

    TRELLIS_DPR16X4 #(
        .WCKMUX(WCKMUX), .WREMUX(WREMUX), .INITVAL(INITVAL)
    ) _TECHMAP_REPLACE_ (
        .DI(DI), .WAD(wad), .WRE(WRE), .WCK(WCK), .RAD(rad), .DO(DO)
    );
endmodule
