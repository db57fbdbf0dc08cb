/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The harness of kselftest, a fixture that has the device open, and a main() that skips the whole
 * program where there is no device.
 */
#ifndef FCN_FIXTURE_H
#define FCN_FIXTURE_H

/* It defines _GNU_SOURCE, so it comes first. */
#include "kselftest_harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fcn_test.h"

/* On a kernel that is slow by its instruments, FCN_TEST_SLOW times as much time for each test. */
static inline void fcn_slow_tests(void)
{
	struct __fixture_metadata *f;
	struct __test_metadata *t;

	for (f = __fixture_list; f; f = f->next)
		for (t = f->tests; t; t = t->next)
			t->timeout *= fcn_slow();
}

#define FCN_MAIN						\
	int main(int argc, char **argv)				\
	{							\
		if (!fcn_path()) {				\
			ksft_print_header();			\
			ksft_exit_skip("no fcn_accel device\n");	\
		}						\
		fcn_keep_parameters();				\
		fcn_slow_tests();				\
		return test_harness_run(argc, argv);		\
	}

#define FCN_DEVICE_FIXTURE					\
	FIXTURE(device) {					\
		int fd;						\
	};							\
	FIXTURE_SETUP(device)					\
	{							\
		self->fd = fcn_open();				\
		ASSERT_LE(0, self->fd);				\
	}							\
	FIXTURE_TEARDOWN(device)				\
	{							\
		close(self->fd);				\
	}

/* A test that needs the superuser says so instead of failing. */
#define FCN_NEED_ROOT()						\
	do {							\
		if (geteuid())					\
			SKIP(return, "needs to be root");	\
	} while (0)

#endif
