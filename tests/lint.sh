#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Lints and elaborates every Verilog module alone, in Verilator, Icarus and Yosys, and the top in every geometry.
# Checks the shell scripts and the licence line of every file.  Prints TAP.
#
#   lint.sh BUILD
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:?usage: lint.sh BUILD}
out=$build/lint
mkdir -p "$out"
. tests/tap.sh

elaborate() { # FILE MODULE
	local log=$out/$2.log
	verilator --lint-only -Wall -Irtl --top-module "$2" "$1" >"$log" 2>&1
	result $? "verilator $2" "$log"
	iverilog -g2005 -Wall -Wno-timescale -Irtl -yrtl -s "$2" -t null -o "$out/$2.vvp" "$1" >"$log" 2>&1 && ! grep -q . "$log"
	result $? "icarus $2" "$log"
}

for file in rtl/*.v; do
	elaborate "$file" "$(basename "$file" .v)"
done

# One Yosys run reads all files once; then each module is elaborated from that copy.
script="read_verilog -Irtl $(echo rtl/*.v)"
for file in rtl/*.v; do
	module=$(basename "$file" .v)
	{
		echo "$script"
		echo "hierarchy -check -top $module"
		echo "proc; flatten; opt_clean; check -assert"
		echo "select -assert-none t:\$dlatch t:\$adlatch t:\$_DLATCH_*"
	} >"$out/$module.ys"
	yosys -q -s "$out/$module.ys" >"$out/$module.log" 2>&1
	result $? "yosys $module: no latch, no loop, no double driver" "$out/$module.log"
done

git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck -x >"$out/shellcheck.log" 2>&1
result $? "shellcheck" "$out/shellcheck.log"

git ls-files | grep -vE '^LICENSES/|^\.gitignore$|\.(png|jpg|npy|onnx)$' | while read -r file; do
	head -n 3 "$file" | grep -q 'SPDX-License-Identifier:' || echo "$file: no SPDX-License-Identifier in its first three lines"
done >"$out/spdx.log"
! grep -q . "$out/spdx.log"
result $? "every file names its licence" "$out/spdx.log"

finish
