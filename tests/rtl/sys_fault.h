/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of what goes wrong: every cause of a fault, by every requester; the core works afterwards. */
#ifndef SYS_FAULT_H
#define SYS_FAULT_H

#include "sys_test.h"

enum : uint32_t { FROM = 0x00200000, TO = 0x00300000, PERF = 0x00400000 };

/* A copy of 8 KiB in four pieces, commands 0 to 7, with a performance record. */
static void four_copies(sys_space &s, sys_job &j)
{
	s.fill(FROM, 8192);
	s.fill(TO, 8192);
	s.fill(PERF, 128);
	j.perf_va = PERF;
	j.flush = true;
	for (unsigned i = 0; i < 4; i++)
		j.copy(FROM + 2048 * i, TO + 2048 * i, 2048);
}

static void test_illegal(sys_bench &b, sys_check &t)
{
	sys_space s(&b);

	b.setup_irq();
	for (unsigned at = 0; at < 8; at++) {
		sys_job j(&s);

		four_copies(s, j);
		j.cmds[at].w[15] = 1;
		expect_job(b, t, j, "reserved bit", FCN_CAUSE_ILLEGAL, j.cmd_va + 64 * at, at);
	}
	sys_job j(&s);
	fcn_cmd c = {};
	j.cmds.push_back(c);
	expect_job(b, t, j, "no opcode", FCN_CAUSE_ILLEGAL, j.cmd_va, 0);
	expect_alive(b, t, s, "after illegal commands");
}

/* What is done to a page-table entry, and the fault that follows. */
struct spoil {
	const char *what;
	uint32_t set, clear, cause;
};

static void test_mmu(sys_bench &b, sys_check &t)
{
	static const spoil reads[] = {
		{ "not valid", 0, 1, FCN_CAUSE_MMU_INVALID },
		{ "reserved bit", 8, 0, FCN_CAUSE_MMU_INVALID },
		{ "not readable", 0, 2, FCN_CAUSE_MMU_PERM },
	};
	static const spoil writes[] = {
		{ "not valid", 0, 1, FCN_CAUSE_MMU_INVALID },
		{ "reserved bit", 8, 0, FCN_CAUSE_MMU_INVALID },
		{ "not writable", 0, 4, FCN_CAUSE_MMU_PERM },
	};
	/* Pages of the job, and the command that touches them first. */
	static const struct {
		uint32_t va, index;
		const spoil *spoils;
	} pages[] = {
		{ FROM, 0, reads }, { FROM + 4096, 4, reads }, { TO, 1, writes }, { TO + 4096, 5, writes },
		{ PERF, 8, writes }, { 0x00100000, 0, reads },
	};
	sys_space s(&b);

	b.setup_irq();
	for (auto &p : pages)
		for (unsigned i = 0; i < 3; i++) {
			sys_job j(&s);

			four_copies(s, j);
			j.write_cmds();
			uint32_t *pte = b.mem.word(s.pte_pa(p.va)), old = *pte;
			*pte = (old | p.spoils[i].set) & ~p.spoils[i].clear;
			j.kick(&b, 0, 77);
			expect_end(b, t, 0, 77, p.spoils[i].what, p.spoils[i].cause, p.va, p.index);
			*pte = old;
		}
	/* Writing does not need R. */
	sys_job j(&s);
	four_copies(s, j);
	*b.mem.word(s.pte_pa(TO)) &= ~2u;
	j.start(0, 78);
	expect_end(b, t, 0, 78, "write-only page");
	*b.mem.word(s.pte_pa(TO)) |= 2;

	/* Directory entries: not valid, and each reserved bit. */
	for (unsigned bit = 0; bit < 4; bit++) {
		sys_job k(&s);

		four_copies(s, k);
		k.write_cmds();
		k.load(0x40001010, 0, 16);
		s.at(0x40000000);
		k.write_cmds();
		*b.mem.word(s.pde_pa(0x40000000)) ^= 1u << bit;
		k.kick(&b, 0, 79);
		expect_end(b, t, 0, 79, "directory entry", FCN_CAUSE_MMU_INVALID, 0x40001000, 8);
		*b.mem.word(s.pde_pa(0x40000000)) ^= 1u << bit;
	}
	expect_alive(b, t, s, "after MMU faults");
}

static void test_bus_errors(sys_bench &b, sys_check &t)
{
	sys_space s(&b);

	b.setup_irq();
	four_copies(s, *std::make_unique<sys_job>(&s));
	const struct {
		const char *what;
		uint64_t read, write;	/* the address that answers with an error */
		uint32_t cause, addr, index;
	} errors[] = {
		{ "LOAD read", s.pa(FROM + 4096 + 0x2f0), 0, FCN_CAUSE_BUS_READ, FROM + 4096 + 0x200, 4 },
		{ "command read", s.pa(0x001001c0), 0, FCN_CAUSE_BUS_READ, 0x00100100, 7 },
		{ "first command", s.pa(0x00100010), 0, FCN_CAUSE_BUS_READ, 0x00100000, 0 },
		{ "STORE write", 0, s.pa(TO + 4096 + 0x310), FCN_CAUSE_BUS_WRITE, TO + 4096 + 0x300, 5 },
		{ "record write", 0, s.pa(PERF), FCN_CAUSE_BUS_WRITE, PERF, 8 },
		{ "directory read", s.pde_pa(FROM), 0, FCN_CAUSE_BUS_WALK, 0x00100000, 0 },
		{ "table read", s.pte_pa(FROM), 0, FCN_CAUSE_BUS_WALK, FROM, 0 },
		{ "table read for STORE", s.pte_pa(TO + 0x3000), 0, FCN_CAUSE_BUS_WALK, TO, 1 },
		{ "table read for the record", s.pte_pa(PERF + 0xf000), 0, FCN_CAUSE_BUS_WALK, PERF, 8 },
	};
	for (auto &e : errors) {
		sys_job j(&s);

		four_copies(s, j);
		if (e.read)
			b.mem.bad_read.insert(e.read >> 4);
		if (e.write)
			b.mem.bad_write.insert(e.write >> 8);
		expect_job(b, t, j, e.what, e.cause, e.addr, e.index);
		b.mem.bad_read.clear();
		b.mem.bad_write.clear();
		expect_alive(b, t, s, e.what);
	}
	/* An error in a line that is fetched ahead is nobody's fault. */
	sys_job ahead(&s);
	s.fill(0x0020f000, 4096);
	ahead.flush = true;
	ahead.copy(0x0020f000, TO, 1024);
	b.mem.bad_read.insert(s.pte_pa(0x00210000) >> 4);
	expect_job(b, t, ahead, "error in a line fetched ahead");
	b.mem.bad_read.clear();

	/* The completion record cannot be written: registers and interrupt tell. */
	sys_job j(&s);
	four_copies(s, j);
	b.mem.bad_write.insert(b.record_pa >> 8);
	j.start(0, 5);
	t(b.wait(FCN_REG_SLOT_STATUS(0), 1, 0), "record error: the job does not end");
	t(b.read(FCN_REG_IRQ_STATUS) == 0x11, "record error: IRQ_STATUS %#x", b.read(FCN_REG_IRQ_STATUS));
	b.write(FCN_REG_IRQ_STATUS, 0x11);
	b.mem.bad_write.clear();
	expect_alive(b, t, s, "after an error of the completion record");
}

/* The earlier burst's error counts, although the MMU refuses the later one sooner. */
static void test_order(sys_bench &b, sys_check &t)
{
	sys_space s(&b);

	b.setup_irq();
	b.mem.weather.latency = 200;
	for (unsigned write = 0; write < 2; write++) {
		sys_job j(&s);
		uint32_t side = write ? TO : FROM;

		four_copies(s, j);
		j.cmds.clear();
		j.load(FROM, 0, 8192, 2, 0, W_STORE);
		j.store(TO, 0, 8192, W_LOAD, 0);
		(write ? b.mem.bad_write : b.mem.bad_read).insert(s.pa(side + 0xf00) >> (write ? 8 : 4));
		j.write_cmds();
		*b.mem.word(s.pte_pa(side + 0x1000)) &= ~1u;
		j.kick(&b, 0, 3);
		expect_end(b, t, 0, 3, "error before fault", write ? FCN_CAUSE_BUS_WRITE : FCN_CAUSE_BUS_READ, side + 0xf00,
			   write);
		b.mem.bad_read.clear();
		b.mem.bad_write.clear();
		j.kick(&b, 0, 4);
		expect_end(b, t, 0, 4, "fault alone", FCN_CAUSE_MMU_INVALID, side + 0x1000, write);
		*b.mem.word(s.pte_pa(side + 0x1000)) |= 1;
	}
}

static void test_deadlock(sys_bench &b, sys_check &t)
{
	sys_space s(&b);

	b.setup_irq();
	b.mem.weather.latency = 3000;	/* slow memory is not a deadlock */
	sys_job slow(&s);
	s.fill(FROM, 1024);
	slow.copy(FROM, TO, 1024);
	s.fill(TO, 1024);
	expect_job(b, t, slow, "slow memory");
	b.mem.weather.latency = 64;

	sys_job end(&s);
	end.copy(FROM, TO, 256);
	end.sync(FCN_OP_POST_SYNC, W_CONV, 0);
	end.sync(FCN_OP_CONV_SYNC, W_POST, 0);
	end.sync(FCN_OP_LOAD_SYNC, 0, W_CONV);
	expect_job(b, t, end, "circle", FCN_CAUSE_DEADLOCK, 0, 2);

	/* The queue of STORE is full; what would help stands behind. */
	sys_job full(&s);
	for (unsigned i = 0; i < 9; i++)
		full.sync(FCN_OP_STORE_SYNC, W_LOAD, 0);
	full.sync(FCN_OP_LOAD_SYNC, 0, W_STORE);
	expect_job(b, t, full, "full queue", FCN_CAUSE_DEADLOCK, 0, 0);

	/* Eight fit. */
	sys_job fits(&s);
	for (unsigned i = 0; i < 8; i++)
		fits.sync(FCN_OP_STORE_SYNC, W_LOAD, 0);
	for (unsigned i = 0; i < 8; i++)
		fits.sync(FCN_OP_LOAD_SYNC, 0, W_STORE);
	expect_job(b, t, fits, "eight waiting commands");
	expect_alive(b, t, s, "after deadlocks");
}

#endif
