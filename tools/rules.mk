# The tools: one archive a library, one static binary with every command.
# Sources are found by wildcard; adding a file edits no makefile.

CC := $(if $(filter default undefined,$(origin CC)),musl-gcc,$(CC))
AR ?= ar
STATIC := -static

# In link order: who comes first may use what comes later.
LIBS := diskmgmt diskpart deploy service bcdboot image storage machine address volume bcd efi hive wim ntfs fat bootsect \
	part vdisk ublk codec net tree disk term base

WARN := -Wall -Wextra -Wvla -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wwrite-strings -Wpointer-arith -Wno-unused-parameter -Wno-format-truncation
BASEFLAGS := -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -O2 -g \
	-fno-strict-aliasing -fno-pie -pthread \
	-ffile-prefix-map=$(CURDIR)=. $(WARN) -Werror -Itools/include -I$(O)/bios

LIBSRC := $(foreach l,$(LIBS),$(wildcard tools/lib$(l)/*.c tools/lib$(l)/*/*.c))
CMDSRC := $(wildcard tools/cmd/*.c tools/cmd/*/*.c)

# musl has no kernel headers: link linux-libc-dev's into the build folder.
KHEADERS := $(O)/kheaders/.done
$(KHEADERS):
	$(Q)mkdir -p $(@D)
	$(Q)ln -sfn /usr/include/linux $(@D)/linux
	$(Q)ln -sfn /usr/include/asm-generic $(@D)/asm-generic
	$(Q)ln -sfn /usr/include/$$(gcc -print-multiarch)/asm $(@D)/asm
	$(Q)ln -sfn /usr/include/liburing $(@D)/liburing
	$(Q)ln -sfn /usr/include/liburing.h $(@D)/liburing.h
	$(Q)touch $@

# The flags are kept in a file; when they change, everything is built again.
FLAGS := $(CC) $(BASEFLAGS) $(CFLAGS) $(LDFLAGS)
$(O)/obj/.flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@
FORCE:
.PHONY: FORCE

# The version is in one object, which is built again when it changes.
SLIPWAY_VERSION ?= $(shell build/version.sh)
SLIPWAY_VERSION := $(SLIPWAY_VERSION)
$(O)/obj/.version: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo '$(SLIPWAY_VERSION)' | cmp -s - $@ || echo '$(SLIPWAY_VERSION)' >$@
%/cmd/version.o: BASEFLAGS += -DSLIPWAY_VERSION='"$(SLIPWAY_VERSION)"'
$(O)/obj/cmd/version.o: $(O)/obj/.version

# What a BIOS starts, as lists of bytes that libbootsect includes.
BIOS := $(patsubst boot/%.S,$(O)/%.inc,$(wildcard boot/bios/*.S))
$(O)/bios/%.inc: boot/bios/%.S $(wildcard boot/bios/*.inc boot/bios/*.ld)
	$(Q)mkdir -p $(@D)
	@echo "  AS      $<"
	$(Q)gcc -m32 -nostdinc -c -o $(@:inc=o) $<
	$(Q)ld -m elf_i386 -T boot/bios/flat.ld -o $(@:inc=elf) $(@:inc=o)
	$(Q)objcopy -O binary $(@:inc=elf) $(@:inc=bin)
	$(Q)od -An -v -tx1 $(@:inc=bin) | sed 's/ \(..\)/0x\1,/g' >$@

$(O)/obj/%.o: tools/%.c $(O)/obj/.flags $(KHEADERS) | $(BIOS)
	$(Q)mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(BASEFLAGS) -isystem $(O)/kheaders -MMD -MP $(CFLAGS) -c -o $@ $<

define archive
$(O)/obj/lib$(1).a: $$(patsubst tools/%.c,$(O)/obj/%.o,$$(wildcard tools/lib$(1)/*.c tools/lib$(1)/*/*.c))
	@echo "  AR      $$@"
	$$(Q)rm -f $$@ && $(AR) rcsD $$@ $$^
endef
$(foreach l,$(LIBS),$(eval $(call archive,$(l))))

ARCHIVES := $(foreach l,$(LIBS),$(O)/obj/lib$(l).a)
URING := $(shell gcc -print-file-name=liburing.a)

# What the linker takes from elsewhere is kept, for the manifest.
$(O)/bin/slipway: $(patsubst tools/%.c,$(O)/obj/%.o,$(CMDSRC)) $(ARCHIVES)
	$(Q)mkdir -p $(@D)
	@echo "  LINK    $@"
	$(Q)$(CC) $(BASEFLAGS) $(STATIC) -no-pie $(CFLAGS) $(LDFLAGS) -o $@ $^ $(URING) \
		-Wl,--trace >$(O)/obj/linked

-include $(patsubst tools/%.c,$(O)/obj/%.d,$(LIBSRC) $(CMDSRC))
