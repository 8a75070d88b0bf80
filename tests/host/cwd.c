// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	libvirtuos/cwd.c, path.c and hooks/realpath.c.
 * Why:		the library routes paths by names that a service gave it: its
 *		shadow's directory, and the targets of links.  One that lies
 *		must not lead a program to local files.
 * How:		with a service that says anything: directories inside and
 *		outside of what is routed to it, names that are not normal or
 *		do not end; links that stay and links that leave.
 */
#include <fcntl.h>

#include "libvirtuos/core.h"
#include "libvirtuos/hooks/hook.h"
#include "test.h"

enum { STORAGE = 1, OTHER = 2, DIRECTORY = 77 };

/* ---- the rest of the library ---------------------------------------------- */

bool virtuos_active = true;
struct virtuos_libc virtuos_libc = { .sigaction = sigaction };
struct virtuos_routes virtuos_routes = {
	.inet = -1,
	.inet6 = -1,
	.nr_paths = 2,
	.paths = { { "/storage", 8, STORAGE }, { "/other", 6, OTHER } },
};

static struct virtuos_channel channel = { .generation = 1 };
static const char *answer;	/* to getcwd */
static size_t answer_length;
static char shadow[PATH_MAX];	/* where it was sent last */
static const char *link_path, *link_target;

void virtuos_init(void)
{
}

void virtuos_log(const char *format, ...)
{
	(void)format;
}

struct virtuos_channel *virtuos_channel_get(int service)
{
	(void)service;
	return &channel;
}

struct virtuos_channel *virtuos_channel_open(int service, long *error)
{
	*error = 0;
	return virtuos_channel_get(service);
}

bool virtuos_fd_remote(int fd, struct virtuos_remote *remote)
{
	*remote = (struct virtuos_remote){ .service = STORAGE, .fd = 12 };
	return fd == DIRECTORY;
}

static long read_link(const uint64_t args[6])
{
	const char *path = (const char *)(uintptr_t)args[1];
	size_t n;

	if (!link_path || strcmp(path, link_path))
		return -EINVAL;
	n = strlen(link_target);
	memcpy((void *)(uintptr_t)args[2], link_target, n);
	return n;
}

long virtuos_call(int service, uint32_t nr, const uint64_t args[6])
{
	CHECK(service == STORAGE || service == OTHER);
	switch (nr) {
	case VSYS_NR_chdir:
		strcpy(shadow, (const char *)(uintptr_t)args[0]);
		return 0;
	case VSYS_NR_fchdir:
		return 0;
	case VSYS_NR_getcwd:
		if (answer_length > args[1])
			return -ERANGE;
		memcpy((void *)(uintptr_t)args[0], answer, answer_length);
		return answer_length;
	case VSYS_NR_readlinkat:
		return read_link(args);
	case VSYS_NR_newfstatat:
		((struct stat *)(uintptr_t)args[2])->st_mode = S_IFDIR;
		return 0;
	}
	return -ENOSYS;
}

long virtuos_call_on(const struct virtuos_remote *remote, uint32_t nr,
		     const uint64_t args[6])
{
	return virtuos_call(remote->service, nr, args);
}

static bool privileged;

char *secure_getenv(const char *name)
{
	return privileged ? NULL : getenv(name);
}

/* ---- the directory --------------------------------------------------------- */

static void says(const char *path, size_t length)
{
	answer = path;
	answer_length = length;
}

static bool inside(const char *path)
{
	const char *where;

	return virtuos_cwd_service(&where) == STORAGE && !strcmp(where, path);
}

static void enter(void)
{
	says("/storage/a/b", 13);
	CHECK_EQ(virtuos_cwd_chdir("/storage/a/b"), 0);
	CHECK(inside("/storage/a/b"));
}

/* The program stays in /storage/a/b, and so does its shadow. */
static void refused(const char *path, size_t length)
{
	char buf[PATH_MAX];

	enter();
	says(path, length);
	CHECK_EQ(virtuos_cwd_chdir("/storage/c"), -EIO);
	CHECK(!strcmp(shadow, "/storage/c"));
	CHECK(inside("/storage/a/b"));
	CHECK(!strcmp(shadow, "/storage/a/b"));
	CHECK_EQ(virtuos_cwd_fchdir(DIRECTORY), -EIO);
	CHECK(inside("/storage/a/b"));
	CHECK_EQ(virtuos_cwd_get(buf, sizeof(buf)), -EIO);
}

#define REFUSED(text) refused(text, sizeof(text))

static void directory(void)
{
	struct virtuos_path to;
	char buf[PATH_MAX];

	enter();
	CHECK_EQ(virtuos_path_route(AT_FDCWD, "../x", &to), 0);
	CHECK_EQ(to.service, STORAGE);
	CHECK(!strcmp(to.path, "/storage/a/x"));
	CHECK_EQ(virtuos_cwd_get(buf, sizeof(buf)), 13);
	CHECK(!strcmp(buf, "/storage/a/b"));
	CHECK_EQ(virtuos_cwd_get(buf, 12), -ERANGE);
	says("/storage", 9);
	CHECK_EQ(virtuos_cwd_chdir("/storage/link"), 0);
	CHECK(inside("/storage"));
	REFUSED("/");
	REFUSED("/etc");
	REFUSED("/storages");
	REFUSED("/other");
	REFUSED("/storage/../etc");
	REFUSED("/storage/.");
	REFUSED("/storage/");
	REFUSED("//storage");
	REFUSED("storage");
	REFUSED("(unreachable)/storage");
	REFUSED("/storage\0etc");
	refused("/storage", 8);
	refused("", 0);
}

/* Of the process before us. */
static void environment(void)
{
	CHECK_EQ(virtuos_cwd_chdir("/"), 0);
	setenv("VIRTUOS_CWD", "/storage/a", 1);
	privileged = true;
	virtuos_cwd_init();
	CHECK(!virtuos_cwd_env());
	privileged = false;
	setenv("VIRTUOS_CWD", "/etc", 1);
	virtuos_cwd_init();
	CHECK(!virtuos_cwd_env());
	setenv("VIRTUOS_CWD", "/storage/a", 1);
	virtuos_cwd_init();
	CHECK(inside("/storage/a"));
	CHECK_EQ(virtuos_cwd_chdir("/"), 0);
}

/* ---- links ----------------------------------------------------------------- */

static void leads(const char *target, const char *to)
{
	char out[PATH_MAX];

	link_path = "/storage/a/l";
	link_target = target;
	errno = 0;
	if (to) {
		CHECK(realpath("/storage/a/l/x", out) && !strcmp(out, to));
		return;
	}
	CHECK(!realpath("/storage/a/l/x", out));
	CHECK_EQ(errno, EIO);
}

static void links(void)
{
	leads("d", "/storage/a/d/x");
	leads("../d", "/storage/d/x");
	leads("/storage/d", "/storage/d/x");
	leads("..", "/storage/x");
	leads("/", NULL);
	leads("../..", NULL);
	leads("/tmp", NULL);
	leads("../../tmp", NULL);
	leads("/storage/../tmp", NULL);
	leads("/other", NULL);
}

int main(void)
{
	directory();
	environment();
	links();
	return test_exit();
}
