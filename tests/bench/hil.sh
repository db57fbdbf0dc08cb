#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Figures of the driver in a guest, against the Verilated core as a PCIe function: register accesses and ioctls of a job, what lies
# between two queued jobs, latency and processor time beside the same runs on rtl:, where the core is in the process.
# A benchmark, not a test: nothing here fails for being slow.  Progress goes to stderr.
#
#   hil.sh BUILD [6.12|backports]...    default: both
#
# Two guests of each kernel: one is only timed, one is counted (fcn-vfio's log, the kernel's tracepoint of ioctl()), which costs time.
# Environment: what sim/hil/guest.sh and sim/hil/kernel.sh take.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: hil.sh BUILD [6.12|backports]...}
shift
[ $# -gt 0 ] || set -- 6.12 backports
export BUILD=$build
. tests/hil/build.sh
out=$build/bench-hil
failed=0
mkdir -p "$out"

# NAME MODEL one|two WARM RUNS: a job of some thousand cycles, one of a quarter million, and the same with another behind it.
time_cases='tiny mlp one 20 500
net unet one 2 20
queued unet two 2 20'
count_cases='tiny mlp one 10 200
net unet one 1 5
queued unet two 2 10'

give_up() { # LOG
	tail -n 30 "$1" >&2
	echo "bench-hil: failed; more in $1" >&2
	exit 1
}

build_host() {
	echo "bench-hil: building" >&2
	{
		make -s vfio accelctl tools && make -s -f tests/bench/hil.mk &&
			"$build/accel-model" mlp "$out/mlp.onnx" && "$build/accel-model" unet "$out/unet.onnx" size=32 channels=16
	} >"$out/make.log" 2>&1 || give_up "$out/make.log"
}

build_guest() { # KERNEL CASES NAME: the root of a guest that runs them
	local dir=$out/$1 log=$out/$1/build.log
	mkdir -p "$dir/tests/models"
	build_module "$1" "$dir" >"$log" 2>&1 || give_up "$log"
	cp "$out"/{mlp,unet}.onnx "$dir/tests/models/"
	cp tests/bench/hil_guest.sh "$dir/tests/"
	echo hil_guest.sh >"$dir/tests/list"
	echo "$2" >"$dir/tests/models/cases"
	sim/hil/initramfs.sh "$1" "$dir/$3.gz" --ko "$dir/fcn_accel.ko" --module vgem --program "$out/hil_client" --tests "$dir/tests" >"$log" 2>&1 ||
		give_up "$log"
}

# Time on a processor, in ticks, of the processes that are still there.
ticks() { # PID...
	local pid line sum=0
	for pid; do
		line=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
		# Behind the name, which may have blanks: the 12th and the 13th.
		read -r -a line <<<"${line##*) }"
		sum=$((sum + line[11] + line[12]))
	done
	echo "$sum"
}

# Runs a guest.  At each begin and end of a measurement, writes what QEMU and the server have used until then.
run_guest() { # KERNEL NAME
	local dir=$out/$1/$2 guest pid qemu="" server="" marks=0 n children
	mkdir -p "$dir"
	rm -f "$dir/results.log" "$dir/qemu.pid"
	: >"$dir/ticks"
	HIL_TIMEOUT=${HIL_TIMEOUT:-480} HIL_QEMU="${HIL_QEMU-} -pidfile qemu.pid" sim/hil/guest.sh "$1" "$out/$1/$2.gz" "$dir" test >"$dir/guest.log" 2>&1 &
	guest=$!
	while kill -0 "$guest" 2>/dev/null; do
		sleep 0.1
		n=$(grep -c '^measure[sd]' "$dir/results.log" 2>/dev/null)
		[ "${n:-0}" -gt "$marks" ] || continue
		marks=$n
		if [ -z "$server" ]; then
			qemu=$(cat "$dir/qemu.pid")
			read -r -a children <"/proc/$guest/task/$guest/children"
			for pid in "${children[@]}"; do
				[ "$(cat "/proc/$pid/comm")" != fcn-vfio ] || server=$pid
			done
		fi
		echo "$(ticks "$qemu") $(ticks "$server")" >>"$dir/ticks"
	done
	wait "$guest" || give_up "$dir/guest.log"
	tr -d '\r' <"$dir/results.log" >"$dir/results"
	grep -q '^not ok' "$dir/results" && give_up "$dir/results"
	grep -q '^@finished' "$dir/results" || give_up "$dir/results"
}

# The same runs with the core in the process.
run_rtl() {
	local name model how warm runs
	echo "bench-hil: the same on rtl:" >&2
	while read -r name model how warm runs; do
		echo "case $name"
		"$out/hil_client" rtl: "$out/$model.onnx" "$how" "$warm" "$runs" || return
	done <<<"$time_cases"
}

# A field of a case: field FILE CASE KEY
field() {
	awk -v name="$2" -v key="$3" '/^case / { on = $2 == name } on { for (i = 1; i <= NF; i++) if (index($i, key "=") == 1) { print substr($i, length(key) + 2); exit } }' "$1"
}

# The ranges of jobs for hil_log.awk.
ranges() { # FILE
	awk '/^case / { name = $2 } /^jobs=/ { split($1, jobs, "="); split($2, before, "="); printf "%s:%s:%s ", name, before[2], jobs[2] }' "$1"
}

print_counts() { # KERNEL
	local dir=$out/$1/count
	awk -v cases="$(ranges "$dir/results")" -f tests/bench/hil_log.awk "$dir/log.txt" >"$dir/counts"
	grep -E '^(case|jobs|ioctl|dropped)' "$dir/results" | cat - "$dir/counts" | awk '
	/^case / { name = $2; order[++cases] = name }
	/^jobs=/ { split($1, a, "="); split($2, b, "="); jobs[name] = a[2]; all += a[2] + b[2] }
	/^dropped/ { print "bench-hil: the kernel dropped counts of ioctls" | "cat >&2"; bad = 1 }
	/^ioctl/ {
		n = substr($2, length($2) - 3)
		what = n == "6445" ? "SUBMIT" : n == "6443" ? "BO_CPU_PREP" : n == "6444" ? "BO_CPU_FINI" : n == "64c3" ? "SYNCOBJ_WAIT" : \
			n == "64c1" ? "SYNCOBJ_HANDLE_TO_FD" : n == "64bf" ? "SYNCOBJ_CREATE" : n == "64c0" ? "SYNCOBJ_DESTROY" : $2
		if (what == "SUBMIT")
			submits[name] = $3
		else
			others[name] = others[name] sprintf(" %s %.2f", what, $3 / jobs[name])
	}
	/^reg / { accesses[$2, $3] += $5; if (!(($2, $3, $4) in reg)) regs[$2, $3] = regs[$2, $3] " " $4; reg[$2, $3, $4] = $5 }
	/^gap / { gap[$2, $3] = sprintf("%8.1f most %d, %d pairs", $5, $6, $4); }
	/^jobs [0-9]/ && $2 != all {
		printf "bench-hil: the core was started %d times for %d jobs: the counts below are not of these jobs alone\n", $2, all | "cat >&2"
		bad = 1
	}
	END {
		for (i = 1; i <= cases; i++) {
			name = order[i]
			printf "%-7s register reads a job   %13.2f   wanted 0\n", name, accesses[name, "read"] / jobs[name]
			printf "%-7s register writes a job %14.2f   wanted 6, reads included\n", name, accesses[name, "write"] / jobs[name]
			printf "%-7s SUBMIT ioctls a job %16.2f   wanted 1\n", name, submits[name] / jobs[name]
			printf "%-7s others                               %s\n", name, others[name]
			if ((name, "record") in gap) {
				printf "%-7s cycles, record to next request   %s\n", name, gap[name, "record"]
				printf "%-7s cycles, results to next operands %s\n", name, gap[name, "results"]
			}
		}
		exit bad
	}' || failed=1
}

# What each measurement took of a process' processor, in microseconds a run: column 1 QEMU, 2 the server.
spent() { # DIR MEASUREMENT COLUMN RUNS
	awk -v pair="$2" -v col="$3" -v runs="$4" -v hz="$(getconf CLK_TCK)" '
		NR == 2 * pair - 1 { begin = $col }
		NR == 2 * pair { printf "%.1f", ($col - begin) * 1e6 / hz / runs }' "$1/ticks"
}

print_times() { # KERNEL
	local dir=$out/$1/time name i=0 runs format='%-7s %-50s %10s %10s\n' of=$out/rtl
	# shellcheck disable=SC2059  # a format of our own
	printf "$format" case "microseconds" 'drm: guest' 'rtl: here'
	while read -r name; do
		i=$((i + 1))
		runs=$(field "$dir/results" "$name" runs)
		# shellcheck disable=SC2059
		printf "$format" \
			"$name" "a run, mean" "$(field "$dir/results" "$name" mean_us)" "$(field "$of" "$name" mean_us)" \
			"$name" "a run, median" "$(field "$dir/results" "$name" median_us)" "$(field "$of" "$name" median_us)" \
			"$name" "processor: application, of its own machine" "$(field "$dir/results" "$name" cpu_us)" "$(field "$of" "$name" cpu_us)" \
			"$name" "processor: QEMU, of this machine" "$(spent "$dir" "$i" 1 "$runs")" - \
			"$name" "processor: fcn-vfio with the core, of this machine" "$(spent "$dir" "$i" 2 "$runs")" -
	done < <(awk '{ print $1 }' <<<"$time_cases")
}


print_suite() { # KERNEL
	local log=$build/hil/$1/results.log
	if grep -q '^@finished' "$log" 2>/dev/null; then
		awk -v at="$(date -r "$log" '+%F %H:%M')" '/^@boot/ { boot = $2 } /^@finished/ { end = $2 }
			END { printf "whole suite, guest seconds: %.0f, of which %.0f boot (last make hil, %s)   wanted 240\n", end, boot, at }' <(tr -d '\r' <"$log")
	else
		echo "whole suite: not run yet on this kernel (make hil KERNEL=$1)"
	fi
}

build_host
run_rtl >"$out/rtl" || exit 1
for kernel; do
	for run in time count; do
		cases=$time_cases
		[ "$run" = time ] || cases=$count_cases
		echo "bench-hil: kernel $kernel, a guest to $run" >&2
		build_guest "$kernel" "$cases" "$run"
		HIL_APPEND="${HIL_APPEND-} HIL_BENCH=$run" HIL_SERVER="$([ "$run" = time ] || echo '--log log.txt') ${HIL_SERVER-}" run_guest "$kernel" "$run"
	done
	printf '\n== kernel %s\n' "$(sim/hil/kernel.sh "$kernel" | sed -n 's/^release=//p')"
	print_counts "$kernel"
	print_times "$kernel"
	print_suite "$kernel"
done
exit "$failed"
