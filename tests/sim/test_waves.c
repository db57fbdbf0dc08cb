// SPDX-License-Identifier: Apache-2.0
/* Waves: opened at the start, in the middle, twice; readable as FST. */
#define _POSIX_C_SOURCE 200809L /* mkstemp() */

#include "geometry.h"
#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/fcn_waves_XXXXXX";

/* Bytes of the file, which must begin as FST files do: block type 0, section length 329. */
static long fst_bytes(void)
{
	unsigned char head[9];
	FILE *f = fopen(path, "rb");
	long n;

	assert_non_null(f);
	assert_int_equal(fread(head, 1, sizeof(head), f), sizeof(head));
	assert_int_equal(head[0], 0);
	assert_int_equal(head[7] << 8 | head[8], 329);
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	fclose(f);
	return n;
}

static void run_job(struct fcn_sim *sim)
{
	struct job_result result;
	struct job job;

	job_init(&job, sim);
	job_add_copy(&job, JOB_IN, JOB_OUT, 1024);
	assert_int_equal(job_start(&job, 0), 0);
	assert_int_equal(job_wait(&job, 0, 100000, &result), 0);
	assert_int_equal(result.cause, 0);
}

static void from_the_first_cycle(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ .waves = path });

	run_job(sim);
	close_clean(sim);
	assert_true(fst_bytes() > 10000);
}

static void from_the_middle_and_again(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });
	long longer;

	run_job(sim);
	assert_int_equal(fcn_sim_waves(sim, path), 0);
	run_job(sim);
	assert_int_equal(fcn_sim_waves(sim, NULL), 0);
	longer = fst_bytes();
	run_job(sim);
	assert_int_equal(fcn_sim_waves(sim, path), 0);
	fcn_sim_advance(sim, 10, false);
	close_clean(sim);
	assert_in_range(fst_bytes(), 330, longer - 1);
}

static void a_path_that_cannot_be_made(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });

	assert_true(fcn_sim_waves(sim, "/nonexistent/waves.fst") < 0);
	run_job(sim);
	close_clean(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_the_first_cycle),
		cmocka_unit_test(from_the_middle_and_again),
		cmocka_unit_test(a_path_that_cannot_be_made),
	};
	int fd = mkstemp(path);
	int failed;

	if (fd < 0)
		return 1;
	close(fd);
	failed = run_in_each_geometry("waves", tests, COUNT(tests));
	unlink(path);
	return failed;
}
