/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Xenstore.  Paths are given printf-like.  Whatever other domains wrote is
 * read once, into memory of our own, and cleaned before anybody sees it
 * (text.h); a node that is gone reads as NULL or as the default, since domains
 * may vanish at any time.
 */
#ifndef VIRTUOSCTL_STORE_H
#define VIRTUOSCTL_STORE_H

#include "ctl.h"

#define STORE_PATH_MAX 512

/*
 * open.c: COMMAND_OK, or what keeps xenstore or the hypervisor from being reached.
 * It is to be closed in any case.
 */
int store_open(struct ctl *ctl);
void store_close(struct ctl *ctl);

/* To be freed; NULL: there is no such node. */
char *store_read(struct ctl *ctl, xs_transaction_t t, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
long store_read_number(struct ctl *ctl, xs_transaction_t t, long missing,
		       const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
bool store_exists(struct ctl *ctl, xs_transaction_t t, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The names below a node, to be freed at once; NULL and 0: none. */
char **store_list(struct ctl *ctl, xs_transaction_t t, unsigned int *count,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));

bool store_write(struct ctl *ctl, xs_transaction_t t, const char *value,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool store_write_number(struct ctl *ctl, xs_transaction_t t, long value,
			const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
bool store_remove(struct ctl *ctl, xs_transaction_t t, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A directory that one domain owns and another may read. */
bool store_make(struct ctl *ctl, xs_transaction_t t, unsigned int owner,
		unsigned int reader, const char *path);

/*
 * Do a step in one transaction, and again when another's writes came between.
 * A guest that keeps writing to nodes of the step can keep it from being done: so
 * what must be done touches only nodes of dom0's.  errno on failure.
 */
typedef bool store_step(struct ctl *ctl, xs_transaction_t t, void *arg);
bool store_transact(struct ctl *ctl, store_step *step, void *arg);
/* Remove a directory, unless there is something in it. */
bool store_prune(struct ctl *ctl, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The decimal number that all of text is, or -1. */
long store_number(const char *text);

#endif /* VIRTUOSCTL_STORE_H */
