/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of perfctr-xen have in common. */
#ifndef PERFCTR_COMMAND_H
#define PERFCTR_COMMAND_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Exit statuses besides those of the program that is run. */
enum command_exit {
	COMMAND_OK = 0,
	COMMAND_FAILED = 1,
	COMMAND_USAGE = 2,
};

/* say.c: "perfctr-xen: …" on standard error. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, and the exit status that goes with it. */
int say_exit(enum command_exit status, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Memory that is there, or the program is not. */
void *xalloc(void *old, size_t size);
/* Room for one more of the elements of an array. */
void *xgrow(void *array, size_t nr, size_t size);
char *xvprintf(const char *fmt, va_list args);
char *xprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
double now_seconds(void);

/*
 * text.c: control characters and what is no UTF-8 become question marks.  Names of
 * threads are anybody's, and cut by the kernel where they are too long.  Names in
 * recordings are cleaned by intern().
 */
void text_clean(char *text);

/* The commands: each gets what follows its name, from argv[1] on. */
int cmd_list(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_top(int argc, char **argv);

#endif /* PERFCTR_COMMAND_H */
