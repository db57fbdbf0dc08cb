#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Puts the networks that accelctl_verify.sh runs into a folder, all in int8 and small, because the host's side of the comparison runs
# in an emulated processor: a U-Net with seeded weights, the project's own GAN, and waifu2x's upconv_7 on a crop of 30 x 30 (with seeded
# weights where ../shared does not have it).
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
"$build/accel-model" unet "$out/unet.onnx" size=32 channels=16 >/dev/null
"$build/accel-model" batch "$top/libaccel/demo/dcgan-clothes.onnx" 2 "$out/gan.onnx" >/dev/null
waifu=$top/../shared/models/waifu2x_upconv7_142_qdq_s8.onnx
if [ -f "$waifu" ]; then
	"$build/accel-model" shape "$waifu" 1x3x30x30 "$out/upconv7.onnx" >/dev/null
else
	"$build/accel-model" upconv7 "$out/upconv7.onnx" size=30 >/dev/null
fi
