// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	the C library's own streams on remote files and sockets: fopen,
 *		fread, fprintf, fgets, getline, fseek, freopen, fdopen, tmpfile
 *		names, opendir, glob, ftw.
 * Why:		the library's internal calls are not seen by a preload library;
 *		most programs read and write only this way.
 * How:		text and binary files written and read back, mixed with calls on
 *		the descriptor beneath.
 */
#include <dirent.h>
#include <ftw.h>
#include <glob.h>
#include "../transcript.h"

static char buf[20000];

static void test_text(void)
{
	char *line = NULL;
	size_t size = 0;
	FILE *f;
	int i, n;

	say("-- text");
	HOLDS(fopen(at("none"), "r") == NULL && errno == ENOENT);
	f = fopen(at("text"), "w");
	HOLDS(f != NULL);
	for (i = 0; i < 500; i++)
		fprintf(f, "line %d, %s\n", i, i % 2 ? "odd" : "even");
	TRY(ftell(f));
	WANT(fclose(f), 0);
	f = fopen(at("text"), "r+");
	HOLDS(fgets(buf, sizeof(buf), f) == buf);
	HOLDS(!strcmp(buf, "line 0, even\n"));
	for (n = 1; getline(&line, &size, f) > 0; n++)
		;
	WANT(n, 500);
	HOLDS(feof(f));
	WANT(fseek(f, 5, SEEK_SET), 0);
	WANT(fscanf(f, "%d, %5s", &i, buf), 2);
	say("  %d %s", i, buf);
	WANT(fseek(f, 0, SEEK_SET), 0);
	WANT(fputs("LINE", f) >= 0, 1);
	rewind(f);
	HOLDS(fgets(buf, sizeof(buf), f) == buf);
	HOLDS(!strcmp(buf, "LINE 0, even\n"));
	WANT(ungetc('x', f), 'x');
	WANT(fgetc(f), 'x');
	WANT(fgetc(f), 'l');
	free(line);
	WANT(fclose(f), 0);
}

static void test_binary(void)
{
	struct stat st;
	FILE *f = fopen(at("bin"), "w+b");

	say("-- binary");
	HOLDS(f != NULL);
	t_fill(buf, sizeof(buf), 7);
	WANT(fwrite(buf, 1, sizeof(buf), f), sizeof(buf));
	WANT(fflush(f), 0);
	WANT(fstat(fileno(f), &st), 0);
	WANT(st.st_size, sizeof(buf));
	memset(buf, 0, sizeof(buf));
	WANT(fseeko(f, -10000, SEEK_END), 0);
	WANT(fread(buf, 100, 200, f), 100);
	HOLDS(feof(f) && !ferror(f));
	BYTES(buf, 10000);
	WANT(setvbuf(f, NULL, _IONBF, 0), 0);
	rewind(f);
	WANT(fread(buf, 1, 10, f), 10);
	WANT(lseek(fileno(f), 0, SEEK_CUR), 10);
	WANT(ftruncate(fileno(f), 5), 0);
	WANT(fread(buf, 1, 10, f), 0);
	WANT(fclose(f), 0);
	f = fopen(at("bin"), "a");
	WANT(fwrite("END", 1, 3, f), 3);
	WANT(ftell(f), 8);
	WANT(fclose(f), 0);
	HOLDS(fopen(at("bin"), "wx") == NULL && errno == EEXIST);
	f = fopen(at("bin"), "re");
	HOLDS(fcntl(fileno(f), F_GETFD) == FD_CLOEXEC);
	f = freopen(at("text"), "r", f);
	HOLDS(f && fgetc(f) == 'L');
	WANT(fwrite("x", 1, 1, f), 0);
	HOLDS(ferror(f));
	fclose(f);
}

static void test_socket(void)
{
	int pair[2];
	FILE *a, *b;

	say("-- a connection");
	t_tcp_pair(AF_INET, pair);
	a = fdopen(pair[0], "w");
	b = fdopen(pair[1], "r");
	HOLDS(a && b);
	fprintf(a, "GET /%d HTTP/1.0\r\n\r\n", 42);
	WANT(fclose(a), 0);
	HOLDS(fgets(buf, sizeof(buf), b) == buf);
	HOLDS(!strcmp(buf, "GET /42 HTTP/1.0\r\n"));
	HOLDS(fgets(buf, sizeof(buf), b) == buf);
	HOLDS(fgets(buf, sizeof(buf), b) == NULL && feof(b));
	WANT(fclose(b), 0);
}

static int visited;

static int visit(const char *name, const struct stat *st, int kind,
		 struct FTW *where)
{
	(void)name;
	(void)st;
	(void)where;
	visited += kind == FTW_F ? 1 : 100;
	return 0;
}

static void test_directory(void)
{
	struct dirent **list;
	char name[40];
	glob_t g;
	DIR *d;
	int n, i, fd;

	say("-- directories");
	WANT(mkdir(at("d"), 0700), 0);
	for (i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "d/%c%d", i % 2 ? 'a' : 'b', i);
		fclose(fopen(at(name), "w"));
	}
	n = scandir(at("d"), &list, NULL, alphasort);
	WANT(n, 14);
	for (i = 0; i < n; i++) {
		say("  %s", list[i]->d_name);
		free(list[i]);
	}
	free(list);
	WANT(glob(at("d/a*"), 0, NULL, &g), 0);
	WANT(g.gl_pathc, 6);
	globfree(&g);
	WANT(nftw(at("d"), visit, 5, FTW_PHYS), 0);
	WANT(visited, 112);
	fd = FD(open(at("d"), O_RDONLY | O_DIRECTORY));
	d = fdopendir(fd);
	HOLDS(d != NULL && dirfd(d) == fd);
	HOLDS(readdir(d) != NULL);
	{
		long where = telldir(d);
		struct dirent *e = readdir(d);
		char second[300];

		snprintf(second, sizeof(second), "%s", e ? e->d_name : "?");
		while (readdir(d))
			;
		seekdir(d, where);
		e = readdir(d);
		HOLDS(e && !strcmp(second, e->d_name));
	}
	WANT(closedir(d), 0);
	FAILS(close(fd), EBADF);
	HOLDS(opendir(at("text")) == NULL && errno == ENOTDIR);
}

static void test_names(void)
{
	char name[4300], *real;
	int fd;

	say("-- temporary and real names");
	snprintf(name, sizeof(name), "%s", at("tmp-XXXXXX"));
	fd = FD(mkstemp(name));
	WANT(write(fd, "x", 1), 1);
	WANT(unlink(name), 0);
	close(fd);
	snprintf(name, sizeof(name), "%s", at("dir-XXXXXX"));
	HOLDS(mkdtemp(name) == name);
	WANT(rmdir(name), 0);
	WANT(symlink("d/../text", at("link")), 0);
	real = realpath(at("link"), NULL);
	HOLDS(real && !strcmp(strrchr(real, '/'), "/text"));
	free(real);
	HOLDS(realpath(at("none"), NULL) == NULL && errno == ENOENT);
	WANT(remove(at("link")), 0);
	WANT(remove(at("bin")), 0);
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	test_text();
	test_binary();
	test_socket();
	test_directory();
	test_names();
	return t_end();
}
