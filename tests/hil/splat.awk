# SPDX-License-Identifier: Apache-2.0
#
# Looks for trouble in a kernel's log: prints each such line with the program that ran then; exit status 1 if there was any.
#
#   awk -f splat.awk [-v module=NAME] console.log
#
# Data races (KCSAN) are the module's when one of its functions is in the report; the kernel's own are marked "not ours", and do not count. So is
# one on the clock, whoever reads it: ktime_get_mono_fast_ns() reads again when its latch has moved, of which 6.12 does not tell KCSAN.

BEGIN { running = "boot"; if (!module) module = "fcn_accel" }

/hil: begin / { sub(/.*hil: begin /, ""); running = $0; next }
/hil: end / { running = "between programs"; next }

# A report of KCSAN stands between two lines of equals signs.
/====================/ {
	if (race != "") {
		print running ": " (ours ? "" : "not ours: ") race
		if (ours) {
			printf "%s", report
			found = 1
		}
	}
	race = report = ""
	ours = 0
	next
}
/BUG: KCSAN: / { race = $0; clock = /data-race in ktime_get_mono_fast_ns \/ timekeeping_update\r?$/; next }
race != "" {
	report = report running ":   " $0 "\n"
	if (!clock && index($0, "[" module))
		ours = 1
	next
}

# What DMA-API's debugging says of itself: how much memory it has for its notes, and that it has taken more, which mappings of many pages
# make it do.
/DMA-API: (preallocated [0-9]+ debug entries|debugging enabled by kernel config|dma_debug_entry pool grown to [0-9]+ \([0-9]+%\))\r?$/ { next }

# Where an allocation of kmemleak's own has failed, it looks through all of an object instead of a part: it misses nothing.
/kmemleak: Cannot allocate a scan area, scanning the full object\r?$/ { next }

/WARNING: |BUG: |Oops|Call Trace:|Kernel panic|general protection fault|kernel BUG at|refcount_t: |list_(add|del) corruption/ ||
/rcu: INFO: .*(stall|detected)|INFO: task .* blocked|soft lockup|hard LOCKUP|possible (recursive|circular) locking|suspicious RCU usage/ ||
/inconsistent lock state|sleeping function called|scheduling while atomic|Objects remaining|Memory manager not clean|leaked/ ||
/DMA-API: |UBSAN: |KASAN: |KFENCE: |KCSAN: |kmemleak: .* new suspected|workqueue: .*(lockup|hogged)|nobody cared|unregister_netdevice|Freeing .* still in use/ ||
/ODEBUG: |DEBUG_LOCKS_WARN_ON|register non-static key|locking correctness validator|lockdep is turned off|kmemleak: .*(disabled|Memory pool empty|Cannot)/ {
	print running ": " $0
	found = 1
}

END { exit found }
