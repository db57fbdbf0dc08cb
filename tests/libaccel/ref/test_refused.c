/* SPDX-License-Identifier: MIT */
/*
 * Models that are wrong, by the error's words, and constants of rare types, by what folding makes of them: each is a
 * description for ../onnx/model.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "failing.h"
#include "model.h"
#include "onnx.h"
#include "ref.h"
#include "tap.h"
#include "text.h"

#define Y "output y f32\n"
#define IO "input x f32 1,4,8,8\n" Y
#define Q "input q i8 1,3,2,2\n" Y "init s f32 - = 1\ninit z i8 -\ninit two f32 2\n"

static const struct expect {
	int opset;
	const char *model;
	const char *message;
} refused[] = {
	{ 13, IO "init i i32 4\nnode Add x i -> y", "input 0 is float32 and input 1 is int32" },
	{ 13, IO "init s f32 2,4,8,8\nnode PRelu x s -> y", "the slope's shape 2x4x8x8 does not fit in 1x4x8x8" },
	{ 13, IO "init lo f32 2\nnode Clip x lo -> y", "limit of the shape 2 instead of a scalar" },
	{ 13, IO "node Softmax x -> y axis=i:9", "axis 9 of a tensor of rank 4" },
	{ 13, "input a f32 2000000,1\ninput b f32 1,2000000\n" Y "node MatMul a b -> y",
	  "the shape of its output 0 is unknown or too large" },

	/* Convolutions and pools. */
	{ 13, IO "init w f32 4,4,3,3\ninit b f32 3\nnode Conv x w b -> y", "a bias of 3 for 4 output channels" },
	{ 13, IO "init w f32 4,4,3,3\nnode Conv x w -> y group=i:3", "3 groups with weights of 4x4x3x3" },
	{ 13, IO "init w f32 0,4,3,3\nnode Conv x w -> y", "weights of 0x4x3x3" },
	{ 13, "input a f32 2,3\n" Y "init w f32 2,3,1\nnode Conv a w -> y", "one to three spatial dimensions" },
	{ 13, IO "init w f32 4,4,3,3\nnode ConvTranspose x w -> y output_padding=is:-1,0", "output_padding" },
	{ 13, "input a f32 2,3\n" Y "node GlobalAveragePool a -> y", "one to three spatial dimensions" },
	{ 13, "input a f32 1,2,0,3\n" Y "node GlobalMaxPool a -> y", "an empty input of 1x2x0x3" },
	{ 13, IO "node MaxPool x -> y kernel_shape=is:2", "a kernel of 1 dimensions for an input of 1x4x8x8" },
	{ 13, "input a f32 4\n" Y "init v f32 4\nnode BatchNormalization a v v v v -> y", "an input of 4 has no channels" },
	{ 13, IO "init v f32 3\nnode BatchNormalization x v v v v -> y", "input 1 of 3 for the channels of 1x4x8x8" },

	/* Products. */
	{ 13, IO "init s f32 -\nnode MatMul x s -> y", "a scalar has no rows" },
	{ 13, IO "init b f32 5,2\nnode MatMul x b -> y", "1x4x8x8 times 5x2" },
	{ 13, "input a f32 2,3\n" Y "init b f32 4,2\nnode Gemm a b -> y", "2x3 times 4x2" },
	{ 13, "input a f32 2,3\n" Y "init b f32 3,4\ninit c f32 5,2,4\nnode Gemm a b c -> y", "C of 5x2x4 does not fit in 2x4" },

	{ 13, "input a f32 2,3,4\n" Y "init b f32 5,4,2\nnode MatMul a b -> y", "do not fit" },

	/* Shapes. */
	{ 13, IO "init b f32 2\nnode Concat x b -> y axis=i:0", "have different ranks" },
	{ 13, IO "init b f32 1,4,8,7\nnode Concat x b -> y axis=i:1", "do not fit on axis 1" },
	{ 13, "input a f32 2,3\n" Y "node DepthToSpace a -> y blocksize=i:2", "instead of N,C,H,W" },
	{ 13, IO "node DepthToSpace x -> y blocksize=i:3", "4 channels cannot be split into blocks of 3 x 3" },
	{ 13, IO "output z f32\ninit s i64 3\nnode Split x s -> y z axis=i:1", "2 outputs, and sizes of int64 3" },
	{ 13, IO "output z f32\ninit s i64 2 = 5,-1\nnode Split x s -> y z axis=i:1", "part 0 of 4 would have 5" },
	{ 13, IO "output z f32\ninit s i64 2 = 1,2\nnode Split x s -> y z axis=i:1", "the sizes do not sum up to the 4 on axis 1" },
	{ 13, IO "output z f32\ninit s i64 2 = 3,3\nnode Split x s -> y z axis=i:1", "the sizes do not sum up to the 4 on axis 1" },
	{ 13, IO "output z f32\nnode Split x -> y z axis=i:5", "axis 5 of a tensor of rank 4" },
	{ 13, IO "node Flatten x -> y axis=i:6", "axis 6 of a tensor of rank" },
	{ 13, IO "init a i64 1 = 5\nnode Squeeze x a -> y", "axis 5 of a tensor of rank 4" },
	{ 18, IO "input a i64 1\nnode ReduceMean x a -> y", "computed while the model runs" },
	{ 13, IO "node Transpose x -> y perm=is:1,0", "a permutation of 2 axes for 1x4x8x8" },
	{ 13, IO "init s i64 1 = -2\nnode Reshape x s -> y", "a dimension of -2" },
	{ 13, IO "init s i64 5 = 1,1,1,1,0\nnode Reshape x s -> y", "dimension 4 of 1x4x8x8 is to be kept" },
	{ 13, IO "init s i64 2 = -1,-1\nnode Reshape x s -> y", "two dimensions of -1" },
	{ 13, IO "init a i64 1 = 1\nnode Squeeze x a -> y", "dimension 1 of 1x4x8x8 is not 1" },
	{ 13, IO "init a i64 9\nnode Unsqueeze x a -> y", "more than 8 dimensions" },
	{ 13, IO "init a f32 1\nnode Unsqueeze x a -> y", "axes are float32 instead of int64" },
	{ 13, IO "init a i64 1,2\nnode Unsqueeze x a -> y", "axes have the shape 1x2" },
	{ 13, IO "init a i64 2 = 0,0\nnode Squeeze x a -> y", "axis 0 is given twice" },
	{ 13, IO "node ReduceMean x -> y axes=is:5", "axis 5 of a tensor of rank 4" },
	{ 13, "input a f32 2,0\n" Y "node ReduceMean a -> y axes=is:1", "the mean of nothing in 2x0" },
	{ 13, "input a f32 2,0\n" Y "node ArgMax a -> y axis=i:1", "nothing to choose from in 2x0" },
	{ 13, IO "init p i64 3\nnode Pad x p -> y", "3 pads instead of 2 for each of 4 axes" },
	{ 13, IO "init p i64 8\ninit v f32 2\nnode Pad x p v -> y", "a value of the shape 2 instead of a scalar" },
	{ 13, "input a f32 0\n" Y "init p i64 2 = 1,1\nnode Pad a p -> y mode=s:edge", "an empty dimension has nothing to repeat" },
	{ 18, IO "init p i64 2\ninit a i64 1 = 7\nnode Pad x p - a -> y", "axis 7 of a tensor of rank 4" },
	{ 13, IO "init a i64 1\ninit b i64 2\nnode Slice x a b -> y", "starts, ends, axes and steps differ in length" },
	{ 13, IO "init a i64 1 = 0\ninit b i64 1 = 1\nnode Slice x a b a a -> y", "a step of 0" },
	{ 13, IO "init s f32 3\nnode Resize x - s -> y", "scales are float32 3 instead of float32 4" },
	{ 13, IO "init s f32 4 = 1,1,2,2\nnode Resize x - s -> y coordinate_transformation_mode=s:tf_crop_and_resize",
	  "tf_crop_and_resize without a region" },

	/* Quantised operators. */
	{ 13, IO "init s f32 3\nnode QuantizeLinear x s -> y", "input 1 of 3; one scale and zero point is needed, or 4" },
	{ 13, Q "init w i8 5,3,1,1\ninit zz i8 2\nnode ConvInteger q w zz -> y", "zero points of 2 for the input" },
	{ 13, Q "init w i8 5,3,1,1\ninit zz i8 2\nnode ConvInteger q w - zz -> y", "zero points of 2 for 5 output channels" },
	{ 13, Q "init w i8 5,3,1,1\ninit b i32 2\nnode QLinearConv q s z w s z s z b -> y", "a bias of 2 for 5 output channels" },
	{ 13, Q "init w i8 5,3,1,1\ninit b f32 5\nnode QLinearConv q s z w s z s z b -> y", "input 8 of type float32 is not supported" },
	{ 13, Q "init w i8 5,3,1,1\ninit u u8 -\nnode QLinearConv q s u w s z s z -> y", "input 0 is int8 and input 2 is uint8; they must be the same" },
	{ 13, Q "init w i8 5,3,1,1\ninit u i32 -\nnode QLinearConv q s z w s u s z -> y", "input 3 is int8 and input 5 is int32; they must be the same" },
	{ 13, "input a i8 2,3\n" Y "init b i8 3,4\ninit s f32 - = 1\ninit z i8 -\ninit u u8 -\nnode QLinearMatMul a s z b s u s z -> y",
	  "input 3 is int8 and input 5 is uint8; they must be the same" },
	{ 13, Q "node com.microsoft:QLinearAdd q two z q s z s z -> y", "one scale and zero point for the whole tensor" },
	{ 13, Q "init r i8 3\nnode com.microsoft:QLinearConcat s z q s z r s z -> y axis=i:1", "input 5 is int8 3" },
	{ 13, Q "init r i8 1,3,2,1\nnode com.microsoft:QLinearConcat s z q s z r s z -> y axis=i:1",
	  "1x3x2x2 and 1x3x2x1 do not fit on axis 1" },
}, folded[] = {
	{ 13, "init a f64 2 = 3,-4\ninit b f64 1 = 2\noutput y f64\nnode Add a b -> y", "y:float64[2]{5 -2}" },
	{ 13, "init a f64 2 = 3,-4\ninit b f64 1 = 2\noutput y f64\nnode Sub a b -> y", "y:float64[2]{1 -6}" },
	{ 13, "init a f64 2 = 3,-4\ninit b f64 1 = 2\noutput y f64\nnode Mul a b -> y", "y:float64[2]{6 -8}" },
	{ 13, "init a f64 2 = 3,-4\ninit b f64 1 = 2\noutput y f64\nnode Div a b -> y", "y:float64[2]{1.5 -2}" },
	{ 13, "init a f64 2 = 3,-4\ninit b f64 1 = 2\noutput y f64\nnode PRelu a b -> y", "y:float64[2]{3 -8}" },
	{ 13, "init a i32 2 = 3,-4\ninit b i32 1 = 2\noutput y i32\nnode PRelu a b -> y", "y:int32[2]{3 -8}" },
	{ 13, "init a u8 2,2 = 1,2,3,4\noutput y u8\nnode Transpose a -> y", "y:uint8[2x2]{1 3 2 4}" },
	/* More than is folded; and nothing. */
	{ 13, "init a f32 1,1,1,1 = 3\ninit s f32 4 = 1,1,4097,4097\noutput y f32\nnode Resize a - s -> y", "Resize_0" },
	{ 13, "init a f32 0,2\ninit s f32 2 = 1,2\noutput y f32\nnode Resize a - s -> y", "y:float32[0x4]" },
	{ 13, "init a u8 0,2\noutput y u8\nnode Transpose a -> y", "y:uint8[2x0]" },
	{ 13, "init a f32 - = 3\noutput y f32\nnode Transpose a -> y", "y:float32[scalar]{3}" },
	{ 13, "init a f32 0,3\ninit b i64 1 = -1\ninit c i64 1 = -9223372036854775808\ninit d i64 1 = 0\noutput y f32\nnode Slice a b c d b -> y", "y:float32[0x3]" },
	{ 13, "init a f32 2,0\ninit b i64 1 = 5\ninit c i64 1 = -1\ninit d i64 1 = 1\noutput y f32\nnode Slice a b c d c -> y", "y:float32[2x0]" },
	{ 13, "init a f32 3 = 4,5,6\ninit b i64 1 = -1\ninit c i64 1 = -9223372036854775808\ninit d i64 1 = 0\noutput y f32\nnode Slice a b c d b -> y",
	  "y:float32[3]{6 5 4}" },
	{ 13, "init a f32 0\noutput y f32\nnode Concat a a -> y axis=i:0", "y:float32[0]" },
	{ 13, "init a f32 0\noutput y f32\nnode Softmax a -> y", "y:float32[0]" },
	{ 13, "init a i32 3 = 1,3,3\noutput y i64\nnode ArgMax a -> y", "y:int64[1]{1}" },
	{ 13, "init a i32 2 = 3,6\noutput y i32\nnode ReduceMean a -> y axes=is:0", "y:int32[1]{4}" },
	{ 13, "init a i32 2 = 3,600\ninit s f32 - = 2\noutput y u8\nnode QuantizeLinear a s -> y", "y:uint8[2]{2 255}" },
	{ 13, "init a i32 3 = 1,3,3\noutput y i64\nnode ArgMax a -> y select_last_index=i:1", "y:int64[1]{2}" },
	{ 13, "init a f32 0\noutput y f32\nnode Add a a -> y", "y:float32[0]" },
	{ 13, "init a f32 - = 3\ninit p i64 0\noutput y f32\nnode Pad a p -> y", "y:float32[scalar]{3}" },
	{ 13, "init a f32 1 = 4\ninit p i64 2 = 1,1\noutput y f32\nnode Pad a p -> y mode=s:reflect", "y:float32[3]{4 4 4}" },
	{ 18, "init a f32 1,2 = 4,5\ninit p i64 2 = 1,0\ninit b i64 1 = -1\noutput y f32\nnode Pad a p - b -> y", "y:float32[1x3]{0 4 5}" },
	{ 13, "init a f32 3 = 4,5,6\noutput y f32\noutput z f32\nnode Split a -> y - z", "output z:float32[1]{6}" },
	{ 13, "init a f32 2 = -1.5,5\noutput y i64\nnode Cast a -> y to=i:7", "y:int64[2]{-1 5}" },
	{ 13, "init a f32 2 = 0,5\noutput y bool\nnode Cast a -> y to=i:9", "y:bool[2]{0 1}" },
	{ 13, "init a i32 2 = -1,5\noutput y i64\nnode Cast a -> y to=i:7", "y:int64[2]{-1 5}" },
	{ 19,
	  "init a f32 4 = 1,2,3,4\ninit s f32 1 = 0.5\noutput y f32\n"
	  "node Resize a - s -> y mode=s:linear coordinate_transformation_mode=s:half_pixel_symmetric",
	  "y:float32[2]{1.5 3.5}" },
	{ 13,
	  "init a u8 2 = 1,2\ninit r f32 2 = 0,3\ninit n i64 1 = 2\noutput y u8\n"
	  "node Resize a r - n -> y coordinate_transformation_mode=s:tf_crop_and_resize extrapolation_value=f:9",
	  "y:uint8[2]{1 9}" },
};

/* What is not folded, but computed where all operands are there. */
static const char *const computed[] = {
	"init a f32 2,3\ninit b f32 3,4\noutput y f32\nnode MatMul a b -> y",
	"init a i32 2,3\ninit b i32 3,4\noutput y i32\nnode MatMul a b -> y",
	"init a f32 2,3\ninit b f32 3,4\noutput y f32\nnode Gemm a b -> y",
	"init a f32 1,2,4,4\ninit b f32 3,2,3,3\noutput y f32\nnode Conv a b -> y",
	"init a f32 1,2,4,4\ninit b f32 2,3,3,3\noutput y f32\nnode ConvTranspose a b -> y",
	"init a i8 1,2,4,4\ninit b i8 3,2,3,3\noutput y i32\nnode ConvInteger a b -> y",
	"init a i8 1,2,4,4\ninit b i8 3,2,3,3\ninit s f32 - = 1\ninit z i8 - = 0\noutput y i8\nnode QLinearConv a s z b s z s z -> y",
};

/* The last node, with operands that are all constants. */
static int eval_last(const struct graph *g, struct value *y)
{
	const struct node *n = &g->node[g->n_node - 1];
	struct value v[9];
	const struct value *in[9] = { NULL };

	for (int i = 0; i < n->n_in; i++) {
		const struct tensor *t = &g->tensor[n->in[i]];

		v[i] = (struct value){ t->dtype, t->shape, (void *)t->data };
		in[i] = &v[i];
	}
	return ref_eval(n, in, y);
}

/* -ENOMEM wherever memory runs out, and then the right result. */
static void check_memory(const char *model)
{
	struct graph *g = NULL;
	size_t size;
	void *bytes = model_build(13, model, &size);
	struct value y = { 0 };
	bool good = !onnx_load_memory(bytes, size, &g) && !graph_infer(g, NULL) && g->n_node == 1, failed = true;
	long n;

	if (good) {
		const struct tensor *t = &g->tensor[g->out[0]];

		y = (struct value){ t->dtype, t->shape, calloc((size_t)shape_count(&t->shape) + 1, dtype_size(t->dtype)) };
	}
	for (n = 1; good && failed; n++) {
		int err;

		failing_start(n, false);
		err = eval_last(g, &y);
		failed = failing_end();
		good = err == (failed ? -ENOMEM : 0);
	}
	ok(good, "each of %ld allocations fails: %s", n - 2, strrchr(model, '\n') + 1);
	free(y.data);
	graph_free(g);
	free(bytes);
}

/* A fold without memory is one that is not made. */
static void check_fold_memory(const struct expect *e)
{
	size_t size;
	void *bytes = model_build(e->opset, e->model, &size);
	bool good = true, failed = true;

	for (long n = 1; failed; n++) {
		struct graph *g = NULL;
		int err;

		failing_start(n, false);
		err = onnx_load_memory(bytes, size, &g);
		if (!err)
			err = graph_infer(g, NULL);
		failed = failing_end();
		good = good && (!err || err == -ENOMEM);
		graph_free(g);
	}
	ok(good, "any allocation may fail: %s", strrchr(e->model, '\n') + 1);
	free(bytes);
}

static void check(const struct expect *e, bool good)
{
	struct text t = TEXT_INIT;
	struct graph *g = NULL;
	size_t size;
	void *bytes = model_build(e->opset, e->model, &size);
	int err = onnx_load_memory(bytes, size, &g);
	bool loaded = !err;

	if (loaded)
		err = graph_infer(g, NULL);
	if (loaded && !err)
		graph_dump(g, &t);
	if (!ok(good ? !err && strstr(text_data(&t), e->message) : err && strstr(error_message(), e->message), "%s",
		e->message))
		note("%s: %s", strrchr(e->model, '\n') + 1, err ? error_message() : text_data(&t));
	text_free(&t);
	graph_free(g);
	free(bytes);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		check(&refused[i], false);
	for (size_t i = 0; i < sizeof(folded) / sizeof(folded[0]); i++)
		check(&folded[i], true);
	for (size_t i = 0; i < sizeof(folded) / sizeof(folded[0]); i++)
		check_fold_memory(&folded[i]);
	for (size_t i = 0; i < sizeof(computed) / sizeof(computed[0]); i++)
		check_memory(computed[i]);
	return tap_done();
}
