// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many channels has a user who has subordinate ids?
 *
 *	subuid SHARE IDS	natively; SHARE: of one user
 *
 * "nobody" opens as many channels as he gets.  Then a process of his goes into a
 * user namespace, in which newuidmap (here: root) has mapped IDS more ids, as
 * /etc/subuid gives each user of a distribution 65536; becomes one after the other;
 * and opens as many again.
 */
#include "../bare.h"

#define NOBODY 65534
#define FIRST 100000

static int *counts; /* [0] nobody's; by id of the namespace; [-1]: the errno */

static int take_all(int *error)
{
	int n = 0, fd;

	for (;; n++) {
		struct vsys_front_open how = { .nr_slots = VSYS_SLOTS_MIN };

		fd = open(VSYS_FRONT_PATH, O_RDWR);
		*error = fd < 0 ? errno : bare_open_only(fd, "storage", &how);
		if (*error)
			break;
	}
	if (fd >= 0)
		close(fd);
	return n;
}

static void map_ids(pid_t pid, int ids)
{
	char path[64], map[100];
	int fd, n;

	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	n = snprintf(map, sizeof(map), "0 %d 1\n1 %d %d\n", NOBODY, FIRST, ids);
	fd = open(path, O_WRONLY);
	verdict(fd >= 0 && write(fd, map, n) == n, "ids are mapped");
	close(fd);
}

static void be_user(int ids, int in, int out)
{
	int id, error, child;
	char c = 'x';

	if (setgid(NOBODY) || setuid(NOBODY) || unshare(CLONE_NEWUSER))
		_exit(1);
	if (write(out, &c, 1) != 1 || read(in, &c, 1) != 1)
		_exit(1);
	counts[0] = take_all(&error);
	say("nobody: %d, then %s", counts[0], strerrorname_np(error));
	for (id = 1; id <= ids; id++) {
		child = fork();
		if (!child) {
			if (setuid(id))
				_exit(1);
			counts[id] = take_all(&error);
			say("id %d: %d, then %s", FIRST + id - 1, counts[id],
			    strerrorname_np(error));
			if (write(out, &c, 1) != 1)
				_exit(1);
			pause();
		}
		if (read(in, &c, 1) != 1)
			break;
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	int to[2], from[2], i, share, ids, sum = 0;
	char c = 'x';
	pid_t pid;

	if (argc != 3 || pipe(to) || pipe(from))
		return 2;
	share = atoi(argv[1]);
	ids = atoi(argv[2]);
	counts = mmap(NULL, 4096 * 4, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	setpgid(0, 0);
	pid = fork();
	if (!pid)
		be_user(ids, to[0], from[1]);
	if (read(from[0], &c, 1) != 1)
		return 2;
	map_ids(pid, ids);
	for (i = 0; i <= ids; i++) {
		if (write(to[1], &c, 1) != 1)
			break;
		if (i < ids && read(from[0], &c, 1) != 1)
			break;
	}
	t_sleep_ms(300);
	for (i = 0; i <= ids; i++)
		sum += counts[i];
	verdict(counts[0] > 0, "nobody has %d channels", counts[0]);
	verdict(sum <= share, "with %d ids he has %d of a share of %d", ids, sum,
		share);
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	return t_wrong;
}
