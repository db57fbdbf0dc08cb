#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The host backend beside ONNX Runtime, one thread, same models, in one run.
#
#   host.sh BUILD [-l] [NAME...]     upconv_7, unet128, ppocr640; -l: each layer, with the kernel that it took
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: host.sh BUILD [-l] [NAME...]}
shift
out=$build/bench-host
mkdir -p "$out" || exit 1

tests/libaccel/ort/fetch.sh "$build/onnxruntime" || exit 1
make -s BUILD="$build" ACCEL_GEOMETRIES=16x16 libaccel || exit 1
read -r -a libs <<<"$(sed -n "s/^Libs.private: //p" "$build/libaccel.pc")"
${CC:-gcc} -std=c11 -O2 -g -Wall -Wextra -Werror -Ilibaccel/include -Ilibaccel/src -Ilibaccel/tools -Iuapi -Isim -Isim/model \
	-isystem "$build/onnxruntime" tests/bench/bench_host.c tests/libaccel/ort/{integer_form,ort}.c tests/libaccel/real/models.c \
	libaccel/tools/{net_maker,nets}.c "$build/libaccel.a" "${libs[@]}" -o "$out/bench_host" || exit 1
exec "$out/bench_host" "$build/onnxruntime/libonnxruntime.so.1" ../shared/models "$out" "$@"
