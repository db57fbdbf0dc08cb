/* SPDX-License-Identifier: MIT */
/* Resize of all opsets, and Upsample, which it replaced. */
#include <errno.h>

#include "error.h"
#include "onnx_import.h"

static const char *const mode_names[] = { "nearest", "linear", "cubic" };

/*
 * Before opset 11, nearest took the element at floor(x / scale) when enlarging and at ceil(x /
 * scale) when reducing; that is how ONNX Runtime reads those models.  The scales must be known to
 * tell.
 */
static void choose_rounding(struct draft *d)
{
	const struct tensor *scales = draft_const(d, 2);
	bool larger = false, smaller = false;

	if (d->err || d->attr.resize.mode != RESIZE_NEAREST)
		return;
	if (!scales || scales->dtype != DTYPE_F32) {
		draft_error(d, -ENOTSUP,
			    "scales are computed; export the model with opset 11 or newer");
		return;
	}
	for (int64_t i = 0; i < shape_count(&scales->shape); i++) {
		float scale = ((const float *)scales->data)[i];

		larger = larger || scale > 1;
		smaller = smaller || scale < 1;
	}
	if (larger && smaller)
		draft_error(d, -ENOTSUP, "it enlarges and reduces; export it with opset 11");
	d->attr.resize.round = smaller ? RESIZE_CEIL : RESIZE_FLOOR;
}

/* Inputs X, scales become X, no region, scales. */
static void insert_region(struct draft *d)
{
	if (d->n_in < 2)
		return;
	d->in[2] = d->in[1];
	d->in[1] = -1;
	d->n_in = 3;
}

static void convert_old(struct draft *d)
{
	d->attr.resize.mode =
		(enum resize_mode)attr_choice(d, "mode", RESIZE_NEAREST, mode_names, 2);
	d->attr.resize.coord = RESIZE_ASYMMETRIC;
	d->attr.resize.round = RESIZE_FLOOR;
}

void convert_upsample(struct draft *d)
{
	convert_old(d);
	if (d->import->opset < 9) {
		if (attr_required(d, "scales"))
			draft_attr_to_input(d, "scales", 1);
	}
	draft_need_input(d, 1, "scales");
	insert_region(d);
}

/* Empty tensors are how opset 11 leaves an input out. */
static void drop_empty_inputs(struct draft *d)
{
	for (int i = 1; i < d->n_in; i++) {
		const struct tensor *t = draft_const(d, i);

		if (t && shape_count(&t->shape) == 0)
			d->in[i] = -1;
	}
}

/* Only axes that say what is so anyway; the others would need the rank of X. */
static void check_axes(struct draft *d)
{
	const struct onnx_attr *axes = attr_find(d, "axes", ONNX_ATTR_INTS);

	for (size_t i = 0; axes && i < axes->n_ints; i++)
		if (axes->ints[i] != (int64_t)i)
			draft_error(
				d, -ENOTSUP,
				"attribute 'axes' is not supported; give a value for every axis");
}

void convert_resize(struct draft *d)
{
	static const char *const coord[] = { "half_pixel",    "pytorch_half_pixel",
					     "align_corners", "asymmetric",
					     "tf_crop_and_resize", "half_pixel_symmetric" };
	static const char *const round[] = { "round_prefer_floor", "round_prefer_ceil", "floor",
					     "ceil" };
	static const char *const policy[] = { "stretch" };

	if (d->import->opset < 11) {
		convert_old(d);
		draft_need_input(d, 1, "scales");
		insert_region(d);
		choose_rounding(d);
		return;
	}
	d->attr.resize.mode =
		(enum resize_mode)attr_choice(d, "mode", RESIZE_NEAREST, mode_names, 3);
	d->attr.resize.coord = (enum resize_coord)attr_choice(d, "coordinate_transformation_mode",
							      RESIZE_HALF_PIXEL, coord, 6);
	d->attr.resize.round = (enum resize_round)attr_choice(d, "nearest_mode",
							      RESIZE_ROUND_PREFER_FLOOR, round, 4);
	d->attr.resize.cubic_a = attr_float(d, "cubic_coeff_a", -0.75f);
	d->attr.resize.extrapolation = attr_float(d, "extrapolation_value", 0);
	d->attr.resize.exclude_outside = attr_int(d, "exclude_outside", 0);
	d->attr.resize.antialias = attr_int(d, "antialias", 0);
	attr_choice(d, "keep_aspect_ratio_policy", 0, policy, 1);
	check_axes(d);
	drop_empty_inputs(d);
	if (d->n_in < 4 || d->in[3] < 0)
		draft_need_input(d, 2, "scales (or input 3, sizes)");
}
