// SPDX-License-Identifier: Apache-2.0
/* Guest memory: maps and unmaps by the rules, and memory that goes away under the core. */
#include "guest.h"
#include "test.h"

#include "drm/fcn_accel_regs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct rig rig;
static struct client client;
static struct guest guest;

static int setup(void **state)
{
	(void)state;
	rig_start(&rig, (const char *[]){ "--array", "8x8", "--log", "log.txt", NULL });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(rig_stop(&rig), 0);
	rig_remove(&rig);
	return 0;
}

/* Each test has its own connection, guest and freshly reset device. */
static int connect_guest(void **state)
{
	(void)state;
	client_open(&client, &rig, false);
	assert_int_equal(client_reset(&client), 0);
	guest_init(&guest);
	return 0;
}

static int disconnect_guest(void **state)
{
	(void)state;
	client_close(&client);
	guest_free(&guest);
	return 0;
}

static void maps_follow_the_rules(void **state)
{
	struct client *c = &client;
	int fd = guest.memfd, dev = open("/dev/zero", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_int_equal(client_map(c, 0x100000, 0x10000, 3, fd, 0), 0);
	/* Over one that is there: whole, head, tail, inside, around. */
	assert_int_equal(client_map(c, 0x100000, 0x10000, 3, fd, 0), EEXIST);
	assert_int_equal(client_map(c, 0xff000, 0x2000, 3, fd, 0), EEXIST);
	assert_int_equal(client_map(c, 0x10f000, 0x2000, 3, fd, 0), EEXIST);
	assert_int_equal(client_map(c, 0x108000, 0x1000, 3, -1, 0), EEXIST);
	assert_int_equal(client_map(c, 0, 0x200000, 3, -1, 0), EEXIST);
	/* Beside it. */
	assert_int_equal(client_map(c, 0xff000, 0x1000, 1, fd, 0x1000), 0);
	assert_int_equal(client_map(c, 0x110000, 0x1000, 2, -1, 0), 0);
	/* At the top of the address space. */
	assert_int_equal(client_map(c, 0xfffffffffffff000, 0x1000, 3, -1, 0), 0);
	assert_int_equal(client_map(c, 0xffffffffffffe000, 0x3000, 3, -1, 0), EINVAL);
	/* Not whole pages, empty, unknown flags, beyond the file, not memory. */
	assert_int_equal(client_map(c, 0x200800, 0x1000, 3, fd, 0), EINVAL);
	assert_int_equal(client_map(c, 0x200000, 0x800, 3, fd, 0), EINVAL);
	assert_int_equal(client_map(c, 0x200000, 0, 3, fd, 0), EINVAL);
	assert_int_equal(client_map(c, 0x200000, 0x1000, 7, fd, 0), EINVAL);
	assert_int_equal(client_map(c, 0x200000, 0x1000, 3, fd, 0x800), EINVAL);
	assert_int_equal(client_map(c, 0x200000, 0x2000, 3, fd, GUEST_BYTES - 0x1000), EINVAL);
	assert_int_equal(client_map(c, 0x200000, 0x1000, 3, fd, UINT64_MAX - 0xfff), EINVAL);
	assert_int_equal(client_map(c, 0x200000, UINT64_C(1) << 62, 3, fd, 0), EINVAL);
	assert_int_equal(client_map(c, 0x200000, 0x1000, 3, dev, 0), ENODEV);
	/* Unmaps name exactly what is mapped. */
	assert_int_equal(client_unmap(c, 0x100000, 0x8000), ENOENT);
	assert_int_equal(client_unmap(c, 0x108000, 0x8000), ENOENT);
	assert_int_equal(client_unmap(c, 0xff000, 0x11000), ENOENT);
	assert_int_equal(client_unmap(c, 0x300000, 0x1000), ENOENT);
	assert_int_equal(client_unmap(c, 0x100000, 0x10000), 0);
	assert_int_equal(client_unmap(c, 0x100000, 0x10000), ENOENT);
	assert_int_equal(client_map(c, 0x100000, 0x1000, 3, fd, 0), 0);
	/* All at once; then there is nothing left. */
	struct vf_dma_unmap all = { sizeof(all), VF_UNMAP_ALL, 0, 0 }, out, partly = { sizeof(partly), VF_UNMAP_ALL, 0x100000, 0 };
	assert_int_equal(client_call(c, VF_DMA_UNMAP, &partly, sizeof(partly), &out, sizeof(out), NULL, 0), EINVAL);
	assert_int_equal(client_call(c, VF_DMA_UNMAP, &all, sizeof(all), &out, sizeof(out), NULL, 0), 0);
	assert_int_equal(client_unmap(c, 0x100000, 0x1000), ENOENT);
	close(dev);
}

/* A file system that can keep a page fault waiting would keep the server. */
static void only_memory_is_mapped(void **state)
{
	int shm = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(shm >= 0 && file >= 0);
	assert_int_equal(ftruncate(shm, 0x1000), 0);
	assert_int_equal(client_map(&client, 0x100000, 0x1000, 3, shm, 0), 0);
	/* Unless these tests were built in a tmpfs. */
	if (fcntl(file, F_GET_SEALS) < 0) {
		assert_int_equal(client_map(&client, 0x200000, 0x1000, VF_MAP_READ, file, 0), ENODEV);
		assert_int_equal(client_unmap(&client, 0x200000, 0x1000), ENOENT);
	}
	close(shm);
	close(file);
}

/* A part of a huge page could be mapped, but not unmapped. */
static void huge_pages_are_mapped_whole(void **state)
{
	int fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB), err;
	struct stat st;
	uint64_t page;

	(void)state;
	if (fd < 0)
		skip(); /* this kernel has none */
	assert_int_equal(fstat(fd, &st), 0);
	page = (uint64_t)st.st_blksize;
	assert_int_equal(ftruncate(fd, (off_t)(2 * page)), 0);
	assert_int_equal(client_map(&client, 0x40000000, 0x1000, 3, fd, 0), EINVAL);
	assert_int_equal(client_map(&client, 0x40000000, page - 0x1000, 3, fd, 0x1000), EINVAL);
	assert_int_equal(client_map(&client, 0x40000000, page + 0x1000, 3, fd, 0), EINVAL);
	assert_int_equal(client_map(&client, 0x40000000, page, 3, fd, 0x1000), EINVAL);
	/* The machine need not have one to give. */
	err = client_map(&client, 0x40000000, page, 3, fd, page);
	assert_true(err == 0 || err == ENOMEM);
	assert_int_equal(client_unmap(&client, 0x40000000, page), err ? ENOENT : 0);
	close(fd);
}

static void many_maps(void **state)
{
	struct client *c = &client;

	(void)state;
	/* In an order that hits the table's middle, both ends, and its growth. */
	for (uint64_t i = 0; i < 500; i++)
		assert_int_equal(client_map(c, (i * 211 % 500) << 16, 0x10000, 3, i % 2 ? guest.memfd : -1, 0), 0);
	for (uint64_t i = 0; i < 500; i++)
		assert_int_equal(client_map(c, i << 16, 0x1000, 3, -1, 0), EEXIST);
	for (uint64_t i = 0; i < 500; i++)
		assert_int_equal(client_unmap(c, (i * 307 % 500) << 16, 0x10000), 0);
}

static void a_copy_by_dma(void **state)
{
	struct guest_record r;

	(void)state;
	guest_attach(&guest, &client);
	for (unsigned i = 0; i < 4096; i++)
		guest.mem[GUEST_IN + i] = (uint8_t)(i * 7 + 1);
	guest_add_copy(&guest, 4096);
	guest_start(&guest);
	r = guest_wait(&guest);
	assert_int_equal(r.seqno, guest.seqno);
	assert_int_equal(r.cause, FCN_CAUSE_NONE);
	assert_memory_equal(guest.mem + GUEST_IN, guest.mem + GUEST_OUT, 4096);
}

/* Maps all but one page of the guest's memory, which is mapped in its own way. */
static void attach_with_hole(uint64_t at, int how, int fd)
{
	guest_attach(&guest, &client);
	assert_int_equal(client_unmap(&client, GUEST_IOVA, GUEST_BYTES), 0);
	assert_int_equal(client_map(&client, GUEST_IOVA, at, 3, guest.memfd, 0), 0);
	assert_int_equal(client_map(&client, GUEST_IOVA + at + 4096, GUEST_BYTES - at - 4096, 3, guest.memfd, at + 4096), 0);
	if (how >= 0)
		assert_int_equal(client_map(&client, GUEST_IOVA + at, 4096, (uint32_t)how, fd, at), 0);
}

static uint32_t copy_cause(void)
{
	struct guest_record r;

	guest_add_copy(&guest, 4096);
	guest_start(&guest);
	r = guest_wait(&guest);
	assert_int_equal(r.seqno, guest.seqno);
	return r.cause;
}

static void reading_what_is_not_mapped_is_a_bus_error(void **state)
{
	(void)state;
	attach_with_hole(GUEST_IN, -1, -1);
	assert_int_equal(copy_cause(), FCN_CAUSE_BUS_READ);
}

static void a_range_without_a_file_is_not_reached(void **state)
{
	(void)state;
	attach_with_hole(GUEST_IN, 3, -1);
	assert_int_equal(copy_cause(), FCN_CAUSE_BUS_READ);
}

static void rights_of_a_range_count(void **state)
{
	(void)state;
	attach_with_hole(GUEST_OUT, VF_MAP_READ, guest.memfd);
	assert_int_equal(copy_cause(), FCN_CAUSE_BUS_WRITE);
	/* Nothing was written. */
	assert_int_equal(guest.mem[GUEST_OUT], 0);
}

static void without_bus_mastering_there_is_no_dma(void **state)
{
	uint16_t command = 2;

	(void)state;
	guest_attach(&guest, &client);
	assert_int_equal(client_write(&client, VF_CONFIG, 4, &command, 2), 0);
	guest_add_copy(&guest, 4096);
	guest_start(&guest);
	while (client_read32(&client, FCN_REG_SLOT_STATUS(0)) & 1)
		;
	assert_int_equal(client_read32(&client, FCN_REG_SLOT_STATUS(0)) >> 4, FCN_CAUSE_BUS_WALK);
	/* No record, no message: both are memory writes. */
	assert_int_equal(guest.mem[GUEST_RECORDS], 0);
	assert_int_equal(client_wait_event(guest.event, 50), 0);
}

/* A file that becomes shorter is a bus error; the server lives. */
static void memory_that_shrinks(void **state)
{
	(void)state;
	/* The server dies here under ThreadSanitizer; a jump out of the handler of SIGBUS may be why. */
	if (getenv("RIG_TSAN"))
		skip();
	guest_attach(&guest, &client);
	assert_int_equal(ftruncate(guest.memfd, GUEST_IN), 0);
	assert_int_equal(copy_cause(), FCN_CAUSE_BUS_READ);
	assert_int_equal(ftruncate(guest.memfd, GUEST_BYTES), 0);
	assert_int_equal(copy_cause(), FCN_CAUSE_NONE);
}

/* The unmap's reply says that the core can no longer reach the memory. */
static void unmap_in_flight(void **state)
{
	struct guest_record r;

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		guest_attach(&guest, &client);
		for (unsigned n = 0; n < 20; n++)
			guest_add_copy(&guest, 16384);
		guest_start(&guest);
		usleep(i * 50);
		assert_int_equal(client_unmap(&client, GUEST_IOVA, GUEST_BYTES), 0);
		memset(guest.mem + GUEST_OUT, 0xee, 16384);
		while (client_read32(&client, FCN_REG_SLOT_STATUS(0)) & 1)
			;
		for (unsigned at = 0; at < 16384; at++)
			assert_int_equal(guest.mem[GUEST_OUT + at], 0xee);
		client_write32(&client, FCN_REG_IRQ_STATUS, 0x8000001f);
		assert_int_equal(client_read32(&client, FCN_REG_IRQ_STATUS), 0);
		client_wait_event(guest.event, 0);
	}
	guest_attach(&guest, &client);
	guest_add_copy(&guest, 4096);
	guest_start(&guest);
	r = guest_wait(&guest);
	assert_int_equal(r.cause, FCN_CAUSE_NONE);
	assert_true(rig_says(&rig, "log.txt", "refused: not mapped"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
#define GUEST(t) cmocka_unit_test_setup_teardown(t, connect_guest, disconnect_guest)
		GUEST(maps_follow_the_rules),
		GUEST(only_memory_is_mapped),
		GUEST(huge_pages_are_mapped_whole),
		GUEST(many_maps),
		GUEST(a_copy_by_dma),
		GUEST(reading_what_is_not_mapped_is_a_bus_error),
		GUEST(a_range_without_a_file_is_not_reached),
		GUEST(rights_of_a_range_count),
		GUEST(without_bus_mastering_there_is_no_dma),
		GUEST(memory_that_shrinks),
		GUEST(unmap_in_flight),
	};

	return cmocka_run_group_tests_name("memory", tests, setup, teardown);
}
