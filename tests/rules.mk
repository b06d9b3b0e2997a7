# Tests. Units and fault tests are built with the host's gcc and sanitizers;
# the commands under test are the static ones that are shipped.

.PHONY: check test check-full lint unit cmd oracle fault fuzz fuzz-replay \
	mutants damage repaired boot soak asan clang analyze valgrind messages format

SANFLAGS := -no-pie -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
SAN := $(O)/san

$(SAN)/tools/%.o: tools/%.c | $(BIOS)
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(BASEFLAGS) $(SANFLAGS) -MMD -MP -c -o $@ $<

# Everything but the commands, in one archive that tests link against. What a
# test defines itself (a failing allocator, say) wins over the archive.
SANOBJ := $(patsubst tools/%.c,$(SAN)/tools/%.o,$(LIBSRC))
$(SAN)/libslipway.a: $(SANOBJ)
	@echo "  AR      $@"
	$(Q)rm -f $@ && ar rcsD $@ $^

# The commands, for black-box tests under the sanitizers.
SANCMD := $(patsubst tools/%.c,$(SAN)/tools/%.o,$(CMDSRC))
$(SAN)/tools/cmd/version.o: $(O)/obj/.version
$(SAN)/bin/slipway: $(SANCMD) $(SAN)/libslipway.a
	$(Q)mkdir -p $(@D)
	@echo "  LINK    $@"
	$(Q)gcc $(BASEFLAGS) $(SANFLAGS) -o $@ $^ $(URING)

# tests/unit/LIB/x.c -> out/san/unit/LIB/x: a program that exits 0, 1 or 77.
UNITS := $(patsubst tests/%.c,$(SAN)/%,$(wildcard tests/unit/*/*.c tests/unit/*/*/*.c))
FAULTS := $(patsubst tests/%.c,$(SAN)/%,$(wildcard tests/fault/*/*.c))
FAULTSUP := $(wildcard tests/fault/*.c)
$(SAN)/unit/%: tests/unit/%.c $(SAN)/libslipway.a
	$(Q)mkdir -p $(@D)
	@echo "  TEST    $<"
	$(Q)gcc $(BASEFLAGS) $(SANFLAGS) -Itests -Itools -MMD -MP -o $@ $< \
		$(SAN)/libslipway.a $(URING)
$(SAN)/fault/%: tests/fault/%.c $(FAULTSUP) $(SAN)/libslipway.a
	$(Q)mkdir -p $(@D)
	@echo "  TEST    $<"
	$(Q)gcc $(BASEFLAGS) $(SANFLAGS) -Itests -Itools -MMD -MP -o $@ $< \
		$(FAULTSUP) $(SAN)/libslipway.a $(URING)

# tests/fuzz/X/fuzz.c with the shared replay main: crashers and seeds, no
# fuzzer needed. `make fuzz` builds the same files with clang's libFuzzer.
REPLAYS := $(patsubst tests/fuzz/%/fuzz.c,$(SAN)/fuzz/%,$(wildcard tests/fuzz/*/fuzz.c))
$(SAN)/fuzz/%: tests/fuzz/%/fuzz.c tests/fuzz/replay.c $(SAN)/libslipway.a
	$(Q)mkdir -p $(@D)
	@echo "  TEST    $<"
	$(Q)gcc $(BASEFLAGS) $(SANFLAGS) -Itests -Itools -MMD -MP -o $@ $< \
		tests/fuzz/replay.c $(SAN)/libslipway.a $(URING)

# Neither needs code that is fast, which would take twice as long to make.
# What clang knows beside gcc's warnings; that one of gcc's it does not know.
CLANGFLAGS := -Wno-unknown-warning-option -Wunreachable-code -Wassign-enum \
	-Wcomma -Wmissing-variable-declarations -Wimplicit-fallthrough \
	-Wloop-analysis -Wextra-semi -Wundef
# Off: what takes a function that fails with err_set()'s result for one that may
# return 0 all the same, and so its outputs for unset; and shifts of vectors, whose
# width it takes for that of one lane's number. UBSan sees the others.
ANALYZER := -fanalyzer -Wno-analyzer-null-dereference \
	-Wno-analyzer-use-of-uninitialized-value -Wno-analyzer-null-argument \
	-Wno-analyzer-shift-count-overflow
# Tests with threads in them, or with what threads share.
THREADED := libbase/pool libwim/extract/engine libdisk/copy_data \
	libimage/mount/disk libublk/neighbours libublk/result

unit-build: $(UNITS) $(FAULTS) $(REPLAYS)

# What tests deploy. First of all goals: packages come over the network while
# everything else compiles.
images: $(O)/obj/.version
	$(Q)build/packages.sh
	$(Q)tests/image/make.sh xpress >/dev/null
	$(Q)tests/image/make.sh lzx >/dev/null
	$(Q)tests/standin/image.sh >/dev/null
.PHONY: unit-build images

check: deps	## quick tests: unit, cmd, fuzz replay, lint
	$(Q)$(PARALLEL) tools unit-build
	$(Q)tests/run.sh unit cmd fuzz-replay lint
test: deps	## every test that a submission must pass
	$(Q)$(PARALLEL) images all unit-build
	$(Q)tests/run.sh unit cmd fuzz-replay lint analysis fault oracle boot
unit: unit-build	## unit programs
	$(Q)tests/run.sh unit
cmd: tools	## black-box tests of the commands
	$(Q)tests/run.sh cmd
oracle: images tools unit-build	## foreign readers judge what we write, and the reverse
	$(Q)tests/run.sh oracle
fault: tools unit-build	## failing allocations and I/O, power cuts
	$(Q)tests/run.sh fault
fuzz-replay: unit-build	## replay seeds and kept crashers
	$(Q)tests/run.sh fuzz-replay
check-full: deps	## check, fault, oracle, and all that looks at the C
	$(Q)$(PARALLEL) images tools unit-build
	$(Q)tests/run.sh unit cmd fuzz-replay lint analysis fault oracle
	$(Q)$(MAKE) --no-print-directory asan
# Units, fault tests and replays have the sanitizers anyway; so do the commands here.
asan: deps	## unit, fault, replay and commands under ASan and UBSan
	$(Q)$(PARALLEL) tools unit-build $(SAN)/bin/slipway
	$(Q)SLIPWAY=$(SAN)/bin/slipway TIMEOUT_SCALE=4 \
		tests/run.sh unit fuzz-replay fault-programs cmd
clang: deps	## compile all of it with clang, without a warning
	$(Q)$(PARALLEL) tools O=$(O)/clang CC=clang-19 STATIC= CFLAGS='$(CLANGFLAGS) -O0'
analyze: deps	## the compiler's own analysis of all paths
	$(Q)$(PARALLEL) tools O=$(O)/analyze CC=gcc STATIC= CFLAGS='$(ANALYZER) -O0'
valgrind: deps	## threads under helgrind and memcheck
	$(Q)$(PARALLEL) SAN=$(O)/plain SANFLAGS=-no-pie $(THREADED:%=$(O)/plain/unit/%)
	$(Q)tests/valgrind.sh $(THREADED:%=$(O)/plain/unit/%)
boot: images all	## QEMU: firmware x medium, deployment, native boot
	$(Q)tests/run.sh boot
soak: all	## fifty starts with disks that come late
	$(Q)tests/soak.sh
messages:	## every message that a user can meet, to be read
	$(Q)tests/messages.py
format:	## lay out the C as .clang-format says
	$(Q)git ls-files -co --exclude-standard '*.c' '*.h' | xargs -P $$(nproc) -n 40 clang-format-19 -i
lint: tools	## the style rules that a script can check
	$(Q)tests/run.sh lint
fuzz: deps $(BIOS)	## fuzz every decoder for T seconds each
	$(Q)build/deps.sh build/packages.fuzz
	$(Q)tests/fuzz/run.sh $(T)
damage: $(SAN)/fault/libntfs/damage	## plant faults in NTFS volumes N times, and repair them
	$(Q)$< 1 $(or $(N),1000)
repaired: images tools $(SAN)/fault/libntfs/damage	## repair damaged NTFS volumes; the kernel's ntfs3 judges
	$(Q)tests/ntfs3/judge.sh
mutants: deps tools	## deploy N damaged images; each is refused, or is what it says
	$(Q)tests/mutants/run.py $(O)/bin/slipway $(or $(N),500)

-include $(patsubst tools/%.c,$(SAN)/tools/%.d,$(LIBSRC))
-include $(addsuffix .d,$(UNITS) $(FAULTS) $(REPLAYS))
