// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that locks itself up after it has used its services:
 *
 *	sandbox HOW DIR		run forwarded, but for "raw" and "refused"
 *
 * What its sandbox forbids must not work through a ring either; descriptors that it
 * had before, or gets later, go on.  HOW is one of the words at the end of this file.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "../bare.h"

#define SECOND 1000

static const char *self;
static long patience = 1;
static int file, pair[2], port;

/* ---- Locks -------------------------------------------------------------- */

/* By a number that no library sees. */
static long unseen(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"((long)0)
			 : "rcx", "r11", "memory");
	return ret;
}

enum door { PRCTL, SECCOMP, UNSEEN };

static int forbid(enum door door, uint32_t action, int nr, const int *calls)
{
	struct sock_filter code[40];
	struct sock_fprog program = { .filter = code };
	int i, n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (i = 0; i < nr; i++) {
		code[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, calls[i], 0, 1);
		code[n++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
						 SECCOMP_RET_ALLOW);
	program.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	switch (door) {
	case PRCTL:
		return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
	case SECCOMP:
		return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
			       &program);
	default:
		return unseen(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0,
			      (long)&program);
	}
}

static int forbid_open(enum door door)
{
	static const int calls[] = { SYS_openat, SYS_openat2, SYS_open };

	return forbid(door, SECCOMP_RET_ERRNO | EPERM, 3, calls);
}

/* Names, but not opening: a channel could be asked for. */
static int forbid_names(void)
{
	static const int calls[] = {
		SYS_stat,      SYS_lstat,    SYS_newfstatat, SYS_statx,
		SYS_unlink,    SYS_unlinkat, SYS_rename,     SYS_renameat,
		SYS_renameat2, SYS_mkdir,    SYS_mkdirat,    SYS_chdir,
		SYS_socket,
	};

	return forbid(PRCTL, SECCOMP_RET_ERRNO | EPERM,
		      sizeof(calls) / sizeof(*calls), calls);
}

/* ---- What works --------------------------------------------------------- */

static int works(long ret)
{
	return ret >= 0;
}

static int opens(void)
{
	int fd = open(at("file"), O_RDONLY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* A new socket reaches the listener in the network domain. */
static int reaches(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), ret;
	union t_address a;

	if (fd < 0)
		return 0;
	ret = connect(fd, &a.any, t_loopback(&a, AF_INET, port));
	close(fd);
	return !ret;
}

static void no_files(void)
{
	struct stat st;

	verdict(!opens(), "open: no");
	verdict(!works(open(at("new"), O_CREAT | O_WRONLY, 0600)),
		"create: no");
	verdict(!works(stat(at("file"), &st)), "stat: no");
	verdict(!works(access(at("file"), F_OK)), "access: no");
	verdict(!works(unlink(at("victim"))), "unlink: no");
	verdict(!works(rename(at("victim"), at("gone"))), "rename: no");
	verdict(!works(mkdir(at("dir"), 0700)), "mkdir: no");
	verdict(!works(chdir(t_dir)), "chdir: no");
}

static void files_go_on(void)
{
	struct stat st;

	verdict(opens(), "open: yes");
	verdict(works(stat(at("file"), &st)), "stat: yes");
	verdict(works(mkdir(at("dir"), 0700)) && works(rmdir(at("dir"))),
		"mkdir: yes");
}

static void no_sockets(void)
{
	verdict(!reaches(), "a new socket reaches the network domain: no");
}

static void sockets_go_on(void)
{
	verdict(reaches(), "a new socket reaches the network domain: yes");
}

static void descriptors_go_on(void)
{
	struct pollfd p = { .fd = pair[1], .events = POLLIN };
	char data[10];
	struct stat st;

	verdict(pread(file, data, 10, 0) == 10 &&
			!memcmp(data, "0123456789", 10),
		"pread of a file that was open");
	verdict(lseek(file, 4, SEEK_SET) == 4 && read(file, data, 2) == 2 &&
			!memcmp(data, "45", 2),
		"lseek and read");
	verdict(lseek(file, 0, SEEK_END) >= 10 && write(file, "more", 4) == 4,
		"write");
	verdict(!fstat(file, &st) && S_ISREG(st.st_mode) && st.st_size >= 14,
		"fstat");
	verdict(write(pair[0], "hello", 5) == 5, "write to a connection");
	verdict(poll(&p, 1, 5 * SECOND * patience) == 1 && p.revents == POLLIN,
		"poll");
	verdict(read(pair[1], data, 10) == 5 && !memcmp(data, "hello", 5),
		"read from it");
	/* No verdict on these: the kernel's path has not all socket calls. */
	say("     send: %s",
	    send(pair[0], "x", 1, 0) == 1 ? "success" : strerrorname_np(errno));
	say("     shutdown: %s", shutdown(pair[0], SHUT_WR) == 0 ?
					 "success" :
					 strerrorname_np(errno));
}

static void set_up(void)
{
	int fd = t_listen(AF_INET);

	port = t_port(fd);
	t_tcp_pair(AF_INET, pair);
	file = open(at("file"), O_CREAT | O_TRUNC | O_RDWR, 0600);
	if (write(file, "0123456789", 10) != 10)
		t_wrong = 1;
	close(open(at("victim"), O_CREAT | O_WRONLY, 0600));
	verdict(!t_wrong && opens() && reaches(), "all works before");
}

/* ---- How ---------------------------------------------------------------- */

static void filtered(enum door door)
{
	set_up();
	verdict(!forbid_open(door), "a filter that forbids to open");
	if (door == UNSEEN) /* the kernels find out by themselves */
		t_sleep_ms(2 * SECOND * patience);
	no_files();
	no_sockets();
	descriptors_go_on();
}

static void how_filter(void)
{
	filtered(PRCTL);
}

static void how_seccomp(void)
{
	filtered(SECCOMP);
}

static void how_unseen(void)
{
	filtered(UNSEEN);
}

/* One thread of several; its calls are its own. */
static void *thread_body(void *arg)
{
	verdict(!forbid_open(PRCTL), "a filter for one thread");
	no_files();
	return arg;
}

static void how_thread(void)
{
	pthread_t thread;

	set_up();
	pthread_create(&thread, NULL, thread_body, NULL);
	pthread_join(thread, NULL);
	descriptors_go_on();
}

/* A child of the sandbox has no channel to begin with. */
static void how_child(void)
{
	pid_t pid;

	set_up();
	verdict(!forbid_names(), "a filter that forbids names and sockets");
	pid = fork();
	if (!pid) {
		no_files();
		no_sockets();
		descriptors_go_on();
		_exit(t_wrong);
	}
	bare_wait(pid);
}

/* What is no longer allowed ends the child; that comes last. */
static void how_strict(void)
{
	struct stat st;
	char data[4];
	int status;
	pid_t pid;

	set_up();
	lseek(file, 0, SEEK_SET);
	pid = fork();
	if (!pid) {
		opens(); /* a channel of its own */
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
			_exit(3);
		if (read(file, data, 4) != 4 || memcmp(data, "0123", 4) ||
		    write(pair[0], "hello", 5) != 5)
			syscall(SYS_exit, 4);
		stat(at("file"), &st);
		syscall(SYS_exit, 5);
	}
	waitpid(pid, &status, 0);
	verdict(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
		"strict: read and write go on, stat ends it (%#x)", status);
	verdict(t_until(pair[1], POLLIN) && read(pair[1], data, 4) == 4 &&
			!memcmp(data, "hell", 4),
		"what it wrote has come");
}

static void how_chroot(void)
{
	set_up();
	mkdir("/tmp/vt-jail", 0755);
	verdict(!chroot("/tmp/vt-jail"), "another root");
	no_files();
	sockets_go_on();
	descriptors_go_on();
}

static void how_mounts(void)
{
	set_up();
	verdict(!unshare(CLONE_NEWNS), "another mount namespace");
	no_files();
	sockets_go_on();
	descriptors_go_on();
}

static void how_network(void)
{
	pid_t pid;

	set_up();
	verdict(!unshare(CLONE_NEWNET), "another network namespace");
	no_sockets();
	files_go_on();
	descriptors_go_on();
	pid = fork();
	if (!pid) {
		no_sockets();
		files_go_on();
		_exit(t_wrong);
	}
	bare_wait(pid);
}

static void how_landlock(void)
{
	struct landlock_ruleset_attr attr = {
		/* All that the first version knows. */
		.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	};	int rules =
		syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (rules < 0)
		t_skip("this kernel has no Landlock");
	set_up();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	verdict(!syscall(SYS_landlock_restrict_self, rules, 0),
		"a ruleset that allows nothing");
	no_files();
	descriptors_go_on();
}

/* The filter first, the descriptors later. */
static void how_received(void)
{
	int local[2], i, fds[3];
	pid_t pid;

	set_up();
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, local))
		_exit(2);
	pid = fork();
	if (!pid) {
		close(file);
		close(pair[0]);
		close(pair[1]);
		verdict(!forbid_names(), "the filter first");
		for (i = 0; i < 3; i++)
			fds[i] = bare_receive_fd(local[1]);
		file = fds[0], pair[0] = fds[1], pair[1] = fds[2];
		descriptors_go_on();
		no_files();
		no_sockets();
		_exit(t_wrong);
	}
	t_sleep_ms(500 * patience);
	bare_send_fd(local[0], file);
	bare_send_fd(local[0], pair[0]);
	bare_send_fd(local[0], pair[1]);
	bare_wait(pid);
}

/* The program that a sandbox starts with descriptors. */
static void how_inherited(void)
{
	char numbers[64];
	pid_t pid;

	set_up();
	fcntl(pair[0], F_SETFD, 0);
	fcntl(pair[1], F_SETFD, 0);
	snprintf(numbers, sizeof(numbers), "%d %d %d %d", file, pair[0],
		 pair[1], port);
	setenv("SANDBOX_FDS", numbers, 1);
	pid = fork();
	if (!pid) {
		verdict(!forbid(PRCTL, SECCOMP_RET_ERRNO | EPERM, 1,
				(const int[]){ SYS_ioctl }),
			"the filter first, then a program");
		execl(self, self, "heir", t_dir, NULL);
		_exit(2);
	}
	bare_wait(pid);
}

static void how_heir(void)
{
	if (sscanf(getenv("SANDBOX_FDS") ?: "", "%d %d %d %d", &file, &pair[0],
		   &pair[1], &port) != 4)
		_exit(2);
	descriptors_go_on();
	no_files();
	no_sockets();
}

/* A program to which the library's own calls are death. */
static void how_deadly(void)
{
	static const int calls[] = { SYS_ioctl, SYS_faccessat, SYS_faccessat2 };
	pid_t pid;

	set_up();
	pid = fork();
	if (!pid) {
		if (forbid(PRCTL, SECCOMP_RET_KILL_PROCESS, 3, calls))
			_exit(3);
		execl(self, self, "alive", t_dir, NULL);
		_exit(2);
	}
	bare_wait(pid);
}

static void how_alive(void)
{
	say("     it is alive");
}

/* The administrator lets sandboxes have channels. */
static void how_allowed(void)
{
	set_up();
	verdict(!forbid_open(PRCTL), "a filter that forbids to open");
	files_go_on();
	sockets_go_on();
	descriptors_go_on();
}

/* ---- Without the library ------------------------------------------------ */

/* A thread without the filter, so that nobody over there goes to sleep. */
static void *keep_awake(void *arg)
{
	struct bare *b = arg;
	int served = 1;

	while (served) {
		bare_fill(b, 1, VSYS_NR_NOP, (const uint64_t[6]){ 0 });
		bare_submit(b, 1);
		served = !bare_answer(b, 1, SECOND);
	}
	return NULL;
}

/*
 * Keeps its mapping and asks on, without a system call that could be looked at:
 * how often it was served within so many ms.
 */
static long ask_on(struct bare *b, long ms)
{
	long calls = 0, end = t_now_ms() + ms;

	for (;;) {
		bare_fill(b, 0, VSYS_NR_NOP, (const uint64_t[6]){ 0 });
		vsys_slot_submit(&b->ring, 0);
		if (bare_answer(b, 0, SECOND) || t_now_ms() > end)
			return calls;
		calls++;
	}
}

static void how_raw(void)
{
	long limit = 2 * SECOND * patience;
	struct bare b = { .fd = -1 };
	pthread_t thread;

	if (!verdict(!bare_open(&b, "storage", VSYS_SLOTS_MIN), "a channel") ||
	    !verdict(!bare_call(&b, 0, VSYS_NR_NOP, 0), "it is served"))
		return;
	pthread_create(&thread, NULL, keep_awake, &b);
	verdict(!forbid_open(UNSEEN), "a filter that forbids to open");
	say("     served %ld times after it", ask_on(&b, limit));
	bare_submit(&b, 0);
	verdict(bare_answer(&b, 0, SECOND) == -ETIMEDOUT &&
			b.ring.head->server == VSYS_SERVER_DEAD,
		"it is served no more after %ld ms", limit);
	verdict(ioctl(b.fd, VSYS_IOC_DOORBELL) && errno == EACCES,
		"its doorbell is refused");
	verdict(!bare_region(&b, 1, VSYS_PAGE_SIZE) && errno == EACCES,
		"and memory");
}

/* A channel asked for by a child that has gone into a sandbox. */
static int asked(int (*enter)(void), const char *service)
{
	struct vsys_front_open how = { 0 };
	int status, fd = open(VSYS_FRONT_PATH, O_RDWR | O_CLOEXEC);
	pid_t pid = fork();

	if (!pid) {
		if (enter())
			_exit(255);
		_exit(bare_open_only(fd, service, &how));
	}
	close(fd);
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int enter_nothing(void)
{
	return 0;
}

static int enter_filter(void)
{
	return forbid_open(PRCTL);
}

static int enter_root(void)
{
	mkdir("/tmp/vt-jail", 0755);
	return chroot("/tmp/vt-jail");
}

static int enter_mounts(void)
{
	return unshare(CLONE_NEWNS);
}

static int enter_network(void)
{
	return unshare(CLONE_NEWNET);
}

/* With everything allowed by the administrator, nothing is refused. */
static void ask_all(int refusal)
{
	static const struct {
		const char *name;
		int (*enter)(void);
		int network, storage;
	} boxes[] = {
		{ "nothing", enter_nothing, 0, 0 },
		{ "a filter", enter_filter, 1, 1 },
		{ "another root", enter_root, 0, 1 },
		{ "a mount namespace", enter_mounts, 0, 1 },
		{ "a network namespace", enter_network, 1, 0 },
	};
	unsigned int i;
	int network, storage;

	for (i = 0; i < sizeof(boxes) / sizeof(*boxes); i++) {
		network = asked(boxes[i].enter, "network");
		storage = asked(boxes[i].enter, "storage");
		verdict(network == (boxes[i].network ? refusal : 0) &&
				storage == (boxes[i].storage ? refusal : 0),
			"%s: network %s, storage %s", boxes[i].name,
			strerrorname_np(network) ?: "?",
			strerrorname_np(storage) ?: "?");
	}
}

static void how_refused(void)
{
	ask_all(EACCES);
}

static void how_granted(void)
{
	ask_all(0);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
		int begins; /* in DIR, which can be made */
	} hows[] = {
		{ "filter", how_filter, 1 },
		{ "seccomp", how_seccomp, 1 },
		{ "unseen", how_unseen, 1 },
		{ "thread", how_thread, 1 },
		{ "child", how_child, 1 },
		{ "strict", how_strict, 1 },
		{ "chroot", how_chroot, 1 },
		{ "mounts", how_mounts, 1 },
		{ "network", how_network, 1 },
		{ "landlock", how_landlock, 1 },
		{ "received", how_received, 1 },
		{ "inherited", how_inherited, 1 },
		{ "heir", how_heir, 0 },
		{ "deadly", how_deadly, 1 },
		{ "alive", how_alive, 0 },
		{ "allowed", how_allowed, 1 },
		{ "raw", how_raw, 0 },
		{ "refused", how_refused, 0 },
		{ "granted", how_granted, 0 },
	};
	unsigned int i;

	self = argv[0];
	if (getenv("SANDBOX_PATIENCE"))
		patience = atol(getenv("SANDBOX_PATIENCE"));
	for (i = 0; argc == 3 && i < sizeof(hows) / sizeof(*hows); i++)
		if (!strcmp(argv[1], hows[i].name)) {
			if (hows[i].begins)
				t_begin(argc - 1, argv + 1);
			t_dir = argv[2];
			hows[i].run();
			return t_wrong;
		}
	fprintf(stderr, "usage: %s HOW DIR\n", argv[0]);
	return 2;
}
