// SPDX-License-Identifier: Apache-2.0
/* The register window, walked by the generated table, and what its bits do. */
#include "rig.h"
#include "tap.h"

#include "reg_walk.h"

#include <errno.h>

#define N_WALK (sizeof(fcn_walk) / sizeof(fcn_walk[0]))

static void test_reset_values(struct rig *r, const char *when)
{
	unsigned off, bad = 0, i = 0;

	for (off = 0; off < FCN_WALK_SIZE; off += 4) {
		uint32_t v = fcn_model_reg_read(r->m, off);

		if (i < N_WALK && fcn_walk[i].off == off) {
			bad += (v & fcn_walk[i].known) != fcn_walk[i].reset ||
			       (v & ~fcn_walk[i].fields);
			i++;
		} else {
			bad += v != 0;
		}
	}
	ok(bad == 0 && i == N_WALK, "reset values %s", when);
}

static void test_writable(struct rig *r)
{
	static const uint32_t patterns[] = { 0xffffffff, 0x55555555, 0xaaaaaaaa, 0 };
	unsigned i, k, bad = 0;

	for (i = 0; i < N_WALK; i++)
		for (k = 0; k < 4; k++) {
			if (fcn_walk[i].kick || fcn_walk[i].w1s || fcn_walk[i].w1c)
				continue;
			fcn_model_reg_write(r->m, fcn_walk[i].off, patterns[k]);
			bad += (fcn_model_reg_read(r->m, fcn_walk[i].off) & fcn_walk[i].writable) !=
			       (patterns[k] & fcn_walk[i].writable);
		}
	is(bad, 0, "writable bits keep what was written");
	fcn_model_reg_write(r->m, FCN_REG_ID, 0);
	fcn_model_reg_write(r->m, 0xffc, 1);
	fcn_model_reg_write(r->m, FCN_REG_SCRATCH + 2, 1);
	is(fcn_model_reg_read(r->m, FCN_REG_ID), FCN_ID_MAGIC, "the identification stays");
	is(fcn_model_reg_read(r->m, FCN_REG_SCRATCH + 2), 0, "an odd offset reads 0");
}

static void test_config(struct rig *r)
{
	is(fcn_model_reg_read(r->m, FCN_REG_VERSION), 0x00010000, "version 1.0");
	is(fcn_model_reg_read(r->m, FCN_REG_CONFIG0), 0x040808, "8 x 8, 4 lanes");
	is(fcn_model_reg_read(r->m, FCN_REG_CONFIG1),
	   10 | 10 << 5 | 10 << 10 | 8 << 15 | 4 << 20, "sizes of the buffers");
	is(fcn_model_reg_read(r->m, FCN_REG_CONFIG2), 8 | 4 << 8 | 40 << 16 | 2 << 24, "limits");
}

static void test_irq(struct rig *r)
{
	fcn_model_reg_write(r->m, FCN_REG_IRQ_TEST, 1u << 31);
	ok(!fcn_model_irq(r->m), "a cause that is not enabled does not raise the line");
	is(fcn_model_reg_read(r->m, FCN_REG_IRQ_STATUS), 1u << 31, "IRQ_TEST sets the cause");
	fcn_model_reg_write(r->m, FCN_REG_IRQ_ENABLE, 1u << 31);
	ok(fcn_model_irq(r->m) && r->irqs == 1, "the line rises when it is enabled");
	fcn_model_reg_write(r->m, FCN_REG_IRQ_STATUS, ~(1u << 31));
	ok(fcn_model_irq(r->m), "clearing others leaves it");
	fcn_model_reg_write(r->m, FCN_REG_IRQ_STATUS, 1u << 31);
	ok(!fcn_model_irq(r->m), "clearing it lowers the line");
}

static void test_lock(struct rig *r)
{
	fcn_model_reg_write(r->m, FCN_REG_SLOT_ROOT(1), 5);
	fcn_model_reg_write(r->m, FCN_REG_SLOT_SEQNO(1), 7);
	is(fcn_model_reg_read(r->m, FCN_REG_SLOT_STATUS(1)), 1, "the doorbell makes a slot busy");
	is(fcn_model_reg_read(r->m, FCN_REG_STATUS), 7, "the core is busy with slot 1");
	fcn_model_reg_write(r->m, FCN_REG_SLOT_ROOT(1), 6);
	fcn_model_reg_write(r->m, FCN_REG_SLOT_SEQNO(1), 8);
	is(fcn_model_reg_read(r->m, FCN_REG_SLOT_ROOT(1)), 5, "a busy slot ignores writes");
	is(fcn_model_reg_read(r->m, FCN_REG_SLOT_SEQNO(1)), 7, "and doorbells");
	fcn_model_reg_write(r->m, FCN_REG_SLOT_ROOT(0), 6);
	is(fcn_model_reg_read(r->m, FCN_REG_SLOT_ROOT(0)), 6, "the other slot is not locked");
}

static void test_create_errors(void)
{
	static const struct fcn_model_ops none = { 0 };
	struct fcn_model *m;

	is((unsigned)-fcn_model_create(&rig_default, &none, NULL, &m), EINVAL,
	   "memory operations are needed");
	fcn_model_destroy(NULL);
}

int main(void)
{
	struct rig r;

	rig_open(&r, &rig_small);
	fcn_model_reg_write(r.m, FCN_REG_SEQNO_ADDR_LO, 0);
	test_reset_values(&r, "after power-up");
	test_config(&r);
	test_writable(&r);
	test_irq(&r);
	test_lock(&r);
	fcn_model_reg_write(r.m, FCN_REG_SEQNO_ADDR_HI, 3);
	fcn_model_reg_write(r.m, FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
	test_reset_values(&r, "after CTRL.RESET");
	ok(!fcn_model_step(r.m), "a reset forgets the queued job");
	ok(rig_record(&r, 1).seqno == 0 && !fcn_model_irq(r.m), "without record and interrupt");
	rig_close(&r);
	test_create_errors();
	return done_testing();
}
