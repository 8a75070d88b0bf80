// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	close(), close_range() and dup2() in libvirtuos/hooks/.
 * Why:		the table counts the closes that it knows of, ahead of the
 *		kernel; one that is counted and does not happen hides a later
 *		one, and a descriptor is taken for a file that it is not.
 * How:		with a table that only counts: closes of remote and local
 *		descriptors, and of both by a thread that has been cancelled.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>

#include "libvirtuos/virtuos.h"
#include "test.h"

/* ---- the rest of the library ---------------------------------------------- */

bool virtuos_active = true;
struct virtuos_libc virtuos_libc;

static int remote_fd = -1, own_fd = -1, counted;
static bool cancel_late;	/* when the close has been counted */

void virtuos_init(void)
{
}

bool virtuos_own_has(int fd)
{
	return fd == own_fd;
}

int virtuos_own_next(int fd)
{
	return fd <= own_fd ? own_fd : -1;
}

bool virtuos_fd_remote(int fd, struct virtuos_remote *remote)
{
	*remote = (struct virtuos_remote){ .service = 3, .fd = fd };
	return fd == remote_fd;
}

void virtuos_fd_dup(int old, int new)
{
	(void)old;
	(void)new;
}

void virtuos_log(const char *format, ...)
{
	(void)format;
}

bool virtuos_fd_closing(int fd)
{
	if (fd != remote_fd)
		return false;
	remote_fd = -1;
	counted++;
	if (cancel_late)
		pthread_cancel(pthread_self());
	return true;
}

void virtuos_fd_not_closed(int service)
{
	CHECK_EQ(service, 3);
	counted--;
}

void virtuos_fd_forget_range(unsigned int first, unsigned int last)
{
	(void)first;
	(void)last;
}

/* ---- closing --------------------------------------------------------------- */

static int some_fd(void)
{
	int fd = open("/dev/null", O_RDWR);

	test_need(fd >= 0, "/dev/null");
	return fd;
}

static bool is_open(int fd)
{
	return sys3(SYS_fcntl, fd, F_GETFD, 0) >= 0;
}

static void plain(void)
{
	int fd = some_fd();

	counted = 0;
	CHECK_EQ(close(fd), 0);
	CHECK(!is_open(fd));
	CHECK_EQ(counted, 0);
	remote_fd = fd = some_fd();
	CHECK_EQ(close(fd), 0);
	CHECK(!is_open(fd));
	CHECK_EQ(counted, 1);
	CHECK_EQ(close(fd), -1);
	CHECK_EQ(errno, EBADF);
}

/* The library's own descriptors are not there for programs. */
static void own(void)
{
	int first = some_fd(), last;

	own_fd = some_fd();
	last = some_fd();
	CHECK_EQ(close(own_fd), -1);
	CHECK_EQ(errno, EBADF);
	CHECK(is_open(own_fd));
	CHECK_EQ(close_range(first, last, 0), 0);
	CHECK(!is_open(first) && is_open(own_fd) && !is_open(last));
	first = own_fd;
	own_fd = -1;
	CHECK_EQ(close(first), 0);
}

static void *closer(void *arg)
{
	int fd = *(int *)arg;

	if (!cancel_late) {
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
		pthread_cancel(pthread_self());
		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	}
	close(fd);
	pthread_testcancel();
	return NULL;
}

/* What is counted is closed, and the other way round. */
static void cancel(bool remote, bool late)
{
	int fd = some_fd();
	pthread_t thread;
	void *ret;

	counted = 0;
	remote_fd = remote ? fd : -1;
	cancel_late = late;
	test_need(!pthread_create(&thread, NULL, closer, &fd), "thread");
	pthread_join(thread, &ret);
	cancel_late = false;
	CHECK(ret == PTHREAD_CANCELED);
	CHECK_EQ(is_open(fd), !late);
	CHECK_EQ(counted, late);
	sys1(SYS_close, fd);
}

/* Onto a remote descriptor: it is closed when that succeeds, and only then. */
static void duplicate(void)
{
	struct rlimit was, low;
	int fd = some_fd(), high;

	counted = 0;
	remote_fd = some_fd();
	high = remote_fd;
	CHECK_EQ(dup2(999, high), -1);
	CHECK_EQ(errno, EBADF);
	CHECK_EQ(counted, 0);
	remote_fd = high;
	getrlimit(RLIMIT_NOFILE, &was);
	low = was;
	low.rlim_cur = high;
	setrlimit(RLIMIT_NOFILE, &low);
	CHECK_EQ(dup2(fd, high), -1);
	CHECK_EQ(counted, 0);
	setrlimit(RLIMIT_NOFILE, &was);
	remote_fd = high;
	CHECK_EQ(dup2(fd, high), high);
	CHECK_EQ(counted, 1);
	remote_fd = fd;
	CHECK_EQ(dup2(fd, fd), fd);
	CHECK_EQ(counted, 1);
	remote_fd = -1;
	close(fd);
	close(high);
}

int main(void)
{
	*(void **)&virtuos_libc.close = dlsym(RTLD_NEXT, "close");
	*(void **)&virtuos_libc.fclose = dlsym(RTLD_NEXT, "fclose");
	*(void **)&virtuos_libc.closedir = dlsym(RTLD_NEXT, "closedir");
	test_need(virtuos_libc.close && virtuos_libc.fclose, "libc's close");
	plain();
	own();
	cancel(false, false);
	cancel(true, false);
	cancel(true, true);
	duplicate();
	return test_exit();
}
