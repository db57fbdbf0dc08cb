#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Builds the tests of the driver by gcc and by clang, and runs them on this machine, which has no device: each must say so and end with
# kselftest's status 4, and none may be missing.  They run for real in a guest: make hil.  Prints TAP.
#
#   check.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: check.sh BUILD}
mkdir -p "$build/check"
build=$(cd "$build" && pwd)
log=$build/check/kselftest-build.log
. tests/tap.sh

tests/kselftest/fetch_headers.sh "$build/kselftest-include" >"$log" 2>&1
result $? "the headers of the kernel's test harness" "$log"
for cc in gcc clang; do
	make -s -f tests/kselftest/Makefile CC="$cc" OUTPUT="$build/kselftest-$cc" KSFT_INCLUDE="$build/kselftest-include" >"$log" 2>&1
	result $? "all programs build by $cc" "$log"
done
sed 's/#.*//' tests/kselftest/list tests/kselftest/list.debug | grep . | sort | uniq -d >"$log"
! grep -q . "$log"
result $? "no program is listed twice" "$log"
# shellcheck disable=SC2013  # names have no blanks
for program in $(sed 's/#.*//' tests/kselftest/list tests/kselftest/list.debug); do
	if [ -e /dev/accel/accel0 ]; then
		skip "$program" "this machine has an accel device; run it by hand"
		continue
	fi
	"$build/kselftest-gcc/$program" >"$log" 2>&1 </dev/null
	status=$?
	[ "$status" = 4 ] && grep -q '^1\.\.0 # SKIP' "$log"
	result $? "$program skips without a device" "$log"
done
finish
