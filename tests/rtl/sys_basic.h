/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of what works: registers, a copy, all engines, bandwidth, translation. */
#ifndef SYS_BASIC_H
#define SYS_BASIC_H

#include "sys_test.h"

static void test_registers(sys_bench &b, sys_check &t)
{
	t(b.read(FCN_REG_ID) == FCN_ID_MAGIC, "ID %#x", b.read(FCN_REG_ID));
	t(b.read(FCN_REG_CONFIG0) == 0x080808, "CONFIG0 %#x", b.read(FCN_REG_CONFIG0));
	t(b.read(FCN_REG_CONFIG2) == 0x02281008, "CONFIG2 %#x", b.read(FCN_REG_CONFIG2));
	t(b.read(FCN_REG_STATUS) == FCN_STATUS_BUS_IDLE_MASK, "STATUS %#x", b.read(FCN_REG_STATUS));
	b.write(FCN_REG_SCRATCH, 0x12345678);
	b.write(FCN_REG_SCRATCH, 0xffffffff, 4);
	t(b.read(FCN_REG_SCRATCH) == 0x12ff5678, "SCRATCH %#x", b.read(FCN_REG_SCRATCH));
	t(!b.d->irq_o, "the interrupt line is high");
	b.write(FCN_REG_IRQ_TEST, 0x80000000);
	t(!b.d->irq_o && b.read(FCN_REG_IRQ_STATUS) == 0x80000000, "IRQ_TEST: status %#x", b.read(FCN_REG_IRQ_STATUS));
	b.write(FCN_REG_IRQ_ENABLE, 0x80000000);
	b.run(4);
	t(b.d->irq_o, "IRQ_TEST does not raise the line");
	b.write(FCN_REG_IRQ_STATUS, 0x80000000);
	b.run(4);
	t(!b.d->irq_o, "the line stays high");
	b.write(FCN_REG_CTRL, FCN_CTRL_TLB_FLUSH_MASK);
	t(b.wait(FCN_REG_CTRL, 3, 0, 100), "TLB_FLUSH does not end");
}

static void test_copy(sys_bench &b, sys_check &t)
{
	sys_space s(&b);
	sys_job j(&s);

	b.setup_irq();
	s.fill(0x00200010, 3072);
	s.fill(0x00300ff0, 3072);
	j.perf_va = 0x00400080;
	s.fill(j.perf_va, 128);
	j.copy(0x00200010, 0x00300ff0, 3072);
	expect_job(b, t, j, "copy");
	t(s.same(0x00200010, 0x00300ff0, 3072), "the copy is wrong");
	t(j.perf(0) == ((uint64_t)1 << 32 | b.record(0).seqno), "record: seqno %#llx", (unsigned long long)j.perf(0));
	t(j.perf(1) > 400 && j.perf(1) < 2000, "record: %llu cycles", (unsigned long long)j.perf(1));
	t(j.perf(9) == 192 && j.perf(10) == 192, "record: beats %llu, %llu", (unsigned long long)j.perf(9),
	  (unsigned long long)j.perf(10));
	/* The record's own translation comes too late to be counted. */
	t(j.perf(12) == 16 && b.mem.read_beats[ID_WALK] == 20, "record: walk beats %llu", (unsigned long long)j.perf(12));
	t(j.perf(13) == 2, "record: %llu commands", (unsigned long long)j.perf(13));
	t(b.irq_edges == 1, "%u interrupts", b.irq_edges);
}

static void test_empty_jobs(sys_bench &b, sys_check &t)
{
	sys_space s(&b);
	sys_job none(&s), syncs(&s);

	b.setup_irq();
	expect_job(b, t, none, "no command");
	/* More tokens than a counter holds are never owed, as each is taken. */
	for (unsigned i = 0; i < 300; i++) {
		syncs.sync(FCN_OP_LOAD_SYNC, 0, W_CONV | W_STORE);
		syncs.sync(FCN_OP_CONV_SYNC, W_LOAD, W_POST);
		syncs.sync(FCN_OP_POST_SYNC, W_CONV, 0);
		syncs.sync(FCN_OP_STORE_SYNC, W_LOAD, 0);
	}
	/* 260 tokens sent before the first is taken: the sender waits at 255, nobody is lost. */
	for (unsigned i = 0; i < 260; i++)
		syncs.sync(FCN_OP_LOAD_SYNC, 0, W_POST);
	expect_job(b, t, syncs, "260 tokens and nobody to take them", FCN_CAUSE_DEADLOCK, 0, 1200 + 255);
	syncs.cmds.resize(1200);
	expect_job(b, t, syncs, "1200 SYNC commands");

	/* Short commands between SYNCs: an engine may be done while a SYNC is the oldest. */
	sys_job mixed(&s);
	s.at(0x00300000);
	for (unsigned i = 0; i < 400; i++) {
		unsigned kind = rng_below(&b.rng, 4);

		if (kind == 0)
			mixed.load(0, 0, 0);
		else if (kind == 1)
			mixed.store(0x00300000, 0, rng_below(&b.rng, 2) ? 16 : 0);
		else
			mixed.sync(kind == 2 ? FCN_OP_LOAD_SYNC : FCN_OP_STORE_SYNC, 0, 0);
	}
	mixed.flush = true;
	expect_job(b, t, mixed, "short commands");
}

/* Identity weights and scales of 1: LOAD, CONV and POST together copy bytes, too. */
static void test_engines(sys_bench &b, sys_check &t)
{
	sys_space s(&b);
	sys_job j(&s);
	uint8_t weights[64] = {};
	uint32_t par[16];
	fcn_cmd c;
	const uint32_t one = 0x3f800000;

	b.setup_irq();
	for (unsigned i = 0; i < 8; i++) {
		weights[9 * i] = 1;
		par[2 * i] = 0;
		par[2 * i + 1] = one;
	}
	s.put(0x00500000, weights, 64);
	s.put(0x00501000, par, 64);
	s.fill(0x00200000, 256);
	s.fill(0x00300000, 256);
	j.perf_va = 0x00400000;
	s.fill(j.perf_va, 128);
	j.load(0x00501000, 0, 64, 3, 0, W_POST);
	j.load(0x00500000, 0, 64, 1);
	j.load(0x00200000, 0, 256, 0, 0, W_CONV);
	fcn_conv_init(&c, W_LOAD, W_POST);
	fcn_conv_set_x_n(&c, 31);
	fcn_conv_set_x_pitch(&c, 8);
	j.cmds.push_back(c);
	fcn_post_init(&c, W_LOAD | W_CONV, W_STORE);
	fcn_post_set_x_n(&c, 31);
	fcn_post_set_acc_x_pitch(&c, 1);
	fcn_post_set_ofm_x_pitch(&c, 8);
	fcn_post_set_cols_n(&c, 7);
	fcn_post_set_min(&c, -128);
	fcn_post_set_max(&c, 127);
	j.cmds.push_back(c);
	j.store(0x00300000, 0, 256, W_POST, 0);
	expect_job(b, t, j, "convolution");
	t(s.same(0x00200000, 0x00300000, 256), "the convolution is wrong");
	t(j.perf(2) == 32 && j.perf(8) == 32, "record: %llu pixels, %llu outputs", (unsigned long long)j.perf(2),
	  (unsigned long long)j.perf(8));
	uint64_t sum = 0;
	for (unsigned i = 2; i <= 7; i++)
		sum += j.perf(i);
	t(sum <= j.perf(1), "record: CONV's cycles are %llu of %llu", (unsigned long long)sum, (unsigned long long)j.perf(1));
}

/* Beats that a copy moves each way in 100 cycles. */
static unsigned rate(sys_bench &b, sys_check &t, sys_job &j, unsigned beats, const char *what)
{
	expect_job(b, t, j, what);
	expect_job(b, t, j, what);
	printf("# %s: %u beats each way in %llu cycles\n", what, beats, (unsigned long long)j.perf(1));
	return (unsigned)(100 * beats / (j.perf(1) + 1));
}

static void test_bandwidth(sys_bench &b, sys_check &t)
{
	sys_space s(&b);

	b.setup_irq();
	s.fill(0x00200000, 256 << 10);
	s.fill(0x00300000, 256 << 10);
	s.at(0x00400000);

	sys_job wide(&s);
	wide.perf_va = 0x00400000;
	wide.stream(0x00200000, 0x00300000, 4096, 64, 4);
	/* Each command costs four beats on the read side, too. */
	t(rate(b, t, wide, 16384, "tiles of 4 KiB") >= 94, "tiles of 4 KiB are slow");
	t(s.same(0x00200000, 0x00300000, 256 << 10), "the copy is wrong");

	/* Bursts of one beat, 256 bytes apart: 16 to a page. */
	sys_job thin(&s);
	thin.perf_va = 0x00400000;
	s.fill(0x00300000, 256 << 10);
	for (unsigned i = 0; i < 8; i++) {
		thin.load(0x00200000 + i * (128 << 8), i % 4 * 2048, 16, 2, i < 4 ? 0 : W_STORE, W_STORE);
		fcn_load_set_cols_n(&thin.cmds.back(), 128);
		fcn_load_set_pitch_x(&thin.cmds.back(), 256);
		fcn_load_set_dst_pitch_x(&thin.cmds.back(), 16);
		thin.store(0x00300000 + i * (128 << 8), i % 4 * 2048, 16, W_LOAD, W_LOAD);
		fcn_store_set_cols_n(&thin.cmds.back(), 128);
		fcn_store_set_pitch_x(&thin.cmds.back(), 256);
		fcn_store_set_src_pitch_x(&thin.cmds.back(), 16);
	}
	t(rate(b, t, thin, 1024, "bursts of one beat") > 60, "bursts of one beat are slow");
	for (unsigned i = 0; i < 1024; i++)
		t(s.same(0x00200000 + 256 * i, 0x00300000 + 256 * i, 16), "thin copy: pixel %u is wrong", i);
}

/* Far more lines than the TLB has, two directory lines, in random order. */
static void test_translation(sys_bench &b, sys_check &t)
{
	sys_space s(&b);
	sys_job j(&s);
	std::vector<uint32_t> from, to;

	b.setup_irq();
	for (unsigned i = 0; i < 100; i++) {
		from.push_back((rng_below(&b.rng, 0x8000) << 16 | rng_below(&b.rng, 16) << 12) + 0x80000000 - 32);
		to.push_back(0x10000000 + 0x01310000 * i + (rng_below(&b.rng, 16) << 12) + 0xff0);
		s.fill(from[i], 64);
		s.fill(to[i], 64);
		j.copy(from[i], to[i], 64);
	}
	expect_job(b, t, j, "far copies");
	for (unsigned i = 0; i < 100; i++)
		t(s.same(from[i], to[i], 64), "far copy %u is wrong", i);

	/* The line behind the one in use is there when it is needed: one miss for each port. */
	sys_job line(&s);
	line.perf_va = 0x00400000;
	s.at(line.perf_va);
	s.fill(0x02000000, 128 << 10);
	for (unsigned i = 0; i < 32; i++)
		line.load(0x02000000 + i * 4096, 0, 4096);
	expect_job(b, t, line, "two lines");
	t(line.perf(11) <= 3, "%llu misses for two lines in a row", (unsigned long long)line.perf(11));
}

static void test_flush(sys_bench &b, sys_check &t)
{
	sys_space s(&b);
	sys_job j(&s);

	b.setup_irq();
	s.fill(0x00200000, 64);
	s.fill(0x00201000, 64);
	s.fill(0x00300000, 64);
	j.copy(0x00200000, 0x00300000, 64);
	expect_job(b, t, j, "before the change");
	t(s.same(0x00200000, 0x00300000, 64), "the first copy is wrong");

	/* The page tables change: three ways to make the core see it. */
	for (unsigned way = 0; way < 3; way++) {
		std::swap(*b.mem.word(s.pte_pa(0x00200000)), *b.mem.word(s.pte_pa(0x00201000)));
		j.flush = way == 0;
		if (way == 1) {
			b.write(FCN_REG_CTRL, FCN_CTRL_TLB_FLUSH_MASK);
			t(b.wait(FCN_REG_CTRL, 2, 0, 100), "TLB_FLUSH does not end");
		} else if (way == 2) {
			sys_space other(&b);
			sys_job k(&other);

			expect_job(b, t, k, "another root");
		}
		expect_job(b, t, j, "after the change");
		t(s.same(0x00200000, 0x00300000, 64), "way %u: an old translation was used", way);
	}
}

#endif
