// SPDX-License-Identifier: MIT
/* Start-up, and what a forked child does. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core.h"

bool virtuos_active;
bool virtuos_started;
uint32_t virtuos_epoch;
struct virtuos_libc virtuos_libc;

static void init_resolve(void)
{
#define VIRTUOS_LIBC(ret, name, args) \
	*(void **)&virtuos_libc.name = dlsym(RTLD_NEXT, #name);
#include "libc.def"
#undef VIRTUOS_LIBC
}

void virtuos_fork_child(void)
{
	if (!virtuos_active)
		return;
	virtuos_epoch++;
	virtuos_channel_fork_child();
	virtuos_identity_fork_child();
	virtuos_table_fork_child();
	virtuos_stats_fork_child();
}

/*
 * Another library's constructor may call a hook before ours has run: until
 * then virtuos_active is false and only virtuos_libc is needed.
 */
void virtuos_init(void)
{
	static bool resolved;

	if (!resolved) {
		resolved = true;
		init_resolve();
	}
}

/* What it takes to forward anything.  -1: why not is in error. */
static int init_prepare(char *error, size_t size)
{
	long err;

	/* First of all: a filter may kill for any other system call. */
	if (virtuos_sandbox_born()) {
		snprintf(error, size, "a sandbox");
		return -1;
	}
	err = sys3(SYS_faccessat, AT_FDCWD, VSYS_FRONT_PATH, R_OK | W_OK);
	if (err) {
		snprintf(error, size, "%s: %s", VSYS_FRONT_PATH, strerror(-err));
		return -1;
	}
	if (virtuos_routes_load(&virtuos_routes, virtuos_routes_path(), error,
				size))
		return -1;
	err = virtuos_table_init();
	if (err) {
		snprintf(error, size, "%s", strerror(-err));
		return -1;
	}
	return 0;
}

__attribute__((constructor(101))) static void init(void)
{
	char error[256];

	virtuos_init();
	virtuos_log_init();
	if (init_prepare(error, sizeof(error))) {
		virtuos_log("%s; everything stays local", error);
		return;
	}
	virtuos_copy_init();
	virtuos_cwd_init();
	virtuos_stats_init();
	/* For forks inside libc that go on with the program's code. */
	pthread_atfork(NULL, NULL, virtuos_fork_child);
	virtuos_started = virtuos_active = true;
}
