// SPDX-License-Identifier: MIT
/* Joining paths, lexically; the launcher needs it as well. */
#include <string.h>

#include "core.h"

/* Append the components of path to out, which holds len bytes ("" is "/"). */
static long append(char *out, size_t size, size_t len, const char *path)
{
	const char *end;
	size_t n;

	for (; *path; path = end) {
		while (*path == '/')
			path++;
		for (end = path; *end && *end != '/'; end++)
			;
		n = end - path;
		if (!n || (n == 1 && path[0] == '.'))
			continue;
		if (n == 2 && path[0] == '.' && path[1] == '.') {
			while (len && out[--len] != '/')
				;
			continue;
		}
		if (len + 1 + n + 1 > size)
			return -ENAMETOOLONG;
		out[len++] = '/';
		memcpy(out + len, path, n);
		len += n;
	}
	out[len] = 0;
	return len;
}

long virtuos_path_join(char *out, size_t size, const char *dir,
		       const char *path)
{
	long len = 0;

	if (*path != '/') {
		len = append(out, size, 0, dir);
		if (len < 0)
			return len;
	}
	len = append(out, size, len, path);
	if (!len && size > 1) {
		strcpy(out, "/");
		len = 1;
	}
	return len;
}
