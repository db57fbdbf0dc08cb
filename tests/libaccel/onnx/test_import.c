/* SPDX-License-Identifier: MIT */
/*
 * What the import makes of each operator at each opset: the dump of the graph holds a certain line,
 * or the error has certain words.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "model.h"
#include "onnx.h"
#include "tap.h"
#include "text.h"

#define IO "input x f32 1,4,8,8\noutput y f32\n"
#define W "init w f32 4,4,3,3\n"
#define A13 " a=i:1 a=i:1 a=i:1 a=i:1 a=i:1 a=i:1 a=i:1 a=i:1 a=i:1 a=i:1 a=i:1 a=i:1 a=i:1"

struct expect {
	int opset;
	const char *model;
	const char *dump;	/* part of the dump; NULL: an error is expected */
	const char *message;	/* part of the error's */
};

static const struct expect cases[] = {
	/* Plain operators, names, absent inputs. */
	{ 13, IO "node Relu x -> y", "Relu 'Relu_0' : x:float32[1x4x8x8] -> y:none[unknown]\n",
	  NULL },
	{ 13, IO "node Add x x -> y", "Add 'Add_0' : x:float32[1x4x8x8] x:float32", NULL },
	{ 13, IO "node ai.onnx:Tanh x -> y", "Tanh 'Tanh_0'", NULL },
	{ 13, IO "node Relu a -> y\nnode Tanh x -> a",
	  "Tanh 'Tanh_1' : x:float32[1x4x8x8] -> a:", NULL },
	{ 13, "input x f32\noutput y f32\nnode Relu x -> y", "input x:float32[unknown]", NULL },
	{ 13, "input x f32 -\noutput y f32\nnode Relu x -> y", "input x:float32[scalar]", NULL },
	{ 13, "input x f32 ?,3\noutput y f32\nnode Relu x -> y", "input x:float32[?x3]", NULL },
	{ 13, IO "node Relu x -> y\nnode Tanh x -> z", "1 nodes", NULL },

	/* Convolutions and pools. */
	{ 11, IO W "node Conv x w -> y", "kernel= stride= :", NULL },
	{ 11,
	  IO W
	  "node Conv x w -> y kernel_shape=is:3,3 pads=is:0,1,2,3 strides=is:2,1 "
	  "dilations=is:1,2 group=i:1",
	  "kernel=3,3 stride=2,1 dilation=1,2 pad_begin=0,1 pad_end=2,3 :", NULL },
	{ 11, IO W "node Conv x w -> y auto_pad=s:SAME_LOWER strides=is:2,2",
	  "stride=2,2 auto_pad=same_lower :", NULL },
	{ 11,
	  IO W
	  "node ConvTranspose x w - -> y kernel_shape=is:3,3 output_padding=is:1,0 "
	  "output_shape=is:9,8 group=i:2",
	  "output_padding=1,0 output_shape=9,8 group=2 : x:float32[1x4x8x8] "
	  "w:float32[4x4x3x3]{...} ->",
	  NULL },
	{ 13, IO "node MaxPool x -> y kernel_shape=is:2,2 ceil_mode=i:1 storage_order=i:1",
	  "kernel=2,2 stride=1,1 ceil_mode storage_order=1", NULL },
	{ 13, IO "node AveragePool x -> y kernel_shape=is:2,2 count_include_pad=i:1",
	  "count_include_pad", NULL },
	{ 13, IO "node MaxPool x -> y", NULL,
	  "node 0 (MaxPool): attribute 'kernel_shape' is missing" },
	{ 13, IO W "node Conv x w -> y strides=is:1,1 pads=is:1,1", NULL,
	  "attribute 'pads' has 2 numbers" },
	{ 13, IO W "node Conv x w -> y strides=is:1,1 dilations=is:1", NULL,
	  "attribute 'dilations' has 1 numbers" },
	{ 13, IO W "node Conv x w -> y strides=is:0,1", NULL, "attribute 'strides' holds 0" },
	{ 13, IO W "node Conv x w -> y strides=is:1,9999999999", NULL,
	  "attribute 'strides' holds 9999999999" },
	{ 13, IO W "node Conv x w -> y pads=is:-1,0,0,0", NULL, "attribute 'pads' holds -1" },
	{ 13, IO W "node Conv x w -> y pads=is:0,0,-2,0", NULL, "attribute 'pads' holds -2" },
	{ 13, IO W "node Conv x w -> y pads=is:0,0,0", NULL, "attribute 'pads' has 3 numbers" },
	{ 13, IO W "node Conv x w -> y group=i:0", NULL, "attribute 'group' holds 0" },
	{ 13, IO W "node Conv x w -> y strides=is:1,1,1,1", NULL,
	  "attribute 'strides' has 4 numbers" },
	{ 13, IO W "node Conv x w -> y auto_pad=s:SAME", NULL, "attribute 'auto_pad' is 'SAME'" },
	{ 13, IO W "node Conv x w -> y group=f:1", NULL,
	  "attribute 'group' is a float instead of an int" },
	{ 13, IO W "node Conv x w -> y groups=i:1", NULL, "attribute 'groups' is unknown" },
	{ 13, IO W "node Conv x w -> y group=i:1 group=i:1", NULL,
	  "attribute 'group' is unknown at opset 13, or given" },
	{ 13, IO W "node Conv x -> y", NULL, "it has 1 inputs instead of 2 to 3" },
	{ 13, IO W "node Conv - w -> y", NULL, "its input 0 is missing" },

	/* What older opsets had as attributes. */
	{ 7, IO "node Clip x -> y min=f:-1 max=f:6",
	  "Clip 'Clip_0' : x:float32[1x4x8x8] tensor#0:float32[scalar]{-1} "
	  "tensor#1:float32[scalar]{6} ->",
	  NULL },
	{ 7, IO "node Clip x -> y max=f:6",
	  "Clip 'Clip_0' : x:float32[1x4x8x8] - tensor#0:float32[scalar]{6} ->", NULL },
	{ 11, IO "init hi f32 - = 6\nnode Clip x - hi -> y", "- hi:float32[scalar]{6} ->", NULL },
	{ 11, IO "node Clip x -> y max=f:6", NULL, "attribute 'max' is unknown at opset 11" },
	{ 9, IO "node Slice x -> y starts=is:1,2 ends=is:3,4 axes=is:2,3",
	  "tensor#0:int64[2]{1 2} tensor#1:int64[2]{3 4} tensor#2:int64[2]{2 3} ->", NULL },
	{ 9, IO "node Slice x -> y starts=is:1 ends=is:3",
	  "tensor#0:int64[1]{1} tensor#1:int64[1]{3} ->", NULL },
	{ 9, IO "node Slice x -> y starts=is:1", NULL, "attribute 'ends' is missing" },
	{ 13, IO "init a i64 1\nnode Slice x a -> y", NULL, "input 2, its ends, is missing" },
	{ 7, IO "node Pad x -> y pads=is:0,0,1,1,0,0,2,2 value=f:3 mode=s:constant",
	  "Pad 'Pad_0' mode=constant : x:float32[1x4x8x8] tensor#0:int64[8]{0 0 1 1 0 0 2 2} "
	  "tensor#1:float32[scalar]{3}",
	  NULL },
	{ 13, IO "node Pad x -> y", NULL, "input 1, its pads, is missing" },
	{ 11,
	  "input x f32 4\noutput y f32\noutput z f32\nnode Split x -> y z axis=i:0 split=is:1,3",
	  "Split 'Split_0' axis=0 : x:float32[4] tensor#0:int64[2]{1 3} -> y:none[unknown] z:",
	  NULL },
	{ 18, "input x f32 4\noutput y f32\noutput z f32\nnode Split x -> y z num_outputs=i:3",
	  NULL, "num_outputs is not the number of its outputs, 2" },
	{ 11, IO "node Squeeze x -> y axes=is:0", "tensor#0:int64[1]{0} ->", NULL },
	{ 11, IO "node Unsqueeze x -> y axes=is:0,5", "tensor#0:int64[2]{0 5} ->", NULL },
	{ 11, IO "node Unsqueeze x -> y", NULL, "input 1, its axes, is missing" },
	{ 13, IO "node Squeeze x -> y axes=is:0", NULL, "attribute 'axes' is unknown at opset 13" },
	{ 13, IO "node ReduceMean x -> y axes=is:2,3 keepdims=i:0",
	  "ReduceMean 'ReduceMean_0' : x:float32[1x4x8x8] "
	  "tensor#0:int64[2]{2 3}",
	  NULL },
	{ 18, IO "node ReduceMean x -> y noop_with_empty_axes=i:1",
	  "keepdims noop_if_empty :", NULL },
	{ 11, IO "node Softmax x -> y", "Softmax 'Softmax_0' axis=1 flatten_2d", NULL },
	{ 13, IO "node Softmax x -> y", "Softmax 'Softmax_0' axis=-1 :", NULL },
	{ 7, IO "node Dropout x -> y ratio=f:0.5",
	  "Identity 'Identity_0' : x:float32[1x4x8x8] -> y", NULL },
	{ 13, IO "init r f32 -\ninit t bool - = 0\nnode Dropout x r t -> y",
	  "Identity 'Identity_0' : x:float32[1x4x8x8] -> y", NULL },
	{ 13, IO "init r f32 -\ninit t bool - = 1\nnode Dropout x r t -> y", NULL,
	  "(Dropout): training is not supported" },
	{ 13, IO "output m bool\nnode Dropout x -> y m", NULL,
	  "output 1: 'm', the mask of a Dropout, is not supported" },
	{ 15, IO "init v f32 4\nnode BatchNormalization x v v v v -> y epsilon=f:0.5 momentum=f:1",
	  "epsilon=0.5 :", NULL },
	{ 15, IO "init v f32 4\nnode BatchNormalization x v v v v -> y training_mode=i:1", NULL,
	  "training is not supported" },
	{ 7, IO "init v f32 4\nnode BatchNormalization x v v v v -> y spatial=i:0", NULL,
	  "spatial = 0 is not supported" },

	/* Resize and Upsample. */
	{ 7, IO "node Upsample x -> y scales=fs:1,1,2,2",
	  "Resize 'Resize_0' mode=nearest coord=asymmetric round=floor : "
	  "x:float32[1x4x8x8] - tensor#0:float32[4]{1 1 2 2} ->",
	  NULL },
	{ 9, IO "init s f32 4 = 1,1,2,2\nnode Upsample x s -> y mode=s:linear",
	  "mode=linear coord=asymmetric : x:float32[1x4x8x8] - s:float32[4]{1 1 2 2} ->", NULL },
	{ 10, IO "init s f32 4 = 1,1,0.5,0.5\nnode Resize x s -> y",
	  "coord=asymmetric round=ceil : x:float32[1x4x8x8] - s:", NULL },
	{ 10, IO "init s f32 4 = 1,1,0.5,2\nnode Resize x s -> y", NULL,
	  "(Resize): it enlarges and reduces" },
	{ 10, IO "input s f32 4\nnode Resize x s -> y", NULL, "(Resize): scales are computed" },
	{ 10, IO "node Resize x -> y", NULL, "input 1, its scales, is missing" },
	{ 11,
	  IO "init r f32 0\ninit s f32 0\ninit n i64 4 = 1,4,16,16\nnode Resize x r s n -> y "
	     "coordinate_transformation_mode=s:align_corners mode=s:cubic cubic_coeff_a=f:-0.5",
	  "mode=cubic coord=align_corners cubic_a=-0.5 : x:float32[1x4x8x8] "
	  "- - n:int64[4]{1 4 16 16} ->",
	  NULL },
	{ 13, IO "node Resize x -> y", NULL,
	  "input 2, its scales (or input 3, sizes), is missing" },
	{ 18, IO "init s f32 2 = 2,2\nnode Resize x - s -> y axes=is:2,3", NULL,
	  "attribute 'axes' is not supported" },
	{ 18, IO "init s f32 4 = 1,1,2,2\nnode Resize x - s -> y axes=is:0,1,2,3 antialias=i:1",
	  "antialias", NULL },
	{ 18,
	  IO
	  "init s i64 4 = 1,1,2,2\nnode Resize x - - s -> y keep_aspect_ratio_policy=s:not_larger",
	  NULL, "attribute 'keep_aspect_ratio_policy' is 'not_larger'" },

	/* The rest that has attributes. */
	{ 13, IO "node LeakyRelu x -> y", "alpha=0.01", NULL },
	{ 13, IO "node Elu x -> y", "alpha=1 ", NULL },
	{ 13, IO "node HardSigmoid x -> y", "alpha=0.2 beta=0.5", NULL },
	{ 13, IO "node ArgMax x -> y axis=i:1 keepdims=i:0 select_last_index=i:1",
	  "axis=1 select_last", NULL },
	{ 13, IO "node Concat x x -> y axis=i:-1", "Concat 'Concat_0' axis=-1", NULL },
	{ 13, IO "node Concat x x -> y", NULL, "attribute 'axis' is missing" },
	{ 13, IO "node Concat x - x -> y axis=i:1", NULL, "its input 1 is missing" },
	{ 13, IO "node Concat -> y axis=i:1", NULL, "it has 0 inputs; 1 or more are needed" },
	{ 13, IO "node Relu x -> y" A13 A13 A13 A13 A13, NULL, "it has 65 attributes; 64 are" },
	{ 13, IO "node Flatten x -> y", "axis=1", NULL },
	{ 13, IO "node Cast x -> y to=i:3", "to=int8", NULL },
	{ 13, IO "node Cast x -> y to=i:10", NULL, "casting to float16 (10) is not supported" },
	{ 13, IO "node Cast x -> y to=i:4294967297", NULL, "casting to" },
	{ 13, IO "node Transpose x -> y perm=is:0,2,3,1", "perm=0,2,3,1", NULL },
	{ 13, IO "node Transpose x -> y perm=is:0,2,2,1", NULL, "'perm' is no permutation" },
	{ 13, IO "node Transpose x -> y perm=is:0,1,2,3,4,5,6,7,8", NULL, "'perm' has 9 axes" },
	{ 13, IO "node DepthToSpace x -> y blocksize=i:2 mode=s:CRD", "blocksize=2 crd", NULL },
	{ 13, IO "node DepthToSpace x -> y blocksize=i:0", NULL, "blocksize is 0" },
	{ 14, IO "init s i64 1\nnode Reshape x s -> y allowzero=i:1", "allowzero", NULL },
	{ 13, IO "node Gemm x x -> y transA=i:1 alpha=f:2", "alpha=2 beta=1 trans_a :", NULL },
	{ 13, "input x f32 1,2\noutput y i64\nnode Shape x -> y", "Shape 'Shape_0' :", NULL },
	{ 15, "input x f32 1,2\noutput y i64\nnode Shape x -> y start=i:1 end=i:-1",
	  "Slice 'Slice_0' : tensor#0:none[unknown] tensor#1:int64[1]{1} tensor#2:int64[1]{-1} ->",
	  NULL },

	/* Quantised operators. */
	{ 13, IO "init s f32 - = 0.5\ninit z i8 - = 3\nnode QuantizeLinear x s z -> y",
	  "s:float32[scalar]{0.5} z:int8[scalar]{3}", NULL },
	{ 21, IO "init s f32 2 = 1,2\nnode QuantizeLinear x s -> y output_dtype=i:3",
	  "tensor#0:int8[2]{0 0}", NULL },
	{ 21, IO "init s f32 - = 1\nnode QuantizeLinear x s -> y output_dtype=i:5", NULL,
	  "output_dtype int16 (5) is not supported" },
	{ 21, IO "input s f32 -\nnode QuantizeLinear x s -> y output_dtype=i:3", NULL,
	  "output_dtype needs a constant scale" },
	{ 21, IO "init s f32 - = 1\nnode DequantizeLinear x s -> y block_size=i:16", NULL,
	  "scales per block are not supported" },
	{ 13, IO "init s f32 - = 1\nnode com.microsoft:DequantizeLinear x s -> y",
	  "DequantizeLinear 'D", NULL },
	{ 13,
	  IO "init s f32 - = 1\ninit z u8 -\nnode com.microsoft:QLinearAdd x s z x s - s z -> y",
	  "z:uint8[scalar]{0} x:float32[1x4x8x8] s:float32[scalar]{1} - s:", NULL },
	{ 13,
	  IO
	  "init s f32 - = 1\ninit z u8 -\n"
	  "node com.microsoft:QLinearConcat s z x s z x s -> y axis=i:1",
	  NULL, "7 inputs are not a scale, a zero point and triples" },
	{ 13,
	  IO
	  "init s f32 - = 1\ninit z u8 -\n"
	  "node com.microsoft:QLinearLeakyRelu x s z s z -> y alpha=f:0.5",
	  "alpha=0.5", NULL },

	/* Constants. */
	{ 13, IO "node Constant -> c value=t: f32 2 = 7,8\nnode Add x c -> y", "c:float32[2]{7 8}",
	  NULL },
	{ 13, IO "node Add x c -> y\nnode Constant -> c value_float=f:7", "c:float32[scalar]{7}",
	  NULL },
	{ 13, IO "node Add x c -> y\nnode Constant -> c value_int=i:-7", "c:int64[scalar]{-7}",
	  NULL },
	{ 13, IO "node Add x c -> y\nnode Constant -> c value_floats=fs:1,2", "c:float32[2]{1 2}",
	  NULL },
	{ 13, IO "node Add x c -> y\nnode Constant -> c value_ints=is:1,2", "c:int64[2]{1 2}",
	  NULL },
	{ 13, IO "node Add x c -> y\nnode Constant -> c value_string=s:a", NULL,
	  "its attribute 'value_string' is not supported" },
	{ 13, IO "node Add x c -> y\nnode Constant -> c", NULL,
	  "(Constant): it must have one attribute" },
	{ 13, IO "input w f32 2\ninit w f32 2\nnode Add x w -> y",
	  "input x:float32[1x4x8x8]\nAdd 'Add_0'", NULL },
	{ 13, "init c f32 1 = 5\noutput c f32", "output c:float32[1]{5}", NULL },
	{ 13, "input x f32 1\noutput x f32", "output x:float32[1]", NULL },

	/* What is refused. */
	{ 6, IO "node Relu x -> y", NULL, "opset 6; opsets 7 to 22 are supported" },
	{ 23, IO "node Relu x -> y", NULL, "opset 23; opsets 7 to 22 are supported" },
	{ 13, IO "node Foo x -> y", NULL, "node 0 (Foo): this operator is not supported" },
	{ 13, IO "node com.acme:Relu x -> y", NULL,
	  "(Relu): this operator of the domain com.acme is not supported" },
	{ 13, IO "node If x -> y then_branch=g:", NULL, "node 0 (If): control flow" },
	{ 13, IO "init h f16 1\nnode Add x h -> y", NULL,
	  "node 0 (Add): tensor 'h' has the unsupported type float16" },
	{ 13, "input x f16 1\noutput y f16\nnode Relu x -> y", NULL,
	  "node 0 (Relu): input 'x' has the unsupported type float16" },
	{ 13, "input x f32 1,1,1,1,1,1,1,1,1\noutput y f32\nnode Relu x -> y", NULL,
	  "9 dimensions; 8 are supported" },
	{ 13, IO "node Relu q -> y", NULL, "node 0 (Relu): nothing produces 'q'" },
	{ 13, IO "output q f32\nnode Relu x -> y", NULL, "output 1: nothing produces 'q'" },
	{ 13, IO "node Relu x -> y\nnode Tanh x -> y", NULL, "'y' is defined twice" },
	{ 13, IO "init x f32 1\ninit x f32 1\nnode Relu x -> y", NULL, "'x' is defined twice" },
	{ 13, IO "node Relu x -> x\nnode Relu x -> y", NULL,
	  "'x' is defined twice: as an input and as a node's output" },
	{ 13, IO "node Add x b -> a\nnode Relu a -> b\nnode Tanh a -> y", NULL,
	  "the graph has a cycle of 2 nodes: 'Relu_1' (Relu) -> 'Add_0' (Add) -> 'Relu_1'" },
	{ 13, "input x f32 1\nnode Relu x -> y", NULL, "the graph has no output" },
	{ 13, IO "node Relu x -> -", NULL, "it has 0 outputs instead of 1 to 1" },
};

static void check(const struct expect *e)
{
	struct text t = TEXT_INIT;
	struct graph *g;
	size_t size;
	void *bytes = model_build(e->opset, e->model, &size);
	const char *got, *want = e->dump ? e->dump : e->message;
	int err = onnx_load_memory(bytes, size, &g);

	if (!err)
		graph_dump(g, &t);
	got = err ? error_message() : text_data(&t);
	if (!ok(!err == !!e->dump && strstr(got, want), "opset %d: %s", e->opset,
		strrchr(e->model, '\n') + 1)) {
		note("expected: %s", want);
		note("got: %s", got);
	}
	if (!err)
		graph_free(g);
	text_free(&t);
	free(bytes);
}

/* Inputs that a test binds are constants, also for the rules that look at them. */
static void test_bind(void)
{
	const float scales[] = { 1, 1, 2, 2 };
	struct onnx_binding bind = { "s",
				     { DTYPE_F32, { .rank = 1, .dim = { 4 } }, (void *)scales } };
	struct onnx_model *m;
	struct graph *g;
	size_t size;
	void *bytes = model_build(10, IO "input s f32 4\nnode Resize x s -> y", &size);
	int err = onnx_open_memory(bytes, size, &m);

	if (!err)
		err = onnx_import_bind(m, &bind, 1, &g);
	ok(!err && g->n_in == 1 && g->node[0].attr.resize.round == RESIZE_FLOOR,
	   "a bound input is a constant");
	if (!err)
		graph_free(g);
	bind.input = "t";
	err = onnx_open_memory(bytes, size, &m);
	if (!err)
		err = onnx_import_bind(m, &bind, 1, &g);
	ok(err == -ENOENT && strstr(error_message(), "no input 't' to bind"),
	   "an unknown input cannot be bound");
	free(bytes);
}

static void test_files(void)
{
	struct graph *g;

	ok(onnx_load("/nonexistent.onnx", &g) == -ENOENT &&
		   strstr(error_message(), "/nonexistent.onnx"),
	   "a missing file");
	ok(onnx_load("/", &g) == -EISDIR && strstr(error_message(), "is a folder"), "a folder");
	ok(onnx_load("/dev/null", &g) == -EBADMSG && strstr(error_message(), "not a regular file"),
	   "a device");
	ok(onnx_load_memory("", 0, &g) == -EBADMSG && strstr(error_message(), "empty"), "nothing");
	ok(onnx_load_memory("", ONNX_MAX_SIZE + 1, &g) == -EFBIG && strstr(error_message(), "more than"),
	   "more than 2 GiB");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
	test_bind();
	test_files();
	return tap_done();
}
