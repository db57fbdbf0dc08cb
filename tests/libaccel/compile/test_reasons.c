// SPDX-License-Identifier: MIT
/*
 * What the core cannot do is left to the host, and the dump says why: models as descriptions for ../onnx/model.h, each with the line wanted.
 * And rare forms of what it can do: no node with a reason, and what the layers compute is the graph's result.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "failing.h"
#include "model.h"
#include "onnx.h"
#include "runtime.h"
#include "text.h"

#include "../onnx/tap.h"

/* Activations: x -> xf, y -> out, with one scale and zero point.  Weights: w -> wf. */
#define S "init s f32 - = 0.05\ninit z i8 - = 3\n"
#define X(shape) "input x f32 " shape "\n" S "node QuantizeLinear x s z -> xq\nnode DequantizeLinear xq s z -> xf\n"
#define Y "node QuantizeLinear y s z -> yq\nnode DequantizeLinear yq s z -> out\noutput out f32\n"
#define RAW "node DequantizeLinear yq s z -> out\noutput out f32\n"
#define RAW_U8 "node DequantizeLinear yq s -> out\noutput out f32\n"
#define W(shape) "init w i8 " shape "\ninit ws f32 - = 0.02\nnode DequantizeLinear w ws -> wf\n"
#define PICTURE X("1,4,8,8")
#define UNQUANTISED "input x f32 1,4,8,8\n" S
#define Q PICTURE "init w i8 4,4,1,1\ninit ws f32 - = 0.02\ninit wz i8 - = 0\n"

static const struct expect {
	const char *model;
	const char *line;
} refused[] = {
	/* Convolutions. */
	{ X("5000,1,1,1") W("16,1,1,1") "node Conv xf wf -> y\n" Y, "Conv_3 (Conv): a batch of 5000 is more than 4096" },
	{ X("1,70000,1,1") W("1,70000,1,1") "node Conv xf wf -> y\n" Y, "Conv_3 (Conv): 70000 to 1 channels are more than 65536" },
	{ UNQUANTISED W("4,4,3,3") "node Conv x wf -> y\n" Y, "Conv_1 (Conv): its input is not int8; quantise the model" },
	{ PICTURE "init w f32 4,4,3,3\nnode Conv xf w -> y\n" Y, "Conv_2 (Conv): its weights are not constant and int8; quantise the model" },
	{ PICTURE "input w i8 4,4,3,3\ninit ws f32 - = 0.02\nnode DequantizeLinear w ws -> wf\nnode Conv xf wf -> y\n" Y,
	  "Conv_3 (Conv): its weights are not constant and int8; quantise the model" },
	{ PICTURE "init w i8 4,4,3,3\ninit ws f32 - = 0.02\ninput wz i8 -\nnode DequantizeLinear w ws wz -> wf\nnode Conv xf wf -> y\n" Y,
	  "Conv_3 (Conv): its weights are not constant and int8; quantise the model" },
	{ PICTURE "init w i32 4,4,3,3\ninit ws f32 - = 0.02\nnode DequantizeLinear w ws -> wf\nnode Conv xf wf -> y\n" Y,
	  "Conv_3 (Conv): its weights are not constant and int8; quantise the model" },
	{ PICTURE "init w i8 4,4,3,3\ninit ws f32 4 = 1,1,1,1\nnode DequantizeLinear w ws -> wf axis=i:1\nnode Conv xf wf -> y\n" Y,
	  "Conv_3 (Conv): its weights' scale is neither one constant nor one per output channel" },
	{ PICTURE "init w i8 4,4,3,3\ninit ws f32 - = 0\nnode DequantizeLinear w ws -> wf\nnode Conv xf wf -> y\n" Y,
	  "Conv_3 (Conv): a scale of its weights is not positive" },
	{ PICTURE "init w i8 4,4,3,3\ninit ws f32 - = 1\ninit wz i8 - = 100\nnode DequantizeLinear w ws wz -> wf\nnode Conv xf wf -> y\n" Y,
	  "Conv_3 (Conv): its weights less their zero point do not fit in int8" },
	{ PICTURE W("4,4,3,3") "init b f32 4\nnode Conv xf wf b -> y\n" Y,
	  "Conv_3 (Conv): its bias is no constant behind a DequantizeLinear; quantise it" },
	{ PICTURE W("4,4,3,3") "init b i8 4\nnode DequantizeLinear b ws -> bf\nnode Conv xf wf bf -> y\n" Y, "Conv_4 (Conv): its bias is not int32" },
	{ PICTURE W("4,4,3,3") "init b i32 4\ninit bz i32 - = 9\nnode DequantizeLinear b s bz -> bf\nnode Conv xf wf bf -> y\n" Y,
	  "Conv_4 (Conv): its bias has a zero point that is not 0" },
	{ PICTURE W("4,4,3,3") "init b i32 4\ninit bs f32 4 = 1,1,1,1\ninit bz i32 4 = 0,0,0,1\nnode DequantizeLinear b bs bz -> bf axis=i:0\nnode Conv xf wf bf -> y\n" Y,
	  "Conv_4 (Conv): its bias has a zero point that is not 0" },
	{ PICTURE W("4,4,3,3") "init b i32 4\ninput bz i32 -\nnode DequantizeLinear b s bz -> bf\nnode Conv xf wf bf -> y\n" Y,
	  "Conv_4 (Conv): its bias has a zero point that is not 0" },
	{ PICTURE W("4,4,3,3") "init b i32 4 = 9,9,9,2000000000\nnode DequantizeLinear b s -> bf\nnode Conv xf wf bf -> y\n" Y,
	  "Conv_4 (Conv): its bias does not fit in int32 at the scale of the product" },
	{ PICTURE W("4,4,3,3") "node Conv xf wf -> y strides=is:9,9\n" Y, "Conv_3 (Conv): its kernel, stride or padding is too large for the core" },
	{ PICTURE W("4,4,3,3") "node Conv xf wf -> y pads=is:5000,0,0,0\n" Y,
	  "Conv_3 (Conv): its kernel, stride or padding is too large for the core" },
	{ PICTURE W("4,4,3,3") "node Conv xf wf -> y pads=is:9000,9000,9000,9000\n" Y, "Conv_3 (Conv): its output has no shape that the core knows" },
	{ X("1,33,1,1") W("1,33,9,9") "node Conv xf wf -> y dilations=is:1024,1024 pads=is:4096,4096,4096,4096\n" Y,
	  "Conv_3 (Conv): its padding is too large for the core" },
	{ X("1,1,1,1") W("1,1,64,64") "node ConvTranspose xf wf -> y dilations=is:1024,1024 pads=is:0,0,64000,64000\n" Y,
	  "ConvTranspose_3 (ConvTranspose): its padding is too large for the core" },
	{ X("1,4,8,8,8") W("4,4,3,3,3") "node Conv xf wf -> y\n" Y, "Conv_3 (Conv): the core has no convolution in three dimensions" },
	{ PICTURE "init w i8 4,2,3,3\ninit ws f32 2 = 1,1\nnode DequantizeLinear w ws -> wf axis=i:1\nnode ConvTranspose xf wf -> y group=i:2\n" Y,
	  "ConvTranspose_3 (ConvTranspose): scales per channel of a transposed convolution in groups are ambiguous" },

	/* Products. */
	{ X("2,8") W("8,5") "node Gemm xf wf -> y alpha=f:2\n" Y, "Gemm_3 (Gemm): the core has no alpha, beta or transA" },
	{ "input x f32 2,8\n" S W("8,5") "node Gemm x wf -> y\n" Y, "Gemm_1 (Gemm): its input is not int8; quantise the model" },
	{ X("2,8") "init w f32 8,5\nnode MatMul xf w -> y\n" Y, "MatMul_2 (MatMul): its weights are not a constant matrix" },
	{ X("1,4,8") W("1,8,5") "node MatMul xf wf -> y\n" Y, "MatMul_3 (MatMul): its weights are not a constant matrix" },
	{ PICTURE W("8,5") "node MatMul xf wf -> y\n" Y, "MatMul_3 (MatMul): its input is no batch of vectors or flattened pictures" },
	{ X("16384,1") W("1,16385") "node MatMul xf wf -> y\n" Y, "MatMul_3 (MatMul): its output has no shape that the core knows" },
	{ X("2,8") W("8,5") "init b i32 2,5\nnode DequantizeLinear b s -> bf\nnode Gemm xf wf bf -> y\n" Y,
	  "Gemm_4 (Gemm): its bias is not one per output" },
	/* Of a square product: one per row, not per column. */
	{ X("4,8") W("8,4") "init b i32 4,1\nnode DequantizeLinear b s -> bf\nnode Gemm xf wf bf -> y\n" Y,
	  "Gemm_4 (Gemm): its bias is not one per output" },
	{ X("2,8") "init w i8 8,5\ninit ws f32 - = 1\ninit wz i8 - = -100\nnode DequantizeLinear w ws wz -> wf\nnode Gemm xf wf -> y\n" Y,
	  "Gemm_3 (Gemm): its weights less their zero point do not fit in int8" },

	/* The integer form. */
	{ Q "input rs f32 -\nnode QLinearConv xq rs z w ws wz s z -> yq\n" RAW, "QLinearConv_2 (QLinearConv): the scale of input 0 is not one constant" },
	{ Q "init zero f32 - = 0\nnode QLinearConv xq zero z w ws wz s z -> yq\n" RAW,
	  "QLinearConv_2 (QLinearConv): the scale of input 0 is not one constant" },
	{ Q "input rz i8 -\nnode QLinearConv xq s rz w ws wz s z -> yq\n" RAW,
	  "QLinearConv_2 (QLinearConv): the zero point of input 0 is not one constant" },
	{ Q "input rs f32 -\nnode QLinearConv xq s z w ws wz rs z -> yq\n" RAW, "QLinearConv_2 (QLinearConv): its output's scale is not one constant" },
	{ Q "input b i32 4\nnode QLinearConv xq s z w ws wz s z b -> yq\n" RAW, "QLinearConv_2 (QLinearConv): its bias is not constant" },
	{ Q "input rw f32 -\nnode QLinearConv xq s z w rw wz s z -> yq\n" RAW,
	  "QLinearConv_2 (QLinearConv): its weights' scale is neither one constant nor one per output channel" },
	{ Q "input rw i8 4,4,1,1\nnode QLinearConv xq s z rw ws wz s z -> yq\n" RAW,
	  "QLinearConv_2 (QLinearConv): its weights are not constant and int8; quantise the model" },
	{ X("1,4,8,8,8") "init w i8 4,4,1,1,1\ninit ws f32 - = 1\ninit wz i8 - = 0\nnode QLinearConv xq s z w ws wz s z -> yq\n" RAW,
	  "QLinearConv_2 (QLinearConv): the core has no convolution in three dimensions" },
	{ X("2,8") "input rw i8 8,5\ninit ws f32 - = 1\ninit wz i8 - = 0\nnode QLinearMatMul xq s z rw ws wz s z -> yq\n" RAW,
	  "QLinearMatMul_2 (QLinearMatMul): its weights are not a constant matrix" },
	{ X("2,8") "init rz i8 2\ninit w i8 8,5\ninit ws f32 - = 1\ninit wz i8 - = 0\nnode QLinearMatMul xq s rz w ws wz s z -> yq\n" RAW,
	  "QLinearMatMul_2 (QLinearMatMul): the zero point of input 0 is not one constant" },
	{ X("1,4,8,8,8") "node com.microsoft:QLinearAdd xq s z xq s z s z -> yq\n" RAW,
	  "QLinearAdd_2 (QLinearAdd): its input 0 is constant, or has no shape that the core knows" },
	{ Q "input rs f32 -\nnode com.microsoft:QLinearAdd xq s z xq rs z s z -> yq\n" RAW,
	  "QLinearAdd_2 (QLinearAdd): the scale of input 3 is not one constant" },
	{ Q "input u f32 1,4,1,8\nnode QuantizeLinear u s z -> uq\nnode com.microsoft:QLinearAdd xq s z uq s z s z -> yq\n" RAW,
	  "QLinearAdd_3 (QLinearAdd): its operands differ in shape" },
	{ Q "input rs f32 -\nnode com.microsoft:QLinearConcat rs z xq s z xq s z -> yq axis=i:1\n" RAW,
	  "QLinearConcat_2 (QLinearConcat): its output's scale is not one constant" },
	{ Q "input rs f32 -\nnode com.microsoft:QLinearConcat s z xq s z xq rs z -> yq axis=i:1\n" RAW,
	  "QLinearConcat_2 (QLinearConcat): the scale of input 5 is not one constant" },

	/* Scales. */
	{ PICTURE "init ss f32 4\ninit zz i8 4\nnode Relu xf -> y\nnode QuantizeLinear y ss zz -> yq\nnode DequantizeLinear yq ss zz -> out\noutput out f32\n",
	  "QuantizeLinear_3 (QuantizeLinear): its scale is not one constant for the whole tensor" },
	{ PICTURE "init t f32 - = 1e-40\nnode QuantizeLinear xf t z -> yq\n" RAW,
	  "QuantizeLinear_2 (QuantizeLinear): its scale is not one constant for the whole tensor" },
	{ PICTURE "input zz i8 -\nnode QuantizeLinear xf s zz -> yq\n" RAW,
	  "QuantizeLinear_2 (QuantizeLinear): its scale is not one constant for the whole tensor" },
	{ "input x f32 1,4,8,8\n" S "init ss f32 4 = 1,1,1,1\nnode QuantizeLinear x ss -> xq\nnode DequantizeLinear xq ss -> xf\nnode MaxPool xf -> y kernel_shape=is:2,2\n" Y,
	  "MaxPool_2 (MaxPool): its input is not int8; quantise the model" },

	/* Pools. */
	{ UNQUANTISED "node MaxPool x -> y kernel_shape=is:2,2\n" Y, "MaxPool_0 (MaxPool): its input is not int8; quantise the model" },
	{ PICTURE "node Sigmoid xf -> c\nnode MaxPool c -> y kernel_shape=is:2,2\n" Y, "MaxPool_3 (MaxPool): its input is not int8; quantise the model" },
	{ PICTURE "node MaxPool xf -> y i kernel_shape=is:2,2\noutput i i64\n" Y, "MaxPool_2 (MaxPool): the core does not make the indices of a pool" },
	{ PICTURE "node MaxPool xf -> y kernel_shape=is:2,2 dilations=is:2,2\n" Y, "MaxPool_2 (MaxPool): the core has no dilation in pools" },
	{ X("1,4,40,40") "node MaxPool xf -> y kernel_shape=is:17,3\n" Y, "MaxPool_2 (MaxPool): its window of 17x3 is larger than 16x16" },
	{ PICTURE "node MaxPool xf -> y kernel_shape=is:20001,20001 pads=is:20000,20000,20000,20000\n" Y,
	  "MaxPool_2 (MaxPool): its output has no shape that the core knows" },
	{ X("1,4,8,8,8") "node MaxPool xf -> y kernel_shape=is:2,2,2\n" Y, "MaxPool_2 (MaxPool): the core pools in one or two dimensions" },
	/* A kernel of more elements than a tensor has; numbers that no int has room for; a border of 2.2 GB. */
	{ PICTURE "node MaxPool xq -> yq kernel_shape=is:2097152,2097152 pads=is:2097152,2097152,2097152,2097152 strides=is:2097152,2097152\n" RAW,
	  "MaxPool_2 (MaxPool): its kernel, stride or padding is too large for the core" },
	{ PICTURE "node MaxPool xf -> y kernel_shape=is:16,16 pads=is:1073741824,1073741824,1073741824,1073741824 strides=is:1073741824,1073741824\n" Y,
	  "MaxPool_2 (MaxPool): its kernel, stride or padding is too large for the core" },
	{ PICTURE "node MaxPool xf -> y kernel_shape=is:2,2 pads=is:0,0,1073741824,0 strides=is:4097,1\n" Y,
	  "MaxPool_2 (MaxPool): its kernel, stride or padding is too large for the core" },
	{ PICTURE "node MaxPool xf -> y kernel_shape=is:2,2 pads=is:0,0,1073741824,0 strides=is:4096,1\n" Y,
	  "MaxPool_2 (MaxPool): its kernel, stride or padding is too large for the core" },
	{ PICTURE "node MaxPool xf -> y kernel_shape=is:2,2 dilations=is:1025,1 pads=is:2000,2000,2000,2000\n" Y,
	  "MaxPool_2 (MaxPool): its kernel, stride or padding is too large for the core" },
	{ X("1,33,8,8") "node MaxPool xf -> y kernel_shape=is:2,2 pads=is:4096,4096,4096,4096 strides=is:4096,4096\n" Y,
	  "MaxPool_2 (MaxPool): its padding is too large for the core" },
	{ X("1,4,8,8,8") "node MaxPool xq -> yq kernel_shape=is:2,2,2\n" RAW, "MaxPool_2 (MaxPool): the core pools in one or two dimensions" },
	{ UNQUANTISED "node AveragePool x -> y kernel_shape=is:2,2\n" Y, "AveragePool_0 (AveragePool): its input is not int8; quantise the model" },
	{ PICTURE "node AveragePool xf -> y kernel_shape=is:3,3 pads=is:1,1,1,1\n" Y,
	  "AveragePool_2 (AveragePool): its averages at the border are of fewer values" },
	{ X("1,1,300,8") "node AveragePool xf -> y kernel_shape=is:257,2\n" Y, "AveragePool_2 (AveragePool): its window of 257x2 is larger than 256x256" },
	{ PICTURE "node AveragePool xf -> y kernel_shape=is:2097152,2097152 pads=is:2097152,2097152,2097152,2097152 strides=is:2097152,2097152\n" Y,
	  "AveragePool_2 (AveragePool): its kernel, stride or padding is too large for the core" },
	{ PICTURE "node AveragePool xf -> y kernel_shape=is:16,16 pads=is:1073741824,1073741824,1073741824,1073741824 strides=is:1073741824,1073741824 count_include_pad=i:1\n" Y,
	  "AveragePool_2 (AveragePool): its kernel, stride or padding is too large for the core" },
	{ X("1,33,8,8") "node AveragePool xf -> y kernel_shape=is:2,2 pads=is:4096,4096,4096,4096 strides=is:4096,4096 count_include_pad=i:1\n" Y,
	  "AveragePool_2 (AveragePool): its padding is too large for the core" },
	/* Only the padding at the end shows that this one is at the border. */
	{ X("1,4,5,5") "node AveragePool xf -> y kernel_shape=is:3,3 dilations=is:2,2 pads=is:0,0,1,1\n" Y,
	  "AveragePool_2 (AveragePool): its averages at the border are of fewer values" },
	{ PICTURE "node AveragePool xf -> y kernel_shape=is:20001,20001 pads=is:20000,20000,20000,20000 count_include_pad=i:1\n" Y,
	  "AveragePool_2 (AveragePool): its output has no shape that the core knows" },
	{ X("1,4,8,8,8") "node AveragePool xf -> y kernel_shape=is:2,2,2\n" Y, "AveragePool_2 (AveragePool): the core pools in one or two dimensions" },
	{ X("1,4,8,8,8") "node GlobalAveragePool xf -> y\n" Y, "GlobalAveragePool_2 (GlobalAveragePool): the core pools in one or two dimensions" },
	{ PICTURE "node ReduceMean xf -> y axes=is:1\n" Y, "ReduceMean_2 (ReduceMean): the core takes the mean of whole pictures only" },
	{ X("1,4,8") "node ReduceMean xf -> y axes=is:1,2\n" Y, "ReduceMean_2 (ReduceMean): the core takes the mean of whole pictures only" },

	/* Moves. */
	{ PICTURE "node Concat xf xf -> y axis=i:2\n" Y, "Concat_2 (Concat): the core joins channels only" },
	{ X("4") "node Concat xf xf -> y axis=i:0\n" Y, "Concat_2 (Concat): the core joins channels only" },
	{ X("4") "node Concat xq xq -> yq axis=i:-1\n" RAW, "Concat_2 (Concat): the core joins channels only" },
	{ X("4") "node com.microsoft:QLinearConcat s z xq s z xq s z -> yq axis=i:0\n" RAW,
	  "QLinearConcat_2 (QLinearConcat): the core joins channels only" },
	{ PICTURE "input u f32 1,4,8,8\nnode Concat xf u -> y axis=i:1\n" Y, "Concat_2 (Concat): its operands are not all int8; quantise the model" },
	{ X("1,4,8192,8192") "node Concat xf xf -> y axis=i:1\n" Y, "Concat_2 (Concat): its output has no shape that the core knows" },
	{ UNQUANTISED "init p i64 8 = 0,0,1,1,0,0,1,1\nnode Pad x p -> y\n" Y, "Pad_0 (Pad): its input is not int8; quantise the model" },
	{ PICTURE "init p i64 8 = 0,0,1,1,0,0,1,1\nnode Pad xf p -> y mode=s:reflect\n" Y,
	  "Pad_2 (Pad): the core pads with a constant, and takes slices without steps" },
	{ PICTURE "init p i64 8 = 0,0,1,1,0,0,1,1\ninput v f32 -\nnode Pad xf p v -> y\n" Y,
	  "Pad_2 (Pad): the core pads with a constant, and takes slices without steps" },
	{ PICTURE "init p i64 8 = 0,0,1,1,0,0,1,1\ninit t f32 - = 0.1\nnode Pad xf p -> y\nnode QuantizeLinear y t z -> yq\n" RAW,
	  "Pad_2 (Pad): its input and output are quantised differently" },
	{ PICTURE "init p i64 8 = 1,0,0,0,0,0,0,0\nnode Pad xf p -> y\n" Y,
	  "Pad_2 (Pad): the core cuts and pads rows and columns, and channels at multiples of 16" },
	{ PICTURE "init p i64 8 = 0,0,5000,0,0,0,0,0\nnode Pad xf p -> y\n" Y, "Pad_2 (Pad): its padding is too large for the core" },
	{ PICTURE "init p i64 8 = 0,0,9000,9000,0,0,9000,9000\nnode Pad xf p -> y\n" Y, "Pad_2 (Pad): its output has no shape that the core knows" },
	{ PICTURE "init a i64 1 = 0\ninit b i64 1 = 8\ninit c i64 1 = 3\ninit d i64 1 = 2\nnode Slice xf a b c d -> y\n" Y,
	  "Slice_2 (Slice): the core pads with a constant, and takes slices without steps" },
	{ PICTURE "init a i64 1 = 1\ninit b i64 1 = 3\ninit c i64 1 = 1\nnode Slice xf a b c -> y\n" Y,
	  "Slice_2 (Slice): the core cuts and pads rows and columns, and channels at multiples of 16" },
	{ PICTURE "init n i64 4 = 1,8,4,8\nnode Reshape xf n -> y\n" Y,
	  "Reshape_2 (Reshape): it changes the order of elements; Gemm or MatMul behind it do not mind" },
	{ PICTURE "init n i64 5 = 1,4,2,4,8\nnode Reshape xf n -> y\n" Y, "Reshape_2 (Reshape): its output has no shape that the core knows" },
	{ X("1,1,1,70000") "init p i64 8 = 0,0,0,0,0,0,0,-9\nnode Pad xf p -> y\n" Y,
	  "Pad_2 (Pad): 1x70000 to 1x69991 pixels are more than 65536 in a row or column" },
	/* Of two operands one would have been made in its place. */
	{ X("5000,1,1,1") W("16,1,1,1") "node Conv xf wf -> c\nnode QuantizeLinear c s z -> cq\nnode DequantizeLinear cq s z -> cf\n"
	  "node Concat cf xf xf -> y axis=i:1\n" Y, "Concat_6 (Concat): a batch of 5000 is more than 4096" },
	{ UNQUANTISED "node Flatten x -> y\n" Y, "Flatten_0 (Flatten): its input is not int8; quantise the model" },

	/* Resizing. */
	{ "input x f32 1,4,8,8\n" S "init r f32 4 = 1,1,2,2\nnode Resize x - r -> y\n" Y, "Resize_0 (Resize): its input is not int8; quantise the model" },
	{ PICTURE "init r f32 4 = 1,1,1.5,1.5\nnode Resize xf - r -> y\n" Y, "Resize_2 (Resize): the core resizes pictures by whole numbers" },
	{ PICTURE "init o f32 8 = 0,0,0,0,1,1,1,1\ninit r f32 4 = 1,1,2,2\nnode Resize xf o r -> y coordinate_transformation_mode=s:tf_crop_and_resize\n" Y,
	  "Resize_2 (Resize): the core resizes pictures by whole numbers" },
	{ PICTURE "init r f32 4 = 1,1,3000,3000\nnode Resize xf - r -> y\n" Y, "Resize_2 (Resize): its output has no shape that the core knows" },
	{ PICTURE "init r f32 4 = 1,1,3,3\nnode Resize xf - r -> y coordinate_transformation_mode=s:align_corners\n" Y,
	  "Resize_2 (Resize): its pixels are not repeated evenly" },
	{ PICTURE "init r f32 4 = 1,1,2,2\nnode Resize xf - r -> y coordinate_transformation_mode=s:asymmetric nearest_mode=s:ceil\n" Y,
	  "Resize_2 (Resize): its pixels are not repeated evenly" },
	{ PICTURE "init r f32 4 = 1,1,3,3\nnode Resize xf - r -> y mode=s:linear\n" Y,
	  "Resize_2 (Resize): this interpolation is no transposed convolution" },
	{ PICTURE "init r f32 4 = 1,1,2,2\nnode Resize xf - r -> y mode=s:cubic\n" Y,
	  "Resize_2 (Resize): the core resizes by repeating (without requantising), or linearly between int8 tensors with scales" },
	/* 3 times 2.2 are 6, and the pixels are those of 2.2. */
	{ X("1,4,3,3") "init r f32 4 = 1,1,2.2,2\nnode Resize xf - r -> y coordinate_transformation_mode=s:asymmetric nearest_mode=s:floor\n" Y,
	  "Resize_2 (Resize): its scales are not those from its input's size to its output's" },
	{ X("1,4,3,3") "init r f32 4 = 1,1,2,2.2\nnode Resize xq - r -> yq coordinate_transformation_mode=s:asymmetric nearest_mode=s:floor\n" RAW,
	  "Resize_2 (Resize): its scales are not those from its input's size to its output's" },
	{ X("1,4,3,3") "init r f32 4 = 1,1,2.2,2.2\nnode Resize xf - r -> y coordinate_transformation_mode=s:asymmetric mode=s:linear\n" Y,
	  "Resize_2 (Resize): its scales are not those from its input's size to its output's" },
	{ X("1,4,3,3") "init r f32 4 = 1,1.2,2,2\nnode Resize xf - r -> y coordinate_transformation_mode=s:asymmetric nearest_mode=s:floor\n" Y,
	  "Resize_2 (Resize): its scales are not those from its input's size to its output's" },
	{ X("1,4,3") "init r f32 3 = 1,1,2.2\nnode Resize xf - r -> y coordinate_transformation_mode=s:asymmetric nearest_mode=s:floor\n" Y,
	  "Resize_2 (Resize): its scales are not those from its input's size to its output's" },
	{ PICTURE "init r f32 4 = 1,1,2,2\nnode Resize xq - r -> yq mode=s:linear\n" RAW,
	  "Resize_2 (Resize): the core resizes by repeating (without requantising), or linearly between int8 tensors with scales" },

	/* Pointwise. */
	{ PICTURE "node Softmax xf -> y\n" Y, "Softmax_2 (Softmax): the core has no Softmax" },
	{ PICTURE "input u f32 1,4,8,8\nnode Mul xf u -> y\n" Y,
	  "Mul_2 (Mul): it is no function of one int8 tensor; quantise the tensors between the operators" },
	{ PICTURE "init v f32 4,1,1\nnode Mul xf v -> y\n" Y,
	  "Mul_2 (Mul): it is no function of one int8 tensor; quantise the tensors between the operators" },
	{ PICTURE "input lo f32 -\nnode Clip xf lo -> y\n" Y,
	  "Clip_2 (Clip): it is no function of one int8 tensor; quantise the tensors between the operators" },
	{ UNQUANTISED "node Sigmoid x -> y\n" Y,
	  "Sigmoid_0 (Sigmoid): it is no function of one int8 tensor; quantise the tensors between the operators" },
	{ X("1,4,8,8,8") "node Sigmoid xf -> y\n" Y, "QuantizeLinear_3 (QuantizeLinear): its tensors have no shape that the core knows" },
	{ X("1,4,8,8,8") "node com.microsoft:QLinearLeakyRelu xq s z s z -> yq alpha=f:0.3\n" RAW,
	  "QLinearLeakyRelu_2 (QLinearLeakyRelu): its tensors have no shape that the core knows" },
	{ X("5000,1,1,1") "node com.microsoft:QLinearLeakyRelu xq s z s z -> yq alpha=f:0.3\n" RAW,
	  "QLinearLeakyRelu_2 (QLinearLeakyRelu): a batch of 5000 is more than 4096" },
	{ PICTURE "input u f32 1,4,8,8\nnode Add xf u -> y\n" Y,
	  "Add_2 (Add): it is no function of one int8 tensor; quantise the tensors between the operators" },
	{ X("1,1,16384,1") "input u f32 1,32,1,16384\nnode QuantizeLinear u s z -> uq\nnode DequantizeLinear uq s z -> uf\nnode Add xf uf -> y\n" Y,
	  "Add_4 (Add): it is no function of one int8 tensor; quantise the tensors between the operators" },
	{ PICTURE "node Transpose xq -> yq perm=is:0,1,3,2\n" RAW, "Transpose_2 (Transpose): the core has no Transpose of int8 values" },
};

#define CHANNELS "init w i8 4,4,3,3\ninit ws f32 4 = .01,.02,.03,.04\ninit wz i8 4 = 0,0,0,0\n"
#define TWICE "init r f32 4 = 1,1,2,2\n"
#define THRICE "init r f32 4 = 1,1,3,3\n"
#define WIDE "init t f32 - = 0.08\nnode QuantizeLinear y t z -> yq\nnode DequantizeLinear yq t z -> out\noutput out f32\n"
#define U8(shape) "input x f32 " shape "\ninit s f32 - = 0.05\ninit z u8 - = 100\nnode QuantizeLinear x s z -> xq\nnode DequantizeLinear xq s z -> xf\n"
#define R "node Resize xf - r -> y coordinate_transformation_mode=s:"

static const char *const taken[] = {
	/* Convolutions and products. */
	PICTURE CHANNELS "node DequantizeLinear w ws wz -> wf axis=i:-4\nnode Conv xf wf -> y\n" Y,
	PICTURE "init w u8 4,4,3,3\ninit ws f32 - = 0.01\ninit wz u8 - = 70\nnode DequantizeLinear w ws wz -> wf\nnode Conv xf wf -> y\n" Y,
	PICTURE W("4,4,3,3") "init b i32 4 = 5,-6,7,8\nnode DequantizeLinear b s -> bf\nnode Conv xf wf bf -> y\n" Y,
	PICTURE W("4,4,3,3") "init b i32 4 = 50,-60,70,80\ninit bz i32 - = 0\nnode DequantizeLinear b s bz -> bf\nnode Conv xf wf bf -> y\n" Y,
	PICTURE W("4,4,3,3") "init b i32 4 = 500,-600,700,800\ninit bs f32 - = 0.001\nnode DequantizeLinear b bs -> bf\nnode Conv xf wf bf -> y\n" Y,
	X("1,4,20") W("4,4,3") "node Conv xf wf -> y\n" Y,
	PICTURE W("256,5") "node Flatten xf -> f\nnode Identity f -> e\ninit n i64 2 = 1,256\nnode Reshape e n -> d\nnode MatMul d wf -> y\n" Y,
	X("4,8") W("8,4") "init b i32 1,4 = 50,-60,70,80\nnode DequantizeLinear b s -> bf\nnode Gemm xf wf bf -> y\n" Y,
	X("4,8") W("8,1") "init b i32 1,1 = 50\nnode DequantizeLinear b s -> bf\nnode Gemm xf wf bf -> y\n" Y,
	Q "init b i32 4 = 1,-2,3,-4\nnode QLinearConv xq s z w ws wz s z b -> yq\n" RAW,
	PICTURE CHANNELS "node QLinearConv xq s z w ws wz s z -> yq\n" RAW,
	U8("1,4,8,8") "init w u8 4,4,1,1\ninit ws f32 - = 0.02\ninit wz u8 - = 9\nnode QLinearConv xq s z w ws wz s z -> yq\n" RAW,
	X("2,8") "init w i8 8,5\ninit ws f32 - = 0.02\ninit wz i8 - = 0\nnode QLinearMatMul xq s z w ws wz s z -> yq\n" RAW,
	PICTURE "init t f32 - = 0.1\ninit tz i8 - = -9\nnode com.microsoft:QLinearAdd xq s z xq t tz t z -> yq\nnode DequantizeLinear yq t z -> out\noutput out f32\n",
	PICTURE "init t f32 - = 0.1\nnode com.microsoft:QLinearConcat s z xq s z xq t z -> yq axis=i:1\n" RAW,
	U8("1,4,8,8") "node com.microsoft:QLinearLeakyRelu xq s z s z -> yq alpha=f:0.3\n" RAW,
	U8("1,4,8,8") "node com.microsoft:QLinearLeakyRelu xq s - s z -> yq alpha=f:0.3\n" RAW,

	/* What is fused with them. */
	PICTURE W("4,4,1,1") "node Conv xf wf -> c\nnode QuantizeLinear c s z -> cq\nnode DequantizeLinear cq s z -> cf\nnode MaxPool cf -> y kernel_shape=is:2,2 strides=is:2,2\n" Y,
	PICTURE W("4,4,3,3") "init lo f32 - = -1\nnode Conv xf wf -> c\nnode Clip c lo -> y\n" Y,
	PICTURE W("4,4,3,3") "init hi f32 - = 2\nnode Conv xf wf -> c\nnode Clip c - hi -> e\nnode Relu e -> y\n" Y,
	PICTURE W("4,4,3,3") "init lo f32 - = -1e9\ninit hi f32 - = 1e9\nnode Conv xf wf -> c\nnode Clip c lo hi -> y\n" Y,
	PICTURE W("4,4,1,1") "node Conv xf wf -> c\nnode Relu c -> d\nnode QuantizeLinear d s z -> dq\nnode DequantizeLinear dq s z -> df\nnode Add df xf -> y\n" Y,
	PICTURE W("4,4,1,1")
	"init hi f32 - = 3\nnode Conv xf wf -> c\nnode QuantizeLinear c s z -> cq\nnode DequantizeLinear cq s z -> cf\n"
	"node Clip cf - hi -> e\nnode QuantizeLinear e s z -> eq\nnode DequantizeLinear eq s z -> ef\nnode Add ef xf -> y\n" Y,

	/* Pools. */
	X("1,4,16") "node MaxPool xf -> y kernel_shape=is:3\n" Y,
	X("1,4,16") "node AveragePool xf -> y kernel_shape=is:3 strides=is:2\n" Y,
	PICTURE "node AveragePool xf -> y kernel_shape=is:3,3 pads=is:1,1,1,1 count_include_pad=i:1\n" Y,
	PICTURE "node ReduceMean xf -> y axes=is:2,3\n" Y,
	PICTURE "node ReduceMean xf -> y axes=is:-2,-1 keepdims=i:0\n" Y,
	PICTURE "node MaxPool xf -> y kernel_shape=is:2,2\n" WIDE,
	PICTURE "node MaxPool xq -> yq kernel_shape=is:3,3 pads=is:1,1,1,1\n" RAW,
	PICTURE "node GlobalMaxPool xq -> yq\n" RAW,

	/* Moves. */
	PICTURE "node Concat xq xq -> yq axis=i:-3\n" RAW,
	X("1,16,8,8") "node Concat xf xf -> y axis=i:1\n" WIDE,
	PICTURE "init p i64 8 = 0,0,1,1,0,0,1,2\ninit v f32 - = 1.5\nnode Pad xf p v -> y\n" Y,
	PICTURE "init p i64 8 = 0,0,1,1,0,0,1,2\ninit v f32 - = 1e30\nnode Pad xf p v -> y\n" Y,
	PICTURE "init p i64 8 = 0,0,1,1,0,0,1,2\ninit v f32 - = -1e30\nnode Pad xf p v -> y\n" Y,
	PICTURE "init p i64 8 = 0,0,300,0,0,0,301,0\nnode Pad xf p -> y\n" Y,
	PICTURE "init p i64 8 = 0,0,0,0,0,0,400,0\nnode Pad xf p -> y\n" Y,
	PICTURE "init p i64 8 = 0,0,0,300,0,0,0,301\nnode Pad xf p -> y\n" Y,
	PICTURE "init p i64 8 = 0,0,1,1,0,0,1,2\ninit v i8 - = 9\nnode Pad xq p v -> yq\n" RAW,
	U8("1,4,8,8") "init p i64 8 = 0,0,1,1,0,0,1,2\ninit v u8 - = 9\nnode Pad xq p v -> yq\n" RAW,
	U8("1,4,8,8") "init p i64 8 = 0,0,1,1,0,0,1,2\nnode Pad xq p -> yq\n" RAW,
	U8("1,4,8,8") "init p i64 8 = 0,0,1,1,0,0,1,2\nnode Pad xf p -> y\n" Y,
	PICTURE "init p i64 8 = 0,0,1,1,0,0,1,2\nnode Pad xq p -> yq\n" RAW,
	PICTURE "init a i32 2 = -6,0\ninit b i32 2 = 100,5\ninit c i32 2 = -1,2\nnode Slice xq a b c -> yq\n" RAW,
	PICTURE "init n i64 4 = 1,4,8,8\nnode Reshape xf n -> y\n" WIDE,
	PICTURE "init n i64 4 = 1,4,8,8\ninit lo f32 - = -1\nnode Reshape xf n -> c\nnode Clip c lo -> y\n" Y,
	PICTURE "init n i64 4 = 1,4,8,8\nnode Reshape xq n -> yq\n" RAW,

	/* Resizing: wherever ONNX finds the pixels. */
	PICTURE TWICE "node Resize xq - r -> yq\n" RAW,
	PICTURE "init n i64 4 = 1,4,16,24\nnode Resize xq - - n -> yq\n" RAW,
	X("1,4,8") "init r f32 3 = 1,1,2\nnode Resize xq - r -> yq\n" RAW,
	PICTURE TWICE R "half_pixel nearest_mode=s:round_prefer_ceil\n" Y,
	PICTURE TWICE R "pytorch_half_pixel\n" Y,
	PICTURE TWICE R "align_corners\n" Y,
	PICTURE THRICE R "asymmetric nearest_mode=s:floor\n" Y,
	PICTURE THRICE R "half_pixel\n" Y,
	X("1,4,1,1") THRICE R "align_corners nearest_mode=s:ceil\n" Y,
	PICTURE TWICE R "half_pixel mode=s:linear\n" Y,
	PICTURE TWICE R "pytorch_half_pixel mode=s:linear\n" WIDE,
	PICTURE THRICE R "asymmetric mode=s:linear\n" Y,
	PICTURE "init r f32 4 = 1,1,1,4\n" R "half_pixel mode=s:linear\n" Y,

	/* Functions of one tensor. */
	PICTURE "init a f32 - = 2\ninit b f32 1 = 0.5\nnode Sub a xf -> c\nnode Div c a -> d\nnode Mul d d -> e\nnode PRelu e b -> y\n" Y,
	PICTURE "node Sigmoid xf -> c\nnode Mul xf c -> y\n" Y,
	"input x f32 1,4,8,8\ninit s f32 - = 0.05\nnode QuantizeLinear x s -> xq\nnode DequantizeLinear xq s -> xf\nnode Relu xf -> y\n"
	"node QuantizeLinear y s -> yq\n" RAW_U8,
	PICTURE "node Relu xf -> y\ninit zero i8 - = 0\nnode QuantizeLinear y s zero -> yq\nnode DequantizeLinear yq s -> out\noutput out f32\n",
};

/* Some of it on the host, and equal all the same. */
static const struct expect mixed[] = {
	/* The host between two jobs; one input of both of them. */
	{ PICTURE "node Relu xf -> a\nnode QuantizeLinear a s z -> aq\nnode DequantizeLinear aq s z -> af\nnode Softmax af -> b\n"
	  "node QuantizeLinear b s z -> bq\nnode DequantizeLinear bq s z -> bf\nnode Add bf xf -> y\n" Y,
	  "Softmax_5 (Softmax): the core has no Softmax" },
	{ PICTURE "node Transpose xq -> t perm=is:0,1,3,2\nnode MaxPool t -> yq kernel_shape=is:2,2\n" RAW,
	  "Transpose_2 (Transpose): the core has no Transpose of int8 values" },
	/* Two outputs of one tensor. */
	{ PICTURE "node Relu xf -> y\nnode QuantizeLinear y s z -> yq\nnode DequantizeLinear yq s z -> a\nnode DequantizeLinear yq s z -> b\noutput a f32\noutput b f32\n",
	  "1 layers" },
};

static struct graph *load(const char *model)
{
	struct graph *g = NULL;
	size_t size;
	void *bytes = model_build(13, model, &size);
	int err = onnx_load_memory(bytes, size, &g);

	if (!err)
		err = graph_infer(g, NULL);
	free(bytes);
	if (!err)
		return g;
	graph_free(g);
	return NULL;
}

static struct plan *compile(const struct graph *g, struct text *dump)
{
	struct core_config config = device_config(16, 16, false);
	struct plan *plan = NULL;

	if (g && !plan_compile(g, &config, NULL, &plan))
		plan_dump(plan, "partition", dump);
	return plan;
}

/* Every allocation fails in turn; some only leave a node to the host. */
static bool survives(const struct graph *g)
{
	struct core_config config = device_config(16, 16, false);
	bool good = true, failed = true;
	struct plan *plan;
	int err;

	for (long n = 1; failed; n++) {
		failing_start(n, false);
		err = plan_compile(g, &config, NULL, &plan);
		failed = failing_end();
		if (err && err != -ENOMEM)
			note("allocation %ld: %d, %s", n, err, error_message());
		good = good && (!err || err == -ENOMEM) && !plan == !!err;
		plan_free(plan);
	}
	return good;
}

static void refuse(const struct expect *e)
{
	struct graph *g = load(e->model);
	struct text t = TEXT_INIT, line = TEXT_INIT;
	struct plan *plan = compile(g, &t);

	text_printf(&line, "on the host: %s\n", e->line);
	if (!ok(plan && strstr(text_data(&t), text_data(&line)) && survives(g), "%s", e->line))
		note("%s", plan ? text_data(&t) : error_message());
	text_free(&line);
	text_free(&t);
	plan_free(plan);
	graph_free(g);
}

/* The core's integers may be one step from the graph's reals. */
static bool agrees(const struct plan *plan, struct device *d, double *diff)
{
	struct values core, plain, real;
	uint64_t perf[16];
	bool good;

	values_init(&core, plan->g);
	values_init(&plain, plan->g);
	values_init(&real, plan->g);
	values_random(&core, 1);
	values_random(&plain, 1);
	values_random(&real, 1);
	good = plan_run(plan, d, &core, perf) && plan_interpret(plan, &plain) && values_reference(&real) &&
	       values_difference(&core, &plain) == 0;
	*diff = good ? values_difference(&plain, &real) : -1;
	values_free(&core);
	values_free(&plain);
	values_free(&real);
	return good && *diff < 1.01;
}

static void take(const char *model, struct device *d)
{
	struct graph *g = load(model);
	struct text t = TEXT_INIT;
	struct plan *plan = compile(g, &t);
	double diff = -1;
	const char *end = strstr(model, "node QuantizeLinear y"), *name;

	end = end ? end : strstr(model, "node DequantizeLinear yq");
	for (name = end - 1; name > model && name[-1] != '\n'; name--)
		;
	if (!ok(plan && !strstr(text_data(&t), "on the host: ") && agrees(plan, d, &diff) && survives(g), "%.*s",
		(int)(end - name - 1), name))
		note("differs by %g: %s", diff, plan ? text_data(&t) : error_message());
	text_free(&t);
	plan_free(plan);
	graph_free(g);
}

/* So many nodes, one after the other, are not looked through. */
static void refuse_chains(void)
{
	struct text t = TEXT_INIT;

	text_printf(&t, PICTURE "node Relu xf -> r0\n");
	for (int i = 0; i < 64; i++)
		text_printf(&t, "node Sigmoid r%d -> r%d\n", i, i + 1);
	text_printf(&t, "node Identity r64 -> y\n" Y);
	refuse(&(struct expect){ text_data(&t),
				 "Identity_67 (Identity): it is no function of one int8 tensor; quantise the tensors between the operators" });
	text_free(&t);
	text_printf(&t, X("2,8") W("8,5") "node Identity xf -> r0\n");
	for (int i = 0; i < 64; i++)
		text_printf(&t, "node Identity r%d -> r%d\n", i, i + 1);
	text_printf(&t, "node MatMul r64 wf -> y\n" Y);
	refuse(&(struct expect){ text_data(&t), "MatMul_68 (MatMul): its input is not int8; quantise the model" });
	text_free(&t);
}

/* Nine copies of 256 MiB that are all there at once. */
static void refuse_large(void)
{
	struct text t = TEXT_INIT;
	struct graph *g;
	struct plan *plan;

	text_printf(&t, X("1,1,16384,16384") "init n i64 4 = 1,1,16384,16384\n");
	for (int i = 0; i < 9; i++)
		text_printf(&t, "node Reshape xq n -> c%d\nnode Transpose c%d -> t%d\noutput t%d i8\n", i, i, i, i);
	g = load(text_data(&t));
	plan = NULL;
	ok(g && compile(g, &t) == NULL && !strcmp(error_message(), "activations of 2415919104 bytes are more than the core can address"), "%s",
	   error_message());
	plan_free(plan);
	text_free(&t);
	graph_free(g);
}

static void mix(const struct expect *e, struct device *d)
{
	struct graph *g = load(e->model);
	struct text t = TEXT_INIT;
	struct plan *plan = compile(g, &t);
	double diff = -1;

	if (!ok(plan && strstr(text_data(&t), e->line) && agrees(plan, d, &diff) && (g->n_node > 100 || survives(g)), "host and core, %d nodes", g ? g->n_node : 0))
		note("differs by %g: %s", diff, plan ? text_data(&t) : error_message());
	text_free(&t);
	plan_free(plan);
	graph_free(g);
}

/* More inputs than a job has regions: some are copied. */
static void mix_many(struct device *d)
{
	struct text t = TEXT_INIT;

	text_printf(&t, X("1,1,1,1") "node QuantizeLinear xf s z -> y0\n");
	for (int i = 0; i < 260; i++)
		text_printf(&t, "input x%d f32 1,1,1,1\nnode QuantizeLinear x%d s z -> q%d\nnode com.microsoft:QLinearAdd q%d s z y%d s z s z -> y%d\n",
			    i, i, i, i, i, i + 1);
	text_printf(&t, "node DequantizeLinear y260 s z -> out\noutput out f32\n");
	mix(&(struct expect){ text_data(&t), "segment 0 on the core" }, d);
	text_free(&t);
}

/* Or all of it. */
static void host_only(void)
{
	struct graph *g = load(taken[0]);
	struct core_config config = device_config(16, 16, false);
	struct plan_options options = { .host_only = true };
	struct plan *plan = NULL;

	ok(g && !plan_compile(g, &config, &options, &plan) && plan->n_segment == 1 && !plan->segment[0].on_core,
	   "everything on the host");
	plan_free(plan);
	graph_free(g);
}

int main(void)
{
	struct core_config config = device_config(16, 16, false);
	struct device *d = device_open(&config, false, 64 << 20);

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		refuse(&refused[i]);
	refuse_chains();
	refuse_large();
	for (size_t i = 0; d && i < sizeof(taken) / sizeof(taken[0]); i++)
		take(taken[i], d);
	for (size_t i = 0; d && i < sizeof(mixed) / sizeof(mixed[0]); i++)
		mix(&mixed[i], d);
	if (d)
		mix_many(d);
	ok(d, "a model of the core");
	host_only();
	device_close(d);
	return tap_done();
}
