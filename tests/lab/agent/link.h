/* SPDX-License-Identifier: GPL-2.0-only */
/* A byte stream: a descriptor (socket, virtio-serial port) or a vchan. */
#ifndef LAB_LINK_H
#define LAB_LINK_H

#include "frame.h"

#include <poll.h>
#include <stdbool.h>

struct libxenvchan;

struct link {
	int fd;				/* to poll */
	struct libxenvchan *vchan;	/* or NULL: fd is the stream itself */
	bool closed;			/* the other side is gone */
	long long young;		/* a port's: until then, see link_gone() */
	struct buffer in, out;
};

void link_open_fd(struct link *l, int fd);
void link_open_port(struct link *l, int fd);
void link_open_vchan(struct link *l, struct libxenvchan *vchan);
void link_free(struct link *l);		/* the buffers; closes nothing */

/* Send what out holds as far as it goes. */
void link_push(struct link *l);
/* Take what has come, as long as in holds fewer than limit bytes. */
void link_pull(struct link *l, size_t limit);
/* For poll(): what to wait for, and what to do after it. */
void link_poll(const struct link *l, struct pollfd *p, bool want_input);
void link_polled(struct link *l, const struct pollfd *p);
/* Push everything, waiting at most the given time; false: it did not all go. */
bool link_flush(struct link *l, int milliseconds);
/* Wait for a synchronisation that equals want, or for any if want is NULL. */
bool link_sync(struct link *l, const unsigned char *want,
	       unsigned char got[SYNC_LEN], int milliseconds);

long long now_ms(void);

#endif
