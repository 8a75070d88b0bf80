// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/say.h"
#include "program.h"

#define OTHERS_MAX 1024
#define SETTLE_MS 1000

/* From here on signals that would end us come as something to read. */
static bool signals_take(struct program *p, sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, before);
	p->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (p->signals < 0)
		say("signalfd: %s", strerror(errno));
	return p->signals >= 0;
}

static void child(char **argv, int go, int failed, const sigset_t *mask)
{
	int err;
	char byte;

	if (read(go, &byte, 1) != 1)
		_exit(COMMAND_FAILED); /* they gave up */
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], argv);
	err = errno;
	if (write(failed, &err, sizeof(err)) != sizeof(err))
		_exit(COMMAND_FAILED);
	_exit(126);
}

static bool program_prepare(struct program *p, char **argv)
{
	int go[2], failed[2];
	sigset_t mask;

	p->ours = true;
	if (!signals_take(p, &mask))
		return false;
	if (pipe2(go, O_CLOEXEC) || pipe2(failed, O_CLOEXEC)) {
		say("pipe: %s", strerror(errno));
		return false;
	}
	p->pid = fork();
	if (!p->pid) {
		close(go[1]);
		child(argv, go[0], failed[1], &mask);
	}
	close(go[0]);
	close(failed[1]);
	p->go = go[1];
	p->failed = failed[0];
	p->pidfd = p->pid < 0 ? -1 : pidfd_open(p->pid, 0);
	if (p->pidfd < 0)
		say("the program cannot be started: %s", strerror(errno));
	return p->pidfd >= 0;
}

static bool program_attach(struct program *p, pid_t pid)
{
	p->pid = pid;
	p->pidfd = pidfd_open(pid, 0);
	if (p->pidfd < 0) {
		if (errno == ESRCH)
			say("there is no process %d", pid);
		else if (errno == EINVAL)
			say("%d is not a process (perhaps one of its threads)",
			    pid);
		else
			say("process %d: %s", pid, strerror(errno));
		return false;
	}
	return signals_take(p, NULL);
}

bool program_open(struct program *p, char **argv, pid_t subject)
{
	bool ok;

	*p = (struct program){ .argv = argv };
	ok = argv ? program_prepare(p, argv) : program_attach(p, subject);
	p->subject = subject ?: p->pid;
	return ok;
}

bool program_go(struct program *p)
{
	int err = 0;

	if (!p->ours)
		return true;
	if (write(p->go, "", 1) != 1)
		say("the program cannot be started: %s", strerror(errno));
	close(p->go);
	/* The other end is closed by exec, or when there was a reason not to. */
	if (read(p->failed, &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(p->failed);
	if (!err)
		return true;
	say("%s: %s", p->argv[0], strerror(err));
	p->failure = err == ENOENT ? 127 : 126;
	return false;
}

static void program_reap(struct program *p)
{
	p->ended = true;
	if (p->ours && waitpid(p->pid, &p->status, 0) < 0)
		p->status = 0;
}

/*
 * A signal from the terminal has reached the program as well; one that was sent
 * to us alone is passed on.
 */
static void program_signal(struct program *p)
{
	struct signalfd_siginfo info;

	if (read(p->signals, &info, sizeof(info)) != sizeof(info))
		return;
	p->signal = info.ssi_signo;
	if (p->ours && info.ssi_code != SI_KERNEL && !p->ended)
		kill(p->pid, p->signal);
}

bool program_wait(struct program *p, struct pollfd *others, unsigned int nr,
		  int ms)
{
	struct pollfd fds[OTHERS_MAX + 2] = {
		{ .fd = p->ended ? -1 : p->pidfd, .events = POLLIN },
		{ .fd = p->signals, .events = POLLIN },
	};
	unsigned int i;

	if (nr > OTHERS_MAX)
		nr = OTHERS_MAX;
	for (i = 0; i < nr; i++)
		fds[i + 2] = others[i];
	if (poll(fds, nr + 2, ms) < 0)
		return errno == EINTR;
	for (i = 0; i < nr; i++)
		others[i].revents = fds[i + 2].revents;
	if (fds[1].revents)
		program_signal(p);
	if (fds[0].revents)
		program_reap(p);
	return !p->ended && !p->signal;
}

void program_settle(struct program *p)
{
	struct pollfd end = { .fd = p->pidfd, .events = POLLIN };

	if (p->ours && !p->ended && poll(&end, 1, SETTLE_MS) > 0)
		program_reap(p);
}

int program_end(struct program *p)
{
	if (p->ours && !p->ended)
		kill(p->pid, SIGTERM);
	close(p->pidfd);
	close(p->signals);
	if (p->signal)
		return p->ours ? 128 + p->signal : COMMAND_OK;
	if (WIFSIGNALED(p->status))
		return 128 + WTERMSIG(p->status);
	return WEXITSTATUS(p->status);
}
