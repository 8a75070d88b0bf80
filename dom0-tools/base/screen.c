// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/screen.h"
#include "base/seconds.h"
#include "base/text.h"

static bool on_terminal;
static SCREEN *screen;
static char *shown;
static int shown_heads;
static bool shown_all;
static sigset_t before; /* the signals that were blocked */
static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = 1;
}

/* They come while we wait, and never between a look at what they did and that. */
static void signals_hold(void)
{
	struct sigaction action = { .sa_handler = stop };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGWINCH); /* curses has a handler for it */
	sigprocmask(SIG_BLOCK, &set, &before);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* initscr() would end the program where the terminal is unknown. */
static bool screen_begin(void)
{
	screen = newterm(NULL, stdout, stdin);
	if (screen && !tigetstr("cup")) { /* its cursor cannot be moved */
		endwin();
		delscreen(screen);
		screen = NULL;
	}
	return screen;
}

bool screen_open(bool plain)
{
	bool wanted = !plain && isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);

	signals_hold(); /* curses leaves alone what has a handler */
	on_terminal = wanted && screen_begin();
	if (on_terminal) {
		cbreak();
		noecho();
		nodelay(stdscr, true);
		curs_set(0);
	}
	return on_terminal || !wanted;
}

void screen_close(void)
{
	if (on_terminal) {
		endwin();
		delscreen(screen);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(shown);
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

bool screen_wait(double seconds)
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
