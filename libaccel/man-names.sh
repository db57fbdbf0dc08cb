#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Prints the names that manual pages describe, as in their section NAME, and the page of each: "accel_submit accel_run".
#
#   man-names.sh PAGE.3...
set -eu
for page; do
	awk -v page="$(basename "$page" .3)" '
		/^\.SH/ { in_name = $2 == "NAME"; next }
		in_name {
			sub(/ *\\-.*/, "")
			n = split($0, name, /[ ,]+/)
			for (i = 1; i <= n; i++)
				if (name[i] != "")
					print name[i], page
		}' "$page"
done
