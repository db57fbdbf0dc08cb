/* SPDX-License-Identifier: MIT */
/*
 * What onnx_write() makes of the operators whose form depends on the opset, and the files it makes.

 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "error.h"
#include "model.h"
#include "onnx.h"
#include "onnx_write.h"
#include "tap.h"
#include "text.h"

#define IO "input x f32 1,4,8,8\noutput y f32\n"

/* Imports a model; its outputs get a type, as graph_infer() would give them. */
static struct graph *import(int opset, const char *model)
{
	struct graph *g;
	size_t size;
	void *bytes = model_build(opset, model, &size);
	int err = onnx_load_memory(bytes, size, &g);

	free(bytes);
	if (err) {
		note("%s", error_message());
		abort();
	}
	for (int i = 0; i < g->n_out; i++)
		g->tensor[g->out[i]].dtype = DTYPE_F32;
	return g;
}

static const struct expect {
	int opset;
	const char *model;
	int want;		/* opset that is written */
	const char *dump;	/* part of the dump of what is written, read again */
} cases[] = {
	{ 7, IO "node Relu x -> y", 13, "Relu 'Relu_0' :" },
	{ 14, IO "node HardSwish x -> y", 14, "HardSwish" },
	{ 14, "input x u8 4\noutput y u8\nnode Add x x -> y", 14, "Add" },
	{ 14, "input x i32 4\noutput y i32\nnode Add x x -> y", 13, "Add" },
	{ 14, "input x i32 4\noutput y i32\nnode Relu x -> y", 14, "Relu" },
	{ 14, IO "init s i64 1\nnode Reshape x s -> y allowzero=i:1", 14, "allowzero" },
	{ 9, IO "node ReduceMean x -> y axes=is:2,3", 13,
	  "keepdims : x:float32[1x4x8x8] tensor#0:int64[2]{2 3} ->" },
	{ 18, IO "init a i64 2 = 2,3\nnode ReduceMean x a -> y", 13, "tensor#0:int64[2]{2 3} ->" },
	{ 18, IO "init a i32 2 = 2,-1\nnode ReduceMean x a -> y", 13, "tensor#0:int64[2]{2 -1} ->" },
	{ 18, IO "init a i32 1 = 3\nnode ReduceMean x a -> y", 13, "tensor#0:int64[1]{3} ->" },
	{ 18, IO "input a i64 2\nnode ReduceMean x a -> y", 18, "a:int64[2] ->" },
	{ 18, IO "node ReduceMean x -> y noop_with_empty_axes=i:1", 18, "noop_if_empty" },
	{ 18, IO "output z f32\nnode Split x -> y z axis=i:1 num_outputs=i:2", 13,
	  "Split 'Split_0' axis=1 : x" },
	{ 18, IO "output z f32\noutput u f32\nnode Split x -> y z u axis=i:-3 num_outputs=i:3", 18,
	  "Split 'Split_0' axis=-3" },
	{ 19, IO "init p i64 8\nnode Pad x p -> y mode=s:wrap", 19, "mode=wrap" },
	{ 18, IO "init p i64 2\ninit a i64 1\nnode Pad x p - a -> y", 18, "p:int64[2]{0 1} - a:" },
	{ 19, IO "node AveragePool x -> y kernel_shape=is:2,2 dilations=is:2,2", 19,
	  "dilation=2,2" },
	{ 19,
	  IO
	  "init s f32 4 = 1,1,2,2\nnode Resize x - s -> y "
	  "coordinate_transformation_mode=s:half_pixel_symmetric",
	  19, "coord=half_pixel_symmetric" },
	{ 18, IO "init s f32 4 = 1,1,2,2\nnode Resize x - s -> y antialias=i:1 mode=s:linear", 18,
	  "antialias" },
	{ 11, IO "node Softmax x -> y axis=i:3", 13, "Softmax 'Softmax_0' axis=3 :" },
	{ 11, IO "node Softmax x -> y axis=i:2", 13,
	  "Flatten 'Flatten_0' axis=2 : x:float32[1x4x8x8] -> tensor#0:none[unknown]\n"
	  "Softmax 'Softmax_1' axis=-1 : tensor#0:none[unknown] -> tensor#1:none[unknown]\n"
	  "Shape 'Shape_2' : x:float32[1x4x8x8] -> tensor#2:none[unknown]\n"
	  "Reshape 'Reshape_3' : tensor#1:none[unknown] tensor#2:none[unknown] -> y:" },
	{ 13,
	  IO "init s f32 - = 1\ninit z u8 -\nnode com.microsoft:QLinearLeakyRelu x s z s z -> y",
	  13, "QLinearLeakyRelu" },
};

static void check(const struct expect *e)
{
	struct graph *g = import(e->opset, e->model), *again = NULL;
	struct text t = TEXT_INIT;
	void *bytes = NULL;
	size_t size;
	int err = onnx_write_memory(g, &bytes, &size);

	if (!err)
		err = onnx_load_memory(bytes, size, &again);
	if (!err)
		graph_dump(again, &t);
	if (!ok(!err && again->opset == e->want && strstr(text_data(&t), e->dump),
		"opset %d to %d: %s", e->opset, e->want, strrchr(e->model, '\n') + 1))
		note("opset %lld: %s", err ? -1LL : (long long)again->opset,
		     err ? error_message() : text_data(&t));
	text_free(&t);
	graph_free(again);
	graph_free(g);
	free(bytes);
}

static void test_files(const char *folder)
{
	struct graph *g = import(13, IO "init w f32 4\nnode Add x w -> y"), *again;
	char path[512];
	struct stat before, after;
	int w;

	snprintf(path, sizeof(path), "%s/test_write.onnx", folder);
	ok(!onnx_write(g, path) && !onnx_load(path, &again), "a file is written and read");
	/* The graph that is read lies in the file that is written over. */
	again->tensor[again->out[0]].dtype = DTYPE_F32;
	stat(path, &before);
	ok(!onnx_write(again, path) && !stat(path, &after) && before.st_ino != after.st_ino &&
		   before.st_size == after.st_size,
	   "a model may be written over itself");
	graph_free(again);
	ok(onnx_write(g, "/dev/null") == -EINVAL && strstr(error_message(), "not a regular file"), "a device is not replaced");
	w = graph_find_tensor(g, "w");
	g->tensor[w].dtype = DTYPE_NONE;
	ok(onnx_write(g, path) == -EINVAL && strstr(error_message(), "the constant 'w' has no known size"), "a constant needs a type");
	g->tensor[w].dtype = DTYPE_F32;
	g->tensor[g->out[0]].dtype = DTYPE_NONE;
	ok(onnx_write(g, path) == -EINVAL && strstr(error_message(), "'y' has no type yet"),
	   "an output needs a type");
	ok(!stat(path, &before) && before.st_ino == after.st_ino, "and the file stays as it was");
	graph_free(g);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_write FOLDER\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
	test_files(argv[1]);
	return tap_done();
}
