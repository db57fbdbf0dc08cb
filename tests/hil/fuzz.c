// SPDX-License-Identifier: Apache-2.0
/*
 * Throws messages at the server that are mostly right: random commands, lengths, flags, offsets, descriptors.  After each
 * connection a good client must still be served, and no descriptor may be left.  Prints TAP.
 *
 *   fuzz SEED CONNECTIONS
 */
#include "guest.h"
#include "test.h"

#include "fcn_sim_rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGES 200

static struct rig rig;
static struct guest guest;
static struct fcn_rng rng;
static unsigned connections = 50;

static uint64_t some(void)
{
	static const uint64_t odd[] = { 0, 1, 4, 16, 20, 32, 0x800, 0xfff, 0x1000, 0x10000, GUEST_IOVA, GUEST_BYTES, 1u << 31,
					UINT32_MAX, UINT64_C(1) << 40, UINT64_MAX - 0xfff, UINT64_MAX };

	switch (fcn_rng_below(&rng, 3)) {
	case 0: return odd[fcn_rng_below(&rng, COUNT(odd))];
	case 1: return fcn_rng_below(&rng, 64);
	default: return fcn_rng_below(&rng, 0x2000);
	}
}

/* A payload that begins as the command's does. */
static size_t payload(unsigned command, uint8_t *p)
{
	size_t n = 0;

	switch (command) {
	case VF_DMA_MAP: {
		struct vf_dma_map m = { sizeof(m), (uint32_t)some() & 7, some() << 12, some() << 12, some() << 12 };
		memcpy(p, &m, n = sizeof(m));
		break;
	}
	case VF_DMA_UNMAP: {
		struct vf_dma_unmap m = { sizeof(m), (uint32_t)some() & 3, some() << 12, some() << 12 };
		memcpy(p, &m, n = sizeof(m));
		break;
	}
	case VF_DEVICE_SET_IRQS: {
		struct vf_irq_set m = { sizeof(m), (uint32_t)some() & 63, (uint32_t)fcn_rng_below(&rng, 6), (uint32_t)fcn_rng_below(&rng, 2),
					(uint32_t)fcn_rng_below(&rng, 3) };
		memcpy(p, &m, n = sizeof(m));
		break;
	}
	case VF_REGION_READ:
	case VF_REGION_WRITE: {
		struct vf_region_access m = { some(), (uint32_t)fcn_rng_below(&rng, 10), (uint32_t)fcn_rng_below(&rng, 9) };
		/* A job with random registers is welcome. */
		if (fcn_rng_below(&rng, 2))
			m.region = fcn_rng_below(&rng, 4) ? VF_BAR0 : VF_CONFIG, m.count = 4, m.offset &= 0x1fc;
		memcpy(p, &m, n = sizeof(m));
		for (unsigned i = 0; command == VF_REGION_WRITE && i < m.count; i++)
			p[n++] = (uint8_t)some();
		break;
	}
	default:
		for (n = fcn_rng_below(&rng, 40); n % 4; n++)
			;
		for (size_t i = 0; i < n; i += 4)
			memcpy(p + i, &(uint32_t){ (uint32_t)some() }, 4);
		break;
	}
	return n;
}

/* Reads what the server has said, so that it is not kept from saying more; false at the end. */
static bool drain(struct client *c)
{
	char buf[65536];
	ssize_t n;

	while ((n = recv(c->fd, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		;
	return n != 0;
}

static void one_message(struct client *c)
{
	uint8_t body[4096];
	unsigned command = fcn_rng_below(&rng, 20), n_fds = 0;
	size_t n = payload(command, body);
	uint32_t flags = fcn_rng_below(&rng, 4) ? 0 : VF_NO_REPLY;
	int fds[10];

	if (!fcn_rng_below(&rng, 12))
		n = fcn_rng_below(&rng, 200);
	if (!fcn_rng_below(&rng, 400))
		flags = (uint32_t)some();
	if (command == VF_DMA_MAP || command == VF_DEVICE_SET_IRQS || !fcn_rng_below(&rng, 20))
		n_fds = fcn_rng_below(&rng, fcn_rng_below(&rng, 30) ? 3 : 11);
	for (unsigned i = 0; i < n_fds; i++)
		fds[i] = command == VF_DMA_MAP ? guest.memfd : guest.event;
	if (!fcn_rng_below(&rng, 300)) {
		struct vf_header h = { 1, (uint16_t)command, (uint32_t)some(), flags, 0 };

		client_send(c, &h, sizeof(h), fds, n_fds);
		return;
	}
	client_post(c, command, flags, body, n, NULL, 0, fds, n_fds);
}

static void hostile_clients(void **state)
{
	unsigned before;
	struct client c;

	(void)state;
	client_open(&c, &rig, false);
	before = rig_fds(&rig);
	client_close(&c);
	for (unsigned i = 0; i < connections; i++) {
		client_open(&c, &rig, !fcn_rng_below(&rng, 10));
		for (unsigned m = 0; m < MESSAGES && drain(&c); m++)
			one_message(&c);
		client_close(&c);
		if (i % 10)
			continue;
		client_open(&c, &rig, false);
		assert_int_equal(client_reset(&c), 0);
		assert_int_equal(client_read32(&c, 0), 0x46434e41);
		assert_int_equal(rig_fds(&rig), before);
		client_close(&c);
	}
	/* And still it works. */
	client_open(&c, &rig, false);
	assert_int_equal(client_reset(&c), 0);
	guest_attach(&guest, &c);
	client_wait_event(guest.event, 0);
	memset(guest.mem + GUEST_IN, 0x5a, 4096);
	guest_add_copy(&guest, 4096);
	guest_start(&guest);
	assert_int_equal(guest_wait(&guest).cause, 0);
	assert_memory_equal(guest.mem + GUEST_IN, guest.mem + GUEST_OUT, 4096);
	client_close(&c);
}

static int setup(void **state)
{
	(void)state;
	rig_start(&rig, (const char *[]){ "--array", "8x8", "--spin", "0", NULL });
	guest_init(&guest);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	guest_free(&guest);
	assert_int_equal(rig_stop(&rig), 0);
	rig_remove(&rig);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(hostile_clients) };

	rng.state = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	if (argc > 2)
		connections = (unsigned)atoi(argv[2]);
	return cmocka_run_group_tests_name("fuzz", tests, setup, teardown);
}
