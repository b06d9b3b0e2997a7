# Slipway. `make help` lists the targets.
#
# Variables a caller may set:
#   CC       compiler of the tools              (musl-gcc)
#   CFLAGS   added last, so they win            (empty)
#   O        build folder                       (out)
#   V=1      show commands
#   T        seconds per fuzz target            (60)
#   N        mutants (500), rounds of damage    (1000)
#   TIMEOUT_SCALE  multiplies every time limit of the tests   (1)
#   PREFIX, DESTDIR  where install puts things              (/usr/local, empty)
#   SLIPWAY_VERSION  what the build calls itself            (build/version.sh)
#   SLIPWAY_SAMPLES  folder of real files by Windows and others

O ?= out
V ?= 0
T ?= 60
Q := $(if $(filter 1,$(V)),,@)
export O PREFIX DESTDIR TIMEOUT_SCALE SLIPWAY_SAMPLES

# What needs the host packages builds after they are there, on all cores; one
# job more, as one waits for the network.
PARALLEL = $(MAKE) --no-print-directory -j$(shell expr $$(nproc) + 1)

PRODUCTS := initramfs usb iso pxe

.DEFAULT_GOAL := all
.PHONY: all tools manifest $(PRODUCTS) help clean deps demo bench repro \
	install uninstall

include tools/rules.mk
include tests/rules.mk

all: tools $(PRODUCTS)	## build all products into out/

tools: $(O)/bin/slipway	## build out/bin/slipway alone

initramfs: tools	## kernel and initramfs, out/boot/
	$(Q)build/initramfs.sh
usb: initramfs	## out/slipway-usb.img
	$(Q)build/usb.sh
iso: initramfs	## out/slipway.iso
	$(Q)build/iso.sh
pxe: initramfs	## out/pxe/
	$(Q)build/pxe.sh

deps:	## install the host packages that building and testing need
	$(Q)build/deps.sh

demo: deps	## blank disk to native VHD boot, in QEMU
	$(Q)$(PARALLEL) all
	$(Q)tests/demo.sh

bench: deps	## measure, as ratios to peers in the same run
	$(Q)$(PARALLEL) all
	$(Q)tests/bench/run.sh

repro: deps	## build twice in two folders and compare every byte
	$(Q)tests/repro.sh

install: tools	## program, links, manual pages, below $DESTDIR$PREFIX
	$(Q)build/install.sh install
uninstall:	## take them off again
	$(Q)build/install.sh uninstall

clean:	## remove the build folder
	$(Q)rm -rf $(O)

help:	## this list
	$(Q)sed -n 's/^\([a-z][a-z-]*\):[^#]*## */  \1\t/p' Makefile tests/rules.mk | expand -t 16
