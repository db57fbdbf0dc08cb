#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Tests of libaccel's quantiser, with the address and undefined behaviour sanitizers.  Prints TAP.
#
#   run.sh BUILD_DIR [MODEL_FOLDER]
#
# The float models of the folder (by default shared/models beside the tree) are quantised in all
# ways, and the results left in BUILD_DIR/libaccel-quant/models; without a folder that is skipped, as with "-".
set -u

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
	echo "usage: $0 BUILD_DIR [MODEL_FOLDER]" >&2
	exit 2
fi
mkdir -p "$1/libaccel-quant/models" || exit 1
out=$(cd "$1/libaccel-quant" && pwd)
models=${2:-}
[ -z "$models" ] || [ "$models" = - ] || models=$(cd "$models" && pwd) || exit 1
cd "$(dirname "$0")/../../.." || exit 1
[ -n "$models" ] || models=../shared/models
here=tests/libaccel/quant
src=libaccel/src
. tests/libaccel/faults/failing.sh
cc=${CC:-gcc}
flags=(-std=c11 -g -Wall -Wextra -Werror -I"$src" -Itests/libaccel/onnx -Itests/libaccel/ref)
sanitize=(-O1 "-fsanitize=address,undefined" -fno-sanitize-recover=all)
sources=("$src"/{error,text,file}.c "$src"/{graph,onnx,ref,quant}*.c)
export UBSAN_OPTIONS=print_stacktrace=1
: >"$out/tap"
rm -rf "$out/corpus"
mkdir "$out/corpus" || exit 1

# Its TAP without its plan.  A program that dies without a 'not ok' has failed all the same.
run() { # NAME COMMAND...
	local name=$1 status
	shift
	timeout 600 "$@" >"$out/$name.log" 2>&1
	status=$?
	sed -n "s/^\(not \)\{0,1\}ok [0-9]* - /\1ok - $name: /p; /^#/p" "$out/$name.log" \
		>>"$out/tap"
	if [ "$status" != 0 ] && ! grep -q '^not ok' "$out/$name.log"; then
		echo "not ok - $name: exit status $status" >>"$out/tap"
		tail -n 30 "$out/$name.log" | sed 's/^/# /' >>"$out/tap"
	fi
}

compile() { # OUTPUT ARGUMENT...
	local output=$1
	shift
	if ! "$cc" "${flags[@]}" "$@" -o "$output" >"$out/cc.log" 2>&1; then
		echo "not ok - $(basename "$output") does not compile" >>"$out/tap"
		head -n 40 "$out/cc.log" | sed 's/^/# /' >>"$out/tap"
		return 1
	fi
}

objects=()
for file in "${sources[@]}"; do
	object=$out/$(basename "$file" .c).o
	compile "$object" "${sanitize[@]}" -c "$file" && objects+=("$object")
done

compile "$out/test_quant" "${sanitize[@]}" "$here"/{test_quant,net}.c tests/libaccel/onnx/model.c "${objects[@]}" -lm &&
	run test_quant "$out/test_quant" "$out/corpus"
compile "$out/test_alloc" "${sanitize[@]}" "$here"/{test_alloc,net}.c "${failing[@]}" "${objects[@]}" -lm && run test_alloc "$out/test_alloc"

# A short run from small models; a longer one is for people: the program takes libFuzzer's options.
testdata=$(dpkg -L libonnx-testdata 2>/dev/null | sed -n 's,/data/node$,/data,p' | head -n 1)
if clang -std=c11 -g -O1 "-fsanitize=fuzzer,address,undefined" -fno-sanitize-recover=all \
	-I"$src" "$here/fuzz_quant.c" "${sources[@]}" -lm -o "$out/fuzz_quant" 2>"$out/clang.log"; then
	n=0
	while IFS= read -r file; do
		n=$((n + 1))
		cp "$file" "$out/corpus/$n"
	done < <([ -z "$testdata" ] || find -L "$testdata" -name '*.onnx' -size -3k)
	if timeout 300 "$out/fuzz_quant" -runs=20000 -seed=1 -max_len=40000 -timeout=20 \
		-rss_limit_mb=2048 -artifact_prefix="$out/" "$out/corpus" >"$out/fuzz_quant.log" 2>&1; then
		echo "ok - fuzz_quant: 20000 runs" >>"$out/tap"
	else
		echo "not ok - fuzz_quant: see $out/fuzz_quant.log" >>"$out/tap"
		tail -n 40 "$out/fuzz_quant.log" | sed 's/^/# /' >>"$out/tap"
	fi
elif grep -q 'clang_rt.fuzzer\|not found' "$out/clang.log" || ! command -v clang >/dev/null; then
	echo "ok - fuzz_quant # SKIP needs clang with libFuzzer" >>"$out/tap"
else
	echo "not ok - fuzz_quant does not compile" >>"$out/tap"
	head -n 40 "$out/clang.log" | sed 's/^/# /' >>"$out/tap"
fi

# At the speed that users have.
if [ ! -d "$models" ]; then
	echo "ok - models # SKIP no models: name a folder" >>"$out/tap"
elif compile "$out/models_test" -O2 "$here"/{models,net}.c "${sources[@]}" -lm; then
	run models "$out/models_test" "$models" "$out/models"
fi

awk '/^ok/ { print "ok " ++n substr($0, 3); next }
     /^not ok/ { print "not ok " ++n substr($0, 7); next }
     { print }
     END { print "1.." n + 0 }' "$out/tap"
! grep -q '^not ok' "$out/tap"
