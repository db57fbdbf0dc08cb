# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What all scripts share that start guests (here, and tests/fuzz, soak, bench, coverage): lines of TAP (../tap.sh), and everything that a
# guest is made of.  Needs $build; sets $failed and $n.
# shellcheck disable=SC2034,SC2154  # used by, and given by, who includes this

. tests/tap.sh

# Numbers the lines of TAP that it reads; counts failures.
number() {
	local line
	while IFS= read -r line; do
		case $line in
		'ok - '*) n=$((n + 1)); echo "ok $n - ${line#ok - }" ;;
		'not ok - '*) n=$((n + 1)); failed=1; echo "not ok $n - ${line#not ok - }" ;;
		*) echo "$line" ;;
		esac
	done
}

# Each kernel has a copy of the sources: the kernel's make writes beside them.
build_module() { # KERNEL DIR [ARGUMENT-OF-MAKE...]
	mkdir -p "$2/module"
	cp -pRu Kbuild driver uapi "$2/module/" && sim/hil/kernel.sh "$1" make "$2/module" -j2 W=1 ${FCN_GCOV:+FCN_GCOV=y} "${@:3}" modules &&
		cp "$2/module/fcn_accel.ko" "$2/"
}

# The module that makes a platform device of the PCIe function.
build_test_module() { # KERNEL DIR
	mkdir -p "$2/test-module"
	cp -pRu tests/driver/platform/. "$2/test-module/" && sim/hil/kernel.sh "$1" make "$2/test-module" W=1 modules
}

# The tests of the driver's pure parts, a module of their own.
build_kunit() { # KERNEL DIR
	mkdir -p "$2/kunit"
	cp -pRu Kbuild driver uapi "$2/kunit/" && sim/hil/kernel.sh "$1" make "$2/kunit" -j2 W=1 FCN_KUNIT=y modules
}

# A second archive behind the first: its files replace and add to what the first has.
append_files() { # BASE.gz FOLDER OUT.gz
	(cd "$2" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) | cat "$1" - >"$3"
}

build_all() { # KERNEL DIR [LIST]
	local log=$2/build.log status kunit=()
	make -s vfio >"$log" 2>&1
	result $? "the server builds" "$log" || return
	build_module "$1" "$2" >"$log" 2>&1
	result $? "the module builds on kernel $1" "$log" || return
	! grep -E 'warning:' "$log" >"$log.warnings"
	result $? "the compiler has nothing to say about the module" "$log.warnings"
	build_test_module "$1" "$2" >"$log" 2>&1
	result $? "the test module builds" "$log" || return
	if [ "$1" = debug ]; then
		build_kunit "$1" "$2" >"$log" 2>&1
		result $? "the module with the unit tests builds" "$log" || return
		kunit=(--ko "$2/kunit/fcn_accel_kunit.ko")
	fi
	make -s -f tests/kselftest/Makefile OUTPUT="$PWD/$build/kselftest" KSFT_INCLUDE="$PWD/$build/kselftest-include" >"$log" 2>&1
	result $? "the test programs build" "$log" || return
	make -s accelctl tools >"$log" 2>&1 && tests/kselftest/models.sh "$build" "$build/kselftest/models" >>"$log" 2>&1 &&
		make -s -f tests/kselftest/libaccel.mk BUILD="$build" >>"$log" 2>&1
	result $? "accelctl and its models are built" "$log" || return
	sim/hil/initramfs.sh "$1" "$2/initramfs.gz" --ko "$2/fcn_accel.ko" --ko "$2/test-module/fcn_platform_test.ko" "${kunit[@]}" \
		--module vgem --program "$build/accelctl" --program "$build/kselftest/libaccel_api" \
		--list "${3:-tests/kselftest/list}" --tests "$build/kselftest" >"$log" 2>&1
	status=$?
	result $status "the guest's root is made" "$log"
}

