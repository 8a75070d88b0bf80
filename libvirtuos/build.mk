# SPDX-License-Identifier: MIT
# The launcher reads the routing file with the library's own code, and says what
# is wrong in the library's words.
LAUNCHER_SRC += $(LIBVIRTUOS_DIR)/join.c $(LIBVIRTUOS_DIR)/remedy.c
