#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Hardware in the loop: builds the driver for Debian's kernels, boots them in QEMU with the simulated core as a PCIe function, and
# runs every kselftest program there.  Prints TAP.
#
#   run.sh BUILD [6.12|backports|debug|kcsan]...    default: 6.12 backports
#
# debug and kcsan are instrumented kernels (sim/hil/debug-kernel.sh).
#
# Everything a run leaves is in BUILD/hil/KERNEL: console.log, results.log, server.log, qemu.log.
# Environment: what sim/hil/guest.sh and sim/hil/kernel.sh take.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: run.sh BUILD [6.12|backports|debug|kcsan]...}
shift
[ $# -gt 0 ] || set -- 6.12 backports
export BUILD=$build
. tests/hil/build.sh
# shellcheck source=tests/hil/reaction.sh
. tests/hil/reaction.sh
. tests/hil/debug.sh
. tests/hil/session.sh

# What the server says at its end.
check_server() { # DIR
	grep -E 'is no register|not of 32 aligned' "$1/server.log" >"$1/server.odd"
	result $((1 - $?)) "the driver touches registers only" "$1/server.odd"
	grep -E 'waits for a change' "$1/server.log" >"$1/server.loops"
	result $((1 - $?)) "the driver polls no register" "$1/server.loops"
	grep -E 'broke a rule' "$1/server.log" >"$1/server.bus"
	result $((1 - $?)) "the core keeps the rules of its bus" "$1/server.bus"
	grep -qE '^fcn-vfio: [0-9]+ cycles' "$1/server.log"
	result $? "the server comes to its end" "$1/server.log"
}

# The results of a guest that has run; the list of what should have, the server's last words.
check_guest() { # DIR STATUS LIST [MORE]
	local dir=$1 file
	result "$2" "the guest powers off by itself" "$dir/guest.log"
	for file in results.log console.log; do
		[ -f "$dir/$file" ] || : >"$dir/$file"
	done
	awk -v list="load $3 unload ${4-}" -f tests/hil/results.awk "$dir/results.log" >"$dir/results.tap"
	number <"$dir/results.tap"
	awk -f tests/hil/splat.awk "$dir/console.log" >"$dir/splats"
	result $? "the kernel has nothing to complain about" "$dir/splats"
	check_server "$dir"
}

# shellcheck disable=SC2317  # each_session calls it
run_session() { # KERNEL DIR NAME SPECIAL COMMANDS
	echo "# with '$4'"
	session_guest "$@" "$build/kselftest"
	check_guest "$2/$3" $? "$(tr '\n' ' ' <<<"$session_programs")"
}

run_kernel() { # KERNEL
	local dir=$build/hil/$1 before=$failed more="" sessions=yes
	n=0
	failed=0
	mkdir -p "$dir"
	case $1 in
	debug | kcsan)
		debug_list "$1" "$dir/list"
		debug_environment
		sessions=
		[ "$1" = kcsan ] || more=leaks
		;;
	*) cp tests/kselftest/list "$dir/list" ;;
	esac
	if build_all "$1" "$dir" "$dir/list"; then
		sim/hil/guest.sh "$1" "$dir/initramfs.gz" "$dir" test >"$dir/guest.log" 2>&1
		check_guest "$dir" $? "$(sed 's/#.*//' "$dir/list" | tr '\n' ' ')" $more
		if [ "$sessions" ]; then
			each_session run_session "$1" "$dir"
			build_clients "$1" "$dir" && run_reaction "$1" "$dir" mixed
		fi
	fi
	echo "1..$n"
	if [ "$failed" != 0 ]; then
		echo "# To repeat: make hil KERNEL=$1      logs: $dir/"
	else
		failed=$before
	fi
}

for kernel; do
	run_kernel "$kernel"
done
exit "$failed"
