/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_DEVICE_H
#define FCN_DEVICE_H

#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/ratelimit.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/types.h>

#include <drm/drm_device.h>
#include <drm/gpu_scheduler.h>

#include <drm/fcn_accel_regs.h>

struct fcn_job;

/* A completion record, as the core writes it. */
struct fcn_record {
	__le32 seqno;
	__le32 cause;
	__le32 addr;
	__le32 cmd;
};

/* What registers VERSION and CONFIG0 to CONFIG2 say. */
struct fcn_config {
	u32 version;
	u32 config[3];
	u32 pa_bits;
};

/**
 * enum fcn_hw_state - Who may touch the core
 * @FCN_HW_GONE: nobody: it is unplugged, or did not come back from a reset.  New jobs fail.
 * @FCN_HW_OFF: nobody: it sleeps.  New jobs take a slot and wait there.
 * @FCN_HW_FROZEN: whoever froze it: probing, reset.  New jobs take a slot and wait there.
 * @FCN_HW_RUNNING: jobs are started as they come.
 */
enum fcn_hw_state {
	FCN_HW_GONE,
	FCN_HW_OFF,
	FCN_HW_FROZEN,
	FCN_HW_RUNNING,
};

/**
 * struct fcn_slot - One of the core's job slots
 * @job: the job that has the slot, or NULL
 * @seqno: what its completion record will carry; 0: not started yet
 * @order: jobs run in this order
 */
struct fcn_slot {
	struct fcn_job *job;
	u32 seqno;
	u64 order;
};

struct fcn_device;

/**
 * struct fcn_bus_ops - What only the front end (PCIe, platform) can do
 * @quiesce: cut the core off from memory, for a core that cannot be reset
 * @hard_reset: reset the core from outside, or NULL
 * @power_on: clocks and such, or NULL
 * @power_off: their contrary, or NULL
 */
struct fcn_bus_ops {
	void (*quiesce)(struct fcn_device *fdev);
	int (*hard_reset)(struct fcn_device *fdev);
	int (*power_on)(struct fcn_device *fdev);
	void (*power_off)(struct fcn_device *fdev);
};

/**
 * struct fcn_device - A core that the driver is bound to
 *
 * Lives until the last file, fence and dma-buf is gone; the hardware, and everything that needs
 * it, lives until the driver is unbound.
 */
struct fcn_device {
	struct drm_device drm;
	const struct fcn_bus_ops *bus;
	void *bus_data;
	void __iomem *regs;
	int irq;
	struct fcn_config cfg;
	/** @coherent: CPU and core see each other's writes without cache maintenance */
	bool coherent;
	u64 clock_hz;

	/** @records: one completion record per slot; the core writes, the CPU reads */
	struct fcn_record *records;
	dma_addr_t records_dma;

	struct drm_gpu_scheduler sched;
	/** @pause_lock: guards @pauses, how many want the scheduler to stand still */
	struct mutex pause_lock;
	unsigned int pauses;
	u64 fence_context;

	/**
	 * @slot_lock: Guards everything from here to @stats, the order of writes to slot
	 * registers, and the members of jobs and address spaces that say so.  Taken in the
	 * interrupt handler.
	 */
	spinlock_t slot_lock;
	/** @state: also read without the lock, hence written by WRITE_ONCE() */
	enum fcn_hw_state state;
	struct fcn_slot slot[FCN_SLOT_COUNT];
	u32 last_seqno;
	u64 last_order;
	/** @completed_order: jobs up to this one have ended */
	u64 completed_order;
	/** @ran_order: the last job that ended and was not aborted */
	u64 ran_order;
	u64 fence_seqno;
	/**
	 * @irq_stale: an interrupt may be on its way for a job that was already seen to be done
	 */
	bool irq_stale;
	/** @silent: a register that cannot read as all ones did; it is asked what is the matter */
	bool silent;
	/** @stats: for debugfs */
	struct {
		u64 irqs;
		u64 irqs_empty;
		u64 irqs_lost;
		u64 jobs;
		u64 faults;
		u64 timeouts;
		u64 restarts;
		u64 busy_ns;
	} stats;

	/** @dump_limit: of core dumps */
	struct ratelimit_state dump_limit;

	/** @recheck: looks at the records once more, see fcn_irq.c */
	struct timer_list recheck;
	/** @irq_test: completed by an interrupt; used while probing only */
	struct completion irq_test;

	/** @reset_lock: serialises resets, suspend, resume and removal */
	struct mutex reset_lock;
	/** @dark: no clock, so no register can be reached; power_on and power_off keep it */
	bool dark;
	/** @cut_off: from memory, for good; its registers are left alone */
	bool cut_off;
	/** @asleep: between suspend and resume of the machine; guarded by the device's lock */
	bool asleep;
	atomic64_t resets;

	/**
	 * @dma_lock: Guards @bos, @vms, and that nothing of theirs is mapped for DMA once
	 * @dma_gone.  Outside of the address spaces' locks.
	 */
	struct mutex dma_lock;
	struct list_head bos;
	struct list_head vms;
	bool dma_gone;
	/** @parked: page directories, see fcn_mmu.c; guarded by dma_lock */
	struct list_head parked;
};

#define to_fcn_device(d) container_of(d, struct fcn_device, drm)

struct fcn_device *fcn_device_alloc(struct device *dev, const struct fcn_bus_ops *bus);
int fcn_device_init(struct fcn_device *fdev);
bool fcn_device_enter(struct fcn_device *fdev, int *idx);
void fcn_device_remove(struct fcn_device *fdev);
void fcn_device_shutdown(struct fcn_device *fdev);

#endif
