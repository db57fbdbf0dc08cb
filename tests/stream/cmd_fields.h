/* SPDX-License-Identifier: Apache-2.0 */
/* A table of the fields of all commands, for corner values and for coverage. */
#ifndef STREAM_CMD_FIELDS_H
#define STREAM_CMD_FIELDS_H

#include "drm/fcn_accel_cmd.h"

#include <stdbool.h>
#include <stdint.h>

struct cmd_field {
	uint32_t opcode;
	const char *name; /* "LOAD.VA" */
	unsigned word, shift;
	uint32_t mask;
	uint32_t max; /* largest raw value that is legal somewhere */
	bool is_signed;
};

extern const struct cmd_field cmd_fields[];
extern const unsigned cmd_fields_n;

#endif
