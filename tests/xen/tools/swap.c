// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors that are other files than they were:
 *
 *	swap type DIR		natively; DIR is one of the storage domain's
 *	swap attached DIR
 *	swap chmod DIR
 *
 * A player without rights opens root's file "trusted", which anybody may read, and
 * passes it on.  The holder looks whose it is, and reads.  Then the player makes
 * up an answer of its own service, so that vsysfront closes the remote descriptor
 * for want of its type ("type"), or holds a placeholder of one that vsysfront
 * itself has attached ("attached"), and opens "evil" in its place.  The holder
 * must go on having root's file.
 *
 * "chmod": root opens files and passes them on to a player who owns them.  One is
 * closed in the middle of the player's chmod() of /proc/self/fd/N, and the number
 * is root's "secret" from then on, which must keep its mode.
 */
#include <pthread.h>
#include <sys/resource.h>
#include "../bare.h"

#define NOBODY 65534

static char trusted[200], evil[200], fifo_path[200], empty_path[200];
static char mine[200], secret[200];
static struct bare b, b2;

static int open_at(struct bare *on, uint32_t slot, const char *name, int flags,
		   int *remote)
{
	uint64_t region = bare_region(on, slot, VSYS_PAGE_SIZE);

	if (!region)
		return -ENOMEM;
	strcpy((char *)region, name);
	return bare_descriptor(on, slot, remote, VSYS_NR_openat, BARE_DIRFD,
			       region, flags, 0600);
}

/* Without a placeholder; the remote descriptor. */
static long open_remote(struct bare *on, uint32_t slot, const char *name,
			int flags, int mode)
{
	char *region = (char *)on->arena + (size_t)slot * VSYS_SLOT_ARENA_MAX;

	strcpy(region, name);
	return bare_call(on, slot, VSYS_NR_openat, BARE_DIRFD, (uintptr_t)region,
			 flags, mode);
}

static long by_name(uint32_t nr, const char *name, uint64_t a, uint64_t c)
{
	char *region = (char *)b.arena;

	strcpy(region, name);
	return bare_call(&b, 0, nr, BARE_DIRFD, (uintptr_t)region, a, c);
}

static int make_file(const char *name, char content, int mode, int owner)
{
	long fd = open_remote(&b, 1, name, O_CREAT | O_TRUNC | O_RDWR, mode);
	char *region = (char *)b.arena;

	if (fd < 0)
		return fd;
	*region = content;
	bare_call(&b, 0, VSYS_NR_write, fd, (uintptr_t)region, 1);
	bare_call(&b, 0, VSYS_NR_fchmod, fd, mode);
	return bare_call(&b, 0, VSYS_NR_fchown, fd, owner, owner);
}

static void paths(const char *dir)
{
	snprintf(trusted, 200, "%s/trusted", dir);
	snprintf(evil, 200, "%s/evil", dir);
	snprintf(fifo_path, 200, "%s/fifo", dir);
	snprintf(empty_path, 200, "%s/empty", dir);
	snprintf(mine, 200, "%s/mine", dir);
	snprintf(secret, 200, "%s/secret", dir);
}

static int channel(struct bare *on, uint32_t slots)
{
	uint32_t s;

	if (bare_open(on, "storage", VSYS_SLOTS_MIN))
		return -1;
	for (s = 0; s < slots; s++)
		if (!bare_region(on, s, VSYS_PAGE_SIZE))
			return -1;
	return 0;
}

/* By root. */
static int prepare(const char *dir)
{
	if (channel(&b, 2))
		return -1;
	by_name(VSYS_NR_mkdirat, dir, 0777, 0);
	by_name(VSYS_NR_fchmodat, dir, 0777, 0);
	by_name(VSYS_NR_mknodat, fifo_path, S_IFIFO | 0666, 0);
	by_name(VSYS_NR_mknodat, empty_path, S_IFIFO | 0666, 0);
	by_name(VSYS_NR_fchmodat, fifo_path, 0666, 0);
	by_name(VSYS_NR_fchmodat, empty_path, 0666, 0);
	return make_file(trusted, 'T', 0644, 0) ?:
	       make_file(evil, 'E', 0644, NOBODY) ?:
	       make_file(mine, 'M', 0600, NOBODY) ?:
	       make_file(secret, 'S', 0600, 0);
}

/* ---- The holder ------------------------------------------------------------- */

static int is_trusted(int fd, char *content)
{
	struct stat st;

	*content = 0;
	return !fstat(fd, &st) && st.st_uid == 0 &&
	       pread(fd, content, 1, 0) == 1 && *content == 'T';
}

/* Looks each time that it is told to. */
static void hold(int sock)
{
	int fd = bare_receive_fd(sock);
	char told, content, said[2];

	while (read(sock, &told, 1) == 1) {
		said[0] = is_trusted(fd, &content) ? 'y' : 'n';
		said[1] = content ? content : '-';
		if (write(sock, said, 2) != 2)
			break;
	}
	_exit(0);
}

static void ask(int sock, const char *when)
{
	char said[2] = "??";

	if (write(sock, "?", 1) != 1 || read(sock, said, 2) != 2)
		said[0] = '?';
	verdict(said[0] == 'y', "%s the holder has root's file (it reads '%c')",
		when, said[1]);
}

/* ---- The player ---------------------------------------------------------------- */

static int fifo = -1;

static void *read_fifo(void *arg)
{
	char c;

	return read(fifo, &c, 1) == 1 ? arg : NULL;
}

/* An openat that waits, and whose answer is made up meanwhile. */
static struct forged {
	struct bare *on;
	int local;
} forged;

static void *call_forged(void *arg)
{
	forged.local = open_at(forged.on, 2, empty_path, O_RDONLY, NULL);
	return arg;
}

/* answer: a descriptor over there, of a file. */
static void forge(struct bare *on, long answer)
{
	pthread_t thread;

	forged.on = on;
	pthread_create(&thread, NULL, call_forged, NULL);
	t_sleep_ms(500);
	/* The same slot once more, with a call that answers what it is told to. */
	bare_fill(on, 2, VSYS_NR_lseek,
		  (const uint64_t[6]){ answer, answer, SEEK_SET });
	on->ring.slots[2].state = VSYS_SLOT_SUBMITTED | VSYS_SLOT_WAITING;
	__atomic_fetch_or(&on->ring.head->pending[0], 1 << 2, __ATOMIC_SEQ_CST);
	ioctl(on->fd, VSYS_IOC_DOORBELL);
	pthread_join(thread, NULL);
}

static void play_type(int sock)
{
	const struct rlimit none = { 0, 0 };
	int i, remote, fd = open_at(&b, 0, trusted, O_RDONLY, &remote);
	pthread_t readers[8];
	long other;

	fifo = open_at(&b, 1, fifo_path, O_RDWR, NULL);
	if (!verdict(fd >= 0 && fifo >= 0, "files (%d, %d)", fd, fifo))
		return;
	bare_send_fd(sock, fd);
	ask(sock, "at first");
	/* Kernel's slots whose regions have no memory yet come next, and get none. */
	for (i = 0; i < 8; i++)
		pthread_create(&readers[i], NULL, read_fifo, NULL);
	t_sleep_ms(500);
	setrlimit(RLIMIT_MEMLOCK, &none);
	forge(&b, remote);
	say("the forged call: %s",
	    forged.local < 0 ? strerrorname_np(-forged.local) : "a descriptor");
	other = open_remote(&b, 4, evil, O_RDONLY, 0);
	verdict(other != remote, "another file has another number (%ld, %d)",
		other, remote);
	ask(sock, "then");
}

static void play_attached(int sock)
{
	int remote, fd = open_at(&b, 0, trusted, O_RDONLY, &remote);
	struct vsys_front_fd info = { .fd = fd };
	long other;

	if (!verdict(fd >= 0 && !channel(&b2, 5) &&
		     !ioctl(b2.fd, VSYS_IOC_ATTACH, &info),
		     "a file of two channels (%d, %d)", fd, info.remote_fd))
		return;
	forge(&b2, info.remote_fd);
	say("the forged call: %s",
	    forged.local < 0 ? strerrorname_np(-forged.local) : "a descriptor");
	bare_send_fd(sock, forged.local < 0 ? fd : forged.local);
	ask(sock, "at first");
	close(fd);
	other = open_remote(&b2, 4, evil, O_RDONLY, 0);
	verdict(other != info.remote_fd,
		"another file has another number (%ld, %d)", other,
		info.remote_fd);
	ask(sock, "then");
}

static void play(int sock, void (*how)(int))
{
	if (setgid(NOBODY) || setuid(NOBODY) ||
	    !verdict(!channel(&b, 5), "a channel"))
		_exit(1);
	how(sock);
	_exit(t_wrong);
}

/* ---- chmod ------------------------------------------------------------------------ */

static struct common {
	int got, started, closed, hog, done, result, stop;
} * common;

#define WAIT_FOR(x) \
	while (!__atomic_load_n(&(x), __ATOMIC_SEQ_CST)) \
		usleep(100)
#define SET(x, v) __atomic_store_n(&(x), v, __ATOMIC_SEQ_CST)

static int theirs;

static void alone(void)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
}

static void *hog(void *arg)
{
	alone();
	for (;;)
		if (!__atomic_load_n(&common->hog, __ATOMIC_SEQ_CST))
			usleep(100);
	return arg;
}

static void *change(void *arg)
{
	const struct sched_param param = { 0 };
	char path[64];

	sched_setscheduler(0, SCHED_IDLE, &param);
	alone();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", theirs);
	SET(common->started, 1);
	common->result = chmod(path, 0666) ? errno : 0;
	SET(common->done, 1);
	return arg;
}

static void owner(int sock)
{
	pthread_t thread;
	int round;

	if (setgid(NOBODY) || setuid(NOBODY))
		_exit(1);
	pthread_create(&thread, NULL, hog, NULL);
	pthread_create(&thread, NULL, hog, NULL);
	for (round = 0; (theirs = bare_receive_fd(sock)) >= 0; round++) {
		SET(common->got, 1);
		pthread_create(&thread, NULL, change, NULL);
		WAIT_FOR(common->started);
		usleep(round % 100 * 200);	/* whenever it waits for the owner's number */
		SET(common->hog, 1);
		close(theirs);
		SET(common->closed, 1);
		pthread_join(thread, NULL);
	}
	_exit(0);
}

static unsigned int mode_of(const char *name)
{
	struct stat *st = (void *)((char *)b.arena + 2048);

	by_name(VSYS_NR_newfstatat, name, (uintptr_t)st, 0);
	return st->st_mode & 07777;
}

static int chmod_round(int sock, int *same)
{
	int remote, fd = open_at(&b, 1, mine, O_RDONLY, &remote);
	int other, other_remote;

	memset(common, 0, sizeof(*common));
	if (fd < 0 || bare_send_fd(sock, fd) < 0)
		return -1;
	WAIT_FOR(common->got);
	close(fd);
	WAIT_FOR(common->closed);
	other = open_at(&b, 1, secret, O_RDWR, &other_remote);
	*same += other_remote == remote;
	SET(common->hog, 0);
	WAIT_FOR(common->done);
	close(other);
	return mode_of(secret) == 0666;
}

static void chmods(int sock)
{
	long end = t_now_ms() + 100000;
	int i, hit = 0, same = 0;

	for (i = 0; i < 600 && !hit && t_now_ms() < end; i++)
		hit = chmod_round(sock, &same);
	verdict(hit >= 0, "rounds");
	verdict(!hit,
		"root's file has mode %03o after %d rounds, in %d of which it had the number of the closed one",
		mode_of(secret), i, same);
}

int main(int argc, char **argv)
{
	int pair[2], status = 0;
	pid_t pid, player;

	if (argc != 3 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return 2;
	paths(argv[2]);
	common = mmap(NULL, sizeof(*common), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = fork();
	if (!pid) {
		close(pair[1]);
		if (!strcmp(argv[1], "chmod"))
			owner(pair[0]);
		hold(pair[0]);
	}
	close(pair[0]);
	player = fork();
	if (!player) {
		if (!verdict(!prepare(argv[2]), "what root prepares"))
			_exit(1);
		if (!strcmp(argv[1], "chmod")) {
			chmods(pair[1]);
			_exit(t_wrong);
		}
		close(b.fd);
		memset(&b, 0, sizeof(b));
		play(pair[1], !strcmp(argv[1], "type") ? play_type :
							 play_attached);
	}
	close(pair[1]);
	waitpid(player, &status, 0);
	kill(pid, SIGKILL);
	t_wait(pid);
	return !!status;
}
