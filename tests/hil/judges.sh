#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests of the two judges of a guest's run, results.awk and splat.awk, on runs that went wrong; prints TAP.
set -u
cd "$(dirname "$0")" || exit 1
n=0
failed=0

# expect NAME WANTED GOT
expect() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		failed=1
		echo "not ok $n - $1"
		printf 'wanted:\n%s\ngot:\n%s\n' "$2" "$3" | sed 's/^/# /'
	fi
}

# What of a run, a program "a" between load and unload, is said to be wrong.
wrong() { # LINES-OF-THE-PROGRAM STATUS
	printf '@begin load\n@end 0\n@begin a\n%s\n@end %s\n@begin unload\n@end 0\n@finished 9\n' "$1" "$2" |
		awk -v list='load a unload' -f results.awk | grep '^not ok' | sed 's/^not ok - //'
}

good=$'TAP version 13\n1..2\nok 1 one\nok 2 - two'
expect "a good run" "" "$(wrong "$good" 0)"
expect "carriage returns" "" "$(wrong "${good//$'\n'/$'\r\n'}"$'\r' 0)"
expect "a failed test" "a: one
a: exit status 1, 2 tests planned, 2 run" "$(wrong $'1..2\nnot ok 1 one\nok 2 two' 1)"
expect "a failed test of a program that hides it" "a: one" "$(wrong $'1..2\nnot ok 1 one\nok 2 two' 0)"
expect "a skipped test" "a: did not run: one # SKIP no" "$(wrong $'1..1\nok 1 one # SKIP no' 0)"
expect "a skipped program" "a: did not run: 1..0 # SKIP no device
a: exit status 4, 0 tests planned, 0 run" "$(wrong '1..0 # SKIP no device' 4)"
expect "fewer tests than planned" "a: exit status 0, 3 tests planned, 2 run" "$(wrong $'1..3\nok 1 one\nok 2 two' 0)"
expect "a plan of nothing" "a: exit status 0, 0 tests planned, 0 run" "$(wrong '1..0' 0)"
expect "no plan" "a: exit status 0, no tests planned, 1 run" "$(wrong 'ok 1 one' 0)"
expect "a crash behind good tests" "a: exit status 139, 2 tests planned, 2 run" "$(wrong "$good" 139)"
expect "a time-out" "a: stopped by its time-out, 2 tests planned, 1 run" "$(wrong $'1..2\nok 1 one' 143)"
expect "a guest that dies" "a: did not come to its end: the guest died or was stopped
b: did not run
unload: did not run
the guest comes to its end" "$(printf '@begin load\n@end 0\n@begin a\n1..2\nok 1 one\n' | awk -v list='load a b unload' -f results.awk |
	grep '^not ok' | sed 's/^not ok - //')"
expect "no results at all" "load: did not run
unload: did not run
the guest comes to its end" "$(awk -v list='load unload' -f results.awk </dev/null | sed 's/^not ok - //')"
expect "a module that does not load" "the module loads and makes its device node" \
	"$(printf '@begin load\nmodprobe: no\n@end 1\n@finished 3\n' | awk -v list=load -f results.awk | sed -n 's/^not ok - //p')"

splat() { # LINE
	printf '[ 1.0] hil: begin fault\n[ 2.0] %s\n[ 3.0] hil: end 0\n' "$1" | awk -f splat.awk && echo quiet
}
for line in 'WARNING: CPU: 0 PID: 1 at kernel/x.c:1 f+0x1/0x2' 'BUG: kernel NULL pointer dereference, address: 0' 'Oops: Oops: 0002 [#1]' \
	'refcount_t: underflow; use-after-free.' 'WARNING: possible circular locking dependency detected' \
	'INFO: task a:1 blocked for more than 120 seconds.' 'rcu: INFO: rcu_preempt self-detected stall on CPU' \
	'watchdog: BUG: soft lockup - CPU#0 stuck for 26s!' '[drm:x] *ERROR* Memory manager not clean during takedown.' \
	'BUG fcn_job (Tainted: G OE): Objects remaining on __kmem_cache_shutdown()' 'irq 24: nobody cared (try booting with "irqpoll")'; do
	expect "${line:0:40}" "fault: [ 2.0] $line" "$(splat "$line")"
done
expect "what a driver may say" quiet "$(splat 'fcn_accel 0000:01:00.0: job failed with -14: address not mapped, address 0x00010000, command 1')"

for line in "BUG: KASAN: slab-use-after-free in fcn_job_ended+0x12/0x80 [fcn_accel]" "UBSAN: shift-out-of-bounds in driver/fcn_mmu.c:40:2" \
	"kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)" "kmemleak: Kernel memory leak detector disabled" "kmemleak: Cannot allocate a kmemleak_object structure" \
	"DMA-API: fcn_accel 0000:01:00.0: device driver frees DMA memory with wrong function" "BUG: sleeping function called from invalid context at x.c:1" \
	"INFO: trying to register non-static key." "WARNING: inconsistent lock state" "ODEBUG: free active (active state 0) object: 1 object type: timer_list" \
	"BUG: MAX_LOCKDEP_ENTRIES too low!" "turning off the locking correctness validator." "ODEBUG: Out of memory. ODEBUG disabled"; do
	expect "${line:0:40}" "fault: [ 2.0] $line" "$(splat "$line")"
done
for line in "DMA-API: preallocated 65536 debug entries" "DMA-API: debugging enabled by kernel config" \
	"kmemleak: Kernel memory leak detector initialized (mem pool available: 39000)" \
	"kmemleak: Cannot allocate a scan area, scanning the full object" "kcsan: enabled early"; do
	expect "$line" quiet "$(splat "$line")"
done

race() { # FRAME [WHERE]
	local line="=================================================================="
	printf "%s\n" "[ 1.0] hil: begin threads" "[ 2.0] $line" "[ 2.0] BUG: KCSAN: data-race in ${2-a / b}" "[ 2.0] " \
		"[ 2.0] write to 0xffff888100000000 of 8 bytes by task 1 on cpu 0:" "[ 2.0]  $1" "[ 2.0] $line" "[ 3.0] hil: end 0" |
		awk -f splat.awk && echo quiet
}
expect "a data race of the kernel" "threads: not ours: [ 2.0] BUG: KCSAN: data-race in a / b
quiet" "$(race "a+0x1/0x2")"
expect "a data race of the module" "threads: [ 2.0] BUG: KCSAN: data-race in a / b
threads:   [ 2.0] 
threads:   [ 2.0] write to 0xffff888100000000 of 8 bytes by task 1 on cpu 0:
threads:   [ 2.0]  a+0x1/0x2 [fcn_accel]" "$(race "a+0x1/0x2 [fcn_accel]")"
expect "a data race on the kernel's clock" "threads: not ours: [ 2.0] BUG: KCSAN: data-race in ktime_get_mono_fast_ns / timekeeping_update
quiet" "$(race "a+0x1/0x2 [fcn_accel]" "ktime_get_mono_fast_ns / timekeeping_update")"

echo "1..$n"
exit $failed
