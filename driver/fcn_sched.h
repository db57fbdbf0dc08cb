/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_SCHED_H
#define FCN_SCHED_H

#include <drm/gpu_scheduler.h>

struct fcn_device;

int fcn_sched_init(struct fcn_device *fdev);
void fcn_sched_pause(struct fcn_device *fdev);
void fcn_sched_continue(struct fcn_device *fdev);
void fcn_sched_look(struct fcn_device *fdev);
enum drm_gpu_sched_stat fcn_sched_timedout(struct drm_sched_job *sched_job);

/* fcn_recover.c: module parameters. */
unsigned int fcn_job_cap_ms(void);
long fcn_timeout_jiffies(void);

#endif
