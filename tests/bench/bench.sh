#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The figures of compiler and core together, each beside its peer and what is wanted: single layers, whole networks, the
# errors of the compiler's estimates, memory; then the host backend's (host.sh).  A benchmark, not a test: nothing here
# fails for being slow.  Progress goes to stderr.
#
#   bench.sh BUILD [--csv] [PART...]
#
# PART: layers, networks, models, host; without one, all.  About 5 minutes on an idle machine, most of it for upconv_7.
# SHARED: the folder with peers/layers.csv and models/ (../shared); what is not there is left out, saying so.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: bench.sh BUILD [--csv] [PART...]}
shift
csv=()
if [ "${1:-}" = --csv ]; then
	csv=(--csv)
	shift
fi
parts=" ${*:-layers networks models host} "
shared=${SHARED:-../shared}
out=$build/bench
here=tests/libaccel/compile
failed=0
mkdir -p "$out"

title() {
	[ "${#csv[@]}" != 0 ] || printf '\n== %s\n\n' "$1"
}

left_out() { # WHAT WHY
	if [ "${#csv[@]}" = 0 ]; then
		printf '\n== %s: left out, %s\n' "$1" "$2"
	else
		printf '# %s: left out, %s\n' "$1" "$2"
	fi
}

wants() {
	[[ "$parts" == *" $1 "* ]]
}

echo "bench: building" >&2
make -s BUILD="$build" ACCEL_GEOMETRIES=16x16 libaccel accelctl >"$out/make.log" 2>&1 || {
	cat "$out/make.log" >&2
	exit 1
}
read -r -a libs <<<"$(sed -n 's/^Libs.private: //p' "$build/libaccel.pc")"
for program in bench_layers bench_nets; do
	"${CC:-gcc}" -std=c11 -O2 -g -Wall -Wextra -Werror -DWITH_RTL -Ilibaccel/src -Ilibaccel/tools -Iuapi -Isim \
		-Isim/model -o "$out/$program" \
		"$here/$program.c" "$here"/{device,layers,runtime}.c libaccel/tools/{net_maker,nets}.c -Wl,-u,fcn_core_16x16 "$build/libaccel.a" \
		"${libs[@]}" || exit 1
done

if wants layers; then
	if [ -f "$shared/peers/layers.csv" ]; then
		title "layers on the Verilated 16x16 core, preset ddr; the peer is SCALE-Sim's better dataflow, which never stalls"
		"$out/bench_layers" "${csv[@]}" "$shared/peers/layers.csv" || failed=1
	else
		left_out layers "there is no $shared/peers/layers.csv"
	fi
fi

if wants networks; then
	title "networks with seeded weights on the Verilated 16x16 core, preset ddr; est. %: error of the estimate"
	"$out/bench_nets" "${csv[@]}" || failed=1
fi

# accelctl's table, each estimate's error behind it.  The last line is the network in one job.
model() { # FILE WANTED
	echo "bench: $(basename "$1"), layer by layer and as a whole" >&2
	if ! "$build/accelctl" bench "$1" --device rtl: --csv >"$out/model.csv"; then
		failed=1
		return
	fi
	"$build/accelctl" info "$1" --device model: >"$out/model.txt" || failed=1
	awk -F, -v wanted="$2" -v csv="${#csv[@]}" -v peak="$(awk '/^bytes between layers/ { print $4 }' "$out/model.txt")" '
	NR == 1 {
		for (i = 1; i <= NF; i++)
			at[$i] = i
		head = "%-16s %10s %8s %6s  %-7s %6s %11s %11s\n"
		line = "%-16s %10d %8.2f %6s  %-7s %+6.2f %11s %11s\n"
		if (csv) {
			head = "%s,%s,%s,%s,%s,%s,%s,%s\n"
			line = "%s,%d,%.2f,%s,%s,%.2f,%s,%s\n"
		}
		printf(head, "layer", "cycles", "array %", "wanted", "verdict", "est. %", "read", "written")
		next
	}
	$at["on"] == "core" && $at["cycles"] {
		util = 100 * $at["macs"] / (256 * $at["cycles"])
		error = 100 * ($at["estimated_cycles"] / $at["cycles"] - 1)
		last = $at["layer"] == "network"
		verdict = ""
		if (last)
			verdict = util >= wanted ? "met" : "MISSED"
		printf(line, $at["layer"], $at["cycles"], util, last ? wanted : "", verdict, error, $at["bytes_read"], $at["bytes_written"])
		if ($at["layer"] ~ /^(sum|network)$/)
			next
		layers++
		sum += error < 0 ? -error : error
		if (error * error > worst * worst) {
			worst = error
			of = $at["layer"]
		}
	}
	END {
		if (!csv && layers)
			printf("\nEstimate that chooses a tiling, %d layers: mean of the absolute error %.2f %%, worst %+.2f %% (%s)\n" \
				"Peak of the memory between layers: %d bytes\n", layers, sum / layers, worst, of, peak)
	}' "$out/model.csv"
}

if wants models; then
	file=$shared/models/waifu2x_upconv7_142_qdq_s8.onnx
	if [ -f "$file" ]; then
		title "upconv_7, real weights, 142x142, on the Verilated 16x16 core, preset ddr"
		model "$file" 95
	else
		left_out upconv_7 "there is no $file"
	fi
fi

if wants host; then
	if [ -x tests/bench/host.sh ]; then
		title "the host backend"
		# A table for people: in CSV it is comments.
		tests/bench/host.sh "$build" >"$out/host.txt" || failed=1
		sed "${csv[0]:+s/^/# /}" "$out/host.txt"
	else
		left_out "the host backend" "there is no tests/bench/host.sh"
	fi
fi
exit "$failed"
