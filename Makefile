# socklife: one Makefile, no configure step. `make help` lists the targets.
#
# CC=gcc or clang, CFLAGS, BUILD=DIR, CI=1 (warnings are errors), V=1 (whole command lines),
# SAN=address,undefined (analyzer, tests and subjects sanitized, in a build directory of their own).

CC ?= cc
CXX := $(if $(findstring clang,$(CC)),clang++,g++)
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
SAN ?=
FUZZ_SECONDS ?= 60
RUNS ?= 10000
SEED ?= 1
SUITES ?= cpython libuv redis node jdk curl
VERSION := 0.1.0

ifneq ($(SAN),)
SAN_FLAGS := -fsanitize=$(SAN) -fno-sanitize-recover=undefined -fno-omit-frame-pointer
BUILD := build/san
endif

WARNINGS := -Wall -Wextra -Wshadow -Wconversion $(if $(CI),-Werror)
CFLAGS ?= -O2 -g
BASE_FLAGS := -D_GNU_SOURCE $(WARNINGS) -Ipreload/include
C_FLAGS := -std=c11 $(BASE_FLAGS) -MMD -MP $(CFLAGS)
CXX_FLAGS := -std=c++17 $(BASE_FLAGS) -MMD -MP $(CFLAGS)

# _FORTIFY_SOURCE would turn the very functions that are defined here into inline ones.
PRELOAD_FLAGS := -Ipreload -U_FORTIFY_SOURCE -fPIC -fvisibility=hidden -ftls-model=initial-exec
ANALYZER_FLAGS := $(SAN_FLAGS) -Ianalyzer -DSOCKLIFE_VERSION='"$(VERSION)"'
TEST_FLAGS := $(SAN_FLAGS) -Itests/support
ANALYZER_LIBS := -ldw -lelf -ljansson -linih -lmxml
TEST_LIBS := -lcriterion $(ANALYZER_LIBS)

object = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard $(1)))
PRELOAD_OBJECTS := $(call object,preload/*.c)
ANALYZER_OBJECTS := $(call object,analyzer/*.c)
MODULE_OBJECTS := $(filter-out %/main.o,$(ANALYZER_OBJECTS))
SUPPORT_OBJECTS := $(call object,tests/support/*.c)
UNIT_OBJECTS := $(call object,tests/unit/*.c)
# Runtimes that are large to install are tried by test-all only, in a runner of their own.
LARGE_OBJECTS := $(call object,tests/system/large_*.c)
SYSTEM_OBJECTS := $(filter-out $(LARGE_OBJECTS),$(call object,tests/system/*.c))

# Every subject is a program of its own; lib*.c is a plug-in that a subject opens with dlopen.
SUBJECTS := $(BUILD)/tests/subjects
SUBJECT_NAMES := $(basename $(notdir $(wildcard tests/subjects/*.c tests/subjects/*.cc)))
SUBJECT_PRODUCTS := $(foreach name,$(SUBJECT_NAMES),$(SUBJECTS)/$(name)$(if $(filter lib%,$(name)),.so))
BENCH_PROGRAMS := $(filter-out lib%,$(notdir $(basename $(wildcard tests/bench/*.c))))
BENCH_PRODUCTS := $(addprefix $(BUILD)/bench/,$(BENCH_PROGRAMS))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
RUNNERS := $(if $(UNIT_OBJECTS),$(BUILD)/tests/unit) $(if $(SYSTEM_OBJECTS),$(BUILD)/tests/system)
LARGE_RUNNER := $(if $(LARGE_OBJECTS),$(BUILD)/tests/large)

INSTALL_PACKAGES := @tests/support/install-packages.sh $(if $(findstring clang,$(CC)),clang)
RUN_TESTS := @SOCKLIFE_BUILD="$(abspath $(BUILD))" SOCKLIFE_SOURCE="$(CURDIR)" \
	$(if $(SAN),SOCKLIFE_SAN=$(SAN)) tests/support/run-tests.sh

.PHONY: all demo test test-all foreign test-programs random tsan mutations fuzz fuzz-run lint format bench bench-programs bench-analyzer \
	install uninstall clean packages help FORCE
.DELETE_ON_ERROR:

RUN = $(if $(V),,@$(if $(findstring s,$(firstword -$(MAKEFLAGS))),,echo "  $@" &&))

all: $(BUILD)/socklife $(BUILD)/libsocklife.so ## build socklife and libsocklife.so (the default)

# Objects made with other flags are never mixed in: every object depends on this file.
STAMP := $(BUILD)/flags
define FLAGS_TEXT
$(CC) $(CXX) $(C_FLAGS) $(SAN_FLAGS) $(LDFLAGS) $(VERSION)
endef
$(STAMP): FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(FLAGS_TEXT))' | cmp -s - $@ || echo '$(subst ','\'',$(FLAGS_TEXT))' >$@

# The library never carries a sanitizer: it is loaded into programs that have none.
$(BUILD)/obj/preload/%.o: preload/%.c $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) $(PRELOAD_FLAGS) -c $< -o $@

# It holds the built-in handle catalog, by its assembler.
$(BUILD)/obj/preload/handle_catalog.o $(BUILD)/obj/fault/handle_catalog.o: preload/handle_catalog.txt

# The library exports its hooks, what track.h declares and nothing else: the names in these lists.
HOOK_LISTS := preload/hooks.def preload/track.def preload/handle.def
$(BUILD)/exports.map: $(HOOK_LISTS)
	@mkdir -p $(@D)
	@{ echo '{ global:'; sed -nE 's/^(HOOK|ALIAS|TRACK|HANDLE)\(([^,)]+).*/\2;/p' $(HOOK_LISTS); \
		echo 'local: *; };'; } >$@

$(BUILD)/libsocklife.so: $(PRELOAD_OBJECTS) $(BUILD)/exports.map
	$(RUN) $(CC) -shared -Wl,-soname,libsocklife.so -Wl,-z,defs -Wl,-z,now -Wl,--as-needed \
		-Wl,-Bsymbolic-functions \
		-Wl,--version-script=$(BUILD)/exports.map $(LDFLAGS) $(PRELOAD_OBJECTS) -o $@

# The same library with a kernel that fails when a test wants it to; it is never installed.
FAULT_OBJECTS := $(patsubst preload/%.c,$(BUILD)/obj/fault/%.o,$(wildcard preload/*.c)) \
	$(BUILD)/obj/fault/fault.o
FAULT_LIBRARY := $(BUILD)/tests/libsocklife-fault.so
$(BUILD)/obj/fault/%.o: preload/%.c $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) $(PRELOAD_FLAGS) -include tests/fault/kernel_faults.h -c $< -o $@

$(BUILD)/obj/fault/fault.o: tests/fault/fault.c $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) $(PRELOAD_FLAGS) -c $< -o $@

$(FAULT_LIBRARY): $(FAULT_OBJECTS) $(BUILD)/exports.map
	@mkdir -p $(@D)
	$(RUN) $(CC) -shared -Wl,-soname,libsocklife.so -Wl,-z,defs -Wl,-z,now -Wl,--as-needed \
		-Wl,--version-script=$(BUILD)/exports.map $(LDFLAGS) $(FAULT_OBJECTS) -o $@

$(BUILD)/obj/analyzer/%.o: analyzer/%.c $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) $(ANALYZER_FLAGS) -c $< -o $@

$(BUILD)/socklife: $(ANALYZER_OBJECTS) $(if $(SAN),$(BUILD)/obj/tests/san/default_options.o)
	$(RUN) $(CC) $(SAN_FLAGS) $(LDFLAGS) $^ $(ANALYZER_LIBS) -o $@

# Only unit tests and fuzzers see the analyzer's headers.
$(BUILD)/obj/tests/unit/%.o: TEST_FLAGS := $(SAN_FLAGS) -Ianalyzer -Itests/support
$(BUILD)/obj/tests/%.o: tests/%.c $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) $(TEST_FLAGS) -c $< -o $@

$(BUILD)/tests/unit: $(UNIT_OBJECTS) $(SUPPORT_OBJECTS) $(MODULE_OBJECTS)
$(BUILD)/tests/system: $(SYSTEM_OBJECTS) $(SUPPORT_OBJECTS)
$(BUILD)/tests/large: $(LARGE_OBJECTS) $(SUPPORT_OBJECTS)
$(BUILD)/tests/unit $(BUILD)/tests/system $(BUILD)/tests/large:
	@mkdir -p $(@D)
	$(RUN) $(CC) $(SAN_FLAGS) $(LDFLAGS) $^ $(TEST_LIBS) -o $@

# The random program and its runner, which reads traces by the analyzer's own reader.
RANDOM := $(BUILD)/tests/random $(BUILD)/tests/random_lives
$(BUILD)/obj/tests/random/%.o: TEST_FLAGS := $(SAN_FLAGS) -Ianalyzer
$(BUILD)/tests/random: $(call object,tests/random/random.c tests/random/random_check.c) \
		$(filter %/reader.o %/reader_writer.o %/error.o,$(ANALYZER_OBJECTS))
$(BUILD)/tests/random_lives: $(call object,tests/random/random_lives.c)
$(RANDOM):
	@mkdir -p $(@D)
	$(RUN) $(CC) $(SAN_FLAGS) $(LDFLAGS) $^ -o $@

# The recorder without its hooks in a program of its own, which ThreadSanitizer watches.
RACES := $(BUILD)/tests/tsan_recorder
RACES_FLAGS := $(PRELOAD_FLAGS) -fsanitize=thread
RACES_OBJECTS := $(patsubst %.c,$(BUILD)/obj/races/%.o,$(wildcard tests/tsan/*.c) $(filter-out \
	preload/hook_% preload/python% preload/handle% preload/track% preload/real.c preload/init.c, \
	$(wildcard preload/*.c)))
$(BUILD)/obj/races/%.o: %.c $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) $(RACES_FLAGS) -c $< -o $@

$(RACES): $(RACES_OBJECTS)
	@mkdir -p $(@D)
	$(RUN) $(CC) -fsanitize=thread -Wl,--wrap=dlopen $(LDFLAGS) $^ -o $@

# flags.mk sets, for one subject: SUBJECT_FLAGS, SUBJECT_LIBS, or SUBJECT_SAN empty where a
# sanitizer cannot be (a static program).
SUBJECT_SAN = $(SAN_FLAGS)
-include tests/subjects/flags.mk
# -g whatever CFLAGS are: tests hold what is said of these programs to their sources' lines.
SUBJECT_COMPILE = -g -MF $@.d $(SUBJECT_SAN) $(SUBJECT_FLAGS) $< $(LDFLAGS) $(SUBJECT_LIBS) -o $@
$(SUBJECTS)/lib%.so: tests/subjects/lib%.c $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) -fPIC -shared $(SUBJECT_COMPILE)
$(SUBJECTS)/lib%.so: tests/subjects/lib%.cc $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CXX) $(CXX_FLAGS) -fPIC -shared $(SUBJECT_COMPILE)
$(SUBJECTS)/%: tests/subjects/%.c $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) $(SUBJECT_COMPILE)
$(SUBJECTS)/%: tests/subjects/%.cc $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CXX) $(CXX_FLAGS) $(SUBJECT_COMPILE)

# Examples in C, built as their users build them: with the public header and nothing else of ours.
EXAMPLES := $(patsubst %.c,$(BUILD)/%,$(wildcard examples/*/*.c))
$(BUILD)/examples/criterion_marks/%: EXAMPLE_LIBS := -lcriterion
$(BUILD)/examples/%: examples/%.c $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) -MF $@.d $(SUBJECT_SAN) $< $(LDFLAGS) $(EXAMPLE_LIBS) -o $@

demo: ## a real program talks to a real server, and what socklife says of it
	$(INSTALL_PACKAGES) build demo
	@$(MAKE) --no-print-directory all
	@examples/demo/demo.sh "$(abspath $(BUILD))/socklife"

test: ## build and run all tests (SAN=address,undefined: under the sanitizers)
	$(INSTALL_PACKAGES) build test
	@$(MAKE) --no-print-directory test-programs
	$(RUN_TESTS) $(RUNNERS)

test-all: ## the same and the tests of runtimes that are large to install
	$(INSTALL_PACKAGES) build test large
	@$(MAKE) --no-print-directory test-programs
	$(RUN_TESTS) $(RUNNERS) $(LARGE_RUNNER)

foreign: ## other people's tests, bare and recorded (hours; SUITES="libuv redis" for some)
	$(INSTALL_PACKAGES) build $(SUITES:%=foreign-%)
	@$(MAKE) --no-print-directory all
	@MODULES="$(MODULES)" tests/foreign/run.sh $(BUILD) $(SUITES)

test-programs: all $(RUNNERS) $(LARGE_RUNNER) $(SUBJECT_PRODUCTS) $(EXAMPLES) $(FAULT_LIBRARY) $(RANDOM) $(RACES)

random: ## the random program, RUNS=10000 times from SEED=1, against its own log
	$(INSTALL_PACKAGES) build
	@$(MAKE) --no-print-directory all $(RANDOM)
	@$(BUILD)/tests/random "$(abspath $(BUILD))/libsocklife.so" $(BUILD)/tests/random_lives \
		$(RUNS) $(SEED)

tsan: ## the recorder's threads under ThreadSanitizer
	$(INSTALL_PACKAGES) build
	@$(MAKE) --no-print-directory $(RACES)
	@tests/tsan/run.sh $(RACES)

mutations: ## wrong socklifes, each of which its tests must notice (some minutes)
	$(INSTALL_PACKAGES) build test
	@/usr/bin/python3 tests/mutations/mutate.py $(BUILD)/mutations

fuzz: ## fuzz the readers, FUZZ_SECONDS=60 each
	@tests/support/install-packages.sh build clang
	@$(MAKE) --no-print-directory fuzz-run CC=clang BUILD=build/fuzz SAN=fuzzer-no-link,address,undefined

# They hold the library's parsers themselves: the library's own objects carry no sanitizer.
$(BUILD)/tests/fuzz/fuzz_settings $(BUILD)/tests/fuzz/fuzz_handles: FUZZ_FLAGS := -Ipreload
$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(MODULE_OBJECTS) $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) -Ianalyzer $(TEST_FLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -MF $@.d $< $(MODULE_OBJECTS) $(ANALYZER_LIBS) -o $@

fuzz-run: $(FUZZERS)
	@tests/fuzz/run.sh $(FUZZ_SECONDS) $^

lint: ## format, clang-tidy, cppcheck and the floors
	@tests/support/install-packages.sh build test lint clang
	@tests/support/lint.sh -std=c11 $(BASE_FLAGS)

format: ## rewrite the sources in the project's format
	@tests/support/install-packages.sh lint
	@tests/support/lint.sh --format

$(BUILD)/bench/%: tests/bench/%.c $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) -MF $@.d $< $(BENCH_LIBS) -o $@
$(BUILD)/bench/lib%.so: tests/bench/lib%.c $(STAMP)
	@mkdir -p $(@D)
	$(RUN) $(CC) $(C_FLAGS) -MF $@.d -fPIC -shared -Wl,-soname,$(@F) $< -o $@
$(BUILD)/bench/calls: $(BUILD)/bench/libhandle.so
$(BUILD)/bench/calls: BENCH_LIBS = $(BUILD)/bench/libhandle.so -Wl,-rpath,'$$ORIGIN'

bench: ## what recording costs, against the bare program (BENCH=scale for the long rows)
	$(INSTALL_PACKAGES) build bench
	@$(MAKE) --no-print-directory all bench-programs
	@cd $(BUILD)/bench && for part in hooks python programs; do \
		PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$(CURDIR)/tests/bench/bench_$$part.py" \
			"$(abspath $(BUILD))/libsocklife.so" || exit; done

bench-programs: $(BENCH_PRODUCTS)

# It writes traces itself and reads them by the analyzer's own reader.
$(BUILD)/obj/tests/bench/analyzer.o: TEST_FLAGS := -Ianalyzer -Itests/support
$(BUILD)/bench/analyzer: $(call object,tests/bench/analyzer.c tests/support/generated_*.c) \
		$(filter %/reader.o %/reader_writer.o %/error.o,$(ANALYZER_OBJECTS))
	@mkdir -p $(@D)
	$(RUN) $(CC) $(LDFLAGS) $^ -lm -o $@

bench-analyzer: ## time and memory of reports on large traces (SOCKETS="100000 1000000" for others)
	$(INSTALL_PACKAGES) build
	@$(MAKE) --no-print-directory all $(BUILD)/bench/analyzer
	@cd $(BUILD)/bench && ./analyzer "$(abspath $(BUILD))/socklife" $(SOCKETS)

INSTALLED = bin/socklife lib/socklife/libsocklife.so share/man/man1/socklife.1 \
	$(patsubst preload/include/%,include/%,$(wildcard preload/include/socklife/*))

install: all ## install to DESTDIR and PREFIX=/usr/local
	install -D -m 755 $(BUILD)/socklife "$(DESTDIR)$(PREFIX)/bin/socklife"
	install -D -m 644 $(BUILD)/libsocklife.so "$(DESTDIR)$(PREFIX)/lib/socklife/libsocklife.so"
	install -D -m 644 analyzer/socklife.1 "$(DESTDIR)$(PREFIX)/share/man/man1/socklife.1"
	install -D -m 644 -t "$(DESTDIR)$(PREFIX)/include/socklife" preload/include/socklife/*

uninstall: ## remove what install put there
	rm -f $(INSTALLED:%="$(DESTDIR)$(PREFIX)/%")
	-rmdir "$(DESTDIR)$(PREFIX)/lib/socklife" "$(DESTDIR)$(PREFIX)/include/socklife"

clean: ## remove the build directory
	rm -rf build

packages: ## install the Debian packages that `make` needs
	$(INSTALL_PACKAGES) build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

-include $(shell find $(BUILD)/obj $(BUILD)/tests $(BUILD)/bench -name '*.d' 2>/dev/null)
