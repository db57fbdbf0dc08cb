/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of the system bench: sparse physical pages behind the core's AXI master, with latency,
 * back-pressure, interleaving of read IDs, and planned errors.  It checks what the core may do: valid
 * stays until ready, bursts are legal and stay inside 256 bytes, write data is there when the burst
 * is announced, and every address belongs to a page that this kind of access may touch.
 */
#ifndef SYS_AXI_H
#define SYS_AXI_H

#include "Vsys_tb.h"
#include "rng.h"

#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <set>
#include <string>
#include <unordered_map>

struct sys_weather {
	uint32_t latency = 64;	/* cycles from a burst's address to its first beat or its answer */
	uint32_t jitter = 0;	/* more of them, at random */
	uint32_t ready = 100;	/* percent of the cycles in which AR, AW, W are taken */
	uint32_t data = 100;	/* percent of the cycles in which a beat that is due is given */
	bool mixed = false;	/* beats of different read IDs are interleaved */
};

enum : unsigned { PAGE_R = 1, PAGE_W = 2, PAGE_TABLE = 4, PAGE_RECORD = 8 };
enum : unsigned { ID_LOAD = 0, ID_CMD = 1, ID_WALK = 2, IDS = 3 };

class sys_axi {
public:
	sys_weather weather;
	std::set<uint64_t> bad_read;	/* beats (address / 16) that answer with an error */
	std::set<uint64_t> bad_write;	/* lines (address / 256) likewise */
	std::string error;		/* the first thing that the core did wrong */
	uint64_t reads[IDS] = {}, read_beats[IDS] = {}, write_beats = 0, writes = 0;
	bool frozen = false;		/* memory does not answer */
	bool alone = false;		/* one job at a time: its record is the last thing that happens */
	uint64_t last_b = 0;		/* cycle of the last write answer */

	explicit sys_axi(struct rng *r) : rng(r) {}

	using page = std::array<uint8_t, 4096>;

	uint8_t *at(uint64_t pa) { return &pages[pa >> 12][pa & 4095]; }
	uint32_t *word(uint64_t pa) { return reinterpret_cast<uint32_t *>(at(pa)); }
	void allow(uint64_t pfn, unsigned what) { allowed[pfn] |= what; }
	void forbid(uint64_t pfn) { allowed.erase(pfn); }
	bool known(uint64_t pfn) const { return allowed.count(pfn) != 0; }

	/* Inputs of the core for this cycle. */
	void drive(Vsys_tb *d, uint64_t now)
	{
		d->m_arready_i = chance(weather.ready);
		d->m_awready_i = chance(weather.ready);
		d->m_wready_i = chance(weather.ready);
		drive_r(d, now);
		d->m_bvalid_i = !frozen && !b.empty() && b.front().due <= now && chance(weather.data);
		d->m_bresp_i = d->m_bvalid_i && b.front().bad ? 2 : 0;
	}

	/* What the rising edge takes. */
	void sample(Vsys_tb *d, uint64_t now)
	{
		check_stable(d);
		if (d->m_arvalid_o && d->m_arready_i)
			take_ar(d, now);
		if (d->m_awvalid_o && d->m_awready_i)
			take_aw(d);
		if (d->m_wvalid_o && d->m_wready_i)
			take_w(d);
		else if (in_burst && !d->m_wvalid_o)
			fail("W pauses within a burst");
		if (d->m_bvalid_i) {
			b.pop_front();
			last_b = now;
		}
		finish_writes(now);
	}

	/* Nothing is to be answered; write data may be there. */
	bool quiet() const { return aw.empty() && b.empty() && r[0].empty() && r[1].empty() && r[2].empty(); }
	bool idle() const { return quiet() && w.empty(); }

private:
	struct burst {
		uint64_t addr, due;
		unsigned left;
		bool bad;
	};
	struct beat {
		std::array<uint8_t, 16> data;
		uint16_t strb;
		bool last;
	};

	struct rng *rng;
	std::unordered_map<uint64_t, page> pages;
	std::unordered_map<uint64_t, unsigned> allowed;
	std::deque<burst> r[IDS], aw, b;
	std::deque<beat> w;
	unsigned current = IDS;		/* read ID whose burst is being given */
	bool in_burst = false;
	std::array<uint32_t, 4> held_ar = {}, held_aw = {};
	std::array<uint32_t, 7> held_w = {};
	bool ar_held = false, aw_held = false, w_held = false;

	bool chance(uint32_t percent) { return percent >= 100 || rng_below(rng, 100) < percent; }

	void fail(const char *format, ...) __attribute__((format(printf, 2, 3)))
	{
		char line[200];
		va_list ap;

		if (!error.empty())
			return;
		va_start(ap, format);
		vsnprintf(line, sizeof(line), format, ap);
		va_end(ap);
		error = line;
	}

	uint64_t when(uint64_t now) { return now + weather.latency + (weather.jitter ? rng_below(rng, weather.jitter) : 0); }

	void drive_r(Vsys_tb *d, uint64_t now)
	{
		d->m_rvalid_i = 0;
		if (frozen || !chance(weather.data))
			return;
		if (current == IDS || weather.mixed) {
			unsigned first = rng_below(rng, IDS);

			current = IDS;
			for (unsigned i = 0; i < IDS && current == IDS; i++) {
				unsigned id = (first + i) % IDS;

				if (!r[id].empty() && r[id].front().due <= now)
					current = id;
			}
		}
		if (current == IDS)
			return;
		burst &u = r[current].front();
		bool bad = bad_read.count(u.addr >> 4) != 0;

		d->m_rvalid_i = 1;
		d->m_rid_i = current;
		d->m_rresp_i = bad ? 2 + rng_below(rng, 2) : 0;
		for (unsigned i = 0; i < 4; i++)
			d->m_rdata_i[i] = bad ? 0xdeadbeef : *word(u.addr + 4 * i);
		d->m_rlast_i = u.left == 1;
		read_beats[current]++;
		u.addr += 16;
		if (--u.left == 0) {
			r[current].pop_front();
			current = IDS;
		}
	}

	void check_address(uint64_t addr, unsigned len, unsigned need, const char *what)
	{
		if (addr & 15 || (addr & 255) + 16 * len > 256)
			fail("%s burst of %u beats at %#llx", what, len, (unsigned long long)addr);
		auto a = allowed.find(addr >> 12);
		if (a == allowed.end() || !(a->second & need))
			fail("%s at %#llx, which it may not touch", what, (unsigned long long)addr);
	}

	void take_ar(Vsys_tb *d, uint64_t now)
	{
		static const char *const names[IDS] = { "LOAD read", "command read", "table read" };
		unsigned id = d->m_arid_o, len = d->m_arlen_o + 1;

		if (id >= IDS) {
			fail("read ID %u", id);
			return;
		}
		check_address(d->m_araddr_o, len, id == ID_WALK ? PAGE_TABLE : PAGE_R, names[id]);
		if (id != ID_LOAD && (len != 4 || d->m_araddr_o & 63))
			fail("%s of %u beats", names[id], len);
		if (d->m_arattr_o != (4 << 9 | 1 << 7 | 3 << 3 | 2))
			fail("AR attributes %#x", d->m_arattr_o);
		r[id].push_back({ d->m_araddr_o, when(now), len, false });
		reads[id]++;
	}

	void take_aw(Vsys_tb *d)
	{
		check_address(d->m_awaddr_o, d->m_awlen_o + 1, PAGE_W | PAGE_RECORD, "write");
		if (d->m_awattr_o != (4 << 9 | 1 << 7 | 3 << 3 | 2) || d->m_awid_o)
			fail("AW attributes %#x, ID %u", d->m_awattr_o, d->m_awid_o);
		if (alone && allowed[d->m_awaddr_o >> 12] & PAGE_RECORD && !quiet())
			fail("a completion record while other transactions are outstanding");
		aw.push_back({ d->m_awaddr_o, 0, d->m_awlen_o + 1u, false });
		writes++;
	}

	void take_w(Vsys_tb *d)
	{
		beat t;

		memcpy(t.data.data(), &d->m_wdata_o[0], 16);
		t.strb = d->m_wstrb_o;
		t.last = d->m_wlast_o;
		w.push_back(t);
		in_burst = !t.last;
		write_beats++;
	}

	/* Bursts with address and data go to memory. */
	void finish_writes(uint64_t now)
	{
		while (!aw.empty() && w.size() >= aw.front().left) {
			burst u = aw.front();
			bool bad = bad_write.count(u.addr >> 8) != 0;

			for (unsigned i = 0; i < u.left; i++) {
				if (w.front().last != (i == u.left - 1))
					fail("WLAST in the wrong beat");
				for (unsigned k = 0; k < 16 && !bad; k++)
					if (w.front().strb >> k & 1)
						*at(u.addr + 16 * i + k) = w.front().data[k];
				w.pop_front();
			}
			aw.pop_front();
			b.push_back({ u.addr, when(now), 0, bad });
		}
	}

	template <size_t N>
	void stable(bool valid, bool ready, bool &held, std::array<uint32_t, N> &old, const std::array<uint32_t, N> &now,
		    const char *channel)
	{
		if (held && (!valid || old != now))
			fail("%s changes before it is taken", channel);
		held = valid && !ready;
		old = now;
	}

	void check_stable(Vsys_tb *d)
	{
		stable<4>(d->m_arvalid_o, d->m_arready_i, ar_held, held_ar,
			  { (uint32_t)d->m_araddr_o, (uint32_t)(d->m_araddr_o >> 32), d->m_arlen_o, d->m_arid_o }, "AR");
		stable<4>(d->m_awvalid_o, d->m_awready_i, aw_held, held_aw,
			  { (uint32_t)d->m_awaddr_o, (uint32_t)(d->m_awaddr_o >> 32), d->m_awlen_o, 0 }, "AW");
		stable<7>(d->m_wvalid_o, d->m_wready_i, w_held, held_w,
			  { d->m_wdata_o[0], d->m_wdata_o[1], d->m_wdata_o[2], d->m_wdata_o[3], d->m_wstrb_o, d->m_wlast_o, 0 }, "W");
		if (!d->m_rready_o || !d->m_bready_o)
			fail("an answer is refused");
	}
};

#endif
