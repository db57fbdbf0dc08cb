# SPDX-License-Identifier: MIT
#
# Builds libaccel and accelctl.  Included by the top Makefile, from the top folder, behind sim/sim.mk; works alone, too:
# make -f libaccel/libaccel.mk TARGET.
#
# Given:   BUILD, CC, CFLAGS, WARN; ACCEL_GEOMETRIES, the cores that rtl: has (RxC, separated by spaces; may be empty);
#          VARIANT=waves for rtl:waves=FILE; PREFIX, DESTDIR and what follows from them, of `install`
# Targets: libaccel: $(BUILD)/libaccel.a, libaccel.so.1, libaccel.pc; accelctl: $(BUILD)/accelctl
#          libaccel-install, libaccel-uninstall

BUILD ?= build
CC ?= gcc
CFLAGS ?= -O2 -g
WARN ?= -std=c11 -Wall -Wextra -Werror
GEOMETRIES ?= 16x16
ACCEL_GEOMETRIES ?= $(GEOMETRIES)

ifndef FCN_SIM_CFLAGS
include sim/sim.mk
endif

LIBACCEL_VERSION := 1.0.0
LIBACCEL_SRCS := $(sort $(wildcard libaccel/src/*.c))
LIBACCEL_HDRS := $(sort $(wildcard libaccel/src/*.h libaccel/include/*.h))
LIBACCEL_CPPFLAGS := -Ilibaccel/include -Ilibaccel/src -Iuapi -Isim -Isim/model
# drm: needs libdrm; without it the rest is built.
PKG_CONFIG ?= pkg-config
LIBACCEL_DRM_CFLAGS := $(shell $(PKG_CONFIG) --cflags libdrm 2>/dev/null && echo -DLIBACCEL_DRM)
LIBACCEL_DRM_LIBS := $(shell $(PKG_CONFIG) --libs libdrm 2>/dev/null)
# XNNPACK, if there is one: 2 as in Debian 13, 1 as in Debian 12 (host_xnnpack.c).  XNNPACK= builds without.
xnnpack_has = $(shell t=$$(mktemp) && printf '\043include <xnnpack.h>\nint main(void) { return !%s; }\n' $(1) | \
	$(CC) -x c - -o $$t -lXNNPACK -lpthreadpool -lm 2>/dev/null && echo yes; rm -f $$t)
ifeq ($(origin XNNPACK),undefined)
XNNPACK := $(if $(call xnnpack_has,xnn_reshape_deconvolution2d_nhwc_qs8_qc8w),2,$(if $(call xnnpack_has,xnn_create_convolution2d_nhwc_qc8),1))
endif
LIBACCEL_XNNPACK_LIBS := $(if $(XNNPACK),-lXNNPACK -lpthreadpool)
LIBACCEL_LIBS := $(LIBACCEL_DRM_LIBS) $(LIBACCEL_XNNPACK_LIBS) -lstdc++ -lm -lpthread
ACCELCTL_SRCS := $(sort $(wildcard libaccel/accelctl/*.c))
ACCELCTL_LIBS := -lpng -ljpeg

LIBACCEL_OUT = $(BUILD)/libaccel-obj$(if $(VARIANT),-$(VARIANT))
LIBACCEL_OBJS = $(LIBACCEL_SRCS:%.c=$(LIBACCEL_OUT)/%.o)
ACCELCTL_OBJS = $(ACCELCTL_SRCS:%.c=$(LIBACCEL_OUT)/%.o)
LIBACCEL_A = $(BUILD)/libaccel.a
LIBACCEL_SO = $(BUILD)/libaccel.so.1
LIBACCEL_MAP := libaccel/src/libaccel.map

# Each core by the name under which the linker finds it: CORE(16, 16) CORE(8, 8)
LIBACCEL_CORES = $(foreach g,$(ACCEL_GEOMETRIES),CORE($(call fcn_rows,$(g)), $(call fcn_cols,$(g))))
LIBACCEL_CORE_LIBS = $(foreach g,$(ACCEL_GEOMETRIES),$(call fcn_core_lib,$(g)))
LIBACCEL_DEFS = $(if $(strip $(ACCEL_GEOMETRIES)),'-DACCEL_CORES=$(LIBACCEL_CORES)') $(XNNPACK:%=-DACCEL_XNNPACK=%)

LIBACCEL_CC = $(CC) $(WARN) $(CFLAGS) -fPIC -fvisibility=hidden $(LIBACCEL_CPPFLAGS) $(LIBACCEL_DRM_CFLAGS) $(LIBACCEL_DEFS)

.PHONY: libaccel accelctl libaccel-install libaccel-uninstall libaccel-xnnpack
libaccel: $(LIBACCEL_A) $(LIBACCEL_SO) $(BUILD)/libaccel.pc
accelctl: $(BUILD)/accelctl

# For tests that compile sources themselves.
libaccel-xnnpack:
	@echo "$(XNNPACK:%=-DACCEL_XNNPACK=%) $(LIBACCEL_XNNPACK_LIBS)"

# The compiler's options are part of what an object is made from: a change of CFLAGS rebuilds.
$(LIBACCEL_OUT)/flags: FORCE
	@mkdir -p $(@D)
	@echo "$(LIBACCEL_CC)" | cmp -s - $@ || echo "$(LIBACCEL_CC)" >$@

# Loops that are to become vectors.
$(patsubst %,$(LIBACCEL_OUT)/libaccel/src/%.o,run_conv run_layer host_geometry host_finish host_depthwise ref_quant): \
	LIBACCEL_MORE = $(if $(filter -O2,$(CFLAGS)),-O3)

$(LIBACCEL_OUT)/%.o: %.c $(LIBACCEL_OUT)/flags
	@mkdir -p $(@D)
	$(FCN_CCACHE) $(LIBACCEL_CC) $(LIBACCEL_MORE) -MMD -MP -MT $@ -c -o $@ $<

# One archive with everything in it, the simulator and the cores included.
$(LIBACCEL_A): $(LIBACCEL_OBJS) $(FCN_SIM_LIB) $(LIBACCEL_CORE_LIBS)
	rm -f $@ $@.new
	$(AR) rcs $@.new $(LIBACCEL_OBJS)
	{ echo open $@.new; for l in $(FCN_SIM_LIB) $(LIBACCEL_CORE_LIBS); do echo addlib $$l; done; echo save; } | $(AR) -M
	mv $@.new $@

$(LIBACCEL_SO): $(LIBACCEL_OBJS) $(FCN_SIM_LIB) $(LIBACCEL_CORE_LIBS) $(LIBACCEL_MAP)
	$(CC) $(CFLAGS) -shared -Wl,-soname,libaccel.so.1 -Wl,--version-script,$(LIBACCEL_MAP) -Wl,-z,defs -o $@ \
		$(LIBACCEL_OBJS) $(LIBACCEL_CORE_LIBS) $(FCN_SIM_LIB) $(LIBACCEL_LIBS) $(if $(filter waves,$(VARIANT)),-lz)
	ln -sf libaccel.so.1 $(BUILD)/libaccel.so

$(BUILD)/accelctl: $(ACCELCTL_OBJS) $(LIBACCEL_A)
	$(CC) $(CFLAGS) -o $@ $(ACCELCTL_OBJS) $(LIBACCEL_A) $(ACCELCTL_LIBS) $(LIBACCEL_LIBS) \
		$(if $(filter waves,$(VARIANT)),-lz)

-include $(LIBACCEL_OBJS:.o=.d) $(ACCELCTL_OBJS:.o=.d)

# ---- installation ----

# What is installed keeps its inner names to itself, as the shared library does: a program may have its own error().
LIBACCEL_INSTALL_A = $(BUILD)/install/libaccel.a
$(LIBACCEL_INSTALL_A): $(LIBACCEL_OBJS) $(FCN_SIM_LIB) $(LIBACCEL_CORE_LIBS)
	@mkdir -p $(@D)
	rm -f $@ $(@D)/*.o
	$(LD) -r -o $(@D)/libaccel.o $(LIBACCEL_OBJS)
	$(OBJCOPY) --localize-hidden $(@D)/libaccel.o
	$(AR) rcs $@.new $(@D)/libaccel.o
	{ echo open $@.new; for l in $(FCN_SIM_LIB) $(LIBACCEL_CORE_LIBS); do echo addlib $$l; done; echo save; } | $(AR) -M
	mv $@.new $@
OBJCOPY ?= objcopy

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
INSTALL ?= install
# Those of the tools go with them (libaccel/tools/tools.mk).
LIBACCEL_MAN := $(filter-out %/accel-model.1 %/accel-ncnn2onnx.1,$(sort $(wildcard Documentation/man/*.1 Documentation/man/*.3 Documentation/man/*.7)))

define LIBACCEL_PC
prefix=$(PREFIX)
libdir=$(LIBDIR)
includedir=$(INCLUDEDIR)

Name: libaccel
Description: Neural networks on the fcnaccel convolution core
Version: $(LIBACCEL_VERSION)
Libs: -L$${libdir} -laccel
Libs.private: $(LIBACCEL_LIBS)
Cflags: -I$${includedir}
endef
export LIBACCEL_PC

$(BUILD)/libaccel.pc: FORCE
	@mkdir -p $(@D)
	@echo "$$LIBACCEL_PC" | cmp -s - $@ || echo "$$LIBACCEL_PC" >$@

# A page of section 3 has several names: a file with a .so line stands for each but the first.
LIBACCEL_LINKS = libaccel/man-names.sh $(filter %.3,$(LIBACCEL_MAN))

libaccel-install: libaccel accelctl $(LIBACCEL_INSTALL_A)
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m 755 $(BUILD)/accelctl $(DESTDIR)$(BINDIR)/accelctl
	$(INSTALL) -m 644 $(LIBACCEL_INSTALL_A) $(DESTDIR)$(LIBDIR)/libaccel.a
	$(INSTALL) -m 755 $(LIBACCEL_SO) $(DESTDIR)$(LIBDIR)/libaccel.so.$(LIBACCEL_VERSION)
	ln -sf libaccel.so.$(LIBACCEL_VERSION) $(DESTDIR)$(LIBDIR)/libaccel.so.1
	ln -sf libaccel.so.1 $(DESTDIR)$(LIBDIR)/libaccel.so
	$(INSTALL) -m 644 $(BUILD)/libaccel.pc $(DESTDIR)$(LIBDIR)/pkgconfig/libaccel.pc
	$(INSTALL) -m 644 libaccel/include/accel.h $(DESTDIR)$(INCLUDEDIR)/accel.h
	for m in $(LIBACCEL_MAN); do \
		$(INSTALL) -D -m 644 $$m $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/} || exit 1; \
	done
	$(LIBACCEL_LINKS) | while read -r name page; do \
		[ "$$name" = "$$page" ] || echo ".so man3/$$page.3" >$(DESTDIR)$(MANDIR)/man3/$$name.3 || exit 1; \
	done

libaccel-uninstall:
	rm -f $(DESTDIR)$(BINDIR)/accelctl $(DESTDIR)$(INCLUDEDIR)/accel.h
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,libaccel.a libaccel.so libaccel.so.1 libaccel.so.$(LIBACCEL_VERSION) \
		pkgconfig/libaccel.pc)
	for m in $(LIBACCEL_MAN); do rm -f $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/} || exit 1; done
	$(LIBACCEL_LINKS) | while read -r name page; do rm -f $(DESTDIR)$(MANDIR)/man3/$$name.3 || exit 1; done

