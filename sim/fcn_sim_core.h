/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Verilated core as C sees it: its pins, and the operations on it.
 *
 * fcn_sim_verilated.cpp is compiled once for each geometry; each compilation registers one
 * struct fcn_core_ops.  No path leads from an input to an output of the core within a cycle,
 * so `out` of a cycle is known before `in` of that cycle is chosen.
 */
#ifndef FCN_SIM_CORE_H
#define FCN_SIM_CORE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FCN_BEAT 16 /* bytes on the AXI4 data bus in a cycle */

/* What AR and AW say. */
struct fcn_axi_addr {
	uint64_t addr;
	uint8_t id, len, size, burst, cache, prot;
};

/* Inputs of the core in one cycle. */
struct fcn_pins_in {
	uint8_t rst;
	/* AXI4-Lite, registers */
	uint8_t lite_awvalid, lite_wvalid, lite_bready, lite_arvalid, lite_rready;
	uint16_t lite_awaddr, lite_araddr;
	uint32_t lite_wdata; /* all strobes are on */
	/* AXI4, memory */
	uint8_t arready, awready, wready;
	uint8_t rvalid, rid, rresp, rlast;
	uint8_t bvalid, bid, bresp;
	uint8_t rdata[FCN_BEAT]; /* byte 0 is bits 7..0 */
};

/* Outputs of the core in one cycle; the payload of a channel only while its valid is 1. */
struct fcn_pins_out {
	uint8_t irq;
	/* AXI4-Lite, registers */
	uint8_t lite_awready, lite_wready, lite_arready;
	uint8_t lite_bvalid, lite_bresp, lite_rvalid, lite_rresp;
	uint32_t lite_rdata;
	/* AXI4, memory */
	uint8_t arvalid, awvalid, wvalid, rready, bready;
	uint8_t wlast;
	uint16_t wstrb;
	struct fcn_axi_addr ar, aw;
	uint8_t wdata[FCN_BEAT];
};

struct fcn_core_ops {
	unsigned rows, cols;
	/* A core before its first clock edge; seed: of the registers that have no reset. NULL: no memory. */
	void *(*create)(uint64_t seed);
	void (*destroy)(void *core);
	/* One clock cycle, number `now`: the core takes `in`, `out` is what it drives in the next one. */
	void (*cycle)(void *core, uint64_t now, const struct fcn_pins_in *in, struct fcn_pins_out *out);
	/* Opens (or, path NULL, closes) an FST file of waves. -ENOTSUP: built without, -EIO. */
	int (*waves)(void *core, const char *path);
	/* Writes the coverage counters. -ENOTSUP: built without. */
	int (*coverage)(void *core, const char *path);
};

/* A list node that lives as long as the program: called before main() by each linked geometry. */
struct fcn_core_entry {
	const struct fcn_core_ops *ops;
	struct fcn_core_entry *next;
};

void fcn_core_register(struct fcn_core_entry *entry);

/* The core of a geometry, or NULL when none is linked. */
const struct fcn_core_ops *fcn_core_find(unsigned rows, unsigned cols);

/* The i-th linked geometry, or NULL. */
const struct fcn_core_ops *fcn_core_at(unsigned i);

#ifdef __cplusplus
}
#endif

#endif
