// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	perfctr-xen/command/threads.c, family.c, local.c, ring.c, tasks.c.
 * Why:		each thread is to have what it did, and all of them together what
 *		was done, although they are counted only when they are seen.
 * How:		this machine's perf_event counts a child with threads, a child of
 *		its own and a thread that ends before the others.
 */
#include <dirent.h>
#include <pthread.h>
#include <sys/wait.h>

#include "perfctr-xen/command/threads.h"
#include "test.h"

#define THREADS 3
#define SPIN_MS 60

/* ---- The child -------------------------------------------------------------------- */

static void *spin(void *arg)
{
	struct timespec now;

	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	while (now.tv_sec == 0 && now.tv_nsec < SPIN_MS * 1000000l);
	return arg;
}

static void *nothing(void *arg)
{
	return arg;
}

static void child(int go)
{
	pthread_t thread[THREADS], brief;
	pid_t grandchild;
	char byte;
	int i;

	if (read(go, &byte, 1) != 1)
		_exit(1);
	for (i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, spin, NULL);
	pthread_create(&brief, NULL, nothing, NULL);
	pthread_join(brief, NULL);
	grandchild = fork();
	if (!grandchild) {
		spin(NULL);
		_exit(0);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	waitpid(grandchild, NULL, 0);
	_exit(0);
}

/* ---- Its counts --------------------------------------------------------------------- */

struct sums {
	double time, faults;
	unsigned int spun, others, rest;
};

static void add_up(const struct result *r, pid_t pid, struct sums *s)
{
	const struct row *row;
	unsigned int i;
	double time;

	for (i = 1; i < r->nr_rows; i++) {
		row = r->row[i];
		time = result_figure(r, row, USER_DOMAIN, 0).value;
		s->time += time;
		s->faults += result_figure(r, row, USER_DOMAIN, 1).value;
		if (!row->tid)
			s->rest++;
		else if (time > SPIN_MS * 1e6 / 2)
			s->spun++;
		else
			s->others++;
		/* What nobody was seen to do is the first process's. */
		if (!row->tid)
			CHECK_EQ(row->pid, pid);
		else
			CHECK(!strcmp(row->name, "perfctr-threads") ||
			      !strncmp(row->name, "perfctr-threads", 15));
	}
}

static void check_result(const struct result *r, pid_t pid)
{
	const struct row *whole = r->row[0];
	struct sums s = { 0 };

	add_up(r, pid, &s);
	/* Three threads and a process; the first thread only made them. */
	CHECK_EQ(s.spun, THREADS + 1);
	CHECK(s.others >= 1 && s.others <= 2);
	CHECK(s.rest <= 1);
	CHECK_EQ(s.time, result_figure(r, whole, USER_DOMAIN, 0).value);
	CHECK_EQ(s.faults, result_figure(r, whole, USER_DOMAIN, 1).value);
	CHECK(s.time >= (THREADS + 1) * SPIN_MS * 1e6);
}

static void follow(struct family *family, pid_t pid)
{
	int status;

	/* Until none is left that could be reported on. */
	while (poll(family->poll, family->nr, 20000) > 0 &&
	       family_drain(family))
		;
	test_need(waitpid(pid, &status, 0) == pid && !status, "the child");
}

static void *spin_and_tell(void *tid)
{
	__atomic_store_n((pid_t *)tid, gettid(), __ATOMIC_RELEASE);
	return spin(NULL);
}

/* One thread alone: it is told when that has ended. */
static void one(void)
{
	struct family family = { 0 };
	pthread_t thread;
	pid_t tid = 0;

	pthread_create(&thread, NULL, spin_and_tell, &tid);
	while (!__atomic_load_n(&tid, __ATOMIC_ACQUIRE))
		usleep(1000);
	CHECK(!family_add(&family, getpid(), tid, false));
	CHECK(family_drain(&family));
	while (poll(family.poll, family.nr, 20000) > 0 &&
	       family_drain(&family))
		;
	CHECK(!family_drain(&family));
	family_close(&family);
	pthread_join(thread, NULL);
}

static unsigned int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int nr = 0;

	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

static void counted(void)
{
	struct events events = { 0 };
	struct family family = { 0 };
	struct threads threads;
	struct local local;
	struct result *r;
	unsigned int before = descriptors();
	int go[2];
	pid_t pid;

	CHECK(events_parse(&events, "task-clock,page-faults"));
	r = result_new(&events);
	test_need(!pipe(go), "pipe");
	pid = fork();
	if (!pid)
		child(go[0]);
	local_init(&local, &events, COUNT_CHILDREN);
	threads_init(&threads, &local, &family, r);
	CHECK(local_add(&local, pid));
	CHECK(!threads_add(&threads, pid, pid));
	CHECK(!family_add(&family, pid, pid, true));
	local_enable(&local);
	threads_enable(&threads);
	test_need(write(go[1], "", 1) == 1, "write");
	follow(&family, pid);
	threads_result(&threads);
	local_result(&local, r);
	threads_rest(&threads, pid);
	check_result(r, pid);
	threads_close(&threads);
	family_close(&family);
	local_close(&local);
	result_free(r);
	close(go[0]);
	close(go[1]);
	CHECK_EQ(descriptors(), before);
}

/* What is missing from the sum, of counts that were scaled as well. */
static void missed(void)
{
	struct events events = { 0 };
	struct family family = { 0 };
	struct local local = { .events = &events };
	struct threads threads = { .whole = &local, .family = &family };
	struct row like = { .kind = ROW_THREAD, .pid = 1 }, *rest;
	struct result *r;

	CHECK(events_parse(&events, "cycles,instructions,branches"));
	r = threads.result = result_new(&events);
	r->no_counter[2] = true;
	r->row[0]->cost[USER_DOMAIN].known = true;
	r->row[0]->cost[USER_DOMAIN].event[0] =
		(struct measure){ 500, 1000, 500 }; /* 1000 */
	r->row[0]->cost[USER_DOMAIN].event[1] = (struct measure){ 7, 10, 10 };
	result_thread(r, 1, 2)->cost[USER_DOMAIN].known = true;
	result_thread(r, 1, 2)->cost[USER_DOMAIN].event[0] =
		(struct measure){ 75, 100, 25 }; /* 300 */
	result_thread(r, 1, 2)->cost[USER_DOMAIN].event[1] =
		(struct measure){ 8, 10, 10 };
	threads_rest(&threads, 1);
	rest = result_find(r, &like);
	if (CHECK(rest != NULL)) {
		CHECK_EQ(result_figure(r, rest, USER_DOMAIN, 0).value, 700);
		/* Estimates: nobody did less than nothing. */
		CHECK_EQ(result_figure(r, rest, USER_DOMAIN, 1).value, 0);
		CHECK(!strcmp(rest->name, NOT_TOLD_APART));
	}
	result_free(r);
}

/* ---- Names ------------------------------------------------------------------------------ */

static int look(pid_t pid, pid_t tid, void *arg)
{
	CHECK_EQ(pid, getpid());
	CHECK_EQ(tasks_process(tid), pid);
	++*(int *)arg;
	return 0;
}

static int refuse(pid_t pid, pid_t tid, void *arg)
{
	look(pid, tid, arg);
	return -EPERM;
}

static void names(void)
{
	struct tasks t = { 0 };
	pthread_t thread;
	int nr = 0;

	tasks_named(&t, 10, 10, "sh");
	tasks_forked(&t, 11, 11, 10);
	CHECK(!strcmp(tasks_name(&t, 11), "sh"));
	tasks_named(&t, 11, 11, "ls");
	CHECK(!strcmp(tasks_name(&t, 11), "ls"));
	CHECK(!strcmp(tasks_name(&t, 10), "sh"));
	/* Its name came first, from another processor. */
	tasks_named(&t, 12, 12, "cat");
	tasks_forked(&t, 12, 12, 10);
	CHECK(!strcmp(tasks_name(&t, 12), "cat"));
	/* The number of one that has ended, in use again. */
	tasks_forked(&t, 10, 11, 10);
	CHECK(!strcmp(tasks_name(&t, 11), "sh"));
	CHECK(!strcmp(tasks_name(&t, 13), "?"));
	tasks_forked(&t, 20, 20, 19);
	CHECK(!strcmp(tasks_name(&t, 20), "?"));
	tasks_free(&t);

	pthread_create(&thread, NULL, spin, NULL);
	CHECK_EQ(tasks_each(getpid(), look, &nr), 0);
	CHECK_EQ(nr, 2);
	nr = 0;
	CHECK_EQ(tasks_each(getpid(), refuse, &nr), -EPERM);
	CHECK_EQ(nr, 1);
	CHECK_EQ(tasks_each(4194303, look, &nr), -ESRCH);
	CHECK_EQ(tasks_process(4194303), 0);
	pthread_join(thread, NULL);
}

static bool may_count(void)
{
	struct events events = { 0 };
	int fd;

	CHECK(events_parse(&events, "task-clock"));
	fd = local_count(&events.event[0], 0, 0);
	if (fd >= 0)
		close(fd);
	else
		printf("SKIP: perf_event: %s\n", strerror(-fd));
	return fd >= 0;
}

int main(void)
{
	names();
	missed();
	if (!test_failures && !may_count())
		return 77;
	counted();
	one();
	return test_exit();
}
