// SPDX-License-Identifier: Apache-2.0
//
// Reference arithmetic of POST for its benches: single precision where arithmetic.md speaks of it,
// plain 64-bit integers elsewhere.  And the random numbers of the benches.
#ifndef POST_REF_H
#define POST_REF_H

#include <cmath>
#include <cstdint>
#include <cstring>

struct Rng {
    uint64_t state;

    explicit Rng(uint64_t seed) : state(0x9e3779b97f4a7c15u ^ (seed << 32 | seed)) {}

    uint32_t next()
    {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return uint32_t(state >> 16);
    }

    uint32_t below(uint32_t n) { return next() % n; }
    bool one_in(uint32_t n) { return below(n) == 0; }

    // Any bit length is equally likely; either sign.
    int32_t any_length()
    {
        const uint32_t r = next() >> below(32);
        return next() & 1 ? int32_t(r) : int32_t(0u - r);
    }
};

inline int8_t post_sat8(int64_t v)
{
    return int8_t(v > 127 ? 127 : v < -128 ? -128 : v);
}

// Requantisation in floats.  `scale` is 32 bits of a float whose sign is ignored.  Infinite and
// not-a-number scales have no float meaning here: arithmetic.md takes exponent 255 as just another
// power of two, so that any sum but 0 saturates.
inline int8_t post_requantise(int32_t acc, int32_t bias, uint32_t scale, int8_t zp)
{
    const int32_t a = int32_t(uint32_t(acc) + uint32_t(bias));
    const uint32_t bits = scale & 0x7fffffffu;
    const uint32_t exponent = bits >> 23;
    float factor;
    float rounded;

    memcpy(&factor, &bits, sizeof(factor));
    if (exponent == 0)
        rounded = 0;
    else if (exponent == 255)
        rounded = a > 0 ? 1e6f : a < 0 ? -1e6f : 0;
    else {
        volatile float product = float(a) * factor;     // volatile: single precision, not fused
        rounded = std::nearbyintf(product);
    }
    rounded = std::fmin(std::fmax(rounded, -1e6f), 1e6f);
    return post_sat8(int64_t(rounded) + zp);
}

inline int64_t post_rne_shift(int64_t v, unsigned n)
{
    if (n == 0)
        return v;
    const int64_t unit = int64_t(1) << n;
    const int64_t r = ((v % unit) + unit) % unit;
    const int64_t q = (v - r) / unit;
    return q + (2 * r > unit || (2 * r == unit && q % 2 != 0));
}

struct PostResidual {
    uint32_t mul_a;
    uint32_t mul_b;
    unsigned shift;
    int8_t za;
    int8_t zb;
    int8_t zo;
};

inline int8_t post_residual(int8_t y, int8_t b, const PostResidual &p)
{
    const int64_t v = int64_t(y - p.za) * p.mul_a + int64_t(b - p.zb) * p.mul_b;
    return post_sat8(post_rne_shift(v, p.shift) + p.zo);
}

inline int8_t post_clamp(int8_t y, int8_t min, int8_t max)
{
    const int8_t floor = y < min ? min : y;
    return floor > max ? max : floor;
}

#endif
