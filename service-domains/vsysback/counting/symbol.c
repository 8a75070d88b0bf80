// SPDX-License-Identifier: GPL-2.0-only
/* Symbol: what a name this kernel has for an address of its own. */
#include <linux/kallsyms.h>
#include <linux/slab.h>

#include "symbol.h"

/* text: "name+0xoffset/0xsize", perhaps with " [module]" behind it. */
static int back_symbol_parse(char *text, struct vsys_symbol *symbol)
{
	char *plus = strchr(text, '+'), *slash, *module;

	if (!plus)
		return -ENXIO;		/* "0xaddress": it has none */
	*plus++ = 0;
	slash = strchr(plus, '/');
	if (!slash)
		return -ENXIO;
	*slash++ = 0;
	if (kstrtou64(plus, 16, &symbol->offset))
		return -ENXIO;
	module = strchr(slash, ' ');
	snprintf(symbol->name, sizeof(symbol->name), "%s%s", text,
		 module ? module : "");
	return 0;
}

/* symbol: a private copy, with the address filled in. */
int back_symbol_find(struct vsys_symbol *symbol)
{
	char *text = kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL);
	int err;

	if (!text)
		return -ENOMEM;
	memset(symbol->name, 0, sizeof(symbol->name));
	sprint_symbol(text, symbol->address);
	err = back_symbol_parse(text, symbol);
	kfree(text);
	return err;
}
