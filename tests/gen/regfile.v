// SPDX-License-Identifier: Apache-2.0
//
// What each access of the register file does, seen on its ports: strobes, actions, causes,
// doorbell and lock, reserved and unmapped bits, reset.

`default_nettype none

module regfile;
    `include "fcn_defs.vh"

    reg clk = 1'b0, rst = 1'b1;
    reg wr_en = 1'b0;
    reg [11:0] wr_addr = 12'd0, rd_addr = 12'd0;
    reg [31:0] wr_data = 32'd0;
    reg [3:0] wr_strb = 4'd0;
    wire [31:0] rd_data;
    reg [1:0] done_set = 2'd0;
    reg locked = 1'b0;
    wire reset_set, kick, kick_other;
    wire [31:0] seqno;
    integer bad = 0, i;
    integer kicks = 0, actions = 0;

    fcn_regfile #(.ROWS(16), .COLS(32)) dut (
        .clk_i(clk), .rst_i(rst),
        .ctrl_reset_set_o(reset_set), .ctrl_reset_i(1'b1), .ctrl_tlb_flush_i(1'b0),
        .status_busy_i(1'b0), .status_slot_i(1'b0), .status_bus_idle_i(1'b1), .status_draining_i(1'b0),
        .irq_status_done_set_i(done_set), .irq_status_fault_set_i(2'd0),
        .irq_status_seqno_err_set_i(1'b0), .irq_status_test_set_i(1'b0), .irq_test_test_i(1'b0),
        .progress_count_i(32'd7),
        .slot0_abort_abort_i(1'b0), .slot1_abort_abort_i(1'b0),
        .slot0_status_busy_i(1'b0), .slot0_status_running_i(1'b0), .slot0_status_cause_i(8'd0),
        .slot1_status_busy_i(1'b1), .slot1_status_running_i(1'b0), .slot1_status_cause_i(8'd3),
        .slot0_fault_addr_addr_i(32'd0), .slot1_fault_addr_addr_i(32'd0),
        .slot0_fault_cmd_index_i(24'd0), .slot1_fault_cmd_index_i(24'd0),
        .slot0_seqno_kick_o(kick), .slot0_seqno_value_o(seqno), .slot1_seqno_kick_o(kick_other),
        .slot0_locked_i(locked), .slot1_locked_i(1'b0),
        .wr_en_i(wr_en), .wr_addr_i(wr_addr[11:2]), .wr_data_i(wr_data), .wr_strb_i(wr_strb),
        .rd_addr_i(rd_addr[11:2]), .rd_data_o(rd_data));

    always #5 clk = !clk;
    always @(posedge clk) begin
        if (kick) kicks = kicks + 1;
        if (kick_other) bad = bad + 1;
        if (reset_set) actions = actions + 1;
    end

    task write(input [11:0] addr, input [31:0] data, input [3:0] strb);
        begin
            @(negedge clk) wr_en = 1'b1;
            wr_addr = addr;
            wr_data = data;
            wr_strb = strb;
            @(negedge clk) wr_en = 1'b0;
        end
    endtask

    task want(input [11:0] addr, input [31:0] data);
        begin
            @(negedge clk) rd_addr = addr;
            @(negedge clk) if (rd_data !== data) begin
                bad = bad + 1;
                $display("0x%h reads 0x%h, not 0x%h", addr, rd_data, data);
            end
        end
    endtask

    task count_kicks(input integer should);
        begin
            repeat (2) @(negedge clk);
            if (kicks !== should) begin
                bad = bad + 1;
                $display("%0d kicks, not %0d", kicks, should);
            end
        end
    endtask

    task count_actions(input integer should);
        begin
            repeat (2) @(negedge clk);
            if (actions !== should) begin
                bad = bad + 1;
                $display("%0d actions, not %0d", actions, should);
            end
        end
    endtask

    initial begin
        repeat (3) @(negedge clk);
        rst = 1'b0;
        // fixed and driven values
        want(FCN_REG_ID, 32'h46434e41);
        want(FCN_REG_CONFIG0, 32'h00002010);
        want(FCN_REG_STATUS, 32'h4);
        want(FCN_REG_PROGRESS, 32'd7);
        want(FCN_REG_SLOT1_STATUS, 32'h31);
        write(FCN_REG_ID, 32'hffffffff, 4'hf);
        want(FCN_REG_ID, 32'h46434e41);
        // rw: strobes, reserved bits
        write(FCN_REG_SCRATCH, 32'h11223344, 4'hf);
        write(FCN_REG_SCRATCH, 32'haabbccdd, 4'h5);
        want(FCN_REG_SCRATCH, 32'h11bb33dd);
        write(FCN_REG_SCRATCH, 32'hffffffff, 4'h0);
        want(FCN_REG_SCRATCH, 32'h11bb33dd);
        write(FCN_REG_SEQNO_ADDR_LO, 32'hffffffff, 4'hf);
        want(FCN_REG_SEQNO_ADDR_LO, 32'hffffffc0);
        // w1s: one pulse, none without the strobe or the bit; reads the core's answer
        write(FCN_REG_CTRL, 32'h1, 4'h1);
        count_actions(1);
        write(FCN_REG_CTRL, 32'h1, 4'he);
        write(FCN_REG_CTRL, 32'h2, 4'hf);
        count_actions(1);
        want(FCN_REG_CTRL, 32'h1);
        // w1c: set, kept, cleared per bit; set wins
        @(negedge clk) done_set = 2'd3;
        @(negedge clk) done_set = 2'd0;
        write(FCN_REG_IRQ_STATUS, 32'h0, 4'hf);
        want(FCN_REG_IRQ_STATUS, 32'h3);
        write(FCN_REG_IRQ_STATUS, 32'h1, 4'h1);
        want(FCN_REG_IRQ_STATUS, 32'h2);
        done_set = 2'd2;
        write(FCN_REG_IRQ_STATUS, 32'h2, 4'h1);
        done_set = 2'd0;
        want(FCN_REG_IRQ_STATUS, 32'h2);
        // slot, kick, lock
        write(FCN_REG_SLOT0_ROOT, 32'hffffffff, 4'hf);
        want(FCN_REG_SLOT0_ROOT, 32'h0fffffff);
        want(FCN_REG_SLOT1_ROOT, 32'h0);
        write(FCN_REG_SLOT0_SEQNO, 32'h5, 4'hf);
        count_kicks(1);
        write(FCN_REG_SLOT0_SEQNO, 32'h9, 4'h0);
        count_kicks(1);
        locked = 1'b1;
        write(FCN_REG_SLOT0_SEQNO, 32'h6, 4'hf);
        write(FCN_REG_SLOT0_ROOT, 32'h0, 4'hf);
        count_kicks(1);
        want(FCN_REG_SLOT0_SEQNO, 32'h5);
        want(FCN_REG_SLOT0_ROOT, 32'h0fffffff);
        locked = 1'b0;
        // the cycle of a kick is locked
        @(negedge clk) wr_en = 1'b1;
        wr_addr = FCN_REG_SLOT0_SEQNO;
        wr_data = 32'h7;
        wr_strb = 4'hf;
        @(negedge clk) wr_data = 32'h8;
        @(negedge clk) wr_en = 1'b0;
        count_kicks(2);
        want(FCN_REG_SLOT0_SEQNO, 32'h7);
        // unmapped
        for (i = 0; i < 4096; i = i + 4)
            if ((i > 12'h010 && i < 12'h020) || (i > 12'h040 && i < 12'h100) ||
                (i > 12'h120 && i < 12'h140) || i > 12'h160) begin
                write(i, 32'hffffffff, 4'hf);
                want(i, 32'h0);
            end
        want(FCN_REG_SCRATCH, 32'h11bb33dd);
        // reset
        @(negedge clk) rst = 1'b1;
        write(FCN_REG_SCRATCH, 32'h1, 4'hf);
        write(FCN_REG_SLOT0_SEQNO, 32'h1, 4'hf);
        write(FCN_REG_CTRL, 32'h1, 4'hf);
        want(FCN_REG_CTRL, 32'h1);
        rst = 1'b0;
        want(FCN_REG_SCRATCH, 32'h0);
        want(FCN_REG_IRQ_STATUS, 32'h0);
        want(FCN_REG_SEQNO_ADDR_LO, 32'h0);
        want(FCN_REG_SLOT0_SEQNO, 32'h0);
        count_kicks(2);
        count_actions(1);
        if (bad == 0) $display("good");
        $finish;
    end
endmodule

`default_nettype wire
