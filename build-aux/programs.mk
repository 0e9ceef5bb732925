# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs: Windows ones below win/ and, built for i386, win32/, native ones below native/, unit tests below unit/.
WIN_DIRS = win $(if $(filter i386,$(ARCHS)),win32)
WIN_CC_win = $(MINGW_CC)
WIN_CC_win32 = $(MINGW32_CC)

# ---- conformance: one Windows program, and the native peer it talks to ---------------------------------
CHECK_DIR_win = mingw-check
CHECK_DIR_win32 = mingw-check32
CHECK_HOST_win = x86_64-w64-mingw32
CHECK_HOST_win32 = i686-w64-mingw32
CONF_CFLAGS = -std=gnu11 -O1 -g $(WARN) -D_WIN32_WINNT=0x0A00 -I$(srcdir)/include -I$(srcdir) -MMD -MP

# windows_rules(DIRECTORY)
define windows_rules
$$(CHECK_DIR_$(1))/lib/libcheck.a:
	$$(AM_V_GEN)MINGW_HOST=$$(CHECK_HOST_$(1)) $$(srcdir)/build-aux/mingw-check $$(CHECK_DIR_$(1))
$(1)/conformance/%.o: conformance/%.c $$(CHECK_DIR_$(1))/lib/libcheck.a
	@$$(MKDIR_P) $$(@D)
	$$(AM_V_GEN)$$(WIN_CC_$(1)) $$(CONF_CFLAGS) -I$$(CHECK_DIR_$(1))/include -c -o $$@ $$<
$(1)/conformance.exe: $$(patsubst %.c,$(1)/%.o,$$(CONFORMANCE_SOURCES))
	$$(AM_V_GEN)$$(WIN_CC_$(1)) -static -o $$@ $$^ -L$$(CHECK_DIR_$(1))/lib $$(CONFORMANCE_LIBS)
$(1)/pending_forms.exe: dlls/ws2_32/tests/pending_forms.c dlls/ws2_32/pending.def
	@$$(MKDIR_P) $$(@D)
	$$(AM_V_GEN)$$(WIN_CC_$(1)) -std=gnu11 -O1 $$(WARN) -I$$(srcdir)/dlls/ws2_32 -o $$@ $$<
$(1)/%.exe: %.c
	@$$(MKDIR_P) $$(@D)
	$$(AM_V_GEN)$$(WIN_CC_$(1)) -std=gnu11 -O2 $$(WARN) -I$$(srcdir)/include -o $$@ $$< -lws2_32
endef
$(foreach directory,$(WIN_DIRS),$(eval $(call windows_rules,$(directory))))

native/peer: $(CONFORMANCE_PEER_SOURCES) $(CONFORMANCE_HEADERS)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(CC) -std=gnu11 -D_GNU_SOURCE -O1 -g $(WARN) -I$(srcdir)/include -o $@ \
		$(addprefix $(srcdir)/,$(CONFORMANCE_PEER_SOURCES))
conformance: $(WIN_DIRS:%=%/conformance.exe) $(WIN_DIRS:%=%/pending_forms.exe) native/peer

# ---- examples, bench and the programs of tests/: a .c each, built beside its directory's name ---------------
PE_PROGRAMS_OF_ONE_FILE = $(EXAMPLE_PE_PROGRAMS) $(BENCH_PE_PROGRAMS)
NATIVE_PROGRAMS_OF_ONE_FILE = $(EXAMPLE_NATIVE_PROGRAMS) $(BENCH_NATIVE_PROGRAMS)

$(PE_PROGRAMS_OF_ONE_FILE): %.exe: %.c $(BENCH_HEADERS)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(MINGW_CC) -std=gnu11 -O2 $(WARN) -I$(srcdir)/include -o $@ $< -lws2_32
$(EXAMPLE_PE32_PROGRAMS): %32.exe: %.c
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(MINGW32_CC) -std=gnu11 -O2 $(WARN) -I$(srcdir)/include -o $@ $< -lws2_32
$(NATIVE_PROGRAMS_OF_ONE_FILE): %: %.c $(BENCH_HEADERS)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(WARN) -I$(srcdir)/include -o $@ $< -pthread
native/%: %.c
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 $(WARN) -I$(srcdir)/include -o $@ $< -pthread
bench-programs: $(BENCH_PE_PROGRAMS) $(BENCH_NATIVE_PROGRAMS)

# Measures, with the prefix of this build; WORKLOADS="pingpong recv" for some.
bench:
	SLUICE_BUILD=$(abs_builddir) $(srcdir)/bench/run $(WORKLOADS)

# ---- pages: the texts of tools/report/*.css and *.js become strings of a C source ------------------------------------
REPORT_PROGRAM = native/tools/sluice-report
all-local: $(REPORT_PROGRAM)
REPORT_CFLAGS = -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARN) $(REPRODUCIBLE) -I$(srcdir)/tools/report -MMD -MP
native/report/%.o: %.c
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(CC) $(REPORT_CFLAGS) -c -o $@ $<
native/report/page_files.c: $(REPORT_PAGE_FILES)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN){ echo '#include "page.h"'; for file in $(REPORT_PAGE_FILES); do \
		echo "const char $$(basename $$file | tr . _)[] ="; \
		sed 's/[\\"]/\\&/g; s/.*/"&\\n"/' $(srcdir)/$$file && echo ';' || exit; done; } >$@.tmp && mv -f $@.tmp $@
native/report/page_files.o: native/report/page_files.c
	$(AM_V_GEN)$(CC) $(REPORT_CFLAGS) -c -o $@ $<
native/tools/sluice-report: native/report/tools/report/sluice_report.o
native/tools/conformance-report: native/report/tools/report/conformance_report.o
native/tools/sluice-report native/tools/conformance-report: $(REPORT_SRC:%.c=native/report/%.o) native/report/page_files.o
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)$(CC) -o $@ $^

# ---- unit tests of the Unix side, under the sanitizers -----------------------------------------------------
# Each test is linked from an archive of all code it could ask for, so that it says nowhere what it needs and may
# put a function of its own (host_socket_fd) in place of the real one.  UNIT_SRC: what tests share, first in the
# archive because one of them may do the same.
UNIT_FLAGS = -std=gnu11 -D_GNU_SOURCE -O1 -g -fexceptions -fno-omit-frame-pointer $(WARN) $(INCLUDES_COMMON) \
	-I$(srcdir)/dlls/sluice/tests -I$(srcdir)/tools/report $(CHECK_CFLAGS) -MMD -MP
UNIT_CODE = $(UNIT_SRC) $(SLUICE_UNIX_SRC) $(XLAT_COMMON_SRC) $(XLAT_UNIX_SRC) $(REPORT_SRC)
# What decides which objects are in it.
UNIT_LISTS = $(srcdir)/dlls/sluice/Makefile.inc $(srcdir)/dlls/sluice/tests
UNIT_MEMORY = -fsanitize=address,undefined -fno-sanitize-recover=all
# Those that start threads run under the thread sanitizer as well.
UNIT_THREAD_TESTS = $(foreach t,$(UNIT_TESTS),$(if $(shell \
	grep -l pthread_create $(srcdir)/dlls/sluice/tests/$(t).c),$(t)))
# Those with a __wrap_calloc() get the calls of calloc().
UNIT_WRAP_TESTS = $(foreach t,$(UNIT_TESTS),$(if $(shell \
	grep -l __wrap_calloc $(srcdir)/dlls/sluice/tests/$(t).c),$(t)))
UNIT_PROGRAMS = $(UNIT_TESTS:%=unit/gcc/%) $(UNIT_TESTS:%=unit/clang/%) $(UNIT_THREAD_TESTS:%=unit/threads/%)

# unit_rules(DIRECTORY, COMPILER, SANITIZERS)
define unit_rules
unit/$(1)/obj/%.o: %.c
	@$$(MKDIR_P) $$(@D)
	$$(AM_V_GEN)$(2) $$(UNIT_FLAGS) $(3) -c -o $$@ $$<
unit/$(1)/code.a: $$(UNIT_CODE:%.c=unit/$(1)/obj/%.o) $$(UNIT_LISTS)
	@rm -f $$@
	$$(AM_V_GEN)$$(AR) qcs $$@ $$(filter %.o,$$^)
$$(UNIT_TESTS:%=unit/$(1)/%): unit/$(1)/%: unit/$(1)/obj/dlls/sluice/tests/%.o unit/$(1)/code.a
	$$(AM_V_GEN)$(2) $(3) $$(UNIT_WRAP) -o $$@ $$^ $$(CHECK_LIBS) -pthread
$$(UNIT_WRAP_TESTS:%=unit/$(1)/%): UNIT_WRAP = -Wl,--wrap=calloc
endef
$(eval $(call unit_rules,gcc,$$(CC),$$(UNIT_MEMORY)))
$(eval $(call unit_rules,clang,$$(CLANG),$$(UNIT_MEMORY)))
$(eval $(call unit_rules,threads,$$(CLANG),-fsanitize=thread))

unit: $(UNIT_PROGRAMS)
# What is in a variable, a word a line: for the suites in tests/.
list-%:
	@printf '%s\n' $($*)
-include $(shell find unit $(WIN_DIRS) -name '*.d' 2>/dev/null)
.PRECIOUS: unit/%.o
.PHONY: unit

# ---- programs of tests/ --------------------------------------------------------------------------------------
$(foreach directory,$(WIN_DIRS),$(eval $(call test_rules,$(directory))))
test-programs: $(TEST_PE_PROGRAMS) $(TEST_PE32_PROGRAMS) $(TEST_NATIVE_PROGRAMS)
.PHONY: test-programs
