#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Puts the networks that accelctl_verify.sh runs into a folder, all in int8: a U-Net and a super-resolution network with seeded
# weights, the project's own GAN, and waifu2x's upconv_7 where ../shared has it.
#
#   models.sh BUILD DIR
#
# Needs accel-model in BUILD (make tools).
set -eu

if [ $# != 2 ]; then
	sed -n '4,9s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
"$build/accel-model" unet "$out/unet.onnx" size=48 channels=16 >/dev/null
"$build/accel-model" upconv7 "$out/upconv7.onnx" size=46 >/dev/null
cp "$top/libaccel/demo/dcgan-clothes.onnx" "$out/gan.onnx"
waifu=$top/../shared/models/waifu2x_upconv7_142_qdq_s8.onnx
[ ! -f "$waifu" ] || "$build/accel-model" shape "$waifu" 1x3x46x46 "$out/upconv7_waifu2x.onnx" >/dev/null
