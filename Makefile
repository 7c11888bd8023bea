# SPDX-License-Identifier: Apache-2.0
# `make help` lists the targets.

BUILD ?= build
ifeq ($(origin CC),default)
CC    := gcc
endif
Q     := $(if $(V),,@)
say    = @printf '  %-5s %s\n' '$(1)' '$(2)'

# ---- Debian packages: the only list, by what they are for ----

PACKAGES_PROGRAM := gcc libc6-dev make # the C11 program; also compiles the harness of a simulation
PACKAGES_PROGRAM += libcyaml-dev libyaml-dev # configurations in YAML
PACKAGES_PROGRAM += libjansson-dev # JSON: headers of safetensors, reports, results
PACKAGES_PROGRAM += libmd-dev   # SHA-256 in manifest.json
PACKAGES_PROGRAM += zlib1g-dev  # CRC-32 of images; Verilator's waveform writer needs it, too
PACKAGES_DEMO := verilator g++  # simulator; it writes C++, which needs a compiler
PACKAGES_DEMO += gnuplot-nox    # draws schedules: `--svg`
PACKAGES_CHECK := libcmocka-dev # unit tests
PACKAGES_CHECK += iverilog      # the other simulator
PACKAGES_CHECK += tcl           # runs the Vivado scripts against a stand-in
PACKAGES_CHECK += libxml2-utils # the tests read what gnuplot drew
PACKAGES_CHECK += yosys z3      # synthesis front end that must read our Verilog; proofs
PACKAGES_LONG := clang libclang-rt-14-dev # libFuzzer
PACKAGES_LONG += parallel       # hundreds of random configurations
PACKAGES_LONG += debootstrap    # a bare Debian to install on

# ---- the program ----

WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
CFLAGS  ?= -O2 -g
ALL_CFLAGS = -std=c11 -ffp-contract=off -D_GNU_SOURCE -I. $(WARN) $(CFLAGS)
LIBS    := -lcyaml -lyaml -ljansson -lmd -lz -lm
SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

SOURCES := $(filter-out gen/main.c,$(wildcard gen/*.c gen/*/*.c)) $(wildcard models/*.c models/*/*.c) \
           $(wildcard fpga/driver/ese_*.c)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
TOOLS   := $(BUILD)/draw_config $(BUILD)/draw_voices $(BUILD)/json_get

.PHONY: all area demo check check-long house unit asan test-programs deps deps-demo deps-long \
        help clean
.DELETE_ON_ERROR:
.SECONDARY: $(OBJECTS)

all: $(BUILD)/ese

$(BUILD)/ese: $(BUILD)/gen/main.o $(OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# ---- tests ----

$(BUILD)/tests/%: tests/unit/%.c $(OBJECTS)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(OBJECTS) -lcmocka $(LIBS)

$(BUILD)/draw_config: tests/random/draw_config.c $(OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(OBJECTS) $(LIBS)

$(BUILD)/draw_voices: tests/chips/draw_voices.c $(OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(OBJECTS) $(LIBS)

$(BUILD)/json_get: tests/cli/json_get.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< -ljansson

test-programs: $(BUILD)/ese $(UNIT) $(TOOLS)

asan:
	$(Q)$(MAKE) --no-print-directory BUILD=build/asan CFLAGS='$(SANITIZE)' test-programs

# Includes and calls run down, and the lists check themselves: seconds.
house: test-programs
	@bash tests/house/arrows.sh
	@bash tests/house/lists.sh

unit: $(BUILD)/ese $(UNIT)
	@bash tests/unit/run.sh $(BUILD)/tests

# Packages first, and only then anything that needs a compiler.
check: deps
	@$(MAKE) --no-print-directory -j$$(nproc) test-programs asan
	@bash tests/run.sh check

check-long: deps-long
	@$(MAKE) --no-print-directory -j$$(nproc) test-programs asan
	@bash tests/run.sh long

# Yosys's estimate for UltraScale, unit by unit, against the paper's table.
area: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/json_get
	@bash tests/area/run.sh memory=stream

# One page, so the compiler's lines are left out.
demo: deps-demo
	@echo 'building build/ese, and then the simulation: a minute or so'
	@$(MAKE) --no-print-directory -j$$(nproc) all $(if $(V),,>/dev/null)
	@bash tests/demo.sh

# ---- installation ----

deps-demo: WANTED := $(PACKAGES_PROGRAM) $(PACKAGES_DEMO)
deps: WANTED := $(PACKAGES_PROGRAM) $(PACKAGES_DEMO) $(PACKAGES_CHECK)
deps-long: WANTED := $(PACKAGES_PROGRAM) $(PACKAGES_DEMO) $(PACKAGES_CHECK) $(PACKAGES_LONG)

# Nothing happens where nothing is missing.
deps-demo deps deps-long:
	@missing=; \
	for package in $(WANTED); do \
	    state=$$(dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null) || :; \
	    [ "$$state" = installed ] || missing="$$missing $$package"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	command -v apt-get >/dev/null || \
	    { echo "missing:$$missing; there is no apt-get to install them with" >&2; exit 1; }; \
	root=; \
	if [ "$$(id -u)" -ne 0 ]; then \
	    command -v sudo >/dev/null || \
	        { echo "missing:$$missing; only root can install them" >&2; exit 1; }; \
	    root=sudo; \
	fi; \
	echo "installing$$missing"; \
	log=$$(mktemp); \
	{ $$root apt-get -q update && \
	  $$root env DEBIAN_FRONTEND=noninteractive \
	      apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends \
	          install $$missing; } >$$log 2>&1 </dev/null || \
	    { tail -n 20 $$log >&2; rm -f $$log; \
	      echo "cannot install:$$missing" >&2; exit 1; }; \
	rm -f $$log

help:
	@echo 'make             builds build/ese; V=1 shows the commands'
	@echo 'make demo        speech through a generated chip, a page; installs what is missing for it'
	@echo 'make check       all tests, about ten minutes; installs what is missing'
	@echo 'make check-long  fuzzing, hundreds of random chips, a bare Debian; hours'
	@echo 'make area        size on UltraScale as Yosys sees it, beside the paper'
	@echo 'make unit        only the unit tests'
	@echo 'make house       only the direction of includes and calls, and the lists'
	@echo 'make deps        only installs the Debian packages that are missing'
	@echo 'make deps-demo   only those that the demo wants'
	@echo 'make clean       removes build; what was generated in rtl_out stays'

clean:
	rm -rf build $(BUILD)

-include $(wildcard $(OBJECTS:.o=.d) $(BUILD)/gen/main.d $(UNIT:=.d) $(TOOLS:=.d))
