# SPDX-License-Identifier: MIT
#
# libvirtuos.so, the launcher virtuos, and the routing file.  The launcher reads
# that with the library's own code, and says what is wrong in the library's words.

LIBVIRTUOS_DIR := $(SRC)/libvirtuos
LAUNCHER_OBJ := $(addprefix $(OBJ)/libvirtuos/,virtuos.o routes.o join.o remedy.o)
LIBVIRTUOS_OBJ := $(call objects,$(filter-out %/virtuos.c,\
	$(wildcard $(LIBVIRTUOS_DIR)/*.c $(LIBVIRTUOS_DIR)/hooks/*.c)))

$(LIBVIRTUOS_OBJ) $(LAUNCHER_OBJ): PART_CFLAGS = -fPIC -fvisibility=hidden \
	-I$(LIBVIRTUOS_DIR)

$(BUILD)/lib/libvirtuos.so: $(LIBVIRTUOS_OBJ)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -shared -Wl,-soname,libvirtuos.so -Wl,-z,now -Wl,-z,defs \
		-o $@ $^ -lpthread -ldl

$(BUILD)/bin/virtuos: $(LAUNCHER_OBJ)
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $^

$(BUILD)/etc/virtuos/routes.conf: $(LIBVIRTUOS_DIR)/routes.conf
	@mkdir -p $(@D)
	$(Q)cp $< $@

.PHONY: libvirtuos install-libvirtuos install-configs
libvirtuos: $(BUILD)/lib/libvirtuos.so $(BUILD)/bin/virtuos $(BUILD)/etc/virtuos/routes.conf
lib: libvirtuos

# The library lies where the loader looks: LD_PRELOAD=libvirtuos.so finds it.
install-programs: install-libvirtuos
install-libvirtuos: libvirtuos
	$(Q)$(INSTALL) -D $(BUILD)/bin/virtuos $(DESTDIR)$(PREFIX)/bin/virtuos
	$(Q)$(INSTALL_DATA) -D $(BUILD)/lib/libvirtuos.so $(DESTDIR)$(PREFIX)/lib/libvirtuos.so

# A routing file that somebody has edited stays.
install-configs: libvirtuos
	$(Q)$(INSTALL) -d $(DESTDIR)$(SYSCONFDIR)/virtuos
	$(Q)conf=$(DESTDIR)$(SYSCONFDIR)/virtuos/routes.conf; \
	if [ -e "$$conf" ] && ! cmp -s $(BUILD)/etc/virtuos/routes.conf "$$conf"; then \
		echo "install: $$conf kept, ours is $$conf.new"; conf=$$conf.new; \
	fi; \
	$(INSTALL_DATA) $(BUILD)/etc/virtuos/routes.conf "$$conf"
