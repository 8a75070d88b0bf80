# SPDX-License-Identifier: MIT
# The launcher reads the routing file with the library's own code.
LAUNCHER_SRC += $(LIBVIRTUOS_DIR)/join.c
