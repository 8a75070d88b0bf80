// SPDX-License-Identifier: MIT
/*
 * Sandbox: a process that is confined must not do through a channel what it may
 * not do by system calls.  Its services are given up: their channels end, and
 * what would be theirs is local, or goes through the kernel by placeholders.
 *
 * vsysfront has the last word: it opens no channel for such a process and serves
 * none on (EACCES).  Here is what must happen earlier: before a filter is there
 * all is given up, for a filter may kill for a call of the library's own, and for
 * a channel that is mapped there is no filter.
 */
#include <fcntl.h>
#include <string.h>

#include "core.h"

#define PARAMETER	"/sys/module/vsysfront/parameters/sandboxed"
#define STATUS		"/proc/self/status"

/* What the administrator lets keep its channels, VSYS_SANDBOX_…, once known. */
static uint32_t allowed;
static bool allowed_known;
/* Given up before all were. */
static uint32_t given_up;

/* A small file, by calls that each program's loader makes.  Its length, or -errno. */
static long slurp(const char *path, char *text, size_t size)
{
	long n = 0, fd = sys4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC,
			      0);
	size_t have = 0;

	if (fd < 0)
		return fd;
	while (have < size - 1 &&
	       (n = sys3(SYS_read, fd, text + have, size - 1 - have)) > 0)
		have += n;
	sys1(SYS_close, fd);
	text[have] = 0;
	return n < 0 ? n : (long)have;
}

static uint32_t word_bit(const char *word, size_t n)
{
	static const struct {
		const char *name;
		uint32_t bits;
	} words[] = {
		{ "seccomp", VSYS_SANDBOX_SECCOMP },
		{ "root", VSYS_SANDBOX_ROOT },
		{ "network", VSYS_SANDBOX_NETWORK },
		{ "lsm", VSYS_SANDBOX_LSM },
		{ "all", VSYS_SANDBOXES },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (n == strlen(words[i].name) &&
		    !memcmp(word, words[i].name, n))
			return words[i].bits;
	return 0;
}

static uint32_t words_parse(const char *text)
{
	uint32_t bits = 0;
	size_t n;

	for (; *text; text += n + !!text[n]) {
		n = strcspn(text, ",\n");
		bits |= word_bit(text, n);
	}
	return bits;
}

void virtuos_sandbox_learn(uint32_t sandboxes)
{
	allowed = sandboxes;
	allowed_known = true;
}

/* As a channel said when it was opened, here or in the parent; else as it is now. */
static uint32_t let_keep(void)
{
	char text[256];

	if (!allowed_known && slurp(PARAMETER, text, sizeof(text)) >= 0)
		virtuos_sandbox_learn(words_parse(text));
	return allowed;
}

/* ---- all services ------------------------------------------------------ */

bool virtuos_sandbox_born(void)
{
	char text[16384];
	long n = slurp(STATUS, text, sizeof(text));
	const char *line = n > 0 ? strstr(text, "\nSeccomp:\t") : NULL;

	/* Without a line this kernel has no filters. */
	if (line ? line[10] == '0' : n > 0 && n < (long)sizeof(text) - 1)
		return false;
	if (let_keep() & VSYS_SANDBOX_SECCOMP)
		return false;
	virtuos_silent = true;
	return true;
}

bool virtuos_sandbox_enter(uint32_t sandbox)
{
	if (let_keep() & sandbox)
		return false;
	virtuos_log("a sandbox: all paths and sockets are local from now on, and nothing more is logged");
	virtuos_stats_write();
	given_up = __atomic_exchange_n(&virtuos_routes.given_up, ~0u,
				       __ATOMIC_SEQ_CST);
	__atomic_store_n(&virtuos_active, false, __ATOMIC_SEQ_CST);
	virtuos_channel_end_all();
	virtuos_silent = true;
	return true;
}

void virtuos_sandbox_leave(void)
{
	virtuos_silent = false;
	__atomic_store_n(&virtuos_routes.given_up, given_up, __ATOMIC_SEQ_CST);
	__atomic_store_n(&virtuos_active, true, __ATOMIC_SEQ_CST);
}

/* ---- one service ------------------------------------------------------- */

void virtuos_sandbox_give_up(int service)
{
	struct virtuos_channel *ch;

	__atomic_fetch_or(&virtuos_routes.given_up, 1u << service,
			  __ATOMIC_SEQ_CST);
	ch = virtuos_channel_get(service);
	if (ch)
		virtuos_channel_dead(ch);
	virtuos_cwd_give_up(service);
}

long virtuos_sandbox_refused(struct virtuos_channel *ch)
{
	char text[400];

	virtuos_log("%s", virtuos_remedy(text, sizeof(text),
					 virtuos_routes.services[ch->service],
					 EACCES));
	virtuos_sandbox_give_up(ch->service);
	return VIRTUOS_DEAD;
}

long virtuos_sandbox_ioctl(struct virtuos_channel *ch, unsigned long request,
			   void *arg)
{
	long ret = virtuos_channel_ioctl(ch, request, arg);

	return ret == -EACCES ? virtuos_sandbox_refused(ch) : ret;
}

/*
 * What is to be had by name is not, perhaps, after the move: have it before.
 */
void virtuos_sandbox_prepare(void)
{
	let_keep();
	virtuos_own_prepare();
}

/* Which services does that concern?  vsysfront knows. */
void virtuos_sandbox_moved(void)
{
	struct vsys_front_account account;
	struct virtuos_channel *ch;
	int i;

	for (i = 0; i < VIRTUOS_SERVICES_MAX; i++) {
		ch = virtuos_channel_get(i);
		if (ch)
			virtuos_sandbox_ioctl(ch, VSYS_IOC_ACCOUNT, &account);
	}
}
