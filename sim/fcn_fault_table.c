// SPDX-License-Identifier: Apache-2.0
/* The vocabulary of fault plans, as tables for the parser and the printer. */
#include "fcn_fault_table.h"

#define KEY(k) (1u << FCN_KEY_##k)
#define PLACE (KEY(ADDR) | KEY(LEN))
#define TIMES (KEY(AT) | KEY(NTH) | KEY(COUNT) | KEY(ONE_IN))
#define BURST (PLACE | KEY(ID) | TIMES)

static const struct fcn_fault_word resp_words[] = {
	{ "slverr", FCN_RESP_SLVERR },
	{ "decerr", FCN_RESP_DECERR },
	{ NULL, 0 },
};

static const struct fcn_fault_word count_words[] = {
	{ "all", FCN_FAULT_ALL },
	{ NULL, 0 },
};

static const struct fcn_fault_word engine_words[] = {
	{ "load", FCN_STUCK_LOAD },
	{ "fetch", FCN_STUCK_FETCH },
	{ "store", FCN_STUCK_STORE },
	{ NULL, 0 },
};

#define OFF(member) offsetof(struct fcn_fault, member)

const struct fcn_fault_key_info fcn_fault_key_info[FCN_FAULT_KEYS] = {
	[FCN_KEY_ADDR] = { "addr", OFF(addr), 0, (UINT64_C(1) << 40) - 1, 1, NULL },
	[FCN_KEY_LEN] = { "len", OFF(len), 1, UINT64_C(1) << 40, 1, NULL },
	[FCN_KEY_ID] = { "id", OFF(id), 0, 3, 0, NULL },
	[FCN_KEY_AT] = { "at", OFF(at), 0, UINT64_MAX, 0, NULL },
	[FCN_KEY_NTH] = { "nth", OFF(nth), 1, UINT64_MAX, 0, NULL },
	[FCN_KEY_COUNT] = { "count", OFF(count), 1, UINT64_MAX, 0, count_words },
	[FCN_KEY_ONE_IN] = { "one-in", OFF(one_in), 1, UINT32_MAX, 0, NULL },
	[FCN_KEY_BEAT] = { "beat", OFF(beat), 0, 255, 0, NULL },
	[FCN_KEY_RESP] = { "resp", OFF(resp), 1, 0, 0, resp_words }, /* min > max: words only */
	[FCN_KEY_CYCLES] = { "cycles", OFF(cycles), 1, UINT32_MAX, 0, NULL },
	[FCN_KEY_ENGINE] = { "engine", OFF(engine), 1, 0, 0, engine_words },
};

const struct fcn_fault_kind_info fcn_fault_kind_info[FCN_FAULT_KINDS] = {
	[FCN_FAULT_READ_ERROR] = { "read-error", BURST | KEY(RESP) | KEY(BEAT), 0, 1 },
	[FCN_FAULT_LATE_READ] = { "late-read", BURST | KEY(CYCLES), KEY(CYCLES), 1 },
	[FCN_FAULT_LOST_READ] = { "lost-read", BURST, 0, 1 },
	[FCN_FAULT_WRITE_ERROR] = { "write-error", BURST | KEY(RESP), 0, 1 },
	[FCN_FAULT_LATE_WRITE] = { "late-write", BURST | KEY(CYCLES), KEY(CYCLES), 1 },
	[FCN_FAULT_LOST_WRITE] = { "lost-write", BURST, 0, 1 },
	[FCN_FAULT_SLOW_REG] = { "slow-reg", PLACE | TIMES | KEY(CYCLES), KEY(CYCLES), FCN_FAULT_ALL },
	[FCN_FAULT_ALL_ONES_REG] = { "all-ones-reg", PLACE | TIMES, 0, FCN_FAULT_ALL },
	[FCN_FAULT_LOST_IRQ] = { "lost-irq", TIMES, 0, 1 },
	[FCN_FAULT_SPURIOUS_IRQ] = { "spurious-irq", KEY(AT) | KEY(CYCLES), KEY(AT), 1 },
	[FCN_FAULT_STUCK_ENGINE] = { "stuck-engine", PLACE | KEY(AT) | KEY(NTH) | KEY(ENGINE), KEY(ENGINE), FCN_FAULT_ALL },
};

const char *fcn_fault_name(enum fcn_fault_kind kind)
{
	return (unsigned)kind < FCN_FAULT_KINDS ? fcn_fault_kind_info[kind].name : NULL;
}

struct fcn_fault fcn_fault_default(enum fcn_fault_kind kind)
{
	return (struct fcn_fault){
		.kind = kind,
		.nth = 1,
		.count = fcn_fault_kind_info[kind].count,
		.one_in = 1,
		.id = FCN_FAULT_ANY,
		.beat = FCN_FAULT_ANY,
		.resp = FCN_RESP_SLVERR,
		.cycles = 1,
	};
}
