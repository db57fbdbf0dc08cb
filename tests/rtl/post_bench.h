// SPDX-License-Identifier: Apache-2.0
//
// The bench of POST: the clock, the accumulators, LOAD's writes, and a model that runs every command
// when the engine accepts it and expects the writes in the order of the loops.
#ifndef POST_BENCH_H
#define POST_BENCH_H

#include <cstdio>
#include <deque>
#include <memory>
#include <vector>

#include "Vpost_tb.h"
#include "drm/fcn_accel_cmd.h"
#include "post_ref.h"
#include "verilated.h"

#ifndef COLS
#error "COLS and LANES come from post_run.sh"
#endif

constexpr uint32_t kCols = COLS;
constexpr uint32_t kLanes = LANES;
constexpr uint32_t kEntries = 1 << 6;
constexpr uint32_t kParBytes = 1 << 10;
constexpr uint32_t kOfmBytes = 1 << 14;
constexpr uint32_t kTableBytes = 512;

struct PostWrite {
    uint32_t addr;
    uint32_t len;
    int8_t data[16];
};

class PostBench {
public:
    PostBench();

    Vpost_tb *top() { return top_.get(); }
    uint64_t cycle() const { return cycle_; }
    bool idle() const { return running_.empty(); }
    long errors() const { return errors_; }
    long outputs() const { return outputs_; }
    long steps() const { return steps_; }
    uint64_t first_step() const { return first_step_; }
    uint64_t last_step() const { return last_step_; }
    void forget_steps() { steps_ = 0; }

    void tick();
    void wait_idle();                           // until every accepted command is done
    void send(const fcn_cmd &cmd);              // until the engine accepts it
    void clear(int cycles);                     // clear_i; the model keeps what was written
    void scrub();                               // parameters and tables
    void write_par(uint32_t addr, const uint8_t *bytes);
    void write_table(uint32_t addr, const uint8_t *bytes);
    void fill_ofm(Rng *rng);
    void fill_acc(Rng *rng);

    // Whether a command's residual reads meet its own writes other than in place: a race.
    static bool races(const fcn_cmd &cmd);
    static long steps_of(const fcn_cmd &cmd);

private:
    void model(const fcn_cmd &cmd);
    int8_t value(const fcn_cmd &cmd, uint32_t entry, uint32_t col, uint32_t res_addr) const;
    void check_write();
    void check_done();
    void write16(uint32_t addr, const uint8_t *bytes);
    void error(const char *what);

    std::unique_ptr<Vpost_tb> top_{new Vpost_tb};
    Rng noise_{77};                             // what buses carry when nobody asked
    uint64_t cycle_ = 0;
    long errors_ = 0;
    long outputs_ = 0;
    long steps_ = 0;
    uint64_t first_step_ = 0;
    uint64_t last_step_ = 0;
    uint64_t last_write_ = 0;
    int asked_[2] = {-1, -1};                   // accumulator entry asked for one, two cycles ago

    int32_t acc_[2 * kEntries][kCols];
    uint8_t par_[kParBytes];
    int8_t table_[kTableBytes];
    int8_t ofm_[kOfmBytes];                     // behind all accepted commands
    int8_t ofm_seen_[kOfmBytes];                // behind all writes seen
    std::deque<PostWrite> expected_;
    std::deque<long> running_;                  // for each command, total of writes at its end
    long writes_expected_ = 0;
    long writes_seen_ = 0;
};

#endif
