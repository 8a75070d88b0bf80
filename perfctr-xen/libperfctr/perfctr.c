// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <perfctr-xen/device.h>
#include <perfctr-xen/read.h>

#include "event.h"
#include "failure.h"
#include "perfctr.h"

struct perfctr {
	int count;
	int rdpmc;	/* programs may use it here */
	struct {
		int fd;
		const volatile struct perf_event_mmap_page *page;
	} event[PERFCTR_EVENTS_MAX];
};

static int file_says(const char *name, const char *text)
{
	char line[32] = "";
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	if (read(fd, line, sizeof(line) - 1) < 0)
		line[0] = 0;
	close(fd);
	return !strncmp(line, text, strlen(text));
}

/*
 * The kernel believes that rdpmc works wherever there are counters.  In a PV
 * guest it depends on Xen, which the module has asked.
 */
int perfctr_rdpmc_allowed(void)
{
	if (!file_says("/sys/hypervisor/type", "xen") ||
	    file_says("/sys/hypervisor/guest_type", "HVM") ||
	    file_says("/sys/hypervisor/guest_type", "PVH"))
		return 1;
	return file_says(PERFCTR_MAY_RDPMC, "Y");
}

static int event_open(struct perfctr *p, const char *name, size_t length)
{
	struct perf_event_attr attr;
	void *page;
	int fd;

	if (event_parse(name, length, &attr)) {
		perfctr_fail("unknown event \"%.*s\"",
			 (int)length, name);
		return -1;
	}
	attr.disabled = p->count == 0;
	fd = syscall(SYS_perf_event_open, &attr, 0, -1,
		     p->count ? p->event[0].fd : -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0) {
		perfctr_fail("\"%.*s\": %s", (int)length, name,
			 errno == ENOENT || errno == EOPNOTSUPP ?
			 "this machine does not count it (under Xen: vpmu=on on its command line)" :
			 errno == EACCES || errno == EPERM ?
			 "not permitted (see /proc/sys/kernel/perf_event_paranoid)" :
			 errno == EINVAL && p->count ?
			 "more events than counters" : strerror(errno));
		return -1;
	}
	page = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED) {
		perfctr_fail("mapping of an event: %s", strerror(errno));
		close(fd);
		return -1;
	}
	p->event[p->count].fd = fd;
	p->event[p->count].page = page;
	p->rdpmc &= p->event[p->count].page->cap_user_rdpmc;
	p->count++;
	return 0;
}

struct perfctr *perfctr_open(const char *events, const char **error)
{
	struct perfctr *p = calloc(1, sizeof(*p));
	const char *end;

	perfctr_fail("no memory");
	if (error)
		*error = perfctr_failure;
	if (!p)
		return NULL;
	p->rdpmc = perfctr_rdpmc_allowed();
	for (;; events = end + 1) {
		end = strchrnul(events, ',');
		if (p->count == PERFCTR_EVENTS_MAX) {
			perfctr_fail("more than %d events",
				 PERFCTR_EVENTS_MAX);
			break;
		}
		if (event_open(p, events, end - events))
			break;
		if (!*end)
			return p;
	}
	perfctr_close(p);
	return NULL;
}

void perfctr_close(struct perfctr *p)
{
	int i;

	if (!p)
		return;
	for (i = p->count - 1; i >= 0; i--) {
		munmap((void *)p->event[i].page, sysconf(_SC_PAGESIZE));
		close(p->event[i].fd);
	}
	free(p);
}

int perfctr_count(const struct perfctr *p)
{
	return p->count;
}

int perfctr_start(struct perfctr *p)
{
	return ioctl(p->event[0].fd, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
}

int perfctr_stop(struct perfctr *p)
{
	return ioctl(p->event[0].fd, PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
}

/*
 * The kernel's part of a count, and the register's, which belong together as
 * long as the page's lock did not change.  1: the counts so far have a gap.
 */
static int page_read(const volatile struct perf_event_mmap_page *page, uint64_t *count)
{
	uint64_t value;
	uint32_t lock, index;
	int shift, gap;

	do {
		lock = page->lock;
		__asm__ volatile("" : : : "memory");
		gap = page->time_enabled != page->time_running;
		value = page->offset;
		index = page->index;
		if (index) {
			shift = 64 - page->pmc_width;
			value += (int64_t)(perfctr_rdpmc(index - 1) << shift) >> shift;
		}
		__asm__ volatile("" : : : "memory");
	} while (page->lock != lock);
	*count = value;
	return gap;
}

int perfctr_read(struct perfctr *p, uint64_t *counts)
{
	int i, gap = 0;

	for (i = 0; i < p->count; i++) {
		if (p->rdpmc)
			gap |= page_read(p->event[i].page, &counts[i]);
		else if (read(p->event[i].fd, &counts[i], sizeof(*counts)) !=
			 sizeof(*counts))
			return -1;
		else
			gap |= p->event[i].page->time_enabled !=
			       p->event[i].page->time_running;
	}
	if (gap) {
		errno = EAGAIN;
		return -1;
	}
	return 0;
}

const char *perfctr_event(unsigned int index)
{
	return event_known(index);
}

const char *perfctr_how(const struct perfctr *p)
{
	return p->rdpmc ? "rdpmc" : "read";
}
