// SPDX-License-Identifier: GPL-2.0
/*
 * A core that is broken when the driver is bound to it: each time the driver must refuse it, say what is wrong, and leave
 * nothing behind; once the core is sound it must be bound, and work.  Only where $FCN_ACCEL_BROKEN says that the registers
 * will fail one after the other (tests/hil/sessions).
 */
#include "fcn_fixture.h"

/* What fails in the order of the plan's faults: what bind says, what the kernel's log must have. */
static const struct {
	int err;
	const char *says;
} refusals[] = {
	{ -EIO, "SCRATCH reads 0x00000000, 0x5ca1ab1e was written" },
	{ -EIO, "no interrupt arrives" },
	{ -ENODEV, "core of version 65535.65535, the driver knows " },
	{ -ENODEV, "CONFIG2 is 0xffffffff: not a core of version " },
};

#define REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

FIXTURE(broken) {
	struct fcn_binding binding;
	int kmsg;
};

FIXTURE_SETUP(broken)
{
	if (!getenv("FCN_ACCEL_BROKEN"))
		SKIP(return, "the core is sound: FCN_ACCEL_BROKEN is not set");
	ASSERT_EQ(0, fcn_find_binding(&self->binding));
	self->kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, self->kmsg);
}

FIXTURE_TEARDOWN(broken)
{
	close(self->kmsg);
}

static bool bound(const struct fcn_binding *b)
{
	char link[600];

	snprintf(link, sizeof(link), "%s/driver", b->device);
	return !access(link, F_OK);
}

/* Reads the log to its end; has any message of it the text? */
static bool logged(int kmsg, const char *text)
{
	bool found = false;
	char line[2048];
	ssize_t n;

	/* One message with each read(); EPIPE: some were overwritten, the next is there. */
	while ((n = read(kmsg, line, sizeof(line) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		line[n > 0 ? n : 0] = 0;
		found |= strstr(line, text) != NULL;
	}
	return found;
}

TEST_F_TIMEOUT(broken, refused_until_it_is_sound, 100)
{
	struct fcn_bo from, to;
	struct fcn_job job;
	int fd;

	ASSERT_EQ(0, fcn_unbind(&self->binding));
	for (size_t i = 0; i < REFUSALS; i++) {
		logged(self->kmsg, "");
		EXPECT_EQ(refusals[i].err, fcn_bind(&self->binding));
		EXPECT_TRUE(logged(self->kmsg, refusals[i].says)) {
			TH_LOG("not in the log: %s", refusals[i].says);
		}
		EXPECT_FALSE(bound(&self->binding));
		EXPECT_GT(0, fcn_open());
	}
	ASSERT_EQ(0, fcn_bind(&self->binding));

	fd = fcn_open_wait(10);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fcn_bo_create(fd, 4096, 0, &from));
	ASSERT_EQ(0, fcn_bo_create(fd, 4096, 0, &to));
	ASSERT_EQ(0, fcn_job_init(fd, &job, 2));
	fcn_fill(from.map, 4096, 1);
	fcn_add_copy(&job, from.va, to.va, 4096);
	ASSERT_EQ(0, fcn_run(fd, &job));
	EXPECT_TRUE(fcn_filled(to.map, 4096, 1));
	close(fd);
}

FCN_MAIN
