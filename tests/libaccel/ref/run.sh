#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Tests of libaccel's C reference with the address and undefined behaviour sanitizers.  Prints TAP.
#
#   run.sh BUILD_DIR        BENCH=1: prints how fast the convolutions are instead
#
# The single-operator cases are those of Debian's libonnx-testdata, which is installed when that is
# possible, and skipped otherwise.
set -u

if [ $# != 1 ]; then
	echo "usage: $0 BUILD_DIR" >&2
	exit 2
fi
mkdir -p "$1/libaccel-ref" || exit 1
out=$(cd "$1/libaccel-ref" && pwd)
cd "$(dirname "$0")/../../.." || exit 1
here=tests/libaccel/ref
src=libaccel/src
. tests/libaccel/faults/failing.sh
cc=${CC:-gcc}
flags=(-std=c11 -g -Wall -Wextra -Werror -I"$src" -Itests/libaccel/onnx)
sanitize=(-O1 "-fsanitize=address,undefined" -fno-sanitize-recover=all)
sources=("$src"/{error,text,file}.c "$src"/{graph,onnx,ref}*.c)
export UBSAN_OPTIONS=print_stacktrace=1

if [ "${BENCH:-0}" = 1 ]; then
	"$cc" "${flags[@]}" -O2 "$here/bench.c" "${sources[@]}" -lm -o "$out/bench" &&
		exec "$out/bench"
	exit 1
fi
: >"$out/tap"

# Its TAP without its plan.  A program that dies without a 'not ok' has failed all the same.
run() { # NAME COMMAND...
	local name=$1 status
	shift
	timeout 300 "$@" >"$out/$name.log" 2>&1
	status=$?
	sed -n "s/^\(not \)\{0,1\}ok [0-9]* - /\1ok - $name: /p; /^#/p" "$out/$name.log" \
		>>"$out/tap"
	if [ "$status" != 0 ] && ! grep -q '^not ok' "$out/$name.log"; then
		echo "not ok - $name: exit status $status" >>"$out/tap"
		tail -n 30 "$out/$name.log" | sed 's/^/# /' >>"$out/tap"
	fi
}

compile() { # OUTPUT ARGUMENT...
	local output=$1
	shift
	if ! "$cc" "${flags[@]}" "${sanitize[@]}" "$@" -o "$output" >"$out/cc.log" 2>&1; then
		echo "not ok - $(basename "$output") does not compile" >>"$out/tap"
		head -n 40 "$out/cc.log" | sed 's/^/# /' >>"$out/tap"
		return 1
	fi
}

find_testdata() {
	dpkg -L libonnx-testdata 2>/dev/null | sed -n 's,/data/node$,/data,p' | head -n 1
}

objects=()
for file in "${sources[@]}"; do
	object=$out/$(basename "$file" .c).o
	compile "$object" -c "$file" && objects+=("$object")
done

for name in test_ops test_conv; do
	compile "$out/$name" "$here/$name.c" "${objects[@]}" -lm && run "$name" "$out/$name"
done
compile "$out/test_refused" "$here/test_refused.c" tests/libaccel/onnx/model.c "${failing[@]}" "${objects[@]}" -lm && run test_refused "$out/test_refused"

testdata=$(find_testdata)
if [ -z "$testdata" ] && [ "$(id -u)" = 0 ]; then
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		libonnx-testdata >"$out/apt.log" 2>&1
	testdata=$(find_testdata)
fi
if [ -z "$testdata" ]; then
	echo "ok - testdata # SKIP libonnx-testdata is not installed" >>"$out/tap"
elif compile "$out/testdata" "$here"/{testdata,case}.c "${objects[@]}" -lm; then
	# From there, so that messages name files by short paths.
	cd "$testdata" || exit 1
	run testdata "$out/testdata" node simple pytorch-operator pytorch-converted
fi

awk '/^ok/ { print "ok " ++n substr($0, 3); next }
     /^not ok/ { print "not ok " ++n substr($0, 7); next }
     { print }
     END { print "1.." n + 0 }' "$out/tap"
! grep -q '^not ok' "$out/tap"
