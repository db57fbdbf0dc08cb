#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Tests of the programs that the demos use, with the address and undefined behaviour sanitizers.  Prints TAP.
#
#   run.sh BUILD_DIR [VARIABLE=VALUE...]     variables of libaccel.mk
set -u

if [ $# -lt 1 ]; then
	echo "usage: $0 BUILD_DIR [VARIABLE=VALUE...]" >&2
	exit 2
fi
# The same objects as of the tests of accelctl.
mkdir -p "$1/libaccel-cli" "$1/libaccel-tools" || exit 1
objects=$(cd "$1/libaccel-cli" && pwd)
out=$(cd "$1/libaccel-tools" && pwd)
shift
cd "$(dirname "$0")/../../.." || exit 1
here=tests/libaccel/tools
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
export UBSAN_OPTIONS=print_stacktrace=1
. tests/tap.sh

# Runs a program: its exit code must be CODE and its standard error one line that matches MESSAGE, or empty.
try() { # CODE MESSAGE NAME PROGRAM ARGUMENT...
	local code=$1 message=$2 name=$3 program=$4 status lines
	shift 4
	timeout 60 "$objects/$program" "$@" >"$out/stdout" 2>"$out/stderr" </dev/null
	status=$?
	lines=$(wc -l <"$out/stderr")
	if [ "$status" != "$code" ]; then
		echo "exit code $status instead of $code" >>"$out/stderr"
	elif [ -z "$message" ] && [ "$lines" = 0 ]; then
		result 0 "$name"
		return
	elif [ -n "$message" ] && [ "$lines" = 1 ] && grep -q -- "$message" "$out/stderr"; then
		result 0 "$name: $(cat "$out/stderr")"
		return
	fi
	result 1 "$name: $program $*" "$out/stderr"
}

prints() { # WANTED NAME: what the last program printed
	[ "$(cat "$out/stdout")" = "$1" ]
	result $? "$2" "$out/stdout"
}

absent() { # NAME FILE
	! ls "$2"* >"$out/ls" 2>/dev/null
	result $? "$1" "$out/ls"
}

make -s -f libaccel/tools/tools.mk BUILD="$objects" ACCEL_GEOMETRIES= CFLAGS="-g -O1 $sanitize" "$@" accelctl tools \
	>"$out/make.log" 2>&1
result $? "the programs build" "$out/make.log"
rm -rf "$out/destdir"
make -s -f libaccel/tools/tools.mk BUILD="$objects" ACCEL_GEOMETRIES= CFLAGS="-g -O1 $sanitize" "$@" DESTDIR="$out/destdir" \
	PREFIX=/usr tools-install >"$out/make.log" 2>&1 && [ -x "$out/destdir/usr/bin/accel-model" ] &&
	[ -e "$out/destdir/usr/share/man/man1/accel-model.1" ] && [ -e "$out/destdir/usr/share/man/man1/accel-ncnn2onnx.1" ]
result $? "and are installed" "$out/make.log"
make -s -f libaccel/tools/tools.mk BUILD="$objects" ACCEL_GEOMETRIES= DESTDIR="$out/destdir" PREFIX=/usr tools-uninstall \
	>"$out/make.log" 2>&1 && ! find "$out/destdir" -type f | grep .
result $? "and uninstalled" "$out/make.log"
build_test() { # NAME SOURCE...
	local name=$1
	shift
	# shellcheck disable=SC2086  # a list
	gcc -std=c11 -Wall -Wextra -Werror $sanitize -Ilibaccel/include -Ilibaccel/src -Ilibaccel/accelctl -Ilibaccel/tools \
		$here/$name.c "$@" "$objects/libaccel.a" -lpng -ljpeg -lstdc++ -lm -lpthread -o "$out/$name" >"$out/make.log" 2>&1
	result $? "$name builds" "$out/make.log"
}
build_test test_picture libaccel/tools/picture_{draw,text,scale,regions}.c libaccel/accelctl/image*.c
build_test test_ncnn libaccel/tools/ncnn_{param,bin,graph}.c
[ "$failed" = 0 ] || finish
rm -rf "$out/files"
mkdir "$out/files"
for program in test_picture test_ncnn; do
	"$out/$program" "$out/files" >"$out/$program.log" 2>&1 || failed=1
	cat "$out/$program.log"
done
top=$PWD
cd "$out/files" || exit 1

# ---- accel-picture ----
p=accel-picture
try 2 "no command" "no command" $p
try 2 "no command 'fly'" "an unknown command" $p fly
try 0 "" "help" $p --help
try 2 "wanted is: crop" "too few arguments" $p crop a.png
try 0 "" "crop" $p crop a.png 4 2 30 16 b.png
try 0 "" "a picture beside itself" $p beside c.png b.png "one" a.jpg "two: 100 %"
try 2 "has no caption" "a picture without a caption" $p beside d.png a.png one b.png
try 1 "do not lie in it" "a rectangle outside of the picture" $p crop a.png 4 2 40 16 d.png
try 1 "0 x 16" "a rectangle of no width" $p crop a.png 4 2 0 16 d.png
try 2 "wanted is a number" "a negative place" $p crop a.png -4 2 8 16 d.png
try 1 "cannot open none.png" "a missing picture" $p crop none.png 0 0 4 4 d.png
head -c 100 a.png >cut.png
try 1 "cannot read cut.png" "a picture that is cut off" $p scale cut.png 10 10 smooth d.png
cp map.npy text.png
try 1 "neither PNG nor JPEG" "a picture that is none" $p scale text.png 10 10 smooth d.png
for how in smooth bicubic nearest; do
	try 0 "" "scale, $how" $p scale a.png 80 40 $how e.png
	try 1 "up to 32767" "scale, $how, to nothing" $p scale a.png 0 40 $how d.png
done
try 2 "no way to scale" "scale in another way" $p scale a.png 80 40 fast d.png
try 0 "" "noise" $p psnr a.png a.png
prints inf "of equal pictures"
try 1 "cannot be compared" "noise of pictures of two sizes" $p psnr a.png e.png
try 0 "" "regions" $p regions a.png map.npy 0.3 f.png
# 96 * 1.5 / (2 * 22) = 3.3
prints "7 5 22 12 0.900" "the region is where it should be"
try 0 "" "regions of a map of two dims" $p regions a.png flat.npy 0.3 g.png
cmp f.png g.png >"$out/cmp" 2>&1
result $? "give the same" "$out/cmp"
try 1 "but other.npy 20 x 40" "a map of another size" $p regions a.png other.npy 0.3 d.png
try 1 "is no map" "a map of integers" $p regions a.png ints.npy 0.3 d.png
try 2 "from 0 to 1" "a threshold of letters" $p regions a.png map.npy x d.png
head -c 1000 map.npy >cut.npy
try 1 "cut.npy" "a map that is cut off" $p regions a.png cut.npy 0.3 d.png
try 0 "" "overlap" $p overlap map.npy flat.npy 0.3
prints 100.0 "of equal maps"
try 1 "but other.npy" "overlap of maps of two sizes" $p overlap map.npy other.npy 0.3
try 0 "" "a large picture has large letters" $p beside wide.png e.png one
try 0 "" "three numbers" accel-model noise 2x3x4 1 cube.npy
try 1 "is no map" "a map of three dims" $p overlap map.npy cube.npy 0.3
timeout 60 "$objects/$p" psnr a.png a.png >/dev/full 2>"$out/stderr"
[ $? = 1 ] && grep -q "standard output" "$out/stderr"
result $? "a full disk behind standard output" "$out/stderr"
try 1 "cannot" "an output in a folder that is not there" $p crop a.png 0 0 4 4 none/d.png
absent "no output file was made by what failed" d.png

# ---- accel-ncnn2onnx ----
p=accel-ncnn2onnx
printf '%s\n' 7767517 '2 2' 'Input in 0 1 x 0=6 1=5 2=1' 'Convolution c 1 1 x y 0=1 1=1 6=1' >n.param
printf '\0\0\0\0\0\0\0\100' >n.bin
try 0 "" "help" $p --help
try 2 "wanted are" "no arguments" $p
try 2 "no size" "a size of letters" $p n.param n.bin n.onnx large
try 2 "no size" "a size of 0" $p n.param n.bin n.onnx 0x4
try 0 "" "a network" $p n.param n.bin n.onnx
try 0 "" "which accelctl reads" accelctl info n.onnx --csv
grep -q '^input,x,float32,1x1x5x6' "$out/stdout" && grep -q '^output,y,float32,1x1x5x6' "$out/stdout"
result $? "and finds the shapes of" "$out/stdout"
try 0 "" "of another size" $p n.param n.bin m.onnx 7x8
try 0 "" "which accelctl reads" accelctl info m.onnx --csv
grep -q '^input,x,float32,1x1x8x7' "$out/stdout"
result $? "and finds the size of" "$out/stdout"
try 1 "cannot open none.param" "a missing text" $p none.param n.bin o.onnx
try 1 "cannot open none.bin" "missing weights" $p n.param none.bin o.onnx
try 1 "is no text" "weights as text" $p n.bin n.param o.onnx
try 1 "n.param.*way 0x" "text as weights" $p n.param n.param o.onnx
try 1 "none/o.onnx" "an output in a folder that is not there" $p n.param n.bin none/o.onnx
wrong() { # MESSAGE NAME LAYER..
	local message=$1 name=$2
	shift 2
	printf '%s\n' 7767517 "$# $#" "$@" >w.param
	try 1 "$message" "$name" $p w.param n.bin o.onnx
}
wrong "8 bytes more than the layers take" "a network of an input" 'Input in 0 1 x 0=6 1=5 2=1'
wrong "w.param" "an activation of 200" 'Input in 0 1 x 0=6 1=5 2=1' 'Convolution c 1 1 x y 0=1 1=1 6=1 9=200'
wrong "w.param" "a padding of 9999" 'Input in 0 1 x 0=6 1=5 2=1' 'Convolution c 1 1 x y 0=1 1=1 6=1 15=9999'
wrong "w.param" "a ReLU of two" 'Input in 0 1 x 0=6 1=5 2=1' 'ReLU r 2 1 x x y'
wrong "too many parameters" "a layer of too many parameters" "Input in 0 1 x$(printf ' %d=1' {0..63})"
printf '\107\153\060\001\000\174\000\000' >inf.bin
try 1 "is no finite number" "a weight that is infinite" $p n.param inf.bin o.onnx
absent "no output file was made by what failed" o.onnx
printf '%s\n' 7767517 '4 4' 'Input a 0 1 x 0=6 1=5 2=1' 'Input b 0 1 y 0=6 1=5 2=1' 'Eltwise s 2 1 x y z 0=1' \
	'Convolution c 1 1 z u 0=1 1=1 6=1' >two.param
try 0 "" "two inputs" $p two.param n.bin two.onnx
# What somebody else converted from the same package; `make demo-upscale` fetches it.
theirs=$top/../shared/models/waifu2x_upconv7_142.onnx
ours=$objects/../demo/cache/waifu2x/waifu2x/models-upconv_7_anime_style_art_rgb/scale2.0x_model
if [ -e "$theirs" ] && [ -e "$ours.param" ]; then
	try 0 "" "waifu2x's upconv_7" $p "$ours.param" "$ours.bin" upconv.onnx 142x142
	"$out/test_ncnn" --same upconv.onnx "$theirs" >"$out/same" 2>&1
	result $? "has the weights of a conversion that we did not make" "$out/same"
else
	skip "waifu2x's upconv_7" "needs ../shared/models and, once, make demo-upscale"
fi

# ---- accel-model ----
p=accel-model
# net NAME OUTPUT.. [OPTION=VALUE]..: makes it; its outputs must have these shapes.
net() {
	local name=$1 shapes=$2
	shift 2
	try 0 "" "$name $*" $p "$name" "$name.onnx" "$@"
	try 0 "" "which accelctl reads" accelctl info "$name.onnx" --csv --device host:
	awk -F, '$1 == "output" { printf "%s%s", n++ ? " " : "", $4 }' "$out/stdout" >"$out/shapes"
	[ "$(cat "$out/shapes")" = "$shapes" ]
	result $? "$name has the outputs $shapes" "$out/shapes"
	try 0 "" "$name: model: and host: agree" accelctl verify "$name.onnx" --devices model:,host:
}
try 0 "" "help" $p --help
try 2 "no network is given" "no arguments" $p
try 2 "no network 'resnet'" "an unknown network" $p resnet n.onnx
try 2 "wanted is: unet" "a network without a file" $p unet
try 2 "no option 'width'" "an unknown option" $p unet p.onnx width=3
try 2 "from 16 to 2048" "an option that is too large" $p unet p.onnx size=4096
try 2 "no option such as" "an option without a value" $p unet p.onnx size
try 1 "unet: .*do not fit" "a size that the network cannot have" $p unet p.onnx size=24
try 1 "cannot create none/p.onnx" "a folder that is not there" $p mlp none/p.onnx
absent "no output file was made by what failed" p.onnx
net unet 1x1x32x32 size=32 channels=4
net fcn8s 1x21x64x64 size=64 narrow=16
net upconv7 1x3x12x12 size=20
net dcgan-g 1x3x64x64 features=4
net dcgan-d 1x1x1x1 features=4
net vae-encoder "1x7 1x7" features=4 latent=7
net vae-decoder 1x3x64x64 features=4 latent=7
net mlp 1x4
accelctl=$objects/accelctl
"$accelctl" dump --stage import dcgan-d.onnx --device host: >"$out/dump" 2>&1
grep -q 'Conv .*1x4x32x32' "$out/dump"
result $? "the discriminator has 32x32 behind its first layer" "$out/dump"
try 0 "" "the same seed" $p mlp mlp2.onnx seed=1
cmp mlp.onnx mlp2.onnx >"$out/cmp" 2>&1
result $? "makes the same file" "$out/cmp"
try 0 "" "another seed" $p mlp mlp2.onnx seed=2
! cmp -s mlp.onnx mlp2.onnx
result $? "makes another"

# Another shape: the small model is that of its size.
try 2 "wanted is: shape" "shape without dims" $p shape upconv7.onnx small.onnx
try 2 "no shape" "a shape of no dims" $p shape upconv7.onnx 1x3x p.onnx
try 1 "cannot open none.onnx" "a shape of nothing" $p shape none.onnx 1x3x40x40 p.onnx
try 1 "in another shape" "a shape that does not fit" $p shape upconv7.onnx 1x5x40x40 p.onnx
try 1 "it has 2 inputs" "a shape for one of two" $p shape two.onnx 1x1x5x6 p.onnx
try 0 "" "another shape" $p shape upconv7.onnx 1x3x40x40 shaped.onnx
try 0 "" "the size by itself" $p upconv7 sized.onnx size=40
cmp shaped.onnx sized.onnx >"$out/cmp" 2>&1
result $? "is the model of that size" "$out/cmp"

# A batch: as many times the same, and as many times the compiler's estimate.
try 2 "wanted is: batch" "batch without a count" $p batch mlp.onnx 3
try 2 "from 1 to 65536" "a batch of 0" $p batch mlp.onnx 0 p.onnx
try 1 "cannot open none.onnx" "a batch of nothing" $p batch none.onnx 2 p.onnx
# A model of a scalar x: y = Relu(x).
printf '\10\10\102\2\20\15\72\53\12\14\12\1x\22\1y\42\4Relu\22\1g\132\13\12\1x\22\6\12\4\10\1\22\0\142\13\12\1y\22\6\12\4\10\1\22\0' >scalar.onnx
try 1 "the input 'x' has no first dim" "a batch of scalars" $p batch scalar.onnx 2 p.onnx
try 0 "" "a batch of 3" $p batch upconv7.onnx 3 batch.onnx
try 0 "" "noise" $p noise 1x3x20x20 5 one.npy
try 2 "wanted is: noise" "noise without a seed" $p noise 1x3 p.npy
try 2 "no shape" "noise of no shape" $p noise 1x0 5 p.npy
try 1 "2^28" "too much noise" $p noise 100000x100000 5 p.npy
# Three times the same values behind the header of 128 bytes.
try 0 "" "noise of three" $p noise 3x3x20x20 5 three.npy
values() { tail -c +129 "$1"; }
{ head -c 128 three.npy; values one.npy; values one.npy; values one.npy; } >thrice.npy
estimate() { # MODEL INPUT OUTPUT
	"$accelctl" profile "$1" --input "$2" --device model: --csv -o "$3" |
		awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "estimated_cycles") c = i } $2 == "sum" { print $c }'
}
one=$(estimate upconv7.onnx one.npy one_y.npy)
three=$(estimate batch.onnx thrice.npy three_y.npy)
echo "$one, three times: $three" >"$out/estimate"
[ -n "$one" ] && [ "$three" = $((3 * one)) ]
result $? "the estimate for three is three times that for one" "$out/estimate"
{ values one_y.npy; values one_y.npy; values one_y.npy; } >"$out/wanted"
values three_y.npy | cmp - "$out/wanted" >"$out/cmp" 2>&1
result $? "three outputs equal to one" "$out/cmp"

finish
