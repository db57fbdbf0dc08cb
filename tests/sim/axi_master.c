// SPDX-License-Identifier: Apache-2.0
#include "axi_master.h"

#include <string.h>

void master_init(struct master *m, uint64_t seed, uint64_t base)
{
	memset(m, 0, sizeof(*m));
	m->rng.state = seed;
	m->base = base;
	m->busy = 128;
	m->last_rid = -1;
	m->out.rready = m->out.bready = 1;
}

static bool chance(struct master *m)
{
	return fcn_rng_chance(&m->rng, m->busy);
}

static unsigned line_of(const struct master *m, uint64_t addr)
{
	return (unsigned)((addr - m->base) / MASTER_LINE);
}

static struct fcn_axi_addr address(unsigned id, uint64_t addr, unsigned beats)
{
	return (struct fcn_axi_addr){ .addr = addr, .id = (uint8_t)id, .len = (uint8_t)(beats - 1), .size = 4, .burst = 1 };
}

/* A random run of beats within a line. */
static uint64_t pick(struct master *m, unsigned *beats)
{
	unsigned line = fcn_rng_below(&m->rng, MASTER_LINES);
	unsigned from = fcn_rng_below(&m->rng, MASTER_LINE / FCN_BEAT);

	*beats = 1 + fcn_rng_below(&m->rng, MASTER_LINE / FCN_BEAT - from);
	return m->base + line * MASTER_LINE + from * FCN_BEAT;
}

void master_read(struct master *m, unsigned id, uint64_t addr, unsigned beats)
{
	m->rd[id][m->rd_tail[id]++ % MASTER_QUEUE] = (struct master_burst){ .addr = addr, .beats = beats };
	m->readers[line_of(m, addr)]++;
	m->reads++;
	m->out.arvalid = 1;
	m->out.ar = address(id, addr, beats);
}

static void start_read(struct master *m)
{
	unsigned beats, id = fcn_rng_below(&m->rng, MASTER_IDS);
	uint64_t addr = pick(m, &beats);

	if (m->out.arvalid || m->quiet || !chance(m))
		return;
	if (m->rd_tail[id] - m->rd_head[id] < MASTER_QUEUE && !m->writers[line_of(m, addr)])
		master_read(m, id, addr, beats);
}

static bool write_is_offered(const struct master *m)
{
	return m->wr_tail == 0 || (!m->aw_left && m->w_next == m->wr[(m->wr_tail - 1) % MASTER_QUEUE].beats);
}

static void start_write(struct master *m)
{
	unsigned i = m->wr_tail % MASTER_QUEUE, beats;
	uint64_t addr = pick(m, &beats);
	unsigned line = line_of(m, addr);

	if (!write_is_offered(m) || m->quiet || !chance(m) || m->wr_tail - m->wr_head == MASTER_QUEUE)
		return;
	if (m->readers[line] || m->writers[line])
		return;
	m->wr[i] = (struct master_burst){ .addr = addr, .beats = beats };
	for (unsigned b = 0; b < beats * FCN_BEAT; b++)
		m->wr_data[i][b] = (uint8_t)fcn_rng_next(&m->rng);
	for (unsigned b = 0; b < beats; b++)
		m->wr_strb[i][b] = chance(m) ? 0xffff : (uint16_t)fcn_rng_next(&m->rng);
	m->writers[line]++;
	m->writes++;
	m->wr_tail++;
	m->aw_left = true;
	m->w_next = 0;
}

/* Address and data of the youngest write go on the pins in any order. */
static void offer_write(struct master *m)
{
	unsigned i = (m->wr_tail - 1) % MASTER_QUEUE;

	if (m->wr_tail == 0)
		return;
	if (m->aw_left && !m->out.awvalid && chance(m)) {
		m->out.awvalid = 1;
		m->out.aw = address(0, m->wr[i].addr, m->wr[i].beats);
		m->aw_left = false;
	}
	if (!m->out.wvalid && m->w_next < m->wr[i].beats && chance(m)) {
		m->out.wvalid = 1;
		memcpy(m->out.wdata, m->wr_data[i] + m->w_next * FCN_BEAT, FCN_BEAT);
		m->out.wstrb = m->wr_strb[i][m->w_next];
		m->out.wlast = ++m->w_next == m->wr[i].beats;
	}
}

static void take_r(struct master *m, uint64_t now, const struct fcn_pins_in *in)
{
	struct master_burst *b = &m->rd[in->rid % MASTER_IDS][m->rd_head[in->rid % MASTER_IDS] % MASTER_QUEUE];

	if (in->rid >= MASTER_IDS || m->rd_head[in->rid] == m->rd_tail[in->rid]) {
		m->strays++;
		return;
	}
	m->interleavings += m->last_rid >= 0 && m->last_rid != in->rid;
	if (!b->beat)
		m->first_beat_at = now;
	m->last_beat_at = now;
	if (in->rresp)
		b->error = true;
	else if (memcmp(in->rdata, m->shadow + (b->addr - m->base) + b->beat * FCN_BEAT, FCN_BEAT))
		m->mismatches++;
	b->beat++;
	if (in->rlast != (b->beat == b->beats))
		m->strays++;
	m->last_rid = in->rlast ? -1 : in->rid;
	if (b->beat == b->beats) {
		m->read_errors += b->error;
		m->readers[line_of(m, b->addr)]--;
		m->rd_head[in->rid]++;
	}
}

static void take_b(struct master *m, const struct fcn_pins_in *in)
{
	unsigned i = m->wr_head % MASTER_QUEUE;
	const struct master_burst *b = &m->wr[i];
	uint8_t *to = m->shadow + (b->addr - m->base);

	if (m->wr_head == m->wr_tail || in->bid) {
		m->strays++;
		return;
	}
	m->wr_head++;
	m->writers[line_of(m, b->addr)]--;
	m->write_errors += in->bresp != 0;
	for (unsigned n = 0; n < b->beats * FCN_BEAT && !in->bresp; n++)
		if (m->wr_strb[i][n / FCN_BEAT] >> (n % FCN_BEAT) & 1)
			to[n] = m->wr_data[i][n];
}

void master_cycle(struct master *m, uint64_t now, const struct fcn_pins_in *in)
{
	if (in->rvalid && m->out.rready)
		take_r(m, now, in);
	if (in->bvalid && m->out.bready)
		take_b(m, in);
	m->out.arvalid &= !in->arready;
	m->out.awvalid &= !in->awready;
	m->out.wvalid &= !in->wready;
	start_read(m);
	start_write(m);
	offer_write(m);
	m->out.rready = m->always_ready || chance(m);
	m->out.bready = m->always_ready || chance(m);
}

bool master_done(const struct master *m)
{
	if (m->out.arvalid || m->out.awvalid || m->out.wvalid || m->wr_head != m->wr_tail)
		return false;
	for (unsigned id = 0; id < MASTER_IDS; id++)
		if (m->rd_head[id] != m->rd_tail[id])
			return false;
	return true;
}
