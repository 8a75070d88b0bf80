/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A xenstore in memory, and a hypervisor that knows which domains live: enough
 * for virtuosctl's commands to run in a test, with guests beside them.
 *
 * A node has an owner, and what a domain makes is its own; a guest may change
 * what it owns and nothing else, dom0 everything.  Errors are those of the real
 * one.  A transaction works on the store itself and is undone when it fails: by
 * abort, or because a domain that never stops writing (fake_busy) owns a node
 * that it touched.
 */
#ifndef XEN_FAKE_H
#define XEN_FAKE_H

#include <stdarg.h>
#include <stdbool.h>

#include "dom0-tools/virtuosctl/commands.h"
#include "dom0-tools/virtuosctl/store.h"
#include "test.h"

#define FAKE_NODES 8192
#define FAKE_DOMAINS 64

struct fake_node {
	char *path;
	char *value;
	unsigned int len;
	unsigned int owner;
};

static struct fake_node fake_nodes[FAKE_NODES], fake_saved[FAKE_NODES];
static unsigned int fake_count, fake_saved_count;
static unsigned int fake_acting; /* the domain that speaks to xenstore */
static bool fake_alive[FAKE_DOMAINS];
static bool fake_answers; /* ends close when they are asked to */
static bool fake_busy[FAKE_DOMAINS];
static bool fake_touched; /* by the transaction: a node of a busy domain's */

static struct fake_node *fake_find(const char *path)
{
	unsigned int i;

	for (i = 0; i < fake_count; i++) {
		struct fake_node *node = &fake_nodes[i];

		if (strcmp(node->path, path))
			continue;
		if (node->owner < FAKE_DOMAINS && fake_busy[node->owner])
			fake_touched = true;
		return node;
	}
	return NULL;
}

static bool fake_may(const struct fake_node *node)
{
	if (!fake_acting || node->owner == fake_acting)
		return true;
	errno = EACCES;
	return false;
}

static void fake_parent(const char *path, char *parent)
{
	char *end;

	strcpy(parent, path);
	end = strrchr(parent, '/');
	*(end == parent ? end + 1 : end) = '\0';
}

/* With the directories above it; what dom0 makes is the directory owner's. */
static struct fake_node *fake_make(const char *path)
{
	struct fake_node *node = fake_find(path), *above;
	char parent[STORE_PATH_MAX + 64];

	if (node)
		return fake_may(node) ? node : NULL;
	fake_parent(path, parent);
	above = fake_make(parent);
	if (!above)
		return NULL;
	test_need(fake_count < FAKE_NODES, "nodes");
	node = &fake_nodes[fake_count++];
	node->owner = fake_acting ? fake_acting : above->owner;
	node->path = strdup(path);
	node->value = strdup("");
	node->len = 0;
	return node;
}

static void fake_copy(struct fake_node *to, const struct fake_node *from,
		      unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		to[i] = from[i];
		to[i].path = strdup(from[i].path);
		to[i].value = malloc(from[i].len + 1);
		memcpy(to[i].value, from[i].value, from[i].len + 1);
	}
}

static void fake_drop(struct fake_node *nodes, unsigned int count)
{
	while (count--) {
		free(nodes[count].path);
		free(nodes[count].value);
	}
}

/* Both ends do what they should, between two looks of virtuosctl's. */
static void fake_run_ends(void);

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path,
	      unsigned int *len)
{
	struct fake_node *node;
	char *value;

	if (fake_answers && !t)
		fake_run_ends();
	node = fake_find(path);
	if (!node) {
		errno = ENOENT;
		return NULL;
	}
	value = malloc(node->len + 1);
	memcpy(value, node->value, node->len + 1);
	*len = node->len;
	return value;
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path,
	      const void *data, unsigned int len)
{
	struct fake_node *node = fake_make(path);

	if (!node)
		return false;
	free(node->value);
	node->value = malloc(len + 1);
	memcpy(node->value, data, len);
	node->value[len] = '\0';
	node->len = len;
	return true;
}

bool xs_mkdir(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	return fake_make(path);
}

static bool fake_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(path, dir, len) && (!path[len] || path[len] == '/');
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	struct fake_node *node = fake_find(path);
	char parent[STORE_PATH_MAX + 64];
	unsigned int i, kept = 0;

	if (!node) {
		fake_parent(path, parent);
		errno = ENOENT;
		return fake_find(parent);
	}
	if (!fake_may(node))
		return false;
	for (i = 0; i < fake_count; i++) {
		if (!fake_below(fake_nodes[i].path, path)) {
			fake_nodes[kept++] = fake_nodes[i];
			continue;
		}
		free(fake_nodes[i].value);
		free(fake_nodes[i].path);
	}
	fake_count = kept;
	return true;
}

char **xs_directory(struct xs_handle *h, xs_transaction_t t, const char *path,
		    unsigned int *count)
{
	size_t len = strlen(path);
	char **names, *text;
	unsigned int i;

	if (!fake_find(path)) {
		errno = ENOENT;
		return NULL;
	}
	names = malloc(fake_count * (sizeof(*names) + 64));
	text = (char *)(names + fake_count);
	for (i = 0, *count = 0; i < fake_count; i++) {
		const char *child = fake_nodes[i].path;

		if (!fake_below(child, path) || !child[len] ||
		    strchr(child + len + 1, '/'))
			continue;
		names[(*count)++] = strcpy(text, child + len + 1);
		text += strlen(text) + 1;
	}
	return names;
}

bool xs_set_permissions(struct xs_handle *h, xs_transaction_t t,
			const char *path, struct xs_permissions *perms,
			unsigned int count)
{
	struct fake_node *node = fake_find(path);

	if (!node || !fake_may(node))
		return false;
	node->owner = perms[0].id;
	return true;
}

xs_transaction_t xs_transaction_start(struct xs_handle *h)
{
	fake_copy(fake_saved, fake_nodes, fake_count);
	fake_saved_count = fake_count;
	fake_touched = false;
	return 1;
}

bool xs_transaction_end(struct xs_handle *h, xs_transaction_t t, bool abort)
{
	if (!abort && !fake_touched) {
		fake_drop(fake_saved, fake_saved_count);
		return true;
	}
	fake_drop(fake_nodes, fake_count);
	memcpy(fake_nodes, fake_saved, sizeof(fake_nodes));
	fake_count = fake_saved_count;
	errno = EAGAIN;
	return abort;
}

/* ---- The hypervisor ------------------------------------------------------ */

int xc_domain_getinfolist(xc_interface *xc, uint32_t first, unsigned int max,
			  xc_domaininfo_t *info)
{
	if (first >= FAKE_DOMAINS || !fake_alive[first])
		return 0;
	memset(info, 0, sizeof(*info));
	info->domain = first;
	return 1;
}

int xc_gnttab_query_size(xc_interface *xc, struct gnttab_query_size *query)
{
	query->status = GNTST_okay;
	query->max_nr_frames = 256;
	return 0;
}

int store_open(struct ctl *ctl)
{
	*ctl = (struct ctl){ 0 };
	return COMMAND_OK;
}

void store_close(struct ctl *ctl)
{
}

/* ---- What tests do with it ------------------------------------------------ */

/* As a domain: write, remove, read; printf-like paths. */
static bool fake_write(unsigned int domain, const char *value, size_t len,
		       const char *fmt, ...)
{
	char path[STORE_PATH_MAX];
	va_list args;
	bool done;

	va_start(args, fmt);
	vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	fake_acting = domain;
	done = xs_write(NULL, 0, path, value, len);
	fake_acting = 0;
	return done;
}

#define fake_put(domain, value, ...) \
	fake_write(domain, value, strlen(value), __VA_ARGS__)

static inline bool fake_remove(unsigned int domain, const char *path)
{
	bool done;

	fake_acting = domain;
	done = xs_rm(NULL, 0, path);
	fake_acting = 0;
	return done;
}

/* As libxl makes it: everything is dom0's, but some directories. */
static void fake_domain(unsigned int id, const char *name)
{
	struct xs_permissions own = { .id = id };
	char path[64];

	fake_alive[id] = true;
	fake_put(0, name, "/local/domain/%u/name", id);
	fake_put(0, "", "/local/domain/%u/device", id);
	fake_put(0, "", "/local/domain/%u/error", id);
	snprintf(path, sizeof(path), "/local/domain/%u/error", id);
	xs_set_permissions(NULL, 0, path, &own, 1);
}

/* As xl destroys it. */
static inline void fake_end(unsigned int id)
{
	char path[64];

	fake_alive[id] = false;
	snprintf(path, sizeof(path), "/local/domain/%u", id);
	xs_rm(NULL, 0, path);
}

static void fake_start(void)
{
	fake_drop(fake_nodes, fake_count);
	memset(fake_alive, 0, sizeof(fake_alive));
	memset(fake_busy, 0, sizeof(fake_busy));
	fake_answers = false;
	fake_nodes[0] = (struct fake_node){ strdup("/"), strdup(""), 0, 0 };
	fake_count = 1;
	fake_domain(0, "Domain-0");
}

/* All paths and values, to be freed. */
static inline char *fake_dump(void)
{
	size_t size = 1;
	unsigned int i;
	char *text, *end;

	for (i = 0; i < fake_count; i++)
		size += strlen(fake_nodes[i].path) + fake_nodes[i].len + 3;
	text = end = malloc(size);
	for (i = 0; i < fake_count; i++)
		end += sprintf(end, "%s=%s\n", fake_nodes[i].path,
			       fake_nodes[i].value);
	*end = '\0';
	return text;
}

/* Is there such a node, of this owner and with this value? */
static inline bool fake_is(const char *path, unsigned int owner,
			   const char *value)
{
	struct fake_node *node = fake_find(path);

	return node && node->owner == owner && !strcmp(node->value, value);
}

/* Nodes whose paths have this word in them. */
static inline unsigned int fake_having(const char *word)
{
	unsigned int i, found = 0;

	for (i = 0; i < fake_count; i++)
		found += !!strstr(fake_nodes[i].path, word);
	return found;
}

static void fake_run_ends(void)
{
	unsigned int i;

	for (i = 0; i < fake_count; i++) {
		struct fake_node *node = &fake_nodes[i];
		bool back = strstr(node->path, "/backend/vsys/");
		char front[64];
		unsigned int user, number;

		if (!back || !strstr(node->path, "/state") ||
		    strcmp(node->value, "5"))
			continue;
		sscanf(strstr(node->path, "/vsys/"), "/vsys/%u/%u", &user,
		       &number);
		node->value[0] = '6';
		snprintf(front, sizeof(front), "/local/domain/%u/device/vsys/%u",
			 user, number);
		if (fake_find(front))
			fake_put(user, "6", "%s/state", front);
		return;
	}
}

/* virtuosctl COMMAND WORDS…; its status.  Its output is in fake_output. */
static char fake_output[1 << 20];

static int fake_ctl(int (*command)(int, char **), ...)
{
	char *argv[16] = { (char *)"virtuosctl" };
	FILE *file = tmpfile();
	int out = dup(1), err = dup(2), argc = 1, status;
	va_list args;
	size_t len;

	va_start(args, command);
	while ((argv[argc] = va_arg(args, char *)))
		argc++;
	va_end(args);
	test_need(file && out >= 0 && err >= 0, "output");
	fflush(stdout);
	dup2(fileno(file), 1);
	dup2(fileno(file), 2);
	optind = 0;
	status = command(argc, argv);
	fflush(stdout);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	rewind(file);
	len = fread(fake_output, 1, sizeof(fake_output) - 1, file);
	fake_output[len] = '\0';
	fclose(file);
	return status;
}

#endif /* XEN_FAKE_H */
