/* SPDX-License-Identifier: MIT */
/* Small networks with random weights, and running them. */
#ifndef TESTS_QUANT_NET_H
#define TESTS_QUANT_NET_H

#include "graph.h"
#include "ref.h"

/* A graph under construction: functions add an operator behind tensor x and return its output. */
struct graph *net_new(void);
int net_input(struct graph *g, const char *name, int64_t n, int64_t c, int64_t h, int64_t w);
void net_output(struct graph *g, int y);
int net_conv(struct graph *g, const char *name, int x, int64_t in, int64_t out, int64_t kernel,
	     int64_t stride, int64_t group, bool bias);
int net_deconv(struct graph *g, const char *name, int x, int64_t in, int64_t out, int64_t kernel,
	       int64_t stride, bool bias);
int net_batch_norm(struct graph *g, const char *name, int x, int64_t channels);
int net_op(struct graph *g, enum op op, const char *name, int n_in, const int *in);
int net_unary(struct graph *g, enum op op, const char *name, int x);
int net_pool(struct graph *g, enum op op, const char *name, int x, int64_t kernel);
int net_binary(struct graph *g, enum op op, const char *name, int a, int b);
int net_clip(struct graph *g, const char *name, int x, float lo, float hi);
int net_concat(struct graph *g, const char *name, int a, int b);
int net_scalar(struct graph *g, float v);
int net_list(struct graph *g, int64_t channels, float lo, float hi);	/* Cx1x1, random */

/* A float value of the shape; freed by free(v.data). */
struct value net_value(const struct shape *s);
void net_fill(struct value *v);		/* smooth, with edges: as a picture, in 0 .. 1 */

/* Runs a clone that has these shapes; out.data is to be freed.  Aborts on errors. */
struct value net_run(const struct graph *g, const struct value *in);

/* Signal (peak: the range of a) to noise in dB. */
double net_psnr(const struct value *a, const struct value *b);
double net_snr(const struct value *a, const struct value *b);

int net_count(const struct graph *g, enum op op);

#endif
