# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What a run on an instrumented kernel (sim/hil/debug-kernel.sh) has more than one on Debian's: included by run.sh.  Such a kernel is
# several times slower, so everything gets several times as long; HIL_SLOW says how many.

# The programs that run there, into LIST; kcsan has none of the instruments that list.debug is about.
debug_list() { # KERNEL LIST
	case $1 in
	debug) cat tests/kselftest/list tests/kselftest/list.debug >"$2" ;;
	*) cp tests/kselftest/list "$2" ;;
	esac
}

# Of memory, KASAN takes an eighth for itself and keeps freed objects for a while.
debug_environment() {
	local slow=${HIL_SLOW:-4}

	export HIL_TIMEOUT=${HIL_TIMEOUT:-$((slow * 480))} HIL_MEM=${HIL_MEM:-1536}
	export HIL_APPEND="kunit.enable=1 FCN_TEST_SLOW=$slow LIMIT=$((slow * 120)) hung_task_timeout_secs=$((slow * 120)) ${HIL_APPEND-}"
}
