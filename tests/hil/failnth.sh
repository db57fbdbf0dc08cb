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
. tests/hil/session.sh

dir=$build/hil/failnth-$kernel
log=$dir/build.log
mkdir -p "$dir/failnth" "$dir/tests"

build_guest() {
	make -s vfio >"$log" 2>&1
	result $? "the server builds" "$log" || return
	build_module "$kernel" "$dir" >"$log" 2>&1
	result $? "the module builds on kernel $kernel" "$log" || return
	cp -pRu tests/driver/failnth/. "$dir/failnth/" && sim/hil/kernel.sh "$kernel" make "$dir/failnth" W=1 modules >"$log" 2>&1
	result $? "the module that lets allocations fail builds" "$log" || return
	make -s -f tests/kselftest/Makefile OUTPUT="$PWD/$build/kselftest" KSFT_INCLUDE="$PWD/$build/kselftest-include" >"$log" 2>&1
	result $? "the test programs build" "$log" || return
	cp "$build/kselftest/failnth" "$build/kselftest/failnth.sh" "$dir/tests/"
	# The program is in /bin: what the list names is run.
	echo failnth.sh >"$dir/tests/list"
	sim/hil/initramfs.sh "$kernel" "$dir/initramfs.gz" --ko "$dir/fcn_accel.ko" --ko "$dir/failnth/fcn_failnth.ko" --module vgem \
		--program "$dir/tests/failnth" --tests "$dir/tests" >"$log" 2>&1
	result $? "the guest's root is made" "$log"
}

run_guest() { # NAME COMMAND FAULTS
	local guest=$dir/$1 file
	HIL_TIMEOUT=${HIL_TIMEOUT:-900} HIL_APPEND="LIMIT=800 FCN_TEST_SLOW=2 ${HIL_APPEND-}" \
		session_guest "$kernel" "$dir" "$1" "$3" "$2" "$dir/tests"
	result $? "$1: the guest powers off by itself" "$guest/guest.log"
	for file in results.log console.log; do
		[ -f "$guest/$file" ] || : >"$guest/$file"
	done
	awk -v list="load failnth.sh unload" -f tests/hil/results.awk "$guest/results.log" >"$guest/results.tap"
	number < <(sed "s/^\(ok\|not ok\) - /&$1: /" "$guest/results.tap")
	awk -f tests/hil/splat.awk "$guest/console.log" >"$guest/splats"
	result $? "$1: the kernel has nothing to complain about" "$guest/splats"
}

if build_guest; then
	run_guest calls failnth.sh ''
	# The core takes no SLOT_ABORT: every job that is ended costs a CTRL.RESET.  A fault strikes once; there are five jobs.
	deaf=
	for i in {1..20}; do
		deaf+="deaf-reg addr=0x114 nth=$i ; deaf-reg addr=0x154 nth=$i ; "
	done
	run_guest reset 'FCN_ACCEL_DEAF=1 failnth.sh -t abort' "$deaf"
fi
finish
