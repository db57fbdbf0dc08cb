/* SPDX-License-Identifier: MIT */
/* The fields of TensorProto that hold elements, one per group of types. */
#ifndef LIBACCEL_ONNX_TENSOR_H
#define LIBACCEL_ONNX_TENSOR_H

#include "onnx_pb.h"

struct onnx_typed_field {
	uint32_t number;
	enum pb_wire wire;
	const char *name;
};

const struct onnx_typed_field *onnx_typed_field(uint32_t number);	/* NULL: it is none */

#endif
