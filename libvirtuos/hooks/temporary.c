// SPDX-License-Identifier: MIT
/* mkstemp, mkdtemp and their kin on remote templates. */
#include "hook.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define LETTERS 6
#define TRIES (62 * 62 * 62)

/* Where the six X stand, before a suffix of that length; NULL: nowhere. */
static char *place(char *template, int suffix)
{
	size_t n = strlen(template);
	char *x;

	if (suffix < 0 || n < LETTERS + (size_t)suffix)
		return NULL;
	x = template + n - suffix - LETTERS;
	return memcmp(x, "XXXXXX", LETTERS) ? NULL : x;
}

static void temporary_fill(char *x)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	uint64_t value = 0;
	int i;

	if (sys3(SYS_getrandom, &value, sizeof(value), GRND_NONBLOCK) < 0)
		value = __builtin_ia32_rdtsc() * 0x9e3779b97f4a7c15;
	for (i = 0; i < LETTERS; i++) {
		x[i] = letters[value % 62];
		value /= 62;
	}
}

/* A new file, or with directory set a new directory, of an unused name. */
static int make(char *template, int suffix, int flags, bool directory)
{
	char *x = place(template, suffix);
	int ret, tries, err = errno;

	if (!x)
		return virtuos_return(-EINVAL);
	for (tries = 0; tries < TRIES; tries++) {
		temporary_fill(x);
		ret = directory ? mkdir(template, 0700) :
				  hook_openat(AT_FDCWD, template,
					      (flags & ~O_ACCMODE) | O_RDWR |
						      O_CREAT | O_EXCL, 0600);
		if (ret >= 0) {
			errno = err;
			return ret;
		}
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

/* A template that is remote, or that only our openat can find. */
static bool routed(const char *template)
{
	const char *path = template;
	struct virtuos_path to;

	return hook_path_remote(AT_FDCWD, &path, &to) || path != template;
}

VIRTUOS_HOOK int mkostemps(char *template, int suffix, int flags)
{
	if (!routed(template))
		return LIBC(mkostemps)(template, suffix, flags);
	return make(template, suffix, flags, false);
}
HOOK_ALIAS(mkostemps64, mkostemps);

VIRTUOS_HOOK int mkstemps(char *template, int suffix)
{
	return mkostemps(template, suffix, 0);
}
HOOK_ALIAS(mkstemps64, mkstemps);

VIRTUOS_HOOK int mkostemp(char *template, int flags)
{
	return mkostemps(template, 0, flags);
}
HOOK_ALIAS(mkostemp64, mkostemp);

VIRTUOS_HOOK int mkstemp(char *template)
{
	return mkostemps(template, 0, 0);
}
HOOK_ALIAS(mkstemp64, mkstemp);

VIRTUOS_HOOK char *mkdtemp(char *template)
{
	if (!routed(template))
		return LIBC(mkdtemp)(template);
	return make(template, 0, 0, true) < 0 ? NULL : template;
}
