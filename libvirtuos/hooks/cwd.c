// SPDX-License-Identifier: MIT
/* The working directory: chdir, getcwd; what it is stands in ../cwd.c. */
#include "hook.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool cwd_remote(void)
{
	const char *path;

	return virtuos_active && virtuos_cwd_service(&path) >= 0;
}

VIRTUOS_HOOK int chdir(const char *path)
{
	if (!virtuos_active)
		return virtuos_return(sys1(SYS_chdir, path));
	return virtuos_return(virtuos_cwd_chdir(path));
}

VIRTUOS_HOOK int fchdir(int fd)
{
	if (!virtuos_active)
		return virtuos_return(sys1(SYS_fchdir, fd));
	return virtuos_return(virtuos_cwd_fchdir(fd));
}

/* With NULL libc allocates: size bytes, or as many as it takes. */
static char *allocate(size_t size)
{
	char path[PATH_MAX], *out;
	long n = virtuos_cwd_get(path, sizeof(path));

	if (n >= 0 && size && (size_t)n > size)
		n = -ERANGE;
	if (n < 0) {
		errno = -n;
		return NULL;
	}
	out = malloc(size ? size : (size_t)n);
	return out ? memcpy(out, path, n) : NULL;
}

VIRTUOS_HOOK char *getcwd(char *buf, size_t size)
{
	long n;

	if (!cwd_remote())
		return LIBC(getcwd)(buf, size);
	if (!buf)
		return allocate(size);
	n = size ? virtuos_cwd_get(buf, size) : -EINVAL;
	if (n < 0) {
		errno = -n;
		return NULL;
	}
	return buf;
}

VIRTUOS_HOOK char *__getcwd_chk(char *buf, size_t n, size_t size)
{
	if (n > size)
		__chk_fail();
	return getcwd(buf, n);
}

VIRTUOS_HOOK char *get_current_dir_name(void)
{
	if (!cwd_remote())
		return LIBC(get_current_dir_name)();
	return allocate(0);
}

/* The error is a message in the caller's buffer. */
static char *get_wd(char *buf)
{
	char path[PATH_MAX];

	if (!buf) {
		errno = EINVAL;
		return NULL;
	}
	if (!getcwd(path, sizeof(path))) {
		strerror_r(errno, buf, PATH_MAX);
		return NULL;
	}
	return strcpy(buf, path);
}

VIRTUOS_HOOK char *getwd(char *buf)
{
	return get_wd(buf);
}

VIRTUOS_HOOK char *__getwd_chk(char *buf, size_t size)
{
	char path[PATH_MAX];

	if (size < PATH_MAX && getcwd(path, sizeof(path)) &&
	    strlen(path) >= size)
		__chk_fail();
	return get_wd(buf);
}
