// SPDX-License-Identifier: MIT
#include "layers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

static int8_t *random_bytes(struct rng *rng, size_t n)
{
	int8_t *p = malloc(n + 1);

	for (size_t i = 0; i < n; i++)
		p[i] = (int8_t)rng_next(rng);
	return p;
}

static size_t in_bytes(const struct sample *s)
{
	const struct layer *l = &s->l;

	return (size_t)s->n * (size_t)l->y.in * (size_t)l->x.in * (size_t)l->in_ch;
}

static size_t out_bytes(const struct sample *s)
{
	return (size_t)s->n * (size_t)s->out_h * (size_t)s->out_w * (size_t)s->l.out_ch;
}

void sample_fill(struct sample *s, struct rng *rng)
{
	struct layer *l = &s->l;
	size_t n = (size_t)l->out_ch * (size_t)l->y.k * (size_t)l->x.k *
		   (size_t)(l->in_ch / l->groups);
	float spread = 60.0f /
		       (74.0f * 74.0f * sqrtf((float)(l->y.k * l->x.k * (l->in_ch / l->groups))));

	s->out_h = l->win_y.out;
	s->out_w = l->win_x.out;
	s->in = random_bytes(rng, in_bytes(s));
	if (l->kind == LAYER_CONV) {
		l->weights = random_bytes(rng, n);
		l->bias = malloc((size_t)l->out_ch * sizeof(*l->bias));
		l->scale = malloc((size_t)l->out_ch * sizeof(*l->scale));
		for (int i = 0; i < l->out_ch; i++) {
			l->bias[i] = rng_range(rng, -20000, 20000);
			l->scale[i] = spread * (0.5f + (float)(rng_next(rng) % 1000) / 1000.0f);
		}
	}
	if (l->res >= 0)
		s->res = random_bytes(rng, out_bytes(s));
	s->out = malloc(out_bytes(s) + 1);
}

void sample_free(struct sample *s)
{
	free(s->in);
	free(s->res);
	free(s->out);
	free(s->l.weights);
	free(s->l.bias);
	free(s->l.scale);
	free(s->l.table);
}

/* ---- reference ---- */

static int clamp(int v, int lo, int hi)
{
	v = v < lo ? lo : v;
	return v > hi ? hi : v;
}

static int input(const struct sample *s, int n, int y, int x, int ch)
{
	const struct layer *l = &s->l;

	if (l->pad_edge) {
		y = clamp(y, 0, l->y.in - 1);
		x = clamp(x, 0, l->x.in - 1);
	}
	if (y < 0 || x < 0 || y >= l->y.in || x >= l->x.in)
		return l->pad_value;
	return s->in[(((size_t)n * (size_t)l->y.in + (size_t)y) * (size_t)l->x.in + (size_t)x) *
			     (size_t)l->in_ch +
		     (size_t)ch];
}

/* Input position that output o meets at kernel index k; false: none. */
static bool meets(const struct layer *l, const struct axis *a, int o, int k, int *i)
{
	int v;

	if (!l->deconv) {
		*i = o * a->stride - a->pad + k * a->dilation;
		return true;
	}
	v = o + a->pad - k * a->dilation;
	*i = v >= 0 ? v / a->stride : -((-v) / a->stride);
	return v % a->stride == 0;
}

static int64_t rne_shift(int64_t v, int n)
{
	int64_t q = v >> n, r = v - q * ((int64_t)1 << n), half = n ? (int64_t)1 << (n - 1) : 0;

	return n && (r > half || (r == half && q & 1)) ? q + 1 : q;
}

static int one_output(const struct sample *s, int n, int y, int x, int oc)
{
	const struct layer *l = &s->l;
	int ig = l->in_ch / l->groups, first = oc / (l->out_ch / l->groups) * ig, iy, ix;
	uint32_t acc = (uint32_t)l->bias[oc];
	float r;
	int v;

	for (int ky = 0; ky < l->y.k; ky++)
		for (int kx = 0; kx < l->x.k; kx++) {
			if (!meets(l, &l->y, y, ky, &iy) || !meets(l, &l->x, x, kx, &ix))
				continue;
			for (int c = 0; c < ig; c++)
				acc += (uint32_t)((input(s, n, iy, ix, first + c) - l->in_zp) *
						  l->weights[((oc * l->y.k + ky) * l->x.k + kx) *
								     ig +
							     c]);
		}
	r = rintf((float)(int32_t)acc * l->scale[oc]);
	v = r > 1000 ? 127 : r < -1000 ? -128 : clamp((int)r + l->zp, -128, 127);
	if (l->table)
		v = l->table[v + 128];
	if (l->res >= 0) {
		const struct residual *q = &l->residual;
		int b = s->res[((n * l->y.out + y) * l->x.out + x) * l->out_ch + oc];
		int64_t sum = (int64_t)(v - q->za) * q->mul_a + (int64_t)(b - q->zb) * q->mul_b,
			shifted;

		shifted = rne_shift(sum, q->shift) + q->zo;
		v = shifted < -128 ? -128 : shifted > 127 ? 127 : (int)shifted;
	}
	v = v < l->min ? l->min : v;
	return v > l->max ? l->max : v;
}

static int copied(const struct sample *s, int n, int y, int x, int ch)
{
	const struct layer *l = &s->l;
	int iy = y / l->rep_y - l->y.pad, ix = x / l->rep_x - l->x.pad;

	if (iy < 0 || ix < 0 || iy >= l->y.in || ix >= l->x.in)
		return l->pad_value;
	return s->in[((n * l->y.in + iy) * l->x.in + ix) * l->in_ch + l->from_ch + ch];
}

static int pooled(const struct sample *s, int n, int y, int x, int oc)
{
	const struct layer *l = &s->l;
	int best = -129;

	if (l->kind == LAYER_COPY)
		return copied(s, n, y, x, oc);
	for (int i = 0; i < l->win_y.k; i++)
		for (int j = 0; j < l->win_x.k; j++) {
			int v = one_output(s, n, y * l->win_y.s + i, x * l->win_x.s + j, oc);

			best = v > best ? v : best;
		}
	return best;
}

void sample_reference(struct sample *s)
{
	int8_t *out = s->out;

	for (int n = 0; n < s->n; n++)
		for (int y = 0; y < s->out_h; y++)
			for (int x = 0; x < s->out_w; x++)
				for (int c = 0; c < s->l.out_ch; c++)
					*out++ = (int8_t)pooled(s, n, y, x, c);
}

const char *sample_name(const struct sample *s)
{
	static char text[400];
	const struct layer *l = &s->l;

	snprintf(
		text, sizeof(text),
		"%s%s %d x %dx%dx%d -> %dx%dx%d, k %dx%d s %dx%d d %dx%d p %d,%d g %d%s%s, "
		"pool %dx%d s %dx%d, gap %d skew %d",
		l->kind == LAYER_COPY ? "copy"
		: l->deconv	      ? "deconv"
				      : "conv",
		l->pad_edge ? " edge" : "", s->n, l->y.in, l->x.in, l->in_ch, s->out_h, s->out_w,
		l->out_ch, l->y.k, l->x.k, l->y.stride, l->x.stride, l->y.dilation, l->x.dilation,
		l->y.pad, l->x.pad, l->groups, l->res >= 0 ? " residual" : "",
		l->table ? " table" : "", l->win_y.k, l->win_x.k, l->win_y.s, l->win_x.s,
		s->pitch_extra, s->out_skew);
	return text;
}

const char *choice_text(const struct choice *c)
{
	static char text[1000];
	size_t at = 0;

	text[0] = 0;
	for (int i = 0; i < c->n; i++) {
		const struct tiling *t = &c->part[i];

		at += (size_t)snprintf(
			text + at, sizeof(text) - at,
			"%schannels %d+%d packed %d %dx%d layout %d ifm %d tile %dx%d "
			"group %d %d chunk %d %d %d piece %d stay %d stream %d",
			i ? "; " : "", t->ch, t->n_ch, t->packed, t->pack_y, t->pack_x, t->layout,
			t->ifm, t->th, t->tw, t->group_blocks, t->group_phases, t->chunk_ch,
			t->chunk_ky, t->chunk_kx, t->piece, t->weights_stay, t->acc_stream);
	}
	return text;
}

/* ---- run ---- */

static int pixel_pitch(int c, int extra)
{
	if (extra)
		return (c + 15) / 16 * 16 + extra;
	return c == 1 ? 1 : c == 2 ? 2 : c <= 4 ? 4 : c <= 8 ? 8 : (c + 15) / 16 * 16;
}

static struct plan_place place(int region, int n, int h, int w, int c, int extra, int skew)
{
	struct plan_place p = {
		.region = (uint8_t)region, .n = n, .h = h, .w = w, .c = c, .offset = (uint32_t)skew
	};

	p.pixel_pitch = (uint32_t)pixel_pitch(c, extra);
	p.row_pitch = p.pixel_pitch * (uint32_t)w;
	p.image_pitch = p.row_pitch * (uint32_t)h;
	return p;
}

static uint32_t place_bytes(const struct plan_place *p)
{
	return p->offset + p->image_pitch * (uint32_t)p->n + 64;
}

enum { IN = PLAN_IO, RES, OUT, REGIONS };

/* Pixels of a dense tensor to or from memory; counts bytes that differ. */
static int64_t pixels(const struct plan_place *p, uint8_t *memory, int8_t *dense, bool to_memory)
{
	int64_t wrong = 0;

	for (int i = 0; i < p->n * p->h * p->w; i++) {
		uint8_t *at = memory + p->offset + (size_t)i * p->pixel_pitch;
		int8_t *d = dense + (size_t)i * (size_t)p->c;

		if (to_memory)
			memcpy(at, d, (size_t)p->c);
		for (int c = 0; c < p->c; c++)
			wrong += (int8_t)at[c] != d[c];
	}
	return wrong;
}

static int64_t untouched(const struct plan_place *p, const uint8_t *memory)
{
	uint8_t *mine = calloc(1, place_bytes(p));
	int64_t wrong = 0;

	for (int i = 0; i < p->n * p->h * p->w; i++)
		memset(mine + p->offset + (size_t)i * p->pixel_pitch, 1, (size_t)p->c);
	for (uint32_t i = 0; i < place_bytes(p); i++)
		wrong += !mine[i] && memory[i] != 0xa5;
	free(mine);
	return wrong;
}

static int compile(struct sample *s, const struct core_config *config, struct job_layer *j,
		   struct image *image, struct plan_region *region, struct plan_segment *g)
{
	struct cut cut;
	int err;

	region[IN].bytes = place_bytes(&j->in);
	region[OUT].bytes = place_bytes(&j->out);
	region[RES].bytes = s->l.res >= 0 ? place_bytes(&j->res) : 0;
	if (s->l.kind == LAYER_CONV) {
		err = tile_choose(config, &s->l, &j->choice);
		for (int i = 0; !err && i < j->choice.n; i++) {
			err = cut_init(&cut, config, &s->l, &j->choice.part[i]);
			if (err)
				break;
			err = pack_layer(image, &cut, &j->packed[i]);
			cut_free(&cut);
		}
		if (err)
			return err;
	}
	region[PLAN_CONST].bytes = (uint32_t)image->bytes;
	return schedule_job(config, j, 1, REGIONS, region, g);
}

void sample_run(struct sample *s, struct device *d, const struct core_config *config,
		struct sample_result *r)
{
	struct job_layer j = { .l = &s->l };
	struct plan_region region[REGIONS] = { 0 };
	struct plan_segment g = { 0 };
	struct image image = { 0 };
	uint32_t va[REGIONS];

	memset(r, 0, sizeof(*r));
	s->l.name = "layer";
	j.in = place(IN, s->n, s->l.y.in, s->l.x.in, s->l.in_ch, s->pitch_extra, 0);
	j.res = place(RES, s->n, s->out_h, s->out_w, s->l.out_ch, s->pitch_extra, 0);
	j.out = place(OUT, s->n, s->out_h, s->out_w, s->l.out_ch, s->pitch_extra, s->out_skew);
	if (compile(s, config, &j, &image, region, &g)) {
		snprintf(r->why, sizeof(r->why), "%s", error_message());
		goto out;
	}
	r->choice = j.choice;
	r->estimate = g.cycles;
	r->n_cmd = g.n_cmd;
	device_free_all(d);
	for (int i = 0; i < REGIONS; i++) {
		va[i] = region[i].bytes ? device_alloc(d, region[i].bytes) : 0;
		if (region[i].bytes && !va[i]) {
			snprintf(r->why, sizeof(r->why), "no memory for region %d", i);
			goto out;
		}
	}
	if (image.bytes)
		memcpy(device_ptr(d, va[PLAN_CONST]), image.data, image.bytes);
	pixels(&j.in, device_ptr(d, va[IN]), s->in, true);
	if (s->l.res >= 0)
		pixels(&j.res, device_ptr(d, va[RES]), s->res, true);
	memset(device_ptr(d, va[OUT]), 0xa5, region[OUT].bytes);
	if (!device_run(d, &g, va, &r->device)) {
		snprintf(r->why, sizeof(r->why), "the job did not end");
		goto out;
	}
	if (r->device.cause) {
		snprintf(r->why, sizeof(r->why), "fault %u at %08x, command %u of %u",
			 r->device.cause, r->device.addr, r->device.index, g.n_cmd);
		goto out;
	}
	r->ran = true;
	r->wrong = pixels(&j.out, device_ptr(d, va[OUT]), s->out, false) +
		   untouched(&j.out, device_ptr(d, va[OUT]));
	if (r->wrong)
		snprintf(r->why, sizeof(r->why), "%lld bytes wrong, of them %lld around the output",
			 (long long)r->wrong, (long long)untouched(&j.out, device_ptr(d, va[OUT])));
out:
	free(g.cmd);
	free(g.cmd_region);
	free(g.cmd_layer);
	free(image.data);
}
