# SPDX-License-Identifier: MIT
#
# The sources of libaccel, for the top Makefile and for the scripts of tests/libaccel.  Paths start at the top folder.

LIBACCEL_SRCS := $(sort $(wildcard libaccel/src/*.c))
LIBACCEL_HDRS := $(sort $(wildcard libaccel/src/*.h libaccel/include/*.h))
LIBACCEL_CPPFLAGS := -Ilibaccel/include -Ilibaccel/src
LIBACCEL_LIBS := -lm
