# SPDX-License-Identifier: MIT
#
# libperfctr.so, for programs; the command and the tests take what they need of
# its sources.  It parses the routing file with libvirtuos's code.

LIBPERFCTR_DIR := $(SRC)/perfctr-xen/libperfctr
LIBPERFCTR_SO := libperfctr.so.0
LIBPERFCTR_OBJ := $(call objects,$(wildcard $(LIBPERFCTR_DIR)/*.c))
LIBPERFCTR_HEADERS := $(addprefix $(LIBPERFCTR_DIR)/,perfctr.h perfctr-remote.h)

$(LIBPERFCTR_OBJ): PART_CFLAGS = -fPIC -fvisibility=hidden \
	-I$(SRC)/perfctr-xen/include

$(BUILD)/lib/$(LIBPERFCTR_SO): $(LIBPERFCTR_OBJ) $(addprefix $(OBJ)/libvirtuos/,routes.o join.o)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -shared -Wl,-soname,$(LIBPERFCTR_SO) -Wl,-z,defs -o $@ $^ -lpthread

$(BUILD)/lib/libperfctr.so: $(BUILD)/lib/$(LIBPERFCTR_SO)
	$(Q)ln -sf $(LIBPERFCTR_SO) $@

$(BUILD)/lib/libperfctr.pc: $(LIBPERFCTR_DIR)/libperfctr.pc.in config-host.mak
	@mkdir -p $(@D)
	$(Q)sed 's,@PREFIX@,$(PREFIX),; s,@VERSION@,$(VERSION),' $< > $@

lib: $(BUILD)/lib/libperfctr.so $(BUILD)/lib/libperfctr.pc

.PHONY: install-libperfctr
install-programs: install-libperfctr
install-libperfctr: $(BUILD)/lib/libperfctr.so $(BUILD)/lib/libperfctr.pc
	$(Q)$(INSTALL_DATA) -D $(BUILD)/lib/$(LIBPERFCTR_SO) $(DESTDIR)$(PREFIX)/lib/$(LIBPERFCTR_SO)
	$(Q)ln -sf $(LIBPERFCTR_SO) $(DESTDIR)$(PREFIX)/lib/libperfctr.so
	$(Q)$(INSTALL_DATA) -D $(BUILD)/lib/libperfctr.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/libperfctr.pc
	$(Q)$(INSTALL) -d $(DESTDIR)$(PREFIX)/include
	$(Q)$(INSTALL_DATA) $(LIBPERFCTR_HEADERS) $(DESTDIR)$(PREFIX)/include/
