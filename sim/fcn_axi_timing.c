// SPDX-License-Identifier: Apache-2.0
/* The presets of memory timing. */
#include "fcn_axi_timing.h"

#include "fcn_sim_rng.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const char *const names[FCN_AXI_PRESETS] = {
	[FCN_AXI_DDR] = "ddr",
	[FCN_AXI_IDEAL] = "ideal",
	[FCN_AXI_RANDOM] = "random",
};

const char *fcn_axi_preset_name(enum fcn_axi_preset preset)
{
	return (unsigned)preset < FCN_AXI_PRESETS ? names[preset] : NULL;
}

int fcn_axi_preset_find(const char *name)
{
	for (int i = 0; i < FCN_AXI_PRESETS; i++)
		if (!strcmp(name, names[i]))
			return i;
	return -EINVAL;
}

/* Channels that never stall are as good at finding faults as channels that nearly always do. */
static uint8_t random_stall(struct fcn_rng *rng)
{
	static const uint8_t of256[] = { 0, 16, 64, 128, 230 };

	return of256[fcn_rng_below(rng, sizeof(of256))];
}

static uint32_t random_latency(struct fcn_rng *rng)
{
	return 1 + fcn_rng_below(rng, 1u << fcn_rng_below(rng, 9));
}

/* A seed picks a regime, so that a few seeds see slow and fast, even and bursty memories. */
static struct fcn_axi_timing random_timing(uint64_t seed)
{
	struct fcn_rng rng = { seed };
	struct fcn_axi_timing t = { 0 };
	uint32_t order = fcn_rng_below(&rng, 4);

	t.read_latency = random_latency(&rng);
	t.write_latency = random_latency(&rng);
	t.spread = UINT32_MAX;
	t.stall_ar = random_stall(&rng);
	t.stall_r = random_stall(&rng);
	t.stall_aw = random_stall(&rng);
	t.stall_w = random_stall(&rng);
	t.stall_b = random_stall(&rng);
	t.reorder = true;
	t.aw_after_w = order == 1;
	t.w_after_aw = order == 2;
	return t;
}

struct fcn_axi_timing fcn_axi_timing(enum fcn_axi_preset preset, uint64_t seed)
{
	switch (preset) {
	case FCN_AXI_IDEAL:
		return (struct fcn_axi_timing){ .read_latency = 1, .write_latency = 1 };
	case FCN_AXI_RANDOM:
		return random_timing(seed);
	default:
		return (struct fcn_axi_timing){ .read_latency = 64, .write_latency = 64 };
	}
}
