#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A guest with the simulated core as a PCIe function: starts the vfio-user server and an unmodified QEMU, and ends both.
#
#   guest.sh KERNEL INITRAMFS DIR test|shell
#
# DIR receives console.log (the kernel's log), results.log (of `test`), server.log (the server's last words), qemu.log.
# Exit status: 0 when the guest powered off, 124 after the time-out, else QEMU's.
#
# Environment:
#   FCN_VFIO     the server (BUILD/fcn-vfio);  HIL_SERVER  more arguments for it, such as --log FILE or --faults FILE
#   HIL_ACCEL    kvm, tcg or auto: KVM where it works (auto)
#   HIL_PATIENCE milliseconds that QEMU waits for an answer of the server (5000)
#   HIL_NODES    2: two NUMA nodes of half the memory each, the second without a processor (1)
#   HIL_TIMEOUT  seconds for a test run (480); HIL_MEM  MiB (1024); HIL_SMP  processors (2)
#   HIL_APPEND   more of the kernel's command line; HIL_QEMU  more arguments for QEMU
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)

if [ $# != 4 ]; then
	sed -n "5,17s/^# \{0,1\}//p" "$0" >&2
	exit 2
fi
kernel=$1
initramfs=$(realpath "$2") || exit 1
mode=$4
image=$("$top"/sim/hil/kernel.sh "$kernel" | sed -n 's/^image=//p')
[ -n "$image" ] || exit 1
# Paths that hold in DIR, too.
BUILD=$(realpath -m "${BUILD:-$top/build}")
export BUILD
[ -z "${HIL_CACHE-}" ] || { HIL_CACHE=$(realpath -m "$HIL_CACHE"); export HIL_CACHE; }
server=$(realpath "${FCN_VFIO:-${BUILD:-$top/build}/fcn-vfio}") || exit 1
"$top"/sim/hil/qemu.sh --fetch >/dev/null || exit 1

mkdir -p "$3"
cd "$3" || exit 1
rm -f vfio.sock console.log results.log server.log qemu.log

# A /dev/kvm is not always one that works (nested ones): once per boot of this machine, a kernel without a root file system must
# come as far as its panic.
kvm_works() {
	local known boot
	[ -w /dev/kvm ] || return
	boot=$(cat /proc/sys/kernel/random/boot_id)
	known=${HIL_CACHE:-${BUILD:-$top/build}/hil}/kvm-$boot
	if [ ! -f "$known" ]; then
		timeout 20 "$top/sim/hil/qemu.sh" -nodefaults -display none -no-reboot -M q35 -accel kvm -cpu max -m 512M \
			-kernel "$image" -append panic=-1 >/dev/null 2>&1 </dev/null && echo yes >"$known" || echo no >"$known"
	fi
	[ "$(cat "$known")" = yes ]
}

server_pid=
qemu_pid=
# shellcheck disable=SC2317  # called by the trap
cleanup() {
	[ -z "$qemu_pid" ] || kill "$qemu_pid" 2>/dev/null
	[ -z "$server_pid" ] || { kill "$server_pid" 2>/dev/null && wait "$server_pid"; }
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# A relative path: a socket's name is short.  With its parent gone, each of the two goes, too.
# shellcheck disable=SC2086  # lists
setpriv --pdeathsig TERM "$server" --socket vfio.sock ${HIL_SERVER-} 2>server.log &
server_pid=$!
for _ in $(seq 100); do
	[ ! -S vfio.sock ] || break
	kill -0 "$server_pid" 2>/dev/null || break
	sleep 0.05
done
if [ ! -S vfio.sock ]; then
	echo "guest.sh: the server did not start:" >&2
	cat server.log >&2
	exit 1
fi

accel=(-accel "tcg,thread=multi")
case ${HIL_ACCEL:-auto} in
kvm) accel=(-accel kvm) ;;
auto) ! kvm_works || accel=(-accel kvm "${accel[@]}") ;;
esac
# no_timer_check: on a busy machine the emulated timer is late, and the kernel would take it for broken.
append="console=ttyS0 hil=$mode panic=-1 oops=panic rcupdate.rcu_cpu_stall_timeout=100 watchdog_thresh=60 nokaslr no_timer_check ${HIL_APPEND-}"
# Guest memory must be shared, or the device would write to another copy of it than the guest reads.
mem=${HIL_MEM:-1024}
if [ "${HIL_NODES:-1}" = 2 ]; then
	ram=(-machine "q35,usb=off"
		-object "memory-backend-memfd,id=ram0,size=$((mem / 2))M,share=on" -numa "node,memdev=ram0,cpus=0-$((${HIL_SMP:-2} - 1))"
		-object "memory-backend-memfd,id=ram1,size=$((mem / 2))M,share=on" -numa "node,memdev=ram1")
else
	ram=(-machine "q35,memory-backend=ram,usb=off" -object "memory-backend-memfd,id=ram,size=${mem}M,share=on")
fi
qemu=("$top/sim/hil/qemu.sh" -nodefaults -no-user-config -display none -no-reboot "${ram[@]}"
	-cpu max "${accel[@]}" -smp "${HIL_SMP:-2}" -m "${mem}M"
	-kernel "$image" -initrd "$initramfs" -device "pcie-root-port,id=port0,chassis=1"
	-device '{"driver":"vfio-user-pci","id":"fcn0","bus":"port0","socket":{"type":"unix","path":"vfio.sock"},"x-msg-timeout":'"${HIL_PATIENCE:-5000}}")

if [ "$mode" = shell ]; then
	# The console is this terminal; Ctrl-A X ends QEMU.
	# shellcheck disable=SC2086  # a list
	"${qemu[@]}" -serial mon:stdio -append "$append loglevel=4" ${HIL_QEMU-}
	exit
fi
# shellcheck disable=SC2086  # a list
setpriv --pdeathsig TERM timeout -k 10 "${HIL_TIMEOUT:-480}" "${qemu[@]}" -serial file:console.log -serial file:results.log \
	-append "$append ignore_loglevel" ${HIL_QEMU-} >qemu.log 2>&1 </dev/null &
qemu_pid=$!
wait "$qemu_pid"
status=$?
qemu_pid=
exit "$status"
