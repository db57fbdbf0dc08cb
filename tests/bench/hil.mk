# SPDX-License-Identifier: MIT
#
# Builds the program that hil.sh measures with.  From the top folder:
#
#   make -f tests/bench/hil.mk      $(BUILD)/bench-hil/hil_client
#
# Given: what libaccel.mk is given.

.PHONY: hil_client
hil_client:

include libaccel/libaccel.mk

hil_client: $(BUILD)/bench-hil/hil_client

$(BUILD)/bench-hil/hil_client: tests/bench/hil_client.c $(LIBACCEL_A)
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CFLAGS) -Ilibaccel/include -o $@ $^ $(LIBACCEL_LIBS)
