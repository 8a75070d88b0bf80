// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lab's command channel opens: a client that gets no answer in time asks
 * again, and so does the next one after a client that went away; the agent must
 * answer each, and take the command after the last.
 */
#include <sys/socket.h>
#include <sys/wait.h>

#include "tests/lab/agent/agent.h"
#include "test.h"

#define PATIENCE_MS 5000

static const char words[] = "dom0\0/\0true";

/* The agent's end: 0 if a command "true" for dom0 came. */
static int agent(int fd)
{
	unsigned char sync[SYNC_LEN];
	struct command c;
	struct link l;
	int ret;

	link_open_fd(&l, fd);
	if (!command_await(&c, &l, sync, PATIENCE_MS, PATIENCE_MS))
		return 2;
	ret = strcmp(c.domain, "dom0") || strcmp(c.argv[0], "true");
	command_free(&c);
	link_free(&l);
	return ret;
}

static void ask(struct link *l, unsigned char nonce)
{
	unsigned char sync[SYNC_LEN];

	memset(sync, nonce, sizeof(sync));
	memcpy(sync, SYNC_MAGIC, SYNC_MAGIC_LEN);
	buffer_add(&l->out, sync, sizeof(sync));
}

static bool answered(struct link *l, unsigned char nonce)
{
	unsigned char want[SYNC_LEN], got[SYNC_LEN];

	memset(want, nonce, sizeof(want));
	memcpy(want, SYNC_MAGIC, SYNC_MAGIC_LEN);
	return link_sync(l, want, got, PATIENCE_MS);
}

static void send_command(struct link *l)
{
	struct exec_head head = { .argc = 1 };
	char payload[sizeof(head) + sizeof(words)];

	memcpy(payload, &head, sizeof(head));
	memcpy(payload + sizeof(head), words, sizeof(words));
	frame_put(&l->out, FRAME_EXEC, payload, sizeof(payload));
	CHECK(link_flush(l, PATIENCE_MS));
}

static pid_t start_agent(struct link *l)
{
	int ends[2];
	pid_t pid;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	if (!pid) {
		close(ends[0]);
		_exit(agent(ends[1]));
	}
	close(ends[1]);
	link_open_fd(l, ends[0]);
	return pid;
}

static void end_agent(struct link *l, pid_t pid, int expected)
{
	int status = -1;

	close(l->fd);
	link_free(l);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), expected);
}

static void asked_once(void)
{
	struct link l;
	pid_t pid = start_agent(&l);

	buffer_add(&l.out, "left by an interrupted one", 26);
	ask(&l, 1);
	CHECK(answered(&l, 1));
	send_command(&l);
	end_agent(&l, pid, 0);
}

/* Before and after the first answer, in one piece and in two. */
static void asked_again(void)
{
	struct link l;
	pid_t pid = start_agent(&l);

	ask(&l, 1);
	ask(&l, 2);
	CHECK(answered(&l, 2));
	ask(&l, 3);
	l.out.end -= SYNC_LEN / 2;
	CHECK(link_flush(&l, PATIENCE_MS));
	l.out.end = l.out.start;
	for (int i = 0; i < SYNC_LEN / 2; i++)
		buffer_add(&l.out, "\3", 1);
	CHECK(answered(&l, 3));
	send_command(&l);
	end_agent(&l, pid, 0);
}

static void sent_no_frame(void)
{
	struct link l;
	pid_t pid = start_agent(&l);

	ask(&l, 1);
	CHECK(answered(&l, 1));
	buffer_add(&l.out, "\x93virtually", 10);
	CHECK(link_flush(&l, PATIENCE_MS));
	end_agent(&l, pid, 2);
}

int main(void)
{
	asked_once();
	asked_again();
	sent_no_frame();
	return test_exit();
}
