/* SPDX-License-Identifier: Apache-2.0 */
/* What plays a test case: the functional model, or the Verilated core with a memory behind it. */
#ifndef STREAM_DEVICE_H
#define STREAM_DEVICE_H

#include "stream.h"

struct device {
	const char *name;
	bool timed;        /* its cycles mean something */
	struct image *mem; /* its own copy of the case's memory */
	uint32_t (*read)(struct device *d, unsigned off);
	void (*write)(struct device *d, unsigned off, uint32_t value);
	/* Lets up to `cycles` pass; the model does all there is to do. */
	void (*advance)(struct device *d, uint64_t cycles);
	bool (*irq)(struct device *d);
	/* Model only: the fault that counts when several are possible; FCN_CAUSE_NONE: any. */
	void (*prefer)(struct device *d, uint32_t cause, uint32_t index, uint32_t addr);
	/* What the device did that no device may do; NULL: nothing. */
	const char *(*misbehaved)(struct device *d);
	void (*destroy)(struct device *d);
	const struct stream *s;
	void *core;
	uint64_t cycles; /* that passed, as far as the device knows */
};

/* Memory as the bus sees it: 0, or -EIO where there is none or the case plans an error. */
int device_mem_read(struct device *d, uint64_t pa, void *buf, size_t n);
int device_mem_write(struct device *d, uint64_t pa, const void *buf, size_t n);

/* A device for one case, with a copy of its memory. Ends the program without memory of the host. */
struct device *device_model(const struct stream *s);

struct rtl_options {
	int preset;        /* of memory timing, enum fcn_axi_preset */
	const char *waves; /* a file, or NULL */
};

/* NULL: the core of this geometry is not linked. */
struct device *device_rtl(const struct stream *s, const struct rtl_options *o);

/* Shared by both: allocates the device and its memory. */
struct device *device_new(const struct stream *s, const char *name);
void device_free(struct device *d);

#endif
