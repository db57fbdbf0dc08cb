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
exec "$out/test_ort" "$build/onnxruntime/libonnxruntime.so.1" ../shared/models "$out"
