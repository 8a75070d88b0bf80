// SPDX-License-Identifier: MIT
/* Extended attributes. */
#include "hook.h"

#include <sys/xattr.h>

VIRTUOS_HOOK int setxattr(const char *path, const char *name,
			  const void *value, size_t size, int flags)
{
	return virtuos_return(PATH_CALL(setxattr, PTR(path), PTR(name),
					PTR(value), size, flags));
}

VIRTUOS_HOOK int lsetxattr(const char *path, const char *name,
			   const void *value, size_t size, int flags)
{
	return virtuos_return(PATH_CALL(lsetxattr, PTR(path), PTR(name),
					PTR(value), size, flags));
}

VIRTUOS_HOOK int fsetxattr(int fd, const char *name, const void *value,
			   size_t size, int flags)
{
	return virtuos_return(FD_CALL(fsetxattr, fd, PTR(name), PTR(value),
				      size, flags));
}

VIRTUOS_HOOK ssize_t getxattr(const char *path, const char *name, void *value,
			      size_t size)
{
	return virtuos_return(PATH_CALL(getxattr, PTR(path), PTR(name),
					PTR(value), size));
}

VIRTUOS_HOOK ssize_t lgetxattr(const char *path, const char *name, void *value,
			       size_t size)
{
	return virtuos_return(PATH_CALL(lgetxattr, PTR(path), PTR(name),
					PTR(value), size));
}

VIRTUOS_HOOK ssize_t fgetxattr(int fd, const char *name, void *value,
			       size_t size)
{
	return virtuos_return(FD_CALL(fgetxattr, fd, PTR(name), PTR(value),
				      size));
}

VIRTUOS_HOOK ssize_t listxattr(const char *path, char *list, size_t size)
{
	return virtuos_return(PATH_CALL(listxattr, PTR(path), PTR(list),
					size));
}

VIRTUOS_HOOK ssize_t llistxattr(const char *path, char *list, size_t size)
{
	return virtuos_return(PATH_CALL(llistxattr, PTR(path), PTR(list),
					size));
}

VIRTUOS_HOOK ssize_t flistxattr(int fd, char *list, size_t size)
{
	return virtuos_return(FD_CALL(flistxattr, fd, PTR(list), size));
}

VIRTUOS_HOOK int removexattr(const char *path, const char *name)
{
	return virtuos_return(PATH_CALL(removexattr, PTR(path), PTR(name)));
}

VIRTUOS_HOOK int lremovexattr(const char *path, const char *name)
{
	return virtuos_return(PATH_CALL(lremovexattr, PTR(path), PTR(name)));
}

VIRTUOS_HOOK int fremovexattr(int fd, const char *name)
{
	return virtuos_return(FD_CALL(fremovexattr, fd, PTR(name)));
}
