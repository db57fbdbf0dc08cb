/* SPDX-License-Identifier: MIT */
/* Tiles of pixels by vectors of output channels. */
#ifdef __x86_64__

#include "host_vnni.h"

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define MAX_PIXELS 12
#define MAX_LANES 64

bool vnni_available(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512vnni");
}

/* The pixels of a tile; those that are too many repeat the last one. */
struct tile {
	const uint8_t *in[MAX_PIXELS];
	int8_t *out[MAX_PIXELS];
	int32_t sum[MAX_PIXELS * MAX_LANES] __attribute__((aligned(64)));
};

/* Lanes of one block. */
struct block {
	const int8_t *weights;
	const int32_t *bias;
	const float *scale;
	int first, channels;	/* of the group; channels that are there: the last lanes may be none */
};

/* ---- sums ---- */

TARGET static inline __attribute__((always_inline)) __m512i four_bytes(const uint8_t *at)
{
	int32_t v;

	memcpy(&v, at, sizeof(v));
	return _mm512_set1_epi32(v);
}

/*
 * Repetitions by the preprocessor, and one instruction by its name: compilers keep an array of sums
 * in memory, or load all inputs before they use the first, and then run out of registers.
 * V<n>(X, i): X for n vectors of pixel i; P<n>(V, X): for n pixels.
 */
#define V1(X, i) X##_PIXEL(i) X(i, 0)
#define V2(X, i) V1(X, i) X(i, 1)
#define V3(X, i) V2(X, i) X(i, 2)
#define V4(X, i) V3(X, i) X(i, 3)
#define P6(V, X) V(X, 0) V(X, 1) V(X, 2) V(X, 3) V(X, 4) V(X, 5)
#define P8(V, X) P6(V, X) V(X, 6) V(X, 7)
#define P12(V, X) P8(V, X) V(X, 8) V(X, 9) V(X, 10) V(X, 11)

#define SUM(i, k) sum_##i##_##k
#define START_PIXEL(i)
#define START(i, k) __m512i SUM(i, k) = _mm512_loadu_si512(b->bias + 16 * (k));
#define WEIGHTS_PIXEL(i)
#define WEIGHTS(i, k) const __m512i w_##k = _mm512_loadu_si512(weights + 64 * (k));
#define ADD_PIXEL(i) const __m512i x_##i = four_bytes(t->in[i] + at);
#define ADD(i, k)									\
	__asm__ volatile("vpdpbusd %2, %1, %0" : "+v"(SUM(i, k)) : "v"(x_##i), "v"(w_##k));
#define STORE_PIXEL(i)
#define STORE(i, k) _mm512_store_si512(to + 16 * (i * vectors + (k)), SUM(i, k));

#define DEFINE_TILE(name, P, V, n_vectors)						\
TARGET static void name(const struct vnni_job *job, const struct block *b, struct tile *t)	\
{											\
	enum { vectors = n_vectors };							\
	const int8_t *weights = b->weights;						\
	const int32_t *offset = job->offset;						\
	const int32_t *const end = offset + job->quads;				\
	int32_t *to = t->sum;								\
											\
	P(V, START)									\
	do {										\
		const ptrdiff_t at = *offset;						\
											\
		V(WEIGHTS, 0)								\
		P(V, ADD)								\
		weights += vectors * 64;						\
	} while (++offset < end);							\
	P(V, STORE)									\
}

/* As many sums as registers hold beside weights and input. */
DEFINE_TILE(tile_1, P12, V1, 1)
DEFINE_TILE(tile_2, P12, V2, 2)
DEFINE_TILE(tile_3, P8, V3, 3)
DEFINE_TILE(tile_4, P6, V4, 4)

typedef void tile_fn(const struct vnni_job *job, const struct block *b, struct tile *t);

static const struct {
	tile_fn *run;
	int pixels;
} tiles[] = { { NULL, 0 }, { tile_1, 12 }, { tile_2, 12 }, { tile_3, 8 }, { tile_4, 6 } };

/* ---- from sums to bytes ---- */

/* f32(sum) * scale, limited, rounded (ties to even: MXCSR's default), plus zero point. */
TARGET static void finish(const struct vnni_job *job, const struct block *b, const struct tile *t,
			  int pixels, int vectors)
{
	const __m512 lo = _mm512_set1_ps((float)(job->lo - job->zp));
	const __m512 hi = _mm512_set1_ps((float)(job->hi - job->zp));
	const __m512i zp = _mm512_set1_epi32(job->zp);

	for (int k = 0; k < vectors; k++) {
		int left = b->channels - 16 * k;
		__mmask16 some = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
		__m512 scale = _mm512_loadu_ps(b->scale + 16 * k);

		for (int i = 0; i < pixels; i++) {
			__m512i sum = _mm512_load_si512(t->sum + 16 * (i * vectors + k));
			__m512 v = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale);

			v = _mm512_min_ps(_mm512_max_ps(v, lo), hi);
			sum = _mm512_add_epi32(_mm512_cvtps_epi32(v), zp);
			_mm512_mask_cvtepi32_storeu_epi8(t->out[i] + b->first + 16 * k, some, sum);
		}
	}
}

static void start_only(const struct block *b, struct tile *t, int pixels, int lanes)
{
	for (int i = 0; i < pixels; i++)
		memcpy(t->sum + i * lanes, b->bias, (size_t)lanes * sizeof(*t->sum));
}

static void run_block(const struct vnni_job *job, const struct block *b, int vectors)
{
	const int pixels = tiles[vectors].pixels, n = job->height * job->width;
	struct tile t;

	for (int first = 0, y = 0, x = 0; first < n; first += pixels) {
		for (int i = 0; i < pixels; i++) {
			t.in[i] = job->in + (size_t)y * job->in_row + (size_t)x * job->in_pixel;
			t.out[i] = job->out + (size_t)y * job->out_row + (size_t)x * job->out_pixel;
			if (first + i + 1 < n && ++x == job->width) {
				x = 0;
				y++;
			}
		}
		if (job->quads)
			tiles[vectors].run(job, b, &t);
		else
			start_only(b, &t, pixels, vectors * 16);
		finish(job, b, &t, pixels, vectors);
	}
}

void vnni_run_job(const struct vnni_job *job)
{
	const int8_t *weights = job->weights;

	for (int first = 0; first < job->channels;) {
		int lanes = vnni_block((job->channels - first + 15) / 16 * 16);
		int left = job->channels - first;
		struct block b = { weights, job->bias + first, job->scale + first, first,
				   left < lanes ? left : lanes };

		run_block(job, &b, lanes / 16);
		weights += (size_t)lanes * (size_t)job->quads * 4;
		first += lanes;
	}
}

#else
/* ISO C forbids an empty file. */
extern int host_vnni_tile_unused;
#endif
