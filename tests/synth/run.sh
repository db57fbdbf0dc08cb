#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Synthesis for real FPGAs with open tools (Debian 13's Yosys and nextpnr-ecp5, in a root of their own).
#
#   run.sh BUILD [table|array|core]...     default: all three
#   run.sh BUILD module NAME [PARAMETER VALUE]...
#
#   table   LUT, FF, DSP and block RAM of each geometry, for ECP5 and Xilinx 7 series
#   array   place and route of the bare 8x16 array on ECP5-85F, speed grade 6
#   core    place and route of the whole 8x16 core there, with the places that floorplan.sh gives to its multipliers and memories
#   module  place and route of one module of rtl/ alone, between registers: where to look first, in a minute
#
# Environment: GEOMETRIES, FAMILIES (table; ecp5 xc7), SEEDS (array, core, module: nextpnr seeds, the best counts; 1 2 3, for the core 1),
# GRADE (speed grade, 6), NEXTPNR (more options for nextpnr-ecp5).
# Prints tables in Markdown; logs and netlists stay in BUILD/synth.
set -eu
cd "$(dirname "$0")/../.."
build=${1:?usage: run.sh BUILD [table|array|core|module NAME]...}
shift
[ $# -gt 0 ] || set -- table array core
geometries=${GEOMETRIES:-8x8 8x16 16x16 32x32}
families=${FAMILIES:-ecp5 xc7}
for family in $families; do
	case $family in
	ecp5 | xc7) ;;
	*)
		echo "run.sh: FAMILIES: '$family' is none of ecp5, xc7" >&2
		exit 2
		;;
	esac
done
seeds=${SEEDS:-1 2 3}
grade=${GRADE:-6}

root=$build/root-synth
tests/debian-root.sh trixie "$root" yosys nextpnr-ecp5
out=$build/synth
mkdir -p "$out" "$root/synth"

# Yosys looks for itself in /proc, so the root needs one: in namespaces of its own, nothing is left behind.
in_root() {
	unshare --map-root-user --mount --pid --fork --root="$root" --wd=/synth --mount-proc=/proc sh -c "$1"
}

cp rtl/*.v rtl/*.vh tests/synth/*.v "$root/synth/"
mkdir -p "$root/synth/ecp5"
cp rtl/fpga/ecp5/*.v "$root/synth/ecp5/"

# Files of the core; those that a family brings itself replace the portable ones.
sources() { # FAMILY
	local file name
	for file in "$root"/synth/fcn_*.v; do
		name=$(basename "$file")
		if [ "$1" = ecp5 ] && [ -f "$root/synth/ecp5/$name" ]; then echo "ecp5/$name"; else echo "$name"; fi
	done
}

# Buffer sizes that suit the family's smaller parts with the array; LANES as DSP blocks allow.
parameters() { # ROWSxCOLS
	local rows=${1%x*} cols=${1#*x}
	case $1 in
	8x16) echo "ROWS 8 COLS 16 LANES 2 IFM_LOG2 16 WGT_LOG2 15 OFM_LOG2 16 PAR_LOG2 12 ACC_LOG2 9 GATED 0" ;;
	*) echo "ROWS $rows COLS $cols LANES $((cols < 16 ? cols : 16)) IFM_LOG2 17 WGT_LOG2 16 OFM_LOG2 16 PAR_LOG2 13 ACC_LOG2 9 GATED 0" ;;
	esac
}

chparam() { # "NAME VALUE ..."
	# shellcheck disable=SC2086  # pairs
	printf -- ' -chparam %s %s' $1
}

# ecp5 TOP: commands of Yosys that map to it.
ecp5() {
	printf '%s\n' "synth_ecp5 -top $1 -run begin:map_ffram" "techmap -map ecp5/dpr_map.v t:TRELLIS_DPR16X4" opt_clean \
		"synth_ecp5 -top $1 -run map_ffram:"
}

# synth NAME FAMILY TOP PARAMETERS [EXTRA-SOURCES [PATH-OF-FCN_ENGINES]]: netlist and cell counts; with the path, a floorplan.
synth() {
	local name=$1 family=$2 top=$3 command
	case $family in
	ecp5) command=$(ecp5 "$top") ;;
	xc7) command="synth_xilinx -family xc7 -top $top -noiopad" ;;
	esac
	[ $# -lt 6 ] || command+=$'\n'$(tests/synth/floorplan.sh "$6")
	[ "$family" != ecp5 ] || command+=$'\n'"write_json $name.json"
	printf '%s\n' "read_verilog -I. $(sources "$family" | tr '\n' ' ') ${5-}" \
		"hierarchy -top $top$(chparam "$4")" \
		"$command" "tee -q -o $name.json.stat stat -json" >"$root/synth/$name.ys"
	in_root "yosys -q -l $name.log -s $name.ys" >/dev/null 2>&1 || { tail -n 5 "$root/synth/$name.log" >&2; return 1; }
	mv "$root/synth/$name".* "$out/" 2>/dev/null
}

# count NAME REGEX: cells of the netlist whose type matches.
count() {
	sed -n '/"design": /,$p' "$out/$1.json.stat" | sed -n '/"num_cells_by_type"/,/}/p' | tr -d ' ",' | awk -F: -v re="$2" '$1 ~ re { n += $2 } END { print n + 0 }'
}

row_ecp5() { # GEOMETRY
	local g=$1 name=ecp5_$1
	synth "$name" ecp5 fcn_core "$(parameters "$g")" || return
	# A CCU2C is two LUT4 with a carry, a TRELLIS_DPR16X4 takes four LUT4 for the cells and two for the addresses.
	echo "| $g | ECP5 | $(($(count "$name" '^LUT4$') + 2 * $(count "$name" '^CCU2C$') + 6 * $(count "$name" '^TRELLIS_DPR16X4$'))) LUT4" \
		"| $(count "$name" '^TRELLIS_FF$') | $(count "$name" '^MULT18X18D$') MULT18X18D | $(count "$name" '^DP16KD$|^PDPW16KD$') DP16KD |"
}

row_xc7() { # GEOMETRY
	local g=$1 name=xc7_$1
	synth "$name" xc7 fcn_core "$(parameters "$g")" || return
	echo "| $g | Xilinx 7 | $(($(count "$name" '^LUT[1-6]$') + $(count "$name" '^RAM[0-9]') * 4)) LUT6" \
		"| $(count "$name" '^FD[RSCP]E$') | $(count "$name" '^DSP48E1$') DSP48E1 | $(count "$name" '^RAMB36E1$') RAMB36 + $(count "$name" '^RAMB18E1$') RAMB18 |"
}

table() {
	local g family
	echo '| geometry | family | LUT | FF | DSP | block RAM |'
	echo '|---|---|---|---|---|---|'
	for g in $geometries; do
		for family in $families; do
			"row_$family" "$g"
		done
	done
}

# pnr OPTION...: nextpnr with what all its runs have in common; prints its log.
pnr() {
	in_root "nextpnr-ecp5 --85k --package CABGA381 --speed $grade --lpf-allow-unconstrained --timing-allow-fail --threads 2 \
		--placer-heap-cell-placement-timeout 0 $* ${NEXTPNR-}" 2>&1
}

# place NAME TARGET-MHZ [OPTION...]: every seed; the best clock, its critical path, what is used.  With route, MHz,
# that is the target of routing, which is then a run of its own, and only ends where it is met (or after 1000 passes).
place() {
	local name=$1 target=$2 seed mhz passes best=0 log options
	shift 2
	options=$*
	cp "$out/$name.json" "$root/synth/"
	for seed in $seeds; do
		log=$out/$name.seed$seed.log
		if [ -z "${route-}" ]; then
			pnr --json "$name.json" --seed "$seed" --freq "$target" "$options" >"$log"
		else
			# The placed design keeps its settings, which are stronger than --freq.  Its name has fewer than 16 letters: what the router
			# comes to depends on where nextpnr's memory lies, and longer names are kept elsewhere.
			pnr --json "$name.json" --seed "$seed" --freq "$target" "$options" --no-route --write placed.json >"$log" &&
				sed -i "s/\"target_freq\": \"[0-9.]*\"/\"target_freq\": \"${route}000000.000000\"/" "$root/synth/placed.json" &&
				pnr --json placed.json --no-pack --no-place "$options" --tmg-ripup >>"$log"
		fi || { echo "| $name | seed $seed | failed: $(grep -m1 ERROR "$log") |"; continue; }
		mhz=$(sed -n 's/.*Max frequency for clock.*: \([0-9.]*\) MHz.*/\1/p' "$log" | tail -n 1)
		passes=$(sed -n 's/.* iter=\([0-9]*\) .*/, \1 passes of router2/p' "$log" | tail -n 1)
		echo "| $name | seed $seed$passes | $mhz MHz |"
		if awk "BEGIN { exit !($mhz > $best) }"; then best=$mhz; cp "$log" "$out/$name.best.log"; fi
	done
	echo "| $name | best of seeds $seeds, grade $grade | **$best MHz** |"
	echo
	[ "$best" != 0 ] || return 1
	sed -n '/Device utilisation/,/^$/p' "$out/$name.best.log" | awk '/TRELLIS_FF|TRELLIS_COMB|MULT18|DP16KD|TRELLIS_RAMW/ && !seen[$0]++'
	echo 'Critical path of the best:'
	# The log has a report after placing and one after routing; the last one counts.
	awk '/Critical path report for/ { on = /for clock/; if (on) text = "" } on && /Source|Sink|ns logic/ { text = text $0 "\n" } END { printf "%s", text }' \
		"$out/$name.best.log"
	echo
}

# harness MODULE: Verilog that drives all inputs of the module in MODULE.ports.json from a shift register and folds all
# its outputs, registered, into one pin.
harness() {
	awk -v module="$1" -v parameters="$2" '
		/^    "[^"]*": [{]$/ { top = 0 }
		/^        "top":/ { top = 1 }
		/^      "cells": / { top = 0 }
		top && /^        "[^"]*": [{]$/ { split($0, part, "\""); name = part[2] }
		top && /^          "direction":/ { split($0, part, "\""); direction = part[4] }
		top && /^          "bits":/ {
			bits = gsub(/,/, "", $0) + 1
			if (name == "clk_i") next
			if (direction == "input") { pins = pins sprintf(", .%s(in_q[%d+:%d])", name, in_n, bits); in_n += bits }
			else { pins = pins sprintf(", .%s(out[%d+:%d])", name, out_n, bits); out_n += bits }
		}
		END {
			printf "module module_harness(input wire clk_i, input wire pin_i, output reg pin_o);\n"
			printf "reg [%d:0] in_q;\nwire [%d:0] out;\nreg [%d:0] out_q;\n", in_n - 1, out_n - 1, out_n - 1
			printf "reg [%d:0] fold_q;\ninteger i;\n", int((out_n + 7) / 8) - 1
			printf "always @(posedge clk_i) begin\n    in_q <= {in_q, pin_i};\n    out_q <= out;\n"
			printf "    for (i = 0; i < %d; i = i + 1) fold_q[i] <= ^(out_q >> (8 * i) & 8'"'"'hff);\n", int((out_n + 7) / 8)
			printf "    pin_o <= ^fold_q;\nend\n"
			printf "%s %s dut (.clk_i(clk_i)%s);\nendmodule\n", module, parameters, pins
		}'
}

# alone MODULE [PARAMETER VALUE]...
alone() {
	local module=$1 given='' sources
	shift
	sources=$(sources ecp5 | tr '\n' ' ')
	[ $# = 0 ] || given="#(.$(echo "$*" | sed 's/\([^ ]*\) \([^ ]*\) */\1(\2), ./g; s/, \.$//'))"
	printf '%s\n' "read_verilog -I. $sources" "hierarchy -top $module$([ $# = 0 ] || chparam "$*")" proc \
		"write_json $module.ports.json" >"$root/synth/$module.ys"
	in_root "yosys -q -l $module.log -s $module.ys" >/dev/null
	harness "$module" "$given" <"$root/synth/$module.ports.json" >"$root/synth/module_harness.v"
	printf '%s\n' "read_verilog -I. $sources module_harness.v" "$(ecp5 module_harness)" "write_json $module.json" \
		>"$root/synth/$module.ys"
	in_root "yosys -q -l $module.log -s $module.ys" >/dev/null
	mv "$root/synth/$module".* "$out/"
	echo '| design | run | clock |'
	echo '|---|---|---|'
	place "$module" 80
}

if [ "$1" = module ]; then
	[ -f "rtl/${2-}.v" ] || { echo "run.sh: rtl/ has no module '${2-}'" >&2; exit 2; }
	shift
	alone "$@"
	exit
fi
for what; do
	case $what in
	table) table ;;
	array)
		synth array_8x16 ecp5 array_harness "ROWS 8 COLS 16" array_harness.v
		echo '| design | run | clock |'
		echo '|---|---|---|'
		place array_8x16 150
		;;
	core)
		synth core_8x16 ecp5 core_harness "$(parameters 8x16)" core_harness.v core.u_engines
		echo '| design | run | clock |'
		echo '|---|---|---|'
		seeds=${SEEDS:-1} route=61 place core_8x16 65 --router router2 --placer-heap-timingweight 30
		;;
	*)
		echo "run.sh: '$what' is none of table, array, core, module" >&2
		exit 2
		;;
	esac
done
