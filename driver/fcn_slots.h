/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FCN_SLOTS_H
#define FCN_SLOTS_H

#include <linux/types.h>

struct fcn_client;
struct fcn_device;
struct fcn_job;
struct fcn_slot;

int fcn_slots_add(struct fcn_device *fdev, struct fcn_job *job);
struct fcn_slot *fcn_slots_oldest(struct fcn_device *fdev);
struct fcn_slot *fcn_slots_find(struct fcn_device *fdev, const struct fcn_job *job);
void fcn_slots_start_all(struct fcn_device *fdev);
void fcn_slots_cancel(struct fcn_client *client);
u64 fcn_slots_busy_ns(struct fcn_client *client);
void fcn_slots_release(struct fcn_device *fdev, struct fcn_slot *slot);
void fcn_slot_start(struct fcn_device *fdev, struct fcn_slot *slot, bool flush);
void fcn_slot_abort(struct fcn_device *fdev, struct fcn_slot *slot, int error);

#endif
