/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What software does to the register window: accesses that no description covers, and loops that wait for a register
 * which does not change.
 */
#ifndef VF_WATCH_H
#define VF_WATCH_H

#include <stdint.h>
#include <stdio.h>

#define VF_WINDOW 4096

struct vf_watch {
	uint64_t reads[VF_WINDOW / 4], writes[VF_WINDOW / 4];
	uint64_t odd;       /* accesses of another size or alignment than a register's */
	unsigned odd_first; /* offset of the first */
	unsigned spin;      /* equal reads that make a loop; 0: do not look */
	unsigned last_off;
	uint32_t last_value;
	uint64_t run, next; /* equal reads in a row; number at which to say so */
};

void vf_watch_init(struct vf_watch *w, unsigned spin);

/* Returns 0, or the number of equal reads in a row when it is time to say so. */
uint64_t vf_watch_read(struct vf_watch *w, unsigned off, uint32_t value);
void vf_watch_write(struct vf_watch *w, unsigned off);
void vf_watch_odd(struct vf_watch *w, unsigned off);

/* Prints what the description does not have; returns how many such lines there were. */
unsigned vf_watch_report(const struct vf_watch *w, FILE *to);

#endif
