/* SPDX-License-Identifier: MIT */
/*
 * ONNX's backend test data, run by the C reference.
 *
 *	testdata FOLDER...
 *
 * FOLDER holds one folder per case.  A test per operator that libaccel has, and a comment for each
 * case that it cannot run, with the reason; then those of several operators, and what is left.
 */
#define _DEFAULT_SOURCE	/* scandir() */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case.h"
#include "tap.h"

#define MAX_ROWS 256

struct row {
	char op[64];
	bool known;
	int passed, unsupported, failed;
};

static struct row rows[MAX_ROWS];
static int n_rows, must_pass, must_fail, old_opset;

static struct row *find_row(const struct case_info *info)
{
	for (int i = 0; i < n_rows; i++)
		if (!strcmp(rows[i].op, info->op))
			return &rows[i];
	if (n_rows == MAX_ROWS)
		abort();
	snprintf(rows[n_rows].op, sizeof(rows[n_rows].op), "%s", info->op);
	rows[n_rows].known = info->known && info->op[0];
	return &rows[n_rows++];
}

static bool is_main_op(const char *op)
{
	return !strcmp(op, "Conv") || !strcmp(op, "ConvTranspose") || !strcmp(op, "QLinearConv");
}

/* Cases of ONNX 1.17 whose data are not what the operator says. */
static const struct {
	const char *name, *why;
} wrong_data[] = {
	{ "test_qlinearmatmul_2D_int8_float32", "-236 wraps to 20; the operator saturates" },
	{ "test_qlinearmatmul_3D_int8_float32", "-236 wraps to 20; the operator saturates" },
	{ "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True",
	  "counts what lies behind the padding" },
};

static const char *wrong(const char *name)
{
	for (size_t i = 0; i < sizeof(wrong_data) / sizeof(*wrong_data); i++)
		if (!strcmp(wrong_data[i].name, name))
			return wrong_data[i].why;
	return NULL;
}

static void count(const char *name, const struct case_info *info)
{
	struct row *row = find_row(info);

	if (info->result == CASE_FAILED && wrong(name)) {
		note("not counted %s: %s", name, wrong(name));
		return;
	}
	row->passed += info->result == CASE_PASSED;
	row->unsupported += info->result == CASE_UNSUPPORTED;
	row->failed += info->result == CASE_FAILED;
	old_opset += info->old_opset && info->result == CASE_PASSED;
	if (is_main_op(info->op) && info->rank == 4) {
		must_pass++;
		must_fail += info->result != CASE_PASSED;
	}
	/* That an operator is unknown needs no line per case. */
	if (info->result == CASE_FAILED && info->known)
		note("FAILED %s: %s", name, info->reason);
	else if (info->result == CASE_UNSUPPORTED && info->known && info->op[0])
		note("unsupported %s: %s", name, info->reason);
}

static void run_folder(const char *folder)
{
	struct dirent **entry;
	int n = scandir(folder, &entry, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		char path[4096];
		struct case_info info;

		snprintf(path, sizeof(path), "%s/%s", folder, entry[i]->d_name);
		if (!strncmp(entry[i]->d_name, "test_", 5)) {
			case_run(path, &info);
			count(entry[i]->d_name, &info);
		}
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->op, ((const struct row *)b)->op);
}

static void print_table(void)
{
	struct row sum = { 0 }, other = { 0 };

	for (int i = 0; i < n_rows; i++) {
		const struct row *r = &rows[i];
		struct row *to = r->known ? &sum : &other;

		to->passed += r->passed;
		to->unsupported += r->unsupported;
		to->failed += r->failed;
		if (r->known)
			ok(!r->failed, "%-22s %3d passed, %2d unsupported, %d failed", r->op,
			   r->passed, r->unsupported, r->failed);
	}
	note("sum: %d passed, %d unsupported, %d failed", sum.passed, sum.unsupported, sum.failed);
	note("%d of those passed are of an opset before 7, and were read as 7", old_opset);
	note("models of several operators: %d passed; others and operators that libaccel does not "
	     "have: %d", other.passed, other.unsupported + other.failed);
	for (int i = 0; i < n_rows; i++)
		if (!rows[i].known && rows[i].op[0])
			note("not an operator of libaccel: %s (%d)", rows[i].op,
			     rows[i].unsupported + rows[i].failed + rows[i].passed);
}

/* What libaccel promises: each with a case that passes.  The rest of it has none in this data. */
static const char *const promised[] = {
	"Conv",	     "ConvTranspose",	"QLinearConv", "QuantizeLinear", "DequantizeLinear",
	"Relu",	     "LeakyRelu",		"PRelu",	   "Clip",	      "Sigmoid",
	"HardSigmoid", "HardSwish",		"Tanh",	   "Add",	      "Mul",
	"Sum",	     "Concat",		"MaxPool",	   "AveragePool",  "GlobalAveragePool",
	"Resize",	     "Slice",		"Softmax",	   "ArgMax",	      "BatchNormalization",
	"Identity",    "Gemm",		"MatMul",	   "Flatten",      "Reshape",
	"Transpose",   "Pad",		"Split",	   "DepthToSpace", "InstanceNormalization",
};

static void check_promised(void)
{
	int missing = 0, n = (int)(sizeof(promised) / sizeof(*promised));

	for (int k = 0; k < n; k++) {
		bool there = false;

		for (int i = 0; i < n_rows; i++)
			there = there || (!strcmp(rows[i].op, promised[k]) && rows[i].known &&
					  rows[i].passed);
		if (!there)
			note("no case of %s passed", promised[k]);
		missing += !there;
	}
	ok(!missing, "each of %d operators has a case that passes", n);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run_folder(argv[i]);
	qsort(rows, (size_t)n_rows, sizeof(rows[0]), by_name);
	print_table();
	check_promised();
	ok(must_pass && !must_fail,
	   "all %d two-dimensional Conv, ConvTranspose and QLinearConv cases pass", must_pass);
	return tap_done();
}
