# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What run.sh and replay.sh share: the guest with the fuzzer in it.  Behind tests/hil/build.sh.

fuzz_build() { # KERNEL DIR
	local log=$2/build.log status
	make -s vfio >"$log" 2>&1
	result $? "the server builds" "$log" || return
	build_module "$1" "$2" KCOV_INSTRUMENT=y >"$log" 2>&1
	result $? "the module builds on kernel $1" "$log" || return
	make -s -f tests/fuzz/Makefile OUTPUT="$BUILD/fuzz-ioctl" >"$log" 2>&1
	result $? "the fuzzer builds" "$log" || return
	# Folders of the root that initramfs.sh does not make go into an archive of their own behind it.
	rm -rf "$2/files"
	mkdir -p "$2/tests" "$2/files/tests/seeds"
	cp "$BUILD/fuzz-ioctl/fuzz_ioctl" "$2/tests/"
	cp tests/fuzz/seeds/*.seq "$2/files/tests/seeds/"
	echo fuzz_ioctl >"$2/tests/list"
	sim/hil/initramfs.sh "$1" "$2/base.gz" --ko "$2/fcn_accel.ko" --module vgem --tests "$2/tests" >"$log" 2>&1
	status=$?
	result $status "the guest's root is made" "$log"
}

# A job that no longer makes progress, or takes long, is ended soon, so that many come to run.
fuzz_guest() { # KERNEL DIR LIMIT COMMAND
	echo "$4" >"$2/files/tests/list"
	append_files "$2/base.gz" "$2/files" "$2/initramfs.gz"
	rm -f "$2/journal"
	HIL_TIMEOUT=${HIL_TIMEOUT:-$((2 * $3 + 180))} HIL_QEMU="-chardev file,id=journal,path=journal -device isa-debugcon,iobase=0xe9,chardev=journal" \
		HIL_APPEND="LIMIT=$3 fcn_accel.timeout_ms=2000 fcn_accel.job_cap_ms=3000 fcn_accel.file_jobs=24 ${HIL_APPEND-}" \
		sim/hil/guest.sh "$1" "$2/initramfs.gz" "$2" test >"$2/guest.log" 2>&1
	local status=$? file
	for file in results.log console.log journal server.log; do
		[ -f "$2/$file" ] || : >"$2/$file"
	done
	return "$status"
}
