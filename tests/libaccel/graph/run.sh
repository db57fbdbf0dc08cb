#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Tests of libaccel's graph with a reference that is faked, by both compilers with the address and
# undefined behaviour sanitizers.  Prints TAP.
#
#   run.sh BUILD_DIR
#
# COMPILERS: only these (gcc clang).
set -u

if [ $# != 1 ]; then
	echo "usage: $0 BUILD_DIR" >&2
	exit 2
fi
mkdir -p "$1/libaccel-graph" || exit 1
out=$(cd "$1/libaccel-graph" && pwd)
cd "$(dirname "$0")/../../.." || exit 1
here=tests/libaccel/graph
src=libaccel/src
flags=(-std=c11 -g -O1 -Wall -Wextra -Werror "-fsanitize=address,undefined"
	-fno-sanitize-recover=all -I"$src")
failed=0
plan=0

for cc in ${COMPILERS:-gcc clang}; do
	if ! command -v "$cc" >/dev/null; then
		plan=$((plan + 1))
		echo "ok - $cc # SKIP not installed"
		continue
	fi
	if "$cc" "${flags[@]}" "$here"/*.c "$src"/graph*.c "$src"/{error,text}.c \
		-o "$out/test_graph" >"$out/cc.log" 2>&1; then
		timeout 300 "$out/test_graph" >"$out/$cc.log" 2>&1
		status=$?
	else
		cp "$out/cc.log" "$out/$cc.log"
		status=1
	fi
	sed -n "s/^\(not \)\{0,1\}ok [0-9]* - /\1ok - $cc: /p; /^#/p" "$out/$cc.log"
	plan=$((plan + $(grep -cE '^(not )?ok ' "$out/$cc.log")))
	if [ "$status" != 0 ]; then
		failed=1
		if ! grep -q '^not ok' "$out/$cc.log"; then
			plan=$((plan + 1))
			echo "not ok - $cc: exit status $status"
			tail -n 30 "$out/$cc.log" | sed 's/^/# /'
		fi
	fi
done
echo "1..$plan"
exit "$failed"
