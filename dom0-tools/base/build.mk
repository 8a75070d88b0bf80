# SPDX-License-Identifier: GPL-2.0-only
#
# What virtuosctl and perfctr-xen have in common.

BASE_OBJ := $(call objects,$(wildcard $(SRC)/dom0-tools/base/*.c))

$(BASE_OBJ): PART_CFLAGS = -I$(SRC)/dom0-tools $(CURSES_CFLAGS)
