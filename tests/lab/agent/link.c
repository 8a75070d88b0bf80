// SPDX-License-Identifier: GPL-2.0-only
/* Byte streams over descriptors and vchans. */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef LAB_VCHAN
#include <libxenvchan.h>
#endif

long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

void link_open_fd(struct link *l, int fd)
{
	memset(l, 0, sizeof(*l));
	l->fd = fd;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

#define YOUNG_MS 1000
#define BACK_MS 200

/* A virtio-serial port, with a client on the host that has just connected. */
void link_open_port(struct link *l, int fd)
{
	link_open_fd(l, fd);
	l->young = now_ms() + YOUNG_MS;
}

/*
 * The descriptor says that nobody is there.  Of a port it may be the client before
 * this one of whom that is said so late: data overtakes word of who comes and
 * goes, for the driver takes that from another queue, by and by.
 */
static bool link_gone(const struct link *l)
{
	long long end = now_ms() + BACK_MS;

	while (l->young && now_ms() < end && end < l->young + BACK_MS) {
		struct pollfd p = { .fd = l->fd, .events = POLLIN | POLLOUT };
		struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };

		poll(&p, 1, 0);
		if (!(p.revents & POLLHUP))
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

void link_open_vchan(struct link *l, struct libxenvchan *vchan)
{
	memset(l, 0, sizeof(*l));
	l->vchan = vchan;
#ifdef LAB_VCHAN
	vchan->blocking = 0;
	l->fd = libxenvchan_fd_for_select(vchan);
#endif
}

void link_free(struct link *l)
{
	free(l->in.data);
	free(l->out.data);
	memset(&l->in, 0, sizeof(l->in));
	memset(&l->out, 0, sizeof(l->out));
}

/* Both return the number of bytes, 0 for "not now", -1 for "gone". */
static long raw_write(struct link *l, const void *data, size_t len)
{
	ssize_t n;

#ifdef LAB_VCHAN
	if (l->vchan) {
		if (!libxenvchan_is_open(l->vchan))
			return -1;
		return libxenvchan_write(l->vchan, data, len);
	}
#endif
	n = write(l->fd, data, len);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	return n;
}

static long raw_read(struct link *l, void *data, size_t len)
{
	ssize_t n;

#ifdef LAB_VCHAN
	if (l->vchan) {
		int got = libxenvchan_read(l->vchan, data, len);

		if (got == 0 && !libxenvchan_is_open(l->vchan))
			return -1;
		return got;
	}
#endif
	n = read(l->fd, data, len);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	return n || !link_gone(l) ? n : -1;
}

void link_push(struct link *l)
{
	while (!l->closed && buffer_used(&l->out)) {
		long n = raw_write(l, l->out.data + l->out.start, buffer_used(&l->out));

		if (n < 0)
			l->closed = true;
		if (n <= 0)
			return;
		buffer_drop(&l->out, (size_t)n);
	}
}

void link_pull(struct link *l, size_t limit)
{
	while (!l->closed && buffer_used(&l->in) < limit) {
		size_t room = FRAME_CHUNK;
		long n = raw_read(l, buffer_room(&l->in, room), room);

		if (n < 0)
			l->closed = true;
		if (n <= 0)
			return;
		l->in.end += (size_t)n;
	}
}

void link_poll(const struct link *l, struct pollfd *p, bool want_input)
{
	p->fd = l->closed ? -1 : l->fd;
	p->events = 0;
	p->revents = 0;
	if (l->vchan) {
		p->events = POLLIN;	/* one event says both */
		return;
	}
	if (want_input)
		p->events |= POLLIN;
	if (buffer_used(&l->out))
		p->events |= POLLOUT;
}

void link_polled(struct link *l, const struct pollfd *p)
{
#ifdef LAB_VCHAN
	if (l->vchan) {
		if (p->revents & POLLIN)
			libxenvchan_wait(l->vchan);
		return;
	}
#endif
	if ((p->revents & POLLHUP) && !(p->revents & POLLIN))
		l->closed = link_gone(l);
}

bool link_flush(struct link *l, int milliseconds)
{
	long long end = now_ms() + milliseconds;

	for (;;) {
		struct pollfd p;
		long long left = end - now_ms();

		link_push(l);
		if (l->closed || !buffer_used(&l->out))
			return !l->closed;
		if (left <= 0)
			return false;
		link_poll(l, &p, false);
		poll(&p, 1, (int)left);
		link_polled(l, &p);
	}
}

bool link_sync(struct link *l, const unsigned char *want,
	       unsigned char got[SYNC_LEN], int milliseconds)
{
	long long end = now_ms() + milliseconds;

	for (;;) {
		struct pollfd p;
		long long left;

		link_push(l);
		link_pull(l, FRAME_MAX);
		while (sync_find(&l->in, got))
			if (!want || !memcmp(want, got, SYNC_LEN))
				return true;
		left = end - now_ms();
		if (l->closed || left <= 0)
			return false;
		link_poll(l, &p, true);
		poll(&p, 1, (int)left);
		link_polled(l, &p);
	}
}
