// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "base/screen.h"
#include "base/seconds.h"
#include "base/text.h"

#define PATIENCE 1u /* seconds that a sample has left when it is to end */

static bool on_terminal;
static SCREEN *screen;
static char *shown;
static int shown_heads;
static bool shown_all;

/* ---- Giving up -------------------------------------------------------------- */

static struct termios modes; /* before curses */
static char leave[256];	     /* what the terminal gets at the end */
static size_t nr_leave;

static int leave_put(int byte)
{
	if (nr_leave < sizeof(leave))
		leave[nr_leave++] = byte;
	return byte;
}

static void leave_add(const char *capability)
{
	if (capability)
		tputs(capability, 1, leave_put);
}

/* What endwin() writes: a handler may not call that. */
static void leave_prepare(void)
{
	nr_leave = 0;
	leave_add(tparm(tigetstr("cup"), LINES - 1, 0));
	leave_add(tigetstr("sgr0"));
	leave_add(tigetstr("cnorm"));
	leave_add(tigetstr("rmcup"));
}

static volatile sig_atomic_t stopped; /* by this signal */

/* They may come in the midst of anything, a lock held: nothing but system calls. */
static void give_up(int signal_now)
{
	int by = signal_now == SIGALRM && stopped ? stopped : signal_now;
	ssize_t written = 0;
	sigset_t set;

	signal(by, SIG_DFL);
	if (on_terminal) {
		tcsetattr(STDIN_FILENO, TCSANOW, &modes);
		written = write(STDOUT_FILENO, leave, nr_leave);
	}
	(void)written; /* there is nobody to tell */
	sigemptyset(&set);
	sigaddset(&set, by);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(by);
}

/* The sample is finished, if it can be; more signals do not give it more time. */
static void stop(int signal_now)
{
	if (stopped)
		return;
	stopped = signal_now;
	alarm(PATIENCE);
}

/* ---- Signals ---------------------------------------------------------------- */

static struct {
	int number;
	void (*handler)(int);
	struct sigaction before;
} signals[] = {
	{ .number = SIGINT, .handler = stop },
	{ .number = SIGTERM, .handler = stop },
	{ .number = SIGALRM, .handler = give_up },
	{ .number = SIGQUIT, .handler = give_up },
};

#define NR_SIGNALS (sizeof(signals) / sizeof(*signals))

static sigset_t before; /* the signals that were blocked */

/* Samples are not to fail by them; curses has a handler for SIGWINCH. */
static void signals_take(void)
{
	struct sigaction action = { .sa_flags = SA_RESTART };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, &before);
	for (i = 0; i < NR_SIGNALS; i++) {
		action.sa_handler = signals[i].handler;
		sigaction(signals[i].number, &action, &signals[i].before);
	}
}

static void signals_give_back(void)
{
	size_t i;

	alarm(0);
	for (i = 0; i < NR_SIGNALS; i++)
		sigaction(signals[i].number, &signals[i].before, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* None comes between a look at what it did and the wait for it. */
static void signals_hold(sigset_t *now)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, now);
}

/* ---- The screen ------------------------------------------------------------- */

/* initscr() would end the program where the terminal is unknown. */
static bool screen_begin(void)
{
	tcgetattr(STDIN_FILENO, &modes);
	screen = newterm(NULL, stdout, stdin);
	if (screen && !tigetstr("cup")) { /* its cursor cannot be moved */
		endwin();
		delscreen(screen);
		screen = NULL;
	}
	return screen;
}

/* Also where a sample ends the program. */
static void screen_end(void)
{
	if (on_terminal) {
		endwin();
		delscreen(screen);
	}
	on_terminal = false;
}

bool screen_open(bool plain)
{
	bool wanted = !plain && isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);

	signals_take(); /* curses leaves alone what has a handler */
	on_terminal = wanted && screen_begin();
	if (on_terminal) {
		atexit(screen_end);
		leave_prepare();
		cbreak();
		noecho();
		nodelay(stdscr, true);
		curs_set(0);
	}
	return on_terminal || !wanted;
}

void screen_close(void)
{
	screen_end();
	signals_give_back();
	free(shown);
	shown = NULL;
}

/* The next line. */
static const char *screen_draw_line(int y, const char *line)
{
	const char *end = strchrnul(line, '\n');
	size_t fits = text_fitting(line, COLS);

	if (fits > (size_t)(end - line))
		fits = end - line;
	mvaddnstr(y, 0, line, fits);
	return *end ? end + 1 : end;
}

static void screen_draw(void)
{
	size_t left = text_lines(shown);
	const char *line = shown;
	bool more;
	int y;

	erase();
	for (y = 0; left && y < LINES; y++, left--) {
		more = shown_all && y == LINES - 1 && left > 1;
		if (more)
			mvprintw(y, 0, "%zu more lines", left);
		else
			line = screen_draw_line(y, line);
		if (more || y == shown_heads)
			mvchgat(y, 0, -1, A_REVERSE, 0, NULL);
	}
	refresh();
}

void screen_show(char *text, int heads, bool all)
{
	free(shown);
	shown = text;
	shown_heads = heads;
	shown_all = all;
	if (on_terminal) {
		screen_draw();
	} else {
		puts(text);
		fflush(stdout);
	}
}

/* false: one of the keys was `q'. */
static bool screen_keys(void)
{
	int key;

	while ((key = getch()) != ERR) {
		if (key == 'q')
			return false;
		if (key == KEY_RESIZE && shown)
			screen_draw();
	}
	return true;
}

static bool screen_wait_held(double seconds)
{
	struct pollfd keys = { .fd = on_terminal ? STDIN_FILENO : -1,
			       .events = POLLIN };
	double end = now_seconds() + seconds, left;
	struct timespec ts;

	while (!stopped && (left = end - now_seconds()) > 0) {
		ts.tv_sec = left;
		ts.tv_nsec = (left - ts.tv_sec) * 1e9;
		ppoll(&keys, 1, &ts, &before);
		if (keys.revents & (POLLHUP | POLLERR))
			return false;
		if (on_terminal && !screen_keys())
			return false;
	}
	return !stopped;
}

bool screen_wait(double seconds)
{
	sigset_t now;
	bool more;

	signals_hold(&now);
	more = screen_wait_held(seconds);
	sigprocmask(SIG_SETMASK, &now, NULL);
	return more && !stopped;
}
