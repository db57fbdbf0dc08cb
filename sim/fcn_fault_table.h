/* SPDX-License-Identifier: Apache-2.0 */
/* The vocabulary of fault plans: which kinds and keys there are.  Private to fcn_fault*.c. */
#ifndef FCN_FAULT_TABLE_H
#define FCN_FAULT_TABLE_H

#include "fcn_fault.h"

enum fcn_fault_key {
	FCN_KEY_ADDR,
	FCN_KEY_LEN,
	FCN_KEY_ID,
	FCN_KEY_AT,
	FCN_KEY_NTH,
	FCN_KEY_COUNT,
	FCN_KEY_ONE_IN,
	FCN_KEY_BEAT,
	FCN_KEY_RESP,
	FCN_KEY_CYCLES,
	FCN_KEY_ENGINE,
	FCN_FAULT_KEYS
};

/* A name for a number: `resp=slverr`. */
struct fcn_fault_word {
	const char *name;
	uint64_t value;
};

struct fcn_fault_key_info {
	const char *name;
	size_t offset; /* of its uint64_t in struct fcn_fault */
	uint64_t min, max;
	int hex; /* how it is printed */
	const struct fcn_fault_word *words;
};

struct fcn_fault_kind_info {
	const char *name;
	unsigned keys;     /* bit k: enum fcn_fault_key k is allowed */
	unsigned required; /* bit k: and must be there */
	uint64_t count;    /* default of FCN_KEY_COUNT */
};

extern const struct fcn_fault_key_info fcn_fault_key_info[FCN_FAULT_KEYS];
extern const struct fcn_fault_kind_info fcn_fault_kind_info[FCN_FAULT_KINDS];

/* A fault of this kind without keys. */
struct fcn_fault fcn_fault_default(enum fcn_fault_kind kind);

static inline uint64_t *fcn_fault_value(struct fcn_fault *f, enum fcn_fault_key k)
{
	return (uint64_t *)(void *)((char *)f + fcn_fault_key_info[k].offset);
}

#endif
