// SPDX-License-Identifier: Apache-2.0
#include "irq.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int vf_irq_init(struct vf_irq *irq)
{
	*irq = (struct vf_irq){ 0 };
	for (unsigned i = 0; i < VF_IRQS; i++)
		irq->fd[i] = -1;
	irq->nothing = memfd_create("nothing", MFD_CLOEXEC);
	if (irq->nothing < 0)
		return -errno;
	return syscall(SYS_io_setup, 1, &irq->aio) ? -errno : 0;
}

void vf_irq_destroy(struct vf_irq *irq)
{
	vf_irq_clear(irq);
	syscall(SYS_io_destroy, irq->aio);
	close(irq->nothing);
}

unsigned vf_irq_count(uint32_t index)
{
	return index == VF_IRQ_MSI || index == VF_IRQ_MSIX || index == VF_IRQ_ERR;
}

static void disarm(struct vf_irq *irq, uint32_t index)
{
	if (irq->fd[index] >= 0)
		close(irq->fd[index]);
	irq->fd[index] = -1;
}

void vf_irq_clear(struct vf_irq *irq)
{
	for (uint32_t i = 0; i < VF_IRQS; i++)
		disarm(irq, i);
	irq->pending = false;
}

/*
 * Adds one to an eventfd, and never blocks.  A write could: the client shares the open file, so that it can take O_NONBLOCK
 * away again and fill the counter, and writing an eventfd knows no RWF_NOWAIT.  So the kernel signals it as KVM and VFIO have
 * it done, here at the end of a read of no bytes: that takes no descriptor but an eventfd, and a full counter stays full.
 */
static bool signal_eventfd(struct vf_irq *irq, int fd)
{
	struct iocb op = { .aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = (uint32_t)irq->nothing,
			   .aio_flags = IOCB_FLAG_RESFD, .aio_resfd = (uint32_t)fd };
	struct iocb *ops = &op;
	struct io_event end;

	if (syscall(SYS_io_submit, irq->aio, 1, &ops) != 1)
		return false;
	/* It has ended already; this makes room for the next one. */
	syscall(SYS_io_getevents, irq->aio, 0, 1, &end, NULL);
	return true;
}

/* Signals a vector, if someone listens. */
static bool send_event(struct vf_irq *irq, uint32_t index)
{
	if (irq->fd[index] < 0)
		return false;
	/* What the device has written to memory comes first. */
	atomic_thread_fence(memory_order_release);
	/* The client chooses what the descriptor is; one that is no eventfd is its own loss. */
	if (signal_eventfd(irq, irq->fd[index]))
		irq->sent++;
	else
		irq->dropped++;
	return true;
}

static void arm(struct vf_irq *irq, uint32_t index, int fd)
{
	disarm(irq, index);
	irq->fd[index] = fd;
	if (index == VF_IRQ_MSIX && irq->pending)
		irq->pending = !send_event(irq, index);
}

static int check(const struct vf_irq_set *set, const struct vf_msg *msg)
{
	uint32_t data = set->flags & VF_SET_DATA_MASK, action = set->flags & VF_SET_ACTION_MASK;
	unsigned count = vf_irq_count(set->index);
	size_t payload = data == VF_SET_DATA_BOOL ? set->count : 0;

	if (set->argsz < sizeof(*set) || set->argsz != msg->len || msg->len - sizeof(*set) != payload)
		return -EINVAL;
	if (set->flags & ~(VF_SET_DATA_MASK | VF_SET_ACTION_MASK) || !data || data & (data - 1) || !action ||
	    action & (action - 1))
		return -EINVAL;
	if (set->index >= VF_IRQS || set->start > count || set->count > count - set->start)
		return -EINVAL;
	/* No vector of this device can be masked by message. */
	if (action != VF_SET_TRIGGER)
		return -EINVAL;
	if (!set->count && data != VF_SET_DATA_NONE)
		return -EINVAL;
	if (msg->fds && (data != VF_SET_DATA_EVENTFD || msg->fds != set->count))
		return -EINVAL;
	return 0;
}

int vf_irq_set(struct vf_irq *irq, struct vf_msg *msg)
{
	struct vf_irq_set set;
	int err;

	if (msg->len < sizeof(set))
		return -EINVAL;
	memcpy(&set, msg->body, sizeof(set));
	err = check(&set, msg);
	if (err)
		return err;
	if (!set.count) {
		disarm(irq, set.index);
		return 0;
	}
	/* From here on count is 1: an index has no more. */
	if (set.flags & VF_SET_DATA_EVENTFD)
		arm(irq, set.index, vf_msg_take_fd(msg));
	else if (set.flags & VF_SET_DATA_NONE || msg->body[sizeof(set)])
		send_event(irq, set.index);
	return 0;
}

const char *vf_irq_raise(struct vf_irq *irq, bool msix, bool msi)
{
	if (msix) {
		irq->pending = !send_event(irq, VF_IRQ_MSIX);
		return irq->pending ? "pending" : "msix";
	}
	if (msi && send_event(irq, VF_IRQ_MSI))
		return "msi";
	irq->dropped++;
	return "off";
}
