#!/bin/bash
# SPDX-License-Identifier: MIT
#
# make demo-gan: 64 pictures of clothes that nobody has, from a DCGAN's generator on the Verilated core.
# The network is dcgan-clothes.onnx, beside this file; dcgan-clothes.md tells where it comes from.
#
#   gan.sh BUILD [SEED]
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: gan.sh BUILD [SEED]}
seed=${2:-100}
out=$build/demo/gan
# shellcheck source=libaccel/demo/common.sh
. libaccel/demo/common.sh
model=libaccel/demo/dcgan-clothes.onnx

need_programs
mkdir -p "$out"
"$build/accel-model" noise 64x64x1x1 "$seed" "$out/latent.npy"

step "64 pictures on the Verilated 16x16 core"
run_core "$model" --input "$out/latent.npy" -o "$out/core.npy"

step "the same on the host"
"$build/accelctl" run "$model" --input "$out/latent.npy" --device host: -o "$out/host.npy"
same_bytes "$out/core.npy" "$out/host.npy"

step "picture"
# The bytes of the host are those of the core.
"$build/accelctl" run "$model" --input "$out/latent.npy" --device host: --range=-1,1 -o "$out/small.png"
# 8 x 8 pictures with a line between.
"$build/accel-picture" scale "$out/small.png" $((2 * 263)) $((2 * 263)) nearest "$out/gan.png"
rm "$out/small.png"
cat <<EOT

   $out/gan.png       the pictures; libaccel/demo/gan.sh $build SEED makes others
   $out/profile.txt   what each layer took
   $out/trace.json    the same as a time line; open it in Perfetto or chrome://tracing
   $out/core.npy      the network's raw output; host.npy, latent.npy
EOT
