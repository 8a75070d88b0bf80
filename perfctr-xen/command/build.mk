# SPDX-License-Identifier: GPL-2.0-only
#
# perfctr-xen: the command.  It parses names of events with libperfctr's code,
# and the routing file with libvirtuos's.

PERFCTR_DIR := $(SRC)/perfctr-xen/command
PERFCTR_OBJ := $(call objects,$(wildcard $(PERFCTR_DIR)/*.c))
PERFCTR_ROUTES_OBJ := $(addprefix $(OBJ)/libvirtuos/,routes.o join.o remedy.o)

$(PERFCTR_OBJ): PART_CFLAGS = -I$(SRC)/dom0-tools -I$(LIBVIRTUOS_DIR) \
	$(JSON_CFLAGS) $(DW_CFLAGS)
$(PERFCTR_OBJ): | need-perfctr-xen

$(BUILD)/bin/perfctr-xen: $(PERFCTR_OBJ) $(BASE_OBJ) $(PERFCTR_ROUTES_OBJ) \
		$(OBJ)/perfctr-xen/libperfctr/event.o
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(JSON_LIBS) $(DW_LIBS) $(CURSES_LIBS) -lm

.PHONY: perfctr-xen install-perfctr-xen
perfctr-xen: $(BUILD)/bin/perfctr-xen

install-perfctr-xen: perfctr-xen
	$(Q)$(INSTALL) -D $(BUILD)/bin/perfctr-xen $(DESTDIR)$(PREFIX)/bin/perfctr-xen
