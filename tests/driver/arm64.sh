# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Part of run.sh: the driver for arm64, where the platform front end is at home, by Debian's cross compiler against Debian's arm64 headers.
# Those packages want an arm64 compiler and kernel beside them when they are installed; here they are unpacked only.
# shellcheck disable=SC2154  # given by who includes this

arm_root=${HIL_CACHE:-$build/hil}/root-arm64

# Unpacks the newest headers of a suite, with what this machine's make needs of them; says the kernel's release.
fetch_arm_headers() { # SUITE
	local suite=$1 work=$arm_root.apt-$1 mirror host release keyring=/usr/share/keyrings/debian-archive-keyring.gpg options helper=()
	if [ -f "$work.release" ]; then
		cat "$work.release"
		return
	fi
	# The files of a root that was made without root rights belong to other users.
	[ "$(id -u)" = 0 ] || helper=(mmdebstrap --unshare-helper)
	host=$(dpkg --print-architecture)
	# shellcheck disable=SC2016  # apt's own placeholders
	mirror=$(apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(ORIGIN) $(LABEL) $(REPO_URI)' |
		awk '$1 == "Packages" && $2 == "main" && $3 == "Debian" && $4 == "Debian" { print $NF; exit }')
	[ -n "$mirror" ] || { echo "apt knows no Debian main archive" >&2; return 1; }
	rm -rf "$work"
	mkdir -p "$work/lists/partial" "$work/archives/partial"
	work=$(cd "$work" && pwd)
	echo "deb [arch=$host,arm64 signed-by=$keyring] $mirror $suite main" >"$work/sources.list"
	options=(-qq -o "APT::Sandbox::User=$(id -un)" -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work" -o Acquire::Languages=none
		-o "APT::Architectures::=$host" -o APT::Architectures::=arm64)
	apt-get "${options[@]}" update >&2 || return
	release=$(apt-cache "${options[@]}" depends linux-headers-arm64:arm64 | sed -n 's/^ *Depends: linux-headers-\(.*\)-arm64:arm64$/\1/p')
	[ -n "$release" ] || { echo "$suite has no linux-headers-arm64" >&2; return 1; }
	(cd "$work" && apt-get "${options[@]}" download "linux-headers-$release-arm64:arm64" "linux-headers-$release-common" \
		"linux-kbuild-$release:$host") >&2 || return
	for deb in "$work"/*.deb; do
		# tar alone would replace the root's links, such as /lib, by folders.
		dpkg-deb --fsys-tarfile "$deb" | ${helper[@]+"${helper[@]}"} tar -x --keep-directory-symlink --no-same-owner -C "$arm_root" ./usr || return
	done
	rm -rf "$work"
	echo "$release" >"$work.release"
	echo "$release"
}

arm_make() { # RELEASE DIR [ARGUMENT...]: the modules of DIR
	local release=$1 dir=$2
	shift 2
	tests/in-root.sh "$arm_root" "$dir" src make -C "/usr/src/linux-headers-$release-arm64" M=/src ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- \
		-j2 W=1 "$@" modules
}

# A kernel without DRM_ACCEL: one line says why nothing is built; cleaning up works all the same.
check_refusal() { # KERNEL RELEASE
	local dir=$out/arm64-$1-refusal log=$out/arm64-$1-refusal.log
	copy "$dir"
	! arm_make "$2" "$dir" >"$log" 2>&1 && grep -q 'without CONFIG_DRM_ACCEL' "$log" && ! grep -qE '^ *CC ' "$log"
	result $? "the build says that kernel $1 for arm64 has no DRM_ACCEL" "$log"
	tests/in-root.sh "$arm_root" "$dir" src make -C "/usr/src/linux-headers-$2-arm64" M=/src ARCH=arm64 clean >"$log" 2>&1
	result $? "and make clean has nothing against it" "$log"
}

check_arm64() { # KERNEL SUITE
	local dir=$out/arm64-$1 log=$out/arm64-$1.log release args=() missing='^$' note=
	release=$(fetch_arm_headers "$2" 2>"$log")
	result $? "arm64 headers of kernel $1" "$log" || return
	# Debian 13's 6.12 has DRM_ACCEL for amd64 alone.  The sources can be compiled all the same; what its kernel then lacks is known.
	if ! grep -q '^CONFIG_DRM_ACCEL=y' "$arm_root/usr/src/linux-headers-$release-arm64/include/config/auto.conf"; then
		check_refusal "$1" "$release"
		args=(CONFIG_DRM_ACCEL=y KCFLAGS=-DCONFIG_DRM_ACCEL=1 KBUILD_MODPOST_WARN=1)
		missing='^WARNING: modpost: "accel_open" \[.*fcn_accel\.ko\] undefined!$'
		note=", which has no DRM_ACCEL"
	fi
	copy "$dir"
	arm_make "$release" "$dir" "${args[@]}" >"$log" 2>&1
	result $? "builds for arm64 on kernel $1 ($release$note)" "$log" || return
	# Symbols that a kernel does not have are warnings, too.
	! grep -E 'warning:|WARNING:' "$log" | grep -vE "$missing" >"$log.said"
	result $? "compiler (W=1) and modpost have nothing to say for arm64 on kernel $1" "$log.said"
	# Machine 183, little endian.
	[ "$(od -An -tu1 -j5 -N1 "$dir/fcn_accel.ko" | tr -d ' ') $(od -An -tu2 -j18 -N2 "$dir/fcn_accel.ko" | tr -d ' ')" = "1 183" ]
	result $? "and it is a module for arm64" "$log"
	tr '\0' '\n' <"$dir/fcn_accel.ko" | grep -E '^alias=(of|pci):' >"$log.alias"
	grep -q '^alias=of:N\*T\*Cfcnaccel,core' "$log.alias"
	result $? "which a device tree's node finds" "$log.alias"
}

# Something that W=1 does not like, in the last build that passed.
check_arm_warning() {
	local dir=$out/arm64-backports log=$out/arm64-warning.log
	echo 'static int fcn_platform_unused;' >>"$dir/driver/fcn_platform.c"
	arm_make "$(cat "$arm_root.apt-trixie-backports.release")" "$dir" >"$log" 2>&1
	grep -q "warning: 'fcn_platform_unused' defined but not used" "$log"
	result $? "a warning there would be seen" "$log"
}

check_arm_kernels() {
	local log=$out/arm64-root.log status
	exec 9>"$arm_root.lock"
	flock 9
	tests/debian-root.sh trixie "$arm_root" gcc-aarch64-linux-gnu make pahole perl kmod >"$log" 2>&1
	status=$?
	# A new root has none of the headers.
	[ "$arm_root.ok" -ot "$arm_root.apt-trixie.release" ] || rm -f "$arm_root".apt-*.release
	result $status "a Debian root with a compiler for arm64" "$log" && {
		check_arm64 6.12 trixie
		check_arm64 backports trixie-backports && check_arm_warning
	}
	exec 9>&-
}
