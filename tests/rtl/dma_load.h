/* SPDX-License-Identifier: Apache-2.0 */
/* The LOAD side of the DMA bench: a queue, memory that answers in order, and buffers. */
#ifndef DMA_LOAD_H
#define DMA_LOAD_H

#include "dma_bench.h"

class load_bench {
	Vdma_tb &dut;
	struct rng *rng;
	bench_error &fail;

	struct request {
		uint32_t va4, len, index;
		bool operator==(const request &o) const
		{
			return va4 == o.va4 && len == o.len && index == o.index;
		}
	};
	struct due_beat {
		uint64_t time;
		uint32_t va4;
	};

	std::deque<numbered> todo;
	std::deque<request> reads;		/* expected */
	std::deque<buffer_write> writes;	/* expected, of started commands */
	std::deque<uint64_t> ends;		/* writes_taken when a started command may be done */
	std::deque<due_beat> data;
	uint64_t writes_planned = 0;
	bool taken = false;
	steady<request> steady_req;
	steady<buffer_write> steady_wr;
	storm req_storm, wr_storm;

	void start()
	{
		const numbered &n = todo.front();
		std::vector<read_burst> r;
		std::vector<buffer_write> w;

		ref_load_reads(&n.cmd, r);
		ref_load_writes(&n.cmd, w);
		for (const read_burst &b : r)
			reads.push_back({b.va4, b.len, n.index});
		writes.insert(writes.end(), w.begin(), w.end());
		writes_planned += w.size();
		ends.push_back(writes_planned);
		todo.pop_front();
		taken = true;
	}

	void sample_requests()
	{
		const request q = {dut.req_va_o, dut.req_len_o, dut.req_index_o};

		if (!steady_req.ok(dut.req_valid_o, dut.req_ready_i, q))
			fail("a read request changed before it was taken");
		if (!dut.req_valid_o || !dut.req_ready_i)
			return;
		if (reads.empty() || !(q == reads.front()))
			return fail("read of %u beats at %07x0 of command %u, want %u at %07x0 of %u",
				    q.len + 1, q.va4, q.index, reads.empty() ? 0 : reads.front().len + 1,
				    reads.empty() ? 0 : reads.front().va4,
				    reads.empty() ? 0 : reads.front().index);
		reads.pop_front();
		asked += q.len + 1;
		for (uint32_t i = 0; i <= q.len; i++)
			data.push_back({now + w.latency + rng_below(rng, w.jitter + 1), q.va4 + i});
	}

	void sample_writes()
	{
		const uint32_t valid = dut.ld_wr_valid_o;
		const buffer_write b = {valid ? (uint32_t)__builtin_ctz(valid) : 0, dut.ld_wr_addr_o,
					dut.ld_wr_len_o, get_bytes<16>(dut.ld_wr_data_o)};

		if (valid & (valid - 1))
			fail("a write into two buffers");
		if (!steady_wr.ok(valid, dut.ld_wr_ready_i, b))
			fail("a buffer write changed before it was taken");
		if (!valid || !dut.ld_wr_ready_i)
			return;
		if (writes.empty() || !(b == writes.front()))
			return fail("write %llu: %u bytes at %u:%06x, want %u at %u:%06x",
				    (unsigned long long)writes_taken, b.len, b.space, b.addr,
				    writes.empty() ? 0 : writes.front().len,
				    writes.empty() ? 0 : writes.front().space,
				    writes.empty() ? 0 : writes.front().addr);
		writes.pop_front();
		if (writes_taken++ == 0)
			first_write = now;
		last_write = now;
	}

public:
	weather w;
	uint64_t now = 0, writes_taken = 0, first_write = 0, last_write = 0;
	uint64_t beats = 0, asked = 0, waits = 0, done = 0;

	load_bench(Vdma_tb &d, struct rng *r, bench_error &f) : dut(d), rng(r), fail(f) {}

	void add(const fcn_cmd &c, uint32_t index) { todo.push_back({c, index}); }
	bool idle() const { return todo.empty() && ends.empty(); }
	/* Nothing is left over once idle: every expected read and write was made, all data used. */
	bool balanced() const { return reads.empty() && writes.empty() && data.empty() && beats == asked; }

	/* Forgets all that is under way; the counts start again. */
	void clear()
	{
		todo.clear();
		reads.clear();
		writes.clear();
		ends.clear();
		data.clear();
		steady_req.reset();
		steady_wr.reset();
		writes_planned = writes_taken = beats = asked = waits = done = 0;
		dut.ld_cmd_valid_i = 0;
		dut.rd_valid_i = 0;
	}

	void drive()
	{
		now++;
		if (!dut.ld_cmd_valid_i && !todo.empty() && ends.size() < w.started &&
		    rng_percent(rng, w.cmd)) {
			dut.ld_cmd_valid_i = 1;
			set_bytes(dut.ld_cmd_i, todo.front().cmd.w, 64);
			dut.ld_cmd_index_i = todo.front().index;
		}
		dut.req_ready_i = !req_storm.blows(rng, w.storm) && rng_percent(rng, w.req);
		dut.rd_valid_i = !data.empty() && data.front().time <= now && rng_percent(rng, w.rd);
		if (dut.rd_valid_i) {
			const beat_data d = mem_beat(data.front().va4);

			set_bytes(dut.rd_data_i, d.data(), 16);
			data.pop_front();
		}
	}

	/* Only the OFM buffer may refuse. */
	void settle()
	{
		const bool post_writes = wr_storm.blows(rng, w.storm) || !rng_percent(rng, w.wr);

		dut.ld_wr_ready_i = !(post_writes && (dut.ld_wr_valid_o & 4));
	}

	void sample()
	{
		if (dut.ld_done_o) {
			if (ends.empty() || writes_taken < ends.front())
				fail("done too early: %llu writes were taken",
				     (unsigned long long)writes_taken);
			else
				ends.pop_front();
			done++;
		}
		if (dut.ld_cmd_valid_i && dut.ld_cmd_ready_o)
			start();
		sample_requests();
		sample_writes();
		beats += dut.ld_beat_o;
		waits += dut.ld_wait_o;
		if (dut.ld_wait_o && dut.ld_wr_valid_o)
			fail("LOAD waits while it writes");
	}

	/* After the rising edge. */
	void edge()
	{
		if (taken)
			dut.ld_cmd_valid_i = 0;
		taken = false;
	}
};

#endif
