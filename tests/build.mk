# SPDX-License-Identifier: GPL-2.0-only
#
# Tests, demonstration and measurements.

# A tier is a program that gets SRC, BUILD and CC in its environment and writes
# its verdicts, as TAP, to $(BUILD)/results/TIER.tap.
TIER = BUILD=$(BUILD) VIRTUOS_BUILD=$(BUILD) SRC=$(SRC) CC='$(CC)'

WHOLE_GOALS := demo check check-host check-lab check-debug check-border check-pmu \
	check-perfctr check-papi check-kernels bench bench-counting shell
.PHONY: $(WHOLE_GOALS) check-house

check: whole
	$(Q)rm -rf $(BUILD)/results
	$(Q)status=0; \
	$(MAKE) --no-print-directory check-house || status=1; \
	$(MAKE) --no-print-directory check-host || status=1; \
	$(MAKE) --no-print-directory check-lab || status=1; \
	$(SRC)/tests/summary $(BUILD)/results || status=1; \
	exit $$status

check-house:
	$(Q)$(TIER) $(AUX)/house

check-host: $(BUILD)/bin/calls-doc counts
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)status=0; \
	$(TIER) $(SRC)/tests/host/run || status=1; \
	$(TIER) $(SRC)/tests/counts/run || status=1; \
	$(TIER) FUZZ_SECONDS=$${FUZZ_SECONDS:-5} $(SRC)/tests/fuzz/run || status=1; \
	exit $$status

check-lab: whole
	$(if $(filter debug,$(XEN_KINDS)),$(Q)$(MAKE) --no-print-directory modules-debug)
	$(Q)$(TIER) $(SRC)/tests/xen/run

# Not part of check: its kernel takes a quarter of an hour to build the first time.
check-debug:
	$(Q)$(MAKE) --no-print-directory check-lab XEN_KINDS=debug

# Not part of check, which has some of it: all takes half an hour.
check-border: whole
	$(Q)$(TIER) $(SRC)/tests/xen/run --border --user pvh

# Not part of check: what it compiles in takes minutes to make the first time.
check-kernels:
	$(Q)$(MAKE) --no-print-directory deps
	$(Q)$(TIER) $(SRC)/tests/kernels/run

# Not part of check: it builds a QEMU, which takes minutes the first time.
check-pmu:
	$(Q)$(TIER) $(SRC)/tests/lab/qemu-pmu/check

# On a machine with counters, of which QEMU is built first if need be.
check-perfctr: whole
	$(Q)$(TIER) $(SRC)/perfctr-xen/tests/run

# Not part of check: PAPI is built, and its own tests take nearly half an hour.
check-papi: whole
	$(Q)$(TIER) $(SRC)/perfctr-xen/papi/check

demo: whole
	$(Q)$(TIER) $(SRC)/tests/lab/demo

bench: whole
	$(Q)$(TIER) $(SRC)/tests/bench/run

# Whole programs, forwarded beside local.
.PHONY: bench-programs
bench-programs: whole
	$(Q)$(TIER) $(SRC)/tests/bench/programs

# No times: what a call costs in instructions, and what the baseline says of it.
.PHONY: bench-counts
bench-counts: counts
	$(Q)$(TIER) $(SRC)/tests/counts/run --table

# On a machine with counters, like check-perfctr.
bench-counting: whole
	$(Q)$(TIER) $(SRC)/tests/bench/counting

shell: whole
	$(Q)$(TIER) $(SRC)/tests/lab/lab status > /dev/null 2>&1 || \
		$(TIER) $(SRC)/tests/lab/lab up
	$(Q)$(TIER) $(SRC)/tests/lab/lab shell
