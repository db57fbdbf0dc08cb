# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What a test is compiled with whose allocations fail on demand (failing.h): included by run.sh of several folders, from the top folder.
# shellcheck disable=SC2034  # for who includes this
failing=(-Itests/libaccel/faults tests/libaccel/faults/failing.c
	"-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc,--wrap=strdup,--wrap=strndup,--wrap=mmap")
