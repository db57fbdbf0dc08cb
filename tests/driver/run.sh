#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The driver without a device: it builds without a warning on Debian's kernels (for arm64, too), sparse and checkpatch have nothing to say, the binding
# is a valid schema and its example matches it, DKMS builds and installs the module, the uAPI headers have no holes.
# Prints TAP.
#
#   run.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: run.sh BUILD}
export BUILD=$build
out=$build/driver
mkdir -p "$out"
. tests/tap.sh

copy() { # DIR: the module's sources, to be built there
	rm -rf "$1"
	mkdir -p "$1"
	cp -R Kbuild driver uapi "$1/"
}

# Debian's sparse does not know __typeof_unqual__, and newer headers packages lack the script that the kernel's make asks whether there
# is a checker: hence the words on the command line.  It does not see, either, that the strings of MODULE_INFO() are constants there.
check_kernel() { # KERNEL
	local dir=$out/$1 log=$out/$1.log
	copy "$dir"
	sim/hil/kernel.sh "$1" make "$dir" -j2 W=1 C=2 KBUILD_CHECKSRC=2 CHECK="sparse -D__typeof_unqual__=__typeof__" modules >"$log" 2>&1
	result $? "builds on kernel $1" "$log" || return
	! grep -E 'warning:|error:' "$log" | grep -vE '^driver/.*: error: bad constant expression$' >"$log.said"
	result $? "compiler (W=1) and sparse have nothing to say on kernel $1" "$log.said"
	awk '/: error: bad constant expression$/ { split($1, at, ":"); print at[1], at[2] }' "$log" | while read -r file line; do
		sed -n "${line}p" "$file" | grep -qE '^(MODULE_|module_param)' || sed -n "${line}s#^#$file: #p" "$file"
	done >"$log.constants"
	! grep -q . "$log.constants"
	result $? "and what sparse cannot judge there is module information only" "$log.constants"
	grep -qE '^ *CHECK ' "$log"
	result $? "sparse has run" "$log"
}

checkpatch() { # ARGUMENT...
	perl "$out/scripts/checkpatch.pl" --no-tree --strict --quiet --show-types --max-line-length=100 "$@"
}

# Headers of tracepoints look as their macros want it; BIT() is not for user space.
check_style() {
	local log=$out/checkpatch.log
	tests/driver/fetch_checkpatch.sh "$out/scripts" >"$log" 2>&1
	result $? "checkpatch is there" "$log" || return
	# shellcheck disable=SC2046  # names have no blanks
	checkpatch -f Kbuild $(printf '%s\n' driver/*.[ch] driver/tests/*.[ch] | grep -v fcn_trace.h) >"$log" 2>&1
	result $? "checkpatch --strict: driver" "$log"
	checkpatch --ignore PARENTHESIS_ALIGNMENT,OPEN_ENDED_LINE -f driver/fcn_trace.h >"$log" 2>&1
	result $? "checkpatch --strict: tracepoints" "$log"
	checkpatch --ignore BIT_MACRO -f uapi/drm/fcn_accel.h >"$log" 2>&1
	result $? "checkpatch --strict: uapi" "$log"
	sed 's/ktime_get_ns()/ktime_get_ns ()/' driver/fcn_fault.c >"$out/bad.c"
	! checkpatch -f "$out/bad.c" >"$log" 2>&1
	result $? "checkpatch would see a blank that does not belong there" "$log"
}

check_uapi() {
	local log=$out/uapi.log std
	for std in c11 c++17; do
		gcc -x "${std%%[0-9]*}" -std="$std" -Wall -Wextra -Werror -Wpadded -fsyntax-only -idirafter "$out/include" -isystem /usr/include/libdrm \
			-Iuapi -include drm/fcn_accel.h - </dev/null >"$log" 2>&1
		result $? "fcn_accel.h alone, without padding: $std" "$log"
	done
}

for kernel in 6.12 backports; do
	check_kernel "$kernel"
done
check_style
check_uapi
# shellcheck source=tests/driver/packages.sh
. tests/driver/packages.sh
check_packages
# shellcheck source=tests/driver/arm64.sh
. tests/driver/arm64.sh
check_arm_kernels
finish
