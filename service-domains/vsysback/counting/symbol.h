/* SPDX-License-Identifier: GPL-2.0-only */
/* Symbol: what a name this kernel has for an address of its own. */
#ifndef BACK_COUNTING_SYMBOL_H
#define BACK_COUNTING_SYMBOL_H

#include <virtuos/counters.h>

int back_symbol_find(struct vsys_symbol *symbol);

#endif /* BACK_COUNTING_SYMBOL_H */
