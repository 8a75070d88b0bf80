// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that writes whatever it likes into the memory that it shares with a
 * service domain, while another one holds descriptors that came from it:
 *
 *	ringplay FILE MS	natively; FILE is one of the storage domain's
 *
 * The player opens FILE and a FIFO beside it by a channel of its own and passes
 * them on.  The holder, without a channel, reads the file all the time, closes one
 * descriptor after the other, and waits at the FIFO.  Whatever the player does, the
 * holder must get the right data, from each call within MS.
 */
#include <pthread.h>
#include "../bare.h"

#define SIZE 5000
#define SPARES 60 /* descriptors for the holder to close */
#define ATTACK_MS 1500

static struct common {
	long rounds, wrong, longest;
	int error; /* of the last thing that went wrong */
	int fifo;  /* what the holder's read brought; 0: it waits */
	int closed;
	int stop;
} * common;

static const char *path;
static char fifo_path[200], other_path[200], pattern[SIZE];
static long limit;

/* ---- The holder --------------------------------------------------------- */

static int from_player;

static void took(long since)
{
	long ms = t_now_ms() - since;

	if (ms > common->longest)
		common->longest = ms;
}

static int right_data(int fd)
{
	char data[SIZE];
	struct stat st;

	errno = 0;
	return pread(fd, data, SIZE, 0) == SIZE &&
	       !memcmp(data, pattern, SIZE) && !fstat(fd, &st) &&
	       st.st_size == SIZE && lseek(fd, -7, SEEK_END) == SIZE - 7 &&
	       read(fd, data, 10) == 7 && !memcmp(data, pattern + SIZE - 7, 7);
}

static void look(int fd)
{
	long t = t_now_ms();

	if (!right_data(fd)) {
		common->wrong++;
		common->error = errno;
	}
	took(t);
	common->rounds++;
}

static void *hold_fifo(void *arg)
{
	unsigned char c;
	int fd = *(int *)arg, n = read(fd, &c, 1);

	common->fifo = n == 1 ? c : -errno;
	return NULL;
}

static void *hold_spares(void *arg)
{
	long t;
	int fd;

	while (!common->stop && (fd = bare_receive_fd(from_player)) >= 0) {
		look(fd);
		t = t_now_ms();
		close(fd);
		took(t);
		common->closed++;
		t_sleep_ms(100);
	}
	return arg;
}

static int hold(void)
{
	int file = bare_receive_fd(from_player);
	int fifo = bare_receive_fd(from_player);
	pthread_t waiter, closer;

	if (file < 0 || fifo < 0)
		return 1;
	pthread_create(&waiter, NULL, hold_fifo, &fifo);
	pthread_create(&closer, NULL, hold_spares, NULL);
	while (!common->stop) {
		look(file);
		t_sleep_ms(3);
	}
	return 0;
}

/* What the holder had of a time. */
static void judge_holder(const char *what)
{
	verdict(common->rounds > 5 && !common->wrong &&
			common->longest <= limit && !common->fifo,
		"%s: the holder looked %ld times, %ld wrong (%s), the longest took %ld ms%s",
		what, common->rounds, common->wrong,
		common->wrong ? strerrorname_np(common->error) : "-",
		common->longest,
		common->fifo ? ", and it does not wait any more" : "");
	common->rounds = common->wrong = common->longest = 0;
}

/* ---- The player --------------------------------------------------------- */

static struct bare b;
static int remote_file, remote_fifo, remote_other;

static int open_at(uint32_t slot, const char *name, int flags, int *remote)
{
	uint64_t region = bare_region(&b, slot, VSYS_PAGE_SIZE);

	if (!region)
		return -ENOMEM;
	strcpy((char *)region, name);
	return bare_descriptor(&b, slot, remote, VSYS_NR_openat, BARE_DIRFD,
			       region, flags, 0600);
}

static int set_up(int sock)
{
	uint64_t region = bare_region(&b, 0, 2 * VSYS_PAGE_SIZE);
	int fd, fifo, i;

	fd = open_at(0, path, O_CREAT | O_TRUNC | O_RDWR, &remote_file);
	if (fd < 0)
		return fd;
	memcpy((char *)region, pattern, SIZE);
	if (bare_call(&b, 0, VSYS_NR_write, remote_file, region, SIZE) != SIZE)
		return -EIO;
	strcpy((char *)region, fifo_path);
	bare_call(&b, 0, VSYS_NR_unlinkat, BARE_DIRFD, region);
	strcpy((char *)region, fifo_path);
	if (bare_call(&b, 0, VSYS_NR_mknodat, BARE_DIRFD, region,
		      S_IFIFO | 0600))
		return -EIO;
	fifo = open_at(0, fifo_path, O_RDWR, &remote_fifo);
	if (fifo < 0 || bare_send_fd(sock, fd) < 0 ||
	    bare_send_fd(sock, fifo) < 0)
		return -EIO;
	for (i = 0; i < SPARES; i++) {
		close(fd);
		fd = open_at(0, path, O_RDWR, NULL);
		if (fd < 0 || bare_send_fd(sock, fd) < 0)
			return -EIO;
	}
	close(fd);
	return open_at(0, other_path, O_CREAT | O_RDWR, &remote_other);
}

/* Answers that nobody gave. */
static void forge(void)
{
	uint32_t s;

	for (s = 0; s < b.ring.nr_slots; s++) {
		b.ring.slots[s].ret = 99;
		b.ring.slots[s].state = VSYS_SLOT_DONE;
	}
}

/* Calls that are forgotten. */
static void forget(void)
{
	memset(b.ring.head->pending, 0, sizeof(b.ring.head->pending));
}

/* Calls in every slot there is, each into the slot's own region. */
static void submit(void)
{
	uint32_t s;

	for (s = 0; s < b.ring.nr_slots; s++) {
		bare_fill(&b, s, VSYS_NR_pread64,
			  (const uint64_t[6]){
				  remote_other,
				  b.arena + (uint64_t)s * VSYS_SLOT_ARENA_MAX,
				  100, 0 });
		bare_submit(&b, s);
	}
	for (s = 0; s < b.ring.nr_slots; s++)
		bare_answer(&b, s, 50);
}

static void cancel(void)
{
	static uint32_t s;

	bare_call(&b, 0, VSYS_NR_CANCEL, s++ % (VSYS_PENDING_WORDS * 64));
}

/* Nonsense in the head: indices, events, pending bits. */
static void scribble(void)
{
	char *head = (char *)b.ring.head;
	static uint32_t seed;

	t_fill(head + 128, VSYS_PAGE_SIZE - 128, ++seed);
	ioctl(b.fd, VSYS_IOC_DOORBELL);
}

static void attack(const char *what, void (*once)(void))
{
	long end = t_now_ms() + ATTACK_MS;
	uint32_t s;

	while (t_now_ms() < end)
		once();
	forget();
	for (s = 0; s < b.ring.nr_slots; s++)
		b.ring.slots[s].state = VSYS_SLOT_FREE;
	judge_holder(what);
}

/* The remote descriptor closed behind the placeholder's back, its number reused. */
static void take_away(void)
{
	long ret = bare_call(&b, 1, VSYS_NR_close, remote_file);
	int remote = -1, i;

	verdict(ret == -ENOSYS, "close() by the program: %s",
		ret < 0 ? strerrorname_np(-ret) : "success");
	for (i = 2; i < 6; i++)
		open_at(i, other_path, O_RDWR, &remote);
	verdict(remote != remote_file, "another file has another number");
	t_sleep_ms(ATTACK_MS);
	judge_holder("closing and opening");
}

/* The program's own ring is dead, says the program. */
static void bury(void)
{
	b.ring.head->server = VSYS_SERVER_DEAD;
}

static void play(int sock)
{
	unsigned char c = 'x';
	int error = bare_open(&b, "storage", VSYS_SLOTS_MIN);
	uint64_t region;

	if (!verdict(!error, "a channel") ||
	    !verdict(set_up(sock) >= 0, "files"))
		return;
	t_sleep_ms(500);
	judge_holder("nothing");
	attack("forged answers", forge);
	attack("pending bits cleared", forget);
	attack("calls in all slots", submit);
	attack("calls cancelled", cancel);
	attack("nonsense in the head", scribble);
	take_away();
	/* It still waits for a byte, which comes now. */
	region = bare_region(&b, 7, VSYS_PAGE_SIZE);
	*(char *)region = c;
	bare_call(&b, 7, VSYS_NR_write, remote_fifo, region, 1);
	t_sleep_ms(300);
	verdict(common->fifo == 'x', "the holder's byte (%d)", common->fifo);
	common->fifo = 0;
	attack("server dead", bury);
	verdict(common->closed > 5, "%d descriptors closed meanwhile",
		common->closed);
}

int main(int argc, char **argv)
{
	int pair[2], status = 0;
	pid_t holder, player;

	if (argc != 3 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return 2;
	path = argv[1];
	limit = atol(argv[2]);
	snprintf(fifo_path, sizeof(fifo_path), "%s-fifo", path);
	snprintf(other_path, sizeof(other_path), "%s-other", path);
	t_fill(pattern, SIZE, 8);
	common = mmap(NULL, sizeof(*common), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	holder = fork();
	if (!holder) {
		close(pair[1]);
		from_player = pair[0];
		_exit(hold());
	}
	player = fork();
	if (!player) {
		play(pair[1]);
		_exit(t_wrong);
	}
	close(pair[1]);
	waitpid(player, &status, 0);
	t_sleep_ms(ATTACK_MS);
	judge_holder("the player's end");
	common->stop = 1;
	t_wait(holder);
	return status || t_wrong;
}
