// SPDX-License-Identifier: GPL-2.0-only
#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <string.h>
#include "base/memory.h"
#include "dso.h"

struct dso {
	char *path;
	const char *name;
	Dwfl *dwfl; /* NULL: it cannot be read */
	Dwfl_Module *module;
};

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

static void dso_open(struct dso *dso)
{
	if (dso->path[0] != '/' || !strncmp(dso->path, "//anon", 6))
		return;
	dso->dwfl = dwfl_begin(&callbacks);
	if (!dso->dwfl)
		return;
	dso->module = dwfl_report_offline(dso->dwfl, dso->path, dso->path, -1);
	dwfl_report_end(dso->dwfl, NULL, NULL);
	if (dso->module)
		return;
	dwfl_end(dso->dwfl);
	dso->dwfl = NULL;
}

struct dso *dso_get(const char *path)
{
	static struct dso **all;
	static unsigned int nr;
	const char *slash;
	struct dso *dso;
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (!strcmp(all[i]->path, path))
			return all[i];
	dso = xalloc(NULL, sizeof(*dso));
	*dso = (struct dso){ .path = xprintf("%s", path) };
	slash = strrchr(dso->path, '/');
	dso->name = !strncmp(path, "//anon", 6) ? "[anon]" :
		    slash			? slash + 1 :
						  dso->path;
	dso_open(dso);
	all = xgrow(all, nr, sizeof(*all));
	all[nr++] = dso;
	return dso;
}

const char *dso_name(const struct dso *dso)
{
	return dso->name;
}

/* Where libdwfl has put the byte of the file; 0: nowhere. */
static GElf_Addr dso_address(struct dso *dso, uint64_t file_offset)
{
	GElf_Addr bias;
	Elf *elf = dwfl_module_getelf(dso->module, &bias);
	GElf_Phdr phdr;
	size_t i, nr;

	if (!elf || elf_getphdrnum(elf, &nr))
		return 0;
	for (i = 0; i < nr; i++)
		if (gelf_getphdr(elf, i, &phdr) && phdr.p_type == PT_LOAD &&
		    file_offset - phdr.p_offset < phdr.p_filesz)
			return file_offset - phdr.p_offset + phdr.p_vaddr +
			       bias;
	return 0;
}

const char *dso_symbol(struct dso *dso, uint64_t file_offset, uint64_t *offset)
{
	GElf_Addr address = dso->dwfl ? dso_address(dso, file_offset) : 0;
	GElf_Sym symbol;

	if (!address)
		return NULL;
	return dwfl_module_addrinfo(dso->module, address, offset, &symbol, NULL,
				    NULL, NULL);
}
