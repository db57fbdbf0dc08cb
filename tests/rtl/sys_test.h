/* SPDX-License-Identifier: Apache-2.0 */
/* What a test of the system bench is given: where to say what is wrong, and helpers around one job. */
#ifndef SYS_TEST_H
#define SYS_TEST_H

#include "sys_bench.h"

struct sys_check {
	std::string text;		/* the first thing that is wrong */

	bool operator()(bool ok, const char *format, ...) __attribute__((format(printf, 3, 4)))
	{
		char line[300];
		va_list ap;

		if (ok || !text.empty())
			return ok;
		va_start(ap, format);
		vsnprintf(line, sizeof(line), format, ap);
		va_end(ap);
		text = line;
		return false;
	}
};

/* Waits for the slot, then looks at everything that says how its job ended. */
static void expect_end(sys_bench &b, sys_check &t, unsigned slot, uint32_t seqno, const char *what, uint32_t cause = 0,
		       uint32_t addr = 0, uint32_t index = 0)
{
	uint32_t bit = cause ? 4u << slot : 1u << slot;

	if (!t(b.wait(FCN_REG_SLOT_STATUS(slot), 1, 0), "%s: the job does not end; status %#x, slot %#x", what,
	       b.read(FCN_REG_STATUS), b.read(FCN_REG_SLOT_STATUS(slot))))
		return;
	sys_record r = b.record(slot);
	uint32_t status = b.read(FCN_REG_SLOT_STATUS(slot)), irq = b.read(FCN_REG_IRQ_STATUS);

	t(r.cause == cause && r.addr == addr && r.index == index,
	  "%s: cause %u, address %#x, command %u, not cause %u, address %#x, command %u", what, r.cause, r.addr, r.index,
	  cause, addr, index);
	t(r.seqno == seqno, "%s: record has seqno %u, not %u", what, r.seqno, seqno);
	t((status >> 4 & 255) == r.cause && b.read(FCN_REG_SLOT_FAULT_ADDR(slot)) == r.addr &&
		  b.read(FCN_REG_SLOT_FAULT_CMD(slot)) == r.index,
	  "%s: registers and record differ; slot status %#x", what, status);
	t(irq & bit, "%s: IRQ_STATUS %#x has no bit %#x", what, irq, bit);
	t(b.d->irq_o, "%s: the interrupt line is low", what);
	b.write(FCN_REG_IRQ_STATUS, bit);
	t(b.mem.error.empty(), "%s: %s", what, b.mem.error.c_str());
}

/* Runs a job in slot 0 until it has ended as expected. */
static void expect_job(sys_bench &b, sys_check &t, sys_job &j, const char *what, uint32_t cause = 0, uint32_t addr = 0,
		       uint32_t index = 0)
{
	static uint32_t seqno;

	j.start(0, ++seqno);
	expect_end(b, t, 0, seqno, what, cause, addr, index);
}

/* A job that copies 1 KiB; the core must be able to do that after whatever happened before. */
static void expect_alive(sys_bench &b, sys_check &t, sys_space &s, const char *what)
{
	sys_job j(&s);

	s.fill(0x00200000, 1024);
	s.fill(0x00300000, 1024);
	j.flush = true;
	j.copy(0x00200000, 0x00300000, 1024);
	expect_job(b, t, j, what);
	t(s.same(0x00200000, 0x00300000, 1024), "%s: the copy is wrong", what);
}

#endif
