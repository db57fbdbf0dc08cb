#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds and runs the tests of POST: post_run.sh BUILD [SEED [COMMANDS [VALUES]]].  Prints TAP.
# COMMANDS random commands for each geometry, VALUES requantisations for each class of input.
set -u

if [ $# -lt 1 ]; then
	echo "usage: $0 BUILD [SEED [COMMANDS [VALUES]]]" >&2
	exit 2
fi
mkdir -p "$1/post" || exit 1
out=$(cd "$1/post" && pwd)
seed=${2:-1}
commands=${3:-4000}
values=${4:-2000000}
root=$(cd "$(dirname "$0")/../.." && pwd)
flags="-std=c++17 -O2 -Wall -Wextra -I$root/uapi -I$root/tests/rtl"
n=0
bad=0

# build NAME CFLAGS ARGUMENT...: a bench into $out/NAME.
build() {
	name=$1
	cflags=$2
	shift 2
	verilator --cc --exe --build -O3 --x-assign unique --x-initial unique \
		-I"$root/rtl" --Mdir "$out/$name" -CFLAGS "$flags $cflags" "$@" >"$out/$name.log" 2>&1
}

# bench NAME PROGRAM ARGUMENT...: its TAP lines under one numbering; the plan comes at the end.
bench() {
	name=$1
	shift
	"$@" >"$out/$name.tap" 2>&1
	status=$?
	while read -r line; do
		case $line in
		"ok "*) n=$((n + 1)) && echo "ok $n - $name:${line#*-}" ;;
		"not ok "*) n=$((n + 1)) && bad=1 && echo "not ok $n - $name:${line#*-}" ;;
		1..*) ;;
		*) echo "# ${line#\# }" ;;
		esac
	done <"$out/$name.tap"
	if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
		n=$((n + 1))
		bad=1
		echo "not ok $n - $name ends with status $status"
	fi
}

# not_built NAME
not_built() {
	n=$((n + 1))
	bad=1
	echo "not ok $n - $1 is built"
	sed 's/^/# /' "$out/$1.log"
}

if build requant "" --top-module fcn_requant \
	"$root/rtl/fcn_requant.v" "$root/tests/rtl/post_requant_tb.cpp"; then
	bench requant "$out/requant/Vfcn_requant" "$values"
else
	not_built requant
fi

for geometry in 8x8 16x16 16x4 32x16; do
	cols=${geometry%x*}
	lanes=${geometry#*x}
	# The form for FPGAs, whose pipelines never stand still, has to pass as well.
	gated=1
	[ "$geometry" != 16x4 ] || gated=0
	if build "post-$geometry" "-DCOLS=$cols -DLANES=$lanes" --top-module post_tb \
		-GCOLS="$cols" -GLANES="$lanes" -GGATED="$gated" "$root/tests/rtl/post_tb.v" \
		"$root/tests/rtl/post_tb.cpp" "$root/tests/rtl/post_bench.cpp"; then
		bench "post-$geometry" "$out/post-$geometry/Vpost_tb" "$seed" "$commands"
	else
		not_built "post-$geometry"
	fi
done

echo "1..$n"
exit $bad
