// SPDX-License-Identifier: Apache-2.0
/* Register walk: the Verilated core against the generated table of its registers. */
#include "geometry.h"

#include "drm/fcn_accel_regs.h"
#include "reg_walk.h"

#define CHECK(w, got, mask, wanted)                                                                        \
	do {                                                                                               \
		uint32_t got_ = (got), mask_ = (mask), wanted_ = (wanted);                                 \
		if ((got_ & mask_) != (wanted_ & mask_))                                                   \
			fail_msg("%s: 0x%08x, not 0x%08x in the bits 0x%08x", (w)->name, got_, wanted_, mask_); \
	} while (0)

static void random_port_keeps_values(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ .memory = FCN_AXI_RANDOM, .seed = 9 });

	for (uint32_t i = 0; i < 500; i++) {
		set(sim, FCN_REG_SCRATCH, i * 0x10001);
		assert_int_equal(get(sim, FCN_REG_SCRATCH), i * 0x10001);
	}
	close_clean(sim);
}

static void reset_values(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });

	fcn_sim_advance(sim, 20000, false); /* whatever follows a reset is over */
	for (size_t i = 0; i < COUNT(fcn_walk); i++) {
		const struct fcn_walk *w = &fcn_walk[i];
		uint32_t value = get(sim, w->off);

		CHECK(w, value, w->known, w->reset);
		CHECK(w, value, ~w->fields, 0);
	}
	close_clean(sim);
}

static void bits_that_can_be_written(void **state)
{
	static const uint32_t patterns[] = { 0xffffffff, 0x55555555, 0xaaaaaaaa, 0x12345678, 0 };
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });

	for (size_t i = 0; i < COUNT(fcn_walk); i++) {
		const struct fcn_walk *w = &fcn_walk[i];

		if (!w->writable)
			continue;
		for (size_t p = 0; p < COUNT(patterns); p++) {
			set(sim, w->off, patterns[p]);
			CHECK(w, get(sim, w->off), ~0u, patterns[p] & w->writable);
		}
	}
	close_clean(sim);
}

static void registers_do_not_share_bits(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });

	for (size_t i = 0; i < COUNT(fcn_walk); i++)
		if (fcn_walk[i].writable)
			set(sim, fcn_walk[i].off, fcn_walk[i].off * 0x01010101u);
	for (size_t i = 0; i < COUNT(fcn_walk); i++)
		if (fcn_walk[i].writable)
			CHECK(&fcn_walk[i], get(sim, fcn_walk[i].off), ~0u,
			      fcn_walk[i].off * 0x01010101u & fcn_walk[i].writable);
	close_clean(sim);
}

static void read_only_bits_stay(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });

	fcn_sim_advance(sim, 20000, false);
	for (size_t i = 0; i < COUNT(fcn_walk); i++) {
		const struct fcn_walk *w = &fcn_walk[i];
		uint32_t before = get(sim, w->off);

		if (w->access != FCN_WALK_RO)
			continue;
		set(sim, w->off, ~before);
		CHECK(w, get(sim, w->off), ~0u, before);
	}
	close_clean(sim);
}

static void holes_read_zero(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });
	size_t next = 0;

	for (unsigned off = 0; off < FCN_WALK_SIZE; off += 4) {
		if (next < COUNT(fcn_walk) && fcn_walk[next].off == off) {
			next++;
			continue;
		}
		set(sim, off, 0xffffffff);
		assert_int_equal(get(sim, off), 0);
	}
	assert_int_equal(next, COUNT(fcn_walk));
	/* And nothing happened behind them. */
	assert_int_equal(get(sim, FCN_REG_SCRATCH), 0);
	assert_int_equal(get(sim, FCN_REG_IRQ_STATUS), 0);
	close_clean(sim);
}

static void doorbells_start_empty_jobs(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });

	set(sim, FCN_REG_IRQ_ENABLE, FCN_IRQ_ENABLE_DONE_MASK);
	set(sim, FCN_REG_SEQNO_ADDR_LO, 0x40);
	for (unsigned slot = 0; slot < FCN_SLOT_COUNT; slot++) {
		uint32_t seqno = 0x5a5a0000 + slot, record[4];

		set(sim, FCN_REG_SLOT_SEQNO(slot), seqno);
		assert_int_equal(get(sim, FCN_REG_SLOT_SEQNO(slot)), seqno);
		assert_int_equal(fcn_sim_run_until_irq(sim, 20000), 0);
		assert_int_equal(get(sim, FCN_REG_IRQ_STATUS), 1u << slot);
		assert_int_equal(get(sim, FCN_REG_SLOT_STATUS(slot)), 0);
		set(sim, FCN_REG_IRQ_STATUS, 0);
		assert_int_equal(get(sim, FCN_REG_IRQ_STATUS), 1u << slot);
		set(sim, FCN_REG_IRQ_STATUS, 1u << slot);
		assert_int_equal(get(sim, FCN_REG_IRQ_STATUS), 0);
		assert_int_equal(fcn_mem_read(fcn_sim_mem(sim), 0x40 + 16 * slot, record, sizeof(record)), 0);
		assert_int_equal(record[0], seqno);
		assert_int_equal(record[1] | record[2] | record[3], 0);
	}
	close_clean(sim);
}

static void interrupt_test_bit(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });

	set(sim, FCN_REG_IRQ_TEST, FCN_IRQ_TEST_TEST_MASK);
	assert_int_equal(get(sim, FCN_REG_IRQ_STATUS), FCN_IRQ_STATUS_TEST_MASK);
	assert_false(fcn_sim_irq(sim));
	set(sim, FCN_REG_IRQ_ENABLE, FCN_IRQ_ENABLE_TEST_MASK);
	assert_int_equal(fcn_sim_run_until_irq(sim, 100), 0);
	set(sim, FCN_REG_IRQ_STATUS, ~FCN_IRQ_STATUS_TEST_MASK);
	assert_true(fcn_sim_irq(sim));
	set(sim, FCN_REG_IRQ_STATUS, FCN_IRQ_STATUS_TEST_MASK);
	fcn_sim_advance(sim, 4, false);
	assert_false(fcn_sim_irq(sim));
	close_clean(sim);
}

static void reset_by_register(void **state)
{
	struct fcn_sim *sim = open_core(state, (struct fcn_sim_config){ 0 });

	set(sim, FCN_REG_SCRATCH, 77);
	set(sim, FCN_REG_IRQ_ENABLE, FCN_IRQ_ENABLE_TEST_MASK);
	set(sim, FCN_REG_IRQ_TEST, FCN_IRQ_TEST_TEST_MASK);
	set(sim, FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
	fcn_sim_advance(sim, 20000, false);
	assert_int_equal(get(sim, FCN_REG_CTRL), 0);
	assert_int_equal(get(sim, FCN_REG_SCRATCH), 0);
	assert_int_equal(get(sim, FCN_REG_IRQ_STATUS), 0);
	assert_false(fcn_sim_irq(sim));
	close_clean(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_port_keeps_values),
		cmocka_unit_test(reset_values),
		cmocka_unit_test(bits_that_can_be_written),
		cmocka_unit_test(registers_do_not_share_bits),
		cmocka_unit_test(read_only_bits_stay),
		cmocka_unit_test(holes_read_zero),
		cmocka_unit_test(doorbells_start_empty_jobs),
		cmocka_unit_test(interrupt_test_bit),
		cmocka_unit_test(reset_by_register),
	};

	return run_in_each_geometry("register walk", tests, COUNT(tests));
}
