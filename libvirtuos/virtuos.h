/* SPDX-License-Identifier: MIT */
/*
 * libvirtuos's inside.  A hook (hooks/) decides by descriptor (table.c) or by
 * path (path.c) whether a call is local; a local call is libc's own, a
 * remote one goes through virtuos_call() (call.c).
 *
 * Everything here returns what the kernel returns: a result, or -errno.  Only
 * hooks set errno, by virtuos_return().  Nothing here allocates by malloc(),
 * and everything but opening a channel is async-signal-safe.
 */
#ifndef VIRTUOS_H
#define VIRTUOS_H

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <virtuos/calls.h>
#include <virtuos/front.h>
#include <virtuos/ring.h>

#include "sys.h"

/* Exported hooks carry this; everything else is hidden. */
#define VIRTUOS_HOOK __attribute__((visibility("default")))

/* ---- init.c ------------------------------------------------------------ */

/*
 * False until the constructor has run, for a process without /dev/vsys, or
 * with no valid routes: every hook is then the raw system call.
 */
extern bool virtuos_active;
/* It has run, and found everything; a sandbox ends only the other. */
extern bool virtuos_started;
/* Counts the forks behind this process: another one in a child. */
extern uint32_t virtuos_epoch;

/* The next definition of a libc function, resolved at start-up (init.c). */
struct virtuos_libc {
#define VIRTUOS_LIBC(ret, name, args) ret (*name) args;
#include "libc.def"
#undef VIRTUOS_LIBC
};
extern struct virtuos_libc virtuos_libc;
/* Resolves on first use when a hook runs before the constructor. */
void virtuos_init(void);
/* In a forked child, before anything else. */
void virtuos_fork_child(void);

/* ---- log.c ------------------------------------------------------------- */

/*
 * A line to $VIRTUOS_LOG (a file, or "stderr"); nothing without it.  printf's
 * %s, %d, %u, %x and %l forms of these only.
 */
void virtuos_log(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* ---- routes.c ---------------------------------------------------------- */

#define VIRTUOS_SERVICES_MAX 8
#define VIRTUOS_ROUTES_MAX   32

struct virtuos_routes {
	unsigned int nr_services;
	char services[VIRTUOS_SERVICES_MAX][VSYS_SERVICE_NAME_MAX];
	uint32_t slots;			/* of a channel; 0: default */
	int inet, inet6;		/* service of the family, or -1 */
	unsigned int nr_paths;
	struct {
		char prefix[256];	/* absolute, normalised, no final slash */
		size_t length;
		int service;
	} paths[VIRTUOS_ROUTES_MAX];
	uint32_t given_up;	/* services, a bit each: see sandbox.c; atomic */
};

extern struct virtuos_routes virtuos_routes;

/*
 * Parse a routing file.  Returns 0, or -1 with one line in error: the place
 * (name:line), what is wrong, and what would be right.
 */
int virtuos_routes_parse(struct virtuos_routes *routes, const char *name,
			 const char *text, size_t length, char *error,
			 size_t error_size);
/* The same from a file; -1 also when it cannot be read. */
int virtuos_routes_load(struct virtuos_routes *routes, const char *path,
			char *error, size_t error_size);
/* Where the one is that is installed; configure's --sysconfdir tells. */
#ifndef VIRTUOS_CONFIGS
#define VIRTUOS_CONFIGS "/etc/virtuos"
#endif
#define VIRTUOS_ROUTES_FILE VIRTUOS_CONFIGS "/routes.conf"
/* $VIRTUOS_ROUTES, or that one. */
const char *virtuos_routes_path(void);
/* VSYS_CLASS_… bits: what the routes want of a service. */
uint32_t virtuos_routes_class(int service);
/* Service of a socket family, or -1: local. */
int virtuos_routes_family(int family);

/* What would be the service's is local. */
static inline bool virtuos_given_up(int service)
{
	return __atomic_load_n(&virtuos_routes.given_up, __ATOMIC_RELAXED) &
	       1u << service;
}

/* ---- table.c ----------------------------------------------------------- */

/* A remote descriptor, as virtuos_call() wants it. */
struct virtuos_remote {
	int service;
	int fd;			/* in this process's shadow, or VIRTUOS_FD_… */
	uint32_t type;		/* of its file, as d_type has it: DT_SOCK… */
};

/* Its service domain is gone: every call on it fails, at once. */
#define VIRTUOS_FD_DEAD (-1)
/* There is no channel for it, for want of something. */
#define VIRTUOS_FD_LACKING (-2)

/*
 * Is fd remote?  Looks at the table; asks vsysfront about a descriptor that it
 * does not know.
 */
bool virtuos_fd_remote(int fd, struct virtuos_remote *remote);
/* fd became a placeholder for this remote descriptor. */
void virtuos_fd_set(int fd, const struct virtuos_remote *remote);
/* fd may have become anything (dup2 onto it, received in a message…). */
void virtuos_fd_forget(int fd);
void virtuos_fd_forget_range(unsigned int first, unsigned int last);
/* new is now a duplicate of old (dup, dup2, F_DUPFD…). */
void virtuos_fd_dup(int old, int new);
/*
 * Call right before closing fd by a system call (close, dup2 onto it): forgets
 * it and accounts for the close, so that the table stays trusted.  True: it is
 * accounted for, and the system call must follow.
 */
bool virtuos_fd_closing(int fd);
/* It did not follow, or failed without closing: take the account back. */
void virtuos_fd_not_closed(int service);

/* ---- own.c ------------------------------------------------------------- */

/* Is fd one of the library's own?  Programs cannot close those. */
bool virtuos_own_has(int fd);
/* The lowest of those at or above fd, or -1. */
int virtuos_own_next(int fd);

/* ---- path.c, cwd.c ----------------------------------------------------- */

/* Where a path leads. */
struct virtuos_path {
	int service;		/* -1: local */
	int dirfd;		/* remote descriptor, or AT_FDCWD */
	/*
	 * To use there; points into buffer or is the argument.  A local one
	 * that is not the argument (".." led out of a service) is absolute.
	 */
	const char *path;
	char buffer[PATH_MAX];
};

/*
 * Route a path argument.  Returns 0, or -errno (-EFAULT, -ENAMETOOLONG) when
 * it cannot even be read.  An empty path with a remote dirfd is routed there
 * (AT_EMPTY_PATH).
 */
int virtuos_path_route(int dirfd, const char *path, struct virtuos_path *out);

/* chdir, fchdir and getcwd, whole. */
long virtuos_cwd_chdir(const char *path);
long virtuos_cwd_fchdir(int fd);
long virtuos_cwd_get(char *buf, size_t size);
/* "VIRTUOS_CWD=…" when the working directory is remote, else NULL: for exec. */
const char *virtuos_cwd_env(void);
/* The absolute remote working directory and its service, or -1. */
int virtuos_cwd_service(const char **path);

/* ---- call.c ------------------------------------------------------------ */

/*
 * Forward a call.  args as the system call has them, with remote descriptors
 * and the program's own pointers.  Buffers larger than the arena are clipped:
 * the result is then a short count, as Linux may give one.  -ENOSYS, and the
 * service is given up: nothing has been done, and the call is to be made here.
 */
long virtuos_call(int service, uint32_t nr, const uint64_t args[6]);
/* The same on a remote descriptor, argument 0: what it is makes a difference. */
long virtuos_call_on(const struct virtuos_remote *remote, uint32_t nr,
		     const uint64_t args[6]);

/*
 * Forward a call whose result is a new descriptor; returns the local one, with
 * the table filled in.  flags: O_CLOEXEC, O_NONBLOCK.
 */
long virtuos_call_fd(int service, uint32_t nr, const uint64_t args[6],
		     uint32_t flags);

#define VIRTUOS_ARGS(...) ((const uint64_t[6]){ __VA_ARGS__ })
#define VIRTUOS_PTR(p) ((uint64_t)(uintptr_t)(p))

/* ---- identity.c -------------------------------------------------------- */

/* The credentials of all threads have changed; or their umask or limits. */
void virtuos_creds_changed(void);
void virtuos_limits_changed(void);
/* Those of the calling thread have, and of no other. */
void virtuos_creds_changed_alone(void);

/* ---- sandbox.c --------------------------------------------------------- */

/*
 * Before a filter of system calls is installed (VSYS_SANDBOX_SECCOMP), and after
 * the process confined itself otherwise (VSYS_SANDBOX_LSM): all services are
 * given up, and the library makes no system call of its own any more.  False:
 * the administrator lets the process keep them.
 */
bool virtuos_sandbox_enter(uint32_t sandbox);
/* The filter is not there after all. */
void virtuos_sandbox_leave(void);
/*
 * Before and after the process goes to another root or namespace: the services
 * that it may have no more are given up.
 */
void virtuos_sandbox_prepare(void);
void virtuos_sandbox_moved(void);

/* ---- copy.c ------------------------------------------------------------ */

/* Copy between the program's memory and ours.  Returns 0 or -EFAULT. */
int virtuos_copy(void *to, const void *from, size_t n);
/* Copy a string.  Returns its length, -EFAULT, or -ENAMETOOLONG. */
long virtuos_copy_string(char *to, const char *from, size_t size);

/*
 * sigaction() for SIGSEGV and SIGBUS, which the library needs for itself: the
 * program's action is remembered, reported back, and called for its own faults.
 */
int virtuos_copy_sigaction(int sig, const struct sigaction *act,
			   struct sigaction *old);

/* ---- interrupt.c ------------------------------------------------------- */

/* sigaction() for all other signals: a handler that interrupts is counted. */
int virtuos_interrupt_sigaction(int sig, const struct sigaction *act,
				struct sigaction *old);

/* ---- stats.c ----------------------------------------------------------- */

/* One call crossed. */
void virtuos_stats_count(int service, uint32_t nr);

/* ------------------------------------------------------------------------ */

/* What a hook returns: sets errno from a kernel result. */
static inline long virtuos_return(long ret)
{
	if (ret < 0 && ret >= -4095) {
		errno = (int)-ret;
		return -1;
	}
	return ret;
}

#endif /* VIRTUOS_H */
