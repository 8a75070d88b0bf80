// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	perfctr-xen/command/file-write.c, file-read.c.
 * Why:		a recording may be cut off, damaged or made by somebody else; a
 *		reader says so, and never reads beyond it.
 * How:		a file with one of each kind; each beginning of it, and files with
 *		bytes changed at random, walked through under AddressSanitizer.
 */
#include "perfctr-xen/command/file.h"
#include "test.h"

static char name[] = "/tmp/virtuos-file-XXXXXX";

static void write_samples(struct file_writer *w)
{
	struct file_symbol symbol = { .address = 0xffffffff81000010,
				      .domain = 1 };
	struct file_clock clock = { .tsc = 100, .ns = 200 };
	struct file_sample sample = { .period = 1000, .nr = 3, .nr_kernel = 1 };
	uint64_t addresses[] = { 0xffffffff81000010, 0x401000, 0x402000 };
	struct file_lost lost = { .domain = 1, .samples = 7 };

	file_put(w, FILE_CLOCK, &clock, sizeof(clock), NULL, 0);
	file_put(w, FILE_SAMPLE, &sample, sizeof(sample), addresses,
		 sizeof(addresses));
	sample.domain = 1;
	sample.nr = 1;
	file_put(w, FILE_SAMPLE, &sample, sizeof(sample), addresses, 8);
	file_put_text(w, FILE_SYMBOL, &symbol, sizeof(symbol), "start_kernel");
	file_put(w, FILE_LOST, &lost, sizeof(lost), NULL, 0);
}

static void write_file(void)
{
	struct file_domain domain = { 0 };
	struct file_event event = { .period = 1000 };
	struct file_text text;
	struct file_map map = { .length = 4096 };
	struct file_comm comm = { .pid = 7, .tid = 7 };
	struct file_fork fork = { .pid = 8, .tid = 8, .ppid = 7, .ptid = 7 };
	struct file_writer w;

	test_need(file_create(&w, name), name);
	file_put_text(&w, FILE_EVENT, &event, sizeof(event), "cycles");
	file_put_text(&w, FILE_COMMAND, &text, sizeof(text), "program");
	file_put_text(&w, FILE_DOMAIN, &domain, sizeof(domain), "user");
	domain.domain = 1;
	file_put_text(&w, FILE_DOMAIN, &domain, sizeof(domain), "network");
	file_put_text(&w, FILE_MAP, &map, sizeof(map), "/usr/bin/program");
	file_put_text(&w, FILE_COMM, &comm, sizeof(comm), "program");
	file_put(&w, FILE_FORK, &fork, sizeof(fork), NULL, 0);
	write_samples(&w);
	test_need(file_finish(&w), name);
}

/* Touches all that a reader may, as it may. */
static unsigned int walk(const struct file *f)
{
	const struct file_record *r = NULL;
	const struct file_sample *s;
	unsigned int nr = 0, i;
	uint64_t sum = 0;

	while ((r = file_next(f, r))) {
		nr++;
		if (r->kind == FILE_EVENT)
			sum += strlen(((const struct file_event *)r)->name);
		if (r->kind == FILE_MAP)
			sum += strlen(((const struct file_map *)r)->path);
		if (r->kind == FILE_SYMBOL)
			sum += strlen(((const struct file_symbol *)r)->name);
		if (r->kind != FILE_SAMPLE)
			continue;
		s = (const void *)r;
		for (i = 0; i < s->nr; i++)
			sum += s->address[i];
	}
	__asm__ volatile("" : : "r"(sum));
	return nr;
}

/* Of a copy that ends where its memory does. */
static int check(const char *data, size_t size, struct file *f)
{
	char *copy = malloc(size ? size : 1);

	test_need(copy != NULL, "malloc");
	memcpy(copy, data, size);
	return file_check(f, "test", copy, size);
}

static void whole(const struct file *f)
{
	const struct file_sample *s = NULL;
	const struct file_record *r = NULL;

	CHECK_EQ(walk(f), 13);
	while ((r = file_next(f, r)) && !s)
		if (r->kind == FILE_SAMPLE)
			s = (const void *)r;
	CHECK(s && s->nr == 3 && s->nr_kernel == 1 &&
	      s->address[2] == 0x402000);
}

static void cut(const struct file *f)
{
	struct file part;
	size_t size;

	for (size = 0; size < f->size; size++) {
		CHECK(!check(f->data, size, &part));
		CHECK(*part.error);
		file_free(&part);
	}
	/* Something behind the end is no part of it either. */
	CHECK(!check(f->data, f->size, &part) ||
	      !file_check(&part, "test", realloc(part.data, f->size + 8),
			  f->size + 8));
	file_free(&part);
}

/* Of such samples no part of a whole could be told. */
static void for_nothing(const struct file *f)
{
	const struct file_record *r = NULL;
	struct file bad;
	char *data = malloc(f->size);

	test_need(data != NULL, "malloc");
	while ((r = file_next(f, r)) && r->kind != FILE_SAMPLE)
		;
	test_need(r != NULL, "a sample");
	memcpy(data, f->data, f->size);
	((struct file_sample *)(data + ((const char *)r - f->data)))->period = 0;
	CHECK(!file_check(&bad, "test", data, f->size));
	CHECK(strstr(bad.error, "stands for nothing"));
	file_free(&bad);
}

/* "program" fills its record: without its zero it goes on into the next one. */
static void endless(const struct file *f)
{
	const struct file_record *r = NULL;
	struct file bad;
	char *data;

	while ((r = file_next(f, r)) && r->kind != FILE_COMMAND)
		;
	test_need(r && r->size == 16, "the record of the command");
	data = malloc(f->size);
	test_need(data != NULL, "malloc");
	memcpy(data, f->data, f->size);
	data[(const char *)r - f->data + 15] = 0x78;
	CHECK(!file_check(&bad, "test", data, f->size));
	file_free(&bad);
}

static void damaged(const struct file *f, uint64_t *seed)
{
	unsigned long rounds = test_scale(20000), i;
	char *data = malloc(f->size);
	struct file bad;
	int n;

	test_need(data != NULL, "malloc");
	for (i = 0; i < rounds; i++) {
		memcpy(data, f->data, f->size);
		for (n = 1 + test_below(seed, 4); n; n--)
			data[test_below(seed, f->size)] =
				test_below(seed, 3) ? test_random(seed) : 0;
		if (check(data, f->size, &bad))
			walk(&bad);
		else
			CHECK(*bad.error);
		file_free(&bad);
	}
	free(data);
}

int main(void)
{
	uint64_t seed = test_seed();
	struct file f, none;
	int fd = mkstemp(name);

	test_need(fd >= 0, "mkstemp");
	close(fd);
	write_file();
	CHECK(file_load(&f, name));
	whole(&f);
	cut(&f);
	endless(&f);
	for_nothing(&f);
	damaged(&f, &seed);
	file_free(&f);
	unlink(name);
	CHECK(!file_load(&none, name));
	CHECK(strstr(none.error, "No such file"));
	file_free(&none);
	return test_exit();
}
