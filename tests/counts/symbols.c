// SPDX-License-Identifier: GPL-2.0-only
/* Functions of an ELF file: see symbols.h. */
#include "symbols.h"

#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t *file_map(const char *file)
{
	int fd = open(file, O_RDONLY);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", file);
	p = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		err(1, "%s", file);
	close(fd);
	return p;
}

static int by_start(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

static void table_read(struct symbols *symbols, const uint8_t *elf,
		       const Elf64_Shdr *sections, const Elf64_Shdr *table)
{
	const Elf64_Sym *syms = (const void *)(elf + table->sh_offset);
	const char *names = (const char *)elf +
			    sections[table->sh_link].sh_offset;
	size_t i, n = table->sh_size / sizeof(*syms);

	symbols->list = calloc(n, sizeof(*symbols->list));
	if (!symbols->list)
		err(1, "symbols");
	for (i = 0; i < n; i++) {
		if (ELF64_ST_TYPE(syms[i].st_info) != STT_FUNC ||
		    !syms[i].st_value)
			continue;
		symbols->list[symbols->n++] = (struct symbol){
			.name = names + syms[i].st_name,
			.start = syms[i].st_value,
			.end = syms[i].st_value + syms[i].st_size,
		};
	}
	qsort(symbols->list, symbols->n, sizeof(*symbols->list), by_start);
}

void symbols_read(struct symbols *symbols, const char *file)
{
	const uint8_t *elf = file_map(file);
	const Elf64_Ehdr *header = (const void *)elf;
	const Elf64_Shdr *sections = (const void *)(elf + header->e_shoff);
	int i;

	for (i = 0; i < header->e_shnum; i++)
		if (sections[i].sh_type == SHT_SYMTAB)
			table_read(symbols, elf, sections, &sections[i]);
	if (!symbols->n)
		errx(1, "%s has no symbols", file);
}

void symbols_clear(struct symbols *symbols)
{
	int i;

	for (i = 0; i < symbols->n; i++)
		symbols->list[i].count = 0;
	symbols->others = 0;
}

void symbols_count(struct symbols *symbols, uint64_t at)
{
	int i;

	for (i = 0; i < symbols->n; i++)
		if (at >= symbols->list[i].start && at < symbols->list[i].end) {
			symbols->list[i].count++;
			return;
		}
	symbols->others++;
}

static int by_count(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return (x->count < y->count) - (x->count > y->count);
}

void symbols_print(struct symbols *symbols)
{
	int i;

	qsort(symbols->list, symbols->n, sizeof(*symbols->list), by_count);
	for (i = 0; i < symbols->n && symbols->list[i].count; i++)
		printf("%6ld  %s\n", symbols->list[i].count,
		       symbols->list[i].name);
	if (symbols->others)
		printf("%6ld  (linkage)\n", symbols->others);
	symbols->printed++;
}
