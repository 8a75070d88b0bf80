// SPDX-License-Identifier: GPL-2.0-only
/* Play: a breach of the protocol by its name, and what is said of it. */
#include "front.h"
#include <linux/device.h>
#include <linux/sched/signal.h>

#define HOSTILE_LEAVES	1u	/* slots unanswered, for another play */
#define HOSTILE_BEGINS	2u	/* with a device that is not connected */

static const struct hostile_play {
	const char *name;
	void (*play)(struct hostile_front *f);
	u32 flags;
} hostile_plays[] = {
	{ "sane", hostile_channel_sane },
	{ "open", hostile_play_open },
	{ "twins", hostile_play_twins },
	{ "flood", hostile_play_flood },
	{ "ids", hostile_play_ids },
	{ "ending", hostile_play_ending },
	{ "close", hostile_play_close },
	{ "retire", hostile_play_retire },
	{ "creds", hostile_play_creds },
	{ "slots", hostile_play_slots },
	{ "numbers", hostile_play_numbers },
	{ "twice", hostile_play_twice },
	{ "repeat", hostile_play_repeat, HOSTILE_LEAVES },
	{ "settle", hostile_play_settle },
	{ "unserved", hostile_play_unserved },
	{ "overlap", hostile_play_overlap },
	{ "count", hostile_play_count },
	{ "random", hostile_play_random },
	{ "scribble", hostile_play_scribble },
	{ "storm", hostile_play_storm },
	{ "calls", hostile_play_calls },
	{ "states", hostile_play_states },
	{ "nodes", hostile_play_nodes, HOSTILE_BEGINS },
	{ "hurry", hostile_play_hurry, HOSTILE_BEGINS },
};

/* ---- What is said ------------------------------------------------------ */

static __printf(3, 0) void hostile_line(struct hostile_front *f,
					const char *before, const char *format,
					va_list args)
{
	const size_t size = sizeof(f->text);

	/* A line that has no room is left out: the first ones say most. */
	if (size - f->said < 200)
		return;
	f->said += scnprintf(f->text + f->said, size - f->said, "%s", before);
	f->said +=
		vscnprintf(f->text + f->said, size - f->said - 1, format, args);
	f->said += scnprintf(f->text + f->said, size - f->said, "\n");
}

void hostile_say(struct hostile_front *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	hostile_line(f, "", format, args);
	va_end(args);
}

void hostile_fail(struct hostile_front *f, const char *format, ...)
{
	va_list args;

	f->failures++;
	va_start(args, format);
	hostile_line(f, "failed: ", format, args);
	va_end(args);
}

/* ---- What is wanted of an answer --------------------------------------- */

/* An error, and one that Linux has. */
void hostile_refused(struct hostile_front *f, const char *what, s64 ret)
{
	if (ret >= 0 || ret < -MAX_ERRNO)
		hostile_fail(f, "%s: %lld, wanted an errno", what, ret);
}

/* Either way, but nothing else. */
void hostile_answered(struct hostile_front *f, const char *what, s64 ret)
{
	if (ret < -MAX_ERRNO || ret > INT_MAX)
		hostile_fail(f, "%s: %lld, wanted a result or an errno", what,
			     ret);
}

void hostile_wanted(struct hostile_front *f, const char *what, s64 ret,
		    s64 want)
{
	if (ret != want)
		hostile_fail(f, "%s: %lld, wanted %lld", what, ret, want);
}

/* Is it time to stop, or has the test been given up? */
bool hostile_over(unsigned long end)
{
	return time_after(jiffies, end) || fatal_signal_pending(current);
}

/* ---- The files --------------------------------------------------------- */

/* No play leaves a slot behind, and the unused ones are never answered. */
static void hostile_swept(struct hostile_front *f)
{
	u32 slot;

	for (slot = 0; slot < VSYS_SLOTS_MIN; slot++)
		if (!hostile_free(f, slot))
			hostile_fail(f, "slot %u is in state %#x afterwards",
				     slot, f->ring.slots[slot].state);
}

static int hostile_perform(struct hostile_front *f,
			   const struct hostile_play *p)
{
	unsigned long begin = jiffies;

	f->said = 0;
	f->failures = 0;
	f->text[0] = 0;
	pr_info("play %s\n", p->name);
	if (!(p->flags & HOSTILE_BEGINS) && hostile_device_connect(f))
		hostile_fail(f, "the device cannot be connected");
	else
		p->play(f);
	if (f->connected && !(p->flags & HOSTILE_LEAVES) && !f->failures)
		hostile_swept(f);
	hostile_say(f, "%s: %u failures after %u ms", p->name, f->failures,
		    jiffies_to_msecs(jiffies - begin));
	return f->failures ? -EIO : 0;
}

/* Written: a name, and a number if the play takes one. */
static ssize_t play_store(struct device *device, struct device_attribute *attr,
			  const char *buf, size_t count)
{
	struct hostile_front *f = dev_get_drvdata(device);
	u32 argument = 0, i;
	char name[16];
	int err;

	if (sscanf(buf, "%15s %u", name, &argument) < 1)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(hostile_plays); i++)
		if (!strcmp(name, hostile_plays[i].name))
			break;
	if (i == ARRAY_SIZE(hostile_plays))
		return -EINVAL;
	mutex_lock(&f->playing);
	f->argument = argument;
	err = hostile_perform(f, &hostile_plays[i]);
	mutex_unlock(&f->playing);
	return err ? err : count;
}

static ssize_t said_show(struct device *device, struct device_attribute *attr,
			 char *buf)
{
	struct hostile_front *f = dev_get_drvdata(device);
	ssize_t n;

	mutex_lock(&f->playing);
	n = sysfs_emit(buf, "%s", f->text);
	mutex_unlock(&f->playing);
	return n;
}

static DEVICE_ATTR_WO(play);
static DEVICE_ATTR_RO(said);

static struct attribute *hostile_play_attrs[] = {
	&dev_attr_play.attr,
	&dev_attr_said.attr,
	NULL,
};

const struct attribute_group hostile_play_group = {
	.attrs = hostile_play_attrs,
};
