// SPDX-License-Identifier: Apache-2.0
/*
 * The protocol checker: what AXI4, and the core's own contract, demand of the core's master port.
 *
 *  1. An offer (valid) stays, unchanged, until it is taken.
 *  2. Bursts are INCR, of whole beats of 16 bytes, aligned to a beat.
 *  3. No burst crosses a multiple of 4096 bytes (AXI4), nor of 256 bytes (the core).
 *  4. IDs: reads 0..2, writes 0.
 *  5. WLAST comes with exactly the last beat of each burst.
 *  6. Data does not begin before the address of the burst before it has been offered.
 */
#include "fcn_axi.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define BURST_INCR 1
#define SIZE_16 4
#define CUT 256 /* bytes; implies the rule for 4096 */
#define LAST_READ_ID 2
#define LAST_WRITE_ID 0

__attribute__((format(printf, 3, 4)))
static void violation(struct fcn_axi *axi, uint64_t now, const char *fmt, ...)
{
	struct fcn_axi_check *c = &axi->check;
	char what[80];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (c->errors < FCN_AXI_ERRORS)
		snprintf(c->error[c->errors], sizeof(c->error[0]), "cycle %" PRIu64 ": %s", now, what);
	c->errors++;
	if (axi->cfg.log)
		fprintf(axi->cfg.log, "%" PRIu64 " violation: %s\n", now, what);
}

static bool same_addr(const struct fcn_axi_addr *a, const struct fcn_axi_addr *b)
{
	return a->addr == b->addr && a->id == b->id && a->len == b->len && a->size == b->size &&
	       a->burst == b->burst && a->cache == b->cache && a->prot == b->prot;
}

static bool same_w(const struct fcn_pins_out *a, const struct fcn_pins_out *b)
{
	return a->wlast == b->wlast && a->wstrb == b->wstrb && !memcmp(a->wdata, b->wdata, FCN_BEAT);
}

/* Rule 1, of one channel. */
static void check_stable(struct fcn_axi *axi, uint64_t now, const char *channel, bool waits, bool valid, bool same)
{
	if (!waits)
		return;
	if (!valid)
		violation(axi, now, "%s: valid fell before ready came", channel);
	else if (!same)
		violation(axi, now, "%s: changed before ready came", channel);
}

/* Rules 2 to 4, for a burst that is offered for the first time. */
static void check_burst(struct fcn_axi *axi, uint64_t now, const char *channel, const struct fcn_axi_addr *a,
			unsigned last_id)
{
	unsigned bytes = (a->len + 1u) * FCN_BEAT;

	if (a->burst != BURST_INCR)
		violation(axi, now, "%s: burst type %u, not INCR", channel, a->burst);
	if (a->size != SIZE_16)
		violation(axi, now, "%s: size %u, not %u (16 bytes)", channel, a->size, SIZE_16);
	if (a->addr % FCN_BEAT)
		violation(axi, now, "%s: address 0x%" PRIx64 " is not a multiple of 16", channel, a->addr);
	if (a->addr % FCN_MEM_PAGE + bytes > FCN_MEM_PAGE)
		violation(axi, now, "%s: 0x%" PRIx64 " + %u bytes crosses 4096", channel, a->addr, bytes);
	else if (a->addr % CUT + bytes > CUT)
		violation(axi, now, "%s: 0x%" PRIx64 " + %u bytes crosses 256", channel, a->addr, bytes);
	if (a->id > last_id)
		violation(axi, now, "%s: ID %u", channel, a->id);
}

/* Keeps the lengths of write bursts in the order of their addresses. */
static void note_aw(struct fcn_axi *axi, uint64_t now, const struct fcn_axi_addr *aw)
{
	struct fcn_axi_check *c = &axi->check;

	check_burst(axi, now, "AW", aw, LAST_WRITE_ID);
	c->aw_len[c->aw_seen % (2 * FCN_AXI_QUEUE)] = aw->len;
	c->aw_seen++;
	/* Its data may be complete already. */
	if (c->aw_seen <= c->w_bursts && c->w_len[(c->aw_seen - 1) % (2 * FCN_AXI_QUEUE)] != aw->len)
		violation(axi, now, "AW: %u beats, but its data had %u", aw->len + 1u,
			  c->w_len[(c->aw_seen - 1) % (2 * FCN_AXI_QUEUE)] + 1u);
}

/* Rules 5 and 6, for a beat that is taken. */
static void note_w(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_out *out)
{
	struct fcn_axi_check *c = &axi->check;
	bool known = c->w_bursts < c->aw_seen;
	unsigned len = known ? c->aw_len[c->w_bursts % (2 * FCN_AXI_QUEUE)] : FCN_AXI_BURST_MAX - 1;

	if (c->w_bursts > c->aw_seen && !c->w_beats)
		violation(axi, now, "W: data of a burst, and the one before has no address yet");
	if (out->wlast && known && c->w_beats < len)
		violation(axi, now, "W: WLAST with beat %u of %u", c->w_beats + 1, len + 1);
	if (!out->wlast && c->w_beats == len)
		violation(axi, now, "W: beat %u of %u without WLAST", c->w_beats + 1, len + 1);
	c->w_beats++;
	if (out->wlast) {
		c->w_len[c->w_bursts % (2 * FCN_AXI_QUEUE)] = (uint8_t)(c->w_beats - 1);
		c->w_bursts++;
		c->w_beats = 0;
	}
}

void fcn_axi_check_cycle(struct fcn_axi *axi, uint64_t now, const struct fcn_pins_in *in,
			 const struct fcn_pins_out *out)
{
	struct fcn_axi_check *c = &axi->check;

	check_stable(axi, now, "AR", c->ar_waits, out->arvalid, same_addr(&c->last.ar, &out->ar));
	check_stable(axi, now, "AW", c->aw_waits, out->awvalid, same_addr(&c->last.aw, &out->aw));
	check_stable(axi, now, "W", c->w_waits, out->wvalid, same_w(&c->last, out));
	if (out->arvalid && !c->ar_waits)
		check_burst(axi, now, "AR", &out->ar, LAST_READ_ID);
	if (out->awvalid && !c->aw_waits)
		note_aw(axi, now, &out->aw);
	if (out->wvalid && in->wready)
		note_w(axi, now, out);
	c->ar_waits = out->arvalid && !in->arready;
	c->aw_waits = out->awvalid && !in->awready;
	c->w_waits = out->wvalid && !in->wready;
	c->last = *out;
}
