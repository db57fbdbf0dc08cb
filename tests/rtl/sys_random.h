/* SPDX-License-Identifier: Apache-2.0 */
/* Random copies in random weather, some with one planned fault. */
#ifndef SYS_RANDOM_H
#define SYS_RANDOM_H

#include "sys_fault.h"

static void random_weather(sys_bench &b)
{
	sys_weather &w = b.mem.weather;

	w.latency = rng_below(&b.rng, 3) ? rng_below(&b.rng, 100) : 0;
	w.jitter = rng_below(&b.rng, 2) ? rng_below(&b.rng, 100) : 0;
	w.ready = rng_below(&b.rng, 2) ? 100 : 10 + rng_below(&b.rng, 90);
	w.data = rng_below(&b.rng, 2) ? 100 : 10 + rng_below(&b.rng, 90);
	w.mixed = rng_below(&b.rng, 2);
}

struct piece {
	uint32_t from, to, n;
};

/* Spoils what one of the copies needs; the fault that must follow. */
static sys_record plan_fault(sys_bench &b, sys_space &s, sys_job &j, const piece &p, uint32_t copy)
{
	uint32_t at = rng_below(&b.rng, p.n) & ~15u;
	bool write = rng_below(&b.rng, 2);
	uint32_t va = (write ? p.to : p.from) + at, index = 2 * copy + write;

	switch (rng_below(&b.rng, 4)) {
	case 0:
		j.cmds[index].w[0] |= 0xf000;
		return { 0, FCN_CAUSE_ILLEGAL, j.cmd_va + 64 * index, index };
	case 1:
		(write ? b.mem.bad_write : b.mem.bad_read).insert(s.pa(va) >> (write ? 8 : 4));
		return { 0, write ? (uint32_t)FCN_CAUSE_BUS_WRITE : (uint32_t)FCN_CAUSE_BUS_READ, va & ~255u, index };
	case 2:
		*b.mem.word(s.pte_pa(va)) &= write ? ~4u : ~2u;
		return { 0, FCN_CAUSE_MMU_PERM, va & ~4095u, index };
	default:
		*b.mem.word(s.pte_pa(va)) |= 8;
		return { 0, FCN_CAUSE_MMU_INVALID, va & ~4095u, index };
	}
}

/*
 * Every piece has pages of its own, so that a spoilt page belongs to one command; the pieces are
 * copied one after the other, so that the fault is the same in any weather.
 */
static void random_round(sys_bench &b, sys_check &t, sys_space &s, bool with_fault)
{
	sys_job j(&s);
	std::vector<piece> pieces;
	sys_record fault = {};
	unsigned count = 1 + rng_below(&b.rng, 12), victim = rng_below(&b.rng, count);

	random_weather(b);
	j.flush = true;		/* pages are new */
	j.cmd_va = 0x00100000 + 64 * rng_below(&b.rng, 100);
	for (unsigned i = 0; i < count; i++) {
		piece p;

		p.n = 16 * (1 + rng_below(&b.rng, rng_below(&b.rng, 2) ? 8 : 500));
		p.from = 0x01000000 + 0x00010000 * rng_below(&b.rng, 16) * 0x40 + 0x4000 * i + 16 * rng_below(&b.rng, 256);
		p.to = 0x41000000 + 0x00010000 * rng_below(&b.rng, 16) * 0x40 + 0x4000 * i + 16 * rng_below(&b.rng, 256);
		s.fill(p.from, p.n);
		s.fill(p.to, p.n);
		j.copy(p.from, p.to, p.n);
		pieces.push_back(p);
	}
	if (with_fault)
		fault = plan_fault(b, s, j, pieces[victim], victim);
	expect_job(b, t, j, with_fault ? "planned fault" : "random copies", fault.cause, fault.addr, fault.index);
	for (unsigned i = 0; i < count && (!with_fault || i < victim) && fault.cause != FCN_CAUSE_ILLEGAL; i++)
		t(s.same(pieces[i].from, pieces[i].to, pieces[i].n), "copy %u of %u is wrong", i, count);
	b.mem.bad_read.clear();
	b.mem.bad_write.clear();
}

/* A fault leaves spoilt page tables behind: each such round has a space of its own. */
static void test_random(sys_bench &b, sys_check &t, unsigned rounds, bool with_fault)
{
	std::unique_ptr<sys_space> s;

	b.mem.alone = true;
	b.setup_irq();
	for (unsigned round = 0; round < rounds && t.text.empty(); round++) {
		if (!s || with_fault || round % 16 == 0)
			s = std::make_unique<sys_space>(&b);
		random_round(b, t, *s, with_fault);
		if (!t.text.empty())
			t.text += ", round " + std::to_string(round);
	}
}

#endif
