// SPDX-License-Identifier: GPL-2.0-only
/*
 * In dom0: serve one virtio-serial port.  A command for dom0 runs here, one for
 * another domain is passed on over a vchan of that domain.
 */
#include "agent.h"
#include "domain.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libxenvchan.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include <xenstore.h>

#define RUN "/run/lab"
#define CONNECT_MS 20000
#define ALIVE_MS 300

/* A domain's channel, held by a lock on a file in RUN. */
struct channel {
	struct libxenvchan *vchan;
	struct link link;
	int lock;
};

static void refuse(struct link *l, const char *format, const char *name)
{
	char text[256];

	snprintf(text, sizeof(text), format, name);
	frame_put_exit(&l->out, EXIT_ERROR, 0, text);
}

static int channel_lock(int id, int *number)
{
	for (int n = 0; n < CHANNELS; n++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), RUN "/channel-%d-%d", id, n);
		fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
			*number = n;
			return fd;
		}
		if (fd >= 0)
			close(fd);
	}
	return -1;
}

static void channel_close(struct channel *ch)
{
	if (ch->vchan) {
		link_free(&ch->link);
		libxenvchan_close(ch->vchan);
	}
	if (ch->lock >= 0)
		close(ch->lock);
	ch->vchan = NULL;
	ch->lock = -1;
}

static bool channel_try(struct channel *ch, int id, const unsigned char *sync)
{
	unsigned char got[SYNC_LEN];
	char path[96];
	int n;

	ch->vchan = NULL;
	ch->lock = channel_lock(id, &n);
	if (ch->lock < 0)
		return false;
	snprintf(path, sizeof(path), "/local/domain/%d/data/lab-agent/%d", id, n);
	ch->vchan = libxenvchan_client_init(NULL, id, path);
	if (ch->vchan) {
		link_open_vchan(&ch->link, ch->vchan);
		buffer_add(&ch->link.out, sync, SYNC_LEN);
		if (link_sync(&ch->link, sync, got, 2000))
			return true;
	}
	channel_close(ch);
	return false;
}

static bool channel_open(struct channel *ch, struct xs_handle *xs, int id,
			 const char *name, struct link *client, const unsigned char *sync)
{
	long long end = now_ms() + CONNECT_MS;

	while (!channel_try(ch, id, sync)) {
		struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };

		link_pull(client, FRAME_MAX);
		if (now_ms() > end || client->closed || !domain_alive(xs, id, name))
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* Move whole frames; true: one of them was EXIT. */
static bool pass_frames(struct link *from, struct link *to)
{
	struct frame f;
	bool last = false;
	int got = 0;

	while (!last && buffer_used(&to->out) < FRAME_MAX &&
	       (got = frame_peek(&from->in, &f)) == 1) {
		buffer_add(&to->out, from->in.data + from->in.start, FRAME_HEADER + f.len);
		last = f.type == FRAME_EXIT;
		frame_drop(&from->in, &f);
	}
	if (got < 0)
		from->closed = true;
	return last;
}

static void relay_loop(struct link *client, struct channel *ch, struct xs_handle *xs,
		       int id, const char *name)
{
	long long checked = now_ms();

	for (;;) {
		struct pollfd p[2];

		link_pull(client, FRAME_MAX + FRAME_HEADER);
		link_pull(&ch->link, FRAME_MAX + FRAME_HEADER);
		pass_frames(client, &ch->link);
		if (pass_frames(&ch->link, client))
			return;
		link_push(client);
		link_push(&ch->link);
		if (client->closed)
			return;
		if (ch->link.closed) {
			refuse(client, "domain %s closed the channel", name);
			return;
		}
		if (now_ms() - checked > ALIVE_MS) {
			checked = now_ms();
			if (!domain_alive(xs, id, name)) {
				refuse(client, "domain %s died", name);
				return;
			}
		}
		link_poll(client, &p[0], buffer_used(&ch->link.out) < FRAME_MAX);
		link_poll(&ch->link, &p[1], true);
		poll(p, 2, ALIVE_MS);
		link_polled(client, &p[0]);
		link_polled(&ch->link, &p[1]);
	}
}

/* The frames that are passed on begin with the command's EXEC. */
static void relay_run(struct link *client, const char *domain, const unsigned char *sync)
{
	struct xs_handle *xs = xs_open(0);
	struct channel ch;
	int id;

	if (!xs) {
		refuse(client, "%s: no connection to xenstore", domain);
		return;
	}
	id = domain_find(xs, domain);
	if (id < 0) {
		refuse(client, "there is no domain %s", domain);
	} else if (!channel_open(&ch, xs, id, domain, client, sync)) {
		refuse(client, "domain %s does not answer", domain);
	} else {
		relay_loop(client, &ch, xs, id, domain);
		channel_close(&ch);
	}
	xs_close(xs);
}

/* A domain that lives inside dom0: RUN/root-NAME names its root directory. */
static bool local_root(const char *domain, char *root, size_t size)
{
	char path[128];
	FILE *f;

	*root = 0;
	if (!strcmp(domain, "dom0"))
		return true;
	if (strchr(domain, '/'))
		return false;
	snprintf(path, sizeof(path), RUN "/root-%s", domain);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(root, (int)size, f))
		*root = 0;
	root[strcspn(root, "\n")] = 0;
	fclose(f);
	return *root != 0;
}

static void port_session(struct link *l)
{
	unsigned char sync[SYNC_LEN];
	char root[256];
	struct command c;

	if (!command_await(&c, l, sync, 60000, -1))
		return;
	if (local_root(c.domain, root, sizeof(root)))
		session_run(l, &c, *root ? root : NULL);
	else
		relay_run(l, c.domain, sync);
	command_free(&c);
	link_flush(l, 10000);
}

/* Wait until the host end of the port is (or is not) connected: the driver
 * sends SIGIO when that changes. */
static void port_await(int fd, bool connected)
{
	sigset_t io;

	sigemptyset(&io);
	sigaddset(&io, SIGIO);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
		struct timespec limit = { .tv_sec = connected ? 5 : 1 };

		poll(&p, 1, 0);
		if (!(p.revents & POLLHUP) == connected)
			return;
		sigtimedwait(&io, NULL, &limit);
	}
}

int port_main(int argc, char **argv)
{
	sigset_t io;
	int fd;

	if (argc != 2)
		errx(2, "port DEVICE");
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", argv[1]);
	sigemptyset(&io);
	sigaddset(&io, SIGIO);
	sigprocmask(SIG_BLOCK, &io, NULL);
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC | O_NONBLOCK);
	for (;;) {
		struct link l;

		port_await(fd, true);
		link_open_port(&l, fd);
		port_session(&l);
		link_free(&l);
		/* The client reads EXIT and hangs up; one that does not may start
		 * another command on the same connection. */
		for (int i = 0; i < 20; i++) {
			struct pollfd p = { .fd = fd, .events = POLLIN };

			poll(&p, 1, 50);
			if (p.revents)
				break;
		}
	}
}

/* Asks rarely: each question to xenstored costs a millisecond or more under
 * emulation, of the processor time that the domain needs to start.  (A watch
 * would need libxenstore's thread, whose small stack a static program with its
 * thread-local storage exceeds.) */
int wait_main(int argc, char **argv)
{
	struct xs_handle *xs = xs_open(0);
	char path[64], *value;
	unsigned len, asked = 0;
	long long end;
	int id;

	if (argc != 3)
		errx(2, "wait DOMAIN SECONDS");
	if (!xs)
		errx(1, "no connection to xenstore");
	end = now_ms() + 1000LL * atoi(argv[2]);
	id = domain_find(xs, argv[1]);
	if (id < 0)
		errx(3, "there is no domain %s", argv[1]);
	snprintf(path, sizeof(path), "/local/domain/%d/data/lab-ready", id);
	while (!(value = xs_read(xs, XBT_NULL, path, &len))) {
		struct timespec pause = { .tv_nsec = 200 * 1000 * 1000 };

		if (++asked % 5 == 0 && !domain_alive(xs, id, argv[1]))
			errx(4, "domain %s died while it started", argv[1]);
		if (now_ms() > end)
			errx(5, "domain %s was not ready within %s s", argv[1], argv[2]);
		nanosleep(&pause, NULL);
	}
	printf("%s\n", value);
	return 0;
}
