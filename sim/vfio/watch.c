// SPDX-License-Identifier: Apache-2.0
#include "watch.h"

#include "fcn_names.h"

#include <inttypes.h>

void vf_watch_init(struct vf_watch *w, unsigned spin)
{
	*w = (struct vf_watch){ .spin = spin, .last_off = VF_WINDOW, .next = spin };
}

uint64_t vf_watch_read(struct vf_watch *w, unsigned off, uint32_t value)
{
	w->reads[off / 4]++;
	if (off != w->last_off || value != w->last_value) {
		w->last_off = off;
		w->last_value = value;
		w->run = 0;
		w->next = w->spin;
	}
	if (!w->spin || ++w->run != w->next)
		return 0;
	w->next *= 10;
	return w->run;
}

void vf_watch_write(struct vf_watch *w, unsigned off)
{
	w->writes[off / 4]++;
	w->last_off = VF_WINDOW;
}

void vf_watch_odd(struct vf_watch *w, unsigned off)
{
	if (!w->odd++)
		w->odd_first = off;
	w->last_off = VF_WINDOW;
}

unsigned vf_watch_report(const struct vf_watch *w, FILE *to)
{
	unsigned lines = 0;

	for (unsigned off = 0; off < VF_WINDOW; off += 4) {
		if (fcn_reg_name(off) || !(w->reads[off / 4] | w->writes[off / 4]))
			continue;
		fprintf(to, "0x%03x is no register: %" PRIu64 " reads, %" PRIu64 " writes\n", off, w->reads[off / 4],
			w->writes[off / 4]);
		lines++;
	}
	if (w->odd) {
		fprintf(to, "%" PRIu64 " accesses that are not of 32 aligned bits, the first at 0x%03x\n", w->odd, w->odd_first);
		lines++;
	}
	return lines;
}
