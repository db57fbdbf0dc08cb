#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Installs the module's sources for DKMS.
#
#   dkms.sh [DESTDIR]
#
# Then: dkms add -m fcn-accel -v 1.0 && dkms install -m fcn-accel -v 1.0
set -eu
cd "$(dirname "$0")/.."

case ${1-} in
-*)
	sed -n '3,8s/^# \{0,1\}//p' driver/dkms.sh
	exit
	;;
esac
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' driver/dkms.conf)
dest=${1-}/usr/src/fcn-accel-$version
rm -rf "$dest"
mkdir -p "$dest/driver" "$dest/uapi/drm" "$dest/LICENSES"
cp Kbuild driver/dkms.conf "$dest/"
cp driver/*.c driver/*.h "$dest/driver/"
cp uapi/drm/fcn_accel*.h "$dest/uapi/drm/"
cp LICENSES/GPL-2.0* LICENSES/MIT* LICENSES/Linux-syscall-note* "$dest/LICENSES/" 2>/dev/null || true
echo "$dest"
