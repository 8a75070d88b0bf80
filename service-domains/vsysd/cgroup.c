// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control groups: each user of each user domain has its share of the service
 * domain's memory, threads and processor time, and can exhaust no more.
 *
 *	/sys/fs/cgroup/vsys/DOMAIN/USER/
 *
 * A shadow goes there as soon as it knows whose it is, before it takes anything
 * for its client.  vsysd itself stays outside, and removes what is empty.
 *
 * The processor is shared by weight, all user domains have the same one, and
 * all users of one as well.  memory.high would not work: it makes a task wait
 * on its way back to user mode, and workers do not go there.
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "vsysd.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define CGROUP_TRIES 5

/*
 * Tasks outside of any group, kernel threads above all, weigh as much as a
 * group of 100, each.  All shadows together weigh as much as ten of them.
 */
#define CGROUP_WEIGHT "1000"

static struct {
	const char *controller;
	const char *file;
	char value[24];		/* as it is written there */
} limits[VSYSD_NR_LIMITS] = {
	[VSYSD_MEMORY_DOMAIN] = { "memory", "memory.max" },
	[VSYSD_MEMORY_USER] = { "memory", "memory.max" },
	[VSYSD_TASKS_DOMAIN] = { "pids", "pids.max" },
	[VSYSD_TASKS_USER] = { "pids", "pids.max" },
};

/* What could be enabled, in the words of cgroup.subtree_control. */
static char enabled[32];

static unsigned long long total(enum vsysd_limit which)
{
	unsigned long long n = 0;
	struct sysinfo info;
	FILE *file;

	if (!strcmp(limits[which].controller, "memory"))
		return sysinfo(&info) ? 0 :
			(unsigned long long)info.totalram * info.mem_unit;
	file = fopen("/proc/sys/kernel/threads-max", "re");
	if (file) {
		if (fscanf(file, "%llu", &n) != 1)
			n = 0;
		fclose(file);
	}
	return n;
}

/* "N%" of all there is, a number (of bytes with K, M or G), or "max". */
int vsysd_cgroup_limit(enum vsysd_limit which, const char *text)
{
	static const char units[] = "KMG";
	unsigned long long n = 0;
	const char *unit;
	char *end = "";

	if (strcmp(text, "max")) {
		errno = 0;
		n = strtoull(text, &end, 10);
		if (!isdigit((unsigned char)*text) || errno)
			return -1;
		unit = *end ? strchr(units, *end) : NULL;
		if (!strcmp(end, "%")) {
			n = n > 100 ? 0 : total(which) * n / 100;
		} else if (unit && !end[1] && n < 1ull << 32) {
			n <<= 10 * (unit - units + 1);
		} else if (*end) {
			return -1;
		}
		if (!n)
			return -1;
	}
	if (n)
		snprintf(limits[which].value, sizeof(limits[which].value),
			 "%llu", n);
	else
		strcpy(limits[which].value, "max");
	return 0;
}

static int put(int dir, const char *group, const char *file, const char *text)
{
	char path[64];
	int fd, e = 0;

	snprintf(path, sizeof(path), "%s/%s", group, file);
	fd = openat(dir, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		e = -errno;
	close(fd);
	return e;
}

/* Let a controller share out what there is to groups two levels down. */
static void enable(int root, const char *controller)
{
	char word[16];
	int e;

	snprintf(word, sizeof(word), "+%s", controller);
	e = put(root, ".", "cgroup.subtree_control", word);
	if (!e)
		e = put(root, "vsys", "cgroup.subtree_control", word);
	if (e) {
		warnx("users have no share of their own, %s: %s", controller,
		      strerror(-e));
		return;
	}
	snprintf(enabled + strlen(enabled), sizeof(enabled) - strlen(enabled),
		 " %s", word);
}

int vsysd_cgroup_start(void)
{
	int root = open(CGROUP_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root < 0 || (mkdirat(root, "vsys", 0755) && errno != EEXIST) ||
	    faccessat(root, "vsys/cgroup.procs", W_OK, 0)) {
		warn("users have no shares of their own, %s", CGROUP_ROOT);
		close(root);
		return -1;
	}
	enable(root, "memory");
	enable(root, "pids");
	enable(root, "cpu");
	put(root, "vsys", "cpu.weight", CGROUP_WEIGHT);
	close(root);
	return 0;
}

static int limit(const char *group, enum vsysd_limit which)
{
	if (!strstr(enabled, limits[which].controller))
		return 0;
	return put(VSYSD_FD_CGROUP, group, limits[which].file,
		   limits[which].value);
}

/* A new group of a user's, and its domain's, which may be as new. */
static int settle(const char *domain, const char *user)
{
	int e = limit(domain, VSYSD_MEMORY_DOMAIN);

	if (!e)
		e = limit(domain, VSYSD_TASKS_DOMAIN);
	if (!e && *enabled)
		e = put(VSYSD_FD_CGROUP, domain, "cgroup.subtree_control",
			enabled);
	if (!e)
		e = limit(user, VSYSD_MEMORY_USER);
	if (!e)
		e = limit(user, VSYSD_TASKS_USER);
	return e;
}

/* 0, or -errno; ENOENT and ENODEV if vsysd has just removed the group. */
static int enter(const struct vsys_back_accept *client)
{
	char domain[16], user[32];
	int made, e = 0, moved;

	snprintf(domain, sizeof(domain), "%u", client->frontend);
	snprintf(user, sizeof(user), "%s/%u", domain, client->uid);
	made = !mkdirat(VSYSD_FD_CGROUP, user, 0755);
	if (!made && errno == ENOENT) {
		mkdirat(VSYSD_FD_CGROUP, domain, 0755);
		made = !mkdirat(VSYSD_FD_CGROUP, user, 0755);
	}
	if (!made && errno != EEXIST)
		return -errno;
	if (made)
		e = settle(domain, user);
	/* Better a member without one of the limits than without any. */
	moved = put(VSYSD_FD_CGROUP, user, "cgroup.procs", "0");
	return moved ? moved : e;
}

/*
 * The client's limit of descriptors holds already, and may be nothing: what is
 * opened here takes the number of a descriptor of the shadow's own.
 */
void vsysd_cgroup_enter(const struct vsys_back_accept *client)
{
	int e, tries = CGROUP_TRIES;

	close(VSYSD_FD_FREE);
	do
		e = enter(client);
	while ((e == -ENOENT || e == -ENODEV) && --tries);
	dup3(VSYSD_FD_NULL, VSYSD_FD_FREE, O_CLOEXEC);
	if (e)
		warnx("%s (%u of domain %u): outside of its user's share: %s",
		      client->comm, client->pid, client->frontend,
		      strerror(-e));
}

/* Remove the groups below that have no members. */
static void tidy(int at, const char *name, int levels)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		if (levels > 1)
			tidy(fd, entry->d_name, levels - 1);
		unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

void vsysd_cgroup_tidy(void)
{
	tidy(AT_FDCWD, VSYSD_CGROUPS, 2);
}
