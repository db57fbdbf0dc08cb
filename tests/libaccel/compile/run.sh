#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Tests of libaccel's compiler for the core, on the functional model, with the address and undefined behaviour sanitizers:
# random layers and random graphs on several geometries, byte for byte.  Prints TAP.
#
#   run.sh BUILD_DIR [COUNT]
#
# COUNT: layers and graphs of each geometry (60).
set -u

if [ $# -lt 1 ]; then
	echo "usage: $0 BUILD_DIR [COUNT]" >&2
	exit 2
fi
mkdir -p "$1/libaccel-compile" || exit 1
out=$(cd "$1/libaccel-compile" && pwd)
count=${2:-60}
cd "$(dirname "$0")/../../.." || exit 1
here=tests/libaccel/compile
src=libaccel/src
. tests/libaccel/faults/failing.sh
cc=${CC:-gcc}
# shellcheck disable=SC2054  # the comma is of -fsanitize
flags=(-std=c11 -g -O1 -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all
	-I"$src" -Ilibaccel/tools -Iuapi -Isim -Isim/model)
sources=("$src"/{error,text}.c "$src"/graph*.c "$src"/ref*.c "$src"/{alloc,cost,emit,lower,pack,partition,schedule,tile}*.c
	libaccel/tools/{net_maker,nets}.c "$here"/{device,layers,random_graph,runtime}.c)
model=(sim/model/*.c sim/fcn_cmd_check.c)
export UBSAN_OPTIONS=print_stacktrace=1
: >"$out/tap"

# Its TAP without its plan.  A program that dies without a 'not ok' has failed all the same.
run() { # NAME COMMAND...
	local name=$1 status
	shift
	timeout 600 "$@" >"$out/$name.log" 2>&1
	status=$?
	sed -n "s/^\(not \)\{0,1\}ok [0-9]* - /\1ok - $name: /p; /^#/p" "$out/$name.log" >>"$out/tap"
	if [ "$status" != 0 ] && ! grep -q '^not ok' "$out/$name.log"; then
		echo "not ok - $name: exit status $status" >>"$out/tap"
		tail -n 30 "$out/$name.log" | sed 's/^/# /' >>"$out/tap"
	fi
}

compile() { # OUTPUT ARGUMENT...
	local output=$1
	shift
	if ! "$cc" "$@" -o "$output" >"$out/cc.log" 2>&1; then
		echo "not ok - $(basename "$output") does not compile" >>"$out/tap"
		sed 's/^/# /' "$out/cc.log" >>"$out/tap"
		return 1
	fi
}

objects=()
for file in "${sources[@]}"; do
	object=$out/$(basename "$file" .c).o
	compile "$object" "${flags[@]}" -c "$file" && objects+=("$object")
done
# The model is tested elsewhere, and slow enough.
for file in "${model[@]}"; do
	object=$out/sim_$(basename "$file" .c).o
	compile "$object" -std=c11 -O3 -g -Wno-psabi -Iuapi -Isim -Isim/model -c "$file" && objects+=("$object")
done
rm -f "$out/lib.a"
ar rc "$out/lib.a" "${objects[@]}"

for test in test_layers test_graphs test_limits; do
	compile "$out/$test" "${flags[@]}" "$here/$test.c" "$out/lib.a" -lm && run "$test" "$out/$test" "$count"
done

# Models from descriptions.
compile "$out/test_reasons" "${flags[@]}" -Itests/libaccel/onnx "$here/test_reasons.c" tests/libaccel/onnx/model.c "${failing[@]}" \
	"$src"/{file,onnx*}.c "$out/lib.a" -lm && run test_reasons "$out/test_reasons"
compile "$out/test_memory" "${flags[@]}" "$here/test_memory.c" "${failing[@]}" "$out/lib.a" -lm && run test_memory "$out/test_memory"

awk '/^(not )?ok/ { sub(/ok - /, "ok " ++n " - ") } { print } END { print "1.." n }' "$out/tap"
! grep -q '^not ok' "$out/tap"
