# SPDX-License-Identifier: GPL-2.0-only
#
# VirtuOS: see `make help'.  Sources are found by folder; a folder may add
# flags or targets of its own in a file build.mk.

SRC_DIR := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
VERSION := 0.1.0
AUX := $(SRC_DIR)/build-aux

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

.PHONY: all
all: lib tools vsysd modules

# Goals that need no configuration, and goals that install what they need.
BARE_GOALS := help deps clean distclean
WHOLE_GOALS := demo check check-host check-lab check-debug check-pmu \
	check-perfctr check-papi bench bench-counting shell
CONFIG_GOALS := $(filter-out $(BARE_GOALS),$(or $(MAKECMDGOALS),all))

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-8s %s\n' $(1) $(patsubst $(BUILD)/%,%,$(patsubst $(SRC)/%,%,$(2)))
endif

ifneq ($(CONFIG_GOALS),)
include config-host.mak

config-host.mak: $(SRC_DIR)/configure
	$(if $(filter $(WHOLE_GOALS),$(CONFIG_GOALS)),$(Q)$(AUX)/deps \
		$(SRC_DIR)/tests/lab/packages $(AUX)/packages)
	$(Q)$(SRC_DIR)/configure $(CONFIG_ARGS)
endif

SRC ?= $(SRC_DIR)
BUILD ?= $(if $(filter $(SRC_DIR),$(CURDIR)),$(CURDIR)/build,$(CURDIR))
OBJ := $(BUILD)/obj

CPPFLAGS_ALL := -D_GNU_SOURCE -DVIRTUOS_VERSION='"$(VERSION)"' \
	-DVIRTUOS_CONFIGS='"$(SYSCONFDIR)/virtuos"' -I$(SRC)/include
CFLAGS_ALL = -std=gnu11 $(WARNINGS) $(CFLAGS) -MMD -MP

objects = $(patsubst $(SRC)/%.c,$(OBJ)/%.o,$(1))

# ---- libvirtuos and its launcher -------------------------------------------

LIBVIRTUOS_DIR := $(SRC)/libvirtuos
LAUNCHER_SRC := $(wildcard $(LIBVIRTUOS_DIR)/virtuos.c $(LIBVIRTUOS_DIR)/routes.c)
LIBVIRTUOS_SRC := $(filter-out %/virtuos.c,$(wildcard $(LIBVIRTUOS_DIR)/*.c \
	$(LIBVIRTUOS_DIR)/hooks/*.c))
LIBVIRTUOS_CFLAGS := -fPIC -fvisibility=hidden -I$(LIBVIRTUOS_DIR)
LIBVIRTUOS_LDFLAGS := -shared -Wl,-soname,libvirtuos.so -Wl,-z,now -Wl,-z,defs
LIBVIRTUOS_LDLIBS := -lpthread -ldl
LAUNCHER_LDLIBS :=

# ---- vsysd ------------------------------------------------------------------

VSYSD_DIR := $(SRC)/service-domains/vsysd
VSYSD_SRC := $(wildcard $(VSYSD_DIR)/*.c)
VSYSD_CFLAGS := -I$(VSYSD_DIR)
VSYSD_LDLIBS := -lpthread

# ---- virtuosctl -------------------------------------------------------------

CTL_DIR := $(SRC)/dom0-tools/virtuosctl
CTL_SRC := $(wildcard $(CTL_DIR)/*.c)
CTL_CFLAGS = -I$(CTL_DIR) -I$(SRC)/dom0-tools $(XEN_CFLAGS) $(JSON_CFLAGS)
CTL_LDLIBS = $(XEN_LIBS) $(JSON_LIBS) $(CURSES_LIBS)

-include $(wildcard $(SRC)/*/build.mk $(SRC)/*/*/build.mk)

LIBVIRTUOS_OBJ := $(call objects,$(LIBVIRTUOS_SRC))
LAUNCHER_OBJ := $(call objects,$(LAUNCHER_SRC))
VSYSD_OBJ := $(call objects,$(VSYSD_SRC))
CTL_OBJ := $(call objects,$(CTL_SRC))

$(LIBVIRTUOS_OBJ) $(LAUNCHER_OBJ): PART_CFLAGS = $(LIBVIRTUOS_CFLAGS)
$(VSYSD_OBJ): PART_CFLAGS = $(VSYSD_CFLAGS)
$(CTL_OBJ): PART_CFLAGS = $(CTL_CFLAGS)

$(OBJ)/%.o: $(SRC)/%.c config-host.mak
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(PART_CFLAGS) -c -o $@ $<

$(BUILD)/lib/libvirtuos.so: $(LIBVIRTUOS_OBJ)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LIBVIRTUOS_LDFLAGS) -o $@ $(LIBVIRTUOS_OBJ) $(LIBVIRTUOS_LDLIBS)

$(BUILD)/bin/virtuos: $(LAUNCHER_OBJ)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $(LAUNCHER_OBJ) $(LAUNCHER_LDLIBS)

$(BUILD)/etc/virtuos/routes.conf: $(LIBVIRTUOS_DIR)/routes.conf
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(BUILD)/sbin/vsysd: $(VSYSD_OBJ)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -static -o $@ $(VSYSD_OBJ) $(VSYSD_LDLIBS)

$(BUILD)/sbin/virtuosctl: $(CTL_OBJ) $(BASE_OBJ)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $(CTL_OBJ) $(BASE_OBJ) $(CTL_LDLIBS)

-include $(wildcard $(OBJ)/*/*.d $(OBJ)/*/*/*.d)

# What has no sources yet is left out.
.PHONY: lib tools vsysd
lib: $(if $(LIBVIRTUOS_SRC),$(BUILD)/lib/libvirtuos.so) \
	$(if $(filter %/virtuos.c,$(LAUNCHER_SRC)),$(BUILD)/bin/virtuos) \
	$(if $(wildcard $(LIBVIRTUOS_DIR)/routes.conf),$(BUILD)/etc/virtuos/routes.conf)
tools: $(if $(CTL_SRC),$(BUILD)/sbin/virtuosctl)
vsysd: $(if $(VSYSD_SRC),$(BUILD)/sbin/vsysd)

# ---- kernel modules ---------------------------------------------------------

# The kernel's build script finds the kernel in its cache or builds it; both
# it and the modules' makefiles know best what is out of date.
.PHONY: modules modules-slim modules-service modules-debug modules-host kernel
kernel:
	$(Q)$(SRC)/guest-kernel-patches/build slim > /dev/null

modules-slim modules-service modules-debug: modules-%:
	$(Q)dir=$$($(SRC)/guest-kernel-patches/build $*) && \
		$(AUX)/modules $* "$$dir/build" $(BUILD)/modules/$*

modules-debug: | modules-slim

modules-host: | modules-slim
	$(Q)$(AUX)/modules host $(KERNEL_DIR) $(BUILD)/modules/host

modules: modules-slim $(if $(KERNEL_DIR),modules-host)

# What service domains boot on a real host; the lab makes its own.
.PHONY: service-images
service-images: vsysd modules-service
	$(Q)BUILD=$(BUILD) $(AUX)/service-images

# ---- tests ------------------------------------------------------------------

# A tier is a program that gets SRC, BUILD and CC in its environment and writes
# "PASS name", "FAIL name" and "SKIP name: reason" to $(BUILD)/results/.
TIER = BUILD=$(BUILD) VIRTUOS_BUILD=$(BUILD) SRC=$(SRC) CC='$(CC)'

.PHONY: check check-host check-house check-lab check-debug check-pmu \
	check-perfctr check-papi check-border demo bench bench-counting shell
check:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)rm -rf $(BUILD)/results
	$(Q)$(MAKE) --no-print-directory all
	$(Q)status=0; \
	$(MAKE) --no-print-directory check-house || status=1; \
	$(MAKE) --no-print-directory check-host || status=1; \
	$(MAKE) --no-print-directory check-lab || status=1; \
	$(SRC)/tests/summary $(BUILD)/results || status=1; \
	exit $$status

check-house:
	$(Q)$(TIER) $(AUX)/house

check-host: $(BUILD)/bin/calls-doc
	$(Q)status=0; \
	$(TIER) $(SRC)/tests/host/run || status=1; \
	$(TIER) FUZZ_SECONDS=$${FUZZ_SECONDS:-5} $(SRC)/tests/fuzz/run || status=1; \
	exit $$status

check-lab:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)$(MAKE) --no-print-directory all \
		$(if $(filter debug,$(XEN_KINDS)),modules-debug)
	$(Q)$(TIER) $(SRC)/tests/xen/run

# Not part of check: its kernel takes a quarter of an hour to build the first time.
check-debug:
	$(Q)$(MAKE) --no-print-directory check-lab XEN_KINDS=debug

# Not part of check, which has some of it: all takes half an hour.
check-border:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(TIER) $(SRC)/tests/xen/run --border --user pvh

# Not part of check: it builds a QEMU, which takes minutes the first time.
check-pmu:
	$(Q)$(TIER) $(SRC)/tests/lab/qemu-pmu/check

# On a machine with counters, of which QEMU is built first if need be.
check-perfctr:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(TIER) $(SRC)/perfctr-xen/tests/run

# Not part of check: PAPI is built, and its own tests take nearly half an hour.
check-papi:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(TIER) $(SRC)/perfctr-xen/papi/check

demo:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(TIER) $(SRC)/tests/lab/demo

bench:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(TIER) $(SRC)/tests/bench/run

# On a machine with counters, like check-perfctr.
bench-counting:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(TIER) $(SRC)/tests/bench/counting

shell:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(TIER) $(SRC)/tests/lab/lab status > /dev/null 2>&1 || \
		$(TIER) $(SRC)/tests/lab/lab up
	$(Q)$(TIER) $(SRC)/tests/lab/lab shell

# ---- documents --------------------------------------------------------------

$(BUILD)/bin/calls-doc: $(AUX)/calls-doc.c $(SRC)/include/virtuos/class.h \
		$(wildcard $(SRC)/include/virtuos/calls*) config-host.mak
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) -std=gnu11 $(WARNINGS) $(CFLAGS) -o $@ $<

.PHONY: docs
docs: $(BUILD)/bin/calls-doc
	$(Q)$(BUILD)/bin/calls-doc > $(SRC)/docs/calls.md.tmp
	$(Q)mv $(SRC)/docs/calls.md.tmp $(SRC)/docs/calls.md

# ---- installing -------------------------------------------------------------

MODULE_SRC := user-domain/vsysfront service-domains/vsysback
SHARE := $(DESTDIR)$(PREFIX)/share/virtuos
LIBDIR := $(DESTDIR)$(PREFIX)/lib/virtuos
MODULE_DEST := $(DESTDIR)/usr/src/virtuos-$(VERSION)
INSTALL := install
INSTALL_DATA := install -m 644

.PHONY: install install-programs install-configs install-modules install-man
install: install-programs install-configs install-modules install-man

# The library lies where the loader looks: LD_PRELOAD=libvirtuos.so finds it.
install-programs: lib tools vsysd
	$(Q)$(INSTALL) -D $(BUILD)/sbin/virtuosctl $(DESTDIR)$(PREFIX)/sbin/virtuosctl
	$(Q)$(INSTALL) -D $(BUILD)/bin/virtuos $(DESTDIR)$(PREFIX)/bin/virtuos
	$(Q)$(INSTALL_DATA) -D $(BUILD)/lib/libvirtuos.so $(DESTDIR)$(PREFIX)/lib/libvirtuos.so
	$(Q)$(INSTALL) -D $(BUILD)/sbin/vsysd $(LIBDIR)/service-domains/vsysd
	$(Q)$(INSTALL_DATA) $(SRC)/service-domains/service-domain.sh $(LIBDIR)/service-domains/
	$(Q)set -e; for name in network storage; do \
		$(INSTALL) -D $(SRC)/service-domains/$$name/init \
			$(LIBDIR)/service-domains/$$name/init; \
	done
	$(if $(DESTDIR),,$(Q)[ "$$(id -u)" -ne 0 ] || ldconfig)

# A routing file that somebody has edited stays.
install-configs: lib
	$(Q)$(INSTALL) -d $(DESTDIR)$(SYSCONFDIR)/virtuos $(SHARE)/xl
	$(Q)conf=$(DESTDIR)$(SYSCONFDIR)/virtuos/routes.conf; \
	if [ -e "$$conf" ] && ! cmp -s $(BUILD)/etc/virtuos/routes.conf "$$conf"; then \
		echo "install: $$conf kept, ours is $$conf.new"; conf=$$conf.new; \
	fi; \
	$(INSTALL_DATA) $(BUILD)/etc/virtuos/routes.conf "$$conf"
	$(Q)$(INSTALL_DATA) $(SRC)/dom0-tools/xl/*.cfg $(SHARE)/xl/

# Sources for DKMS, the patches that vsysback's kernel needs, and, after
# configure --kernel-dir, modules for that kernel.
install-modules: $(if $(KERNEL_DIR),modules-host)
	$(Q)cd $(SRC) && find include/virtuos $(MODULE_SRC) \
		\( -name '*.[ch]' -o -name '*.def' -o -name Kbuild \) \
		-exec $(INSTALL_DATA) -D {} $(abspath $(MODULE_DEST))/{} \;
	$(Q)sed 's/@VERSION@/$(VERSION)/g' $(AUX)/dkms.conf.in > $(MODULE_DEST)/dkms.conf
	$(Q)$(INSTALL) -d $(SHARE)/guest-kernel-patches/config
	$(Q)$(INSTALL_DATA) $(SRC)/guest-kernel-patches/*.patch $(SRC)/guest-kernel-patches/series* \
		$(SRC)/guest-kernel-patches/README.md $(SHARE)/guest-kernel-patches/
	$(Q)$(INSTALL_DATA) $(SRC)/guest-kernel-patches/config/*.config $(SHARE)/guest-kernel-patches/config/
ifneq ($(KERNEL_DIR),)
	$(Q)$(INSTALL) -d $(DESTDIR)/lib/modules/$(KERNEL_RELEASE)/extra
	$(Q)$(INSTALL_DATA) $(BUILD)/modules/host/*.ko $(DESTDIR)/lib/modules/$(KERNEL_RELEASE)/extra/
endif

install-man:
	$(Q)set -e; for page in $(filter-out %/lab.1,$(wildcard $(SRC)/docs/man/*.[1-8])); do \
		$(INSTALL_DATA) -D $$page \
			$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; \
	done

# ---- the rest ---------------------------------------------------------------

.PHONY: deps help clean distclean
deps:
	$(Q)$(AUX)/deps $(SRC_DIR)/tests/lab/packages $(AUX)/packages \
		$(SRC_DIR)/perfctr-xen/xen/packages

clean:
ifeq ($(CURDIR),$(SRC_DIR))
	rm -rf $(CURDIR)/build
else
	rm -rf $(addprefix $(CURDIR)/,bin sbin lib etc obj modules results service-domains)
endif

distclean: clean
	rm -f config-host.mak config.log
	$(if $(filter $(SRC_DIR),$(CURDIR)),,rm -f Makefile)

help:
	@sed -n 's/^#: \{0,1\}//p' $(SRC_DIR)/Makefile

#: The two commands (they install, configure and build what they need):
#:   make demo     boot a Xen host in QEMU and run nginx and sqlite3 across
#:                 two service domains
#:   make check    all tests: house, host, lab
#:
#: Building:
#:   make          lib, tools, vsysd and modules, into build/
#:   make lib      libvirtuos.so, the launcher virtuos, routes.conf
#:   make tools    virtuosctl
#:   make vsysd    the service domain's daemon (static)
#:   make modules  vsysfront.ko and vsysback.ko for the lab's kernel, which is
#:                 built first if need be; modules-debug: for the debug kernel
#:   make kernel   the lab's kernel alone
#:   make service-images  what service domains boot on a real host: vmlinux,
#:                 network.cpio, storage.cpio (see CONTRIBUTING.md)
#:   make docs     docs/calls.md from the call table
#:   make deps     install the Debian packages that all this needs
#:   make install DESTDIR=DIR
#:   make clean    remove build/; distclean: the configuration too
#:
#: Running:
#:   make shell       a shell in the user domain of a running lab
#:   make bench       measure;  bench-counting: what counting costs, and finds
#:   make check-host  the tests that need no Xen;  check-lab: those that do;
#:                    check-house: texts, licences, man pages
#:                    check-debug: those that need Xen, on a kernel with KASAN,
#:                    lockdep, UBSAN and kmemleak (not part of check)
#:                    check-border: hostile programs and kernels, sandboxes,
#:                    limits: all of them (check has some)
#:                    check-pmu: the emulated performance counters
#:                    check-perfctr: counters on stock Xen and on a patched one
#:                    check-papi: PAPI and its own tests, with its component
#:   XEN_KINDS        kinds of user domain that check-lab goes through, of
#:                    pvh pv dom0 debug (default: all but debug)
#:   FUZZ_SECONDS     how long each fuzz target runs (default: 5)
#:   tests/lab/lab    the lab by hand (see tests/lab/lab --help)
#:
#: V=1 shows commands.  Another directory: mkdir o; cd o; ../configure; make
