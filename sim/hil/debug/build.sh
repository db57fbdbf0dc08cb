#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Builds an instrumented kernel from Debian's package of kernel sources.  Runs in the root that sim/hil/kernel.sh makes, with this
# folder as /src.
#
#   build.sh debug|kcsan RELEASE-SUFFIX
#
# Leaves /boot/vmlinuz-RELEASE, /lib/modules/RELEASE with a `build` for modules, and last /boot/built-SUFFIX, which has RELEASE in it.
# The sources and the objects stay, so that the next configuration compiles what it changes.
set -eu
name=$1
suffix=$2
tree=/usr/src/linux
out=/usr/src/objects-$name
kmake() {
	make -s -C $tree O="$out" "$@"
}

if [ ! -f $tree.ok ]; then
	rm -rf $tree
	mkdir $tree
	# Headers of a driver that nobody builds here are a third of the whole.
	tar -xJf /usr/src/linux-source-*.tar.xz -C $tree --strip-components=1 --exclude='*/drivers/gpu/drm/amd/include/*'
	cp $tree/drivers/accel/Kconfig $tree/drivers/accel/Kconfig.orig
	touch $tree.ok
fi
cat $tree/drivers/accel/Kconfig.orig Kconfig >$tree/drivers/accel/Kconfig.new
cmp -s $tree/drivers/accel/Kconfig.new $tree/drivers/accel/Kconfig || cp $tree/drivers/accel/Kconfig.new $tree/drivers/accel/Kconfig

mkdir -p "$out"
cat common.config "$name.config" >"$out/wanted.config"
echo "CONFIG_LOCALVERSION=\"$suffix\"" >>"$out/wanted.config"
kmake KCONFIG_ALLCONFIG="$out/wanted.config" allnoconfig
# What the kernel did not take, because something else that it needs is missing, or its name has changed.
if grep -E '^(CONFIG_|# CONFIG_.* is not set)' "$out/wanted.config" | while read -r line; do
	case $line in
	'#'*)
		option=${line#\# }
		! grep -q "^${option%% *}=" "$out/.config" || echo "$line"
		;;
	*) grep -qFx "$line" "$out/.config" || echo "$line" ;;
	esac
done | grep .; then
	echo "build.sh: the kernel does not take these lines of common.config, $name.config" >&2
	exit 1
fi

kmake -j"$(nproc)" bzImage modules
release=$(kmake kernelrelease)
rm -rf "/lib/modules/$release" "/usr/src/headers-$release"
kmake modules_install
# What modules are built with, without the objects; the script is the one of the kernel's own packages.
kmake run-command KBUILD_RUN_COMMAND="$tree/scripts/package/install-extmod-build /usr/src/headers-$release"
ln -sfn "/usr/src/headers-$release" "/lib/modules/$release/build"
cp "$out/arch/x86/boot/bzImage" "/boot/vmlinuz-$release"
cp "$out/.config" "/boot/config-$release"
cp "$out/System.map" "/boot/System.map-$release"
echo "$release" >"/boot/built$suffix"
