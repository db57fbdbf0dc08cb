#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Tests of libaccel's devices and of its runtime, the compiler being faked: with the address and undefined behaviour
# sanitizers by gcc, with the thread sanitizer by clang.  Prints TAP.
#
#   run.sh BUILD_DIR
#
# Uses the functional model, and the Verilated 8x8 core if BUILD_DIR/verilated has one.
set -u

if [ $# != 1 ]; then
	echo "usage: $0 BUILD_DIR" >&2
	exit 2
fi
mkdir -p "$1/libaccel-runtime" || exit 1
build=$(cd "$1" && pwd)
out=$build/libaccel-runtime
cd "$(dirname "$0")/../../.." || exit 1
here=tests/libaccel/runtime
flags=(-std=c11 -g -O1 -Wall -Wextra -Werror -Ilibaccel/src -Ilibaccel/include -Iuapi -Isim -Isim/model)
sources=(libaccel/src/{backend,device,model,program,run,layout,profile,array,error,text,file,npy,graph,onnx,ref,quant}*.c
	libaccel/src/emit_relocate.c "$here"/{fake_plan,jobs}.c)
cores=()
core=$build/verilated/8x8/libVfcn_8x8.a
if [ -f "$core" ]; then
	flags+=("-DACCEL_CORES=CORE(8, 8)")
	cores=("$core")
fi
export UBSAN_OPTIONS=print_stacktrace=1
failed=0
plan=0

fail() { # NAME LOG
	plan=$((plan + 1))
	failed=1
	echo "not ok - $1"
	tail -n 30 "$2" | sed 's/^/# /'
}

compile() { # COMPILER SANITIZER FOLDER
	local objects=() file object
	mkdir -p "$3"
	for file in "${sources[@]}" "$here"/test_{backend,runtime,alloc}.c; do
		object=$3/$(basename "$file" .c).o
		"$1" "${flags[@]}" "-fsanitize=$2" -fno-sanitize-recover=all -c "$file" -o "$object" || return 1
		[[ "$file" == */test_* ]] || objects+=("$object")
	done
	for test in backend runtime alloc; do
		local wrap=()
		[ "$test" != alloc ] || wrap=("-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup")
		"$1" "-fsanitize=$2" "${wrap[@]}" "$3/test_$test.o" "${objects[@]}" "${cores[@]}" "$out/sim/libfcnsim.a" \
			-lstdc++ -lm -lpthread -o "$3/test_$test" || return 1
	done
}

run() { # NAME PROGRAM ARGUMENT...
	local name=$1 log=$out/$1.log status
	shift
	timeout 600 "$@" >"$log" 2>&1
	status=$?
	sed -n "s/^\(not \)\{0,1\}ok [0-9]* - /\1ok - $name: /p; /^#/p" "$log"
	plan=$((plan + $(grep -cE '^(not )?ok ' "$log")))
	[ "$status" = 0 ] || failed=1
	if [ "$status" != 0 ] && ! grep -q '^not ok' "$log"; then
		fail "$name: exit status $status" "$log"
	fi
}

if ! make -s -f libaccel/libaccel.mk BUILD="$out" ACCEL_GEOMETRIES= "$out/sim/libfcnsim.a" >"$out/sim.log" 2>&1; then
	fail "the simulator library does not build" "$out/sim.log"
	echo "1..$plan"
	exit 1
fi
for set in gcc:address,undefined clang:thread; do
	cc=${set%%:*}
	if ! command -v "$cc" >/dev/null; then
		plan=$((plan + 1))
		echo "ok - $cc # SKIP not installed"
	elif compile "$cc" "${set#*:}" "$out/$cc" >"$out/$cc.log" 2>&1; then
		run "$cc-devices" "$out/$cc/test_backend"
		run "$cc-runtime" "$out/$cc/test_runtime" "$out"
		run "$cc-alloc" "$out/$cc/test_alloc"
	else
		fail "$cc: does not compile" "$out/$cc.log"
	fi
done
echo "1..$plan"
exit "$failed"
