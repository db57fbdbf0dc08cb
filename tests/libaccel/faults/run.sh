#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What goes wrong around libaccel and accelctl: memory that runs out, a full disk, a core that dies, fork() and functions called
# from where they must not be.  With the address, leak and undefined behaviour sanitizers.  Prints TAP.
#
#   run.sh BUILD [lost|misuse|disk|accelctl|alloc]...     default: all
#
# EVERY=1: every allocation of each command of accelctl fails once, not only some, for minutes.  (Of the library every one always does.)
set -u

if [ $# = 0 ]; then
	echo "usage: $0 BUILD [lost|misuse|disk|accelctl|alloc]..." >&2
	exit 2
fi
mkdir -p "$1/libaccel-faults" || exit 1
build=$(cd "$1" && pwd)
out=$build/libaccel-faults
cd "$(dirname "$0")/../../.." || exit 1
here=tests/libaccel/faults
shift
[ $# -gt 0 ] || set -- lost misuse disk accelctl alloc
sanitize=("-fsanitize=address,undefined" -fno-sanitize-recover=all)
flags=(-std=c11 -g -O1 -Wall -Wextra -Werror "${sanitize[@]}" '-DACCEL_CORES=CORE(8, 8)' -Ilibaccel/include -Ilibaccel/src
	-Ilibaccel/accelctl -Ilibaccel/tools -Iuapi -Isim -Isim/model -Itests/libaccel/quant -Itests/libaccel/ref)
# shellcheck source=tests/libaccel/faults/failing.sh
. $here/failing.sh
export UBSAN_OPTIONS=print_stacktrace=1
plan=0
failed=0

fail() { # NAME LOG
	plan=$((plan + 1))
	failed=1
	echo "not ok - $1"
	tail -n 30 "$2" | sed 's/^/# /'
}

run() { # NAME PROGRAM ARGUMENT...
	local name=$1 log=$out/$1.log status
	shift
	timeout "${EVERY:+60}600" "$@" >"$log" 2>&1
	status=$?
	sed -n "s/^\(not \)\{0,1\}ok [0-9]* - /\1ok - /p; /^#/p" "$log"
	plan=$((plan + $(grep -cE '^(not )?ok ' "$log")))
	[ "$status" = 0 ] || failed=1
	if [ "$status" != 0 ] && ! grep -q '^not ok' "$log"; then
		fail "$name: exit status $status" "$log"
	fi
}

# The library and accelctl as tests/libaccel/cli builds them, and the core of 8x8 that other stages build.
make_all() {
	make -s -f libaccel/libaccel.mk BUILD="$build/libaccel-cli" ACCEL_GEOMETRIES= CFLAGS="-g -O1 ${sanitize[*]}" libaccel accelctl &&
		make -s -f libaccel/libaccel.mk BUILD="$build" "$build/verilated/8x8/libVfcn_8x8.a"
}

compile() { # PROGRAM SOURCE...
	local program=$1 libs seam=()
	shift
	# Between libaccel and the simulator: what only some tests take the place of.
	[ "$program" != test_alloc ] && [ "$program" != test_lost ] || seam=("-Wl,--wrap=fcn_sim_create")
	[ "$program" != test_accelctl ] || seam=("-Wl,--wrap=accel_run")
	read -r -a libs <<<"$(sed -n 's/^Libs.private: //p' "$build/libaccel-cli/libaccel.pc")"
	# backend_rtl.c of the archive knows no core.  libjpeg as an archive: its own allocations fail, too.
	gcc "${flags[@]}" "${failing[@]}" "${seam[@]}" "$@" libaccel/src/backend_rtl.c "$build/libaccel-cli/libaccel.a" "$build/verilated/8x8/libVfcn_8x8.a" \
		"$build/libaccel-cli/libaccel.a" "${libs[@]}" -lpng -l:libjpeg.a -o "$out/$program"
}

# accelctl and the tools with their main() under other names, and the files of their tests.
make_accelctl() {
	local objects=() name
	mapfile -t objects < <(find "$build/libaccel-cli/libaccel-obj/libaccel/accelctl" -name '*.o' ! -name main.o)
	compile make_files tests/libaccel/cli/make_files.c libaccel/accelctl/image*.c &&
		gcc "${flags[@]}" -Dmain=accelctl_main -c libaccel/accelctl/main.c -o "$out/accelctl_main.o" || return
	for name in libaccel/tools/*.c; do
		name=$(basename "$name" .c)
		gcc "${flags[@]}" "-Dmain=$name" -Dusage_error=tool_usage_error -c "libaccel/tools/$name.c" -o "$out/$name.o" || return
		objects+=("$out/$name.o")
	done
	compile test_accelctl $here/test_accelctl.c "$out/accelctl_main.o" "${objects[@]}"
}

nets=(libaccel/tools/{net_maker,nets}.c)
if ! { make_all && compile test_alloc $here/test_alloc.c tests/libaccel/quant/net.c && compile test_lost $here/test_lost.c $here/unet.c "${nets[@]}" &&
	compile test_misuse $here/test_misuse.c $here/unet.c "${nets[@]}" && make_accelctl; } >"$out/build.log" 2>&1; then
	fail "the tests do not build" "$out/build.log"
	echo "1..$plan"
	exit 1
fi
rm -rf "$out/files"
mkdir "$out/files" "$out/files/one"
if ! "$out/make_files" "$out/files" >"$out/build.log" 2>&1 || ! cp "$out/files/a.png" "$out/files/one"; then
	fail "no files for the tests" "$out/build.log"
fi
printf '%s\n' 7767517 '2 2' 'Input in 0 1 x 0=6 1=5 2=1' 'Deconvolution c 1 1 x y 0=1 1=1 6=1 9=1' >"$out/files/n.param"
printf '\0\0\0\0\0\0\0\100' >"$out/files/n.bin"
for test; do
	case $test in
	lost) run lost "$out/test_lost" rtl:array=8x8 ;;
	misuse) run misuse "$out/test_misuse" host: model:array=8x8 rtl:array=8x8 ;;
	alloc) run alloc "$out/test_alloc" "$out/files" host: host:reference host:kernels=plain model:array=8x8 rtl:array=8x8 ;;
	accelctl) run accelctl "$out/test_accelctl" "$out/files" ;;
	disk) run disk $here/disk.sh "$build/libaccel-cli/accelctl" "$out/files" ;;
	*)
		echo "run.sh: there is no test '$test'" >&2
		exit 2
		;;
	esac
done
echo "1..$plan"
exit "$failed"
