# socklife: one Makefile, no configure step. `make help` lists the targets.

CC ?= cc
BUILD ?= build
VERSION := 0.1.0
SAN ?=

WARNINGS := -Wall -Wextra -Wshadow -Wconversion
ifdef CI
WARNINGS += -Werror
endif
CFLAGS ?= -O2 -g
BASE_CFLAGS := -std=c11 -D_GNU_SOURCE -MMD -MP $(WARNINGS) -Ipreload/include
ifneq ($(SAN),)
SAN_FLAGS := -fsanitize=$(SAN) -fno-sanitize-recover=undefined -fno-omit-frame-pointer
BUILD := build/san
endif

PRELOAD_SOURCES := $(wildcard preload/*.c)
ANALYZER_SOURCES := $(wildcard analyzer/*.c)
PRELOAD_OBJECTS := $(PRELOAD_SOURCES:%.c=$(BUILD)/obj/%.o)
ANALYZER_OBJECTS := $(ANALYZER_SOURCES:%.c=$(BUILD)/obj/%.o)
ANALYZER_LIBS := -ldw -lelf -ljansson

.PHONY: all clean
all: $(BUILD)/socklife $(BUILD)/libsocklife.so

# The library never carries a sanitizer: it is loaded into programs that have none.
$(BUILD)/obj/preload/%.o: preload/%.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(CFLAGS) -Ipreload -fPIC -fvisibility=hidden -ftls-model=initial-exec -c $< -o $@

$(BUILD)/libsocklife.so: $(PRELOAD_OBJECTS)
	$(CC) -shared -Wl,-soname,libsocklife.so -Wl,-z,defs -Wl,-z,now -Wl,--as-needed $(LDFLAGS) $^ -o $@

$(BUILD)/obj/analyzer/%.o: analyzer/%.c
	@mkdir -p $(@D)
	$(CC) $(BASE_CFLAGS) $(CFLAGS) $(SAN_FLAGS) -DSOCKLIFE_VERSION='"$(VERSION)"' -Ianalyzer -c $< -o $@

$(BUILD)/socklife: $(ANALYZER_OBJECTS)
	$(CC) $(SAN_FLAGS) $(LDFLAGS) $^ $(ANALYZER_LIBS) -o $@

clean:
	rm -rf build

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
