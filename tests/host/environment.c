// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	libvirtuos's variables in a program with more rights than its
 *		caller: log.c, stats.c, routes.c.
 * Why:		loaded by /etc/ld.so.preload the library is in set-uid programs,
 *		too: who calls one must not choose a file that it writes or reads.
 * How:		with a secure_getenv() that knows nothing, as the C library's in
 *		such a program, nothing is written and the routes are the
 *		installed ones; with an ordinary one they are as asked.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <virtuos/calls-table.h>

#include "libvirtuos/core.h"
#include "test.h"

static bool privileged;

char *secure_getenv(const char *name)
{
	return privileged ? NULL : getenv(name);
}

static char dir[] = "/tmp/virtuos-environment-XXXXXX";

static const char *at(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static bool written(const char *name)
{
	struct stat st;
	bool there = !stat(at(name), &st);

	unlink(at(name));
	return there;
}

/* A program with the library, from its start to its end. */
static void program(void)
{
	pid_t pid = fork();
	int status;

	test_need(pid >= 0, "fork");
	if (!pid) {
		virtuos_log_init();
		virtuos_stats_init();
		virtuos_log("a line");
		virtuos_stats_count(0, VSYS_NR_read);
		exit(test_exit());
	}
	waitpid(pid, &status, 0);
	CHECK_EQ(status, 0);
}

static void run(bool with_rights)
{
	privileged = with_rights;
	program();
	CHECK_EQ(written("log"), !with_rights);
	CHECK_EQ(written("stats"), !with_rights);
	CHECK(!strcmp(virtuos_routes_path(), VIRTUOS_ROUTES_FILE) ==
	      with_rights);
}

int main(void)
{
	test_need(mkdtemp(dir) != NULL, dir);
	setenv("VIRTUOS_LOG", at("log"), 1);
	setenv("VIRTUOS_STATS", at("stats"), 1);
	setenv("VIRTUOS_ROUTES", at("routes"), 1);
	virtuos_routes.nr_services = 1;
	run(false);
	run(true);
	rmdir(dir);
	return test_exit();
}
