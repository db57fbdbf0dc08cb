#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Hardware in the loop with a bus and an interrupt line that fail (tests/hil/faults.plan), and nothing else: the driver must bring each
# job to its own end.  `make hil` has it as one of its sessions.  Prints TAP.
#
#   faults.sh BUILD [6.12|backports]...    default: both
#
# Environment: what sim/hil/guest.sh and sim/hil/kernel.sh take.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: faults.sh BUILD [6.12|backports]...}
shift
[ $# -gt 0 ] || set -- 6.12 backports
export BUILD=$build
. tests/hil/build.sh

run_faults() { # KERNEL
	local kernel=$1 dir=$build/hil/faults-$1
	mkdir -p "$dir/tests"
	build_all "$kernel" "$dir" || return
	cp "$build/kselftest/faults" "$dir/tests/"
	echo faults >"$dir/tests/list"
	sim/hil/initramfs.sh "$kernel" "$dir/initramfs.gz" --ko "$dir/fcn_accel.ko" --module vgem --tests "$dir/tests" >"$dir/build.log" 2>&1
	result $? "the guest's root is made" "$dir/build.log"
	HIL_SERVER="--faults $PWD/tests/hil/faults.plan" HIL_APPEND=FCN_ACCEL_FAULTS=1 \
		sim/hil/guest.sh "$kernel" "$dir/initramfs.gz" "$dir" test >"$dir/guest.log" 2>&1
	result $? "the guest powers off by itself" "$dir/guest.log"
	[ -f "$dir/results.log" ] || : >"$dir/results.log"
	awk -v list="load faults unload" -f tests/hil/results.awk "$dir/results.log" >"$dir/results.tap"
	number <"$dir/results.tap"
	awk -f tests/hil/splat.awk "$dir/console.log" >"$dir/splats"
	result $? "the kernel has nothing to complain about" "$dir/splats"
}

for kernel; do
	run_faults "$kernel"
done
finish
