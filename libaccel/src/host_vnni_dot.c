/* SPDX-License-Identifier: MIT */
/* Convolutions with few output channels: 64 bytes of one sum are the lanes. */
#ifdef __x86_64__

#include "host_vnni.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define PIXELS 5

static inline int8_t finish(const struct vnni_job *job, int channel, int32_t sum)
{
	float v = (float)(int32_t)((uint32_t)sum + (uint32_t)job->bias[channel]) *
		  job->scale[channel];

	v = v < (float)(job->lo - job->zp) ? (float)(job->lo - job->zp) : v;
	v = v > (float)(job->hi - job->zp) ? (float)(job->hi - job->zp) : v;
	return (int8_t)(_mm_cvtss_si32(_mm_set_ss(v)) + job->zp);
}

/* channels is a constant where this is used, so that all loops over it unroll. */
TARGET static inline __attribute__((always_inline)) void
multiply(const struct vnni_job *job, const uint8_t *const *in, int8_t *const *out,
	 const int channels)
{
	__m512i acc[PIXELS][VNNI_DOT_CHANNELS], w[VNNI_DOT_CHANNELS];
	const int8_t *weights = job->weights;

#pragma GCC unroll 5
	for (int i = 0; i < PIXELS; i++)
#pragma GCC unroll 4
		for (int k = 0; k < channels; k++)
			acc[i][k] = _mm512_setzero_si512();
	for (int r = 0; r < job->n_run; r++) {
		ptrdiff_t at = job->run[r].offset, end = at + (ptrdiff_t)job->run[r].quads * 4;

		for (; at < end; at += 64, weights += channels * 64) {
#pragma GCC unroll 4
			for (int k = 0; k < channels; k++)
				w[k] = _mm512_loadu_si512(weights + 64 * k);
#pragma GCC unroll 5
			for (int i = 0; i < PIXELS; i++) {
				__m512i x = _mm512_loadu_si512(in[i] + at);

#pragma GCC unroll 4
				for (int k = 0; k < channels; k++)
					acc[i][k] = _mm512_dpbusd_epi32(acc[i][k], x, w[k]);
			}
		}
	}
#pragma GCC unroll 5
	for (int i = 0; i < PIXELS; i++)
#pragma GCC unroll 4
		for (int k = 0; k < channels; k++)
			out[i][k] = finish(job, k, _mm512_reduce_add_epi32(acc[i][k]));
}

typedef void multiply_fn(const struct vnni_job *job, const uint8_t *const *in, int8_t *const *out);

#define DEFINE_DOT(channels)								\
TARGET static void dot_##channels(const struct vnni_job *job, const uint8_t *const *in,	\
				  int8_t *const *out)					\
{											\
	multiply(job, in, out, channels);						\
}

DEFINE_DOT(1)
DEFINE_DOT(2)
DEFINE_DOT(3)
DEFINE_DOT(4)

static multiply_fn *const dots[VNNI_DOT_CHANNELS + 1] = { NULL, dot_1, dot_2, dot_3, dot_4 };

/* Pixels that are too many repeat the last one. */
void vnni_run_dot(const struct vnni_job *job)
{
	const int n = job->height * job->width;
	const uint8_t *in[PIXELS];
	int8_t *out[PIXELS];

	for (int first = 0, y = 0, x = 0; first < n; first += PIXELS) {
		for (int i = 0; i < PIXELS; i++) {
			in[i] = job->in + (size_t)y * job->in_row + (size_t)x * job->in_pixel;
			out[i] = job->out + (size_t)y * job->out_row + (size_t)x * job->out_pixel;
			if (first + i + 1 < n && ++x == job->width) {
				x = 0;
				y++;
			}
		}
		dots[job->channels](job, in, out);
	}
}

#else
/* ISO C forbids an empty file. */
extern int host_vnni_dot_unused;
#endif
