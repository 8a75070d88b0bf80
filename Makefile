# SPDX-License-Identifier: GPL-2.0-only
#
# VirtuOS: see `make help'.  Here is what parts have in common; the rules of each
# are in a build.mk beside its sources, those of tests in tests/build.mk.

SRC_DIR := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
VERSION := 0.1.0
AUX := $(SRC_DIR)/build-aux

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

# The default; what it is comes below.
.PHONY: all
all:

# Goals that need no configuration; those that install what they need, WHOLE_GOALS,
# are in tests/build.mk.
BARE_GOALS := help deps clean distclean
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

INSTALL := install
INSTALL_DATA := install -m 644
SHARE := $(DESTDIR)$(PREFIX)/share/virtuos

$(OBJ)/%.o: $(SRC)/%.c config-host.mak
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(PART_CFLAGS) -c -o $@ $<

-include $(wildcard $(OBJ)/*/*.d $(OBJ)/*/*/*.d)

# ---- parts ------------------------------------------------------------------

# The libraries are always built, and PARTS, those that configure has found
# everything for.  The others say what they lack when they are asked for: what is
# compiled for them comes after need-PART.
TOOLS := virtuosctl perfctr-xen

include $(wildcard $(SRC)/*/build.mk $(SRC)/*/*/build.mk)

.PHONY: lib tools
all: lib $(PARTS) modules
tools: $(or $(filter $(TOOLS),$(PARTS)),$(TOOLS))

NEEDS := $(addprefix need-,$(PARTS) $(LEFT_OUT))
.PHONY: $(NEEDS)
$(NEEDS): need-%:
	@$(if $(LACKS_$*),echo "make: configure has left out $*: $(LACKS_$*)" >&2; exit 1,:)

# For what wants all: it is installed, configured and built.
.PHONY: whole
whole:
	$(Q)$(MAKE) --no-print-directory deps
	$(if $(LEFT_OUT),$(Q)$(SRC)/configure $(CONFIG_ARGS))
	$(Q)$(MAKE) --no-print-directory $(NEEDS) && $(MAKE) --no-print-directory all

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
MODULE_DEST := $(DESTDIR)/usr/src/virtuos-$(VERSION)

.PHONY: install install-programs install-modules install-man
install: install-programs install-configs install-modules install-man

install-programs: $(addprefix install-,$(PARTS))
	$(if $(DESTDIR),,$(Q)[ "$$(id -u)" -ne 0 ] || ldconfig)

# Sources for DKMS, the patches that vsysback's kernel needs, and, after
# configure --kernel-dir, modules for that kernel.
install-modules: $(if $(KERNEL_DIR),modules-host)
	$(Q)cd $(SRC) && find include/virtuos perfctr-xen/include $(MODULE_SRC) \
		\( -name '*.[ch]' -o -name '*.def' -o -name Kbuild \) \
		-exec $(INSTALL_DATA) -D {} $(abspath $(MODULE_DEST))/{} \;
	$(Q)sed 's/@VERSION@/$(VERSION)/g' $(AUX)/dkms.conf.in > $(MODULE_DEST)/dkms.conf
	$(Q)$(INSTALL) -d $(SHARE)/guest-kernel-patches/config
	$(Q)$(INSTALL_DATA) $(SRC)/guest-kernel-patches/*.patch $(SRC)/guest-kernel-patches/series* \
		$(SRC)/guest-kernel-patches/README.md $(SHARE)/guest-kernel-patches/
	$(Q)$(INSTALL_DATA) $(SRC)/guest-kernel-patches/config/*.config $(SHARE)/guest-kernel-patches/config/
	$(Q)$(INSTALL) -d $(SHARE)/guest-kernel-patches/6.12
	$(Q)$(INSTALL_DATA) $(SRC)/guest-kernel-patches/6.12/* $(SHARE)/guest-kernel-patches/6.12/
ifneq ($(KERNEL_DIR),)
	$(Q)$(INSTALL) -d $(DESTDIR)/lib/modules/$(KERNEL_RELEASE)/extra
	$(Q)$(INSTALL_DATA) $(BUILD)/modules/host/*.ko $(DESTDIR)/lib/modules/$(KERNEL_RELEASE)/extra/
endif

install-man:
	$(Q)set -e; for page in $(filter-out %/lab.1 $(addprefix %/,$(addsuffix .1,$(LEFT_OUT)) \
			$(addsuffix .8,$(LEFT_OUT))),$(wildcard $(SRC)/docs/man/*.[1-8])); do \
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
#:   make          libraries, programs and modules, into build/; without the
#:                 programs that configure has left out for want of a library
#:   make lib      libvirtuos.so, the launcher virtuos, routes.conf; libperfctr
#:   make tools    virtuosctl and perfctr-xen; each is a goal, too
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
#:   make bench       measure;  bench-programs: whole programs, forwarded beside
#:                    local;  bench-counting: what counting costs, and finds
#:                    bench-counts: no times, but instructions, locked operations
#:                    and cache lines of a call, beside the baseline's
#:   make check-host  the tests that need no Xen;  check-lab: those that do;
#:                    check-house: texts, licences, man pages
#:                    check-debug: those that need Xen, on a kernel with KASAN,
#:                    lockdep, UBSAN and kmemleak (not part of check)
#:                    check-border: hostile programs and kernels, sandboxes,
#:                    limits: all of them (check has some)
#:                    check-kernels: modules and patches compile for the kernels
#:                    of Debian 12 and Debian 13
#:                    check-pmu: the emulated performance counters
#:                    check-perfctr: counters on stock Xen and on a patched one
#:                    check-papi: PAPI and its own tests, with its component
#:   XEN_KINDS        kinds of user domain that check-lab goes through, of
#:                    pvh pv dom0 debug (default: all but debug)
#:   FUZZ_SECONDS     how long each fuzz target runs (default: 5)
#:   tests/lab/lab    the lab by hand (see tests/lab/lab --help)
#:
#: V=1 shows commands.  Another directory: mkdir o; cd o; ../configure; make
