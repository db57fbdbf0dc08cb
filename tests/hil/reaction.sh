# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Part of run.sh and reactions.sh: a guest in which something goes wrong under two clients, by a row of tests/hil/reactions.  Behind build.sh.
# shellcheck disable=SC2154  # given by who includes this

# Where the victim's memory is: the second half of the guest's.  HIL_MEM, if given, must be 1024.
victim=addr=0x20000000,len=0x20000000

# reaction NAME: the row, its fields in row[0] (name) to row[6], without the blanks around them.
reaction() {
	local line
	line=$(sed -n "/^$1 *|/{s/ *| */|/g;p}" tests/hil/reactions)
	IFS='|' read -r -a row <<<"$line"
	[ "${row[0]-}" = "$1" ] || { echo "there is no reaction '$1'; tests/hil/reactions lists them" >&2; return 1; }
}

build_clients() { # KERNEL DIR; accelctl and accel-model are there
	local log=$2/reactions.log pkg
	read -r -a pkg <<<"$(pkg-config --cflags libdrm)"
	mkdir -p "$2/reactions"
	{
		"${CC:-gcc}" -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-sign-compare -Iuapi -Itests/kselftest "${pkg[@]}" -static -o "$2/reactions/clients" \
			tests/hil/clients/clients.c tests/kselftest/fcn_{device,bo,job,stream}.c &&
			cp tests/hil/clients/library.sh "$2/reactions/" && mkdir -p "$2/reactions/models" &&
			"$build/accel-model" unet "$2/reactions/models/unet.onnx" size=32 channels=16 &&
			printf "clients\nlibrary.sh\n" >"$2/reactions/list" &&
			sim/hil/initramfs.sh "$1" "$2/reactions.gz" --ko "$2/fcn_accel.ko" --module vgem --program "$build/accelctl" --tests "$2/reactions"
	} >"$log" 2>&1
	result $? "the root of guests in which something fails is made" "$log"
}

qmp() { # DIR COMMAND
	echo "$2" >"$1/monitor.in"
}

# When the guest asks: a reset of the whole machine; or a new server, and a new device of it in another slot (QEMU 11.1 aborts when a vfio-user
# device is unplugged).
serve_host() { # DIR ACTION
	local dir=$1
	until grep -q '^@host' "$dir/results.log" 2>/dev/null; do
		sleep 0.2
	done
	qmp "$dir" '{"execute":"qmp_capabilities"}'
	if [ "$2" = reset ]; then
		qmp "$dir" '{"execute":"set-action","arguments":{"reboot":"reset"}}'
		qmp "$dir" '{"execute":"system_reset"}'
		return
	fi
	(cd "$dir" && exec setpriv --pdeathsig TERM "$fcn_vfio" --socket vfio.sock 2>server2.log) &
	until [ -S "$dir/vfio.sock" ]; do
		sleep 0.1
	done
	qmp "$dir" '{"execute":"device_add","arguments":{"driver":"vfio-user-pci","id":"fcn1","bus":"port1","socket":{"type":"unix","path":"vfio.sock"}}}'
	wait
}

run_reaction() { # KERNEL DIR NAME
	local dir=$2/reaction-$3 root=$2/reaction-$3/root row helpers=() status pid patience="" qemu=${HIL_QEMU-}
	reaction "$3" || return
	mkdir -p "$root/tests"
	case ${row[5]-} in
	library) echo "library.sh ${row[2]}" ;;
	*) echo "clients ${row[2]} ${row[3]} ${row[4]} ${row[5]-}" ;;
	esac >"$root/tests/list"
	tr ';' '\n' <<<"${row[1]//VICTIM/$victim}" | sed 's/^ *//' >"$dir/plan"
	append_files "$2/reactions.gz" "$root" "$dir/initramfs.gz"
	echo "# $3: '${row[1]}'"
	rm -f "$dir"/{monitor.*,results.log,server2.log}
	if [[ ${row[6]-} =~ ^(server|reset)$ ]]; then
		fcn_vfio=$(realpath "$build/fcn-vfio")
		mkfifo "$dir/monitor.in" "$dir/monitor.out"
		qemu="$qemu -device pcie-root-port,id=port1,chassis=2 -chardev pipe,id=monitor,path=monitor -mon chardev=monitor,mode=control"
		# Open for writing, too, so that neither waits for QEMU.
		cat <>"$dir/monitor.out" >"$dir/monitor.log" &
		helpers=($!)
		serve_host "$dir" "${row[6]}" <>"$dir/monitor.in" &
		helpers+=($!)
	fi
	# With 5 seconds for each read that is never answered the guest would stand still most of the time.
	[ "${row[6]-}" != impatient ] || patience=100
	HIL_PATIENCE=${patience:-5000} HIL_NODES=2 HIL_MEM=1024 HIL_QEMU=$qemu HIL_SERVER="--faults plan ${HIL_SERVER-}" \
		sim/hil/guest.sh "$1" "$dir/initramfs.gz" "$dir" test >"$dir/guest.log" 2>&1
	status=$?
	# A second server is the last helper's child, and ends with it.
	for pid in "${helpers[@]}"; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	result "$status" "$3: the guest powers off by itself" "$dir/guest.log"
	judge_reaction "$3" "$dir" "${row[6]-}" "$(sed "s/ .*//" "$root/tests/list")"
}

judge_reaction() { # NAME DIR ACTION PROGRAM
	local dir=$2 boots=1 file
	for file in results.log console.log server.log; do
		[ -f "$dir/$file" ] || : >"$dir/$file"
	done
	[ "$3" != reset ] || boots=2
	[ "$(grep -c '^@boot' "$dir/results.log")" = "$boots" ]
	result $? "$1: the guest has started $boots times" "$dir/results.log"
	# What was before a reset has no end.
	awk '/^@boot/ { text = "" } { text = text $0 "\n" } END { printf "%s", text }' "$dir/results.log" >"$dir/results.last"
	awk -v list="load $4 unload" -f tests/hil/results.awk "$dir/results.last" | sed "s/^\(ok\|not ok\) - \($4: \)\?/\1 - $1: /" >"$dir/results.tap"
	number <"$dir/results.tap"
	awk -f tests/hil/splat.awk "$dir/console.log" >"$dir/splats"
	result $? "$1: the kernel has nothing to complain about" "$dir/splats"
	if [ -s "$dir/plan" ] && grep -q . "$dir/plan"; then
		grep -qE ' [1-9][0-9]* faults$' "$dir/server.log"
		result $? "$1: what was planned has happened" "$dir/server.log"
	fi
	! grep -hE 'broke a rule' "$dir"/server*.log >"$dir/bus"
	result $? "$1: the core keeps the rules of its bus" "$dir/bus"
}
