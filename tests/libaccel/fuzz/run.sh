#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Fuzzes libaccel with libFuzzer and the address and undefined behaviour sanitizers.  Prints TAP.
#
#   run.sh BUILD_DIR [SECONDS [FUZZER...]]
#
# Without SECONDS a short run of those that no other stage runs: npy, pipeline.  Else so many seconds of each: onnx (decoder
# and import), npy, image (PNG and JPEG), quant (reference and quantiser), pipeline (load, compile, run on the core's model and
# the host).  The corpus of each stays in BUILD_DIR/fuzz/corpus-NAME and grows from run to run; what makes one fail is left in
# BUILD_DIR/fuzz/NAME-crash-... and NAME-timeout-..., and repeated by BUILD_DIR/fuzz/fuzz_NAME FILE.
# shellcheck disable=SC2054  # commas are of -fsanitize
set -u

if [ $# -lt 1 ]; then
	echo "usage: $0 BUILD_DIR [SECONDS [FUZZER...]]" >&2
	exit 2
fi
mkdir -p "$1/fuzz" || exit 1
out=$(cd "$1/fuzz" && pwd)
cd "$(dirname "$0")/../../.." || exit 1
here=tests/libaccel
seconds=${2:-}
shift
[ $# = 0 ] || shift
fuzzers=("$@")
if [ ${#fuzzers[@]} = 0 ]; then
	if [ -n "$seconds" ]; then
		fuzzers=(onnx npy image quant pipeline)
	else
		fuzzers=(npy pipeline)
	fi
fi
export UBSAN_OPTIONS=print_stacktrace=1
. tests/tap.sh

printf 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n);\nint LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d && n ? 0 : 0; }\n' >"$out/empty.c"
if ! clang -fsanitize=fuzzer "$out/empty.c" -o "$out/empty" 2>"$out/clang.log"; then
	for name in "${fuzzers[@]}"; do
		skip "$name" "needs clang with libFuzzer"
	done
	finish
fi

# ---- build ----

flags=(-std=c11 -g -O1 -Ilibaccel/include -Ilibaccel/src -Ilibaccel/accelctl -Ilibaccel/tools -Iuapi -Isim -Isim/model
	"-I$here/compile" -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
launcher=()
command -v ccache >/dev/null && launcher=(ccache)
objects=()
mkdir -p "$out/obj"
# One archive of everything; the core's model is tested elsewhere, and slow enough without sanitizers.
{
	printf '%s\n' libaccel/src/*.c libaccel/accelctl/image*.c libaccel/tools/net_maker.c "$here/compile/random_graph.c"
	printf '%s\n' sim/*.c sim/model/*.c
} >"$out/files"
while IFS= read -r file; do
	object=$out/obj/$(echo "$file" | tr / _).o
	objects+=("$object")
	case "$file" in
	sim/*) "${launcher[@]}" clang -std=c11 -O2 -g -D_GNU_SOURCE -Iuapi -Isim -Isim/model -c "$file" -o "$object" ;;
	*) "${launcher[@]}" clang "${flags[@]}" -c "$file" -o "$object" ;;
	esac >>"$out/cc.log" 2>&1 || {
		result 1 "$file compiles" "$out/cc.log"
		finish
	}
done <"$out/files"
rm -f "$out/lib.a"
ar rc "$out/lib.a" "${objects[@]}"

drm=$(pkg-config --libs libdrm 2>/dev/null)
link() { # OUTPUT SOURCE FLAG...
	local output=$1 source=$2
	shift 2
	# shellcheck disable=SC2086  # a list
	clang "${flags[@]}" "$@" "$source" "$out/lib.a" -lpng -ljpeg -lm -lpthread $drm -o "$output" >"$out/cc.log" 2>&1
}

declare -A source=([onnx]=onnx/fuzz_onnx.c [npy]=fuzz/fuzz_npy.c [image]=cli/fuzz_image.c [quant]=quant/fuzz_quant.c
	[pipeline]=fuzz/fuzz_pipeline.c)
# Bytes of an input; runs of the short form.
declare -A max_len=([onnx]=4096 [npy]=4096 [image]=8192 [quant]=40000 [pipeline]=20000)
declare -A short=([npy]=10 [pipeline]=30)

# ---- seeds ----

testdata=$(dpkg -L libonnx-testdata 2>/dev/null | sed -n 's,/data/node$,/data,p' | head -n 1)
models() { # FOLDER PATTERN COUNT MAX_BYTES: models for tests of operators whose names match, and random ones
	local file i=0
	while IFS= read -r file; do
		i=$((i + 1))
		cp "$file" "$1/test-$i"
	done < <([ -z "$testdata" ] || find -L "$testdata" -name '*.onnx' -size -3k | grep -E "/test_[^/]*($2)[^/]*/" | sort)
	link "$out/seeds" "$here/fuzz/seeds.c" && "$out/seeds" "$1" "$3" "$4"
}

seed() { # NAME FOLDER
	case "$1" in
	npy)
		printf "\x93NUMPY\x01\x00v\x00%-117s\n12345678" "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }" >"$2/f4"
		printf "\x93NUMPY\x02\x00v\x00\x00\x00%-117s\n123456" "{'descr': '|u1', 'fortran_order': False, 'shape': (6,), }" >"$2/u1"
		printf "\x93NUMPY\x01\x00v\x00%-117s\n12345678" "{'shape': (), 'fortran_order': False, 'descr': '<i8', }" >"$2/i8"
		;;
	image) cp tests/libaccel/fuzz/seed.* Documentation/pictures/*.png "$2" 2>/dev/null || true ;;
	pipeline) models "$2" 'conv|pool|linear|matmul|gemm|relu|sigmoid|clip|_add_|concat|pad|resize|slice|softmax|flatten' 20 6000 ;;
	*) models "$2" "" 60 20000 ;;
	esac
}

# ---- run ----

for name in "${fuzzers[@]}"; do
	if [ -z "${source[$name]:-}" ]; then
		echo "not ok $((n += 1)) - there is no fuzzer '$name'; they are ${!source[*]}"
		failed=1
		continue
	fi
	if ! link "$out/fuzz_$name" "$here/${source[$name]}" -fsanitize=fuzzer; then
		result 1 "fuzz_$name links" "$out/cc.log"
		continue
	fi
	rm -rf "$out/seeds-$name"
	mkdir -p "$out/seeds-$name" "$out/corpus-$name"
	seed "$name" "$out/seeds-$name" >"$out/seeds.log" 2>&1 || {
		result 1 "seeds of $name" "$out/seeds.log"
		continue
	}
	# The time limit holds for seeds, too, and the large ones come last: each is run once in any case.
	if [ "$name" = pipeline ]; then
		(cd "$out" && timeout 600 ./fuzz_pipeline -timeout=200 -artifact_prefix=pipeline- seeds-pipeline/random-*) >"$out/seeds.log" 2>&1
		status=$?
		result "$status" "fuzz_pipeline: $(grep -c '^Executed' "$out/seeds.log") random networks, equal on core and host" "$out/seeds.log"
	fi
	time=${seconds:-${short[$name]:-10}}
	(cd "$out" && timeout $((time + 300)) "./fuzz_$name" -max_total_time="$time" -max_len="${max_len[$name]}" -timeout=200 \
		-rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$name-" "corpus-$name" "seeds-$name") >"$out/$name.log" 2>&1
	status=$?
	result "$status" "fuzz_$name: $time s, $(sed -n 's/^stat::number_of_executed_units: *//p' "$out/$name.log") runs" "$out/$name.log"
done
finish
