// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	dom0-tools/base/screen.c.
 * Why:		whoever watches must get the terminal back as it was, whatever
 *		happens, and must see all there is or that it is not all.
 * How:		a child shows texts on a pseudo-terminal; we are the terminal,
 *		type, send signals, and look at what came and at its modes.
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <utmp.h>

#include "base/screen.h"
#include "test.h"

#define LINES 10
#define LEFT "\033[?1049l" /* xterm: back from the other screen */

static int terminal, end;
static struct termios modes;
static char seen[65536];
static size_t nr_seen;
static pid_t child;

static char *text_of(unsigned int lines)
{
	char *text = NULL;
	unsigned int i;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	test_need(out != NULL, "open_memstream");
	for (i = 1; i <= lines; i++)
		fprintf(out, "line-%u.\n", i);
	fclose(out);
	return text;
}

/* ---- The child -------------------------------------------------------------- */

/* Shows one text over and over. */
static int show(unsigned int lines, bool all)
{
	bool drawn = screen_open(false);

	do {
		screen_show(text_of(lines), 0, all);
	} while (screen_wait(0.05));
	screen_close();
	return drawn ? 0 : 3;
}

static int watch(unsigned int lines)
{
	return show(lines, true);
}

/* Where lines are worth less the further down. */
static int top(unsigned int lines)
{
	return show(lines, false);
}

/* A sample that does not end. */
static int hang(unsigned int lines)
{
	screen_open(false);
	screen_show(text_of(lines), 0, true);
	while (pause())
		;
	return 0;
}

/* A sample that takes its time, and that no signal disturbs. */
static int slow(unsigned int lines)
{
	int fds[2];
	char byte;

	test_need(!pipe(fds), "pipe");
	screen_open(false);
	screen_show(text_of(lines), 0, true);
	if (!fork()) {
		usleep(400000);
		_exit(write(fds[1], "x", 1) != 1);
	}
	if (read(fds[0], &byte, 1) != 1)
		return 4;
	if (screen_wait(10))
		return 5;
	screen_close();
	return 0;
}

/* What finds out in a sample that it cannot go on. */
static int fail(unsigned int lines)
{
	screen_open(false);
	screen_show(text_of(lines), 0, true);
	exit(6);
}

static void start(const char *term, int (*run)(unsigned int), unsigned int lines)
{
	struct winsize size = { .ws_row = LINES, .ws_col = 80 };

	test_need(!openpty(&terminal, &end, NULL, NULL, &size), "openpty");
	test_need(!tcgetattr(end, &modes), "tcgetattr");
	nr_seen = 0;
	seen[0] = '\0';
	child = fork();
	test_need(child >= 0, "fork");
	if (child)
		return;
	close(terminal);
	test_need(!login_tty(end), "login_tty");
	unsetenv("LINES");
	unsetenv("COLUMNS");
	if (term)
		setenv("TERM", term, 1);
	else
		unsetenv("TERM");
	_exit(run(lines));
}

/* ---- The terminal ----------------------------------------------------------- */

/* What has come within so many milliseconds; false: nothing. */
static bool take(int timeout)
{
	struct pollfd fd = { .fd = terminal, .events = POLLIN };
	ssize_t n;

	if (poll(&fd, 1, timeout) <= 0)
		return false;
	n = read(terminal, seen + nr_seen, sizeof(seen) - 1 - nr_seen);
	if (n <= 0)
		return false;
	nr_seen += n;
	seen[nr_seen] = '\0';
	return true;
}

/* Until it shows the text, five seconds at most. */
static void shows(const char *text)
{
	int tries;

	for (tries = 0; tries < 100 && !strstr(seen, text); tries++)
		take(50);
	if (!CHECK(strstr(seen, text)))
		fprintf(stderr, "\tno \"%s\" in \"%s\"\n", text, seen);
}

static void type(char key)
{
	CHECK_EQ(write(terminal, &key, 1), 1);
}

/* How the child ended, as for wait(), and how it left the terminal. */
static int ended(void)
{
	struct termios now;
	int tries, status = -1;

	for (tries = 0; tries < 100; tries++) {
		take(50);
		if (waitpid(child, &status, WNOHANG) == child)
			break;
	}
	if (!CHECK(tries < 100)) {
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
	}
	while (take(0))
		;
	CHECK(!tcgetattr(end, &now));
	CHECK_EQ(now.c_lflag, modes.c_lflag);
	CHECK_EQ(now.c_iflag, modes.c_iflag);
	CHECK_EQ(now.c_oflag, modes.c_oflag);
	close(terminal);
	close(end);
	return status;
}

static int exit_status(void)
{
	int status = ended();

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ---- The tests -------------------------------------------------------------- */

static void ends(void)
{
	start("xterm", watch, 3);
	shows("line-3.");
	type('q');
	CHECK_EQ(exit_status(), 0);
	shows(LEFT);

	start("xterm", watch, 3);
	shows("line-3.");
	type('\003');
	CHECK_EQ(exit_status(), 0);
	shows(LEFT);

	start("xterm", watch, 3);
	shows("line-3.");
	kill(child, SIGTERM);
	CHECK_EQ(exit_status(), 0);
	shows(LEFT);
}

/* By a signal in a sample, sent or typed. */
static void killed(int (*run)(unsigned int), int number, char key)
{
	int status;

	start("xterm", run, 3);
	shows("line-3.");
	if (key)
		type(key);
	else
		kill(child, number);
	status = ended();
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), number);
	shows(LEFT);
}

static void samples(void)
{
	killed(hang, SIGTERM, 0);
	killed(hang, SIGINT, '\003');
	killed(hang, SIGQUIT, '\034');

	start("xterm", slow, 3);
	shows("line-3.");
	type('\003');
	CHECK_EQ(exit_status(), 0);
	shows(LEFT);

	start("xterm", fail, 3);
	CHECK_EQ(exit_status(), 6);
	shows(LEFT);
}

/* Until it shows the last that it is to show; never the other. */
static void cut(int (*run)(unsigned int), unsigned int lines, const char *last,
		const char *never)
{
	start("xterm", run, lines);
	shows(last);
	type('q');
	CHECK_EQ(exit_status(), 0);
	CHECK(!strstr(seen, never));
}

static void cuts(void)
{
	cut(watch, LINES, "line-10.", "more");
	cut(watch, LINES + 1, "2 more lines", "line-10.");
	cut(watch, 500, "491 more lines", "line-10.");
	cut(top, 500, "line-10.", "more");
}

/* One sample after the other, whole. */
static void no_screen(const char *term)
{
	start(term, watch, 30);
	shows("line-29.\r\nline-30.\r\n\r\nline-1.\r\n");
	type('\003');
	CHECK_EQ(exit_status(), 3);
	CHECK(!strchr(seen, '\033'));
}

int main(void)
{
	ends();
	samples();
	cuts();
	no_screen(NULL);
	no_screen("no-such-terminal");
	no_screen("dumb");
	return test_exit();
}
