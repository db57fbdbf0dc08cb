# SPDX-License-Identifier: MIT
#
# Builds the small programs around libaccel: pictures of results, converters, model maker.  Included by the top Makefile,
# behind libaccel/libaccel.mk; works alone, too: make -f libaccel/tools/tools.mk TARGET.
#
# Given:   what libaccel.mk is given
# Targets: tools-install, tools-uninstall; tools: $(BUILD)/accel-picture, accel-ncnn2onnx, accel-model

ifndef LIBACCEL_VERSION
include libaccel/libaccel.mk
endif

ACCEL_TOOLS := accel-picture accel-ncnn2onnx accel-model

TOOLS_OUT = $(LIBACCEL_OUT)
TOOLS_IMAGE_SRCS := $(addprefix libaccel/accelctl/,image.c image_png.c image_jpeg.c)
TOOLS_PICTURE_SRCS := $(sort $(wildcard libaccel/tools/picture*.c)) $(TOOLS_IMAGE_SRCS)

.PHONY: tools
tools: $(ACCEL_TOOLS:%=$(BUILD)/%)

$(TOOLS_OUT)/libaccel/tools/%.o: LIBACCEL_MORE = -Ilibaccel/accelctl

$(BUILD)/accel-picture: $(TOOLS_PICTURE_SRCS:%.c=$(TOOLS_OUT)/%.o) $(LIBACCEL_A)
	$(CC) $(CFLAGS) -o $@ $^ $(ACCELCTL_LIBS) $(LIBACCEL_LIBS)

$(BUILD)/accel-ncnn2onnx: $(sort $(patsubst %.c,$(TOOLS_OUT)/%.o,$(wildcard libaccel/tools/ncnn*.c))) $(LIBACCEL_A)
	$(CC) $(CFLAGS) -o $@ $^ $(LIBACCEL_LIBS)

$(BUILD)/accel-model: $(patsubst %.c,$(TOOLS_OUT)/%.o,$(addprefix libaccel/tools/,model_main.c model_change.c net_maker.c nets.c)) \
		$(LIBACCEL_A)
	$(CC) $(CFLAGS) -o $@ $^ $(LIBACCEL_LIBS)

# What is of use beyond the demos.
TOOLS_MAN := $(addprefix Documentation/man/,accel-model.1 accel-ncnn2onnx.1)

.PHONY: tools-install tools-uninstall
tools-install: tools
	$(INSTALL) -d $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 755 $(BUILD)/accel-model $(BUILD)/accel-ncnn2onnx $(DESTDIR)$(BINDIR)
	$(INSTALL) -d $(DESTDIR)$(MANDIR)/man1
	$(INSTALL) -m 644 $(TOOLS_MAN) $(DESTDIR)$(MANDIR)/man1

tools-uninstall:
	rm -f $(addprefix $(DESTDIR)$(BINDIR)/,accel-model accel-ncnn2onnx)
	rm -f $(addprefix $(DESTDIR)$(MANDIR)/man1/,$(notdir $(TOOLS_MAN)))

-include $(wildcard $(TOOLS_OUT)/libaccel/tools/*.d)
