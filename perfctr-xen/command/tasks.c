// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "base/text.h"
#include "tasks.h"

void tasks_free(struct tasks *t)
{
	free(t->task);
}

static struct task *task_find(const struct tasks *t, pid_t tid)
{
	unsigned int i;

	/* From the end: the number of a dead one may be in use again. */
	for (i = t->nr; i > 0; i--)
		if (t->task[i - 1].tid == tid)
			return &t->task[i - 1];
	return NULL;
}

static struct task *task_make(struct tasks *t, pid_t pid, pid_t tid)
{
	struct task *task = task_find(t, tid);

	if (task && task->pid == pid)
		return task;
	t->task = xgrow(t->task, t->nr, sizeof(*t->task));
	task = &t->task[t->nr++];
	*task = (struct task){ .pid = pid, .tid = tid };
	return task;
}

void tasks_named(struct tasks *t, pid_t pid, pid_t tid, const char *name)
{
	struct task *task = task_make(t, pid, tid);

	snprintf(task->name, sizeof(task->name), "%s", name);
	text_clean(task->name);
}

void tasks_forked(struct tasks *t, pid_t pid, pid_t tid, pid_t maker)
{
	struct task *task = task_find(t, tid), *parent;
	bool named = task && task->pid == pid;

	/* A record of its name may come first, from another processor. */
	task = task_make(t, pid, tid);
	parent = task_find(t, maker);
	if (!named && parent)
		memcpy(task->name, parent->name, sizeof(task->name));
}

void tasks_look(struct tasks *t, pid_t pid, pid_t tid)
{
	char path[64], name[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", pid, tid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(name, sizeof(name), file))
		name[strcspn(name, "\n")] = 0;
	fclose(file);
	tasks_named(t, pid, tid, name);
}

const char *tasks_name(const struct tasks *t, pid_t tid)
{
	const struct task *task = task_find(t, tid);

	return task && *task->name ? task->name : "?";
}

pid_t tasks_process(pid_t tid)
{
	char path[32], line[64];
	pid_t pid = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	file = fopen(path, "re");
	while (file && !pid && fgets(line, sizeof(line), file))
		sscanf(line, "Tgid: %d", &pid);
	if (file)
		fclose(file);
	return pid;
}

int tasks_each(pid_t pid, int (*use)(pid_t pid, pid_t tid, void *arg),
	       void *arg)
{
	struct dirent *entry;
	pid_t *tid = NULL;
	unsigned int i, nr = 0;
	char path[32];
	int err = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return -ESRCH;
	/* First all: one that is made by a thread in use may be counted with it. */
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			tid = xgrow(tid, nr, sizeof(*tid));
			tid[nr++] = atoi(entry->d_name);
		}
	closedir(dir);
	for (i = 0; !err && i < nr; i++)
		err = use(pid, tid[i], arg);
	free(tid);
	return err;
}
