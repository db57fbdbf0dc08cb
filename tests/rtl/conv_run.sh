#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds and runs the tests of the CONV engine, and of the multiplier for ECP5: conv_run.sh BUILD [RxC...].  Prints TAP.
# With MODE=bench it prints the speed of the simulation instead.  SEED and ROUNDS go to the bench.
set -u

if [ $# -lt 1 ]; then
	echo "usage: $0 BUILD [RxC...]" >&2
	exit 2
fi
mkdir -p "$1/conv" || exit 1
out=$(cd "$1/conv" && pwd)
shift
[ $# -gt 0 ] || set -- 8x8 8x16 16x16 32x32
root=$(cd "$(dirname "$0")/../.." && pwd)
if [ "${MODE:-test}" = bench ]; then
	sizes="-GIFM_LOG2=17 -GWGT_LOG2=16 -GACC_LOG2=9"
	defs="-DIFM_LOG2=17 -DWGT_LOG2=16 -DACC_LOG2=9"
	flags="--x-assign fast --x-initial fast --noassert"
else
	sizes="-GIFM_LOG2=12 -GWGT_LOG2=14 -GACC_LOG2=6"
	defs="-DIFM_LOG2=12 -DWGT_LOG2=14 -DACC_LOG2=6"
	flags="--x-assign unique --x-initial unique"
fi

# Numbers the tests of all geometries in one row.
n=0
status=0
if [ "${MODE:-test}" = test ]; then
	n=1
	sed 's/^module fcn_mul/module fcn_mul_ecp5/' "$root/rtl/fpga/ecp5/fcn_mul.v" >"$out/fcn_mul_ecp5.v"
	iverilog -g2005 -s mul_tb -o "$out/mul_tb" "$root/tests/rtl/mul_tb.v" "$root/rtl/fcn_mul.v" "$out/fcn_mul_ecp5.v" \
		>"$out/mul_tb.log" 2>&1 && "$out/mul_tb" >>"$out/mul_tb.log" 2>&1
	if grep -q '^ok' "$out/mul_tb.log"; then
		sed -n 's/^ok/ok 1/p' "$out/mul_tb.log"
	else
		echo "not ok 1 - the multiplier for ECP5 gives what the portable one gives"
		sed 's/^/# /' "$out/mul_tb.log"
		status=1
	fi
fi
for geometry; do
	rows=${geometry%x*}
	cols=${geometry#*x}
	# The form for FPGAs, whose array never stands still, has to pass as well.
	gated=1
	[ "$geometry" != 8x16 ] || gated=0
	dir=$out/${MODE:-test}-$geometry
	# shellcheck disable=SC2086 # lists of options
	if ! verilator --cc --exe --build -O3 $flags -I"$root/rtl" --Mdir "$dir" --top-module conv_tb \
		-GROWS="$rows" -GCOLS="$cols" -GGATED="$gated" $sizes -MAKEFLAGS "OPT_FAST='-O3 -march=native'" \
		-CFLAGS "-std=c++17 -O2 -Wall -Wextra -I$root/uapi -I$root/tests/rtl -DROWS=${rows}u -DCOLS=${cols}u $defs" \
		"$root/tests/rtl/conv_tb.v" "$root/tests/rtl/conv_tb.cpp" >"$dir.log" 2>&1; then
		n=$((n + 1))
		echo "not ok $n - $geometry: the bench builds"
		sed 's/^/# /' "$dir.log"
		status=1
		continue
	fi
	if [ "${MODE:-test}" = bench ]; then
		"$dir/Vconv_tb" bench
		continue
	fi
	"$dir/Vconv_tb" "${SEED:-1}" "${ROUNDS:-40}" >"$dir.tap" || status=1
	awk -v n="$n" '/^(not )?ok / { sub(/ok [0-9]+/, "ok " ++n) } !/^1\.\./' "$dir.tap"
	n=$((n + $(grep -cE '^(not )?ok ' "$dir.tap")))
done
[ "${MODE:-test}" = bench ] || echo "1..$n"
exit $status
