// SPDX-License-Identifier: GPL-2.0-only
/* Xenstore. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/say.h"
#include "base/text.h"
#include "store.h"

#define FORMAT_PATH(path, fmt)                 \
	do {                                   \
		va_list args_;                 \
                                               \
		va_start(args_, fmt);          \
		path_format(path, fmt, args_); \
		va_end(args_);                 \
	} while (0)

static void path_format(char *path, const char *fmt, va_list args)
{
	int len = vsnprintf(path, STORE_PATH_MAX, fmt, args);

	/* Only a name longer than domain names can be leads here. */
	if (len < 0 || len >= STORE_PATH_MAX) {
		say("a xenstore path is too long: %s", path);
		exit(COMMAND_FAILED);
	}
}

char *store_read(struct ctl *ctl, xs_transaction_t t, const char *fmt, ...)
{
	char path[STORE_PATH_MAX];
	unsigned int len;
	char *value;

	FORMAT_PATH(path, fmt);
	value = xs_read(ctl->xs, t, path, &len);
	/* A zero byte would hide the rest from us, not from others. */
	if (value && strlen(value) != len) {
		free(value);
		return NULL;
	}
	return text_clean(value);
}

long store_number(const char *text)
{
	char *end;
	long number;

	if (!text || *text < '0' || *text > '9')
		return -1;
	errno = 0;
	number = strtol(text, &end, 10);
	return *end || errno ? -1 : number;
}

long store_read_number(struct ctl *ctl, xs_transaction_t t, long missing,
		       const char *fmt, ...)
{
	char path[STORE_PATH_MAX];
	char *value;
	long number;

	FORMAT_PATH(path, fmt);
	value = store_read(ctl, t, "%s", path);
	number = store_number(value);
	free(value);
	return number < 0 ? missing : number;
}

bool store_exists(struct ctl *ctl, xs_transaction_t t, const char *fmt, ...)
{
	char path[STORE_PATH_MAX];
	unsigned int len;
	char *value;

	FORMAT_PATH(path, fmt);
	value = xs_read(ctl->xs, t, path, &len);
	free(value);
	return value;
}

char **store_list(struct ctl *ctl, xs_transaction_t t, unsigned int *count,
		  const char *fmt, ...)
{
	char path[STORE_PATH_MAX];
	char **names;

	FORMAT_PATH(path, fmt);
	names = xs_directory(ctl->xs, t, path, count);
	if (!names)
		*count = 0;
	return names;
}

bool store_write(struct ctl *ctl, xs_transaction_t t, const char *value,
		 const char *fmt, ...)
{
	char path[STORE_PATH_MAX];

	FORMAT_PATH(path, fmt);
	return xs_write(ctl->xs, t, path, value, strlen(value));
}

bool store_write_number(struct ctl *ctl, xs_transaction_t t, long value,
			const char *fmt, ...)
{
	char path[STORE_PATH_MAX];
	char text[24];

	FORMAT_PATH(path, fmt);
	snprintf(text, sizeof(text), "%ld", value);
	return store_write(ctl, t, text, "%s", path);
}

bool store_remove(struct ctl *ctl, xs_transaction_t t, const char *fmt, ...)
{
	char path[STORE_PATH_MAX];

	FORMAT_PATH(path, fmt);
	return xs_rm(ctl->xs, t, path);
}

bool store_make(struct ctl *ctl, xs_transaction_t t, unsigned int owner,
		unsigned int reader, const char *path)
{
	/* The first entry is the owner, and what everybody else may do. */
	struct xs_permissions perms[2] = {
		{ .id = owner, .perms = XS_PERM_NONE },
		{ .id = reader, .perms = XS_PERM_READ },
	};

	return xs_mkdir(ctl->xs, t, path) &&
	       xs_set_permissions(ctl->xs, t, path, perms, 2);
}

bool store_transact(struct ctl *ctl, store_step *step, void *arg)
{
	int tries, error;

	for (tries = 0; tries < 100; tries++) {
		xs_transaction_t t = xs_transaction_start(ctl->xs);

		if (t == XBT_NULL)
			return false;
		if (!step(ctl, t, arg)) {
			error = errno;
			xs_transaction_end(ctl->xs, t, true);
			errno = error;
			if (error != EAGAIN)
				return false;
			continue;
		}
		if (xs_transaction_end(ctl->xs, t, false))
			return true;
		if (errno != EAGAIN)
			return false;
	}
	return false;
}

static bool store_prune_step(struct ctl *ctl, xs_transaction_t t, void *arg)
{
	unsigned int count;
	char **names = xs_directory(ctl->xs, t, arg, &count);

	if (!names)
		return errno == ENOENT;
	free(names);
	return count || xs_rm(ctl->xs, t, arg);
}

bool store_prune(struct ctl *ctl, const char *fmt, ...)
{
	char path[STORE_PATH_MAX];

	FORMAT_PATH(path, fmt);
	return store_transact(ctl, store_prune_step, path);
}
