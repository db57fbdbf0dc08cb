#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A soak: mixed clients, random models, streams and faults for as long as one likes, and counts of memory and descriptors that must stay flat.
# Prints TAP, with a table of the counts.
#
#   run.sh BUILD HOURS [KERNEL]      default kernel: 6.12
#
# Half of the time each, on two processors:
#   clients of libaccel in process (tests/soak/clients.c), beside a guest whose device has a late bus, slow registers, lost and spurious
#   interrupts: nobody may notice;
#   random command streams against the functional model (tests/stream/soak.sh), beside a guest whose device has bus errors and engines that
#   hang: jobs may fail, results may not be wrong.
# SEED: of all random numbers (from the clock); what a run leaves is in BUILD/soak.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: run.sh BUILD HOURS [KERNEL]}
hours=${2:?usage: run.sh BUILD HOURS [KERNEL]}
kernel=${3:-6.12}
seed=${SEED:-$(date +%s)}
out=$build/soak
export BUILD=$build
. tests/hil/build.sh
. tests/fuzz/guest.sh
seconds=$(awk -v h="$hours" 'BEGIN { print int(1800 * h) }')
mkdir -p "$out"
echo "# seed $seed: twice $seconds s; kernel $kernel"

build_soak() {
	make -s -f tests/soak/soak.mk >"$out/build.log" 2>&1 && make -s accelctl tools >>"$out/build.log" 2>&1
	result $? "the programs build" "$out/build.log" || return
	rm -rf "$out/models"
	tests/kselftest/models.sh "$build" "$out/models" >"$out/build.log" 2>&1 && rm -rf "$out/random" && mkdir -p "$out/random" &&
		"$out/seeds" "$out/random" 16 20000 >>"$out/build.log" 2>&1
	result $? "random models are made" "$out/build.log" || return
	for model in "$out"/random/*; do
		mv "$model" "$out/models/$(basename "$model").onnx"
	done
}

# Plans of faults, by the seed.
plan() { # benign|hostile
	echo "seed $seed"
	awk -v seed="$seed" -v kind="$1" 'BEGIN {
		srand(seed)
		if (kind == "benign") {
			print "late-read at=100000 one-in=300 cycles=3000"
			print "late-write at=100000 one-in=300 cycles=3000"
			print "slow-reg at=100000 one-in=200 cycles=500"
			print "lost-irq at=100000 one-in=400"
			for (i = 0; i < 20; i++)
				printf "spurious-irq at=%.0f cycles=%d\n", 100000 + 3e9 * rand() * rand(), 1 + 100 * rand()
		} else {
			print "read-error at=100000 one-in=4000"
			print "write-error at=100000 one-in=3000 resp=decerr"
			print "lost-irq at=100000 one-in=400"
			for (i = 0; i < 10; i++)
				print "stuck-engine engine=" (rand() < 0.5 ? "load" : "store") " at=100000 nth=" int(1 + 2e5 * rand() * rand())
		}
	}'
}

# prepare KIND: a guest's files.
prepare() {
	local dir=$out/$1 status
	mkdir -p "$dir"
	fuzz_build "$kernel" "$dir" || return
	plan "$1" >"$dir/plan"
	cp tests/soak/guest_soak.sh "$dir/tests/guest_soak.sh"
	cp -R "$out/models" "$dir/tests/"
	mkdir -p "$dir/files/bin"
	printf 'fuzz_ioctl\nguest_soak.sh\n' >"$dir/tests/list"
	sim/hil/initramfs.sh "$kernel" "$dir/base.gz" --ko "$dir/fcn_accel.ko" --module vgem --program "$build/accelctl" \
		--tests "$dir/tests" >"$dir/build.log" 2>&1
	status=$?
	result $status "the guest's root is made: $1" "$dir/build.log"
}

# guest KIND VARIABLES: runs it, to $out/KIND/status.  A job of a network may take seconds on a busy machine, and is not to be ended for that.
guest() {
	HIL_APPEND="fcn_accel.timeout_ms=20000 fcn_accel.job_cap_ms=30000 ${HIL_APPEND-}" HIL_SERVER="--faults plan" fuzz_guest "$kernel" "$out/$1" $((seconds + 300)) \
		"SOAK_SECONDS=$seconds SOAK_SEED=$seed $2 guest_soak.sh"
	echo $? >"$out/$1/status"
}

# Allowed are what caches of the kernel settle by, and what a count is off by (files are counted by processor, 32 at a time).
judge_guest() { # KIND
	local dir=$out/$1
	result "$(cat "$dir/status")" "the guest powers off by itself: $1" "$dir/guest.log"
	awk -v list="load guest_soak.sh unload" -f tests/hil/results.awk "$dir/results.log" >"$dir/results.tap"
	number <"$dir/results.tap"
	awk -f tests/hil/splat.awk "$dir/console.log" >"$dir/splats"
	result $? "the kernel has nothing to complain about: $1" "$dir/splats"
	sed -n 's/^@count \([0-9. ]*\).*/\1/p' "$dir/results.log" |
		"$out/judge" used_KiB=16384 slab_KiB=1024 files=128 dmabufs=0 clients=0 >"$dir/judge.tap"
	sed "s/^\(not \)\{0,1\}ok [0-9]* - /\1ok - $1: /" "$dir/judge.tap" >"$dir/judge.lines"
	number <"$dir/judge.lines"
	tail -n 1 "$dir/server.log" | sed 's/^/# /'
}

if build_soak && prepare benign && prepare hostile; then
	"$out/clients" "$seconds" "$seed" >"$out/clients.log" 2>&1 &
	clients=$!
	guest benign ""
	wait "$clients"
	status=$?
	sed '/^1\.\./d; s/^\(not \)\{0,1\}ok [0-9]* - /\1ok - /' "$out/clients.log" >"$out/clients.tap"
	number <"$out/clients.tap"
	result "$status" "the clients come to their end" "$out/clients.log"
	judge_guest benign

	tests/stream/soak.sh "$build" "$(awk -v s="$seconds" 'BEGIN { print s / 3600 }')" >"$out/streams.log" 2>&1 &
	streams=$!
	guest hostile SOAK_FAULTS=1
	wait "$streams"
	status=$?
	result "$status" "random streams are as in the model: $(awk '/ cases, / { for (i = 1; i < NF; i++) if ($(i + 1) == "cases,") s += $i } END { print s + 0 }' "$out/streams.log") cases" \
		"$out/streams.log"
	judge_guest hostile
fi
finish
