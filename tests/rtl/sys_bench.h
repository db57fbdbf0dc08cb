/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system bench: the core, its memory, a driver's view of the registers, page tables, and
 * command streams.
 */
#ifndef SYS_BENCH_H
#define SYS_BENCH_H

#include "sys_axi.h"

#include "drm/fcn_accel_cmd.h"
#include "drm/fcn_accel_regs.h"

#include <map>
#include <memory>
#include <vector>

enum : unsigned { W_LOAD = 1, W_CONV = 2, W_POST = 4, W_STORE = 8 };	/* masks of WAIT and SIGNAL */

struct sys_record {
	uint32_t seqno, cause, addr, index;
};

class sys_bench {
public:
	struct rng rng;
	sys_axi mem{ &rng };
	uint64_t now = 0;
	uint64_t first_mac = 0;		/* cycle of the first one since it was set to 0 */
	uint32_t irq_edges = 0;
	std::unique_ptr<Vsys_tb> d{ new Vsys_tb };

	static constexpr uint64_t record_pa = 0x8123456000 + 0x40;

	explicit sys_bench(uint64_t seed) : rng{ seed }
	{
		mem.allow(record_pa >> 12, PAGE_RECORD);
		d->rst_i = 1;
		d->bready_i = d->rready_i = 1;
		run(4);
		d->rst_i = 0;
		run(4);
	}

	/* One clock cycle. */
	void tick()
	{
		bool irq = d->irq_o;

		mem.drive(d.get(), now);
		d->clk_i = 0;
		d->eval();
		if (!d->rst_i)
			mem.sample(d.get(), now);
		if (d->mac_o && !first_mac)
			first_mac = now;
		d->clk_i = 1;
		d->eval();
		irq_edges += d->irq_o && !irq;
		now++;
	}

	void run(uint64_t cycles)
	{
		while (cycles--)
			tick();
	}

	/* Registers; AXI4-Lite address and data come in random order. */
	void write(uint32_t reg, uint32_t value, uint32_t strb = 15)
	{
		uint32_t order = rng_below(&rng, 3);
		bool aw = false, w = false;

		d->awaddr_i = reg;
		d->wdata_i = value;
		d->wstrb_i = strb;
		for (unsigned i = 0; !aw || !w; i++) {
			d->awvalid_i = !aw && (order != 1 || i > 1);
			d->wvalid_i = !w && (order != 2 || i > 1);
			bool awgo = d->awvalid_i && d->awready_o, wgo = d->wvalid_i && d->wready_o;
			tick();
			aw |= awgo;
			w |= wgo;
		}
		d->awvalid_i = d->wvalid_i = 0;
		while (!d->bvalid_o)
			tick();
		tick();
	}

	uint32_t read(uint32_t reg)
	{
		d->araddr_i = reg;
		d->arvalid_i = 1;
		while (!d->arready_o)
			tick();
		tick();
		d->arvalid_i = 0;
		while (!d->rvalid_o)
			tick();
		uint32_t value = d->rdata_o;
		tick();
		return value;
	}

	/* False: the bits did not become so in time. */
	bool wait(uint32_t reg, uint32_t mask, uint32_t value, uint64_t cycles = 300000)
	{
		for (uint64_t end = now + cycles; now < end; run(8))
			if ((read(reg) & mask) == value)
				return true;
		return false;
	}

	uint64_t new_page(unsigned what)
	{
		uint64_t pfn;

		do
			pfn = rng_u64(&rng) & 0xfffffff;
		while (mem.known(pfn));
		mem.allow(pfn, what);
		return pfn;
	}

	void setup_irq()
	{
		write(FCN_REG_SEQNO_ADDR_LO, (uint32_t)record_pa);
		write(FCN_REG_SEQNO_ADDR_HI, (uint32_t)(record_pa >> 32));
		write(FCN_REG_IRQ_ENABLE, 0x8000001f);
	}

	sys_record record(unsigned slot)
	{
		sys_record r;

		memcpy(&r, mem.at(record_pa + 16 * slot), sizeof(r));
		return r;
	}
};

/* An address space: page tables, filled on demand. */
class sys_space {
public:
	explicit sys_space(sys_bench *b) : root(b->new_page(PAGE_TABLE)), bench(b) {}

	const uint64_t root;

	uint64_t pde_pa(uint32_t va) const { return root << 12 | va >> 22 << 2; }

	uint64_t pte_pa(uint32_t va)
	{
		uint32_t *pde = bench->mem.word(pde_pa(va));

		if (!*pde)
			*pde = (uint32_t)(bench->new_page(PAGE_TABLE) << 4 | 1);
		return (uint64_t)(*pde >> 4) << 12 | (va >> 12 & 1023) << 2;
	}

	/* The page of va; mapped with R and W if it was not. */
	uint8_t *at(uint32_t va)
	{
		uint32_t *pte = bench->mem.word(pte_pa(va));

		if (!*pte)
			*pte = (uint32_t)(bench->new_page(PAGE_R | PAGE_W) << 4 | 7);
		return bench->mem.at((uint64_t)(*pte >> 4) << 12 | (va & 4095));
	}

	uint64_t pa(uint32_t va)
	{
		at(va);
		return (uint64_t)(*bench->mem.word(pte_pa(va)) >> 4) << 12 | (va & 4095);
	}

	void put(uint32_t va, const void *data, size_t n)
	{
		for (size_t i = 0; i < n; i++)
			*at(va + i) = static_cast<const uint8_t *>(data)[i];
	}

	/* Random bytes; what they are is kept by the memory. */
	void fill(uint32_t va, size_t n)
	{
		for (size_t i = 0; i < n; i++)
			*at(va + i) = (uint8_t)rng_u32(&bench->rng);
	}

	bool same(uint32_t a, uint32_t b, size_t n)
	{
		for (size_t i = 0; i < n; i++)
			if (*at(a + i) != *at(b + i))
				return false;
		return true;
	}

	sys_bench *const bench;
};

/* A job: commands, and where they and the performance record lie. */
struct sys_job {
	sys_space *space;
	std::vector<fcn_cmd> cmds;
	uint32_t cmd_va = 0x00100000, perf_va = 0;	/* perf_va 0: no record */
	bool flush = false;

	explicit sys_job(sys_space *s) : space(s) {}

	/* n bytes, whole beats, between memory and a place in a buffer. */
	void load(uint32_t va, uint32_t dst, uint32_t n, unsigned buffer = 2, unsigned wait = 0, unsigned signal = 0)
	{
		fcn_cmd c;

		fcn_load_init(&c, wait, signal);
		fcn_load_set_va(&c, va);
		fcn_load_set_rows_n(&c, 1);
		fcn_load_set_cols_n(&c, 1);
		fcn_load_set_run(&c, n);
		fcn_load_set_px(&c, 4);
		fcn_load_set_space(&c, buffer);
		fcn_load_set_dst(&c, dst);
		cmds.push_back(c);
	}

	void store(uint32_t va, uint32_t src, uint32_t n, unsigned wait = 0, unsigned signal = 0)
	{
		fcn_cmd c;

		fcn_store_init(&c, wait, signal);
		fcn_store_set_va(&c, va);
		fcn_store_set_rows_n(&c, 1);
		fcn_store_set_cols_n(&c, 1);
		fcn_store_set_run(&c, n);
		fcn_store_set_px(&c, 4);
		fcn_store_set_src(&c, src);
		cmds.push_back(c);
	}

	void sync(unsigned opcode, unsigned wait, unsigned signal)
	{
		fcn_cmd c;

		fcn_cmd_init(&c, opcode, wait, signal);
		cmds.push_back(c);
	}

	/* One pass of memory through the OFM buffer, in order. */
	void copy(uint32_t from, uint32_t to, uint32_t n)
	{
		load(from, 0, n, 2, cmds.empty() ? 0 : W_STORE, W_STORE);
		store(to, 0, n, W_LOAD, W_LOAD);
	}

	/* Like copy, with several tiles under way. */
	void stream(uint32_t from, uint32_t to, uint32_t tile, unsigned tiles, unsigned depth)
	{
		for (unsigned i = 0; i < tiles; i++) {
			load(from + i * tile, i % depth * tile, tile, 2, i < depth ? 0 : W_STORE, W_STORE);
			store(to + i * tile, i % depth * tile, tile, W_LOAD, W_LOAD);
		}
	}

	void write_cmds()
	{
		for (size_t i = 0; i < cmds.size(); i++)
			space->put(cmd_va + 64 * i, &cmds[i], 64);
	}

	void start(unsigned slot, uint32_t seqno)
	{
		sys_bench *b = space->bench;

		write_cmds();
		kick(b, slot, seqno);
	}

	void kick(sys_bench *b, unsigned slot, uint32_t seqno)
	{
		b->write(FCN_REG_SLOT_ROOT(slot), (uint32_t)space->root);
		b->write(FCN_REG_SLOT_CMD_VA(slot), cmd_va);
		b->write(FCN_REG_SLOT_CMD_COUNT(slot), (uint32_t)cmds.size() | (uint32_t)flush << 31);
		b->write(FCN_REG_SLOT_PERF_VA(slot), perf_va ? perf_va | 1 : 0);
		b->write(FCN_REG_SLOT_SEQNO(slot), seqno);
	}

	uint64_t perf(unsigned index) const
	{
		uint64_t v;

		memcpy(&v, space->at(perf_va + 8 * index), 8);
		return v;
	}
};

#endif
