// SPDX-License-Identifier: Apache-2.0
#include "cmd_fields.h"

/* Unsigned and two's complement fields of a command. */
#define U(cmd, field) { FCN_OP_##cmd, #cmd "." #field, FCN_##cmd##_##field##_WORD, \
	FCN_##cmd##_##field##_SHIFT, FCN_##cmd##_##field##_MASK, FCN_##cmd##_##field##_MAX, false }
#define S(cmd, field) { FCN_OP_##cmd, #cmd "." #field, FCN_##cmd##_##field##_WORD, \
	FCN_##cmd##_##field##_SHIFT, FCN_##cmd##_##field##_MASK, FCN_##cmd##_##field##_MAX, true }

const struct cmd_field cmd_fields[] = {
	U(LOAD, VA), U(LOAD, PITCH_Y), U(LOAD, PITCH_X), U(LOAD, ROWS_N), U(LOAD, COLS_N),
	U(LOAD, RUN), U(LOAD, PX), U(LOAD, SPACE), S(LOAD, PAD_VALUE), U(LOAD, PAD_TOP),
	U(LOAD, PAD_BOTTOM), U(LOAD, PAD_LEFT), U(LOAD, PAD_RIGHT), U(LOAD, DST),
	U(LOAD, DST_PITCH_Y), U(LOAD, DST_PITCH_X),
	U(CONV, IFM), U(CONV, X_N), U(CONV, Y_N), U(CONV, X_PITCH), U(CONV, Y_PITCH), U(CONV, K0_N),
	U(CONV, K1_N), U(CONV, K2_N), U(CONV, K0_PITCH), U(CONV, K1_PITCH), U(CONV, K2_PITCH),
	U(CONV, WGT), U(CONV, ACC), U(CONV, HALF), U(CONV, KEEP),
	U(POST, ACC), U(POST, HALF), U(POST, X_N), U(POST, Y_N), U(POST, ACC_X_PITCH),
	U(POST, ACC_Y_PITCH), U(POST, WIN_X_N), U(POST, WIN_Y_N), U(POST, WIN_Y_PITCH), U(POST, OFM),
	U(POST, OFM_X_PITCH), U(POST, OFM_Y_PITCH), U(POST, COLS_N), U(POST, TABLE_EN),
	U(POST, TABLE), U(POST, RES_EN), U(POST, PAR), S(POST, ZP), S(POST, MIN), S(POST, MAX),
	U(POST, RES), U(POST, RES_MUL_A), U(POST, RES_MUL_B), U(POST, RES_SHIFT), S(POST, RES_ZA),
	S(POST, RES_ZB), S(POST, RES_ZO),
	U(STORE, VA), U(STORE, PITCH_Y), U(STORE, PITCH_X), U(STORE, ROWS_N), U(STORE, COLS_N),
	U(STORE, RUN), U(STORE, PX), U(STORE, PITCH_S), U(STORE, SRC), U(STORE, SRC_PITCH_Y),
	U(STORE, SRC_PITCH_X), U(STORE, SRC_PITCH_S), U(STORE, SUB_N),
};

const unsigned cmd_fields_n = sizeof(cmd_fields) / sizeof(cmd_fields[0]);
