// SPDX-License-Identifier: Apache-2.0
/*
 * Read channels.  Each ID has a queue of bursts, answered in order; which ID's head goes next is
 * the timing's choice.
 */
#include "fcn_axi.h"

#include <inttypes.h>
#include <string.h>

/* Data of a beat that is an error: recognisable in a dump, and never what a test expects. */
#define POISON 0xb5

static struct fcn_axi_rd *head_of(struct fcn_axi_rd_queue *q)
{
	return &q->q[q->head % FCN_AXI_QUEUE];
}

static void take_ar(struct fcn_axi *axi, uint64_t now, const struct fcn_axi_addr *ar)
{
	struct fcn_axi_rd_queue *q = &axi->rd.id[ar->id % FCN_AXI_IDS];
	struct fcn_axi_rd *rd = &q->q[(q->head + q->n) % FCN_AXI_QUEUE];

	rd->addr = ar->addr & ~(uint64_t)(FCN_BEAT - 1);
	rd->beats = (uint16_t)(ar->len + 1);
	rd->beat = 0;
	rd->number = axi->rd.taken++;
	rd->effect = fcn_faults_apply(axi->cfg.faults, FCN_EVENT_READ, now, rd->addr, rd->beats * FCN_BEAT, ar->id);
	rd->ready = fcn_axi_due(axi, now, axi->cfg.timing.read_latency, &rd->effect);
	q->n++;
	axi->rd.outstanding++;
	axi->count.ar_bursts++;
	if (axi->cfg.log)
		fprintf(axi->cfg.log, "%" PRIu64 " ar id=%u addr=0x%010" PRIx64 " beats=%u\n", now, ar->id, rd->addr,
			rd->beats);
}

/* The beat on the pins was taken. */
static void beat_taken(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_in *in)
{
	int id = axi->rd.current;
	struct fcn_axi_rd_queue *q = &axi->rd.id[id];

	axi->rd.driving = false;
	axi->count.r_beats++;
	axi->count.r_beats_id[id]++;
	if (!in->rlast) {
		head_of(q)->beat++;
	} else {
		q->open = false;
		q->head++;
		q->n--;
		axi->rd.outstanding--;
		if (axi->cfg.log)
			fprintf(axi->cfg.log, "%" PRIu64 " r-last id=%d resp=%u\n", now, id, in->rresp);
	}
	/* In order: a burst goes on to its end.  Otherwise every beat asks anew. */
	if (in->rlast || axi->cfg.timing.reorder)
		axi->rd.current = -1;
}

void fcn_axi_read_sample(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_in *in, const struct fcn_pins_out *out)
{
	if (in->rvalid && out->rready)
		beat_taken(axi, now, in);
	if (!out->arvalid)
		return;
	if (in->arready)
		take_ar(axi, now, &out->ar);
	else
		axi->count.ar_stalls++;
}

static bool can_answer(struct fcn_axi *axi, struct fcn_axi_rd_queue *q, uint64_t now)
{
	const struct fcn_axi_rd *rd = head_of(q);

	return q->n && !rd->effect.lost && rd->effect.stop <= axi->cfg.faults->stops && rd->ready <= now;
}

/* The ID whose turn it is, or -1: the oldest burst that is ready, or any that is. */
static int pick(struct fcn_axi *axi, uint64_t now)
{
	unsigned first = axi->cfg.timing.reorder ? fcn_rng_below(&axi->rng, FCN_AXI_IDS) : 0;
	int best = -1;

	for (unsigned i = 0; i < FCN_AXI_IDS; i++) {
		unsigned id = (first + i) % FCN_AXI_IDS;

		if (!can_answer(axi, &axi->rd.id[id], now))
			continue;
		if (axi->cfg.timing.reorder)
			return (int)id;
		if (best < 0 || head_of(&axi->rd.id[id])->number < head_of(&axi->rd.id[best])->number)
			best = (int)id;
	}
	return best;
}

/* Fetches the data of a burst. */
static void open_burst(struct fcn_axi *axi, struct fcn_axi_rd_queue *q)
{
	struct fcn_axi_rd *rd = head_of(q);
	const struct fcn_mem_ops *mem = &axi->cfg.mem;

	q->open = true;
	if (mem->read(mem->ctx, rd->addr, q->data, (size_t)rd->beats * FCN_BEAT)) {
		rd->effect.resp = FCN_RESP_DECERR;
		rd->effect.beat = -1;
	}
}

static void drive_beat(struct fcn_axi *axi, int id, struct fcn_pins_in *in)
{
	struct fcn_axi_rd_queue *q = &axi->rd.id[id];
	const struct fcn_axi_rd *rd = head_of(q);
	bool bad;

	if (!q->open)
		open_burst(axi, q);
	bad = rd->effect.resp && (rd->effect.beat < 0 || rd->effect.beat == rd->beat);
	axi->rd.driving = true;
	in->rid = (uint8_t)id;
	in->rlast = rd->beat + 1 == rd->beats;
	in->rresp = bad ? rd->effect.resp : FCN_RESP_OKAY;
	if (bad)
		memset(in->rdata, POISON, FCN_BEAT);
	else
		memcpy(in->rdata, q->data + (size_t)rd->beat * FCN_BEAT, FCN_BEAT);
}

static void drive_r(struct fcn_axi *axi, uint64_t now, struct fcn_pins_in *in)
{
	const struct fcn_axi_timing *t = &axi->cfg.timing;

	if (!axi->rd.outstanding || (t->stall_r && fcn_rng_chance(&axi->rng, t->stall_r)))
		return;
	if (axi->rd.current < 0)
		axi->rd.current = pick(axi, now);
	if (axi->rd.current >= 0)
		drive_beat(axi, axi->rd.current, in);
}

void fcn_axi_read_drive(struct fcn_axi *axi, uint64_t now, struct fcn_pins_in *in)
{
	const struct fcn_axi_timing *t = &axi->cfg.timing;

	/* A beat that was offered stays until it is taken. */
	if (!axi->rd.driving)
		drive_r(axi, now, in);
	in->rvalid = axi->rd.driving;
	in->arready = axi->rd.outstanding < FCN_AXI_QUEUE && !(t->stall_ar && fcn_rng_chance(&axi->rng, t->stall_ar));
}
