// SPDX-License-Identifier: Apache-2.0
#include "guest.h"
#include "test.h"

#include "drm/fcn_accel_cmd.h"
#include "drm/fcn_accel_regs.h"

#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096u
#define PTE_VRW 7u

void guest_init(struct guest *g)
{
	*g = (struct guest){ .memfd = memfd_create("guest", MFD_CLOEXEC), .event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	assert_true(g->memfd >= 0 && g->event >= 0);
	assert_int_equal(ftruncate(g->memfd, GUEST_BYTES), 0);
	g->mem = mmap(NULL, GUEST_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, g->memfd, 0);
	assert_ptr_not_equal(g->mem, MAP_FAILED);
}

void guest_free(struct guest *g)
{
	munmap(g->mem, GUEST_BYTES);
	close(g->memfd);
	close(g->event);
}

static void put32(struct guest *g, unsigned at, uint32_t value)
{
	memcpy(g->mem + at, &value, sizeof(value));
}

static uint32_t pfn(unsigned at)
{
	return (uint32_t)((GUEST_IOVA + at) / PAGE);
}

void guest_attach(struct guest *g, struct client *c)
{
	g->client = c;
	put32(g, GUEST_ROOT + 4 * (GUEST_VA >> 22), pfn(GUEST_TABLE) << 4 | 1);
	for (unsigned i = 0; i < GUEST_BYTES / PAGE; i++)
		put32(g, GUEST_TABLE + 4 * i, pfn(i * PAGE) << 4 | PTE_VRW);
	assert_int_equal(client_map(c, GUEST_IOVA, GUEST_BYTES, VF_MAP_READ | VF_MAP_WRITE, g->memfd, 0), 0);
	assert_int_equal(client_arm(c, VF_IRQ_MSIX, g->event), 0);
	client_enable(c);
	client_write32(c, FCN_REG_SEQNO_ADDR_LO, (uint32_t)(GUEST_IOVA + GUEST_RECORDS));
	client_write32(c, FCN_REG_SEQNO_ADDR_HI, 0);
	client_write32(c, FCN_REG_IRQ_ENABLE, 0x1f);
}

static void add(struct guest *g, const struct fcn_cmd *cmd)
{
	memcpy(g->mem + GUEST_CMD + g->commands++ * FCN_CMD_BYTES, cmd, sizeof(*cmd));
}

void guest_add_copy(struct guest *g, unsigned n)
{
	struct fcn_cmd load = { { 0 } }, store = { { 0 } };

	load.w[0] = FCN_OP_LOAD | FCN_CMD_VERSION << 8 | 1u << FCN_ENG_STORE << 20;
	load.w[1] = GUEST_VA + GUEST_IN;
	load.w[4] = 1 | 1u << 16;            /* a row of one pixel */
	load.w[5] = n | 4u << 16 | 2u << 20; /* wide, into OFM */
	add(g, &load);
	store.w[0] = FCN_OP_STORE | FCN_CMD_VERSION << 8 | 1u << FCN_ENG_LOAD << 16;
	store.w[1] = GUEST_VA + GUEST_OUT;
	store.w[4] = 1 | 1u << 16;
	store.w[5] = n | 4u << 16;
	add(g, &store);
}

void guest_add_spin(struct guest *g, unsigned cycles)
{
	struct fcn_cmd conv = { { 0 } };
	unsigned turns = cycles / 65536 + 1;

	conv.w[0] = FCN_OP_CONV | FCN_CMD_VERSION << 8;
	fcn_conv_set_x_n(&conv, 255);
	fcn_conv_set_y_n(&conv, 255);
	fcn_conv_set_k0_n(&conv, turns < 256 ? turns - 1 : 255);
	add(g, &conv);
}

void guest_start(struct guest *g)
{
	struct client *c = g->client;

	client_write32(c, FCN_REG_SLOT_ROOT(0), pfn(GUEST_ROOT));
	client_write32(c, FCN_REG_SLOT_CMD_VA(0), GUEST_VA + GUEST_CMD);
	client_write32(c, FCN_REG_SLOT_CMD_COUNT(0), g->commands | FCN_SLOT_CMD_COUNT_TLB_FLUSH_MASK);
	client_write32(c, FCN_REG_SLOT_PERF_VA(0), (GUEST_VA + GUEST_PERF) | FCN_SLOT_PERF_VA_ENABLE_MASK);
	client_write32(c, FCN_REG_SLOT_SEQNO(0), ++g->seqno);
	g->commands = 0;
}

struct guest_record guest_wait(struct guest *g)
{
	struct guest_record record;

	if (!client_wait_event(g->event, 20000))
		fail_msg("no interrupt");
	client_write32(g->client, FCN_REG_IRQ_STATUS, 0x8000001f);
	memcpy(&record, g->mem + GUEST_RECORDS, sizeof(record));
	return record;
}
