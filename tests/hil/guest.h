/* SPDX-License-Identifier: Apache-2.0 */
/* What a driver does, without a kernel: memory of the guest, page tables, jobs. */
#ifndef GUEST_H
#define GUEST_H

#include "client.h"

#define GUEST_IOVA 0x1000000ull /* of the guest's memory */
#define GUEST_BYTES (1u << 20)
#define GUEST_VA 0x00400000u    /* where a job sees it: page i of the memory is page i of the window */

/* Places in it, by offset. */
#define GUEST_ROOT 0x0000u
#define GUEST_TABLE 0x1000u
#define GUEST_RECORDS 0x2000u
#define GUEST_PERF 0x3000u
#define GUEST_CMD 0x4000u
#define GUEST_IN 0x10000u
#define GUEST_OUT 0x20000u

struct guest {
	struct client *client;
	int memfd, event;
	uint8_t *mem;
	unsigned commands;
	uint32_t seqno;
};

struct guest_record {
	uint32_t seqno, cause, fault_addr, fault_cmd;
};

/* Memory and an eventfd. */
void guest_init(struct guest *g);
void guest_free(struct guest *g);

/* Maps the memory, arms MSI-X, enables the function, writes page tables and the driver's registers. */
void guest_attach(struct guest *g, struct client *c);

/* Adds a copy of n bytes (a multiple of 16) from GUEST_IN to GUEST_OUT; one that keeps the core busy for about so many cycles. */
void guest_add_copy(struct guest *g, unsigned n);
void guest_add_spin(struct guest *g, unsigned cycles);

/* Starts what was added, in slot 0; waits for its interrupt, acknowledges it and returns its record. */
void guest_start(struct guest *g);
struct guest_record guest_wait(struct guest *g);

#endif
