#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Hardware in the loop: builds the driver for Debian's kernels, boots them in QEMU with the simulated core as a PCIe function, and
# runs every kselftest program there.  Prints TAP.
#
#   run.sh BUILD [6.12|backports]...    default: both
#
# Everything a run leaves is in BUILD/hil/KERNEL: console.log, results.log, server.log, qemu.log.
# Environment: what sim/hil/guest.sh and sim/hil/kernel.sh take.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: run.sh BUILD [6.12|backports]...}
shift
[ $# -gt 0 ] || set -- 6.12 backports
export BUILD=$build
. tests/hil/build.sh

# What the server says at its end.
check_server() { # DIR
	grep -E 'is no register|not of 32 aligned' "$1/server.log" >"$1/server.odd"
	result "the driver touches registers only" "$1/server.odd" $((1 - $?))
	grep -E 'waits for a change' "$1/server.log" >"$1/server.loops"
	result "the driver polls no register" "$1/server.loops" $((1 - $?))
	grep -E 'broke a rule' "$1/server.log" >"$1/server.bus"
	result "the core keeps the rules of its bus" "$1/server.bus" $((1 - $?))
	grep -qE '^fcn-vfio: [0-9]+ cycles' "$1/server.log"
	result "the server comes to its end" "$1/server.log" $?
}

run_kernel() { # KERNEL
	local dir=$build/hil/$1 list status before=$failed
	n=0
	failed=0
	mkdir -p "$dir"
	if build_all "$1" "$dir"; then
		sim/hil/guest.sh "$1" "$dir/initramfs.gz" "$dir" test >"$dir/guest.log" 2>&1
		status=$?
		result "the guest powers off by itself" "$dir/guest.log" $status
		list="load $(sed 's/#.*//' tests/kselftest/list | tr '\n' ' ') unload"
		[ -f "$dir/results.log" ] || : >"$dir/results.log"
		awk -v list="$list" -f tests/hil/results.awk "$dir/results.log" >"$dir/results.tap"
		number <"$dir/results.tap"
		awk -f tests/hil/splat.awk "$dir/console.log" >"$dir/splats"
		result "the kernel has nothing to complain about" "$dir/splats" $?
		check_server "$dir"
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
