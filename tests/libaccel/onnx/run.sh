#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Tests of libaccel's ONNX decoder, import and writer, and of its .npy files, with the address and
# undefined behaviour sanitizers.  Prints TAP.
#
#   run.sh BUILD_DIR [MODEL_FOLDER...]
#
# The models are those of Debian's libonnx-testdata and of the folders given.  Uses, and skips without:
# libonnx-testdata; libonnx-dev with protobuf-c-compiler and libprotobuf-c-dev (the second decoder);
# clang with libFuzzer.
set -u

if [ $# -lt 1 ]; then
	echo "usage: $0 BUILD_DIR [MODEL_FOLDER...]" >&2
	exit 2
fi
mkdir -p "$1/libaccel-onnx" || exit 1
out=$(cd "$1/libaccel-onnx" && pwd)
shift
models=()
for folder in "$@"; do
	models+=("$(cd "$folder" && pwd)") || exit 1
done
cd "$(dirname "$0")/../../.." || exit 1
here=tests/libaccel/onnx
src=libaccel/src
. tests/libaccel/faults/failing.sh
cc=${CC:-gcc}
flags=(-std=c11 -g -O1 -Wall -Wextra -Werror "-fsanitize=address,undefined"
	-fno-sanitize-recover=all -I"$src")
sources=("$src"/{error,text,file,npy,graph,graph_names,graph_sort,graph_dump}.c
	"$src"/onnx*.c)
export UBSAN_OPTIONS=print_stacktrace=1
: >"$out/tap"

testdata=$(dpkg -L libonnx-testdata 2>/dev/null | sed -n 's,/data/node$,/data,p' | head -n 1)
[ -d "$testdata" ] && models+=("$testdata")

skip() { # NAME REASON
	echo "ok - $1 # SKIP $2" >>"$out/tap"
}

# Its TAP without its plan.  A program that dies without a 'not ok' has failed all the same.
run() { # NAME COMMAND...
	local name=$1 status
	shift
	timeout 300 "$@" >"$out/$name.log" 2>&1
	status=$?
	sed -n "s/^\(not \)\{0,1\}ok [0-9]* - /\1ok - $name: /p; /^#/p" "$out/$name.log" >>"$out/tap"
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
		sed 's/^/# /' "$out/cc.log" >>"$out/tap"
		return 1
	fi
}

build() { # PROGRAM ARGUMENT...
	local program=$1
	shift
	compile "$out/$program" "$here/$program.c" "$@" "$out/lib.a" -lm
}

objects=()
for file in "${sources[@]}"; do
	object=$out/$(basename "$file" .c).o
	compile "$object" -c "$file" && objects+=("$object")
done
rm -f "$out/lib.a"
ar rc "$out/lib.a" "${objects[@]}"

build test_decode && run test_decode "$out/test_decode"
build test_import "$here/model.c" && run test_import "$out/test_import"
build test_write "$here/model.c" && run test_write "$out/test_write" "$out"
build test_npy && run test_npy "$out/test_npy" "$out"
build test_alloc "$here/model.c" "${failing[@]}" && run test_alloc "$out/test_alloc" "$out"

if [ ${#models[@]} = 0 ]; then
	for name in import_all hostile crosscheck; do
		skip "$name" "no models: install libonnx-testdata or name a folder"
	done
else
	build import_all "$here/files.c" && run import_all "$out/import_all" "${models[@]}"
	build hostile "$here/files.c" && run hostile "$out/hostile" "${models[@]}"
	if [ ! -f /usr/include/onnx/onnx.proto ] || ! command -v protoc-c >/dev/null; then
		skip crosscheck "needs libonnx-dev, protobuf-c-compiler and libprotobuf-c-dev"
	elif protoc-c --proto_path=/usr/include/onnx --c_out="$out" onnx.proto 2>"$out/protoc.log"; then
		build crosscheck -I"$out" "$here/files.c" "$out/onnx.pb-c.c" -lprotobuf-c &&
			run crosscheck "$out/crosscheck" "${models[@]}"
	else
		echo "not ok - protoc-c" >>"$out/tap"
		sed 's/^/# /' "$out/protoc.log" >>"$out/tap"
	fi
fi

# A short run from small models; a longer one is for people: the program takes libFuzzer's options.
if clang -std=c11 -g -O1 "-fsanitize=fuzzer,address,undefined" -fno-sanitize-recover=all \
	-I"$src" "$here/fuzz_onnx.c" "${sources[@]}" -lm -o "$out/fuzz_onnx" 2>"$out/clang.log"; then
	rm -rf "$out/corpus"
	mkdir "$out/corpus"
	n=0
	while IFS= read -r file; do
		n=$((n + 1))
		cp "$file" "$out/corpus/$n"
	done < <([ ${#models[@]} = 0 ] || find -L "${models[@]}" -name '*.onnx' -size -3k)
	if timeout 300 "$out/fuzz_onnx" -runs=200000 -seed=1 -max_len=4096 -timeout=10 \
		-rss_limit_mb=1024 -artifact_prefix="$out/" "$out/corpus" >"$out/fuzz_onnx.log" 2>&1; then
		echo "ok - fuzz_onnx: 200000 runs from $n models" >>"$out/tap"
	else
		echo "not ok - fuzz_onnx: see $out/fuzz_onnx.log" >>"$out/tap"
		tail -n 40 "$out/fuzz_onnx.log" | sed 's/^/# /' >>"$out/tap"
	fi
elif grep -q 'clang_rt.fuzzer\|not found' "$out/clang.log" || ! command -v clang >/dev/null; then
	skip fuzz_onnx "needs clang with libFuzzer"
else
	echo "not ok - fuzz_onnx does not compile" >>"$out/tap"
	sed 's/^/# /' "$out/clang.log" >>"$out/tap"
fi

awk '/^ok/ { print "ok " ++n substr($0, 3); next }
     /^not ok/ { print "not ok " ++n substr($0, 7); next }
     { print }
     END { print "1.." n + 0 }' "$out/tap"
! grep -q '^not ok' "$out/tap"
