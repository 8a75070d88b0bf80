// SPDX-License-Identifier: GPL-2.0-only
/* One command: its process, its descriptors, and the frames that carry them. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long output may still come from others after the command itself ended. */
#define DRAIN_MS 150
#define OUT_LIMIT (4 * FRAME_CHUNK)

struct session {
	struct link *link;
	const struct command *command;
	const char *root;
	pid_t pid;
	int in, out, error;		/* our ends; -1 when closed */
	int child_in, child_out, child_err;
	struct buffer input;
	bool input_eof, exited;
	int status;
	long long exited_at;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool open_pty(struct session *s)
{
	struct winsize ws = { .ws_row = (unsigned short)s->command->head.rows,
			      .ws_col = (unsigned short)s->command->head.columns };
	char name[64];
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (master < 0 || grantpt(master) || unlockpt(master) ||
	    ptsname_r(master, name, sizeof(name)))
		return false;
	ioctl(master, TIOCSWINSZ, &ws);
	s->child_in = s->child_out = s->child_err = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	s->in = master;
	s->out = fcntl(master, F_DUPFD_CLOEXEC, 3);
	s->error = -1;
	return s->child_in >= 0;
}

static bool open_pipes(struct session *s)
{
	int in[2], out[2], error[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(error, O_CLOEXEC))
		return false;
	s->child_in = in[0];
	s->child_out = out[1];
	s->child_err = error[1];
	s->in = in[1];
	s->out = out[0];
	s->error = error[0];
	return true;
}

static void child_fail(const struct session *s, const char *cannot,
		       const char *what)
{
	dprintf(s->child_err, "lab: cannot %s %s: %s\n", cannot, what, strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void child_run(struct session *s)
{
	static char *base[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root", "USER=root", "LOGNAME=root", "LANG=C.UTF-8",
	};
	const struct command *c = s->command;
	const char *directory = *c->directory ? c->directory : "/";
	sigset_t none;
	size_t i;

	setsid();
	if (c->head.flags & EXEC_PTY)
		ioctl(s->child_in, TIOCSCTTY, 0);
	if (s->root && (chroot(s->root) || chdir("/")))
		child_fail(s, "go to", s->root);
	if (chdir(directory))
		child_fail(s, "go to", directory);
	clearenv();
	for (i = 0; i < sizeof(base) / sizeof(base[0]); i++)
		putenv(base[i]);
	for (i = 0; i < c->head.envc; i++)
		putenv(c->envp[i]);
	for (i = 1; i < 32; i++)
		signal((int)i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Messages of child_fail() go to a copy that exec closes. */
	s->child_err = fcntl(s->child_err, F_DUPFD_CLOEXEC, 10);
	dup2(s->child_in, 0);
	dup2(s->child_out, 1);
	dup2(s->child_err, 2);
	execvp(c->argv[0], c->argv);
	child_fail(s, "run", c->argv[0]);
}

static bool session_start(struct session *s)
{
	bool pty = s->command->head.flags & EXEC_PTY;
	int child_in, child_out, child_err;

	if (!(pty ? open_pty(s) : open_pipes(s)))
		return false;
	s->pid = fork();
	if (s->pid < 0)
		return false;
	if (s->pid == 0)
		child_run(s);
	child_in = s->child_in;
	child_out = s->child_out;
	child_err = s->child_err;
	close(child_in);
	if (child_out != child_in)
		close(child_out);
	if (child_err != child_in)
		close(child_err);
	if (s->in >= 0)
		fcntl(s->in, F_SETFL, fcntl(s->in, F_GETFL) | O_NONBLOCK);
	fcntl(s->out, F_SETFL, fcntl(s->out, F_GETFL) | O_NONBLOCK);
	if (s->error >= 0)
		fcntl(s->error, F_SETFL, fcntl(s->error, F_GETFL) | O_NONBLOCK);
	return true;
}

static void session_kill(struct session *s, int sig)
{
	/* setsid() may not have run yet: then the group does not exist. */
	if (!s->exited && kill(-s->pid, sig))
		kill(s->pid, sig);
}

static void session_frames(struct session *s)
{
	struct frame f;
	int got;

	while ((got = frame_peek(&s->link->in, &f)) == 1) {
		uint32_t words[2] = { 0, 0 };

		memcpy(words, f.payload, f.len < sizeof(words) ? f.len : sizeof(words));
		switch (f.type) {
		case FRAME_EXEC:	/* the one that began this */
			break;
		case FRAME_STDIN:
			buffer_add(&s->input, f.payload, f.len);
			break;
		case FRAME_STDIN_EOF:
			s->input_eof = true;
			break;
		case FRAME_SIGNAL:
			session_kill(s, (int)words[0]);
			break;
		case FRAME_WINCH:
			if (s->command->head.flags & EXEC_PTY && s->out >= 0) {
				struct winsize ws = { .ws_row = (unsigned short)words[0],
						      .ws_col = (unsigned short)words[1] };
				ioctl(s->out, TIOCSWINSZ, &ws);
			}
			break;
		default:
			break;
		}
		frame_drop(&s->link->in, &f);
	}
	if (got < 0)		/* another client's start, or noise: give up */
		s->link->closed = true;
}

static void session_feed(struct session *s)
{
	uint32_t taken = 0;

	while (s->in >= 0 && buffer_used(&s->input)) {
		ssize_t n = write(s->in, s->input.data + s->input.start, buffer_used(&s->input));

		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0) {
			close_fd(&s->in);
			break;
		}
		buffer_drop(&s->input, (size_t)n);
		taken += (uint32_t)n;
	}
	if (s->in < 0) {	/* nobody reads it: swallow it */
		taken += (uint32_t)buffer_used(&s->input);
		buffer_reset(&s->input);
	}
	if (taken)
		frame_put(&s->link->out, FRAME_STDIN_ACK, &taken, sizeof(taken));
	if (s->input_eof && s->in >= 0 && !buffer_used(&s->input)) {
		if (s->command->head.flags & EXEC_PTY) {
			if (write(s->in, "\004", 1) < 0)
				close_fd(&s->in);
			s->input_eof = false;
		} else {
			close_fd(&s->in);
		}
	}
}

/* Returns whether anything was read. */
static bool session_drain(struct session *s, int *fd, uint32_t type)
{
	unsigned char bytes[FRAME_CHUNK];
	bool any = false;

	while (*fd >= 0 && buffer_used(&s->link->out) < OUT_LIMIT) {
		ssize_t n = read(*fd, bytes, sizeof(bytes));

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n <= 0) {
			close_fd(fd);
			break;
		}
		frame_put(&s->link->out, type, bytes, (size_t)n);
		any = true;
	}
	return any;
}

static void session_reap(struct session *s)
{
	if (!s->exited && waitpid(s->pid, &s->status, WNOHANG) == s->pid) {
		s->exited = true;
		s->exited_at = now_ms();
	}
}

static bool session_over(const struct session *s)
{
	if (s->link->closed)
		return true;
	if (!s->exited)
		return false;
	if (s->out < 0 && s->error < 0)
		return true;
	return now_ms() - s->exited_at > DRAIN_MS && buffer_used(&s->link->out) < OUT_LIMIT;
}

static void session_loop(struct session *s, int children)
{
	for (;;) {
		struct pollfd p[5];
		bool room;

		session_reap(s);
		link_pull(s->link, FRAME_MAX + FRAME_HEADER);
		session_frames(s);
		session_feed(s);
		if (session_drain(s, &s->out, FRAME_STDOUT) |
		    session_drain(s, &s->error, FRAME_STDERR))
			s->exited_at = now_ms();
		link_push(s->link);
		if (session_over(s))
			return;

		room = buffer_used(&s->link->out) < OUT_LIMIT;
		link_poll(s->link, &p[0], true);
		p[1] = (struct pollfd){ .fd = room ? s->out : -1, .events = POLLIN };
		p[2] = (struct pollfd){ .fd = room ? s->error : -1, .events = POLLIN };
		p[3] = (struct pollfd){ .fd = buffer_used(&s->input) ? s->in : -1,
					.events = POLLOUT };
		p[4] = (struct pollfd){ .fd = children, .events = POLLIN };
		poll(p, 5, s->exited ? 20 : -1);
		link_polled(s->link, &p[0]);
		if (p[4].revents & POLLIN) {
			struct signalfd_siginfo info;

			if (read(children, &info, sizeof(info)) < 0)
				continue;
		}
	}
}

void session_run(struct link *l, const struct command *c, const char *root)
{
	struct session s = { .link = l, .command = c, .root = root,
			     .in = -1, .out = -1, .error = -1 };
	sigset_t mask, old;
	int children;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, &old);
	children = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);

	if (children < 0 || !session_start(&s)) {
		frame_put_exit(&l->out, EXIT_ERROR, 0, strerror(errno));
	} else {
		session_loop(&s, children);
		if (!s.exited) {	/* the client is gone: so goes its command */
			session_kill(&s, SIGKILL);
			waitpid(s.pid, &s.status, 0);
		}
		if (WIFSIGNALED(s.status))
			frame_put_exit(&l->out, EXIT_SIGNAL, (uint32_t)WTERMSIG(s.status), "");
		else
			frame_put_exit(&l->out, EXIT_STATUS, (uint32_t)WEXITSTATUS(s.status), "");
	}
	close_fd(&s.in);
	close_fd(&s.out);
	close_fd(&s.error);
	close_fd(&children);
	free(s.input.data);
	sigprocmask(SIG_SETMASK, &old, NULL);
}
