// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
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
}

void tasks_forked(struct tasks *t, pid_t pid, pid_t tid, pid_t maker)
{
	struct task *task = task_find(t, tid), *parent;
	bool named = task && task->pid == pid;

	/* A record of its name may come first, from another processor. */
	task = task_make(t, pid, tid);
	parent = task_find(t, maker);
	task->root = parent ? parent->root : maker;
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
	task_find(t, tid)->root = tid;
}

const char *tasks_name(const struct tasks *t, pid_t tid)
{
	const struct task *task = task_find(t, tid);

	return task && *task->name ? task->name : "?";
}

void tasks_counted(struct tasks *t, pid_t tid, unsigned int event)
{
	struct task *task = task_find(t, tid);

	if (task)
		task->counted |= 1u << event;
}

void tasks_uncounted(const struct tasks *t, unsigned int event, pid_t *pid,
		     pid_t *tid)
{
	const struct task *task = task_find(t, *tid), *other = NULL;
	unsigned int i, nr = 0;

	if (!task)
		return;
	for (i = 0; i < t->nr; i++) {
		task = &t->task[i];
		if (task->root == *tid && !(task->counted & 1u << event)) {
			other = task;
			nr++;
		}
	}
	*pid = nr == 1 ? other->pid : *pid;
	*tid = nr == 1 ? other->tid : 0;
}
