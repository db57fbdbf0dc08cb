#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Prints the figures of the 16x16 core beside their targets.  A benchmark, not a test: nothing here fails for being slow.
#
#   make bench-core, or FCN_CXX=COMPILER run.sh BUILD
set -eu
cd "$(dirname "$0")/../.."
build=${1:?usage: make bench-core}
cxx=${FCN_CXX:?what compiles the cores, as sim/sim.mk chooses it: run make bench-core}
out=$build/tests/bench_array.d
mkdir -p "$build/tests"

GEOMETRIES=16x16 tests/stream/build.sh "$build" bench_core '' tests/bench/bench_{core,speed}.c \
	tests/conformance/{emit,emit_plan,rig}.c

# The bare array, Verilated and compiled as the whole core is (sim/sim.mk, sim/verilated.mk).  NDEBUG: clang's code of
# Verilator's assertions would need libatomic.
verilator --cc --exe --build -O3 --noassert --x-assign fast --x-initial fast --top-module fcn_array -GROWS=16 -GCOLS=16 \
	-Irtl -y rtl -Mdir "$out" -o bench_array -CFLAGS -DNDEBUG -MAKEFLAGS "CXX=$cxx OPT_FAST='-O3 -march=native' OPT_SLOW=-O1 OPT_GLOBAL=-O2" \
	sim/verilator.vlt rtl/fcn_array.v "$PWD/tests/bench/bench_array.cpp" >"$out.log" 2>&1 || {
	cat "$out.log" >&2
	exit 1
}
"$build/tests/bench_core" "$("$out/bench_array")"
