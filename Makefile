# SPDX-License-Identifier: Apache-2.0
#
# make            builds build/ese
# make demo       the main job on real speech          (installs what is missing, through apt)
# make check      all tests                             (likewise)
# make check-long the slow suites: fuzzing, hundreds of random configurations
# make help       lists the targets

CC      ?= gcc
Q       := $(if $(V),,@)
BUILD   := build

WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
CFLAGS  ?= -O2 -g
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE -I. $(WARN) $(CFLAGS)
LIBS    := -lcyaml -lyaml -ljansson -lmd -lm

SOURCES := $(filter-out gen/main.c,$(wildcard gen/*.c)) $(wildcard models/*.c)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))

.PHONY: all clean unit help
.DELETE_ON_ERROR:

all: $(BUILD)/ese

$(BUILD)/ese: $(BUILD)/gen/main.o $(OBJECTS)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/unit/%.c $(OBJECTS)
	@mkdir -p $(@D)
	@echo "  LD    $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(OBJECTS) -lcmocka $(LIBS)

unit: $(UNIT)
	$(Q)for t in $(UNIT); do timeout 300 $$t || exit 1; done

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
