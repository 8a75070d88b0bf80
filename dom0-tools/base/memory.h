/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that is there, or the program is not. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

void *xalloc(void *old, size_t size);
/* Room for one more of the elements of an array that has nr of them. */
void *xgrow(void *array, size_t nr, size_t size);
char *xvprintf(const char *fmt, va_list args);
char *xprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* BASE_MEMORY_H */
