/* SPDX-License-Identifier: MIT */
#include "jobs.h"

#include <string.h>

#define SPACE_OFM 2
#define WIDE 4

void make_copy(struct fcn_cmd *cmd, uint32_t to, uint32_t from, uint32_t n)
{
	fcn_load_init(&cmd[0], 0, 1u << FCN_ENG_STORE);
	fcn_load_set_va(&cmd[0], from);
	fcn_load_set_rows_n(&cmd[0], 1);
	fcn_load_set_cols_n(&cmd[0], 1);
	fcn_load_set_run(&cmd[0], n);
	fcn_load_set_px(&cmd[0], WIDE);
	fcn_load_set_space(&cmd[0], SPACE_OFM);

	fcn_store_init(&cmd[1], 1u << FCN_ENG_LOAD, 0);
	fcn_store_set_va(&cmd[1], to);
	fcn_store_set_rows_n(&cmd[1], 1);
	fcn_store_set_cols_n(&cmd[1], 1);
	fcn_store_set_run(&cmd[1], n);
	fcn_store_set_px(&cmd[1], WIDE);
}

int run_job(struct core_device *dev, struct bo *cmd, const struct fcn_cmd *c, uint32_t n,
	    struct core_result *result)
{
	const struct core_job job = { .cmd = cmd, .cmd_count = n };
	uint64_t token;
	int err;

	memcpy(cmd->map, c, n * sizeof(*c));
	err = dev->ops->submit(dev, &job, &token);
	return err ? err : dev->ops->wait(dev, token, INT64_MAX, result);
}
