/* SPDX-License-Identifier: MIT */
/*
 * Layers on the host: random ones against plain loops, whole networks against the functional model
 * of the core.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../compile/layers.h"
#include "../onnx/tap.h"
#include "error.h"
#include "nets.h"
#include "run_layer.h"
#include "runtime.h"

static int out_size(const struct axis *a, bool deconv)
{
	int reach = (a->k - 1) * a->dilation;

	if (deconv)
		return (a->in - 1) * a->stride - 2 * a->pad + reach + 1;
	return a->in + 2 * a->pad > reach ? (a->in + 2 * a->pad - reach - 1) / a->stride + 1 : 0;
}

static struct axis random_axis(struct rng *r, bool deconv)
{
	struct axis a = {
		.in = rng_range(r, 1, 9),
		.k = rng_range(r, 1, 5),
		.stride = rng_range(r, 1, 3),
		.dilation = rng_range(r, 1, 2),
		.pad = rng_range(r, 0, 3),
	};

	a.out = out_size(&a, deconv);
	return a;
}

static struct window random_window(struct rng *r, const struct axis *a, bool pools)
{
	struct window w = { 1, 1, a->out };

	if (!pools)
		return w;
	w.k = rng_range(r, 1, a->out < 3 ? a->out : 3);
	w.s = rng_range(r, 1, 2);
	w.out = (a->out - w.k) / w.s + 1;
	return w;
}

static int8_t *random_table(struct rng *r)
{
	int8_t *t = malloc(256);

	for (int i = 0; i < 256; i++)
		t[i] = (int8_t)rng_next(r);
	return t;
}

/* Channels and groups: dense, grouped or depthwise. */
static void random_channels(struct rng *r, struct layer *l)
{
	int kind = rng_range(r, 0, 3), in = rng_range(r, 1, 40), out = rng_range(r, 1, 40);

	l->groups = kind == 0 ? in : kind == 1 ? rng_range(r, 1, 4) : 1;
	l->in_ch = kind == 0 ? in : l->groups * ((in + l->groups - 1) / l->groups);
	l->out_ch = kind == 0 ? in : l->groups * ((out + l->groups - 1) / l->groups);
}

/* Requantises: each output is a function of one input. */
static void make_pointwise(struct layer *l)
{
	l->groups = l->out_ch = l->in_ch;
	l->y.k = l->y.stride = l->y.dilation = l->x.k = l->x.stride = l->x.dilation = 1;
	l->y.pad = l->x.pad = 0;
	l->y.out = l->y.in;
	l->x.out = l->x.in;
}

/* The same function for all channels. */
static void unify(struct layer *l)
{
	for (int c = 1; c < l->out_ch; c++) {
		l->weights[c] = l->weights[0];
		l->bias[c] = l->bias[0];
		l->scale[c] = l->scale[0];
	}
}

/* False: no such layer. */
static bool random_conv(struct rng *r, struct sample *s)
{
	struct layer *l = &s->l;
	bool pools;

	memset(s, 0, sizeof(*s));
	l->name = "layer";
	l->kind = LAYER_CONV;
	l->deconv = rng_range(r, 0, 2) == 0;
	l->y = random_axis(r, l->deconv);
	l->x = random_axis(r, l->deconv);
	if (l->y.out < 1 || l->x.out < 1)
		return false;
	random_channels(r, l);
	if (rng_range(r, 0, 5) == 0)
		make_pointwise(l);
	l->in_zp = rng_range(r, -128, 127);
	l->pad_edge = !l->deconv && rng_range(r, 0, 4) == 0;
	l->pad_value = l->deconv || rng_range(r, 0, 3) ? l->in_zp : -128;
	l->zp = rng_range(r, -128, 127);
	l->min = rng_range(r, 0, 1) ? -128 : rng_range(r, -128, 0);
	l->max = rng_range(r, 0, 1) ? 127 : rng_range(r, -10, 127);
	pools = rng_range(r, 0, 3) == 0;
	l->win_y = random_window(r, &l->y, pools);
	l->win_x = random_window(r, &l->x, pools);
	l->res = !layer_pools(l) && rng_range(r, 0, 2) == 0 ? 0 : -1;
	if (l->res >= 0)
		l->residual = (struct residual){ rng_next(r) >> 2, rng_next(r) >> 2, 30,
						 rng_range(r, -128, 127), rng_range(r, -128, 127),
						 rng_range(r, -128, 127) };
	if (rng_range(r, 0, 2) == 0)
		l->table = random_table(r);
	s->n = 1;
	return true;
}

/* How often a kernel was the one that ran, by name. */
static const char *const names[] = { "plain", "pointwise", "depthwise", "vnni", "xnnpack" };
#define N_NAMES (sizeof(names) / sizeof(names[0]))
static int taken[N_NAMES];

static size_t kernel_index(const struct host_layer *h)
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (!strcmp(names[i], host_chosen(h)))
			return i;
	abort();
}

static struct host_view dense(void *data, int w, int c)
{
	return (struct host_view){ data, (size_t)w * (size_t)c, (size_t)c };
}

/* Rows of the output, and nothing in the gaps behind them. */
static bool same_rows(const struct sample *s, const int8_t *got, const struct host_view *out)
{
	size_t row = (size_t)s->out_w * (size_t)s->l.out_ch;
	bool good = true;

	for (int y = 0; good && y < s->out_h; y++) {
		const int8_t *at = got + (size_t)y * out->row;

		good = !memcmp(at, s->out + (size_t)y * row, row);
		for (size_t i = row; good && i < out->row; i++)
			good = at[i] == 0x55;
	}
	return good;
}

/* Runs often enough for every allowed kernel to have its turn. */
static bool same_with(struct sample *s, unsigned allowed, int runs)
{
	const struct layer *l = &s->l;
	size_t n = (size_t)s->out_h * ((size_t)s->out_w * (size_t)l->out_ch + 16);
	int8_t *got = malloc(n + 1);
	struct host_view in = dense(s->in, l->x.in, l->in_ch);
	struct host_view res = dense(s->res, s->out_w, l->out_ch);
	struct host_view out = dense(got, s->out_w, l->out_ch);
	struct host_layer h;
	bool good = got && !host_layer_init(&h, l, allowed);

	for (int i = 0; good && i < runs; i++) {
		out.row = (size_t)s->out_w * (size_t)l->out_ch + (i % 3 == 1 ? 16 : 0);
		memset(got, 0x55, n);
		good = !host_layer_run(&h, &in, &res, &out) && same_rows(s, got, &out);
		if (!good)
			note("kernel %s, run %d", host_chosen(&h), i);
		taken[kernel_index(&h)]++;
	}
	host_layer_free(&h);
	free(got);
	return good;
}

static bool same(struct sample *s)
{
	bool good;

	sample_reference(s);
	good = same_with(s, 0, 1);
	for (int i = 0; i < HOST_KERNELS; i++)
		good &= same_with(s, 1u << i, 2);
	return same_with(s, HOST_ALL, 3 * HOST_KERNELS) && good;
}

static void test_layers(int count)
{
	struct rng r = { 1 };
	int done = 0, wrong = 0;

	while (done < count) {
		struct sample s;

		if (!random_conv(&r, &s))
			continue;
		sample_fill(&s, &r);
		if (s.l.groups == s.l.out_ch && s.l.groups == s.l.in_ch && s.l.y.k * s.l.x.k == 1)
			unify(&s.l);
		if (!same(&s) && !wrong++)
			note("%s", sample_name(&s));
		sample_free(&s);
		done++;
	}
	ok(!wrong, "%d random layers, with every kernel that can do them", count);
	for (size_t i = 0; i < N_NAMES; i++)
		note("%s: %d runs%s", names[i], taken[i],
		     taken[i] ? "" : " (this machine or this build does not have it)");
	ok(taken[0] && taken[1] && taken[2], "plain, pointwise and depthwise ran");
}

/* Not every kernel takes them. */
static void test_odd(void)
{
	static const char *const what[] = { "an infinite scale", "a scale of 300", "a single value that is left", "a scale for each channel" };
	struct rng r = { 2 };

	for (int i = 0; i < 4; i++) {
		struct sample s = { .n = 1 };
		struct layer *l = &s.l;

		l->name = "layer";
		l->y = l->x = (struct axis){ 6, 6, 1, 1, 1, 0 };
		l->win_y = l->win_x = (struct window){ 1, 1, 6 };
		l->in_ch = l->out_ch = 8;
		l->groups = i == 3 ? 8 : 1;
		l->res = -1;
		l->min = i == 2 ? 5 : -128;
		l->max = i == 2 ? 5 : 127;
		sample_fill(&s, &r);
		for (int c = 0; i < 2 && c < 8; c++) {
			l->scale[c] = i ? 300 : INFINITY;
			l->bias[c] = 1000000;
		}
		ok(same(&s), "%s", what[i]);
		/* And depthwise. */
		l->groups = 8;
		ok(same(&s), "%s, depthwise", what[i]);
		sample_free(&s);
	}
}

/*
 * Padding makes 2.2 GB of one pixel, farther than offsets of 32 bits reach: the kernels that pad leave it to plain, before they
 * allocate.  XNNPACK has no padded input.
 */
static void test_far_padding(void)
{
	struct rng r = { 3 };

	for (int groups = 1; groups <= 33; groups += 32) {
		struct sample s = { .n = 1 };
		struct layer *l = &s.l;
		struct host_layer h;
		bool made;

		l->name = "layer";
		l->y = l->x = (struct axis){ 1, 1, 9, 1, 1024, 4096 };
		l->win_y = l->win_x = (struct window){ 1, 1, 1 };
		l->in_ch = l->out_ch = 33;
		l->groups = groups;
		l->res = -1;
		l->min = -128;
		l->max = 127;
		sample_fill(&s, &r);
		made = !host_layer_init(&h, l, 1u << 0 | 1u << 2);
		if (!ok(made && !strcmp(host_chosen(&h), "plain"), "padding of 2.2 GB in %d groups is left to plain", groups))
			note("%s", made ? host_chosen(&h) : error_message());
		host_layer_free(&h);
		sample_free(&s);
	}
}

static void need(int err)
{
	if (!err)
		return;
	note("%s", accel_error_message());
	exit(1);
}

/* The only output of a model with one input, on a device; malloc'd. */
static void *run_on(const char *uri, const struct accel_model *m, struct accel_array *x, size_t *size)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	struct accel_device *dev;
	struct accel_program *p;
	struct accel_array y = { 0 };

	need(accel_device_open(uri, &dev));
	need(accel_compile(m, dev, NULL, &p));
	need(accel_model_output(m, 0, &info));
	y.dtype = info.dtype;
	y.rank = info.rank;
	memcpy(y.dim, info.dim, sizeof(y.dim));
	y.data_size = accel_dtype_size(y.dtype);
	for (int i = 0; i < y.rank; i++)
		y.data_size *= (size_t)y.dim[i];
	y.data = malloc(y.data_size + 1);
	need(accel_run(p, x, &y));
	accel_program_free(p);
	accel_device_close(dev);
	*size = y.data_size;
	return y.data;
}

static void test_net(const char *name, struct graph *g)
{
	struct accel_tensor_info info = { .size = sizeof(info) };
	struct rng r = { 7 };
	struct accel_array x = { 0 };
	struct accel_model *m;
	size_t n, size;
	void *core, *host;

	need(model_new(g, &m));
	need(accel_model_input(m, 0, &info));
	x.dtype = info.dtype;
	x.rank = info.rank;
	memcpy(x.dim, info.dim, sizeof(x.dim));
	n = (size_t)(x.dim[0] * x.dim[1] * x.dim[2] * x.dim[3]);
	x.data_size = n * accel_dtype_size(x.dtype);
	x.data = malloc(x.data_size + 1);
	for (size_t i = 0; i < n; i++)
		((float *)x.data)[i] = (float)rng_range(&r, -300, 300) / 100;
	core = run_on("model:array=8x8", m, &x, &size);
	host = run_on("host:", m, &x, &size);
	ok(x.dtype == ACCEL_FLOAT32 && !memcmp(core, host, size), "%s: %zu bytes as on the core",
	   name, size);
	free(core);
	free(host);
	free(x.data);
	accel_model_free(m);
}

/* Copies with a border, and without what lies outside. */
static struct graph *make_copies(void)
{
	static const int64_t pads[8] = { 0, 0, 2, 3, 0, 0, 1, 4 };
	struct maker m = maker_new(5, false);
	int x = make_pad(&m, make_conv(&m, make_input(&m, 1, 3, 7, 6), 16, 1, 1, 0, 1, false), pads);

	x = make_slice(&m, make_resize(&m, x, 2, false), 2, 1, 12);
	return maker_finish(&m, 1, &x);
}

int main(int argc, char **argv)
{
	test_layers(argc > 1 ? atoi(argv[1]) : 300);
	test_odd();
	test_far_padding();
	test_net("U-Net", make_unet(32, 8, 1));
	test_net("DCGAN", make_dcgan(8, 2));
	test_net("FCN-8s", make_fcn8s(64, 16, 3));
	test_net("upconv_7", make_upconv7(30, 4));
	test_net("copies", make_copies());
	return tap_done();
}
