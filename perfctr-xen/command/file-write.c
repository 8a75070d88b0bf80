// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include "file.h"

bool file_create(struct file_writer *w, const char *name)
{
	struct file_header header = {
		.version = FILE_VERSION,
		.size = sizeof(header),
	};

	memcpy(header.magic, FILE_MAGIC, sizeof(header.magic));
	w->samples = 0;
	w->out = fopen(name, "we");
	if (w->out)
		fwrite(&header, sizeof(header), 1, w->out);
	return w->out;
}

void file_put(struct file_writer *w, enum file_kind kind, void *record,
	      size_t size, const void *more, size_t more_size)
{
	static const char zeros[8];
	size_t pad = -(size + more_size) & 7;

	*(struct file_record *)record = (struct file_record){
		.kind = kind,
		.size = size + more_size + pad,
	};
	if (kind == FILE_SAMPLE)
		w->samples++;
	/* An error stays in the stream until file_finish(). */
	fwrite(record, size, 1, w->out);
	if (more_size)
		fwrite(more, 1, more_size, w->out);
	fwrite(zeros, 1, pad, w->out);
}

void file_put_text(struct file_writer *w, enum file_kind kind, void *record,
		   size_t size, const char *text)
{
	file_put(w, kind, record, size, text, strlen(text) + 1);
}

bool file_finish(struct file_writer *w)
{
	struct file_end end = { .samples = w->samples };
	bool ok;

	file_put(w, FILE_END, &end, sizeof(end), NULL, 0);
	ok = !ferror(w->out);
	return !fclose(w->out) && ok;
}
