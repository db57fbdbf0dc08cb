/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device without a core, for tests of what needs none: its registers are memory, which keeps
 * what is written and reads as the test wants.
 */
#ifndef FCN_KUNIT_H
#define FCN_KUNIT_H

#include <kunit/test.h>

#include "../fcn_client.h"
#include "../fcn_device.h"

struct fcn_bo;

/**
 * struct fcn_kunit - What a test case has
 * @fdev: device; its state is FCN_HW_FROZEN
 * @client: open file
 * @regs: the device's registers
 */
struct fcn_kunit {
	struct fcn_device *fdev;
	struct fcn_client *client;
	u32 *regs;
};

int fcn_kunit_init(struct kunit *test);
void fcn_kunit_exit(struct kunit *test);

/* A further client; its address space goes by fcn_kunit_client_fini(). */
struct fcn_client *fcn_kunit_client(struct kunit *test);
void fcn_kunit_client_fini(struct fcn_client *client);

/* A job with a fence that is one, as run_job() leaves it; freed with the test. */
struct fcn_job *fcn_kunit_job(struct kunit *test, struct fcn_client *client);

/* Gives a job a slot as the scheduler would. */
int fcn_kunit_add(struct fcn_device *fdev, struct fcn_job *job);

static inline u32 *fcn_kunit_reg(struct kunit *test, u32 offset)
{
	struct fcn_kunit *k = test->priv;

	return &k->regs[offset / sizeof(u32)];
}

#endif
