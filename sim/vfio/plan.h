/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fault plans of fcn-vfio: those of the simulated core (fcn_fault.h), and in the same style faults of the server itself:
 *
 * fault           what happens                                                 keys besides the common
 * vanish-mapping  the range of guest memory that an access goes to is no longer
 *                 mapped, as if the guest had lost it: DMA to it fails
 * dead-server     the server goes away (the client sees an end of file)        on
 * mute-server     the server takes messages and answers none any more          on
 * deaf-reg        a write to a register does not arrive
 *
 * common key      meaning, default
 * addr, len       only accesses that touch these bytes: I/O addresses of DMA, offsets of registers; any (addr alone: one byte; len alone is an error)
 * at              nothing before this cycle; 0
 * nth             the one of the matching accesses that suffers, from 1; 1
 *
 * other key       meaning, default
 * on              what is counted: reg (register accesses) or dma; reg.  deaf-reg counts writes to registers,
 *                 vanish-mapping DMA
 */
#ifndef VF_PLAN_H
#define VF_PLAN_H

#include "fcn_fault.h"

enum vf_fault_kind { VF_FAULT_VANISH, VF_FAULT_DEAD, VF_FAULT_MUTE, VF_FAULT_DEAF, VF_FAULT_KINDS };
enum vf_fault_on { VF_ON_REG, VF_ON_DMA, VF_ON_WRITE /* to a register */ };

struct vf_fault {
	enum vf_fault_kind kind;
	enum vf_fault_on on;
	uint64_t addr, len; /* len 0: anywhere */
	uint64_t at, nth;
	uint64_t events;    /* that matched so far */
};

#define VF_PLAN_FAULTS 64

struct vf_plan {
	struct fcn_fault_plan core;
	struct vf_fault fault[VF_PLAN_FAULTS];
	size_t n;
};

/* As fcn_fault_plan_parse(). */
int vf_plan_parse(struct vf_plan *plan, const char *text, char *err, size_t err_size);
void vf_plan_free(struct vf_plan *plan);

/* Something happens in cycle `now` at len > 0 bytes from addr; returns the kinds that strike, bit k: kind k. */
unsigned vf_plan_event(struct vf_plan *plan, enum vf_fault_on on, uint64_t now, uint64_t addr, uint64_t len);

#endif
