/* SPDX-License-Identifier: GPL-2.0-only */
/* Symbol: what a name this kernel has for an address of its own. */
#ifndef VSYSBACK_COUNTING_SYMBOL_H
#define VSYSBACK_COUNTING_SYMBOL_H

#include <virtuos/counters.h>

int vsysback_symbol_find(struct vsys_symbol *symbol);

#endif /* VSYSBACK_COUNTING_SYMBOL_H */
