// SPDX-License-Identifier: Apache-2.0
#include "post_bench.h"

#include <algorithm>

PostBench::PostBench()
{
    memset(ofm_, 0, sizeof(ofm_));
    memset(ofm_seen_, 0, sizeof(ofm_seen_));
    top_->rst_i = 1;
    tick();
    tick();
    top_->rst_i = 0;
    scrub();
}

void PostBench::error(const char *what)
{
    if (errors_++ < 10)
        printf("# cycle %llu: %s\n", (unsigned long long)cycle_, what);
}

void PostBench::tick()
{
    for (uint32_t c = 0; c < kCols; c++)
        top_->acc_rd_data_i[c] = asked_[1] >= 0 ? uint32_t(acc_[asked_[1]][c]) : noise_.next();
    top_->clk_i = 0;
    top_->eval();

    asked_[1] = asked_[0];
    asked_[0] = -1;
    if (top_->acc_rd_en_o) {
        asked_[0] = int(top_->acc_rd_half_o * kEntries + top_->acc_rd_entry_o);
        if (steps_++ == 0)
            first_step_ = cycle_;
        last_step_ = cycle_;
    }
    if (top_->active_o != top_->post_wr_valid_o)
        error("active_o is not the writes");
    if (top_->done_o)
        check_done();
    if (top_->post_wr_valid_o)
        check_write();

    top_->clk_i = 1;
    top_->eval();
    cycle_++;
}

void PostBench::check_write()
{
    last_write_ = cycle_;
    writes_seen_++;
    if (expected_.empty()) {
        error("a write that nobody asked for");
        return;
    }
    const PostWrite want = expected_.front();
    expected_.pop_front();

    if (top_->post_wr_addr_o != want.addr || top_->post_wr_len_o != want.len) {
        error("address or length of a write");
        return;
    }
    for (uint32_t i = 0; i < want.len; i++) {
        const int8_t got = int8_t(top_->post_wr_data_o[i / 4] >> (8 * (i % 4)));
        if (got != want.data[i])
            error("data of a write");
        ofm_seen_[(want.addr + i) % kOfmBytes] = got;
    }
    outputs_ += want.len;
}

void PostBench::check_done()
{
    if (running_.empty()) {
        error("done without a command");
        return;
    }
    if (writes_seen_ < running_.front())
        error("done ahead of the command's last write");
    if (writes_seen_ == running_.front() && cycle_ - last_write_ > 2)
        error("done late");
    running_.pop_front();
}

void PostBench::wait_idle()
{
    const uint64_t limit = cycle_ + 1000000;
    while (!idle() && cycle_ < limit)
        tick();
    if (!idle())
        error("hangs");
    tick();
    if (!expected_.empty())
        error("writes are missing");
}

void PostBench::send(const fcn_cmd &cmd)
{
    const uint64_t limit = cycle_ + 1000000;
    bool taken = false;

    for (uint32_t w = 0; w < FCN_CMD_WORDS; w++)
        top_->cmd_i[w] = cmd.w[w];
    top_->cmd_valid_i = 1;
    while (!taken && cycle_ < limit) {
        top_->clk_i = 0;
        top_->eval();
        taken = top_->cmd_ready_o;
        if (taken)
            model(cmd);
        tick();
    }
    top_->cmd_valid_i = 0;
    for (uint32_t w = 0; w < FCN_CMD_WORDS; w++)
        top_->cmd_i[w] = noise_.next();
    if (!taken)
        error("does not take a command");
}

void PostBench::clear(int cycles)
{
    top_->clear_i = 1;
    tick();     // what leaves in this cycle has left
    expected_.clear();
    running_.clear();
    writes_expected_ = writes_seen_;
    memcpy(ofm_, ofm_seen_, sizeof(ofm_));
    for (int i = 1; i < cycles; i++)
        tick();
    top_->clear_i = 0;
}

void PostBench::scrub()
{
    const uint64_t limit = cycle_ + 5000;
    bool done = false;

    top_->scrub_i = 1;
    while (!done && cycle_ < limit) {
        tick();
        done = top_->scrub_done_o;
    }
    top_->scrub_i = 0;
    tick();
    if (!done)
        error("scrub does not end");
    memset(par_, 0, sizeof(par_));
    memset(table_, 0, sizeof(table_));
}

void PostBench::write16(uint32_t addr, const uint8_t *bytes)
{
    top_->wr_addr_i = addr & 0xffffff;
    memcpy(&top_->wr_data_i[0], bytes, 16);
    tick();
    top_->wr_addr_i = noise_.next() & 0xffffff;
    for (int i = 0; i < 4; i++)
        top_->wr_data_i[i] = noise_.next();
}

void PostBench::write_par(uint32_t addr, const uint8_t *bytes)
{
    memcpy(&par_[addr % kParBytes], bytes, 16);
    top_->par_wr_en_i = 1;
    write16(addr, bytes);
    top_->par_wr_en_i = 0;
}

void PostBench::write_table(uint32_t addr, const uint8_t *bytes)
{
    memcpy(&table_[addr % kTableBytes], bytes, 16);
    top_->tab_wr_en_i = 1;
    write16(addr, bytes);
    top_->tab_wr_en_i = 0;
}

void PostBench::fill_ofm(Rng *rng)
{
    for (uint32_t addr = 0; addr < kOfmBytes; addr += 16) {
        uint8_t bytes[16];
        for (uint8_t &b : bytes)
            b = uint8_t(rng->next());
        memcpy(&ofm_[addr], bytes, 16);
        top_->ofm_wr_en_i = 1;
        write16(addr, bytes);
        top_->ofm_wr_en_i = 0;
    }
    memcpy(ofm_seen_, ofm_, sizeof(ofm_));
}

void PostBench::fill_acc(Rng *rng)
{
    for (auto &entry : acc_)
        for (int32_t &a : entry)
            a = rng->one_in(8) ? rng->any_length() : rng->any_length() >> 12;
}

// v[c] of theory-of-operation.md.
int8_t PostBench::value(const fcn_cmd &cmd, uint32_t entry, uint32_t col, uint32_t res_addr) const
{
    const uint32_t at = 16 * fcn_post_get_par(&cmd) + 8 * col;
    int32_t bias;
    uint32_t scale;

    memcpy(&bias, &par_[at % kParBytes], 4);
    memcpy(&scale, &par_[(at + 4) % kParBytes], 4);
    int8_t y = post_requantise(acc_[fcn_post_get_half(&cmd) * kEntries + entry % kEntries][col],
                               bias, scale, int8_t(fcn_post_get_zp(&cmd)));
    if (fcn_post_get_table_en(&cmd))
        y = table_[256 * fcn_post_get_table(&cmd) + uint32_t(y + 128)];
    if (fcn_post_get_res_en(&cmd)) {
        const PostResidual p = {
            fcn_post_get_res_mul_a(&cmd),       fcn_post_get_res_mul_b(&cmd),
            fcn_post_get_res_shift(&cmd),       int8_t(fcn_post_get_res_za(&cmd)),
            int8_t(fcn_post_get_res_zb(&cmd)),  int8_t(fcn_post_get_res_zo(&cmd)),
        };
        y = post_residual(y, ofm_[(res_addr + col) % kOfmBytes], p);
    }
    return post_clamp(y, int8_t(fcn_post_get_min(&cmd)), int8_t(fcn_post_get_max(&cmd)));
}

void PostBench::model(const fcn_cmd &cmd)
{
    const uint32_t cols = fcn_post_get_cols_n(&cmd) + 1;

    for (uint32_t y = 0; y <= fcn_post_get_y_n(&cmd); y++)
        for (uint32_t x = 0; x <= fcn_post_get_x_n(&cmd); x++) {
            const uint32_t step = y * fcn_post_get_ofm_y_pitch(&cmd)
                                  + x * fcn_post_get_ofm_x_pitch(&cmd);
            const uint32_t ofm = fcn_post_get_ofm(&cmd) + step;
            const uint32_t res = fcn_post_get_res(&cmd) + step;
            const uint32_t entry = fcn_post_get_acc(&cmd) + y * fcn_post_get_acc_y_pitch(&cmd)
                                   + x * fcn_post_get_acc_x_pitch(&cmd);
            PostWrite w = {};

            for (uint32_t c = 0; c < cols; c++) {
                int8_t best = -128;
                for (uint32_t wy = 0; wy <= fcn_post_get_win_y_n(&cmd); wy++)
                    for (uint32_t wx = 0; wx <= fcn_post_get_win_x_n(&cmd); wx++)
                        best = std::max(best, value(cmd,
                                                    entry + wy * fcn_post_get_win_y_pitch(&cmd) + wx,
                                                    c, res));
                w.data[c % kLanes] = best;
                if (c % kLanes == kLanes - 1 || c == cols - 1) {
                    w.len = c % kLanes + 1;
                    w.addr = (ofm + c + 1 - w.len) & 0xffffff;
                    expected_.push_back(w);
                    writes_expected_++;
                }
                ofm_[(ofm + c) % kOfmBytes] = best;
            }
        }
    running_.push_back(writes_expected_);
}

bool PostBench::races(const fcn_cmd &cmd)
{
    const bool in_place = fcn_post_get_res(&cmd) == fcn_post_get_ofm(&cmd);
    std::vector<int> writer(kOfmBytes, -1);
    bool found = false;

    // First who writes each byte, then whether somebody else reads it.
    for (int pass = 0; pass < 2; pass++) {
        int pixel = 0;
        for (uint32_t y = 0; y <= fcn_post_get_y_n(&cmd); y++)
            for (uint32_t x = 0; x <= fcn_post_get_x_n(&cmd); x++, pixel++)
                for (uint32_t c = 0; c <= fcn_post_get_cols_n(&cmd); c++) {
                    const uint32_t at = y * fcn_post_get_ofm_y_pitch(&cmd)
                                        + x * fcn_post_get_ofm_x_pitch(&cmd) + c;
                    int *w = &writer[(fcn_post_get_ofm(&cmd) + at) % kOfmBytes];
                    if (pass == 0) {
                        found |= in_place && *w >= 0;
                        *w = pixel;
                    } else if (!in_place)
                        found |= writer[(fcn_post_get_res(&cmd) + at) % kOfmBytes] >= 0;
                }
    }
    return found;
}

long PostBench::steps_of(const fcn_cmd &cmd)
{
    return long(fcn_post_get_y_n(&cmd) + 1) * (fcn_post_get_x_n(&cmd) + 1)
           * (fcn_post_get_win_y_n(&cmd) + 1) * (fcn_post_get_win_x_n(&cmd) + 1)
           * (fcn_post_get_cols_n(&cmd) / kLanes + 1);
}
