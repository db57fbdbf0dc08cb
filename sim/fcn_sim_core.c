// SPDX-License-Identifier: Apache-2.0
/* The list of geometries that are linked into the program. */
#include "fcn_sim_core.h"

#include <stddef.h>

static struct fcn_core_entry *entries;

void fcn_core_register(struct fcn_core_entry *entry)
{
	entry->next = entries;
	entries = entry;
}

const struct fcn_core_ops *fcn_core_find(unsigned rows, unsigned cols)
{
	for (const struct fcn_core_entry *e = entries; e; e = e->next)
		if (e->ops->rows == rows && e->ops->cols == cols)
			return e->ops;
	return NULL;
}

const struct fcn_core_ops *fcn_core_at(unsigned i)
{
	const struct fcn_core_entry *e = entries;

	while (e && i--)
		e = e->next;
	return e ? e->ops : NULL;
}
