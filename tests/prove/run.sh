#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Formal proofs of the core with Yosys and yosys-smtbmc.  Prints TAP, one line for each task.
#
#   run.sh BUILD [--mutants | --check] [PROOF...]
#
# A proof is a harness, tests/prove/PROOF.v, with module prove_PROOF and these lines:
#
#   //@ claim TEXT          what is proved, for the TAP line
#   //@ formal MODULE...    read with FORMAL defined: the properties beside the code count
#   //@ cut MODULE...       replaced by free outputs
#   //@ cutcell MODULE/CELL    the same for one instance in a module
#   //@ memory NAME PATH W N   declares NAME, the N words of W bits of the memory PATH, in memories.vh, which the
#                              harness includes; word n is NAME[W*n+:W]
#   //@ include NAME SCRIPT FILE   NAME, which the harness includes, is what the awk SCRIPT makes of FILE
#   //@ resize FILE SED       makes a memory smaller than in the core, in a copy of the Verilog
#   //@ parts NAME...       prove each part, with PROVE_NAME defined, on its own; the harness assumes the parts before
#   //@ induction K         the asserts hold always: base case of K steps, then K-step induction
#   //@ bmc N               the asserts hold for N steps after reset
#   //@ cover N             every cover is reached within N steps
#   //@ seek N              how far to look for a mutant's counterexample (default: the cover's N)
#   //@ check               takes seconds: `make check` runs it, too
#   //@ mutant FILE SED     a bug that the proof must find
#
# In the harness, a wire with the attribute hierconn and the name \dut.a.b is the wire b of instance a of
# instance dut; one that finds no partner is an error.  Memories become registers named mem[N].
# --mutants runs each proof on each of its mutants instead, and is content when it fails.
# --check runs the proofs that take seconds, which have the line //@ check, and looks that every mutant is one: a stage of `make check`.
# Environment: LIMIT, seconds for one task (900); SOLVER (z3).
set -u
build=${1:?usage: run.sh BUILD [--mutants | --check] [PROOF...]}
shift
mkdir -p "$build" || exit 1
build=$(cd "$build" && pwd)
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
mutants=0
quick=0
case "${1:-}" in
--mutants)
	mutants=1
	shift
	;;
--check)
	quick=1
	shift
	;;
esac
solver=${SOLVER:-z3}
limit=${LIMIT:-900}     # seconds for one task
. tests/tap.sh

directive() { # FILE KEY: the values of all lines with that key
	sed -n "s|^//@ $2 ||p" "$1"
}

# declare_memories: Verilog for lines of NAME PATH WIDTH WORDS.
declare_memories() {
	local name path width words word
	while read -r name path width words; do
		for word in $(seq 0 $((words - 1))); do
			echo "(* hierconn *) wire [$((width - 1)):0] \\${path}[$word] ;"
		done
		echo "wire [$((width * words - 1)):0] $name = {"
		for word in $(seq $((words - 1)) -1 1); do
			echo "\\${path}[$word] ,"
		done
		echo "\\${path}[0] };"
	done
}

# elaborate PROOF RTL DIR PART: the harness with the Verilog in RTL becomes DIR/model.smt2.
elaborate() {
	local harness=$root/tests/prove/$1.v rtl=$2 dir=$3 module file script
	if [ -n "$(directive "$harness" resize)" ]; then
		rm -rf "$dir/resized"
		cp -r "$rtl" "$dir/resized"
		rtl=$dir/resized
		while read -r file script; do
			cp "$rtl/$file" "$dir/before.v"
			sed -i "$script" "$rtl/$file"
			! cmp -s "$rtl/$file" "$dir/before.v" || return 1
		done < <(directive "$harness" resize)
	fi
	directive "$harness" memory | declare_memories >"$dir/memories.vh"
	while read -r file script module; do
		awk -f "$root/tests/prove/$script" "$root/$module" >"$dir/$file" || return 1
	done < <(directive "$harness" include)
	{
		for module in $(directive "$harness" formal); do
			echo "read_verilog -formal -I$rtl $rtl/$module.v"
		done
		echo "read_verilog -formal -DPROVE_$4 -I$rtl -I$dir $harness"
		echo "hierarchy -check -top prove_$1 -libdir $rtl"
		# Cut first: what is inside need not be worked on.
		for module in $(directive "$harness" cut); do
			echo "delete $module/p:* \$paramod*?$module/p:* \$paramod*?$module?*/p:*"
			echo "delete $module/m:* \$paramod*?$module/m:* \$paramod*?$module?*/m:*"
			echo "cutpoint $module \$paramod*?$module \$paramod*?$module?*"
			echo "select -assert-min 1 $module/t:\$anyseq \$paramod*?$module/t:\$anyseq \$paramod*?$module?*/t:\$anyseq"
			echo "select -assert-none $module/t:* \$paramod*?$module/t:* \$paramod*?$module?*/t:* %% t:\$anyseq %d"
		done
		echo "hierarchy -top prove_$1"
		echo "proc"
		for module in $(directive "$harness" cutcell); do
			echo "select -assert-count 1 $module"
			echo "cutpoint $module"
		done
		echo "memory_collect"
		echo "memory_map"
		echo "flatten"
		echo "select -assert-none a:hierconn"
		echo "opt_clean"
		echo "check -assert"
		echo "setundef -anyseq"
		echo "opt -full"
		echo "opt_clean -purge"
		echo "dffunmap"
		echo "write_smt2 -wires $dir/model.smt2"
	} >"$dir/model.ys"
	timeout "$limit" yosys -q -s "$dir/model.ys" >"$dir/yosys.log" 2>&1
}

solve() { # DIR LOG OPTION...
	local dir=$1 log=$2
	shift 2
	# shellcheck disable=SC2086  # SMTBMC is a list of options
	timeout "$limit" yosys-smtbmc -s "$solver" --unroll --noprogress ${SMTBMC:-} "$@" "$dir/model.smt2" >"$log" 2>&1
}

induct() { # DIR K: base case, then step
	[ -n "${STEP:-}" ] || solve "$1" "$1/induction.log" -t "$2" && solve "$1" "$1/induction.log" -i -t "$2"
}

parts() { # HARNESS
	local list
	list=$(directive "$1" parts)
	echo "${list:-all}"
}

prove() { # PROOF
	local harness=tests/prove/$1.v dir=$build/prove/$1 k claim part
	mkdir -p "$dir"
	claim=$(directive "$harness" claim)
	for part in $(parts "$harness"); do
		if ! elaborate "$1" "$root/rtl" "$dir" "$part"; then
			result 1 "$1: elaborates" "$dir/yosys.log"
			return
		fi
		[ "$part" = all ] || part="$1, $part"
		[ "$part" = all ] && part=$1
		for k in $(directive "$harness" induction); do
			induct "$dir" "$k"
			result $? "$part: unbounded, by $k-induction: $claim" "$dir/induction.log"
		done
		for k in $(directive "$harness" bmc); do
			solve "$dir" "$dir/bmc.log" -t "$k"
			result $? "$part: bounded, $k steps: $claim" "$dir/bmc.log"
		done
	done
	[ -n "${STEP:-}" ] && return
	for k in $(directive "$harness" cover); do
		solve "$dir" "$dir/cover.log" -c -t "$k"
		result $? "$1: covers are reached" "$dir/cover.log"
	done
}

# mutate PROOF NUMBER FILE SED
mutate() {
	local harness=tests/prove/$1.v dir=$build/prove/$1.mutant$2 file=$3 k seek part
	rm -rf "$dir"
	mkdir -p "$dir"
	cp -r "$root/rtl" "$dir/rtl"
	sed -i "$4" "$dir/rtl/$file"
	if cmp -s "rtl/$file" "$dir/rtl/$file"; then
		result 1 "$1: mutant $2 changes nothing: $4"
		return
	fi
	seek=$(directive "$harness" seek)
	seek=${seek:-$(directive "$harness" cover)}
	for part in $(parts "$harness"); do
		if ! elaborate "$1" "$dir/rtl" "$dir" "$part"; then
			result 1 "$1: mutant $2 elaborates" "$dir/yosys.log"
			return
		fi
		if ! solve "$dir" "$dir/bmc.log" -t "$seek" && grep -q 'Status: FAILED' "$dir/bmc.log"; then
			result 0 "$1: mutant $2 of $file has a counterexample of $(sed -n 's/.*Checking assertions in step \([0-9]*\).*/\1/p' "$dir/bmc.log" | tail -n 1) steps"
			return
		fi
		for k in $(directive "$harness" induction); do
			if ! solve "$dir" "$dir/induction.log" -i -t "$k" && grep -q 'Status: FAILED' "$dir/induction.log"; then
				result 0 "$1: mutant $2 of $file is not inductive (no counterexample within $seek steps)"
				return
			fi
		done
	done
	result 1 "$1: mutant $2 of $file fails: $4" "$dir/bmc.log"
}

# A mutant whose line of Verilog was written anew is none any more.
mutants_apply() {
	local harness file script log=$build/prove/mutants.log
	mkdir -p "$build/prove"
	for harness in tests/prove/*.v; do
		while read -r file script; do
			! sed "$script" "rtl/$file" | cmp -s - "rtl/$file" || echo "$(basename "$harness" .v): nothing in $file for $script"
		done < <(directive "$harness" mutant)
	done >"$log"
	! [ -s "$log" ]
	result $? "every mutant changes its file" "$log"
}

proofs=("$@")
if [ $# = 0 ]; then
	for harness in tests/prove/*.v; do
		[ $quick = 0 ] || grep -q '^//@ check' "$harness" || continue
		proofs+=("$(basename "$harness" .v)")
	done
	[ $quick = 0 ] || mutants_apply
fi
for proof in "${proofs[@]}"; do
	if [ $mutants = 0 ]; then
		prove "$proof"
		continue
	fi
	number=0
	while read -r file script; do
		number=$((number + 1))
		mutate "$proof" $number "$file" "$script"
	done < <(directive "tests/prove/$proof.v" mutant)
done
finish
