// SPDX-License-Identifier: Apache-2.0
/* Coverage of the Verilog, from programs that need not know of it. */
#include "fcn_sim_priv.h"

#include <stdlib.h>

#define FILES_MAX 1000000

int fcn_sim_coverage(struct fcn_sim *sim, const char *path)
{
	return sim->ops->coverage(sim->core, path);
}

/* A file name that no other instance or process has taken. */
static bool take_name(char *path, size_t size, const char *folder)
{
	for (unsigned i = 0; i < FILES_MAX; i++) {
		FILE *f;

		snprintf(path, size, "%s/%u.dat", folder, i);
		f = fopen(path, "wx");
		if (f) {
			fclose(f);
			return true;
		}
	}
	return false;
}

void fcn_sim_coverage_at_end(struct fcn_sim *sim)
{
	const char *folder = getenv("FCN_SIM_COVERAGE");
	char path[4096];

	if (folder && take_name(path, sizeof(path), folder))
		fcn_sim_coverage(sim, path);
}
