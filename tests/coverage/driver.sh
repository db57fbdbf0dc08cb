#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Line coverage of the driver: the programs of hil-debug, failing allocations among them, and the ioctl fuzzer in a guest whose kernel has GCOV,
# against the simulated core; then the guests of tests/hil/sessions, whose device fails.
#
#   driver.sh BUILD
#
# TESTS: programs that run instead of all this.
# Needs the instrumented kernel (make hil-debug); without it says so and does nothing.  Leaves BUILD/coverage/driver.info.
# What only happens under make hil-faults is not measured.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: driver.sh BUILD}
export BUILD=$build
. tests/hil/build.sh
. tests/hil/debug.sh
. tests/hil/session.sh

if ! [ -x sim/hil/debug-kernel.sh ] || ! sim/hil/debug-kernel.sh debug --ready; then
	echo "driver: not measured: the instrumented kernel is not there; make hil-debug builds it"
	exit 0
fi
dir=$build/coverage/driver
mkdir -p "$dir/tests"

make_guest() {
	build_all debug "$dir" >"$dir/tap" || return
	build_module debug "$dir" FCN_GCOV=y >"$dir/build.log" 2>&1 || return
	make -s -f tests/fuzz/Makefile OUTPUT="$PWD/$build/fuzz-ioctl" >"$dir/build.log" 2>&1 || return
	cp -RL "$build/kselftest/." "$build/fuzz-ioctl/fuzz_ioctl" tests/coverage/gcov_dump.sh "$dir/tests/"
	if [ -n "${TESTS-}" ]; then
		printf "%s\n" "$TESTS" | tr ' ' '\n' >"$dir/list"
	else
		# Unit tests are a module of their own, which counts for itself.
		{ debug_list debug /dev/stdout && echo fuzz_ioctl; } | grep -vx kunit.sh >"$dir/list"
	fi
	echo gcov_dump.sh >>"$dir/list"
	# The fuzzer's seeds, and its arguments, in an archive behind the other one, as in tests/fuzz/guest.sh.
	rm -rf "$dir/files"
	mkdir -p "$dir/files/tests/seeds"
	cp tests/fuzz/seeds/*.seq "$dir/files/tests/seeds/"
	sed 's#^fuzz_ioctl$#& --seconds 60 --seeds /tests/seeds#' "$dir/list" >"$dir/files/tests/list"
	sim/hil/initramfs.sh debug "$dir/base.gz" --ko "$dir/fcn_accel.ko" --ko "$dir/test-module/fcn_platform_test.ko" --module vgem \
		--program "$build/accelctl" --program "$build/kselftest/libaccel_api" --list "$dir/list" --tests "$dir/tests" >"$dir/build.log" 2>&1 &&
		append_files "$dir/base.gz" "$dir/files" "$dir/initramfs.gz"
}

if ! make_guest; then
	cat "$dir/tap"
	tail -n 20 "$dir/build.log"
	exit 1
fi
debug_environment
sim/hil/guest.sh debug "$dir/initramfs.gz" "$dir" test >"$dir/guest.log" 2>&1
echo "driver: the guest ended with $?, $(grep -c '^not ok' "$dir/results.log") tests failed in it"

# The kernel's own gcov, without its root: versions must agree.
root=${HIL_CACHE:-$build/hil}/root-debug
gcov=$(find "$root/usr/bin" -name '*gcov-[0-9]*' ! -type l | head -n 1)
printf '#!/bin/sh\nexec %s/lib64/ld-linux-x86-64.so.2 --library-path %s/usr/lib/x86_64-linux-gnu %s "$@"\n' \
	"$(realpath "$root")" "$(realpath "$root")" "$(realpath "$gcov")" >"$dir/gcov"
chmod +x "$dir/gcov"

# The counts of a guest go beside the notes that the compiler has left; from there into FILE.
collect() { # GUEST FILE
	find "$dir/module" -name '*.gcda' -delete
	tr -d '\r' <"$1/results.log" | awk -v to="$dir/module/driver" '
		/^@gcda / { if (out) close(out); out = "base64 -d >" to "/" $2; next }
		/^@\+ / { print $2 | out }'
	lcov --quiet --capture --gcov-tool "$PWD/$dir/gcov" --directory "$dir/module/driver" --output-file "$2" >>"$dir/lcov.log" 2>&1
}

measure_session() { # NAME SPECIAL COMMANDS
	session_guest debug "$dir" "$1" "$2" "$3;gcov_dump.sh" "$dir/tests"
	echo "driver: the guest '$1' ended with $?, $(grep -c '^not ok' "$dir/$1/results.log") tests failed in it"
	collect "$dir/$1" "$dir/$1.info"
	infos+=(--add-tracefile "$dir/$1.info")
}

: >"$dir/lcov.log"
collect "$dir" "$dir/main.info"
infos=(--add-tracefile "$dir/main.info")
[ -n "${TESTS-}" ] || each_session measure_session
lcov --quiet "${infos[@]}" --output-file "$dir/all.info" >>"$dir/lcov.log" 2>&1
# There the sources lie in /src.
sed -n "s#^SF:.*/\(driver/[^/]*\)\$#SF:$PWD/\1#; p" "$dir/all.info" >"$dir/moved.info"
lcov --quiet --extract "$dir/moved.info" "$PWD/driver/*" --output-file "$build/coverage/driver.info" >>"$dir/lcov.log" 2>&1 || {
	tail -n 5 "$dir/lcov.log"
	exit 1
}
