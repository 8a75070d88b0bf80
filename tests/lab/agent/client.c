// SPDX-License-Identifier: GPL-2.0-only
/* On the host: run a command in a domain; its output and status become ours. */
#include "agent.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#define LOST 125		/* exit status: the lab failed, not the command */
#define TIMED_OUT 124
#define GRACE_MS 3000		/* between SIGTERM, SIGKILL and giving up */
#define ASK_MS 5000		/* for an answer, before asking again */

struct client {
	struct link link;
	struct buffer out, error;	/* not yet written to our own 1 and 2 */
	const char *domain, *directory;
	char **env;
	uint32_t envc;
	bool tty, eof;
	long long timeout_ms, kill_at, started;
	int kills;
	uint32_t window;		/* input that may still be sent */
};

static struct termios saved_mode;
static bool mode_saved;
static volatile sig_atomic_t resized, interrupted;

static void restore_mode(void)
{
	if (mode_saved)
		tcsetattr(0, TCSANOW, &saved_mode);
}

static void on_signal(int sig)
{
	if (sig == SIGWINCH)
		resized = 1;
	else
		interrupted = sig;
}

static void raw_mode(void)
{
	struct termios t;

	if (tcgetattr(0, &saved_mode))
		return;
	mode_saved = true;
	atexit(restore_mode);
	t = saved_mode;
	cfmakeraw(&t);
	tcsetattr(0, TCSANOW, &t);
}

static int try_socket(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char lock_path[256];
	int lock, fd;

	snprintf(lock_path, sizeof(lock_path), "%s.lock", path);
	lock = open(lock_path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (lock < 0)
		err(LOST, "%s", lock_path);
	if (flock(lock, LOCK_EX | LOCK_NB)) {
		close(lock);
		return -1;
	}
	if (strlen(path) >= sizeof(a.sun_path))
		errx(LOST, "%s: name too long for a socket", path);
	strcpy(a.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)))
		err(LOST, "%s: the lab does not answer", path);
	return fd;	/* the lock is kept as long as this process lives */
}

static int find_socket(const char *directory, int limit_s)
{
	long long end = now_ms() + limit_s * 1000LL;

	do {
		for (int n = 0; n < 64; n++) {
			char path[200];
			int fd;

			snprintf(path, sizeof(path), "%s/port%d", directory, n);
			if (access(path, F_OK)) {
				if (n == 0)
					errx(LOST, "%s: no lab is running here", directory);
				break;
			}
			fd = try_socket(path);
			if (fd >= 0)
				return fd;
		}
		usleep(50 * 1000);
	} while (now_ms() < end);
	errx(LOST, "all channels of the lab are in use for more than %d s", limit_s);
}

static void put_string(struct buffer *b, const char *s)
{
	buffer_add(b, s, strlen(s) + 1);
}

static void send_exec(struct client *c, int argc, char **argv)
{
	struct exec_head head = { .argc = (uint32_t)argc, .envc = c->envc };
	struct buffer b = { 0 };
	struct winsize ws = { .ws_row = 24, .ws_col = 80 };

	if (c->tty) {
		head.flags |= EXEC_PTY;
		ioctl(0, TIOCGWINSZ, &ws);
		head.rows = ws.ws_row;
		head.columns = ws.ws_col;
	}
	buffer_add(&b, &head, sizeof(head));
	put_string(&b, c->domain);
	put_string(&b, c->directory);
	for (int i = 0; i < argc; i++)
		put_string(&b, argv[i]);
	for (uint32_t i = 0; i < c->envc; i++)
		put_string(&b, c->env[i]);
	if (buffer_used(&b) > FRAME_MAX)
		errx(LOST, "the command line is longer than %u bytes", FRAME_MAX);
	frame_put(&c->link.out, FRAME_EXEC, b.data + b.start, buffer_used(&b));
	free(b.data);
}

static void write_all(int fd, struct buffer *b)
{
	while (buffer_used(b)) {
		ssize_t n = write(fd, b->data + b->start, buffer_used(b));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			struct pollfd p = { .fd = fd, .events = POLLOUT };

			poll(&p, 1, 1000);
			continue;
		}
		if (n < 0) {	/* nobody reads our output any more */
			buffer_reset(b);
			return;
		}
		buffer_drop(b, (size_t)n);
	}
}

static int finish(const struct client *c, const struct frame *f)
{
	struct exit_info info;

	if (f->len < sizeof(info))
		errx(LOST, "malformed answer from the lab");
	memcpy(&info, f->payload, sizeof(info));
	if (c->kills) {
		warnx("stopped after its time limit of %lld s", c->timeout_ms / 1000);
		return TIMED_OUT;
	}
	if (info.kind == EXIT_SIGNAL)
		return 128 + (int)info.value;
	if (info.kind == EXIT_STATUS)
		return (int)info.value;
	warnx("%.*s", (int)(f->len - sizeof(info)), (const char *)f->payload + sizeof(info));
	return LOST;
}

/* Returns the exit status, or -1 when it goes on. */
static int take_frames(struct client *c)
{
	struct frame f;
	int got;

	while ((got = frame_peek(&c->link.in, &f)) == 1) {
		if (f.type == FRAME_STDOUT) {
			buffer_add(&c->out, f.payload, f.len);
			write_all(1, &c->out);
		} else if (f.type == FRAME_STDERR) {
			buffer_add(&c->error, f.payload, f.len);
			write_all(2, &c->error);
		} else if (f.type == FRAME_STDIN_ACK && f.len == sizeof(uint32_t)) {
			uint32_t n;

			memcpy(&n, f.payload, sizeof(n));
			c->window += n;
		} else if (f.type == FRAME_EXIT) {
			return finish(c, &f);
		}
		frame_drop(&c->link.in, &f);
	}
	if (got < 0)
		errx(LOST, "malformed answer from the lab");
	return -1;
}

static void send_input(struct client *c)
{
	unsigned char bytes[FRAME_CHUNK];
	size_t want = c->window < sizeof(bytes) ? c->window : sizeof(bytes);
	ssize_t n = read(0, bytes, want);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		c->eof = true;
		frame_put(&c->link.out, FRAME_STDIN_EOF, NULL, 0);
		return;
	}
	c->window -= (uint32_t)n;
	frame_put(&c->link.out, FRAME_STDIN, bytes, (size_t)n);
}

static void send_signal(struct client *c, uint32_t sig)
{
	frame_put(&c->link.out, FRAME_SIGNAL, &sig, sizeof(sig));
}

static void check_time(struct client *c)
{
	long long now = now_ms();

	if (!c->kill_at || now < c->kill_at)
		return;
	if (c->kills == 2) {
		warnx("no answer from %s %lld s after the time limit", c->domain,
		      2 * GRACE_MS / 1000LL);
		exit(TIMED_OUT);
	}
	send_signal(c, c->kills++ ? SIGKILL : SIGTERM);
	c->kill_at = now + GRACE_MS;
}

static void check_signals(struct client *c)
{
	if (resized) {
		struct winsize ws;
		uint32_t size[2];

		resized = 0;
		if (!ioctl(0, TIOCGWINSZ, &ws)) {
			size[0] = ws.ws_row;
			size[1] = ws.ws_col;
			frame_put(&c->link.out, FRAME_WINCH, size, sizeof(size));
		}
	}
	if (interrupted) {
		send_signal(c, (uint32_t)interrupted);
		interrupted = 0;
	}
}

static int client_loop(struct client *c)
{
	for (;;) {
		struct pollfd p[2];
		long long left = -1;
		int status;

		link_pull(&c->link, FRAME_MAX + FRAME_HEADER);
		status = take_frames(c);
		if (status >= 0)
			return status;
		if (c->link.closed)
			errx(LOST, "the lab's machine is gone");
		check_signals(c);
		check_time(c);
		link_push(&c->link);

		link_poll(&c->link, &p[0], true);
		p[1] = (struct pollfd){
			.fd = c->eof || !c->window || buffer_used(&c->link.out) ? -1 : 0,
			.events = POLLIN };
		if (c->kill_at) {
			left = c->kill_at - now_ms();
			left = left < 0 ? 0 : left;
		}
		if (poll(p, 2, (int)left) < 0)
			continue;
		link_polled(&c->link, &p[0]);
		if (p[1].revents)
			send_input(c);
	}
}

/*
 * What was sent may be lost, with an agent that was just ending an earlier
 * session: ask again, with a new nonce, so that no late answer is taken for this.
 */
static void synchronise(struct client *c, int limit_s)
{
	long long left, end = now_ms() + limit_s * 1000LL;

	while ((left = end - now_ms()) > 0) {
		unsigned char sync[SYNC_LEN], got[SYNC_LEN];

		memcpy(sync, SYNC_MAGIC, SYNC_MAGIC_LEN);
		if (getrandom(sync + SYNC_MAGIC_LEN, SYNC_LEN - SYNC_MAGIC_LEN, 0) < 0)
			err(LOST, "getrandom");
		buffer_add(&c->link.out, sync, SYNC_LEN);
		if (link_sync(&c->link, sync, got, left < ASK_MS ? (int)left : ASK_MS))
			return;
		if (c->link.closed)
			errx(LOST, "the lab's machine is gone");
	}
	errx(LOST, "dom0 does not answer within %d s", limit_s);
}

static void catch_signals(void)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH };

	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		struct sigaction sa = { .sa_handler = on_signal };

		sigaction(caught[i], &sa, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
}

static const char usage[] =
	"usage: lab-agent client [-d DOMAIN] [-C DIRECTORY] [-e NAME=VALUE] [-t SECONDS]\n"
	"                        [-w SECONDS] [-p] [-n] STATE-DIRECTORY COMMAND [ARGUMENT…]\n";

int client_main(int argc, char **argv)
{
	struct client c = { .domain = "dom0", .directory = "", .window = STDIN_WINDOW };
	int limit_s = 20, option, status;

	c.env = calloc((size_t)argc + 1, sizeof(char *));
	while ((option = getopt(argc, argv, "+d:C:e:t:w:pn")) != -1) {
		switch (option) {
		case 'd': c.domain = optarg; break;
		case 'C': c.directory = optarg; break;
		case 'e': c.env[c.envc++] = optarg; break;
		case 't': c.timeout_ms = (long long)(atof(optarg) * 1000); break;
		case 'w': limit_s = atoi(optarg); break;
		case 'p': c.tty = true; break;
		case 'n': c.eof = true; break;
		default: fputs(usage, stderr); return LOST;
		}
	}
	if (argc - optind < 2) {
		fputs(usage, stderr);
		return LOST;
	}
	catch_signals();
	link_open_fd(&c.link, find_socket(argv[optind], 60));
	synchronise(&c, limit_s);
	send_exec(&c, argc - optind - 1, argv + optind + 1);
	if (c.eof)
		frame_put(&c.link.out, FRAME_STDIN_EOF, NULL, 0);
	if (c.tty)
		raw_mode();
	if (c.timeout_ms)
		c.kill_at = now_ms() + c.timeout_ms;
	status = client_loop(&c);
	restore_mode();
	return status;
}
