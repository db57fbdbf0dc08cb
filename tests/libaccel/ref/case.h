/* SPDX-License-Identifier: MIT */
/* One case of ONNX's backend test data: a folder with a model, inputs and the outputs expected. */
#ifndef TESTS_CASE_H
#define TESTS_CASE_H

#include <stdbool.h>

enum case_result { CASE_PASSED, CASE_UNSUPPORTED, CASE_FAILED };

struct case_info {
	char op[64];		/* the operator; "" when there are several */
	bool known;		/* libaccel's import has it */
	bool old_opset;		/* before 7, and read as 7 */
	int rank;		/* of the first input; 0 if it has none */
	enum case_result result;
	char reason[512];	/* when it has not passed */
};

void case_run(const char *folder, struct case_info *info);

#endif
