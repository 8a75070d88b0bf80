// SPDX-License-Identifier: GPL-2.0-only
/*
 * A shadow at its own limit of descriptors: run forwarded, with "hoard DIR".
 * The program opens files and closes them, but children that have inherited
 * them hold them: its own table stays nearly empty, its shadow's fills.
 *
 *	open ERROR after N	files that the shadow holds
 *	read BYTES		from one that was open before
 *	then RESULT		of open when the children are gone
 */
#include <sys/resource.h>
#include "../transcript.h"

#define FILES 20

/* Open some more, pass them to a child, close them.  How many were opened. */
static int round_of(int *pipe_end)
{
	int fds[FILES], hold[2], n, i;
	char c;

	if (pipe(hold))
		return -1;
	for (n = 0; n < FILES; n++) {
		fds[n] = open(at("file"), O_RDONLY);
		if (fds[n] < 0)
			break;
	}
	i = errno;
	if (!fork()) {
		close(hold[1]);
		while (read(hold[0], &c, 1) > 0)
			;
		_exit(0);
	}
	errno = i;
	close(hold[0]);
	*pipe_end = hold[1];
	for (i = 0; i < n; i++)
		close(fds[i]);
	return n;
}

int main(int argc, char **argv)
{
	struct rlimit limit = { 40, 4096 };
	int holds[10], i, n, fd, rounds, total = 0;
	char buffer[8];

	t_begin(argc, argv);
	if (setrlimit(RLIMIT_NOFILE, &limit))
		return 2;
	fd = open(at("file"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (write(fd, "12345", 5) != 5)
		return 1;
	for (rounds = 0; rounds < 10; rounds++) {
		n = round_of(&holds[rounds]);
		if (n < 0)
			return 1;
		total += n;
		if (n < FILES)
			break;
	}
	say("open %s after %d", n < FILES ? strerrorname_np(errno) : "success",
	    total);
	say("read %ld", (long)pread(fd, buffer, sizeof(buffer), 0));
	for (i = 0; i <= rounds && i < 10; i++)
		close(holds[i]);
	while (wait(NULL) > 0)
		;
	n = open(at("file"), O_RDONLY);
	say("then %s", n < 0 ? strerrorname_np(errno) : "success");
	return n < 0;
}
