# SPDX-License-Identifier: MIT
#
# Builds libaccel_api, which accelctl_verify.sh runs beside accelctl.  From the top folder:
#
#   make -f tests/kselftest/libaccel.mk      $(BUILD)/kselftest/libaccel_api
#
# Given: what libaccel.mk is given.

.PHONY: libaccel_api
libaccel_api:

include libaccel/libaccel.mk

libaccel_api: $(BUILD)/kselftest/libaccel_api

$(BUILD)/kselftest/libaccel_api: tests/kselftest/libaccel_api.c $(LIBACCEL_A)
	@mkdir -p $(@D)
	$(CC) $(WARN) $(CFLAGS) -Ilibaccel/include -o $@ $^ $(LIBACCEL_LIBS)
