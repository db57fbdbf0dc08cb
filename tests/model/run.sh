#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh BUILD_DIR: builds the functional model and its tests there and runs them; TAP on stdout.
# CC, CFLAGS: compiler and additional flags, for example -fsanitize=address,undefined.
# BENCH=1: builds and runs the benchmark instead.
# shellcheck disable=SC2086  # $flags and $objects are lists
set -eu

[ $# -eq 1 ] || { echo "usage: $0 BUILD_DIR" >&2; exit 2; }
mkdir -p "$1"
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."

cc=${CC:-gcc}
flags="$(sed -n 's/^MODEL_CFLAGS := //p' sim/model/model.mk) -D_POSIX_C_SOURCE=200809L
	-Itests/model -Itests/rtl ${CFLAGS:-}"

objects=
for source in sim/model/*.c sim/fcn_cmd_check.c tests/model/rig.c; do
	object=$build/$(basename "$source" .c).o
	$cc $flags -c "$source" -o "$object"
	objects="$objects $object"
done

if [ "${BENCH:-0}" = 1 ]; then
	$cc $flags tests/model/bench.c $objects -o "$build/bench" -lm
	exec "$build/bench"
fi

# One TAP stream: a point for each program, its own points as a subtest.
status=0
count=0
for source in tests/model/test_*.c; do
	name=$(basename "$source" .c)
	count=$((count + 1))
	$cc $flags "$source" $objects -o "$build/$name" -lm
	result=ok
	echo "# Subtest: $name"
	"$build/$name" > "$build/$name.tap" 2>&1 || { result="not ok"; status=1; }
	sed 's/^/    /' "$build/$name.tap"
	echo "$result $count - $name"
done
echo "1..$count"
exit $status
