// SPDX-License-Identifier: Apache-2.0
/*
 * Write channels.  Addresses and data arrive independently and are matched in order; a burst is
 * answered, and written to memory, when its time has come and all earlier ones were answered.
 */
#include "fcn_axi.h"

#include <inttypes.h>
#include <string.h>

static struct fcn_axi_wr *wr_at(struct fcn_axi_write *w, uint64_t number)
{
	return &w->q[number % FCN_AXI_QUEUE];
}

/* Sets the due time of a burst, once both its address and all its data have been taken. */
static void burst_complete(struct fcn_axi *axi, uint64_t number, uint64_t now)
{
	struct fcn_axi_wr *wr = wr_at(&axi->wr, number);

	wr->ready = fcn_axi_due(axi, now, axi->cfg.timing.write_latency, &wr->effect);
}

static void take_aw(struct fcn_axi *axi, uint64_t now, const struct fcn_axi_addr *aw)
{
	struct fcn_axi_write *w = &axi->wr;
	uint64_t number = w->q_tail++;
	struct fcn_axi_wr *wr = wr_at(w, number);
	unsigned beats = aw->len + 1u;

	wr->addr = aw->addr & ~(uint64_t)(FCN_BEAT - 1);
	wr->id = aw->id;
	wr->effect = fcn_faults_apply(axi->cfg.faults, FCN_EVENT_WRITE, now, wr->addr, beats * FCN_BEAT, aw->id);
	if (number < w->lasts)
		burst_complete(axi, number, now);
	axi->count.aw_bursts++;
	if (axi->cfg.log)
		fprintf(axi->cfg.log, "%" PRIu64 " aw id=%u addr=0x%010" PRIx64 " beats=%u\n", now, aw->id, wr->addr,
			beats);
}

static void take_w(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_out *out)
{
	struct fcn_axi_write *w = &axi->wr;
	struct fcn_axi_wbeat *beat = &w->beat[w->beat_tail++ % FCN_AXI_BEATS];

	memcpy(beat->data, out->wdata, FCN_BEAT);
	beat->strb = out->wstrb;
	beat->last = out->wlast;
	axi->count.w_beats++;
	if (out->wlast) {
		uint64_t number = w->lasts++;

		if (number < w->q_tail)
			burst_complete(axi, number, now);
	}
}

static void b_taken(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_in *in)
{
	axi->wr.driving = false;
	axi->wr.q_head++;
	axi->count.b_resps++;
	if (axi->cfg.log)
		fprintf(axi->cfg.log, "%" PRIu64 " b id=%u resp=%u\n", now, in->bid, in->bresp);
}

void fcn_axi_write_sample(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_in *in,
			  const struct fcn_pins_out *out)
{
	if (in->bvalid && out->bready)
		b_taken(axi, now, in);
	if (out->awvalid) {
		if (in->awready)
			take_aw(axi, now, &out->aw);
		else
			axi->count.aw_stalls++;
	}
	if (out->wvalid) {
		if (in->wready)
			take_w(axi, now, out);
		else
			axi->count.w_stalls++;
	}
}

/* The bytes of a burst as they lie in memory, and which of them are to be written. */
struct span {
	uint8_t data[FCN_AXI_BURST_MAX * FCN_BEAT];
	bool on[FCN_AXI_BURST_MAX * FCN_BEAT];
	size_t n;
};

static void gather(struct fcn_axi_write *w, struct span *s)
{
	bool last = false;

	for (s->n = 0; !last; s->n += FCN_BEAT) {
		const struct fcn_axi_wbeat *beat = &w->beat[w->beat_head++ % FCN_AXI_BEATS];

		last = beat->last;
		if (s->n == sizeof(s->data))
			continue; /* longer than AXI4 allows, and reported: the rest is dropped */
		memcpy(s->data + s->n, beat->data, FCN_BEAT);
		for (unsigned i = 0; i < FCN_BEAT; i++)
			s->on[s->n + i] = beat->strb >> i & 1;
	}
}

/* Writes each run of bytes that are on; the last error, or 0. */
static int write_runs(const struct fcn_mem_ops *mem, uint64_t addr, const struct span *s)
{
	int ret = 0;

	for (size_t from = 0; from < s->n;) {
		size_t to = from;
		int err;

		while (to < s->n && s->on[to] == s->on[from])
			to++;
		err = s->on[from] ? mem->write(mem->ctx, addr + from, s->data + from, to - from) : 0;
		if (err)
			ret = err;
		from = to;
	}
	return ret;
}

/* Writes the oldest burst to memory; its response. */
static uint8_t commit(struct fcn_axi *axi, const struct fcn_axi_wr *wr)
{
	struct span s;

	gather(&axi->wr, &s);
	if (wr->effect.resp)
		return wr->effect.resp;
	return write_runs(&axi->cfg.mem, wr->addr, &s) ? FCN_RESP_DECERR : FCN_RESP_OKAY;
}

static void drive_b(struct fcn_axi *axi, uint64_t now, struct fcn_pins_in *in)
{
	struct fcn_axi_write *w = &axi->wr;
	const struct fcn_axi_wr *wr = wr_at(w, w->q_head);
	uint8_t stall = axi->cfg.timing.stall_b;

	if (w->q_head == w->q_tail || w->q_head >= w->lasts || wr->effect.lost || wr->ready > now)
		return;
	if (wr->effect.stop > axi->cfg.faults->stops)
		return;
	if (stall && fcn_rng_chance(&axi->rng, stall))
		return;
	w->driving = true;
	in->bid = wr->id;
	in->bresp = commit(axi, wr);
}

static bool aw_ready(struct fcn_axi *axi, const struct fcn_pins_out *out)
{
	const struct fcn_axi_timing *t = &axi->cfg.timing;
	const struct fcn_axi_write *w = &axi->wr;
	bool data_seen = out->wvalid || w->lasts > w->q_tail;

	if (w->q_tail - w->q_head >= FCN_AXI_QUEUE || (t->aw_after_w && !data_seen))
		return false;
	return !(t->stall_aw && fcn_rng_chance(&axi->rng, t->stall_aw));
}

static bool w_ready(struct fcn_axi *axi)
{
	const struct fcn_axi_timing *t = &axi->cfg.timing;
	const struct fcn_axi_write *w = &axi->wr;

	if (w->beat_tail - w->beat_head >= FCN_AXI_BEATS || w->lasts - w->q_head >= FCN_AXI_QUEUE)
		return false;
	if (t->w_after_aw && w->lasts >= w->q_tail)
		return false;
	return !(t->stall_w && fcn_rng_chance(&axi->rng, t->stall_w));
}

void fcn_axi_write_drive(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_out *out, struct fcn_pins_in *in)
{
	/* A response that was offered stays until it is taken. */
	if (!axi->wr.driving)
		drive_b(axi, now, in);
	in->bvalid = axi->wr.driving;
	in->awready = aw_ready(axi, out);
	in->wready = w_ready(axi);
}
