/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bus transcript: everything that goes into the core and comes out of it, with the core's cycles; text, a line each.
 *
 *     fcn-record 1
 *     array 16x16
 *     memory ddr
 *     seed 0
 *     fault FAULT          each fault of the core's plan
 *     begin
 *     W CYCLE OFFSET VALUE     a register is written from this cycle on
 *     R CYCLE OFFSET           … is read
 *     V CYCLE VALUE            what the read gave
 *     r CYCLE ADDRESS DATA     DMA read; DATA in hexadecimal, or ! and the number of bytes when the bus failed
 *     w CYCLE ADDRESS DATA     DMA write
 *     I CYCLE LEVEL            the interrupt line
 *     X CYCLE                  power-on reset
 *     E CYCLE                  the end
 *
 * CYCLE is decimal, other numbers are hexadecimal without 0x.  A replay feeds W, R, X and the data of r to a core and demands
 * that it gives the rest, in this order, in these cycles.
 */
#ifndef VF_RECORD_H
#define VF_RECORD_H

#include "fcn_sim.h"

#include <stdio.h>

#define VF_RECORD_VERSION 1

/* The longest line: the data of a burst, and what stands before it. */
#define VF_RECORD_LINE (2 * 4096 + 64)

/* All take to == NULL and do nothing then. */
void vf_record_begin(FILE *to, const struct fcn_sim_config *cfg);
void vf_record_access(FILE *to, char what, uint64_t now, uint32_t off, uint32_t value);
void vf_record_value(FILE *to, uint64_t now, uint32_t value);
void vf_record_dma(FILE *to, char what, uint64_t now, uint64_t addr, const void *data, size_t n, int err);
void vf_record_irq(FILE *to, uint64_t now, int level);
void vf_record_mark(FILE *to, char what, uint64_t now);

/*
 * Lines in a buffer of VF_RECORD_LINE bytes, without newline: what a recording and a replay must both write.
 */
void vf_record_dma_line(char *line, char what, uint64_t now, uint64_t addr, const void *data, size_t n, int err);

/*
 * Plays a transcript.  0: the core did what it did then; -EINVAL: it is no transcript, or the core did something else; says
 * what on `to`.  waves: a file for them, or NULL.
 */
int vf_replay(const char *path, const char *waves, FILE *to);

#endif
