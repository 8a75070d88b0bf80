// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	threads that are somebody else than their process: by setfsuid
 *		and setfsgid, by the raw calls that change one thread, and by
 *		capset.
 * Why:		file servers impersonate their clients like this, one thread
 *		for each; a call has the rights of the thread that makes it.
 * How:		one such thread beside its process, which stays root; then both
 *		at the same time, step by step; a fork and a process-wide
 *		setresuid in the middle; and a pool of eight that serves three
 *		users.
 */
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include "../transcript.h"

#define ALICE 1000
#define BOB 2000
#define ROUNDS 40
#define POOL 8
#define REQUESTS 200
#define USERS 3

/* How a thread becomes somebody else, and itself again. */
enum way { BY_FSUID, BY_RAW, BY_CAPS };
static const char *const ways[] = { "setfsuid", "raw calls", "capset" };

static void set_caps(int have)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						   0 };
	struct __user_cap_data_struct data[2];

	syscall(SYS_capget, &header, data);
	data[0].effective = have ? data[0].permitted : 0;
	data[1].effective = have ? data[1].permitted : 0;
	if (syscall(SYS_capset, &header, data))
		say("capset: %s  <-- not as expected", strerrorname_np(errno));
}

/* With the saved id 0, so that there is a way back. */
static void set_raw(uid_t id)
{
	if (syscall(SYS_setresuid, -1, 0, -1) ||
	    syscall(SYS_setgroups, 0, NULL) ||
	    syscall(SYS_setresgid, id, id, 0) ||
	    syscall(SYS_setresuid, id, id, 0))
		say("setres*id: %s  <-- not as expected",
		    strerrorname_np(errno));
}

static void become(enum way way, uid_t id)
{
	switch (way) {
	case BY_FSUID:
		setfsgid(id);
		setfsuid(id);
		break;
	case BY_RAW:
		set_raw(id);
		break;
	case BY_CAPS:
		set_caps(!id);
		break;
	}
}

/* Of a file that this thread made. */
static uid_t owner_of(enum way way, uid_t id)
{
	return way == BY_CAPS ? 0 : id;
}

/* ---- One thread beside its process -------------------------------------- */

static void show(const char *name)
{
	struct stat st = { .st_mode = 0 };

	WANT(stat(at(name), &st), 0);
	say("  %s: mode %o, uid %u, gid %u", name, st.st_mode, st.st_uid,
	    st.st_gid);
}

/* What is Bob's, which only root with its capabilities may touch. */
static void try_other(void)
{
	struct stat st;

	FAILS(open(at("bob"), O_RDONLY), EACCES);
	FAILS(chown(at("bob"), ALICE, ALICE), EPERM);
	FAILS(chmod(at("bob"), 0666), EPERM);
	FAILS(stat(at("bobs/file"), &st), EACCES);
	FAILS(unlink(at("bobs/file")), EACCES);
	FAILS(open(at("bobs/new"), O_CREAT | O_WRONLY, 0600), EACCES);
	FAILS(mkdir(at("bobs/dir"), 0700), EACCES);
}

static void try_mine(void)
{
	int fd = FD(open(at("public/mine"), O_CREAT | O_WRONLY, 0600));

	show("public/mine");
	WANT(fchmod(fd, 0640), 0);
	WANT(close(fd), 0);
	WANT(mkdir(at("public/dir"), 0700), 0);
	show("public/dir");
	WANT(rmdir(at("public/dir")), 0);
	WANT(unlink(at("public/mine")), 0);
}

static void *apart(void *arg)
{
	enum way way = *(enum way *)arg;

	say("-- a thread, by %s", ways[way]);
	become(way, ALICE);
	try_other();
	try_mine();
	return NULL;
}

static void *back_again(void *arg)
{
	enum way way = *(enum way *)arg;

	become(way, ALICE);
	FAILS(open(at("bob"), O_RDONLY), EACCES);
	become(way, 0);
	WANT(close(FD(open(at("bob"), O_RDONLY))), 0);
	try_mine();
	return NULL;
}

static void run(void *(*body)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, arg))
		_exit(2);
	pthread_join(thread, NULL);
}

static void test_beside(enum way way)
{
	run(apart, &way);
	say("-- its process");
	WANT(close(FD(open(at("bob"), O_RDWR))), 0);
	try_mine();
	say("-- a thread that goes back");
	run(back_again, &way);
}

/* ---- Both at the same time ---------------------------------------------- */

static pthread_barrier_t step;

struct side {
	enum way way;
	uid_t id;
	const char *name;
	long wrong;
};

/* One round: both make a file, look at bob's, and remove their own. */
static long side_round(const struct side *s, const char *name)
{
	uid_t owner = owner_of(s->way, s->id);
	struct stat st = { .st_uid = -1 };
	long wrong = 0;
	int fd;

	pthread_barrier_wait(&step);
	fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0600);
	wrong += fd < 0 || fstat(fd, &st) || st.st_uid != owner;
	pthread_barrier_wait(&step);
	wrong += stat(at("bobs/file"), &st) != (s->id ? -1 : 0);
	pthread_barrier_wait(&step);
	wrong += chmod(at("bob"), 0600) != (s->id ? -1 : 0);
	pthread_barrier_wait(&step);
	wrong += close(fd) || unlink(name);
	return wrong;
}

static void *side_run(void *arg)
{
	struct side *s = arg;
	char name[4300];
	int k;

	snprintf(name, sizeof(name), "%s", at(s->name));
	if (s->id)
		become(s->way, s->id);
	for (k = 0; k < ROUNDS; k++)
		s->wrong += side_round(s, name);
	return NULL;
}

static void test_together(enum way way)
{
	struct side alice = { way, ALICE, "public/alice", 0 };
	struct side root = { way, 0, "public/root", 0 };
	pthread_t thread;

	say("-- together, by %s", ways[way]);
	pthread_barrier_init(&step, NULL, 2);
	if (pthread_create(&thread, NULL, side_run, &alice))
		_exit(2);
	side_run(&root);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&step);
	WANT(alice.wrong, 0);
	WANT(root.wrong, 0);
}

/* ---- A child, and a change of the whole process, meanwhile -------------- */

static void *fork_apart(void *arg)
{
	enum way way = *(enum way *)arg;
	pid_t pid;

	say("-- a child of a thread, by %s", ways[way]);
	become(way, ALICE);
	pid = fork();
	if (!pid) {
		try_other();
		try_mine();
		_exit(t_wrong);
	}
	t_wait(pid);
	return NULL;
}

static void *wait_apart(void *arg)
{
	become(BY_FSUID, ALICE + 1);
	pthread_barrier_wait(&step);
	/* Now the process changes. */
	pthread_barrier_wait(&step);
	try_mine();
	FAILS(open(at("bob"), O_RDONLY), EACCES);
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	try_mine();
	return arg;
}

static void test_whole(void)
{
	pthread_t thread;

	say("-- the whole process while a thread is apart");
	pthread_barrier_init(&step, NULL, 2);
	if (pthread_create(&thread, NULL, wait_apart, NULL))
		_exit(2);
	pthread_barrier_wait(&step);
	WANT(setresgid(ALICE, ALICE, 0), 0);
	WANT(setresuid(ALICE, ALICE, 0), 0);
	pthread_barrier_wait(&step);
	pthread_barrier_wait(&step);
	FAILS(open(at("bob"), O_RDONLY), EACCES);
	WANT(setresuid(0, 0, 0), 0);
	WANT(setresgid(0, 0, 0), 0);
	WANT(close(FD(open(at("bob"), O_RDONLY))), 0);
	pthread_barrier_wait(&step);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&step);
}

/* ---- A pool that serves several users ----------------------------------- */

static long pool_wrong[POOL];

/* A file of the user's in his directory, and none in his neighbour's. */
static long pool_serve(int worker, int user)
{
	struct stat st = { .st_uid = -1 };
	long wrong = 0;
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "u%d/w%d", user, worker);
	fd = open(at(name), O_CREAT | O_EXCL | O_WRONLY, 0600);
	wrong += fd < 0 || write(fd, name, 4) != 4 || fstat(fd, &st) ||
		 st.st_uid != (uid_t)ALICE + user ||
		 st.st_gid != (gid_t)ALICE + user || close(fd);
	wrong += stat(at(name), &st) || st.st_size != 4;
	wrong += unlink(at(name)) != 0;
	snprintf(name, sizeof(name), "u%d/his", (user + 1) % USERS);
	fd = open(at(name), O_RDONLY);
	wrong += fd >= 0 || errno != EACCES;
	return wrong;
}

static void *pool_run(void *arg)
{
	int worker = (intptr_t)arg, i, user;
	enum way way = worker % 2 ? BY_RAW : BY_FSUID;

	pthread_barrier_wait(&step);
	for (i = 0; i < REQUESTS; i++) {
		user = (i * 7 + worker) % USERS;
		become(way, ALICE + user);
		pool_wrong[worker] += pool_serve(worker, user);
		if (way == BY_FSUID || i % 10 == 0)
			become(way, 0);
	}
	return NULL;
}

static void test_pool(void)
{
	pthread_t threads[POOL];
	char name[32];
	int i;

	say("-- a pool");
	for (i = 0; i < USERS; i++) {
		snprintf(name, sizeof(name), "u%d", i);
		WANT(mkdir(at(name), 0700), 0);
		WANT(chown(at(name), ALICE + i, ALICE + i), 0);
		snprintf(name, sizeof(name), "u%d/his", i);
		WANT(close(open(at(name), O_CREAT | O_WRONLY, 0666)), 0);
	}
	pthread_barrier_init(&step, NULL, POOL);
	for (i = 0; i < POOL; i++)
		if (pthread_create(&threads[i], NULL, pool_run,
				   (void *)(intptr_t)i))
			_exit(2);
	for (i = 0; i < POOL; i++) {
		pthread_join(threads[i], NULL);
		say("worker %d of %d, %d requests: wrong %ld", i, POOL,
		    REQUESTS, pool_wrong[i]);
		t_wrong |= pool_wrong[i] != 0;
	}
	pthread_barrier_destroy(&step);
	WANT(close(FD(open(at("bob"), O_RDONLY))), 0);
}

static void set_up(void)
{
	WANT(close(open(at("bob"), O_CREAT | O_WRONLY, 0600)), 0);
	WANT(mkdir(at("bobs"), 0700), 0);
	WANT(close(open(at("bobs/file"), O_CREAT | O_WRONLY, 0600)), 0);
	WANT(chown(at("bob"), BOB, BOB), 0);
	WANT(chown(at("bobs"), BOB, BOB), 0);
	WANT(mkdir(at("public"), 0777), 0);
	WANT(chmod(at("public"), 01777), 0);
}

int main(int argc, char **argv)
{
	enum way way;

	t_begin(argc, argv);
	if (geteuid() != 0)
		t_skip("wants to be root");
	set_up();
	for (way = BY_FSUID; way <= BY_CAPS; way++) {
		test_beside(way);
		test_together(way);
		run(fork_apart, &way);
	}
	test_whole();
	test_pool();
	return t_end();
}
