# SPDX-License-Identifier: GPL-2.0-only
#
# What counts (README.md), and what it counts: the library as it is installed, a
# program, and a service, of which ring and checks are compiled as a kernel is.

COUNTS := $(BUILD)/tests/counts
COUNTS_OBJ := $(addprefix $(OBJ)/tests/counts/,\
	count.o device.o lines.o steps.o symbols.o traced.o turns.o)
COUNTS_SERVICE_OBJ := $(OBJ)/tests/counts/service.o \
	$(OBJ)/service-domains/vsysback/check.o

$(COUNTS_SERVICE_OBJ): PART_CFLAGS = -I$(SRC) -fno-strict-aliasing -mno-sse \
	-mno-mmx -mno-avx

$(COUNTS)/count: $(COUNTS_OBJ)
$(COUNTS)/program: $(OBJ)/tests/counts/program.o
$(COUNTS)/service: $(COUNTS_SERVICE_OBJ)
# -z now: no call is the first, which the loader resolves.
$(addprefix $(COUNTS)/,count program service):
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -Wl,-z,now -o $@ $^

.PHONY: counts
counts: $(addprefix $(COUNTS)/,count program service) $(BUILD)/lib/libvirtuos.so
