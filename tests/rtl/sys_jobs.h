/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of jobs: two slots, the way from one to the next, abort, reset, secrets. */
#ifndef SYS_JOBS_H
#define SYS_JOBS_H

#include "sys_fault.h"

static void test_two_slots(sys_bench &b, sys_check &t)
{
	sys_space s(&b), s2(&b);
	uint32_t seqno = 100;

	b.setup_irq();
	s.fill(FROM, 4096);
	s2.fill(FROM, 4096);
	/* The second job reads what the first one wrote; then the slots change places. */
	for (unsigned round = 0; round < 4; round++) {
		sys_job first(&s), second(&s), foreign(&s2);
		unsigned slot = round & 1;

		s.fill(TO, 4096);
		s.fill(TO + 0x10000, 4096);
		s2.fill(TO, 4096);
		first.stream(FROM, TO, 512, 8, 2);
		second.stream(TO, TO + 0x10000, 512, 8, 2);
		second.cmd_va = 0x00180000;
		foreign.stream(FROM, TO, 512, 8, 2);
		first.write_cmds();
		second.write_cmds();
		foreign.write_cmds();
		first.kick(&b, slot, ++seqno);
		(round & 2 ? foreign : second).kick(&b, !slot, ++seqno);
		t((b.read(FCN_REG_SLOT_STATUS(!slot)) & 3) == 1, "the second job does not wait: slot status %#x",
		  b.read(FCN_REG_SLOT_STATUS(!slot)));
		expect_end(b, t, slot, seqno - 1, "first of two");
		expect_end(b, t, !slot, seqno, "second of two");
		t(s.same(FROM, TO, 4096), "the first job's copy is wrong");
		t(round & 2 ? s2.same(FROM, TO, 4096) : s.same(TO, TO + 0x10000, 4096), "the second job's copy is wrong");
	}
	/* The second job asks for a flush: it must not be fetched through what the first one cached. */
	for (unsigned round = 0; round < 4; round++) {
		sys_job first(&s), second(&s);

		s.fill(FROM + 0x1000, 4096);
		s.fill(TO, 8192);
		first.stream(FROM, TO, 512, 16, 2);
		second.copy(FROM, TO, 512);
		second.cmd_va = 0x00180000;
		second.flush = true;
		second.write_cmds();
		first.start(0, ++seqno);
		b.run(1000);
		std::swap(*b.mem.word(s.pte_pa(FROM)), *b.mem.word(s.pte_pa(FROM + 0x1000)));
		second.kick(&b, 1, ++seqno);
		expect_end(b, t, 0, seqno - 1, "before the flush");
		expect_end(b, t, 1, seqno, "after the flush");
		t(s.same(FROM, TO, 512), "a flush was forgotten");
	}
	/* A fault of one does not touch the other. */
	sys_job bad(&s), good(&s);
	good.cmd_va = 0x00180000;
	s.fill(TO, 4096);
	bad.load(0x70000000, 0, 16);
	good.stream(FROM, TO, 512, 8, 2);
	good.write_cmds();
	bad.start(0, 7);
	good.kick(&b, 1, 8);
	expect_end(b, t, 0, 7, "bad", FCN_CAUSE_MMU_INVALID, 0x70000000, 0);
	expect_end(b, t, 1, 8, "good");
	t(s.same(FROM, TO, 4096), "the good job's copy is wrong");
}

/* From a job's completion record to the next job's first pixel. */
static void test_job_change(sys_bench &b, sys_check &t)
{
	sys_space s(&b);
	uint64_t worst = 0;

	b.setup_irq();
	s.fill(FROM, 4096);
	for (unsigned round = 0; round < 8; round++) {
		sys_job j[2] = { sys_job(&s), sys_job(&s) };
		unsigned gap = round < 4 ? 0 : 1;

		for (unsigned i = 0; i < 2; i++) {
			fcn_cmd c;

			j[i].cmd_va = 0x00100000 + 0x1000 * i;
			if (gap)
				j[i].perf_va = PERF;
			s.at(PERF);
			j[i].load(FROM, 0, 256, 0);
			j[i].load(FROM + 256, 0, 64, 1, 0, W_CONV);
			fcn_conv_init(&c, W_LOAD, 0);
			fcn_conv_set_x_n(&c, 31);
			fcn_conv_set_x_pitch(&c, 8);
			j[i].cmds.push_back(c);
			if (i == 0)	/* long enough for the second doorbell */
				for (unsigned k = 0; k < 40; k++)
					j[i].load(FROM, 512, 1024, 0);
			j[i].write_cmds();
		}
		b.write(FCN_REG_IRQ_STATUS, 15);
		j[0].kick(&b, 0, 1);
		j[1].kick(&b, 1, 2);
		while (!(b.read(FCN_REG_IRQ_STATUS) & 1))
			;
		b.write(FCN_REG_IRQ_STATUS, 1);
		expect_end(b, t, 1, 2, "second job");
		/* Once more, without looking, so that nothing disturbs the count. */
		j[0].kick(&b, 0, 3);
		j[1].kick(&b, 1, 4);
		while (!b.d->irq_o)
			b.tick();
		uint64_t done = b.mem.last_b;
		b.first_mac = 0;
		while (!b.first_mac)
			b.tick();
		worst = std::max(worst, b.first_mac - done);
		expect_end(b, t, 1, 4, "second job");
	}
	printf("# %llu cycles from a completion record's answer to the next job's first pixel\n", (unsigned long long)worst);
	t(worst <= 200, "%llu cycles", (unsigned long long)worst);
}

static void test_abort(sys_bench &b, sys_check &t)
{
	sys_space s(&b);
	std::vector<uint8_t> before(64 << 10);

	b.setup_irq();
	s.fill(FROM, 64 << 10);
	s.fill(TO, 64 << 10);
	b.write(FCN_REG_SLOT_ABORT(0), 1);
	t(b.read(FCN_REG_SLOT_ABORT(0)) == 0 && b.read(FCN_REG_IRQ_STATUS) == 0, "ABORT of an idle slot does something");
	for (unsigned round = 0; round < 40; round++) {
		sys_job j(&s);

		for (unsigned i = 0; i < 64 << 10; i++)
			before[i] = *s.at(TO + i) = (uint8_t)rng_u32(&b.rng);
		j.stream(FROM, TO, 1024, 64, 2);
		j.start(0, round);
		b.run(rng_below(&b.rng, round < 20 ? 100 : 4000));
		b.write(FCN_REG_SLOT_ABORT(0), 1);
		expect_end(b, t, 0, round, "abort", FCN_CAUSE_ABORTED);
		for (unsigned i = 0; i < 64 << 10; i++)
			t(*s.at(TO + i) == *s.at(FROM + i) || *s.at(TO + i) == before[i], "abort: byte %u is neither old nor new", i);
		t(b.read(FCN_REG_SLOT_ABORT(0)) == 0, "ABORT still reads 1");
		expect_alive(b, t, s, "after an abort");
	}
	/* A job that waits ends at once, while the other one still runs. */
	for (unsigned round = 0; round < 20; round++) {
		sys_job j(&s), k(&s);

		j.stream(FROM, TO, 1024, 64, 2);
		k.copy(FROM, TO, 1024);
		k.cmd_va = 0x00180000;
		k.write_cmds();
		s.fill(TO, 1024);
		j.start(0, 1);
		k.kick(&b, 1, 2);
		/* In half of the rounds about when its turn would come. */
		b.run(rng_below(&b.rng, 400) + (round & 1 ? 5000 : 0));
		bool gone = !(b.read(FCN_REG_SLOT_STATUS(1)) & 1);
		b.write(FCN_REG_SLOT_ABORT(1), 1);
		if (!(round & 1)) {
			expect_end(b, t, 1, 2, "abort of a waiting job", FCN_CAUSE_ABORTED);
			t(b.read(FCN_REG_SLOT_STATUS(0)) & 2, "the other job does not run on");
			expect_end(b, t, 0, 1, "the other job");
		} else {
			expect_end(b, t, 0, 1, "the other job");
			t(b.wait(FCN_REG_SLOT_STATUS(1), 1, 0), "the aborted job does not end");
			t(gone || b.record(1).cause == FCN_CAUSE_ABORTED || b.record(1).cause == 0, "abort near the turn: %u",
			  b.record(1).cause);
		}
		t(s.same(FROM, TO, 64 << 10), "the other job's copy is wrong");
	}
}

static void test_reset(sys_bench &b, sys_check &t)
{
	sys_space s(&b);

	for (unsigned round = 0; round < 40; round++) {
		sys_job j(&s), k(&s);

		b.setup_irq();
		s.fill(FROM, 4096);
		j.stream(FROM, TO, 1024, 64, 2);
		j.perf_va = PERF;
		s.at(PERF);
		for (unsigned i = 0; i < 64 << 10; i += 4096)
			s.at(FROM + i), s.at(TO + i);
		k.cmd_va = 0x00180000;
		k.copy(FROM, TO, 1024);
		k.write_cmds();
		j.start(0, 1);
		k.kick(&b, 1, 2);
		b.run(rng_below(&b.rng, round < 20 ? 500 : 6000));
		if (round == 30) {
			/* A memory that does not answer holds the reset up. */
			b.mem.frozen = true;
			b.run(500);
			b.write(FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
			b.run(3000);
			t(b.read(FCN_REG_CTRL) == 1 && (b.read(FCN_REG_STATUS) & 12) == 8, "the reset does not wait: STATUS %#x",
			  b.read(FCN_REG_STATUS));
			b.mem.frozen = false;
		} else {
			b.write(FCN_REG_CTRL, FCN_CTRL_RESET_MASK);
		}
		t(b.wait(FCN_REG_CTRL, 3, 0, 20000), "the reset does not end; STATUS %#x", b.read(FCN_REG_STATUS));
		t(b.mem.idle(), "bus transactions are outstanding behind the reset");
		t(b.read(FCN_REG_STATUS) == 4 && b.read(FCN_REG_IRQ_STATUS) == 0 && b.read(FCN_REG_IRQ_ENABLE) == 0 &&
			  b.read(FCN_REG_SLOT_STATUS(0)) == 0 && b.read(FCN_REG_SLOT_STATUS(1)) == 0 && !b.d->irq_o &&
			  b.read(FCN_REG_SEQNO_ADDR_HI) == 0 && b.read(FCN_REG_SLOT_SEQNO(0)) == 0,
		  "registers behind the reset: STATUS %#x, IRQ %#x", b.read(FCN_REG_STATUS), b.read(FCN_REG_IRQ_STATUS));
		t(b.mem.error.empty(), "%s", b.mem.error.c_str());
		b.setup_irq();
		expect_alive(b, t, s, "after a reset");
		if (!t.text.empty())
			return;
	}
}

/* Buffers stay from job to job of one root, and are zeros for another. */
static void test_secrets(sys_bench &b, sys_check &t)
{
	sys_space s(&b), s2(&b);

	b.setup_irq();
	s.fill(FROM, 4096);
	s.fill(TO, 4096);
	s2.fill(TO, 4096);
	sys_job put(&s), get(&s), peek(&s2);
	put.load(FROM, 0, 4096);
	get.store(TO, 0, 4096);
	peek.store(TO, 0, 4096);
	expect_job(b, t, put, "put");
	expect_job(b, t, get, "get");
	t(s.same(FROM, TO, 4096), "the buffer did not stay");
	expect_job(b, t, peek, "peek");
	for (unsigned i = 0; i < 4096; i++)
		t(*s2.at(TO + i) == 0, "another client's byte %u: %#x", i, *s2.at(TO + i));
	expect_job(b, t, put, "put");
	b.write(FCN_REG_CTRL, 1);
	b.wait(FCN_REG_CTRL, 3, 0);
	b.setup_irq();
	expect_job(b, t, get, "get");
	for (unsigned i = 0; i < 4096; i++)
		t(*s.at(TO + i) == 0, "a byte %u from before the reset: %#x", i, *s.at(TO + i));
}

#endif
