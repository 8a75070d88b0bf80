# SPDX-License-Identifier: GPL-2.0-only
#
# virtuosctl, installed with the example configurations of domains.

CTL_DIR := $(SRC)/dom0-tools/virtuosctl
CTL_OBJ := $(call objects,$(wildcard $(CTL_DIR)/*.c))

$(CTL_OBJ): PART_CFLAGS = -I$(CTL_DIR) -I$(SRC)/dom0-tools \
	$(XEN_CFLAGS) $(JSON_CFLAGS)
$(CTL_OBJ): | need-virtuosctl

$(BUILD)/sbin/virtuosctl: $(CTL_OBJ) $(BASE_OBJ)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(XEN_LIBS) $(JSON_LIBS) $(CURSES_LIBS)

.PHONY: virtuosctl install-virtuosctl
virtuosctl: $(BUILD)/sbin/virtuosctl

install-virtuosctl: virtuosctl
	$(Q)$(INSTALL) -D $(BUILD)/sbin/virtuosctl $(DESTDIR)$(PREFIX)/sbin/virtuosctl
	$(Q)$(INSTALL) -d $(SHARE)/xl
	$(Q)$(INSTALL_DATA) $(SRC)/dom0-tools/xl/*.cfg $(SHARE)/xl/
