#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds a test program in C with the functional model, the simulator library and Verilated cores.
#
#   build.sh BUILD PROGRAM 'LIBRARIES' SOURCE...
#
# GEOMETRIES names the cores (default: 8x8 8x16 16x16), CC the compiler, TEST_CFLAGS more options for the
# sources, VARIANT a variant of the simulator (sim/sim.mk).  The program lands in BUILD/tests/PROGRAM, or in
# BUILD/tests-VARIANT; prints nothing when all is well.
set -eu
cd "$(dirname "$0")/../.."
build=$1 program=$2 libraries=$3
shift 3
cc=${CC:-gcc}
geometries=${GEOMETRIES:-8x8 8x16 16x16}
suffix=${VARIANT:+-$VARIANT}
out=$build/tests$suffix/$program.d
mkdir -p "$out"

make -s BUILD="$build" GEOMETRIES="$geometries" sim-lib >"$out/sim.log" 2>&1 || {
	cat "$out/sim.log" >&2
	exit 1
}
cores=()
for g in $geometries; do
	cores+=("-Wl,-u,fcn_core_$g" "$build/verilated$suffix/$g/libVfcn_$g.a")
done
objects=()
for source in "$@"; do
	object=$out/$(basename "$source" .c).o
	# shellcheck disable=SC2086 # TEST_CFLAGS are several options
	$cc -std=c11 -O2 -g -Wall -Wextra -Werror ${TEST_CFLAGS:-} \
		-Iuapi -Isim -Isim/model -Itests/stream -Itests/conformance -c -o "$object" "$source"
	objects+=("$object")
done
# shellcheck disable=SC2086
$cc ${TEST_CFLAGS:-} -o "$build/tests$suffix/$program" "${objects[@]}" "${cores[@]}" "$build/sim$suffix/libfcnsim.a" \
	$libraries -lstdc++ -lm -lpthread
