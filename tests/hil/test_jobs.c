// SPDX-License-Identifier: Apache-2.0
/* Jobs: interrupts, resets and lost clients in their middle, transcripts. */
#include "guest.h"
#include "test.h"

#include "drm/fcn_accel_regs.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LONG_JOB (1u << 22) /* cycles: some seconds */

static struct rig rig;
static struct client client;
static struct guest guest;

static int setup(void **state)
{
	(void)state;
	rig_start(&rig, (const char *[]){ "--array", "8x8", "--log", "log.txt", "--record", "record.txt", NULL });
	return 0;
}

/* The transcript of everything that these tests did plays, too. */
static int teardown(void **state)
{
	(void)state;
	if (rig.pid)
		assert_int_equal(rig_stop(&rig), 0);
	rig_remove(&rig);
	return 0;
}

static int connect_guest(void **state)
{
	(void)state;
	client_open(&client, &rig, false);
	assert_int_equal(client_reset(&client), 0);
	guest_init(&guest);
	guest_attach(&guest, &client);
	return 0;
}

static int disconnect_guest(void **state)
{
	(void)state;
	client_close(&client);
	guest_free(&guest);
	return 0;
}

static void copy_works(void)
{
	struct guest_record r;

	for (unsigned i = 0; i < 8192; i++)
		guest.mem[GUEST_IN + i] = (uint8_t)(i * 11 + guest.seqno);
	guest_add_copy(&guest, 8192);
	guest_start(&guest);
	r = guest_wait(&guest);
	assert_int_equal(r.seqno, guest.seqno);
	assert_int_equal(r.cause, FCN_CAUSE_NONE);
	assert_memory_equal(guest.mem + GUEST_IN, guest.mem + GUEST_OUT, 8192);
}

static void many_jobs(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 50; i++)
		copy_works();
	assert_int_equal(client_wait_event(guest.event, 0), 0);
}

/* One message per event, and another one when clearing leaves a cause behind. */
static void causes_left_behind_are_heard(void **state)
{
	(void)state;
	client_write32(&client, FCN_REG_IRQ_ENABLE, 0x8000001f);
	client_write32(&client, FCN_REG_IRQ_TEST, 0x80000000);
	assert_int_equal(client_wait_event(guest.event, 20000), 1);
	/* The line is high: neither another cause nor a write elsewhere makes a message. */
	guest_add_copy(&guest, 16);
	guest_start(&guest);
	while (client_read32(&client, FCN_REG_SLOT_STATUS(0)) & 1)
		;
	assert_int_equal(client_wait_event(guest.event, 0), 0);
	/* Clearing one of two. */
	client_write32(&client, FCN_REG_IRQ_STATUS, 0x80000000);
	assert_int_equal(client_wait_event(guest.event, 20000), 1);
	client_write32(&client, FCN_REG_IRQ_STATUS, 0x1f);
	assert_int_equal(client_read32(&client, FCN_REG_IRQ_STATUS), 0);
	assert_int_equal(client_wait_event(guest.event, 0), 0);
}

static void a_message_waits_for_its_eventfd(void **state)
{
	uint32_t bits;

	(void)state;
	client_write32(&client, FCN_REG_IRQ_ENABLE, 0x80000000);
	assert_int_equal(client_arm(&client, VF_IRQ_MSIX, -1), 0);
	client_write32(&client, FCN_REG_IRQ_TEST, 0x80000000);
	/* The line rises some cycles later. */
	do
		assert_int_equal(client_read(&client, VF_BAR2, 0x800, &bits, 4), 0);
	while (!bits);
	assert_int_equal(client_arm(&client, VF_IRQ_MSIX, guest.event), 0);
	assert_int_equal(client_wait_event(guest.event, 20000), 1);
	assert_int_equal(client_read(&client, VF_BAR2, 0x800, &bits, 4), 0);
	assert_int_equal(bits, 0);
}

static void msi_instead_of_msix(void **state)
{
	uint16_t off = 0, on = 1;

	(void)state;
	assert_int_equal(client_arm(&client, VF_IRQ_MSIX, -1), 0);
	assert_int_equal(client_write(&client, VF_CONFIG, 0xb2, &off, 2), 0);
	assert_int_equal(client_write(&client, VF_CONFIG, 0x52, &on, 2), 0);
	assert_int_equal(client_arm(&client, VF_IRQ_MSI, guest.event), 0);
	copy_works();
}

/* Registers answer while a job runs: a hundred reads end before it does. */
static void registers_answer_during_a_job(void **state)
{
	uint32_t progress, again;
	struct guest_record r;

	(void)state;
	guest_add_spin(&guest, LONG_JOB);
	guest_start(&guest);
	progress = client_read32(&client, FCN_REG_PROGRESS);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(client_read32(&client, FCN_REG_SLOT_STATUS(0)) & 3, 3);
	do
		again = client_read32(&client, FCN_REG_PROGRESS);
	while (again == progress);
	client_write32(&client, FCN_REG_SLOT_ABORT(0), 1);
	r = guest_wait(&guest);
	assert_int_equal(r.seqno, guest.seqno);
	assert_int_equal(r.cause, FCN_CAUSE_ABORTED);
	copy_works();
}

static void reset_in_the_middle(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		guest_add_spin(&guest, LONG_JOB);
		guest_add_copy(&guest, 16384);
		guest_start(&guest);
		usleep(i * 100);
		assert_int_equal(client_reset(&client), 0);
		assert_int_equal(client_read32(&client, FCN_REG_SLOT_STATUS(0)), 0);
		/* Mappings and eventfds are the client's, and stay; the driver starts from the beginning. */
		client_enable(&client);
		client_write32(&client, FCN_REG_SEQNO_ADDR_LO, (uint32_t)(GUEST_IOVA + GUEST_RECORDS));
		client_write32(&client, FCN_REG_IRQ_ENABLE, 0x1f);
		copy_works();
	}
}

static void function_level_reset(void **state)
{
	uint16_t devctl = 0x8000, command;

	(void)state;
	guest_add_spin(&guest, LONG_JOB);
	guest_start(&guest);
	assert_int_equal(client_write(&client, VF_CONFIG, 0x78, &devctl, 2), 0);
	assert_int_equal(client_read(&client, VF_CONFIG, 4, &command, 2), 0);
	assert_int_equal(command, 0);
	assert_int_equal(client_read32(&client, FCN_REG_SLOT_STATUS(0)), 0);
	client_enable(&client);
	client_write32(&client, FCN_REG_SEQNO_ADDR_LO, (uint32_t)(GUEST_IOVA + GUEST_RECORDS));
	client_write32(&client, FCN_REG_IRQ_ENABLE, 0x1f);
	copy_works();
}

static void a_sleeping_function_does_not_answer(void **state)
{
	uint16_t d3 = 3, d0 = 0;

	(void)state;
	client_write32(&client, FCN_REG_SCRATCH, 0x1234);
	assert_int_equal(client_write(&client, VF_CONFIG, 0x44, &d3, 2), 0);
	assert_int_equal(client_read32(&client, FCN_REG_SCRATCH), UINT32_MAX);
	client_write32(&client, FCN_REG_SCRATCH, 0x5678);
	assert_int_equal(client_write(&client, VF_CONFIG, 0x44, &d0, 2), 0);
	/* No_Soft_Reset: it has kept everything. */
	assert_int_equal(client_read32(&client, FCN_REG_SCRATCH), 0x1234);
	copy_works();
}

/* The client goes in the middle of a job: the next one finds a function as after power-up. */
static void a_lost_client(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		uint16_t command;

		client_write32(&client, FCN_REG_SCRATCH, 0xabc0 + i);
		guest_add_spin(&guest, 65536);
		guest_add_copy(&guest, 16384);
		guest_start(&guest);
		usleep(i * 300);
		/* The posted writes have arrived. */
		client_read32(&client, FCN_REG_ID);
		client_close(&client);
		client_open(&client, &rig, false);
		assert_int_equal(client_read32(&client, FCN_REG_SCRATCH), 0);
		assert_int_equal(client_read32(&client, FCN_REG_SLOT_STATUS(0)), 0);
		assert_int_equal(client_read(&client, VF_CONFIG, 4, &command, 2), 0);
		assert_int_equal(command, 0);
		/* No message about the lost job waits for an eventfd. */
		client_wait_event(guest.event, 0);
		guest_attach(&guest, &client);
		assert_int_equal(client_wait_event(guest.event, 0), 0);
		copy_works();
	}
}

/* What a client has started does not write into the memory of the next one, though that has the same addresses. */
static void a_lost_job_reaches_no_other_client(void **state)
{
	static const uint8_t none[sizeof(struct guest_record)];

	(void)state;
	memset(guest.mem + GUEST_IN, 0x5a, 4096);
	guest_add_spin(&guest, 65536);
	guest_add_copy(&guest, 4096);
	guest_start(&guest);
	client_read32(&client, FCN_REG_ID);
	client_close(&client);
	client_open(&client, &rig, false);
	memset(guest.mem + GUEST_OUT, 0xee, 4096);
	memset(guest.mem + GUEST_RECORDS, 0, sizeof(none));
	assert_int_equal(client_map(&client, GUEST_IOVA, GUEST_BYTES, VF_MAP_READ | VF_MAP_WRITE, guest.memfd, 0), 0);
	client_enable(&client);
	while (client_read32(&client, FCN_REG_SLOT_STATUS(0)) & 1)
		;
	for (unsigned i = 0; i < 4096; i++)
		assert_int_equal(guest.mem[GUEST_OUT + i], 0xee);
	assert_memory_equal(guest.mem + GUEST_RECORDS, none, sizeof(none));
}

/* Processor time of the server. */
static uint64_t ticks(void)
{
	char path[64], text[512];
	unsigned long user, system;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", rig.pid);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = 0;
	assert_int_equal(sscanf(strrchr(text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system), 2);
	return user + system;
}

static void an_idle_core_costs_nothing(void **state)
{
	uint64_t before;

	(void)state;
	copy_works();
	/* It takes the core some cycles to find out that it is idle. */
	nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
	before = ticks();
	nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	assert_in_range(ticks() - before, 0, 2); /* of a hundred */
}

static void the_transcript_plays(void **state)
{
	(void)state;
	assert_int_equal(rig_stop(&rig), 0);
	assert_int_equal(rig_replay(&rig), 0);
	assert_true(rig_says(&rig, "server.log", "the core did the same"));
	assert_true(rig_says(&rig, "log.txt", "message msix"));
	assert_true(rig_says(&rig, "log.txt", "message msi"));
	assert_true(rig_says(&rig, "log.txt", "function level reset"));
	assert_true(rig_says(&rig, "log.txt", "client gone"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define GUEST(t) cmocka_unit_test_setup_teardown(t, connect_guest, disconnect_guest)
		GUEST(many_jobs),
		GUEST(causes_left_behind_are_heard),
		GUEST(a_message_waits_for_its_eventfd),
		GUEST(msi_instead_of_msix),
		GUEST(registers_answer_during_a_job),
		GUEST(reset_in_the_middle),
		GUEST(function_level_reset),
		GUEST(a_sleeping_function_does_not_answer),
		GUEST(a_lost_client),
		GUEST(a_lost_job_reaches_no_other_client),
		GUEST(an_idle_core_costs_nothing),
		cmocka_unit_test(the_transcript_plays),
	};

	return cmocka_run_group_tests_name("jobs", tests, setup, teardown);
}
