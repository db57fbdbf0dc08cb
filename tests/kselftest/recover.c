// SPDX-License-Identifier: GPL-2.0
/*
 * An engine hangs, and the core does not end its job when it is asked to: CTRL.RESET must. Only
 * where $FCN_ACCEL_RECOVER says how often that will happen (tests/hil/sessions).
 *
 * Only the job that hangs fails; the one that waits behind it in the core runs as if nothing had
 * happened, and so do all later ones.
 */
#include "fcn_fixture.h"

enum { CLIENTS = 2 };

struct client {
	int fd;
	struct fcn_bo from, to;
	struct fcn_job job;
};

FIXTURE(recover) {
	struct client c[CLIENTS];
	struct fcn_parameter timeout;
};

FIXTURE_SETUP(recover)
{
	if (!getenv("FCN_ACCEL_RECOVER"))
		SKIP(return, "nothing hangs: FCN_ACCEL_RECOVER is not set");
	fcn_set_parameter("timeout_ms", 500, &self->timeout);
	for (int i = 0; i < CLIENTS; i++) {
		struct client *c = &self->c[i];

		c->fd = fcn_open();
		ASSERT_LE(0, c->fd);
		ASSERT_EQ(0, fcn_bo_create(c->fd, 4096, 0, &c->from));
		ASSERT_EQ(0, fcn_bo_create(c->fd, 4096, 0, &c->to));
		ASSERT_EQ(0, fcn_job_init(c->fd, &c->job, 2));
		fcn_add_copy(&c->job, c->from.va, c->to.va, 4096);
	}
}

FIXTURE_TEARDOWN(recover)
{
	for (int i = 0; i < CLIENTS; i++)
		close(self->c[i].fd);
	fcn_restore_parameter(&self->timeout);
}

TEST_F_TIMEOUT(recover, only_the_one_that_hangs, 110)
{
	const unsigned wanted = (unsigned)atoi(getenv("FCN_ACCEL_RECOVER"));
	uint64_t before, after, hung = 0;

	ASSERT_EQ(0, fcn_param(self->c[0].fd, DRM_FCN_ACCEL_PARAM_RESET_COUNT, &before));
	/* Until all of it has happened, and then some more. */
	for (unsigned i = 0, more = 0; more < 10 && i < 500; i++, more += hung >= wanted) {
		int err[CLIENTS];
		bool late;

		for (int k = 0; k < CLIENTS; k++) {
			struct client *c = &self->c[k];

			fcn_fill(c->from.map, 4096, 2 * i + k);
			c->job.user_data = i;
			ASSERT_EQ(0, fcn_start(c->fd, &c->job));
		}
		for (int k = 0; k < CLIENTS; k++) {
			struct client *c = &self->c[k];
			struct drm_fcn_accel_fault_query q = { 0 };

			err[k] = fcn_finish(c->fd, &c->job, 30, &late);
			ASSERT_FALSE(late);
			if (!err[k]) {
				EXPECT_TRUE(fcn_filled(c->to.map, 4096, 2 * i + k)) {
					TH_LOG("client %d has a wrong result in turn %u", k, i);
				}
				continue;
			}
			hung++;
			EXPECT_EQ(-ETIME, err[k]);
			ASSERT_EQ(0, fcn_ioctl(c->fd, DRM_IOCTL_FCN_ACCEL_FAULT_QUERY, &q));
			EXPECT_EQ(i, q.user_data);
			EXPECT_EQ(ETIME, q.error);
			EXPECT_EQ(0, q.cause);
		}
		EXPECT_TRUE(!err[0] || !err[1]);
	}
	EXPECT_EQ(wanted, hung);
	ASSERT_EQ(0, fcn_param(self->c[0].fd, DRM_FCN_ACCEL_PARAM_RESET_COUNT, &after));
	EXPECT_EQ(wanted, after - before);
}

FCN_MAIN
