/* SPDX-License-Identifier: MIT */
#include "plan.h"

/* LOAD and STORE have their address in the same word. */
void plan_relocate(const struct plan_segment *s, const uint32_t *va, struct fcn_cmd *to)
{
	for (uint32_t i = 0; i < s->n_cmd; i++) {
		to[i] = s->cmd[i];
		if (s->cmd_region[i] != PLAN_NO_REGION)
			to[i].w[FCN_LOAD_VA_WORD] += va[s->cmd_region[i]];
	}
}

_Static_assert(FCN_LOAD_VA_WORD == FCN_STORE_VA_WORD, "one word holds the address of either");
