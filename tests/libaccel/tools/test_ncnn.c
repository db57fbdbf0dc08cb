// SPDX-License-Identifier: MIT
/*
 * The converter from ncnn: every number of a small network, half precision, and files that are cut
 * off or damaged.
 *
 *   test_ncnn FOLDER            files go there
 *   test_ncnn --same A.onnx B.onnx     whether all weights of two networks are equal
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../onnx/tap.h"
#include "error.h"
#include "ncnn.h"
#include "onnx.h"

/* 2x3 kernels (x: 2, y: 3), no two parameters alike; a sum; a transposed convolution in halves. */
static const char param[] =
	"7767517\n"
	"6 8\n"
	"Input in 0 1 x 0=9 1=11 2=3\n"
	"Convolution c1 1 1 x a 0=2 1=2 11=3 2=1 12=2 3=1 13=2 4=1 14=2 15=0 16=3 5=1 6=36 9=2 "
	"-23310=1,0.25\n"
	"Split s 1 2 a a0 a1\n"
	"ReLU r 1 1 a0 b\n"
	"Eltwise e 2 1 b a1 c 0=1\n"
	"Deconvolution d 1 1 c y 0=3 1=1 11=2 3=2 5=0 6=12\n";

#define C1_WEIGHTS 36
#define D_WEIGHTS 12

static uint8_t bin[4 + 4 * C1_WEIGHTS + 2 * 4 + 4 + 2 * D_WEIGHTS];

static void put(size_t at, uint32_t v, int n)
{
	for (int i = 0; i < n; i++)
		bin[at + (size_t)i] = (uint8_t)(v >> 8 * i);
}

static void put_float(size_t at, float f)
{
	uint32_t v;

	memcpy(&v, &f, 4);
	put(at, v, 4);
}

static const struct {
	uint16_t code;
	float value;
} halves[D_WEIGHTS] = {
	{ 0x3c00, 1 }, { 0xc000, -2 }, { 0x3555, 0.333251953125f }, { 0x7bff, 65504 },
	{ 0x0400, 0x1p-14f }, { 0x03ff, 1023 * 0x1p-24f }, { 0x8001, -0x1p-24f }, { 0x0000, 0 },
	{ 0x4248, 3.140625f }, { 0xb800, -0.5f }, { 0x5640, 100 }, { 0x211f, 0x1.47cp-7f },
};

static void make_bin(void)
{
	size_t at = 4 + 4 * C1_WEIGHTS;

	put(0, 0, 4);
	for (size_t i = 0; i < C1_WEIGHTS; i++)
		put_float(4 + 4 * i, (float)i / 8);
	put_float(at, -1.5f);
	put_float(at + 4, 2.5f);
	put(at + 8, 0x01306b47, 4);
	for (size_t i = 0; i < D_WEIGHTS; i++)
		put(at + 12 + 2 * i, halves[i].code, 2);
}

static void save(const char *name, const void *data, size_t size)
{
	FILE *f = fopen(name, "wb");

	if (!f || fwrite(data, 1, size, f) != size || fclose(f))
		exit(1);
}

static int convert(struct graph **g)
{
	struct ncnn_net net;
	struct ncnn_bin b;
	int err = ncnn_param_read("t.param", &net);

	*g = graph_new();
	if (!err)
		err = ncnn_bin_open("t.bin", &b);
	else
		b.bytes = NULL;
	if (!err)
		err = ncnn_to_graph(&net, &b, 0, 0, *g);
	ncnn_bin_close(&b);
	ncnn_net_free(&net);
	return err;
}

static const struct node *find_node(const struct graph *g, enum op op)
{
	for (int i = 0; i < g->n_node; i++)
		if (g->node[i].op == op)
			return &g->node[i];
	return NULL;
}

static void check_conv(const struct graph *g)
{
	const struct node *n = find_node(g, OP_CONV);
	const struct conv_attr *a = n ? &n->attr.conv : NULL;
	const struct tensor *w = n ? &g->tensor[n->in[1]] : NULL;
	const float *v = n ? w->data : NULL, *b = n ? g->tensor[n->in[2]].data : NULL;

	if (!ok(n != NULL, "a convolution"))
		return;
	ok(a->kernel[0] == 3 && a->kernel[1] == 2 && a->dilation[0] == 2 && a->dilation[1] == 1 &&
	   a->stride[0] == 2 && a->stride[1] == 1 && a->pad_begin[0] == 2 && a->pad_begin[1] == 1 &&
	   a->pad_end[0] == 3 && a->pad_end[1] == 0, "its parameters, y before x");
	ok(w->shape.dim[0] == 2 && w->shape.dim[1] == 3 && w->shape.dim[2] == 3 &&
	   w->shape.dim[3] == 2 && v[35] == 35 / 8.0f, "its weights");
	ok(b[0] == -1.5f && b[1] == 2.5f, "its bias");
	n = find_node(g, OP_LEAKY_RELU);
	ok(n && n->attr.act.alpha == 0.25f, "its leaky ReLU");
}

static void check_deconv(const struct graph *g)
{
	const struct node *n = find_node(g, OP_CONV_TRANSPOSE);
	const struct tensor *w = n ? &g->tensor[n->in[1]] : NULL;
	bool good = n && w->shape.dim[0] == 2 && w->shape.dim[1] == 3 && w->shape.dim[2] == 2 &&
		    w->shape.dim[3] == 1;

	/* There: out, in, y; here: in, out, y. */
	for (int o = 0; good && o < 3; o++)
		for (int i = 0; i < 2; i++)
			for (int y = 0; y < 2; y++)
				good = good && ((const float *)w->data)[(i * 3 + o) * 2 + y] ==
						       halves[(o * 2 + i) * 2 + y].value;
	ok(good, "weights of the transposed convolution: inputs first, halves exact");
	ok(n && n->n_in == 2 && n->attr.conv.stride[0] == 2 && n->attr.conv.stride[1] == 2,
	   "it has no bias, and the stride in both directions");
}

static void test_convert(void)
{
	struct graph *g;
	int err;

	save("t.param", param, sizeof(param) - 1);
	save("t.bin", bin, sizeof(bin));
	err = convert(&g);
	if (!ok(!err, "the network is converted"))
		note("%s", error_message());
	if (!err) {
		const struct shape *s = &g->tensor[g->out[0]].shape;

		check_conv(g);
		check_deconv(g);
		/* y: (11 + 5 - 5) / 2 + 1 = 6, then 12; x: 9 + 1 - 2 + 1 = 9, then 17. */
		ok(g->n_out == 1 && s->dim[1] == 3 && s->dim[2] == 12 && s->dim[3] == 17,
		   "the output's shape");
		ok(find_node(g, OP_RELU) && find_node(g, OP_ADD), "ReLU and sum");
	}
	graph_free(g);
}

/* Every prefix but the whole is an error. */
static void test_cut(void)
{
	struct graph *g;
	int wrong = 0;

	save("t.param", param, sizeof(param) - 1);
	for (size_t n = 1; n < sizeof(bin); n += n < 300 ? 7 : 1) {
		save("t.bin", bin, n);
		wrong += convert(&g) >= 0;
		graph_free(g);
	}
	ok(!wrong, "weights that are cut off (%d passed)", wrong);
	wrong = 0;
	save("t.bin", bin, sizeof(bin));
	/* The last two bytes are a digit and the end of the line. */
	for (size_t n = 1; n < sizeof(param) - 3; n++) {
		save("t.param", param, n);
		wrong += convert(&g) >= 0;
		graph_free(g);
	}
	ok(!wrong, "text that is cut off (%d passed)", wrong);
}

/* Bytes that are changed: whatever comes of it, it is a result or an error. */
static void test_damage(int rounds)
{
	static const char bytes[] = "0123456789-=., \n\tae";
	char text[sizeof(param)];
	uint64_t seed = 1;
	int bad = 0;

	for (int i = 0; i < rounds; i++) {
		struct graph *g;
		int changes = i % 3 + 1;

		memcpy(text, param, sizeof(param));
		while (changes--) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text[(seed >> 33) % (sizeof(param) - 1)] =
				bytes[(seed >> 20) % (sizeof(bytes) - 1)];
		}
		save("t.param", text, sizeof(param) - 1);
		if (convert(&g) < 0)
			bad += !*error_message();
		graph_free(g);
	}
	ok(!bad, "%d damaged texts", rounds);
}

static void refuse(const char *from, const char *to, const char *message)
{
	char text[sizeof(param) + 200], *at;
	struct graph *g;
	int err;

	at = strstr(param, from);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - param), param, to, at + strlen(from));
	save("t.param", text, strlen(text));
	err = convert(&g);
	graph_free(g);
	if (!ok(err < 0 && strstr(error_message(), message), "'%s' for '%s'", to, from))
		note("%d: %s", err, error_message());
}

static void test_refuse(void)
{
	save("t.bin", bin, sizeof(bin));
	refuse("7767517", "7767518", "no .param file");
	refuse("6 8", "7 8", "announces 7");
	refuse("6 8", "5 8", "more layers");
	refuse("6 8", "99999999 8", "numbers of layers");
	refuse("ReLU r", "Mish r", "of the type 'Mish'");
	refuse("1 1 a0 b", "1 1 q b", "nothing before 'r' makes its input 'q'");
	refuse("a0 a1", "a0 x", "there already");
	refuse("1 2 a a0 a1", "1 60 a a0 a1", "fewer inputs and outputs");
	refuse("1 2 a a0 a1", "1 65 a a0 a1", "too large");
	refuse("9=2", "9=5", "activation 5");
	refuse(" -23310=1,0.25", "", "no slope");
	refuse("-23310=1,0.25", "-23310=2,0.25", "no number");
	refuse("-23310=1,0.25", "-23310=9,0.25", "its length");
	refuse("0.25", "nan", "no number");
	refuse("6=36", "6=37", "cannot have");
	refuse("6=36", "6=18", "line");
	refuse("6=36", "6=500000000", "line");
	refuse("0=2 1=2", "0=-2 1=2", "parameter 0 of 'c1'");
	refuse("11=3 2=1", "11=3.5 2=1", "whole number");
	refuse("5=1 6=36", "7=3 5=1 6=36", "groups");
	refuse("5=0 6=12", "18=1 5=0 6=12", "output padding");
	refuse("c 0=1", "c 0=0", "no plain sum");
	refuse("5=0 6=12", "6=6", "more than the layers take");
	refuse("0=9 1=11", "0=9 1=0", "parameter 1 of 'in'");
}

static int same(const char *a, const char *b)
{
	struct graph *g[2] = { NULL, NULL };
	int at[2] = { 0, 0 }, n = 0;

	if (onnx_load(a, &g[0]) || onnx_load(b, &g[1])) {
		fprintf(stderr, "%s\n", error_message());
		return 1;
	}
	for (;; at[0]++, at[1]++) {
		const struct tensor *t[2] = { NULL, NULL };

		for (int k = 0; k < 2; k++) {
			while (at[k] < g[k]->n_tensor && !g[k]->tensor[at[k]].data)
				at[k]++;
			if (at[k] < g[k]->n_tensor)
				t[k] = &g[k]->tensor[at[k]];
		}
		if (!t[0] && !t[1])
			break;
		if (!t[0] || !t[1] || t[0]->dtype != t[1]->dtype ||
		    !shape_equal(&t[0]->shape, &t[1]->shape) ||
		    memcmp(t[0]->data, t[1]->data,
			   (size_t)shape_count(&t[0]->shape) * dtype_size(t[0]->dtype))) {
			fprintf(stderr, "'%s' and '%s' differ\n", t[0] ? t[0]->name : "nothing",
				t[1] ? t[1]->name : "nothing");
			return 1;
		}
		n++;
	}
	graph_free(g[0]);
	graph_free(g[1]);
	printf("%d\n", n);
	return n == 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "--same"))
		return same(argv[2], argv[3]);
	if (argc != 2 || chdir(argv[1]))
		return 2;
	make_bin();
	test_convert();
	test_cut();
	test_damage(1000);
	test_refuse();
	return tap_done();
}
