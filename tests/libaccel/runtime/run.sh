#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Tests of libaccel's devices, of its runtime, the compiler being faked, and of layers on the host: with the address and
# undefined behaviour sanitizers by gcc, with the thread sanitizer by clang.  Prints TAP.
#
#   run.sh BUILD_DIR
#
# Uses the functional model, and the Verilated 8x8 core if BUILD_DIR/verilated has one.
# COMPILERS: only these (gcc clang).
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
flags=(-std=c11 -g -O1 -Wall -Wextra -Werror -Ilibaccel/src -Ilibaccel/include -Ilibaccel/tools -Iuapi -Isim -Isim/model)
sources=(libaccel/src/{backend,device,model,program,run,host,layout,profile,array,error,text,file,npy,graph,onnx,ref,quant}*.c
	libaccel/src/{alloc,cost,emit,lower,pack,partition,tile}*.c libaccel/src/schedule{,_const,_conv,_copy,_load,_store}.c)
fake=("$here"/{fake_plan,jobs}.c)
real=(libaccel/src/schedule_{plan,dump}.c libaccel/tools/{net_maker,nets}.c tests/libaccel/compile/{device,layers}.c)
cores=()
core=$build/verilated/8x8/libVfcn_8x8.a
if [ -f "$core" ]; then
	flags+=("-DACCEL_CORES=CORE(8, 8)")
	cores=("$core")
fi
# What XNNPACK's header has, and how to link it.
read -r -a xnnpack <<<"$(make -s -f libaccel/libaccel.mk BUILD="$out" libaccel-xnnpack)"
libs=()
for word in "${xnnpack[@]}"; do
	case $word in
	-D*) flags+=("$word") ;;
	*) libs+=("$word") ;;
	esac
done
export UBSAN_OPTIONS=print_stacktrace=1
failed=0
plan=0

fail() { # NAME LOG
	plan=$((plan + 1))
	failed=1
	echo "not ok - $1"
	tail -n 30 "$2" | sed 's/^/# /'
}

archive() { # COMPILER SANITIZER NAME.a FILE...
	local archive=$3 objects=() file object
	local command=("$1" "${flags[@]}" "-fsanitize=$2" -fno-sanitize-recover=all)
	shift 3
	for file in "$@"; do
		object=${archive%.a}-$(basename "$file" .c).o
		"${command[@]}" -c "$file" -o "$object" || return 1
		objects+=("$object")
	done
	rm -f "$archive"
	ar rcs "$archive" "${objects[@]}"
}

link() { # COMPILER SANITIZER TEST ARCHIVE...
	local command=("$1" "${flags[@]}" "-fsanitize=$2" -fno-sanitize-recover=all) test=$3 first=$4
	shift 3
	[ "$test" != alloc ] || command+=("-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=pthread_create")
	"${command[@]}" "$here/test_$test.c" -Wl,--start-group "$@" -Wl,--end-group "${cores[@]}" "$out/sim/libfcnsim.a" "${libs[@]}" -lstdc++ \
		-lm -lpthread -o "$(dirname "$first")/test_$test"
}

compile() { # COMPILER SANITIZER FOLDER
	mkdir -p "$3"
	archive "$1" "$2" "$3/lib.a" "${sources[@]}" && archive "$1" "$2" "$3/fake.a" "${fake[@]}" &&
		archive "$1" "$2" "$3/real.a" "${real[@]}" &&
		link "$1" "$2" backend "$3/lib.a" "$3/fake.a" && link "$1" "$2" runtime "$3/lib.a" "$3/fake.a" &&
		link "$1" "$2" alloc "$3/lib.a" "$3/fake.a" && link "$1" "$2" host "$3/lib.a" "$3/real.a" &&
		link "$1" "$2" threads "$3/lib.a" "$3/real.a" && link "$1" "$2" api "$3/lib.a" "$3/real.a"
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
	[[ " ${COMPILERS:-gcc clang} " == *" $cc "* ]] || continue
	if ! command -v "$cc" >/dev/null; then
		plan=$((plan + 1))
		echo "ok - $cc # SKIP not installed"
	elif compile "$cc" "${set#*:}" "$out/$cc" >"$out/$cc.log" 2>&1; then
		run "$cc-devices" "$out/$cc/test_backend"
		run "$cc-runtime" "$out/$cc/test_runtime" "$out"
		run "$cc-alloc" "$out/$cc/test_alloc"
		run "$cc-host" "$out/$cc/test_host"
		run "$cc-threads" "$out/$cc/test_threads"
		run "$cc-api" "$out/$cc/test_api"
	else
		fail "$cc: does not compile" "$out/$cc.log"
	fi
done
echo "1..$plan"
exit "$failed"
