/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both slots are kept busy with short jobs, good and bad, of two clients, in random weather, with
 * doorbells, aborts and flushes at any moment.  Every job must end in its turn, as planned.
 */
#ifndef SYS_STORM_H
#define SYS_STORM_H

#include "sys_random.h"

class sys_storm {
public:
	sys_storm(sys_bench &bench, sys_check &check) : b(bench), t(check), spaces{ sys_space(&bench), sys_space(&bench) }
	{
		for (auto &s : spaces)
			for (uint32_t n = 0; n < 2; n++) {
				s.fill(from(n), 8192);
				s.fill(to(n), 8192);
				s.fill(cmds(n), 4096);
				s.fill(perf(n), 128);
			}
	}

	void run(unsigned jobs)
	{
		uint64_t moved = b.now;

		b.setup_irq();
		while (t.text.empty() && (started < jobs || slots[0].busy || slots[1].busy)) {
			unsigned n = rng_below(&b.rng, 2);

			if (!slots[n].busy && started < jobs && rng_below(&b.rng, 4))
				start(n);
			if (slots[n].busy && !rng_below(&b.rng, 12)) {
				slots[n].aborted = true;
				b.write(FCN_REG_SLOT_ABORT(n), 1);
			}
			if (!rng_below(&b.rng, 20))
				b.write(FCN_REG_CTRL, FCN_CTRL_TLB_FLUSH_MASK);
			if (!rng_below(&b.rng, 30))
				random_weather(b);
			b.run(rng_below(&b.rng, rng_below(&b.rng, 2) ? 20 : 800));
			for (unsigned i = 0; i < 2; i++)
				if (slots[i].busy && !(b.read(FCN_REG_SLOT_STATUS(i)) & 1)) {
					look(i);
					moved = b.now;
				}
			t(b.now - moved < 300000, "nothing ends; STATUS %#x, slots %#x %#x", b.read(FCN_REG_STATUS),
			  b.read(FCN_REG_SLOT_STATUS(0)), b.read(FCN_REG_SLOT_STATUS(1)));
			t(b.mem.error.empty(), "%s", b.mem.error.c_str());
		}
		t(b.wait(FCN_REG_STATUS, 15, 4, 1000) || b.read(FCN_REG_STATUS) == 6, "STATUS %#x at the end",
		  b.read(FCN_REG_STATUS));
		printf("# %u jobs: %u good, %u faults, %u aborted\n", started, ends[0], ends[1], ends[2]);
	}

private:
	struct slot {
		bool busy = false, aborted = false;
		uint64_t order = 0;
		uint32_t seqno = 0, bytes = 0;
		sys_space *space = nullptr;
		sys_record fault = {};
		bool perf = false;
	};

	sys_bench &b;
	sys_check &t;
	std::array<sys_space, 2> spaces;
	slot slots[2];
	unsigned started = 0, ends[3] = {};

	static constexpr uint32_t nowhere = 0x70000000;
	static uint32_t from(uint32_t n) { return 0x00200000 + 0x8000 * n; }
	static uint32_t to(uint32_t n) { return 0x00300000 + 0x8000 * n; }
	static uint32_t cmds(uint32_t n) { return 0x00100000 + 0x8000 * n; }
	static uint32_t perf(uint32_t n) { return 0x00400000 + 0x8000 * n; }

	void start(unsigned n)
	{
		slot &s = slots[n];
		sys_space &space = spaces[rng_below(&b.rng, 4) == 0];
		sys_job j(&space);
		unsigned pieces = rng_below(&b.rng, 5), kind = rng_below(&b.rng, 12);

		s = slot();
		j.cmd_va = cmds(n);
		s.perf = rng_below(&b.rng, 2);
		j.perf_va = s.perf ? perf(n) : 0;
		j.flush = rng_below(&b.rng, 4) == 0;
		s.bytes = pieces * 1024;
		for (unsigned i = 0; i < pieces; i++)
			j.copy(from(n) + 1024 * i, to(n) + 1024 * i, 1024);
		space.fill(from(n), s.bytes);
		space.fill(to(n), s.bytes);
		uint32_t index = (uint32_t)j.cmds.size();
		switch (kind) {
		case 0:
			j.load(nowhere, 0, 16, 2, pieces ? W_STORE : 0);
			s.fault = { 0, FCN_CAUSE_MMU_INVALID, nowhere, index };
			break;
		case 1:
			j.store(nowhere, 0, 16);
			s.fault = { 0, FCN_CAUSE_MMU_INVALID, nowhere, index };
			break;
		case 2:
			j.load(from(n), 0, 16);
			j.cmds.back().w[14] = 1;
			s.fault = { 0, FCN_CAUSE_ILLEGAL, cmds(n) + 64 * index, index };
			break;
		case 3:
			j.sync(FCN_OP_CONV_SYNC, W_POST, 0);
			s.fault = { 0, FCN_CAUSE_DEADLOCK, 0, index };
			break;
		case 4:
			j.perf_va = nowhere;
			s.fault = { 0, FCN_CAUSE_MMU_INVALID, nowhere, index };
			break;
		}
		/* A bad place for the commands wins over everything. */
		if (index && kind == 5) {
			j.cmd_va = nowhere;
			s.fault = { 0, FCN_CAUSE_MMU_INVALID, nowhere, 0 };
		} else {
			j.write_cmds();
		}
		s.busy = true;
		s.space = &space;
		s.order = ++started;
		s.seqno = started;
		j.kick(&b, n, s.seqno);
	}

	void look(unsigned n)
	{
		slot &s = slots[n], &other = slots[!n];
		sys_record r = b.record(n);
		bool aborted = s.aborted && r.cause == FCN_CAUSE_ABORTED;

		if (aborted)
			s.fault = { 0, FCN_CAUSE_ABORTED, 0, 0 };
		t(r.seqno == s.seqno, "slot %u: seqno %u, not %u", n, r.seqno, s.seqno);
		t(r.cause == s.fault.cause && r.addr == s.fault.addr && r.index == s.fault.index,
		  "job %u: cause %u, address %#x, command %u, not cause %u, address %#x, command %u", s.seqno, r.cause, r.addr,
		  r.index, s.fault.cause, s.fault.addr, s.fault.index);
		t(b.read(FCN_REG_IRQ_STATUS) & (r.cause ? 4u << n : 1u << n), "job %u: no interrupt", s.seqno);
		b.write(FCN_REG_IRQ_STATUS, 5u << n);
		t(b.read(FCN_REG_SLOT_ABORT(n)) == 0, "job %u: ABORT stays", s.seqno);
		if (!aborted && other.busy && other.order < s.order)
			t(!(b.read(FCN_REG_SLOT_STATUS(!n)) & 1), "job %u ends before job %u", s.seqno, other.seqno);
		if (r.cause == FCN_CAUSE_NONE) {
			t(s.space->same(from(n), to(n), s.bytes), "job %u: the copy is wrong", s.seqno);
			if (s.perf)
				t(*reinterpret_cast<uint32_t *>(s.space->at(perf(n))) == s.seqno, "job %u: no performance record",
				  s.seqno);
		}
		ends[aborted ? 2 : r.cause ? 1 : 0]++;
		s.busy = false;
	}
};

static void test_storm(sys_bench &b, sys_check &t, unsigned jobs)
{
	sys_storm storm(b, t);

	storm.run(jobs);
}

#endif
