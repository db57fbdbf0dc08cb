#!/bin/bash
# SPDX-License-Identifier: MIT
#
# libaccel against ONNX Runtime: whole models, each layer by itself, single operators.  Prints TAP.
#
#   run.sh BUILD
#
# ONNX Runtime is fetched once (fetch.sh); where it cannot be had, all is skipped.  Real models are those of ../shared/models
# and the one that ../real/fetch.sh gets; what is missing is skipped.  SANITIZE=1: with sanitizers.
set -u
cd "$(dirname "$0")/../../.." || exit 1
build=${1:?usage: run.sh BUILD}
out=$build/ort
mkdir -p "$out" || exit 1
here=tests/libaccel/ort

if ! $here/fetch.sh "$build/onnxruntime" 2>"$out/fetch.log"; then
	sed 's/^/# /' "$out/fetch.log"
	echo "ok 1 - against ONNX Runtime # SKIP $(tail -n 1 "$out/fetch.log")"
	echo '1..1'
	exit 0
fi
tests/libaccel/real/fetch.sh "$out" 2>"$out/fetch.log" || sed 's/^/# /' "$out/fetch.log"
flags=(-std=c11 -O2 -g -Wall -Wextra -Werror -Ilibaccel/include -Ilibaccel/src -Ilibaccel/tools -Iuapi -Isim -Isim/model -isystem "$build/onnxruntime")
. tests/libaccel/library.sh
if ! { library "$build" &&
	${CC:-gcc} "${flags[@]}" $here/{compare,exact_form,integer_form,ort,test_layers,test_models,test_operators}.c tests/libaccel/real/models.c \
		libaccel/tools/{net_maker,nets}.c "${library[@]}" -o "$out/test_ort"; } >"$out/build.log" 2>&1; then
	sed 's/^/# /' "$out/build.log"
	echo 'Bail out! test_ort does not build'
	exit 1
fi
run=("$out/test_ort" "$build/onnxruntime/libonnxruntime.so.1" ../shared/models "$out")
if [ "$(uname -m)" != x86_64 ] || grep -qwE 'avx512_vnni|avx_vnni' /proc/cpuinfo; then
	exec "${run[@]}"
fi
# Without VNNI, ONNX Runtime's ConvInteger of uint8 with int8 saturates sums of two products at 16 bits, so its sums are not exact.
"${run[@]}" | awk '
	/^(not )?ok / && /: Conv: |, sums exact: [0-9]+ of [0-9]+ outputs differ$|, sums in float32: .* by more than one$/ {
		sub(/^not /, "")
		print $0 " # SKIP no VNNI: the sums of ConvInteger in ONNX Runtime saturate on this processor"
		next
	}
	/^not ok / { bad = 1 }
	{ print }
	END { exit bad }'
