/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt vectors: an eventfd for each that the client has armed. */
#ifndef VF_IRQ_H
#define VF_IRQ_H

#include "conn.h"
#include "proto.h"

#include <linux/aio_abi.h>
#include <stdbool.h>

struct vf_irq {
	int fd[VF_IRQS]; /* of each index' one vector, or -1 */
	bool pending;    /* the MSI-X vector's pending bit */
	uint64_t sent, dropped;
	aio_context_t aio; /* it signals */
	int nothing;       /* an empty file to read from, for that */
};

/* 0 or a negative errno: -ENOSYS, the kernel has no asynchronous I/O. */
int vf_irq_init(struct vf_irq *irq);
void vf_irq_destroy(struct vf_irq *irq);

/* Vectors that an index has; 0 for what is no index. */
unsigned vf_irq_count(uint32_t index);

/* SET_IRQS.  Takes the descriptors that it keeps out of msg.  0 or a negative errno. */
int vf_irq_set(struct vf_irq *irq, struct vf_msg *msg);

/* Forgets all eventfds. */
void vf_irq_clear(struct vf_irq *irq);

/*
 * Sends the device's interrupt by MSI-X or MSI, whichever is on; returns how it went: "msix", "msi", "pending" (no one
 * listens yet: it is sent when someone does), "off".
 */
const char *vf_irq_raise(struct vf_irq *irq, bool msix, bool msi);

#endif
