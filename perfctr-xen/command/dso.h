/* SPDX-License-Identifier: GPL-2.0-only */
/* Dso: a program or library, and the symbols in it. */
#ifndef PERFCTR_DSO_H
#define PERFCTR_DSO_H

#include <stdint.h>

/* Found, or read for the first time. */
struct dso *dso_get(const char *path);
/* Its name without the folders. */
const char *dso_name(const struct dso *dso);
/*
 * The symbol at an offset in the file; NULL: none.  Valid for as long as the
 * program runs.
 */
const char *dso_symbol(struct dso *dso, uint64_t file_offset, uint64_t *offset);

#endif /* PERFCTR_DSO_H */
