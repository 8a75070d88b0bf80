/* SPDX-License-Identifier: GPL-2.0-only */
/* Flame graph: a picture of stacks, as SVG that needs nothing else. */
#ifndef PERFCTR_FLAME_H
#define PERFCTR_FLAME_H

#include <stdio.h>
#include "stacks.h"

void flame_draw(const struct stack *root, const char *title, FILE *out);

#endif /* PERFCTR_FLAME_H */
