# SPDX-License-Identifier: Apache-2.0
#
# Looks for trouble in a kernel's log: prints each such line with the program that ran then; exit status 1 if there was any.
#
#   awk -f splat.awk console.log

BEGIN { running = "boot" }

/hil: begin / { sub(/.*hil: begin /, ""); running = $0; next }
/hil: end / { running = "between programs"; next }

/WARNING: |BUG: |Oops|Call Trace:|Kernel panic|general protection fault|kernel BUG at|refcount_t: |list_(add|del) corruption/ ||
/rcu: INFO: .*(stall|detected)|INFO: task .* blocked|soft lockup|hard LOCKUP|possible (recursive|circular) locking|suspicious RCU usage/ ||
/inconsistent lock state|sleeping function called|scheduling while atomic|Objects remaining|Memory manager not clean|leaked/ ||
/DMA-API: |UBSAN: |KASAN: |KFENCE: |KCSAN: |kmemleak: .* new suspected|workqueue: .*(lockup|hogged)|nobody cared|unregister_netdevice|Freeing .* still in use/ {
	print running ": " $0
	found = 1
}

END { exit found }
