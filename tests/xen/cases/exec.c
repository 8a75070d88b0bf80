// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	descriptors that are inherited over exec, in programs with and
 *		without the library; close-on-exec; standard streams.
 * Why:		a shell redirects to a remote file and starts any program, also
 *		a static one; without the library the kernel's own path through
 *		the placeholder serves it.
 * How:		cat and wc on remote standard streams, with the environment kept
 *		and with it emptied (no LD_PRELOAD: raw calls on placeholders);
 *		this program runs itself to look at what it inherited.
 */
#include "../transcript.h"

static char self[4096];

/* Run a program with these standard streams; -1: as they are. */
static void run(int in, int out, int bare, const char *const *args)
{
	static char *const empty[] = { NULL };
	pid_t pid = fork();

	if (pid == 0) {
		if (in >= 0)
			dup2(in, 0);
		if (out >= 0)
			dup2(out, 1);
		if (bare)
			execve(args[0], (char *const *)args, empty);
		else
			execv(args[0], (char *const *)args);
		_exit(126);
	}
	t_wait(pid);
}

#define RUN(in, out, bare, ...) \
	run(in, out, bare, (const char *const[]){ __VA_ARGS__, NULL })

static void test_streams(int bare)
{
	char buf[100];
	int in, out;

	say("-- standard streams, %s", bare ? "without the library" :
	    "the environment kept");
	in = FD(open(at("in"), O_RDWR | O_CREAT | O_TRUNC, 0600));
	out = FD(open(at("out"), O_RDWR | O_CREAT | O_TRUNC, 0600));
	WANT(write(in, "line one\nline two\nthree\n", 24), 24);
	WANT(lseek(in, 5, SEEK_SET), 5);
	RUN(in, -1, bare, "/bin/cat");
	WANT(lseek(in, 0, SEEK_CUR), 24);
	WANT(lseek(in, 0, SEEK_SET), 0);
	RUN(in, out, bare, "/bin/cat");
	WANT(lseek(out, 0, SEEK_CUR), 24);
	WANT(pread(out, buf, sizeof(buf), 0), 24);
	BYTES(buf, 24);
	WANT(lseek(in, 0, SEEK_SET), 0);
	RUN(in, -1, bare, "/usr/bin/wc", "-l");
	WANT(ftruncate(out, 0), 0);
	WANT(lseek(out, 0, SEEK_SET), 0);
	RUN(-1, out, bare, "/bin/echo", "appended");
	WANT(pread(out, buf, sizeof(buf), 0), 9);
	BYTES(buf, 9);
	WANT(lseek(in, 0, SEEK_SET), 0);
	RUN(in, -1, bare, "/bin/sh", "-c", "read a b; echo \"$b $a\"; cat");
	close(in);
	close(out);
}

static void test_socket(int bare)
{
	char buf[100];
	int pair[2];

	say("-- a connection as standard stream, %s", bare ?
	    "without the library" : "the environment kept");
	t_tcp_pair(AF_INET, pair);
	WANT(write(pair[0], "over tcp\n", 9), 9);
	WANT(shutdown(pair[0], SHUT_WR), 0);
	RUN(pair[1], pair[1], bare, "/bin/cat");
	close(pair[1]);
	WANT(t_read_all(pair[0], buf, sizeof(buf)), 9);
	BYTES(buf, 9);
	close(pair[0]);
}

/* Close-on-exec, looked at by the program itself. */
static void test_cloexec(void)
{
	char kept[20], closed[20];
	int a, b;

	say("-- close-on-exec");
	a = FD(open(at("in"), O_RDONLY));
	b = FD(open(at("in"), O_RDONLY | O_CLOEXEC));
	snprintf(kept, sizeof(kept), "%d", a);
	snprintf(closed, sizeof(closed), "%d", b);
	RUN(-1, -1, 0, self, t_dir, "inherited", kept, closed);
	WANT(lseek(a, 0, SEEK_CUR), 9);
	WANT(fcntl(b, F_GETFD), FD_CLOEXEC);
	close(a);
	close(b);
}

static int inherited(int kept, int closed)
{
	struct stat st, named;
	char buf[10];

	say("  in the new program:");
	WANT(read(kept, buf, 9), 9);
	BYTES(buf, 9);
	WANT(fstat(kept, &st), 0);
	WANT(stat(at("in"), &named), 0);
	HOLDS(st.st_ino == named.st_ino && st.st_size == 24);
	FAILS(read(closed, buf, 1), EBADF);
	FAILS(fcntl(closed, F_GETFD), EBADF);
	return t_wrong;
}

int main(int argc, char **argv)
{
	t_begin(argc, argv);
	if (argc == 5 && !strcmp(argv[2], "inherited"))
		return inherited(atoi(argv[3]), atoi(argv[4]));
	if (!realpath("/proc/self/exe", self))
		return 2;
	test_streams(0);
	test_streams(1);
	test_socket(0);
	test_socket(1);
	test_cloexec();
	return t_end();
}
