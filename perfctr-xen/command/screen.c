// SPDX-License-Identifier: GPL-2.0-only
#include <curses.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "command.h"
#include "screen.h"

#define HEADS 1 /* the line they are in */

static bool on_terminal;
static char *shown;
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

void screen_open(void)
{
	on_terminal = isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);
	signals_hold(); /* curses leaves alone what has a handler */
	if (on_terminal) {
		setlocale(LC_ALL, "");
		initscr();
		cbreak();
		noecho();
		nodelay(stdscr, true);
		curs_set(0);
	}
}

void screen_close(void)
{
	if (on_terminal)
		endwin();
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(shown);
}

/* As many bytes of a line as have so many letters, in UTF-8. */
static int fitting(const char *line, int letters)
{
	int n;

	for (n = 0; line[n] && line[n] != '\n'; n++)
		if ((line[n] & 0xc0) != 0x80 && !letters--)
			break;
	return n;
}

static void screen_draw(void)
{
	const char *line = shown;
	int y;

	erase();
	for (y = 0; line && *line && y < LINES; y++) {
		mvaddnstr(y, 0, line, fitting(line, COLS));
		if (y == HEADS)
			mvchgat(y, 0, -1, A_REVERSE, 0, NULL);
		line = strchr(line, '\n');
		line += !!line;
	}
	refresh();
}

void screen_show(char *text)
{
	free(shown);
	shown = text;
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
