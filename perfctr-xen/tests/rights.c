// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who gets at /dev/perfctr-xen, and what of it: records are root's (or of whom the
 * module was told), nobody writes to one, and there is none but for processors.
 */
#include "test.h"

enum { NOBODY = 65534 };

static void mapped(int prot, size_t bytes, off_t offset, int want,
		   const char *what)
{
	void *page = mmap(NULL, bytes, prot, MAP_SHARED, device, offset);

	check(page == MAP_FAILED && errno == want, "%s is refused", what);
}

static void maps(void)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, device, 0);

	if (page == MAP_FAILED)
		die("mmap of a record");
	check(mprotect(page, 4096, PROT_READ | PROT_WRITE) && errno == EACCES,
	      "a mapped record cannot be made writable");
	mapped(PROT_READ | PROT_WRITE, 4096, 0, EACCES, "a writable record");
	mapped(PROT_READ, 8192, 0, EINVAL, "more than one record");
	/* Beyond the processors that there can be, and far beyond. */
	mapped(PROT_READ, 4096, 4096l << 10, ENXIO, "the record of processor 1024");
	mapped(PROT_READ, 4096, 4096l << 32, ENXIO, "the record of processor 2^32");
	mapped(PROT_READ, 4096, INT64_MAX & ~4095l, ENXIO, "the last record of all");
}

static void others(void)
{
	struct perfctr_set set = { .general = 1 };
	char line[8] = "";
	int fd;

	if (setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		die("becoming nobody");
	check(device_set(0, &set) < 0 && errno == EPERM,
	      "who is not root programs nothing, by root's descriptor either");
	check(open(PERFCTR_DEVICE, O_RDONLY) < 0 && errno == EACCES,
	      "and does not open the device");
	fd = open(PERFCTR_MAY_RDPMC, O_RDONLY);
	check(fd >= 0 && read(fd, line, sizeof(line)) > 0 && *line == 'Y',
	      "but may know that there is rdpmc");
}

int main(void)
{
	device_open();
	maps();
	others();
	return test_failed;
}
