# SPDX-License-Identifier: GPL-2.0-only
#
# vsysd, static, for a service domain has no libraries; it is installed with what
# else their images are made of.

VSYSD_DIR := $(SRC)/service-domains/vsysd
VSYSD_OBJ := $(call objects,$(wildcard $(VSYSD_DIR)/*.c))

$(VSYSD_OBJ): PART_CFLAGS = -I$(VSYSD_DIR)
$(VSYSD_OBJ): | need-vsysd

$(BUILD)/sbin/vsysd: $(VSYSD_OBJ)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -static -o $@ $^ -lpthread

.PHONY: vsysd install-vsysd
vsysd: $(BUILD)/sbin/vsysd

install-vsysd: DEST = $(DESTDIR)$(PREFIX)/lib/virtuos/service-domains
install-vsysd: vsysd
	$(Q)$(INSTALL) -D $(BUILD)/sbin/vsysd $(DEST)/vsysd
	$(Q)$(INSTALL_DATA) $(SRC)/service-domains/service-domain.sh $(DEST)/
	$(Q)set -e; for name in network storage; do \
		$(INSTALL) -D $(SRC)/service-domains/$$name/init $(DEST)/$$name/init; \
	done
