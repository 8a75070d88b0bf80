/* SPDX-License-Identifier: MIT */
/*
 * What the hooks share.  A hook has libc's name and prototype; it finds out
 * whether its descriptor or path is remote, and forwards the call or leaves it
 * to libc (when it is a cancellation point, or does more than a system call)
 * or to the kernel.
 *
 * Included first: the headers of a fortified or large-file build would rename
 * the functions that are defined here.
 */
#ifndef VIRTUOS_HOOK_H
#define VIRTUOS_HOOK_H

#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS
#include <features.h>
/* A hook gets what the program passes, NULL included, and must look. */
#undef __nonnull
#define __nonnull(params)

#include "../virtuos.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/uio.h>

/*
 * Another name of a function: a 64-bit twin (same types on x86-64), or one of
 * the names with underscores that libc exports.
 */
#define HOOK_ALIAS(name, of) \
	__asm__(".globl " #name "\n.set " #name ", " #of)

/* libc's function, resolved if no constructor has done so yet. */
#define LIBC(name) \
	({ \
		if (__builtin_expect(!virtuos_libc.name, 0)) \
			virtuos_init(); \
		virtuos_libc.name; \
	})

/* libc's function, or, before anything is resolved, the system call. */
#define LOCAL(name, args, raw) \
	(__builtin_expect(virtuos_libc.name != NULL, 1) ? \
		 virtuos_libc.name args : virtuos_return(raw))

/* libc's way to end a program that overruns a buffer (bits/…2.h). */
void __chk_fail(void) __attribute__((noreturn));

/*
 * A call in the order of the system call's arguments, remote or not; the
 * result is the kernel's.
 *
 * FD_CALL	the first argument is a descriptor.  What its service does not
 *		serve (a socket call on a file) is asked of the placeholder,
 *		which answers as Linux does for a file of its type.
 * AT_CALL	the first two are a directory and a path
 * PATH_CALL	the first is a path
 */
long hook_fd(uint32_t nr, const uint64_t args[6]);
long hook_at(uint32_t nr, const uint64_t args[6]);
long hook_path(uint32_t nr, const uint64_t args[6]);

#define FD_CALL(name, ...) hook_fd(VSYS_NR_##name, VIRTUOS_ARGS(__VA_ARGS__))
#define AT_CALL(name, ...) hook_at(VSYS_NR_##name, VIRTUOS_ARGS(__VA_ARGS__))
#define PATH_CALL(name, ...) \
	hook_path(VSYS_NR_##name, VIRTUOS_ARGS(__VA_ARGS__))
#define PTR(p) VIRTUOS_PTR(p)

/* The same for a descriptor that is known to be remote. */
long hook_remote(const struct virtuos_remote *remote, int fd, uint32_t nr,
		 const uint64_t args[6]);
#define REMOTE_CALL(remote, fd, name, ...) \
	hook_remote(remote, fd, VSYS_NR_##name, VIRTUOS_ARGS(__VA_ARGS__))

/* Largest buffer that crosses in one piece, beside an address or a header. */
#define HOOK_PIECE VSYS_RW_MAX
#define HOOK_PIECE_MSG (VSYS_RW_MAX - 8192)

/* Linux reads and writes no more at once. */
#define HOOK_RW_MAX ((size_t)0x7ffff000)

/* The service is given up, and has not been asked: the call is to be made here. */
static inline bool hook_local(int service, long ret)
{
	return __builtin_expect(ret == -ENOSYS, 0) && virtuos_given_up(service);
}

/* A write failed: EPIPE comes with a SIGPIPE.  Returns ret. */
long hook_sigpipe(long ret);

/*
 * Is the path remote?  If not, *path becomes what to use locally, which may
 * stand in the buffer.
 */
bool hook_path_remote(int dirfd, const char **path, struct virtuos_path *to);
/* Note in the log that a call with a remote path is not forwarded; -ENOSYS. */
long hook_unserved(const char *call, const char *path);

/* ---- pieces.c, open.c, stat.c ------------------------------------------ */

/*
 * read, write, pread64 or pwrite64 on a remote descriptor, in as many pieces
 * as it needs; the first two leave the offset alone.
 */
long hook_pieces(const struct virtuos_remote *remote, int fd, uint32_t nr,
		 const void *buf, size_t n, off_t offset);
/* After a full piece: does the call go on with the next? */
bool hook_goes_on(const struct virtuos_remote *remote, uint32_t nr);

/* openat() as a hook returns it, errno set. */
int hook_openat(int dirfd, const char *path, int flags, mode_t mode);
/* Does open() take a mode with these flags? */
static inline bool hook_open_mode(int flags)
{
	return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

struct stat;
long hook_stat(int dirfd, const char *path, struct stat *st, int flags);

/* ---- credentials.c ----------------------------------------------------- */

/*
 * A system call by number that changes the calling thread's credentials, and no
 * other's as libc would; false: it is none.
 */
bool hook_credentials(long nr, const long a[6], long *ret);

/* ---- sandbox.c --------------------------------------------------------- */

/* A system call by number that confines the process; false: it is none. */
bool hook_sandbox(long nr, const long a[6], long *ret);

/* ---- buffer.c ---------------------------------------------------------- */

#define HOOK_BUFFER VSYS_RW_MAX

/*
 * Memory of HOOK_BUFFER bytes for the length of a call, without malloc().
 * NULL: there is none.
 */
void *hook_buffer_get(void);
void hook_buffer_put(void *buffer);

/* ---- names that only old headers, or fortified ones, declare ----------- */

struct stat64;
ssize_t __read_chk(int fd, void *buf, size_t n, size_t size);
ssize_t __pread_chk(int fd, void *buf, size_t n, off_t offset, size_t size);
ssize_t __recv_chk(int fd, void *buf, size_t n, size_t size, int flags);
ssize_t __recvfrom_chk(int fd, void *buf, size_t n, size_t size, int flags,
		       struct sockaddr *addr, socklen_t *len);
ssize_t __readlink_chk(const char *path, char *buf, size_t n, size_t size);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *buf, size_t n,
			 size_t size);
char *__getcwd_chk(char *buf, size_t n, size_t size);
char *__getwd_chk(char *buf, size_t size);
char *__realpath_chk(const char *path, char *out, size_t size);
int __open_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __xstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st);
int __fxstat(int version, int fd, struct stat *st);
int __fxstatat(int version, int dirfd, const char *path, struct stat *st,
	       int flags);
int __xmknod(int version, const char *path, mode_t mode, dev_t *dev);
int __xmknodat(int version, int dirfd, const char *path, mode_t mode,
	       dev_t *dev);

#endif /* VIRTUOS_HOOK_H */
