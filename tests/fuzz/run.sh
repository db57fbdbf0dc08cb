#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Fuzzes the driver's ioctls in a guest, with command streams on the simulated core, beside a client whose results are checked
# (tests/fuzz/main.c).  Prints TAP.
#
#   run.sh BUILD [SECONDS [KERNEL]]      default: 60 seconds of the guest's time
#
# KERNEL: 6.12, backports, debug; default: debug (KCOV, KASAN, lockdep) when it has been built or HIL_DEBUG=1, else 6.12.
# SEED: of the random numbers (1); WORKERS: processes (3).
#
# BUILD/fuzz-ioctl/KERNEL has what a run leaves: console.log, results.log, journal (each sequence before it ran; the last ones are what
# brought the kernel down), and corpus.seq, which the next run starts from.  To repeat sequences: tests/fuzz/replay.sh.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: run.sh BUILD [SECONDS [KERNEL]]}
seconds=${2:-60}
kernel=${3:-}
export BUILD=$build
. tests/hil/build.sh
. tests/fuzz/guest.sh

if [ -z "$kernel" ]; then
	kernel=6.12
	[ ! -x sim/hil/debug-kernel.sh ] || ! { [ "${HIL_DEBUG:-0}" = 1 ] || sim/hil/debug-kernel.sh debug --ready; } || kernel=debug
fi
dir=$build/fuzz-ioctl/$kernel
mkdir -p "$dir"
echo "# kernel $kernel, $seconds s, seed ${SEED:-1}"
if fuzz_build "$kernel" "$dir"; then
	[ ! -f "$dir/corpus.seq" ] || cp "$dir/corpus.seq" "$dir/files/tests/seeds/"
	fuzz_guest "$kernel" "$dir" "$((seconds + 400))" \
		"fuzz_ioctl --seconds $seconds --seed ${SEED:-1} --workers ${WORKERS:-3} --seeds /tests/seeds --journal debugcon --survive --corpus"
	result $? "the guest powers off by itself" "$dir/guest.log"
	awk -v list="load fuzz_ioctl unload" -f tests/hil/results.awk "$dir/results.log" >"$dir/results.tap"
	number <"$dir/results.tap"
	awk -f tests/hil/splat.awk "$dir/console.log" >"$dir/splats"
	if ! result $? "the kernel has nothing to complain about" "$dir/splats"; then
		echo "# the last sequences:"
		tail -n 120 "$dir/journal" | sed "s/^/# /"
	fi
	grep -E 'is no register|not of 32 aligned|broke a rule' "$dir/server.log" >"$dir/server.odd"
	result $((1 - $?)) "the driver and the core keep their rules" "$dir/server.odd"
	sed -n "s/^@seq //p" "$dir/results.log" | tr -d "\r" >"$dir/corpus.new"
	[ ! -s "$dir/corpus.new" ] || mv "$dir/corpus.new" "$dir/corpus.seq"
fi
finish
