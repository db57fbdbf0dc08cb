# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What a run on an instrumented kernel (sim/hil/debug-kernel.sh) has more than one on Debian's, and what less: included by run.sh and
# tests/coverage/driver.sh.
# Such a kernel is several times slower, so everything gets several times as long; HIL_SLOW says how many.

# The programs that run there, into LIST.  kcsan has none of the instruments that list.debug is about.  `addresses` maps millions of
# pages, of each of which DMA-API's debugging and kmemleak keep a note: that is about numbers, which Debian's kernels show.
debug_list() { # KERNEL LIST
	local more=""

	[ "$1" != debug ] || more=tests/kselftest/list.debug
	# shellcheck disable=SC2086  # a file or none
	grep -hvx addresses tests/kselftest/list $more >"$2"
}

# Of memory, KASAN takes an eighth for itself and keeps freed objects for a while.
debug_environment() {
	local slow=${HIL_SLOW:-4}

	export HIL_TIMEOUT=${HIL_TIMEOUT:-$((slow * 480))} HIL_MEM=${HIL_MEM:-1536}
	export HIL_APPEND="kunit.enable=1 FCN_TEST_SLOW=$slow LIMIT=$((slow * 120)) hung_task_timeout_secs=$((slow * 120)) ${HIL_APPEND-}"
}
