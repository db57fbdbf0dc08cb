/* SPDX-License-Identifier: MIT */
/*
 * Fails every allocation in turn while a model is loaded, dumped and written.  Each time the result
 * must be success or -ENOMEM, and the sanitizer sees leaks.  Linked with --wrap.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "model.h"
#include "onnx.h"
#include "onnx_write.h"
#include "tap.h"
#include "text.h"

static long countdown = -1;	/* allocations until one fails; -1: never */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);

static bool fails(void)
{
	return countdown >= 0 && countdown-- == 0;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

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
		countdown = n;
		err = use(bytes, size);
		countdown = -1;
		if (err && err != -ENOMEM)
			other = err;
	}
	if (!ok(!err && !other, "opset %d: each of %ld allocations may fail", opset, n - 1))
		note("%d: %s", err, error_message());
	free(bytes);
}

int main(void)
{
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
	return tap_done();
}
