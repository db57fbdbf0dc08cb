// SPDX-License-Identifier: Apache-2.0
//
// Test of POST: random commands against the loops of theory-of-operation.md in float arithmetic.
// Prints TAP; exit 0 when all is well.
//
// usage: post_tb [SEED [COMMANDS]]

#include <cstdlib>

#include "post_bench.h"

namespace {

Rng g_rng(1);
uint32_t g_par;         // where the next command's parameters go, in chunks

// Parameters of all columns into the next place of the parameter ring; returns the place.
uint32_t new_parameters(PostBench *b)
{
    const uint32_t place = g_par;

    for (uint32_t c = 0; c < kCols; c += 2) {
        uint32_t words[4];
        for (int i = 0; i < 2; i++) {
            const uint32_t exponent = g_rng.one_in(16) ? g_rng.below(256) : 127 - g_rng.below(20);
            words[2 * i] = uint32_t(g_rng.any_length()) & (g_rng.one_in(8) ? ~0u : 0xfff);
            words[2 * i + 1] = g_rng.below(2) << 31 | exponent << 23 | (g_rng.next() & 0x7fffff);
        }
        b->write_par(16 * g_par, reinterpret_cast<const uint8_t *>(words));
        g_par = (g_par + 1) % (kParBytes / 16);
    }
    return place | (g_rng.next() & 0xff) << 8;      // bits above the buffer's size do not matter
}

void new_table(PostBench *b, uint32_t table)
{
    for (uint32_t chunk = 0; chunk < 16; chunk++) {
        uint8_t bytes[16];
        if (g_rng.one_in(3))
            continue;
        for (uint8_t &v : bytes)
            v = uint8_t(g_rng.next());
        b->write_table((g_rng.next() & 0xff) << 9 | 256 * table | 16 * chunk, bytes);
    }
}

uint32_t loop_length(uint32_t most)
{
    return g_rng.one_in(3) ? 0 : g_rng.below(most);
}

void make_residual(fcn_cmd *cmd)
{
    fcn_post_set_win_x_n(cmd, 0);
    fcn_post_set_win_y_n(cmd, 0);
    fcn_post_set_win_y_pitch(cmd, 0);
    fcn_post_set_res_en(cmd, 1);
    const uint32_t shift = g_rng.one_in(3) ? g_rng.below(41) : 28 + g_rng.below(13);
    fcn_post_set_res_shift(cmd, shift);
    fcn_post_set_res_mul_a(cmd, g_rng.next() >> 1 >> (g_rng.one_in(2) ? g_rng.below(31) : 0));
    fcn_post_set_res_mul_b(cmd, g_rng.next() >> 1 >> (g_rng.one_in(2) ? g_rng.below(31) : 0));
    if (g_rng.one_in(4)) {          // ties
        fcn_post_set_res_mul_a(cmd, shift ? 1u << (shift - 1) % 31 : 1);
        fcn_post_set_res_mul_b(cmd, shift ? 1u << (shift - 1) % 31 : 1);
    }
    fcn_post_set_res_za(cmd, int8_t(g_rng.next()));
    fcn_post_set_res_zb(cmd, int8_t(g_rng.next()));
    fcn_post_set_res_zo(cmd, int8_t(g_rng.next()));
    do {
        fcn_post_set_ofm_x_pitch(cmd, g_rng.below(2 * kCols));
        fcn_post_set_ofm_y_pitch(cmd, g_rng.below(2048));
        fcn_post_set_res(cmd, g_rng.one_in(2) ? fcn_post_get_ofm(cmd) : g_rng.next() & 0xffffff);
    } while (PostBench::races(*cmd));
}

fcn_cmd random_command()
{
    fcn_cmd cmd = {};
    const bool whole = g_rng.one_in(2);

    fcn_cmd_set_opcode(&cmd, FCN_OP_POST);
    fcn_cmd_set_version(&cmd, FCN_CMD_VERSION);
    fcn_post_set_acc(&cmd, g_rng.next() & 0xfff);
    fcn_post_set_half(&cmd, g_rng.below(2));
    fcn_post_set_x_n(&cmd, loop_length(8));
    fcn_post_set_y_n(&cmd, loop_length(6));
    fcn_post_set_acc_x_pitch(&cmd, g_rng.next() & 0xfff);
    fcn_post_set_acc_y_pitch(&cmd, g_rng.next() & 0xfff);
    fcn_post_set_win_x_n(&cmd, loop_length(g_rng.one_in(20) ? 16 : 3));
    fcn_post_set_win_y_n(&cmd, loop_length(g_rng.one_in(20) ? 16 : 3));
    fcn_post_set_win_y_pitch(&cmd, g_rng.next() & 0xfff);
    fcn_post_set_ofm(&cmd, g_rng.next() & 0xffffff);
    fcn_post_set_ofm_x_pitch(&cmd, g_rng.one_in(2) ? kCols : g_rng.next() & 0xffffff);
    fcn_post_set_ofm_y_pitch(&cmd, g_rng.next() & 0xffffff);
    fcn_post_set_cols_n(&cmd, g_rng.one_in(2) ? kCols - 1 : g_rng.below(kCols));
    fcn_post_set_zp(&cmd, int8_t(g_rng.next()));
    fcn_post_set_min(&cmd, whole ? -128 : int8_t(g_rng.next()));
    fcn_post_set_max(&cmd, whole ? 127 : int8_t(g_rng.next()));
    if (g_rng.one_in(3)) {
        fcn_post_set_table_en(&cmd, 1);
        fcn_post_set_table(&cmd, g_rng.below(2));
    }
    if (g_rng.one_in(3))
        make_residual(&cmd);
    return cmd;
}

// Sends one random command, with new parameters and perhaps a new table.
void random_turn(PostBench *b)
{
    fcn_cmd cmd = random_command();

    fcn_post_set_par(&cmd, new_parameters(b));
    if (fcn_post_get_table_en(&cmd) && g_rng.one_in(2)) {
        b->wait_idle();
        new_table(b, fcn_post_get_table(&cmd));
    }
    if (g_rng.one_in(16))
        b->wait_idle();
    if (g_rng.one_in(4))
        for (uint32_t i = g_rng.below(60); i > 0; i--)
            b->tick();
    b->send(cmd);
}

void test_random(PostBench *b, long commands)
{
    for (long i = 0; i < commands; i++) {
        if (i % 64 == 0) {
            b->wait_idle();
            b->fill_ofm(&g_rng);
            b->fill_acc(&g_rng);
        }
        random_turn(b);
    }
    b->wait_idle();
}

// Parameters already there, no residuals, no gaps: commands as close together as they get.
// Each has `least` steps at least.  Returns the cycles lost between the first step and the last.
long test_tight(PostBench *b, long commands, long least)
{
    uint32_t place[2];
    long steps = 0;
    fcn_cmd cmd;

    b->wait_idle();
    for (uint32_t &p : place)
        p = new_parameters(b);
    b->forget_steps();
    for (long i = 0; i < commands; i++) {
        do
            cmd = random_command();
        while (fcn_post_get_res_en(&cmd) || PostBench::steps_of(cmd) < least);
        fcn_post_set_par(&cmd, place[i % 2]);
        steps += PostBench::steps_of(cmd);
        b->send(cmd);
    }
    b->wait_idle();
    return long(b->last_step() - b->first_step() + 1) - steps;
}

// Commands of one step.
void test_tiny(PostBench *b, long commands)
{
    b->wait_idle();
    for (long i = 0; i < commands; i++) {
        fcn_cmd cmd = random_command();
        fcn_post_set_x_n(&cmd, 0);
        fcn_post_set_y_n(&cmd, 0);
        fcn_post_set_win_x_n(&cmd, 0);
        fcn_post_set_win_y_n(&cmd, 0);
        fcn_post_set_cols_n(&cmd, g_rng.below(kLanes));
        fcn_post_set_par(&cmd, g_rng.below(kParBytes / 16));
        b->send(cmd);
    }
    b->wait_idle();
}

void test_clear(PostBench *b, long rounds)
{
    for (long i = 0; i < rounds; i++) {
        for (uint32_t n = g_rng.below(4) + 1; n > 0; n--)
            random_turn(b);
        for (uint32_t n = g_rng.below(80); n > 0; n--)
            b->tick();
        b->clear(int(g_rng.below(4)) + 1);
    }
    random_turn(b);
    b->wait_idle();
}

void test_scrub(PostBench *b, long rounds)
{
    for (long i = 0; i < rounds; i++) {
        b->wait_idle();
        new_table(b, g_rng.below(2));       // perhaps still on its way into the lanes
        b->scrub();
        for (int n = 0; n < 4; n++) {
            fcn_cmd cmd = random_command();
            fcn_post_set_par(&cmd, g_rng.next() & 0xffff);
            b->send(cmd);
        }
    }
    b->wait_idle();
}

}  // namespace

int main(int argc, char **argv)
{
    const uint64_t seed = argc > 1 ? strtoull(argv[1], nullptr, 0) : 1;
    const long commands = argc > 2 ? atol(argv[2]) : 4000;
    PostBench bench;
    long before = 0;
    int number = 0;

    g_rng = Rng(seed);
    g_par = 5;      // so that some command's parameters wrap around the end of the buffer
    auto report = [&](const char *what) {
        printf("%sok %d - %s\n", bench.errors() == before ? "" : "not ", ++number, what);
        before = bench.errors();
    };

    test_random(&bench, commands);
    report("random commands");
    test_tiny(&bench, commands);
    report("commands of one step");
    test_tight(&bench, commands, 1);
    report("commands without gaps between them");
    // As many steps as the prefetch of parameters takes.
    const long lost = test_tight(&bench, commands / 10, kCols / 2 + 10);
    report("longer commands without gaps");
    printf("%sok %d - they take a step every cycle (%ld cycles lost)\n", lost ? "not " : "", ++number,
           lost);
    test_clear(&bench, commands / 10);
    report("clear at any time");
    test_scrub(&bench, 20);
    report("scrub leaves zeros");
    printf("# %d columns, %d lanes, seed %llu: %ld outputs in %llu cycles\n", COLS, LANES,
           (unsigned long long)seed, bench.outputs(), (unsigned long long)bench.cycle());
    printf("1..%d\n", number);
    return bench.errors() != 0 || lost != 0;
}
