#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds and runs the test of the whole core: sys_run.sh BUILD [SEED [ROUNDS]].  Prints TAP.
set -u

if [ $# -lt 1 ]; then
	echo "usage: $0 BUILD [SEED [ROUNDS]]" >&2
	exit 2
fi
mkdir -p "$1/sys" || exit 1
out=$(cd "$1/sys" && pwd)
shift
root=$(cd "$(dirname "$0")/../.." && pwd)

flags="-std=c++17 -O2 -Wall -Wextra -I$root/uapi -I$root/tests/rtl -I$root/tests/stream"
if ! verilator --cc --exe --build -O3 --x-assign unique --x-initial unique \
	-I"$root/rtl" --Mdir "$out" --top-module sys_tb -CFLAGS "$flags" \
	"$root/tests/rtl/sys_tb.v" "$root/tests/rtl/sys_tb.cpp" >"$out/build.log" 2>&1; then
	echo "not ok 1 - the bench builds"
	sed 's/^/# /' "$out/build.log"
	echo "1..1"
	exit 1
fi
exec "$out/Vsys_tb" "$@"
