// SPDX-License-Identifier: Apache-2.0
/* Fault plans, what the server reports, and its command line. */
#include "guest.h"
#include "test.h"

#include "drm/fcn_accel_regs.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct rig rig;
static struct client client;
static struct guest guest;

static int prepare(void **state)
{
	(void)state;
	guest_init(&guest);
	return 0;
}

static int clean(void **state)
{
	(void)state;
	guest_free(&guest);
	rig_remove(&rig);
	return 0;
}

static void start(const char *option, const char *value)
{
	rig_start(&rig, (const char *[]){ "--array", "8x8", "--log", "log.txt", "--record", "record.txt", option, value, NULL });
	client_open(&client, &rig, false);
	guest_attach(&guest, &client);
}

static void stop(void)
{
	client_close(&client);
	assert_int_equal(rig_stop(&rig), 0);
	assert_int_equal(rig_replay(&rig), 0);
}

static uint32_t copy(void)
{
	struct guest_record r;

	guest_add_copy(&guest, 4096);
	guest_start(&guest);
	r = guest_wait(&guest);
	assert_int_equal(r.seqno, guest.seqno);
	return r.cause;
}

static void a_mapping_vanishes(void **state)
{
	(void)state;
	/* The third access to the input's page. */
	start("--fault", "vanish-mapping addr=0x1010000,len=0x1000 nth=3 # of 16");
	assert_int_equal(client_unmap(&client, GUEST_IOVA, GUEST_BYTES), 0);
	assert_int_equal(client_map(&client, GUEST_IOVA, GUEST_IN, 3, guest.memfd, 0), 0);
	assert_int_equal(client_map(&client, GUEST_IOVA + GUEST_IN, 0x1000, 3, guest.memfd, GUEST_IN), 0);
	assert_int_equal(client_map(&client, GUEST_IOVA + GUEST_OUT, 0x1000, 3, guest.memfd, GUEST_OUT), 0);
	assert_int_equal(copy(), FCN_CAUSE_BUS_READ);
	assert_int_equal(copy(), FCN_CAUSE_BUS_READ);
	assert_true(rig_says(&rig, "log.txt", "vanished, as planned"));
	stop();
}

static void faults_of_the_core(void **state)
{
	(void)state;
	start("--fault", "read-error addr=0x1010000 nth=2");
	assert_int_equal(copy(), FCN_CAUSE_NONE);
	assert_int_equal(copy(), FCN_CAUSE_BUS_READ);
	assert_int_equal(copy(), FCN_CAUSE_NONE);
	stop();
}

/* An engine that hangs, and an abort that does not arrive: the reset ends the job. */
static void an_abort_is_lost(void **state)
{
	struct guest_record r;

	(void)state;
	start("--fault", "stuck-engine engine=load\ndeaf-reg addr=0x114");
	guest_add_copy(&guest, 4096);
	guest_start(&guest);
	assert_int_equal(client_wait_event(guest.event, 200), 0);
	client_write32(&client, FCN_REG_SLOT_ABORT(0), FCN_SLOT_ABORT_ABORT_MASK);
	assert_int_equal(client_wait_event(guest.event, 200), 0);
	client_write32(&client, FCN_REG_SLOT_ABORT(0), FCN_SLOT_ABORT_ABORT_MASK);
	r = guest_wait(&guest);
	assert_int_equal(r.cause, FCN_CAUSE_ABORTED);
	assert_int_equal(copy(), FCN_CAUSE_NONE);
	stop();
	assert_true(rig_says(&rig, "log.txt", "is deaf, as planned"));
}

/* A function with MSI alone: the list of capabilities ends before MSI-X, and the interrupt comes by MSI. */
static void msi_alone(void **state)
{
	uint8_t cap = 0x34, id;
	uint16_t enable = 1;
	unsigned seen = 0;

	(void)state;
	start("--no-msix", NULL);
	for (client_read(&client, VF_CONFIG, cap, &cap, 1); cap; client_read(&client, VF_CONFIG, cap + 1u, &cap, 1)) {
		assert_int_equal(client_read(&client, VF_CONFIG, cap, &id, 1), 0);
		seen |= 1u << id;
	}
	assert_int_equal(seen, 1u << 0x01 | 1u << 0x05 | 1u << 0x10);
	assert_int_equal(client_arm(&client, VF_IRQ_MSI, guest.event), 0);
	assert_int_equal(client_write(&client, VF_CONFIG, 0x52, &enable, 2), 0);
	assert_int_equal(copy(), FCN_CAUSE_NONE);
	stop();
}

/* An interrupt that only time brings, to a core that is idle. */
static void a_planned_interrupt_comes(void **state)
{
	(void)state;
	start("--fault", "spurious-irq at=50000 cycles=100");
	assert_int_equal(client_wait_event(guest.event, 20000), 1);
	assert_int_equal(copy(), FCN_CAUSE_NONE);
	stop();
}

static void a_dead_server(void **state)
{
	(void)state;
	start("--fault", "dead-server addr=0x3c nth=2");
	client_write32(&client, FCN_REG_SCRATCH, 1);
	assert_int_equal(client_read32(&client, FCN_REG_ID), 0x46434e41);
	for (unsigned i = 0; i < 100; i++)
		client_write32(&client, FCN_REG_SCRATCH, i);
	/* An end of file, not a reset, with messages on their way. */
	assert_true(client_is_closed(&client));
	client_close(&client);
	assert_int_equal(rig_wait(&rig), 0);
	assert_int_not_equal(access(rig.socket, F_OK), 0);
	assert_true(rig_says(&rig, "log.txt", "server dead, as planned"));
}

static void a_server_that_dies_by_dma(void **state)
{
	(void)state;
	start("--fault", "dead-server on=dma addr=0x1020000");
	guest_add_copy(&guest, 4096);
	guest_start(&guest);
	assert_true(client_is_closed(&client));
	client_close(&client);
	assert_int_equal(rig_wait(&rig), 0);
}

static void a_mute_server(void **state)
{
	struct vf_region_access a = { FCN_REG_ID, VF_BAR0, 4 };
	char byte;

	(void)state;
	start("--fault", "mute-server nth=10");
	for (unsigned i = 0; i < 20; i++)
		client_write32(&client, FCN_REG_SCRATCH, i);
	client_post(&client, VF_REGION_READ, 0, &a, sizeof(a), NULL, 0, NULL, 0);
	usleep(300000);
	assert_int_equal(recv(client.fd, &byte, 1, MSG_DONTWAIT), -1);
	client_close(&client);
	assert_int_equal(rig_stop(&rig), 0);
}

static void what_no_description_has_is_reported(void **state)
{
	uint64_t value = 0;

	(void)state;
	start("--spin", "50");
	client_read32(&client, 0x7f0);
	client_write32(&client, 0x7f0, 1);
	assert_int_equal(client_read(&client, VF_BAR0, 0x22, &value, 2), 0);
	for (unsigned i = 0; i < 60; i++)
		client_read32(&client, FCN_REG_PROGRESS);
	client_close(&client);
	assert_int_equal(rig_stop(&rig), 0);
	assert_true(rig_says(&rig, "server.log", "0x7f0 is no register: 1 reads, 1 writes"));
	assert_true(rig_says(&rig, "server.log", "1 accesses that are not of 32 aligned bits, the first at 0x022"));
	assert_true(rig_says(&rig, "server.log", "the guest has read PROGRESS (0x040) 50 times"));
	assert_false(rig_says(&rig, "server.log", "0x03c"));
}

/*
 * The eventfd's open file is the client's, too: it makes it block, and full.  Neither thread may wait for it, or no one
 * would be served any more.
 */
static void a_full_eventfd(bool by_core)
{
	struct vf_irq_set now = { sizeof(now), VF_SET_DATA_NONE | VF_SET_TRIGGER, VF_IRQ_MSIX, 0, 1 };
	uint64_t full = UINT64_MAX - 1;

	start("--seed", "1");
	assert_int_equal(fcntl(guest.event, F_SETFL, 0), 0);
	assert_int_equal(write(guest.event, &full, sizeof(full)), sizeof(full));
	if (by_core) {
		guest_add_copy(&guest, 4096);
		guest_start(&guest);
		while (client_read32(&client, FCN_REG_SLOT_STATUS(0)) & 1)
			;
	} else {
		client_post(&client, VF_DEVICE_SET_IRQS, 0, &now, sizeof(now), NULL, 0, NULL, 0);
	}
	client_close(&client);
	client_open(&client, &rig, false);
	assert_int_equal(client_read32(&client, FCN_REG_ID), 0x46434e41);
	stop();
	if (by_core)
		assert_true(rig_says(&rig, "log.txt", "message msix"));
}

static void a_full_eventfd_does_not_stop_the_server(void **state)
{
	(void)state;
	a_full_eventfd(false);
}

static void a_full_eventfd_does_not_stop_the_core(void **state)
{
	(void)state;
	a_full_eventfd(true);
}

/* A replay finds what is not as it was. */
static void a_changed_transcript_does_not_play(void **state)
{
	char path[128], line[9000];
	long at = 0;
	FILE *f;

	(void)state;
	start("--seed", "5");
	assert_int_equal(copy(), FCN_CAUSE_NONE);
	client_close(&client);
	assert_int_equal(rig_stop(&rig), 0);
	assert_int_equal(rig_replay(&rig), 0);
	snprintf(path, sizeof(path), "%s/record.txt", rig.dir);
	/* One bit of one write; the line keeps its length. */
	f = fopen(path, "r+");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) && line[0] != 'w')
		at = ftell(f);
	assert_int_equal(line[0], 'w');
	line[strlen(line) - 2] ^= 1;
	fseek(f, at, SEEK_SET);
	fputs(line, f);
	fclose(f);
	assert_int_equal(rig_replay(&rig), 1);
	assert_true(rig_says(&rig, "server.log", "the transcript has 'w "));
	/* A transcript that stops. */
	assert_int_equal(truncate(path, at), 0);
	assert_int_equal(rig_replay(&rig), 1);
	assert_true(rig_says(&rig, "server.log", "ends too early"));
	/* None at all. */
	assert_int_equal(truncate(path, 5), 0);
	assert_int_equal(rig_replay(&rig), 1);
}

/* Exit status of a server with these arguments that is not to come up. */
static int refuse(const char *const *args)
{
	pid_t pid = fork();

	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		dup2(null, 2);
		execl(getenv("FCN_VFIO"), "fcn-vfio", args[0], args[1], args[2], args[3], (char *)NULL);
		_exit(99);
	}
	rig.pid = pid;
	return rig_wait(&rig);
}

static void bad_arguments(void **state)
{
	static const char *const bad[][5] = {
		{ NULL }, { "--socket" }, { "--nonsense" }, { "--socket", "here", "--array", "7x7" },
		{ "--socket", "here", "--array", "8x" }, { "--socket", "here", "--memory", "fast" },
		{ "--socket", "here", "--seed", "-1" }, { "--socket", "here", "--seed", "1x" }, { "--socket", "here", "extra" },
		{ "--socket", "here", "--faults", "/nonexistent" }, { "--socket", "here", "--fault", "boom" },
		{ "--socket", "here", "--fault", "dead-server nth=0" }, { "--socket", "here", "--fault", "dead-server on=wire" },
		{ "--socket", "here", "--fault", "mute-server at=1e3" }, { "--socket", "here", "--fault", "vanish-mapping on=dma" },
		{ "--socket", "here", "--fault", "vanish-mapping len" }, { "--replay", "x", "--socket", "y" },
		{ "--socket", "here", "--fault", "vanish-mapping len=4" }, { "--replay", "x", "--log", "y" }, { "--replay", "x", "--seed", "1" },
	};

	char dir[] = "/tmp/fcn-refused-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/sock", dir);
	for (size_t i = 0; i < COUNT(bad); i++) {
		const char *args[5];

		memcpy(args, bad[i], sizeof(args));
		if (args[1] && !strcmp(args[1], "here"))
			args[1] = path;
		if (refuse(args) != 2)
			fail_msg("arguments %zu are taken", i);
	}
	assert_int_equal(rmdir(dir), 0); /* no socket is in it */
	assert_int_equal(refuse((const char *[]){ "--replay", "/nonexistent", NULL, NULL }), 1);
	assert_int_equal(refuse((const char *[]){ "--socket", "/nonexistent/s", NULL, NULL }), 1);
	assert_int_equal(refuse((const char *[]){ "--help", NULL, NULL, NULL }), 0);
}

/* A socket in use and a file that is no socket are left alone; a stale socket is replaced. */
static void the_socket(void **state)
{
	char path[128];
	pid_t first;

	(void)state;
	start("--seed", "1");
	first = rig.pid;
	assert_int_equal(refuse((const char *[]){ "--socket", rig.socket, NULL, NULL }), 1);
	rig.pid = first;
	client_write32(&client, FCN_REG_SCRATCH, 3);
	assert_int_equal(client_read32(&client, FCN_REG_SCRATCH), 3);
	client_close(&client);
	kill(rig.pid, SIGKILL);
	assert_int_equal(rig_wait(&rig), -1);
	assert_int_equal(access(rig.socket, F_OK), 0);
	start("--seed", "1");
	stop();
	snprintf(path, sizeof(path), "%s/plan.txt", rig.dir);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(refuse((const char *[]){ "--socket", path, NULL, NULL }), 1);
	assert_int_equal(access(path, F_OK), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(t) cmocka_unit_test_setup_teardown(t, prepare, clean)
		TEST(a_mapping_vanishes),
		TEST(faults_of_the_core),
		TEST(an_abort_is_lost),
		TEST(msi_alone),
		TEST(a_planned_interrupt_comes),
		TEST(a_dead_server),
		TEST(a_server_that_dies_by_dma),
		TEST(a_mute_server),
		TEST(what_no_description_has_is_reported),
		TEST(a_full_eventfd_does_not_stop_the_server),
		TEST(a_full_eventfd_does_not_stop_the_core),
		TEST(a_changed_transcript_does_not_play),
		TEST(bad_arguments),
		TEST(the_socket),
	};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
