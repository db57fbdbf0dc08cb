// SPDX-License-Identifier: Apache-2.0
/* What the generated headers and name tables must do for the core's descriptions. */
#include "drm/fcn_accel_cmd.h"
#include "drm/fcn_accel_regs.h"
#include "fcn_names.h"
#include "reg_walk.h"

#include <stdio.h>
#include <string.h>

static int failed;

#define CHECK(x)                                              \
	do {                                                  \
		if (!(x)) {                                   \
			printf("line %d: %s\n", __LINE__, #x); \
			failed = 1;                           \
		}                                             \
	} while (0)

static void commands(void)
{
	struct fcn_cmd c;
	char text[256], brief[8];

	memset(&c, 0xff, sizeof(c));
	fcn_load_init(&c, 1u << FCN_ENG_STORE, 1u << FCN_ENG_CONV);
	CHECK(c.w[0] == ((1u << FCN_ENG_CONV) << 20 | (1u << FCN_ENG_STORE) << 16 |
			 FCN_CMD_VERSION << 8 | FCN_OP_LOAD));
	for (int i = 1; i < FCN_CMD_WORDS; i++)
		CHECK(c.w[i] == 0);
	fcn_load_set_va(&c, 0xfffffff0u);
	fcn_load_set_rows_n(&c, 8);
	fcn_load_set_cols_n(&c, 0xffff);
	fcn_load_set_rows_n(&c, 9);
	fcn_load_set_pad_value(&c, -5);
	fcn_load_set_px(&c, 0xff);
	CHECK(fcn_load_get_va(&c) == 0xfffffff0u);
	CHECK(fcn_load_get_rows_n(&c) == 9 && fcn_load_get_cols_n(&c) == 0xffff);
	CHECK(fcn_load_get_pad_value(&c) == -5);
	CHECK(fcn_load_get_px(&c) == 7 && c.w[5] == 0xfb070000u);
	fcn_load_set_px(&c, FCN_LOAD_PX_MAX);
	for (int v = -128; v < 128; v++) {
		fcn_load_set_pad_value(&c, v);
		CHECK(fcn_load_get_pad_value(&c) == v);
	}
	fcn_load_set_pad_value(&c, -128);
	CHECK(fcn_cmd_print(&c, text, sizeof(text)) == (int)strlen(text));
	CHECK(!strcmp(text, "LOAD WAIT=STORE SIGNAL=CONV VA=0xfffffff0 ROWS_N=9 COLS_N=65535 PX=4 "
			    "PAD_VALUE=-128"));
	CHECK(fcn_cmd_print(&c, brief, sizeof(brief)) == (int)strlen(text));
	CHECK(!strcmp(brief, "LOAD WA"));
	CHECK(fcn_cmd_print(&c, NULL, 0) == (int)strlen(text));
	c.w[15] = 3;
	fcn_cmd_set_opcode(&c, 0);
	fcn_cmd_print(&c, text, sizeof(text));
	CHECK(!strncmp(text, "OPCODE=0x00 WAIT=STORE", 22) && strstr(text, " w[15]=0x3"));
	CHECK(fcn_op_name(0) == NULL && !strcmp(fcn_op_name(FCN_OP_STORE_SYNC), "STORE_SYNC"));
	CHECK(!strcmp(fcn_engine_name(FCN_ENG_POST), "POST") && fcn_engine_name(4) == NULL);
}

static void registers(void)
{
	const unsigned n = sizeof(fcn_walk) / sizeof(fcn_walk[0]);
	unsigned at = 0;
	char text[256];

	CHECK(FCN_SLOT_REG(1, FCN_SLOT_SEQNO) == 0x150 && FCN_REG_SLOT_SEQNO(0) == 0x110);
	CHECK(!strcmp(fcn_reg_name(FCN_REG_CTRL), "CTRL"));
	CHECK(!strcmp(fcn_reg_name(FCN_REG_SLOT_ROOT(1)), "SLOT1.ROOT"));
	CHECK(fcn_reg_name(0x14) == NULL && fcn_reg_name(1) == NULL && fcn_reg_name(0x10000) == NULL);
	fcn_reg_print(FCN_REG_SLOT_STATUS(0), FCN_CAUSE_DEADLOCK << FCN_SLOT_STATUS_CAUSE_SHIFT | 4, text,
		      sizeof(text));
	CHECK(!strcmp(text, "BUSY=0 RUNNING=0 CAUSE=7 reserved=0x4"));
	CHECK(!strcmp(fcn_cause_name(FCN_CAUSE_DEADLOCK), "DEADLOCK") && fcn_cause_text(200) == NULL);
	for (unsigned off = 0; off < FCN_WALK_SIZE; off += 4) {
		const struct fcn_walk *w = at < n && fcn_walk[at].off == off ? &fcn_walk[at++] : NULL;

		CHECK(!w == !fcn_reg_name(off));
		if (!w)
			continue;
		CHECK(!strcmp(w->name, fcn_reg_name(off)));
		CHECK((w->known ^ w->param) == w->fields && (w->known & w->param) == 0);
		CHECK((w->reset & ~w->known) == 0);
		CHECK(((w->writable | w->kick | w->w1s | w->w1c) & ~w->fields) == 0);
	}
	CHECK(at == n);
	CHECK(fcn_walk[0].reset == FCN_ID_MAGIC && fcn_walk[0].writable == 0);
}

int main(void)
{
	commands();
	registers();
	return failed;
}
