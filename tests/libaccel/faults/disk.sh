#!/bin/bash
# SPDX-License-Identifier: MIT
#
# accelctl where its outputs find no room: a file size limit, a full file system (as root, in a mount namespace of its own), a full
# disk behind standard output.  Every output must fail with one line that names the file, leave what was there before as it was, and
# leave nothing beside it.  Prints TAP.
#
#   disk.sh ACCELCTL FILES      FILES: those of tests/libaccel/cli/make_files.c
set -u

if [ $# != 2 ]; then
	echo "usage: $0 ACCELCTL FILES" >&2
	exit 2
fi
ctl=$1
cd "$2" || exit 1
n=0
failed=0

result() { # STATUS NAME DETAILS
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return
	fi
	echo "not ok $n - $2"
	failed=1
	echo "# ${3-}"
}

# Runs accelctl with OUTPUT as its last argument, once where there is no such file, once where there is one.
refused() { # MESSAGE NAME OUTPUT COMMAND...
	local message=$1 name=$2 output=$3 status old good=0
	shift 3
	for old in "" "as it was"; do
		rm -f "$output" ${FILLER:+"$FILLER"}
		[ -z "$old" ] || printf '%s' "$old" >"$output"
		[ -z "${FILLER-}" ] || cat /dev/zero >"$FILLER" 2>/dev/null
		# The limit is accelctl's alone: its errors come through a pipe.
		line=$(
			exec 3>&1
			(
				trap '' XFSZ
				[ -z "${LIMIT-}" ] || ulimit -f "$LIMIT"
				exec timeout 60 "$ctl" "$@" "$output" >/dev/null 2>&3
			)
			echo "exit code $?"
		)
		status=${line##*$'\n'}
		line=${line%$'\n'*}
		[[ "$status" = "exit code 1" && "$line" != *$'\n'* && "$line" == *"$output"*"$message"* ]] || good=1
		if [ -z "$old" ]; then
			! compgen -G "$output*" >/dev/null || good=1
		else
			[[ "$(cat "$output")" = "$old" && "$(compgen -G "$output*")" = "$output" ]] || good=1
		fi
		[ "$good" = 0 ] || break
	done
	result "$good" "$name: ${line##*: }" "$status: $line"
	rm -f "$output" ${FILLER:+"$FILLER"}
}

outputs() { # MESSAGE WHERE FOLDER
	refused "$1" "$2: an array" "$3o.npy" run copy.onnx a.png -o
	refused "$1" "$2: a PNG file" "$3o.png" run copy.onnx a.png -o
	refused "$1" "$2: a JPEG file" "$3o.jpg" run copy.onnx a.png -o
	refused "$1" "$2: a model" "$3o.onnx" quantize copy.onnx --calib one -o
	refused "$1" "$2: a trace" "$3o.json" profile copy.onnx a.png --trace
	refused "$1" "$2: an output of profile" "$3o.npy" profile copy.onnx a.png -o
}

mkdir -p one
cp a.png one

LIMIT=0 outputs "File too large" "a file size limit" ""

# 8 KiB, of which nothing is left: names can be made, bytes cannot.
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
	mkdir -p full
	export -f refused outputs result
	export ctl
	# shellcheck disable=SC2016  # for the inner shell
	unshare --mount bash -c '
		n=$1
		failed=0
		mount -t tmpfs -o size=8k full full
		FILLER=full/filler outputs "No space left on device" "a full disk" full/
		exit "$failed"' bash "$n" || failed=1
	n=$((n + 6))
else
	n=$((n + 1))
	echo "ok $n - a full disk # SKIP only root can mount one"
fi

# ---- standard output ----
for command in "info" "info copy.onnx" "info copy.onnx --json" "bench copy.onnx --device model: --csv" \
	"bench --layer conv,4,4,8,8,1,1,0 --device model:" "profile copy.onnx a.png --csv" "dump --stage import copy.onnx" \
	"verify copy.onnx a.png --devices host:,model: --json" "--help" "--version" "run --help"; do
	# shellcheck disable=SC2086  # a list
	line=$(timeout 60 "$ctl" $command 2>&1 >/dev/full)
	status=$?
	[[ "$status" = 1 && "$line" != *$'\n'* && "$line" =~ 'standard output'|'the dump' ]]
	result $? "$command: a full disk behind standard output: ${line#*: }" "exit code $status: $line"
done

echo "1..$n"
exit "$failed"
