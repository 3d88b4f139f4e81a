# Writ. `make help` says what there is; `make demo` shows the whole lifecycle.
#
#   grammar/ -> compiler/ -> vm/format/ <- vm/ <- runtime/
#   every layer may include vm/base/; compiler and runtime meet in runtime/cli/ alone

MAKEFLAGS += --no-builtin-rules --warn-undefined-variables
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
SHELL := /bin/sh

# ---- settings: override on the command line or in config.mk -----------------
-include config.mk
VARIANT ?= release
PREFIX  ?= /usr/local
DESTDIR ?=
ifeq ($(origin CC),default)
CC := gcc
endif
FLEX    ?= flex
BISON   ?= bison
AR := ar
V ?= 0
Q := $(if $(filter 1,$(V)),,@)

VERSION := 0.1.0

# ---- variants: each builds into its own folder, so none needs a clean --------
SAN := -fno-sanitize-recover=all -fno-omit-frame-pointer
CFLAGS_release := -O2 -g -DNDEBUG -D_FORTIFY_SOURCE=2 -fstack-protector-strong
CFLAGS_debug   := -Og -g3
CFLAGS_asan    := -O1 -g -fsanitize=address,undefined $(SAN)
CFLAGS_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined $(SAN)
CFLAGS_O0      := -O0
$(if $(filter-out undefined,$(origin CFLAGS_$(VARIANT))),,$(error no variant '$(VARIANT)'))

WARN := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes \
        -Wmissing-prototypes -Wundef -Wcast-qual -Wwrite-strings -Wpointer-arith -Wformat=2 -Wvla \
        -Wno-missing-field-initializers
WERROR ?= -Werror
BUILD ?= build
B := $(BUILD)/$(VARIANT)
GEN := $(BUILD)/gen

CPPFLAGS_ALL := -I. -I$(GEN) -D_POSIX_C_SOURCE=200809L -DWRIT_VERSION='"$(VERSION)"'
CFLAGS_ALL   := -std=c11 -pedantic $(WARN) $(WERROR) $(CFLAGS_$(VARIANT)) \
                -ffile-prefix-map=$(CURDIR)=.
CFLAGS  ?=
LDFLAGS ?=
COMPILE = $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(CFLAGS)
EXTRA :=

# ---- sources: a new file in a layer's folder is in the build ------------------
folder = $(sort $(wildcard $(addsuffix /*.c,$(1))))
VM_SRC       := $(call folder,vm vm/base vm/format)
VIEW_SRC     := $(call folder,vm/view)
GEN_SRC      := $(GEN)/grammar/wf.y.c $(GEN)/grammar/wf.l.c
COMPILER_SRC := $(call folder,compiler grammar)
RUNTIME_SRC  := $(filter-out runtime/serve/writd.c,$(call folder,runtime runtime/trust \
                runtime/attest runtime/backend runtime/store runtime/serve))
CLI_SRC      := $(filter-out runtime/cli/writ.c,$(call folder,runtime/cli))
MAIN_SRC     := $(wildcard runtime/cli/writ.c runtime/serve/writd.c)
SUPPORT_SRC  := $(call folder,tests/support)
TEST_SRC     := $(sort $(wildcard tests/*/*_test.c))
FUZZ_SRC     := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCH_SRC    := $(sort $(wildcard tests/bench/bench_*.c))
EXAMPLE_SRC  := $(call folder,examples)

obj = $(patsubst %.c,$(B)/%.o,$(patsubst $(GEN)/%,gen/%,$(1)))
VM_OBJ       := $(call obj,$(VM_SRC))
VIEW_OBJ     := $(call obj,$(VIEW_SRC))
COMPILER_OBJ := $(call obj,$(COMPILER_SRC) $(GEN_SRC))
RUNTIME_OBJ  := $(call obj,$(RUNTIME_SRC))
# writ plays runs as the service does, and needs no more of it: what only Linux has is in writd alone.
DRAFT_OBJ    := $(filter-out $(call obj,$(call folder,runtime/serve)),$(RUNTIME_OBJ)) \
                $(call obj,runtime/serve/host.c runtime/serve/bind.c)
CLI_OBJ      := $(call obj,$(CLI_SRC))
ALL_C        := $(VM_SRC) $(VIEW_SRC) $(COMPILER_SRC) $(RUNTIME_SRC) $(CLI_SRC) $(MAIN_SRC) \
                $(SUPPORT_SRC) $(TEST_SRC) $(FUZZ_SRC) $(BENCH_SRC) $(EXAMPLE_SRC) \
                $(wildcard tests/fuzz/replay.c)
ALL_OBJ      := $(call obj,$(ALL_C) $(GEN_SRC))
RUNTIME_LIBS := -lcurl -levent -ljansson -lsqlite3 -lcrypto -lm

# ---- build --------------------------------------------------------------------
.PHONY: all
all: $(B)/writ $(B)/writd $(B)/libwritvm.a $(B)/embed ## build everything (VARIANT=release|debug|asan|fuzz|O0)

$(B)/writ: $(call obj,runtime/cli/writ.c) $(CLI_OBJ) $(COMPILER_OBJ) $(DRAFT_OBJ) $(VIEW_OBJ) $(B)/libwritvm.a
	@echo "  LINK $@"
	$(Q)$(COMPILE) $(LDFLAGS) -o $@ $^ $(RUNTIME_LIBS)

# The attested service: no compiler is linked into it.
$(B)/writd: $(call obj,runtime/serve/writd.c) $(RUNTIME_OBJ) $(VIEW_OBJ) $(B)/libwritvm.a
	@echo "  LINK $@"
	$(Q)$(COMPILE) $(LDFLAGS) -o $@ $^ $(RUNTIME_LIBS)

$(B)/libwritvm.a: $(VM_OBJ)
	@echo "  AR   $@"
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

$(B)/embed: $(call obj,examples/embed.c) $(B)/libwritvm.a
	@echo "  LINK $@"
	$(Q)$(COMPILE) $(LDFLAGS) -o $@ $^

# Which flags built what is here: a change of flags rebuilds.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(COMPILE) $(LDFLAGS)' | cmp -s - $@ || echo '$(COMPILE) $(LDFLAGS)' >$@

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo "  CC   $<"
	$(Q)$(COMPILE) $(EXTRA) -MMD -MP -c -o $@ $<

$(B)/gen/%.o: $(GEN)/%.c $(B)/flags
	@mkdir -p $(@D)
	@echo "  CC   $<"
	$(Q)$(COMPILE) -Wno-conversion -Wno-shadow -Wno-unused-function -Wno-pedantic -Wno-undef \
	    -Wno-missing-prototypes -MMD -MP -c -o $@ $<

# What is generated is made aside and moved into place whole: all variants share it, and another make may
# be reading it. One run writes both files of a grammar; grouped targets (&:) need make 4.3.
$(GEN)/grammar/%.y.c $(GEN)/grammar/%.y.h &: grammar/%.y Makefile
	@echo "  YACC $<"
	$(Q)set -e; new=$(GEN)/grammar/yacc.$$$$; trap 'rm -rf "$$new"' EXIT; mkdir -p $$new; \
	    (cd $$new && $(BISON) -Wall -Werror -Wcounterexamples --no-lines --header=$*.y.h -o $*.y.c $(CURDIR)/$<); \
	    mv -f $$new/$*.y.c $$new/$*.y.h $(GEN)/grammar/

$(GEN)/grammar/%.l.c $(GEN)/grammar/%.l.h &: grammar/%.l Makefile
	@echo "  LEX  $<"
	$(Q)set -e; new=$(GEN)/grammar/lex.$$$$; trap 'rm -rf "$$new"' EXIT; mkdir -p $$new; \
	    (cd $$new && $(FLEX) --noline --header-file=$*.l.h -o $*.l.c $(CURDIR)/$<); \
	    mv -f $$new/$*.l.c $$new/$*.l.h $(GEN)/grammar/

# The pages of `writ explain`, one string each; the folder too, so that a page that goes is missed.
EXPLAIN := $(sort $(wildcard compiler/explain/[EW]*.md))
$(GEN)/compiler/explain.inc: $(EXPLAIN) compiler/explain Makefile
	@mkdir -p $(@D)
	@echo "  GEN  $@"
	$(Q)set -e; new=$@.$$$$; trap 'rm -f "$$new"' EXIT; \
	    for page in $(EXPLAIN); do \
	        echo "[WC_$$(basename $$page .md)] ="; sed 's/[\\"?]/\\&/g; s/.*/	"&\\n"/' $$page; echo ","; \
	    done >$$new; mv -f $$new $@

# The library of modules, byte for byte; the folder too, so that a module that goes is missed.
STDLIB := $(sort $(wildcard stdlib/*.wf))
$(GEN)/compiler/std.inc: $(STDLIB) stdlib Makefile
	@mkdir -p $(@D)
	@echo "  GEN  $@"
	$(Q)set -e; new=$@.$$$$; trap 'rm -f "$$new"' EXIT; n=0; \
	    for module in $(STDLIB); do \
	        test -r $$module; echo "STD($$n, \"$$(basename $$module .wf)\","; \
	        od -An -v -tu1 $$module | sed 's/[0-9][0-9]*/&,/g'; echo ")"; n=$$((n + 1)); \
	    done >$$new; mv -f $$new $@

# What touches the world may use Linux's calls.
$(RUNTIME_OBJ) $(CLI_OBJ) $(call obj,$(MAIN_SRC) $(TEST_SRC) $(SUPPORT_SRC) $(BENCH_SRC)): private EXTRA := -D_GNU_SOURCE

# Generated headers must exist before anything that may include them.
$(ALL_OBJ): | $(GEN)/grammar/wf.y.h $(GEN)/grammar/wf.l.h
$(call obj,compiler/explain.c): $(GEN)/compiler/explain.inc
$(call obj,compiler/std.c): $(GEN)/compiler/std.inc
-include $(ALL_OBJ:.o=.d)

# ---- tests ----------------------------------------------------------------------
# abort_on_error: without it Criterion 2.4.1 passes a test that leaks.
export ASAN_OPTIONS := abort_on_error=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS := print_stacktrace=1
TESTS ?= *

$(B)/test: $(call obj,$(TEST_SRC) $(SUPPORT_SRC)) $(CLI_OBJ) $(COMPILER_OBJ) $(RUNTIME_OBJ) $(VIEW_OBJ) $(B)/libwritvm.a
	@echo "  LINK $@"
	$(Q)$(COMPILE) $(LDFLAGS) -o $@ $^ -lcriterion $(RUNTIME_LIBS)

# As an archive: fuzz targets take from it what they use, and link no Criterion.
$(B)/libsupport.a: $(call obj,$(SUPPORT_SRC))
	@echo "  AR   $@"
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

REPLAY := $(patsubst tests/fuzz/fuzz_%.c,$(B)/replay_%,$(FUZZ_SRC))
$(B)/replay_%: $(B)/tests/fuzz/fuzz_%.o $(call obj,tests/fuzz/replay.c) $(B)/libsupport.a $(COMPILER_OBJ) $(RUNTIME_OBJ) $(VIEW_OBJ) $(B)/libwritvm.a
	@echo "  LINK $@"
	$(Q)$(COMPILE) $(LDFLAGS) -o $@ $^ $(RUNTIME_LIBS)

.PHONY: check
check: all $(B)/test $(REPLAY)         ## tests and fuzz corpora of one VARIANT (TESTS='suite/*' picks)
	WRIT_BIN=$(B) $(B)/test --short-filename --filter '$(TESTS)'
	@for r in $(notdir $(REPLAY)); do $(B)/$$r tests/fuzz/corpus/$${r#replay_}/* || exit 1; done

# `make test` and `make demo` use every core, unless told otherwise.
JOBS ?= -j$(shell nproc 2>/dev/null || echo 2)

.PHONY: test
test: deps                             ## everything that CI checks: layers, then all tests plain and under ASan + UBSan
	$(MAKE) $(JOBS) check-layers VARIANT=release
	$(MAKE) $(JOBS) check-digests
	$(MAKE) $(JOBS) check VARIANT=debug
	$(MAKE) $(JOBS) check VARIANT=asan

.PHONY: demo
demo:                                  ## the whole lifecycle, told step by step (LLM_URL=… LLM_MODEL=… for a real model)
	@tests/support/deps.sh demo
	$(MAKE) $(JOBS) all VARIANT=release
	@WRIT_BIN=$(CURDIR)/$(BUILD)/release examples/claims/demo.sh

.PHONY: deps
deps:                                  ## install what building and testing needs (Debian, apt)
	@tests/support/deps.sh

.PHONY: check-dsse
check-dsse: $(B)/writ                  ## approvals verify with Sigstore's DSSE; needs npm and its packages, so no part of `make test`
	@tests/npm/dsse/check.sh $(B)/writ $(BUILD)/npm-dsse

.PHONY: check-layers
check-layers: $(B)/libwritvm.a $(VIEW_OBJ) $(COMPILER_OBJ) $(RUNTIME_OBJ) $(CLI_OBJ) ## the vm calls nothing but libc's memory functions; includes point one way; no name twice
	@tests/support/check-layers.sh $^

.PHONY: check-digests
check-digests:                         ## gcc -O2 and clang -O0, in two folders, give the same digests and packets
	$(MAKE) $(BUILD)/release/writ VARIANT=release CC=gcc
	$(MAKE) $(BUILD)/clang/O0/writ VARIANT=O0 CC=clang BUILD=$(BUILD)/clang
	@tests/support/check-digests.sh $(BUILD)/release/writ $(BUILD)/clang/O0/writ
	@tests/support/check-packets.sh $(BUILD)/release/writ $(BUILD)/clang/O0/writ

.PHONY: check-npm
check-npm: $(B)/writ                   ## the HTML review in Chromium, with axe-core; needs npm, Chromium and some minutes
	@tests/npm/check.sh $(B)/writ $(BUILD)/npm

.PHONY: fuzz
FUZZ ?= module
FUZZ_SECONDS ?= 60
fuzz:                                  ## FUZZ_SECONDS of libFuzzer on FUZZ=<target>
	$(MAKE) CC=clang VARIANT=fuzz $(BUILD)/fuzz/fuzz_$(FUZZ)
	@mkdir -p $(BUILD)/fuzz/corpus/$(FUZZ) # the first folder is written to, the second only read
	$(BUILD)/fuzz/fuzz_$(FUZZ) -max_total_time=$(FUZZ_SECONDS) -timeout=5 -rss_limit_mb=1024 \
	    -artifact_prefix=$(BUILD)/fuzz/ $(BUILD)/fuzz/corpus/$(FUZZ) tests/fuzz/corpus/$(FUZZ)
$(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/libsupport.a $(COMPILER_OBJ) $(RUNTIME_OBJ) $(VIEW_OBJ) $(B)/libwritvm.a
	$(Q)$(COMPILE) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(RUNTIME_LIBS)

.PHONY: bench
BENCH := $(patsubst tests/bench/%.c,$(B)/%,$(BENCH_SRC))
bench: $(BENCH) $(B)/libwritvm.a       ## speeds, as ratios against a named reference in the same run
	@for b in $(BENCH); do $$b || exit 1; done
	@size -t $(B)/libwritvm.a | awk 'END { printf "\n== libwritvm: %.1f KiB of code and constants (the goal is 96)\n", $$1 / 1024 }'
$(B)/bench_%: $(B)/tests/bench/bench_%.o $(B)/libsupport.a $(COMPILER_OBJ) $(RUNTIME_OBJ) $(VIEW_OBJ) $(B)/libwritvm.a
	@echo "  LINK $@"
	$(Q)$(COMPILE) $(LDFLAGS) -o $@ $^ $(RUNTIME_LIBS)

# ---- install --------------------------------------------------------------------
.PHONY: install uninstall clean help FORCE
COMPLETION := $(PREFIX)/share/bash-completion/completions
HEADERS := vm/writ_vm.h vm/base/alloc.h vm/base/buf.h vm/base/status.h vm/base/status.def vm/base/text.h
install: all                           ## programs, library, headers, pkg-config file, completion, into $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/share/writ/std
	install -m 644 stdlib/README.md $(STDLIB) $(DESTDIR)$(PREFIX)/share/writ/std/
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig \
	    $(DESTDIR)$(PREFIX)/include/writ/vm/base $(DESTDIR)$(COMPLETION)
	install -m 755 $(B)/writ $(B)/writd $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(B)/libwritvm.a $(DESTDIR)$(PREFIX)/lib/
	for h in $(HEADERS); do install -m 644 $$h $(DESTDIR)$(PREFIX)/include/writ/$$h || exit 1; done
	printf '%s\n' 'prefix=$(PREFIX)' 'Name: writvm' 'Description: the Writ virtual machine' \
	    'Version: $(VERSION)' 'Cflags: -I$${prefix}/include/writ' 'Libs: -L$${prefix}/lib -lwritvm' \
	    >$(DESTDIR)$(PREFIX)/lib/pkgconfig/writvm.pc
	$(B)/writ completion bash >$(DESTDIR)$(COMPLETION)/writ
uninstall:                             ## take it out again
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/writ bin/writd lib/libwritvm.a lib/pkgconfig/writvm.pc)
	rm -f $(DESTDIR)$(COMPLETION)/writ
	rm -rf $(DESTDIR)$(PREFIX)/include/writ $(DESTDIR)$(PREFIX)/share/writ
clean:                                 ## remove what was built
	rm -rf $(BUILD)
help:                                  ## this list
	@sed -n 's/^\([a-z_.-]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile | expand -t 18
FORCE:
