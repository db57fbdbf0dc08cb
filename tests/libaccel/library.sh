# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# For tests of whole models, from the top folder: builds the library with the 16x16 core in it, and leaves in the array `library` what gcc's
# command line ends with.
#
#   library BUILD
#
# SANITIZE=1: with the address and undefined behaviour sanitizers, as tests/libaccel/cli builds it; the Verilated core goes without.

# shellcheck disable=SC2034  # the array is for who reads this
library() {
	local out=$1 sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all" core=$1/verilated/16x16/libVfcn_16x16.a libs
	if [ -z "${SANITIZE-}" ]; then
		make -s BUILD="$out" ACCEL_GEOMETRIES=16x16 libaccel || return
		read -r -a libs <<<"$(sed -n 's/^Libs.private: //p' "$out/libaccel.pc")"
		library=("$out/libaccel.a" "${libs[@]}")
		return
	fi
	make -s -f libaccel/libaccel.mk BUILD="$out" "$core" &&
		make -s -f libaccel/libaccel.mk BUILD="$out/libaccel-cli" ACCEL_GEOMETRIES= CFLAGS="-g -O1 $sanitize" libaccel || return
	read -r -a libs <<<"$(sed -n 's/^Libs.private: //p' "$out/libaccel-cli/libaccel.pc")"
	# backend_rtl.c of the archive knows no core.
	# shellcheck disable=SC2206  # a list
	library=($sanitize '-DACCEL_CORES=CORE(16, 16)' libaccel/src/backend_rtl.c "$out/libaccel-cli/libaccel.a" "$core"
		"$out/libaccel-cli/libaccel.a" "${libs[@]}")
}
