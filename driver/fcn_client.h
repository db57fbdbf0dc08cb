/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_CLIENT_H
#define FCN_CLIENT_H

#include <linux/kref.h>
#include <linux/workqueue.h>

#include <drm/gpu_scheduler.h>

#include <drm/fcn_accel.h>

#include "fcn_job.h"
#include "fcn_vm.h"

struct drm_device;
struct drm_file;
struct fcn_device;

#define FCN_PRIORITIES		3
/* Faults that a file can ask for; a promise of the uAPI. */
#define FCN_FAULTS_KEPT		16

/**
 * struct fcn_client - An open file, and what outlives it: its jobs, and the memory they use
 */
struct fcn_client {
	struct kref ref;
	struct fcn_device *fdev;
	/** @keepalive: see fcn_client.c */
	struct file *keepalive;
	struct fcn_vm vm;
	u64 drm_id;

	/** @closing: its jobs are not wanted any more; guarded by slot_lock, debugfs only looks */
	bool closing;
	/** @busy_ns: what the core has spent on jobs that have ended; guarded by slot_lock */
	u64 busy_ns;

	/** @entities: one queue for each enum drm_fcn_accel_priority */
	struct drm_sched_entity entities[FCN_PRIORITIES];
	/**
	 * @submit_lock: held from arming to pushing, so that fences of a queue are in its order.
	 * No memory is allocated under it.
	 */
	struct mutex submit_lock;

	/** @job_lock: guards what follows, and fcn_vm.closed */
	spinlock_t job_lock;
	/** @submitted: id of the last job */
	u64 submitted;
	/** @jobs: submitted, in that order */
	struct list_head jobs;
	/** @done: freed by the scheduler, waiting for @reap_work */
	struct list_head done;

	/** @queued: jobs, for the limit */
	atomic_t queued;
	/** @memory: bytes, for the limit */
	atomic64_t memory;
	atomic64_t jobs_done;

	/** @fault_lock: guards @faults and @fault_count; taken in the interrupt handler */
	spinlock_t fault_lock;
	struct drm_fcn_accel_fault_query faults[FCN_FAULTS_KEPT];
	u64 fault_count;

	struct work_struct reap_work;
	struct work_struct release_work;
};

int fcn_client_open(struct drm_device *drm, struct drm_file *file);
void fcn_client_close(struct drm_device *drm, struct drm_file *file);
struct fcn_client *fcn_client_get(struct fcn_client *client);
void fcn_client_put(struct fcn_client *client);

u64 fcn_client_memory_limit(void);
unsigned int fcn_client_job_limit(void);
int fcn_client_charge(struct fcn_client *client, u64 bytes);
void fcn_client_uncharge(struct fcn_client *client, u64 bytes);
int fcn_client_take_jobs(struct fcn_client *client, unsigned int n);
void fcn_client_return_jobs(struct fcn_client *client, unsigned int n);

int fcn_workqueue_init(void);
void fcn_workqueue_fini(void);

#endif
