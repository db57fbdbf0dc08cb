/* SPDX-License-Identifier: Apache-2.0 */
/* The STORE side of the DMA bench: a queue, the OFM buffer, and memory that acknowledges in order. */
#ifndef DMA_STORE_H
#define DMA_STORE_H

#include "dma_bench.h"

class store_bench {
	Vdma_tb &dut;
	struct rng *rng;
	bench_error &fail;

	struct beat_ports {
		beat_data data;
		uint32_t strb, last, va4, len, index, cmd_last;
		bool operator==(const beat_ports &o) const
		{
			return data == o.data && strb == o.strb && last == o.last &&
			       (!last || (va4 == o.va4 && len == o.len && index == o.index &&
					  cmd_last == o.cmd_last));
		}
	};

	std::vector<uint8_t> ofm;
	std::deque<numbered> todo;
	std::deque<beat_ports> beats_due;	/* expected, of started commands */
	std::deque<bool> started;		/* whether the command has beats */
	std::deque<uint64_t> acks;		/* when wr_done comes */
	std::deque<beat_data> reading;		/* the last four cycles' reads */
	uint64_t acked = 0;
	bool taken = false;
	steady<beat_ports> steady_wr;
	steady<uint32_t> steady_rd;
	storm wr_storm, rd_storm, ack_storm;

	void start()
	{
		const numbered &n = todo.front();
		std::vector<write_beat> b;

		ref_store(&n.cmd, ofm, b);
		for (const write_beat &x : b)
			beats_due.push_back({x.data, x.strb, x.last, x.burst_va4, x.burst_len, n.index,
					     x.cmd_last});
		started.push_back(!b.empty());
		todo.pop_front();
		taken = true;
	}

	void sample_reads()
	{
		beat_data d;

		for (uint32_t i = 0; i < 16; i++)
			d[i] = (uint8_t)rng_u32(rng);
		if (!steady_rd.ok(dut.st_rd_valid_o, dut.st_rd_ready_i, dut.st_rd_addr_o))
			fail("a read of the OFM buffer changed before it was taken");
		if (dut.st_rd_valid_o && dut.st_rd_ready_i)
			for (uint32_t i = 0; i < 16; i++)
				d[i] = ofm[(dut.st_rd_addr_o + i) % ofm.size()];
		reading.push_back(d);
	}

	void sample_beats()
	{
		const beat_ports b = {get_bytes<16>(dut.wr_data_o), dut.wr_strb_o, dut.wr_last_o,
				      dut.wr_va_o, dut.wr_len_o, dut.wr_index_o, dut.wr_cmd_last_o};

		if (!steady_wr.ok(dut.wr_valid_o, dut.wr_ready_i, b))
			fail("a write beat changed before it was taken");
		if (!dut.wr_valid_o || !dut.wr_ready_i)
			return;
		if (beats_due.empty() || !(b == beats_due.front()))
			return fail("beat %llu of command %u: strb %04x last %u va %07x0 len %u, "
				    "want strb %04x last %u va %07x0 len %u",
				    (unsigned long long)beats, b.index, b.strb, b.last, b.va4, b.len,
				    beats_due.empty() ? 0 : beats_due.front().strb,
				    beats_due.empty() ? 0 : beats_due.front().last,
				    beats_due.empty() ? 0 : beats_due.front().va4,
				    beats_due.empty() ? 0 : beats_due.front().len);
		beats_due.pop_front();
		if (b.last && b.cmd_last)
			acks.push_back(now + 1 + w.latency + rng_below(rng, w.jitter + 1));
		if (beats++ == 0)
			first_beat = now;
		last_beat = now;
	}

	void sample_done()
	{
		if (!dut.st_done_o)
			return;
		done++;
		if (started.empty())
			return fail("STORE is done without a command");
		if (started.front() && acked-- == 0)
			fail("STORE is done before memory has acknowledged");
		started.pop_front();
	}

public:
	weather w;
	uint64_t now = 0, beats = 0, first_beat = 0, last_beat = 0, counted = 0, waits = 0, done = 0;

	store_bench(Vdma_tb &d, struct rng *r, bench_error &f) : dut(d), rng(r), fail(f), ofm(1 << 16)
	{
		for (uint8_t &b : ofm)
			b = (uint8_t)rng_u32(rng);
		reading.resize(4);
	}

	void add(const fcn_cmd &c, uint32_t index) { todo.push_back({c, index}); }
	bool idle() const { return todo.empty() && started.empty(); }
	/* Nothing is left over once idle, and the beat counter is right. */
	bool balanced() const { return beats_due.empty() && acks.empty() && acked == 0 && counted == beats; }

	/* Forgets all that is under way; the counts start again. */
	void clear()
	{
		todo.clear();
		beats_due.clear();
		started.clear();
		acks.clear();
		steady_wr.reset();
		steady_rd.reset();
		acked = beats = counted = waits = done = 0;
		dut.st_cmd_valid_i = 0;
		dut.wr_done_i = 0;
	}

	void drive()
	{
		now++;
		if (!dut.st_cmd_valid_i && !todo.empty() && started.size() < w.started &&
		    rng_percent(rng, w.cmd)) {
			dut.st_cmd_valid_i = 1;
			set_bytes(dut.st_cmd_i, todo.front().cmd.w, 64);
			dut.st_cmd_index_i = todo.front().index;
		}
		dut.st_rd_ready_i = !rd_storm.blows(rng, w.storm) && rng_percent(rng, w.ofm);
		dut.wr_ready_i = !wr_storm.blows(rng, w.storm) && rng_percent(rng, w.wr);
		set_bytes(dut.st_rd_data_i, reading.front().data(), 16);
		reading.pop_front();
		dut.wr_done_i = !ack_storm.blows(rng, w.storm) && !acks.empty() && acks.front() <= now;
		if (dut.wr_done_i)
			acks.pop_front();
	}

	void sample()
	{
		sample_done();
		acked += dut.wr_done_i;
		if (dut.st_cmd_valid_i && dut.st_cmd_ready_o)
			start();
		sample_reads();
		sample_beats();
		counted += dut.st_beat_o;
		waits += dut.st_wait_o;
	}

	/* A cycle in which the device is held in reset. */
	void sample_nothing() { reading.push_back(reading.back()); }

	/* After the rising edge. */
	void edge()
	{
		if (taken)
			dut.st_cmd_valid_i = 0;
		taken = false;
	}
};

#endif
