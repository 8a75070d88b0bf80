// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics: the "stats" node (docs/protocol.md, section 9), a line per call
 * number in the device's sysfs directory ("calls"), and the heartbeat.
 */
#include <linux/device.h>
#include <linux/ktime.h>
#include <virtuos/vsys.h>

#include "channel.h"
#include "device.h"
#include "quota.h"
#include "stats.h"

static void back_stats_sum(struct back_device *dev, struct back_stats *sum,
			   u64 *total)
{
	unsigned int cpu, nr;

	memset(sum, 0, sizeof(*sum));
	*total = 0;
	for_each_possible_cpu(cpu) {
		struct back_stats *c = per_cpu_ptr(dev->stats, cpu);

		for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++) {
			sum->calls[nr] += c->calls[nr];
			*total += c->calls[nr];
		}
		sum->own += c->own;
		sum->errors += c->errors;
		sum->sleeps += c->sleeps;
		sum->bells += c->bells;
	}
	*total += sum->own + sum->errors;
}

static void back_stats_beat(struct back_device *dev)
{
	struct back_channel *ch;
	unsigned long id;

	xa_lock(&dev->channels);
	xa_for_each(&dev->channels, id, ch)
		if (ch->state == BACK_CHANNEL_SERVING)
			vsys_server_beat(&ch->kernel, ++ch->heartbeat);
	xa_unlock(&dev->channels);
}

/* The words of the node, without the time; the same words: nothing new. */
static void back_stats_words(struct back_device *dev,
			     const struct back_stats *sum, u64 total,
			     char *words, size_t size)
{
	static const struct {
		enum back_resource resource;
		const char *name;
	} shares[] = {
		{ BACK_WORKERS, "workers" },
		{ BACK_PAGES, "pages" },
		{ BACK_FILES, "files" },
	};
	size_t n;
	int i;

	n = scnprintf(words, size,
		      "channels=%d channels_max=%u calls=%llu errors=%llu sleeps=%llu bells=%llu",
		      atomic_read(&dev->nr_channels),
		      back_quota_allowed(BACK_CHANNELS), total,
		      sum->errors, sum->sleeps, sum->bells);
	for (i = 0; i < ARRAY_SIZE(shares); i++)
		n += scnprintf(
			words + n, size - n, " %s=%u %s_max=%u", shares[i].name,
			READ_ONCE(dev->used[shares[i].resource]),
			shares[i].name, back_quota_allowed(shares[i].resource));
}

static void back_stats_work(struct work_struct *work)
{
	struct back_device *dev =
		container_of(work, struct back_device, stats_work.work);
	struct back_stats *sum;
	char words[sizeof(dev->stats_last)];
	u64 total;

	back_stats_beat(dev);
	back_quota_report(dev);
	sum = kmalloc(sizeof(*sum), GFP_KERNEL);
	if (sum) {
		back_stats_sum(dev, sum, &total);
		back_stats_words(dev, sum, total, words, sizeof(words));
		kfree(sum);
		if (strcmp(words, dev->stats_last)) {
			strscpy(dev->stats_last, words, sizeof(words));
			xenbus_printf(XBT_NIL, dev->xdev->nodename,
				      VSYS_NODE_STATS, "ms=%lld %s",
				      ktime_to_ms(ktime_get()), words);
		}
	}
	if (READ_ONCE(dev->stats_on))
		schedule_delayed_work(&dev->stats_work, HZ);
}

void back_stats_start(struct back_device *dev)
{
	INIT_DELAYED_WORK(&dev->stats_work, back_stats_work);
	dev->stats_on = true;
	schedule_delayed_work(&dev->stats_work, 0);
}

void back_stats_stop(struct back_device *dev)
{
	WRITE_ONCE(dev->stats_on, false);
	cancel_delayed_work_sync(&dev->stats_work);
}

static ssize_t calls_show(struct device *device, struct device_attribute *attr,
			  char *buf)
{
	struct back_device *dev = dev_get_drvdata(device);
	struct back_stats *sum = kmalloc(sizeof(*sum), GFP_KERNEL);
	ssize_t n = 0;
	unsigned int nr;
	u64 total;

	if (!sum)
		return -ENOMEM;
	back_stats_sum(dev, sum, &total);
	for (nr = 0; nr < VSYS_NR_SYSCALLS; nr++)
		if (sum->calls[nr])
			n += sysfs_emit_at(buf, n, "%s %llu\n",
					   vsys_calls[nr].name,
					   sum->calls[nr]);
	n += sysfs_emit_at(buf, n, "(own) %llu\n(refused) %llu\n", sum->own,
			   sum->errors);
	kfree(sum);
	return n;
}
static DEVICE_ATTR_RO(calls);

static struct attribute *back_stats_attrs[] = {
	&dev_attr_calls.attr,
	NULL,
};

const struct attribute_group back_stats_group = {
	.attrs = back_stats_attrs,
};
