// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	libvirtuos/log.c.
 * Why:		the log writes in the middle of programs: it must not touch
 *		their descriptors, the standard ones included.
 * How:		lines to a file, of any length, also when the program has closed
 *		its standard error.
 */
#include <fcntl.h>

#include "libvirtuos/core.h"
#include "test.h"

static char name[] = "/tmp/virtuos-log-XXXXXX";

/* The file's length, and its last n bytes. */
static long tail(char *to, size_t n)
{
	int fd = open(name, O_RDONLY);
	long size = lseek(fd, 0, SEEK_END);

	CHECK_EQ(pread(fd, to, n, size - n), n);
	close(fd);
	return size;
}

static void lines(void)
{
	char word[2000], end[8];
	long before;

	virtuos_log("%d is %s", 7, "seven");
	before = tail(end, 8);
	CHECK(!memcmp(end, "s seven\n", 8));
	memset(word, 'x', sizeof(word));
	word[sizeof(word) - 1] = 0;
	virtuos_log("%s", word);
	CHECK(tail(end, 8) <= before + 512);
	CHECK(!memcmp(end, "xxxxxxx\n", 8));
}

static void standard_error_closed(void)
{
	int kept = dup(2), lowest;
	char end[6];

	close(2);
	virtuos_log("quiet");
	lowest = dup(kept);
	close(lowest);
	dup2(kept, 2);
	close(kept);
	CHECK_EQ(lowest, 2);
	tail(end, 6);
	CHECK(!memcmp(end, "quiet\n", 6));
}

/* In a sandbox, whose filter may kill for it. */
static void silent(void)
{
	char end[6];

	virtuos_silent = true;
	virtuos_log("anything");
	virtuos_silent = false;
	tail(end, 6);
	CHECK(!memcmp(end, "quiet\n", 6));
}

int main(void)
{
	int fd = mkstemp(name);

	test_need(fd >= 0, name);
	close(fd);
	virtuos_log("before it is known where to: nowhere");
	setenv("VIRTUOS_LOG", name, 1);
	virtuos_log_init();
	lines();
	standard_error_closed();
	silent();
	unlink(name);
	return test_exit();
}
