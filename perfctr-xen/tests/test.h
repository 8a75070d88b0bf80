/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests share: counters by perf_event and by /dev/perfctr-xen, and
 * work whose instructions are known.
 *
 * Exit status: 0 passed, 1 failed, 77 cannot be tried here (and why, on stdout).
 */
#ifndef PERFCTR_TEST_H
#define PERFCTR_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <perfctr-xen/device.h>
#include <perfctr-xen/read.h>

#define TEST_CPUS 8

static int test_failed;

__attribute__((format(printf, 2, 3)))
static inline void check(int good, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%s ", good ? "ok  " : "FAIL");
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	if (!good)
		test_failed = 1;
}

__attribute__((format(printf, 1, 2), noreturn))
static inline void skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("SKIP ");
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	exit(77);
}

__attribute__((noreturn))
static inline void die(const char *what)
{
	printf("FAIL %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Nobody else's user mode runs on this processor from here on. */
static inline void test_alone(int cpu)
{
	struct sched_param param = { .sched_priority = 50 };
	cpu_set_t set;
	int fd;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
	fd = open("/proc/sys/kernel/sched_rt_runtime_us", O_WRONLY);
	if (fd < 0 || write(fd, "-1", 2) != 2)
		die("sched_rt_runtime_us");
	close(fd);
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("sched_setscheduler");
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall");
}

/* ---- perf_event ---- */

static inline int event_open(uint64_t config, int user, int kernel, int group)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = config,
		.disabled = group < 0,
		.exclude_user = !user,
		.exclude_kernel = !kernel,
		.exclude_hv = 1,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, group, 0);

	if (fd < 0 && (errno == ENOENT || errno == EOPNOTSUPP))
		skip("perf_event knows no such hardware event here");
	if (fd < 0)
		die("perf_event_open");
	return fd;
}

static inline uint64_t event_read(int fd)
{
	uint64_t value;

	if (read(fd, &value, sizeof(value)) != sizeof(value))
		die("read of an event");
	return value;
}

/* ---- /dev/perfctr-xen ---- */

static int device = -1;
static struct perfctr_get device_get;
static const volatile struct perfctr_record *records[TEST_CPUS];

static inline void device_open(void)
{
	long cpu, cpus = sysconf(_SC_NPROCESSORS_ONLN);
	void *page;

	device = open(PERFCTR_DEVICE, O_RDONLY | O_CLOEXEC);
	if (device < 0)
		skip("no %s: stock Xen, or perfctr_xen.ko is not loaded", PERFCTR_DEVICE);
	if (ioctl(device, PERFCTR_IOC_GET, &device_get))
		die("PERFCTR_IOC_GET");
	for (cpu = 0; cpu < cpus && cpu < TEST_CPUS; cpu++) {
		page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, device, cpu * 4096);
		if (page == MAP_FAILED)
			die("mmap of a record");
		records[cpu] = page;
	}
}

static inline int device_set(int cpu, struct perfctr_set *set)
{
	struct perfctr_program program = { .cpu = cpu, .set = *set };
	int rc = ioctl(device, PERFCTR_IOC_SET, &program);

	*set = program.set;
	return rc;
}

/* ---- work: instructions that one round executes in user mode ---- */

#define LOOP_INSNS	2	/* dec, jnz */
#define LOOP_BRANCHES	1

static inline void loop(uint64_t rounds)
{
	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(rounds) : : "cc");
}

#define SYSCALL_INSNS	4	/* mov, syscall, dec, jnz */

static inline void loop_syscalls(uint64_t rounds)
{
	uint64_t rax;

	__asm__ volatile("1: mov %2, %%eax; syscall; dec %1; jnz 1b"
			 : "=&a"(rax), "+&r"(rounds) : "i"(SYS_getppid)
			 : "rcx", "r11", "cc", "memory");
}

#define TOUCH_INSNS	4	/* movb, add, dec, jnz */

static inline void loop_touch(char *page, uint64_t rounds)
{
	__asm__ volatile("1: movb $1, (%0); add $4096, %0; dec %1; jnz 1b"
			 : "+r"(page), "+r"(rounds) : : "cc", "memory");
}

#endif /* PERFCTR_TEST_H */
