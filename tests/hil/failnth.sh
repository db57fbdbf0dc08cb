#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Every allocation of the driver's calls fails once, in a guest of one of Debian's kernels (tests/kselftest/failnth.c).  Prints TAP.
#
#   failnth.sh BUILD [6.12|backports]    default: 6.12
#
# Environment: what sim/hil/guest.sh and sim/hil/kernel.sh take.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: failnth.sh BUILD [6.12|backports]}
kernel=${2:-6.12}
export BUILD=$build
. tests/hil/build.sh

dir=$build/hil/failnth-$kernel
log=$dir/build.log
mkdir -p "$dir/failnth" "$dir/tests"
if build_all "$kernel" "$dir"; then
	cp -pRu tests/driver/failnth/. "$dir/failnth/" && sim/hil/kernel.sh "$kernel" make "$dir/failnth" W=1 modules >"$log" 2>&1
	result "the module that lets allocations fail builds" "$log" $?
	cp "$build/kselftest/failnth" "$build/kselftest/failnth.sh" "$dir/tests/"
	# The program is in /bin: what the list names is run.
	echo failnth.sh >"$dir/tests/list"
	sim/hil/initramfs.sh "$kernel" "$dir/initramfs.gz" --ko "$dir/fcn_accel.ko" --ko "$dir/failnth/fcn_failnth.ko" --module vgem \
		--program "$dir/tests/failnth" --tests "$dir/tests" >"$log" 2>&1
	result "the guest's root is made" "$log" $?
	HIL_TIMEOUT=${HIL_TIMEOUT:-900} HIL_APPEND="LIMIT=800 FCN_TEST_SLOW=2 ${HIL_APPEND-}" \
		sim/hil/guest.sh "$kernel" "$dir/initramfs.gz" "$dir" test >"$dir/guest.log" 2>&1
	result "the guest powers off by itself" "$dir/guest.log" $?
	[ -f "$dir/results.log" ] || : >"$dir/results.log"
	awk -v list="load failnth.sh unload" -f tests/hil/results.awk "$dir/results.log" >"$dir/results.tap"
	number <"$dir/results.tap"
	awk -f tests/hil/splat.awk "$dir/console.log" >"$dir/splats"
	result "the kernel has nothing to complain about" "$dir/splats" $?
fi
echo "1..$n"
exit "$failed"
