// SPDX-License-Identifier: Apache-2.0
//
// fcn_post_tab: brings the lookup tables from LOAD into the lanes.
//
// Every lane has a copy of both tables, a byte wide, so that a copy is one small block RAM.  LOAD
// writes 16 bytes a cycle and cannot be held up: its chunks land in a memory here, are marked, and
// go to all lanes one byte a cycle, 17 cycles a chunk.  A command that uses a table must not start
// while busy_o is high.  A fault or abort does not stop the copying: what LOAD has written stays.
`default_nettype none

module fcn_post_tab (
    input  wire         clk_i,
    input  wire         rst_i,
    // LOAD's writes.
    input  wire         wr_en_i,
    /* verilator lint_off UNUSEDSIGNAL */
    input  wire [23:0]  wr_addr_i,      // byte address, a multiple of 16, modulo 512
    /* verilator lint_on UNUSEDSIGNAL */
    input  wire [127:0] wr_data_i,
    // Scrub: level, while nobody uses the tables.
    input  wire         scrub_i,
    output wire         scrub_done_o,
    // To the copies in the lanes.
    output wire         busy_o,         // they are not yet what LOAD wrote
    output wire         copy_en_o,
    output wire [8:0]   copy_addr_o,
    output wire [7:0]   copy_data_o
);

    // ---- scrub: straight into the copies
    wire       scrub_en;
    wire [8:0] scrub_addr;
    fcn_scrub #(.DEPTH_LOG2(9)) u_scrub (
        .clk_i(clk_i), .scrub_i(scrub_i),
        .wr_en_o(scrub_en), .wr_addr_o(scrub_addr), .scrub_done_o(scrub_done_o)
    );

    // ---- copy: look at the marks one by one; read a marked chunk and send its bytes
    reg [31:0] marked_q;
    reg [4:0]  chunk_q;
    reg        copy_q;
    reg [3:0]  byte_q;

    wire forget = rst_i || scrub_i;
    wire marked = marked_q != 32'd0;
    wire read = marked_q[chunk_q] && !copy_q;
    wire copied = copy_q && byte_q == 4'd15;

    // A chunk written again while it is read stays marked, and is copied again.
    always @(posedge clk_i)
        if (forget) marked_q <= 32'd0;
        else if (read || wr_en_i) begin
            if (read) marked_q[chunk_q] <= 1'b0;
            if (wr_en_i) marked_q[wr_addr_i[8:4]] <= 1'b1;
        end

    always @(posedge clk_i)
        if (forget) copy_q <= 1'b0;
        else if (read) copy_q <= 1'b1;
        else if (copied) copy_q <= 1'b0;

    always @(posedge clk_i)
        if (rst_i) chunk_q <= 5'd0;
        else if (copied || (marked && !read && !copy_q)) chunk_q <= chunk_q + 5'd1;

    always @(posedge clk_i)
        if (read) byte_q <= 4'd0;
        else if (copy_q) byte_q <= byte_q + 4'd1;

    wire [127:0] chunk;
    fcn_ram #(
        .WIDTH(128), .BYTE(128), .DEPTH_LOG2(5)
    ) u_chunks (
        .clk_i    (clk_i),
        .wr_en_i  (wr_en_i),
        .wr_addr_i(wr_addr_i[8:4]),
        .wr_be_i  (1'b1),
        .wr_data_i(wr_data_i),
        .rd_en_i  (read),
        .rd_addr_i(chunk_q),
        .rd_data_o(chunk)
    );

    // Block RAM is slow: what it gives goes out a cycle later.
    reg       send_q;
    reg [8:0] send_addr_q;
    reg [7:0] send_data_q;
    always @(posedge clk_i) send_q <= (copy_q && !rst_i) || scrub_en;
    always @(posedge clk_i)
        if (copy_q || scrub_en) begin
            send_addr_q <= scrub_en ? scrub_addr : {chunk_q, byte_q};
            send_data_q <= scrub_en ? 8'd0 : chunk[{byte_q, 3'd0}+:8];
        end

    // Old by a cycle at its rise, like the write's done.
    reg busy_q;
    always @(posedge clk_i) busy_q <= wr_en_i || marked || copy_q || send_q;

    assign busy_o      = busy_q;
    assign copy_en_o   = send_q;
    assign copy_addr_o = send_addr_q;
    assign copy_data_o = send_data_q;

endmodule

`default_nettype wire
