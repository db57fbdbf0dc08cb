#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes the guest's root file system: busybox, the modules that are wanted, programs to run.
#
#   initramfs.sh KERNEL OUT.cpio.gz [--ko FILE]... [--module NAME]... [--program FILE]... [--list FILE] [--tests DIR]
#
#   --ko       a module that was built for this kernel
#   --module   a module of the kernel's package, by name; what modules depend on comes by itself
#   --program  goes to /bin, with the shared libraries that it wants from this machine
#   --list     a file that names programs, in place of the `list` in their folder; stands before --tests
#   --tests    a folder of programs, its file `list` that names them, and models/ if there is one; goes to /tests
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)

if [ $# -lt 2 ]; then
	sed -n '4,12s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
kernel=$1
out=$2
list=
shift 2
busybox=$(command -v busybox) || { echo "initramfs.sh: busybox is missing: apt-get install busybox-static" >&2; exit 1; }

release=
modules=
eval "$("$top"/sim/hil/kernel.sh "$kernel" | sed -n "s/^\(release\|modules\)=\(.*\)/\1='\2'/p")"

dir=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir"/{bin,dev,proc,sys,tmp,run,root,etc,tests,lib/modules/"$release"/extra}
cp "$busybox" "$dir/bin/busybox"
for applet in $("$busybox" --list); do
	[ "$applet" = busybox ] || ln -s busybox "$dir/bin/$applet"
done
ln -s bin "$dir/sbin"
cp "$top/sim/hil/init" "$dir/init"
chmod +x "$dir/init"

# A module of the package by its name, with all that it needs, from the package's own list.
add_module() {
	local name=${1//-/_} file need
	file=$(awk -F: -v n="$name" '{ f = $1; sub(/.*\//, "", f); sub(/\.ko.*/, "", f); gsub(/-/, "_", f); if (f == n) print $1 }' "$modules/modules.dep")
	if [ -z "$file" ]; then
		grep -qE "/${name//_/[-_]}\.ko$" "$modules/modules.builtin" && return
		echo "initramfs.sh: kernel $release has no module '$1'" >&2
		exit 1
	fi
	for need in $file $(sed -n "s#^$file: *##p" "$modules/modules.dep"); do
		[ ! -f "$dir/lib/modules/$release/${need%.xz}" ] || continue
		mkdir -p "$dir/lib/modules/$release/$(dirname "$need")"
		case $need in
		*.xz) xz -dc "$modules/$need" >"$dir/lib/modules/$release/${need%.xz}" ;;
		*) cp "$modules/$need" "$dir/lib/modules/$release/$need" ;;
		esac
	done
}

add_program() {
	local lib
	cp -L "$1" "$dir/bin/"
	# ldd fails on a static program, which needs nothing.
	for lib in $(ldd "$1" 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p'); do
		mkdir -p "$dir/$(dirname "$lib")"
		cp -nL "$lib" "$dir/$lib"
	done
}

# What the list names, and models for it; not what lies beside from building.
add_tests() {
	local name
	cp "${list:-$1/list}" "$dir/tests/list"
	# shellcheck disable=SC2013  # names have no blanks
	for name in $(sed "s/#.*//" "$dir/tests/list"); do
		cp -L "$1/$name" "$dir/tests/"
		chmod +x "$dir/tests/$name"
	done
	[ ! -d "$1/models" ] || cp -RL "$1/models" "$dir/tests/"
}

while [ $# -ge 2 ]; do
	case $1 in
	--ko)
		cp "$2" "$dir/lib/modules/$release/extra/"
		for need in $("$top"/sim/hil/kernel.sh "$kernel" run "$(dirname "$2")" modinfo -F depends "$(basename "$2")" | tr ',' ' '); do
			add_module "$need"
		done
		;;
	--module) add_module "$2" ;;
	--program) add_program "$2" ;;
	--list) list=$2 ;;
	--tests) add_tests "$2" ;;
	*)
		echo "initramfs.sh: unknown option '$1'" >&2
		exit 2
		;;
	esac
	shift 2
done

for file in order builtin builtin.modinfo; do
	[ ! -f "$modules/modules.$file" ] || cp "$modules/modules.$file" "$dir/lib/modules/$release/"
done
"$top"/sim/hil/kernel.sh "$kernel" run "$dir" depmod -b /src "$release"
(cd "$dir" && find . -print0 | sort -z | "$busybox" cpio -0 -o -H newc -R 0:0 2>/dev/null | gzip -1) >"$out.new"
mv "$out.new" "$out"
