// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	libvirtuos/sandbox.c and hooks/sandbox.c, with channel.c, own.c
 *		and table.c under them.
 * Why:		a program that confines itself must keep no way around that, and
 *		must not be killed for a system call of the library's.
 * How:		with a device in memory: programs that enter a sandbox, fail to,
 *		or are refused by vsysfront at each of its requests; what is left
 *		of the ways to the device, which system calls are made then, and
 *		where paths, sockets and descriptors lead.  Children get real
 *		filters that kill for everything but read, write and exit.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "device.h"
#include "libvirtuos/hooks/hook.h"

#include "libvirtuos/channel.c"
#include "libvirtuos/own.c"
#include "libvirtuos/table.c"
#include "libvirtuos/sandbox.c"

void virtuos_init(void)
{
}

/* As in routes.c. */
int virtuos_routes_family(int family)
{
	return family == AF_INET && !virtuos_given_up(NETWORK) ? NETWORK : -1;
}

static uint8_t buf[200];

static long read_at(uint64_t at)
{
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(placeholder, &remote))
		return -ENOTCONN;	/* the kernel's path */
	return virtuos_call(remote.service, VSYS_NR_pread64,
			    VIRTUOS_ARGS(remote.fd, VIRTUOS_PTR(buf),
					 sizeof(buf), at));
}

static bool forwarded(uint64_t at)
{
	size_t i, wrong = 0;

	memset(buf, 0, sizeof(buf));
	if (read_at(at) != sizeof(buf))
		return false;
	for (i = 0; i < sizeof(buf); i++)
		wrong += buf[i] != content(at + i);
	return !wrong;
}

static int leads(const char *path)
{
	struct virtuos_path to;

	CHECK_EQ(virtuos_path_route(AT_FDCWD, path, &to), 0);
	return to.service;
}

/* As at a program's start. */
static void begin(void)
{
	virtuos_channel_end_all();
	virtuos_fd_forget_range(0, 4095);
	virtuos_routes.given_up = 0;
	virtuos_active = true;
	virtuos_silent = allowed_known = false;
	allowed = sandboxes = 0;
	open_says = account_says = attach_says = call_says = 0;
	service_says = 0;
	no_device = false;
	parameter = NULL;
	placeholder = 40;
	placeholder_of = "storage";
	CHECK_EQ(leads("/storage/f"), STORAGE);
	CHECK_EQ(virtuos_routes_family(AF_INET), NETWORK);
	CHECK(forwarded(3));
}

static void everything_is_local(void)
{
	struct virtuos_remote remote;
	int before = system_calls;
	struct stat st;

	CHECK_EQ(leads("/storage/f"), -1);
	CHECK(virtuos_routes_family(AF_INET) < 0 || !virtuos_active);
	CHECK(!virtuos_fd_remote(placeholder, &remote));
	CHECK_EQ(virtuos_call(STORAGE, VSYS_NR_pread64,
			      VIRTUOS_ARGS(12, VIRTUOS_PTR(buf), 1, 0)),
		 -ENOSYS);
	CHECK_EQ(virtuos_call_fd(NETWORK, VSYS_NR_socket,
				 VIRTUOS_ARGS(AF_INET, SOCK_STREAM), 0),
		 -ENOSYS);
	/* One that was on its way there, by path: made here. */
	CHECK_EQ(hook_at(VSYS_NR_newfstatat,
			 VIRTUOS_ARGS(AT_FDCWD, VIRTUOS_PTR("/"),
				      VIRTUOS_PTR(&st), 0)), 0);
	CHECK(!virtuos_own_has(placeholder));
	CHECK_EQ(virtuos_own_next(0), -1);
	CHECK_EQ(system_calls, before);
}

/* ---- all services ---------------------------------------------------------- */

static void *reads_once(void *arg)
{
	(void)arg;
	return (void *)read_at(77);
}

static void *answers_soon(void *arg)
{
	usleep(100000);
	service_go_on();
	return arg;
}

/* A thread is in the middle of a call, which ends in time or does not. */
static void enter_beside(bool in_time)
{
	struct virtuos_channel *ch;
	pthread_t thread, soon;
	void *ret;

	begin();
	ch = virtuos_channel_get(STORAGE);
	service_stand();
	test_need(!pthread_create(&thread, NULL, reads_once, NULL), "thread");
	while (!__atomic_load_n(&ch->slots_used[0], __ATOMIC_SEQ_CST))
		usleep(100);
	usleep(20000);
	test_need(!in_time || !pthread_create(&soon, NULL, answers_soon, NULL),
		  "thread");
	stats_written = 0;
	CHECK(virtuos_sandbox_enter(VSYS_SANDBOX_SECCOMP));
	CHECK_EQ(stats_written, 1);
	CHECK_EQ(device_ways(), 0);
	everything_is_local();
	if (in_time)
		pthread_join(soon, NULL);
	service_go_on();
	pthread_join(thread, &ret);
	CHECK_EQ((long)ret, in_time ? (long)sizeof(buf) : -EIO);
	everything_is_local();
	virtuos_sandbox_leave();
	CHECK(forwarded(4));
	CHECK_EQ(leads("/storage/f"), STORAGE);
}

static void let(void)
{
	begin();
	virtuos_sandbox_learn(VSYS_SANDBOX_SECCOMP);
	CHECK(!virtuos_sandbox_enter(VSYS_SANDBOX_SECCOMP));
	CHECK(forwarded(5));
	CHECK(virtuos_sandbox_enter(VSYS_SANDBOX_LSM));
	sandboxes = VSYS_SANDBOX_LSM;
	begin();
	/* As the channel said; else, as the module's parameter says. */
	sandboxes = VSYS_SANDBOX_LSM;
	virtuos_channel_dead(virtuos_channel_get(STORAGE));
	CHECK(forwarded(6));
	CHECK(!virtuos_sandbox_enter(VSYS_SANDBOX_LSM));
	begin();
	allowed_known = false;
	parameter = "network,lsm\n";
	CHECK_EQ(let_keep(), VSYS_SANDBOX_NETWORK | VSYS_SANDBOX_LSM);
	CHECK_EQ(words_parse("all"), VSYS_SANDBOXES);
	CHECK_EQ(words_parse("seccomp,root\n"),
		 VSYS_SANDBOX_SECCOMP | VSYS_SANDBOX_ROOT);
	CHECK_EQ(words_parse("none\n"), 0);
	CHECK_EQ(words_parse("\n"), 0);
	CHECK_EQ(words_parse(""), 0);
	CHECK_EQ(words_parse("allx,xall,seccom,,"), 0);
}

/* ---- filters --------------------------------------------------------------- */

#define ALLOW(name) \
	BPF_JUMP(BPF_JMP + BPF_JEQ + BPF_K, SYS_##name, 0, 1), \
	BPF_STMT(BPF_RET + BPF_K, SECCOMP_RET_ALLOW)

static struct sock_filter narrow[] = {
	BPF_STMT(BPF_LD + BPF_W + BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW(read),
	ALLOW(write),
	ALLOW(newfstatat),
	ALLOW(exit),
	ALLOW(exit_group),
	BPF_STMT(BPF_RET + BPF_K, SECCOMP_RET_KILL_PROCESS),
};
static struct sock_fprog program = { sizeof(narrow) / sizeof(*narrow), narrow };

static long seccomp(long operation, long flags, void *arg)
{
	const long a[6] = { operation, flags, (long)arg };
	long ret = 0;

	CHECK(hook_sandbox(SYS_seccomp, a, &ret));
	return ret;
}

static void by_prctl(void)
{
	CHECK_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void by_seccomp(void)
{
	CHECK_EQ(seccomp(SECCOMP_SET_MODE_FILTER, 0, &program), 0);
}

static void strict(void)
{
	CHECK_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT), 0);
}

static void (*confine)(void);

static void confined(void)
{
	confine();
	if (confine != strict)
		everything_is_local();
	/* libc's way to exit is not for strict mode. */
	sys1(SYS_exit, test_exit());
}

/* What a process does whose service is its parent's. */
static void in_child(void (*function)(void))
{
	int status;
	pid_t pid;

	begin();
	pid = fork();
	test_need(pid >= 0, "fork");
	if (!pid) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		function();
		_exit(test_exit());
	}
	waitpid(pid, &status, 0);
	CHECK_EQ(status, 0);
	CHECK(forwarded(8));
}

static void in_filter(void (*by)(void))
{
	confine = by;
	in_child(confined);
}

static void filters(void)
{
	struct sock_fprog wrong = { 1, NULL };
	int before;

	in_filter(by_prctl);
	in_filter(by_seccomp);
	in_filter(strict);
	/* Programs that only ask lose nothing, nor do those that may not. */
	begin();
	before = opened;
	CHECK_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL), -1);
	CHECK_EQ(errno, EFAULT);
	CHECK_EQ(seccomp(SECCOMP_SET_MODE_FILTER, 1, NULL), -1);
	CHECK_EQ(prctl(PR_GET_DUMPABLE), 1);
	CHECK(forwarded(9));
	CHECK_EQ(opened, before);
	CHECK_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &wrong), -1);
	CHECK(virtuos_active && !virtuos_silent);
	CHECK(forwarded(10));
	CHECK_EQ(opened, before + 1);
}

/* ---- one service ----------------------------------------------------------- */

static void storage_is_local(void)
{
	struct virtuos_remote remote;
	long err = 0;
	int before;

	CHECK_EQ(leads("/storage/f"), -1);
	placeholder_mode = S_IFSOCK;
	CHECK(!virtuos_fd_remote(placeholder, &remote));
	placeholder_mode = S_IFREG;
	before = system_calls;
	CHECK(!virtuos_fd_remote(placeholder, &remote));
	CHECK_EQ(system_calls, before);	/* asked once */
	CHECK(!virtuos_channel_open(STORAGE, &err));
	CHECK_EQ(err, -ENOSYS);
	/* The other goes on. */
	CHECK_EQ(virtuos_routes_family(AF_INET), NETWORK);
	placeholder_of = "network";
	virtuos_fd_forget(placeholder);
	CHECK(virtuos_active && forwarded(11));
	placeholder_of = "storage";
	virtuos_fd_forget(placeholder);
}

/* It was refused when it opened one, as a child in the sandbox is. */
static void refused_at_open(void)
{
	begin();
	virtuos_channel_dead(virtuos_channel_get(STORAGE));
	open_says = -EACCES;
	/* The call that finds out is made here. */
	CHECK_EQ(virtuos_call(STORAGE, VSYS_NR_sync, VIRTUOS_ARGS(0)),
		 -ENOSYS);
	CHECK(strstr(logged, "sandbox") != NULL);
	open_says = 0;
	storage_is_local();
	begin();
	virtuos_channel_dead(virtuos_channel_get(STORAGE));
	no_device = true;
	CHECK_EQ(virtuos_call_fd(STORAGE, VSYS_NR_openat,
				 VIRTUOS_ARGS(VSYS_AT_FDCWD,
					      VIRTUOS_PTR("/storage/f")), 0),
		 -ENOSYS);
	no_device = false;
	storage_is_local();
}

static void refused_later(void)
{
	struct virtuos_remote remote;

	begin();
	attach_says = -EACCES;
	virtuos_fd_forget(placeholder);
	CHECK(!virtuos_fd_remote(placeholder, &remote));
	attach_says = 0;
	storage_is_local();
	/* In the middle of a call: it may have been made. */
	begin();
	service_stand();
	device_refuses_waits = true;
	CHECK_EQ(read_at(12), -EIO);
	device_refuses_waits = false;
	service_go_on();
	storage_is_local();
	/* A file that may not be opened is not the channel's refusal. */
	begin();
	service_says = -EACCES;
	CHECK_EQ(virtuos_call_fd(STORAGE, VSYS_NR_openat,
				 VIRTUOS_ARGS(VSYS_AT_FDCWD,
					      VIRTUOS_PTR("/storage/f")), 0),
		 -EACCES);
	CHECK(forwarded(13));
	call_says = open_says = -EACCES;
	CHECK_EQ(virtuos_call_fd(STORAGE, VSYS_NR_openat,
				 VIRTUOS_ARGS(VSYS_AT_FDCWD,
					      VIRTUOS_PTR("/storage/f")), 0),
		 -ENOSYS);
	call_says = open_says = 0;
	storage_is_local();
}

/* No sandbox, but no channel either, for a descriptor that was inherited. */
static void no_channel_for(long says, int fd, long other, long make)
{
	struct virtuos_remote remote;

	begin();
	virtuos_channel_dead(virtuos_channel_get(STORAGE));
	open_says = says;
	/* A file has the kernel's path, now; and a channel, later. */
	CHECK(!virtuos_fd_remote(placeholder, &remote));
	placeholder_mode = S_IFSOCK;
	CHECK(virtuos_fd_remote(placeholder, &remote));
	CHECK_EQ(remote.fd, fd);
	CHECK_EQ(virtuos_call(STORAGE, VSYS_NR_shutdown,
			      VIRTUOS_ARGS(remote.fd, 0)), other);
	CHECK_EQ(virtuos_call_fd(STORAGE, VSYS_NR_accept4,
				 VIRTUOS_ARGS(remote.fd, 0, 0, 0), 0), make);
	open_says = 0;
	placeholder_mode = S_IFREG;
	CHECK(forwarded(15));
}

static void no_channels(void)
{
	no_channel_for(-EDQUOT, VIRTUOS_FD_LACKING, -ENOMEM, -ENFILE);
	no_channel_for(-EMFILE, VIRTUOS_FD_LACKING, -ENOMEM, -ENFILE);
	no_channel_for(-ENODEV, VIRTUOS_FD_DEAD, -EIO, -ENETDOWN);
}

/* Another root: what was opened before goes on, unless it is refused. */
static void moved(void)
{
	long err = 0;
	int own;

	begin();
	CHECK(!virtuos_channel_get(NETWORK));
	virtuos_sandbox_prepare();
	own = spare_fd[NETWORK];
	CHECK(own >= 0 && virtuos_own_has(own));
	CHECK(spare_fd[STORAGE] < 0);
	no_device = true;
	account_says = -EACCES;
	virtuos_sandbox_moved();
	account_says = 0;
	CHECK(!virtuos_channel_get(STORAGE));
	CHECK(virtuos_channel_open(NETWORK, &err) != NULL);
	CHECK_EQ(virtuos_channel_get(NETWORK)->fd, own);
	CHECK_EQ(spare_fd[NETWORK], -1);
	storage_is_local();
	/* Nothing is refused: nothing changes. */
	begin();
	virtuos_sandbox_prepare();
	virtuos_sandbox_moved();
	CHECK(forwarded(14));
	/* A child has no spare ones, and asks by its parent's. */
	CHECK(query_fd >= 0);
	virtuos_channel_fork_child();
	CHECK(query_fd >= 0);
	CHECK_EQ(spare_fd[NETWORK], -1);
}

/* The calls themselves, in a child that may do what it likes. */
static void moves(void)
{
	int before = attested;

	CHECK_EQ(chroot("/nowhere/at/all"), -1);
	CHECK_EQ(errno, ENOENT);
	CHECK_EQ(setns(-1, 0), -1);
	CHECK_EQ(unshare(-1), -1);
	CHECK(virtuos_channel_get(STORAGE) != NULL);
	CHECK_EQ(attested, before);
	/* Other capabilities are attested at once. */
	if (!unshare(CLONE_NEWUSER))
		CHECK_EQ(attested, before + 1);
	account_says = -EACCES;
	if (!unshare(CLONE_NEWNS)) {
		account_says = 0;
		CHECK(!virtuos_channel_get(STORAGE));
		CHECK_EQ(leads("/storage/f"), -1);
	}
}

static void moves_root(void)
{
	account_says = -EACCES;
	if (chroot("/tmp"))
		return;		/* it may not */
	account_says = 0;
	CHECK(!virtuos_channel_get(STORAGE));
	CHECK_EQ(leads("/storage/f"), -1);
	CHECK(virtuos_active);
}

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif

static void landlock(void)
{
	uint64_t handled = 1 << 3;	/* reading of directories */
	long ret, fd = syscall(SYS_landlock_create_ruleset, &handled, 8, 0);
	const long wrong[6] = { -1 };
	const long a[6] = { fd };

	CHECK(hook_sandbox(SYS_landlock_restrict_self, wrong, &ret));
	CHECK_EQ(ret, -1);
	CHECK(virtuos_active);
	if (fd < 0)
		return;		/* a kernel without */
	CHECK(hook_sandbox(SYS_landlock_restrict_self, a, &ret));
	CHECK_EQ(ret, 0);
	everything_is_local();
}

/* ---- a program's start ----------------------------------------------------- */

static bool born(const char *text)
{
	bool ret;

	status = text;
	virtuos_silent = allowed_known = false;
	allowed = 0;
	ret = virtuos_sandbox_born();
	CHECK_EQ(virtuos_silent, ret);
	return ret;
}

static void start(void)
{
	CHECK(!born("Name:\tx\nSeccomp:\t0\nSeccomp_filters:\t0\n"));
	CHECK(born("Name:\tx\nSeccomp:\t1\n"));
	CHECK(born("Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1\n"));
	CHECK(!born("Name:\tx\n"));	/* a kernel without */
	CHECK(born(NULL));
	CHECK(born(""));
	parameter = "seccomp\n";
	CHECK(!born("Name:\tx\nSeccomp:\t2\n"));
	parameter = "lsm\n";
	CHECK(born("Name:\tx\nSeccomp:\t2\n"));
	parameter = NULL;
}

int main(void)
{
	device_begin();
	test_need(!virtuos_table_init(), "table");
	enter_beside(true);
	enter_beside(false);
	let();
	filters();
	refused_at_open();
	refused_later();
	no_channels();
	moved();
	in_child(moves);
	in_child(moves_root);
	in_child(landlock);
	start();
	return test_exit();
}
