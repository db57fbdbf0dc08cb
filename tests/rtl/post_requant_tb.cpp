// SPDX-License-Identifier: Apache-2.0
//
// Bench of fcn_requant against single precision arithmetic of the machine that runs it.
// Prints TAP; exit 0 when every value agrees.
//
// usage: post_requant_tb [VALUES per class of input]

#include <cfenv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "Vfcn_requant.h"
#include "post_ref.h"
#include "verilated.h"

namespace {

constexpr int kScaleAt = 5;     // cycles from acc_i to the scale, the zero point, and the result
constexpr int kZpAt = 9;
constexpr int kLatency = 10;
constexpr int kRing = 16;       // at least kLatency + 1, power of two

struct Vector {
    int32_t acc;
    int32_t bias;
    uint32_t scale;     // 31 bits
    int8_t zp;
};

Rng g_rng(1);

uint32_t rnd()
{
    return g_rng.next();
}

int32_t any_length()
{
    return g_rng.any_length();
}

// A sum, split at random into accumulator and bias.
void split(Vector *v, int32_t sum)
{
    v->bias = rnd() & 1 ? any_length() : 0;
    v->acc = int32_t(uint32_t(sum) - uint32_t(v->bias));
}

// A scale that makes the sum about `target`, in its last bits random or round.
uint32_t scale_for(int32_t sum, double target)
{
    const double ratio = sum ? std::fabs(target / double(sum)) : 1.0;
    const float scale = float(ratio);
    uint32_t bits;
    memcpy(&bits, &scale, sizeof(bits));
    return bits & 0x7fffffffu;
}

void everything(Vector *v)          // no structure at all
{
    split(v, int32_t(rnd()));
    v->scale = rnd() & 0x7fffffffu;
}

void in_range(Vector *v)            // results that a network would have
{
    const int32_t sum = any_length();
    split(v, sum);
    v->scale = scale_for(sum, double(rnd() % 300000) / 1000.0);
}

void near_ties(Vector *v)           // results next to n + 1/2
{
    const int32_t sum = any_length();
    split(v, sum);
    v->scale = scale_for(sum, double(rnd() % 260) + 0.5) + rnd() % 5 - 2;
    v->scale &= 0x7fffffffu;
}

void exact_ties(Vector *v)          // power-of-two scales, odd sums
{
    const int32_t sum = any_length();
    split(v, sum);
    v->scale = (127 - rnd() % 34) << 23;
}

void beyond_24_bits(Vector *v)      // sums that a float cannot hold, at and next to its ties
{
    const int n = int(rnd() % 8);   // bits too many
    const uint32_t mant = rnd() % 4 ? (1u << 23) + (rnd() & 0x7fffff) : 0xffffffu - rnd() % 3;
    const uint32_t low = (n ? 1u << n >> 1 : 0) + rnd() % 3 - 1;
    const uint32_t mag = (mant << n) + low;
    const int32_t sum = rnd() & 1 ? int32_t(mag) : int32_t(0u - mag);
    split(v, sum);
    v->scale = (scale_for(sum, double(1 + rnd() % 512) / 2.0) + rnd() % 3 - 1) & 0x7fffffffu;
}

void corners(Vector *v)
{
    static const uint32_t sums[] = {0, 1, 2, 3, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff,
                                    0x00ffffff, 0x01000000, 0x01000001, 0x01000003, 0xfeffffff,
                                    0x7fffff80, 0x7fffff7f, 0x7fffffc0, 0x7fffffbf};
    static const uint32_t scales[] = {0, 1, 0x007fffff, 0x00800000, 0x00800001, 0x3f800000,
                                      0x3f7fffff, 0x3effffff, 0x3f000000, 0x3f000001, 0x33800000,
                                      0x7f000000, 0x7f7fffff, 0x7f800000, 0x7fffffff, 0x30000000};
    split(v, int32_t(sums[rnd() % (sizeof(sums) / sizeof(sums[0]))]));
    v->scale = scales[rnd() % (sizeof(scales) / sizeof(scales[0]))];
    if (rnd() % 4 == 0)
        v->scale = (rnd() % 256) << 23 | (rnd() & 1 ? 0 : 0x7fffff);
}

// Sends `count` values, one a cycle, with pauses of the clock enable; returns the differences.
long run(Vfcn_requant *top, void (*make)(Vector *), long count)
{
    Vector ring[kRing] = {};
    long bad = 0;

    for (long n = 0; n < count + kLatency;) {
        top->run_i = rnd() % 16 != 0;
        if (top->run_i) {
            Vector *v = &ring[n % kRing];
            make(v);
            v->zp = rnd() % 4 ? int8_t(rnd()) : int8_t(rnd() & 1 ? 127 : -128);
            top->acc_i = uint32_t(v->acc);
            top->bias_i = uint32_t(v->bias);
            top->scale_i = ring[(n - kScaleAt) & (kRing - 1)].scale;
            top->zp_i = uint8_t(ring[(n - kZpAt) & (kRing - 1)].zp);
        }
        top->clk_i = 0;
        top->eval();
        if (top->run_i && n >= kLatency) {
            const Vector &v = ring[(n - kLatency) & (kRing - 1)];
            const int8_t want = post_requantise(v.acc, v.bias, v.scale, v.zp);
            if (int8_t(top->y_o) != want && bad++ < 5)
                printf("# acc %d bias %d scale 0x%08x zp %d: %d, not %d\n", v.acc, v.bias,
                       v.scale, v.zp, int8_t(top->y_o), want);
        }
        n += top->run_i;
        top->clk_i = 1;
        top->eval();
    }
    return bad;
}

}  // namespace

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*make)(Vector *);
    } classes[] = {
        {"any bits", everything},           {"results in range", in_range},
        {"results next to ties", near_ties}, {"exact ties", exact_ties},
        {"sums beyond 24 bits", beyond_24_bits}, {"corners", corners},
    };
    const long count = argc > 1 ? atol(argv[1]) : 2000000;
    Vfcn_requant *top = new Vfcn_requant;
    int number = 0;
    long all = 0;

    std::fesetround(FE_TONEAREST);
    for (const auto &c : classes) {
        const long bad = run(top, c.make, count);
        printf("%sok %d - requantise, %s: %ld values\n", bad ? "not " : "", ++number, c.name, count);
        all += bad;
    }
    printf("1..%d\n", number);
    delete top;
    return all != 0;
}
