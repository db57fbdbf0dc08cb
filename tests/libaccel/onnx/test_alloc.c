/* SPDX-License-Identifier: MIT */
/*
 * Fails every allocation in turn while a model is loaded, dumped and written.  Each time the result
 * must be success or -ENOMEM, and the sanitizer sees leaks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "failing.h"
#include "model.h"
#include "onnx.h"
#include "onnx_write.h"
#include "tap.h"
#include "text.h"

static int use(const void *bytes, size_t size)
{
	struct text t = TEXT_INIT;
	struct graph *g;
	void *written;
	int err = onnx_load_memory(bytes, size, &g);

	if (err)
		return err;
	g->tensor[g->out[0]].dtype = DTYPE_F32;
	err = graph_dump(g, &t);
	text_free(&t);
	if (!err)
		err = onnx_write_memory(g, &written, &size);
	if (!err)
		free(written);
	graph_free(g);
	return err;
}

static void sweep(int opset, const char *model)
{
	size_t size;
	void *bytes = model_build(opset, model, &size);
	long n;
	int err = -ENOMEM, other = 0;

	for (n = 0; err == -ENOMEM && n < 100000; n++) {
		failing_start(n + 1, false);
		err = use(bytes, size);
		failing_end();
		if (err && err != -ENOMEM)
			other = err;
	}
	if (!ok(!err && !other, "opset %d: each of %ld allocations may fail", opset, n - 1))
		note("%d: %s", err, error_message());
	free(bytes);
}

/* A file of a tensor. */
static void sweep_tensor(const char *path, const char *bytes, size_t size)
{
	struct value v;
	FILE *f = fopen(path, "wb");
	bool good = f && fwrite(bytes, 1, size, f) == size;
	int err = -ENOMEM, other = 0;
	long n;

	if (f)
		fclose(f);
	for (n = 0; good && err == -ENOMEM && n < 1000; n++) {
		failing_start(n + 1, false);
		err = onnx_read_tensor(path, &v);
		failing_end();
		if (err && err != -ENOMEM)
			other = err;
	}
	ok(good && !err && !other && n > 1 && v.shape.dim[0] == 2 && ((float *)v.data)[1] == 1, "a tensor's file: each of %ld allocations may fail", n - 1);
	if (!err)
		free((void *)v.data);
	remove(path);
	ok(onnx_read_tensor(path, &v) == -ENOENT && strstr(error_message(), path), "%s", error_message());
}

int main(int argc, char **argv)
{
	char path[4096];

	sweep(8, "input x f32 1,4,8,8\noutput y f32\n"
		 "init w f32 4,4,3,3\ninit s f32 - = 0.5\n"
		 "node Constant -> c value=t: f32 2 = 7,8\n"
		 "node QuantizeLinear x s -> q\nnode DequantizeLinear q s -> d\n"
		 "node Conv d w -> a kernel_shape=is:3,3 pads=is:1,1,1,1\n"
		 "node Squeeze a -> b axes=is:0\nnode Add b c -> e\n"
		 "node Softmax e -> f axis=i:1\nnode Dropout f -> g\n"
		 "node Upsample g -> h scales=fs:1,2,2\nnode Shape h -> i\n"
		 "node Reshape h i -> y");
	sweep(21, "input x f32 1,4,8,8\noutput y f32\ninit s f32 - = 0.5\n"
		  "node QuantizeLinear x s -> q output_dtype=i:3\nnode Shape q -> y start=i:1");
	sweep(13, "output y i64\nnode Constant -> c value_ints=is:1,2\nnode Shape c -> s\nnode Add c s -> y");
	snprintf(path, sizeof(path), "%s/alloc.pb", argc > 1 ? argv[1] : ".");
	/* With the values where they can stay, and where they cannot. */
	sweep_tensor(path, "\x08\x02\x10\x01\x42\0\x4a\x08\0\0\0\0\0\0\x80\x3f", 16);
	sweep_tensor(path, "\x08\x02\x10\x01\x4a\x08\0\0\0\0\0\0\x80\x3f", 14);
	return tap_done();
}
