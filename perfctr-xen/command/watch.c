// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <virtuos/front.h>
#include "base/memory.h"
#include "base/say.h"
#include "local.h"
#include "tasks.h"
#include "watch.h"

static struct watched *watch_find(struct watch *w, pid_t pid, pid_t tid)
{
	unsigned int i;

	for (i = 0; i < w->nr; i++)
		if (w->thread[i].pid == pid && w->thread[i].tid == tid)
			return &w->thread[i];
	return NULL;
}

static void watched_name(struct watched *t)
{
	struct tasks tasks = { 0 };

	tasks_look(&tasks, t->pid, t->tid);
	snprintf(t->name, sizeof(t->name), "%s", tasks_name(&tasks, t->tid));
	tasks_free(&tasks);
}

static int watch_thread(pid_t pid, pid_t tid, void *arg)
{
	struct watch *w = arg;
	struct watched *t = watch_find(w, pid, tid);

	if (!t) {
		w->thread = xgrow(w->thread, w->nr, sizeof(*w->thread));
		t = &w->thread[w->nr++];
		memset(t, 0, sizeof(*t));
		t->pid = pid;
		t->tid = tid;
		t->fd = local_count(w->event, tid, 0);
		if (t->fd < 0)
			t->fd = -1;
		watched_name(t);
	}
	t->seen = true;
	return 0;
}

void watch_process(struct watch *w, pid_t pid)
{
	bool is_new = !watch_find(w, pid, pid);
	int err;

	/* EBUSY: it is the child of one that we have. */
	if (is_new && w->session) {
		err = session_add(w->session, pid);
		if (err && err != -EBUSY && err != -ESRCH)
			say("process %d: %s", pid, strerror(-err));
	}
	tasks_each(pid, watch_thread, w);
}

static bool has_channel(pid_t pid)
{
	char path[300], link[64];
	struct dirent *entry;
	bool found = false;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid,
			 entry->d_name);
		n = readlink(path, link, sizeof(link) - 1);
		link[n > 0 ? n : 0] = 0;
		found = !strcmp(link, VSYS_FRONT_PATH);
	}
	if (dir)
		closedir(dir);
	return found;
}

void watch_all(struct watch *w)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t pid;

	while (dir && (entry = readdir(dir))) {
		pid = atoi(entry->d_name);
		if (isdigit(entry->d_name[0]) && pid != getpid() &&
		    has_channel(pid))
			watch_process(w, pid);
	}
	if (dir)
		closedir(dir);
}

/* ---- Reading ------------------------------------------------------------------ */

static unsigned int watch_domain(struct watch *w, const char *service)
{
	unsigned int i;

	for (i = 1; i < w->nr_domains; i++)
		if (!strncmp(w->domain[i], service, VSYS_SERVICE_NAME_MAX))
			return i;
	if (i < DOMAINS_MAX) {
		snprintf(w->domain[i], VSYS_SERVICE_NAME_MAX, "%.*s",
			 VSYS_SERVICE_NAME_MAX - 1, service);
		w->nr_domains++;
	}
	return i;
}

/* An account only grows, unless its service domain is hostile. */
static uint64_t growth(uint64_t now, uint64_t last)
{
	return now > last ? now - last : 0;
}

/*
 * What the next account, in the session's order, grew by since the last look.  An
 * account outlives its thread, and may be seen before it: so it is not the thread
 * that remembers.
 */
static struct watched_account watch_grown(struct watch *w,
					  const struct vsys_account *now)
{
	struct watched_account last;

	if (w->at == w->nr_accounts) {
		w->account = xgrow(w->account, w->at, sizeof(*w->account));
		memset(&w->account[w->nr_accounts++], 0, sizeof(last));
	}
	last = w->account[w->at];
	w->account[w->at++] =
		(struct watched_account){ now->value[0], now->calls };
	return (struct watched_account){ growth(now->value[0], last.value),
					 growth(now->calls, last.calls) };
}

static void watch_account(const struct vsys_account_entry *entry, void *arg)
{
	struct watch *w = arg;
	unsigned int d = watch_domain(w, entry->service);
	struct watched_account grown = watch_grown(w, &entry->account);
	struct watched *t;

	if (entry->flags & (VSYS_ENTRY_CALL | VSYS_ENTRY_REFUSED) ||
	    d == DOMAINS_MAX)
		return;
	/*
	 * What nobody in particular did, or a thread that is gone, is the process's
	 * first thread's here.
	 */
	t = watch_find(w, entry->tgid, entry->tid);
	if (!t)
		t = watch_find(w, entry->tgid, entry->tgid);
	if (!t)
		return;
	t->value[d] += grown.value;
	t->calls[d] += grown.calls;
}

/* Returns false when it is gone, after its last values were taken. */
static bool watched_read(struct watched *t)
{
	bool alive = t->seen;
	struct measure m;

	memcpy(t->before, t->value, sizeof(t->value));
	memcpy(t->calls_before, t->calls, sizeof(t->calls));
	if (t->fd >= 0 && local_read(t->fd, &m))
		t->value[USER_DOMAIN] = m.value;
	t->seen = false;
	return alive;
}

void watch_read(struct watch *w)
{
	unsigned int i, kept = 0;

	if (!w->nr_domains) {
		strcpy(w->domain[USER_DOMAIN], "user");
		w->nr_domains = 1;
	}
	for (i = 0; i < w->nr; i++) {
		if (watched_read(&w->thread[i]))
			w->thread[kept++] = w->thread[i];
		else if (w->thread[i].fd >= 0)
			close(w->thread[i].fd);
	}
	w->nr = kept;
	w->at = 0;
	if (w->session)
		session_each(w->session, watch_account, w);
}

void watch_free(struct watch *w)
{
	unsigned int i;

	for (i = 0; i < w->nr; i++)
		if (w->thread[i].fd >= 0)
			close(w->thread[i].fd);
	free(w->thread);
	free(w->account);
}
