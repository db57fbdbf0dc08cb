/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A core of geometry 1 x 1, in C, for tests of the simulator that want a core that misbehaves.  It has the
 * real registers SCRATCH, STATUS, CTRL, IRQ_STATUS.TEST, IRQ_ENABLE and IRQ_TEST, reads 0 elsewhere,
 * and these:
 */
#ifndef FAKE_CORE_H
#define FAKE_CORE_H

#define FAKE_MODE 0x800  /* what becomes of the accesses after this one */
#define FAKE_TIMER 0x804 /* STATUS.BUSY for so many cycles, then IRQ_STATUS.TEST */
#define FAKE_READ 0x808  /* read 16 bytes of memory from this physical address */
#define FAKE_DATA 0x80c  /* their first word */
#define FAKE_CYCLES 0x810 /* clock edges since the reset */

enum { FAKE_GOOD, FAKE_MUTE, FAKE_ERROR, FAKE_SLOW };

#define FAKE_SLOW_CYCLES 300 /* an answer's delay in FAKE_SLOW; the mode is good again then */

#endif
