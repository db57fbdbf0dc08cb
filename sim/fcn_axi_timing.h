/* SPDX-License-Identifier: Apache-2.0 */
/* How fast, and how regular, the memory behind the AXI4 slave is. */
#ifndef FCN_AXI_TIMING_H
#define FCN_AXI_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum fcn_axi_preset {
	FCN_AXI_DDR,    /* a beat per cycle each way, latency 64 both ways, in order */
	FCN_AXI_IDEAL,  /* the same with latency 1 */
	FCN_AXI_RANDOM, /* everything that AXI4 allows, from the seed */
	FCN_AXI_PRESETS
};

struct fcn_axi_timing {
	uint32_t read_latency;  /* cycles from AR taken to the first data beat, at least 1 */
	uint32_t write_latency; /* cycles from AW and the last W beat taken to B, at least 1 */
	uint32_t spread;        /* each burst's latency is less by a random number up to this */
	uint8_t stall_ar, stall_r, stall_aw, stall_w, stall_b; /* cycles of 256 without ready or valid */
	bool reorder;           /* bursts of different read IDs overtake and interleave */
	bool aw_after_w;        /* AW is taken only once data has been offered */
	bool w_after_aw;        /* W is taken only once its address has been taken */
};

struct fcn_axi_timing fcn_axi_timing(enum fcn_axi_preset preset, uint64_t seed);

/* "ddr", "ideal", "random"; NULL for what is no preset. */
const char *fcn_axi_preset_name(enum fcn_axi_preset preset);

/* The preset of a name, or -EINVAL. */
int fcn_axi_preset_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
