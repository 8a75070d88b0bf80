// SPDX-License-Identifier: GPL-2.0-only
/* xl, which creates and destroys domains for us. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include "base/say.h"
#include "base/seconds.h"
#include "xl.h"

extern char **environ;

/* Wait for a child until a time; its status, or -1 when it was killed. */
static int xl_wait(pid_t pid, double until)
{
	int status;
	pid_t got;

	for (;;) {
		got = waitpid(pid, &status, WNOHANG);
		if (got == pid)
			return status;
		if (got < 0 && errno != EINTR)
			return -1;
		if (now_seconds() > until) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return -1;
		}
		sleep_seconds(0.005);
	}
}

int xl_run(double limit, const char *const *args)
{
	char *argv[8] = { "xl" };
	posix_spawn_file_actions_t actions;
	int i, error, status;
	pid_t pid;

	for (i = 0; args[i] && i < 6; i++)
		argv[i + 1] = (char *)args[i];
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	/* Its chatter must not mix with our output, which may be parsed. */
	posix_spawn_file_actions_adddup2(&actions, 2, 1);
	error = posix_spawnp(&pid, "xl", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error == ENOENT)
		return say_exit(CTL_NOXEN, "there is no xl: install xen-utils");
	if (error)
		return say_exit(COMMAND_FAILED, "cannot run xl: %s",
				strerror(error));
	status = xl_wait(pid, now_seconds() + limit);
	if (status < 0)
		return say_exit(
			CTL_TIMEOUT,
			"`xl %s %s' did not end within %.0f s and was stopped: see /var/log/xen",
			args[0], args[1], limit);
	return WIFEXITED(status) && !WEXITSTATUS(status) ? COMMAND_OK :
							   COMMAND_FAILED;
}
