// SPDX-License-Identifier: Apache-2.0
/* The protocol checker sees each kind of violation, at its cycle, and nothing else. */
#include "test.h"

#include "fcn_axi.h"

#include <string.h>

/* A master that is a script: the pins of each cycle; the slave takes everything unless it stalls. */
struct script {
	struct fcn_axi axi;
	struct fcn_faults faults;
	struct fcn_mem *mem;
	struct fcn_pins_in in;
	struct fcn_pins_out out;
	uint64_t now;
};

static struct script s;

static int setup(void **state)
{
	struct fcn_axi_config cfg = { .timing = fcn_axi_timing(FCN_AXI_IDEAL, 0), .faults = &s.faults };

	(void)state;
	memset(&s, 0, sizeof(s));
	s.mem = fcn_mem_create();
	cfg.mem = fcn_mem_ops(s.mem);
	fcn_faults_init(&s.faults, NULL);
	fcn_axi_init(&s.axi, &cfg);
	s.out.rready = s.out.bready = 1;
	s.now = 100;
	fcn_axi_drive(&s.axi, s.now, &s.out, &s.in);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fcn_mem_destroy(s.mem);
	return 0;
}

static void cycle(void)
{
	fcn_axi_sample(&s.axi, s.now, &s.in, &s.out);
	s.now++;
	fcn_axi_drive(&s.axi, s.now, &s.out, &s.in);
}

/* A cycle in which the slave takes nothing. */
static void stalled_cycle(void)
{
	s.in.arready = s.in.awready = s.in.wready = 0;
	cycle();
}

static void silence(void)
{
	s.out.arvalid = s.out.awvalid = s.out.wvalid = 0;
	for (int i = 0; i < 20; i++)
		cycle();
}

static struct fcn_axi_addr burst(uint64_t addr, unsigned beats)
{
	return (struct fcn_axi_addr){ .addr = addr, .len = (uint8_t)(beats - 1), .size = 4, .burst = 1 };
}

static void expect(const char *message)
{
	silence();
	if (!message) {
		assert_int_equal(s.axi.check.errors, 0);
		return;
	}
	assert_int_equal(s.axi.check.errors, 1);
	assert_string_equal(s.axi.check.error[0], message);
}

static void read_one(struct fcn_axi_addr a)
{
	s.out.arvalid = 1;
	s.out.ar = a;
	cycle();
}

static void good_traffic_is_good(void **state)
{
	(void)state;
	read_one(burst(0xff0, 1));
	s.out.ar = burst(0x1000, 16);
	stalled_cycle();
	stalled_cycle();
	cycle();
	s.out.arvalid = 0;
	s.out.awvalid = s.out.wvalid = 1;
	s.out.aw = burst(0x2000, 2);
	s.out.wlast = 0;
	cycle();
	s.out.awvalid = 0;
	s.out.wlast = 1;
	cycle();
	expect(NULL);
}

static void ar_must_not_change(void **state)
{
	(void)state;
	s.out.arvalid = 1;
	s.out.ar = burst(0, 1);
	stalled_cycle();
	s.out.ar = burst(16, 1);
	cycle();
	expect("cycle 101: AR: changed before ready came");
}

static void ar_must_not_fall(void **state)
{
	(void)state;
	s.out.arvalid = 1;
	s.out.ar = burst(0, 1);
	stalled_cycle();
	s.out.arvalid = 0;
	cycle();
	expect("cycle 101: AR: valid fell before ready came");
}

static void w_must_not_change(void **state)
{
	(void)state;
	s.out.awvalid = s.out.wvalid = s.out.wlast = 1;
	s.out.aw = burst(0, 1);
	stalled_cycle();
	s.out.wdata[3] = 1;
	cycle();
	expect("cycle 101: W: changed before ready came");
}

static void aw_must_not_change(void **state)
{
	(void)state;
	s.out.awvalid = s.out.wvalid = s.out.wlast = 1;
	s.out.aw = burst(0, 1);
	stalled_cycle();
	s.out.aw.cache = 3;
	cycle();
	expect("cycle 101: AW: changed before ready came");
}

static void bursts_must_not_cross(void **state)
{
	(void)state;
	read_one(burst(0x1f0, 2));
	expect("cycle 100: AR: 0x1f0 + 32 bytes crosses 256");
}

static void bursts_must_not_cross_pages(void **state)
{
	(void)state;
	read_one(burst(0x1ff0, 2));
	expect("cycle 100: AR: 0x1ff0 + 32 bytes crosses 4096");
}

static void addresses_are_whole_beats(void **state)
{
	(void)state;
	read_one(burst(0x108, 1));
	expect("cycle 100: AR: address 0x108 is not a multiple of 16");
}

static void bursts_are_incr(void **state)
{
	struct fcn_axi_addr a = burst(0, 1);

	(void)state;
	a.burst = 2;
	read_one(a);
	expect("cycle 100: AR: burst type 2, not INCR");
}

static void beats_are_16_bytes(void **state)
{
	struct fcn_axi_addr a = burst(0, 1);

	(void)state;
	a.size = 3;
	read_one(a);
	expect("cycle 100: AR: size 3, not 4 (16 bytes)");
}

static void ids_are_known(void **state)
{
	struct fcn_axi_addr a = burst(0, 1);

	(void)state;
	a.id = 3;
	read_one(a);
	expect("cycle 100: AR: ID 3");
}

static void write_beats(unsigned n, unsigned last)
{
	for (unsigned i = 1; i <= n; i++) {
		s.out.wvalid = 1;
		s.out.wlast = i == last;
		cycle();
		s.out.awvalid = 0;
	}
	s.out.wvalid = 0;
}

static void wlast_too_early(void **state)
{
	(void)state;
	s.out.awvalid = 1;
	s.out.aw = burst(0, 4);
	write_beats(3, 3);
	expect("cycle 102: W: WLAST with beat 3 of 4");
}

static void wlast_too_late(void **state)
{
	(void)state;
	s.out.awvalid = 1;
	s.out.aw = burst(0, 2);
	write_beats(3, 3);
	expect("cycle 101: W: beat 2 of 2 without WLAST");
}

static void data_that_leads_has_the_right_length(void **state)
{
	(void)state;
	write_beats(3, 3);
	s.out.awvalid = 1;
	s.out.aw = burst(0, 4);
	cycle();
	expect("cycle 103: AW: 4 beats, but its data had 3");
}

static void data_may_lead_by_one_burst(void **state)
{
	(void)state;
	write_beats(3, 3);
	s.out.awvalid = 1;
	s.out.aw = burst(0, 3);
	cycle();
	expect(NULL);
}

static void data_must_not_lead_by_two(void **state)
{
	(void)state;
	write_beats(1, 1);
	write_beats(1, 1);
	expect("cycle 101: W: data of a burst, and the one before has no address yet");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(good_traffic_is_good),
		CASE(ar_must_not_change),
		CASE(ar_must_not_fall),
		CASE(w_must_not_change),
		CASE(aw_must_not_change),
		CASE(bursts_must_not_cross),
		CASE(bursts_must_not_cross_pages),
		CASE(addresses_are_whole_beats),
		CASE(bursts_are_incr),
		CASE(beats_are_16_bytes),
		CASE(ids_are_known),
		CASE(wlast_too_early),
		CASE(wlast_too_late),
		CASE(data_that_leads_has_the_right_length),
		CASE(data_may_lead_by_one_burst),
		CASE(data_must_not_lead_by_two),
	};

	return cmocka_run_group_tests_name("AXI checker", tests, NULL, NULL);
}
