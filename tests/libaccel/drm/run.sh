#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Tests of libaccel's drm: devices where no real kernel can be brought to: errors, other versions, devices that disappear.  libdrm is
# the real one, below it open() and ioctl() are the test's.  With the address and undefined behaviour sanitizers by gcc, with
# the thread sanitizer by clang; and a build without libdrm.  What works is tested in a guest (make hil).  Prints TAP.
#
#   run.sh BUILD_DIR
#
# COMPILERS: only these (gcc clang).
set -u

if [ $# != 1 ]; then
	echo "usage: $0 BUILD_DIR" >&2
	exit 2
fi
mkdir -p "$1/libaccel-drm" || exit 1
out=$(cd "$1/libaccel-drm" && pwd)
cd "$(dirname "$0")/../../.." || exit 1
here=tests/libaccel/drm
. tests/tap.sh

run() { # NAME PROGRAM
	local log=$out/$1.log status line
	timeout 300 "$2" >"$log" 2>&1
	status=$?
	while IFS= read -r line; do
		n=$((n + 1))
		case $line in
		not*) failed=1 && echo "not ok $n - $1: ${line#not ok * - }" ;;
		*) echo "ok $n - $1: ${line#ok * - }" ;;
		esac
	done < <(grep -E '^(not )?ok ' "$log")
	[ "$status" = 0 ] || result "$status" "$1: exit status $status" "$log"
}

if ! cflags=$(pkg-config --cflags libdrm 2>"$out/pkg-config.log"); then
	echo "1..1"
	echo "ok 1 - drm: # SKIP libdrm-dev is not installed"
	exit
fi
# shellcheck disable=SC2206  # a list
flags=(-std=c11 -g -O1 -Wall -Wextra -Werror -Ilibaccel/src -Ilibaccel/include -Iuapi -Isim -DLIBACCEL_DRM $cflags)
sources=(libaccel/src/backend_{drm,config}*.c libaccel/src/error.c "$here"/{fake_kernel,test_drm}.c)
# The public functions, without the cores in process.
sources+=(libaccel/src/{device,device_buffer,text}.c)
wrap=-Wl,--wrap=open,--wrap=access,--wrap=ioctl,--wrap=calloc,--wrap=realloc
for set in gcc:address,undefined clang:thread; do
	cc=${set%%:*}
	[[ " ${COMPILERS:-gcc clang} " == *" $cc "* ]] || continue
	if ! command -v "$cc" >/dev/null; then
		skip "$cc" "not installed"
		continue
	fi
	if "$cc" "${flags[@]}" "-fsanitize=${set#*:}" -fno-sanitize-recover=all "${sources[@]}" "$here/no_sim.c" $wrap -l:libdrm.a -lm \
		-lpthread -o "$out/test-$cc" >"$out/$cc.log" 2>&1; then
		run "$cc" "$out/test-$cc"
	else
		result 1 "$cc: does not compile" "$out/$cc.log"
	fi
done

# Without libdrm drm: says what is missing, and the rest is there.
gcc -std=c11 -Wall -Wextra -Werror -Ilibaccel/src -Ilibaccel/include -Iuapi -Isim libaccel/src/backend_{drm,config}*.c libaccel/src/error.c \
	libaccel/src/{device,device_buffer,text}.c "$here"/{no_sim,no_drm}.c -lpthread -o "$out/no-drm" >"$out/no-drm.log" 2>&1 &&
	"$out/no-drm" >>"$out/no-drm.log" 2>&1
result $? "a build without libdrm says so" "$out/no-drm.log"
finish
