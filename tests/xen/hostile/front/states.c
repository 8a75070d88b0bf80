// SPDX-License-Identifier: GPL-2.0-only
/* States: the device goes and comes back, with bad nodes, and in a hurry. */
#include "front.h"
#include <linux/delay.h>

/* False: a failure.  B has let go of everything. */
static bool hostile_states_leave(struct hostile_front *f)
{
	xenbus_switch_state(f->xdev, XenbusStateClosed);
	f->connected = false;
	return hostile_device_await(f, XenbusStateClosed);
}

static bool hostile_states_return(struct hostile_front *f)
{
	hostile_device_reset(f);
	xenbus_switch_state(f->xdev, XenbusStateInitialising);
	return !hostile_device_connect(f);
}

/* Each time with a channel open, which ends with the device. */
void hostile_play_states(struct hostile_front *f)
{
	struct hostile_channel *ch;
	unsigned long begin;
	u32 i, ms, longest = 0;

	for (i = 0; i < 20 && !f->failures; i++) {
		ch = hostile_channel_new(f);
		if (!ch)
			return;
		begin = jiffies;
		if (hostile_states_leave(f)) {
			ms = jiffies_to_msecs(jiffies - begin);
			longest = max(longest, ms);
			hostile_channel_drop(ch, true);
		} else {
			hostile_channel_drop(ch, false);
		}
		if (!hostile_states_return(f))
			return;
	}
	hostile_say(f, "states: %u times, an end took %u ms at most", i,
		    longest);
	hostile_channel_sane(f);
}

/* ---- Nodes ------------------------------------------------------------- */

static const struct {
	const char *node, *value;
} hostile_nodes_bad[] = {
	{ VSYS_NODE_VERSION, "0" },
	{ VSYS_NODE_VERSION, "1" },
	{ VSYS_NODE_VERSION, "4294967295" },
	{ VSYS_NODE_VERSION, "two" },
	{ VSYS_NODE_VERSION, "" },
	{ VSYS_NODE_FEATURES, "4294967295" },
	{ VSYS_NODE_EVENT_CHANNEL, "0" },
	{ VSYS_NODE_EVENT_CHANNEL, "4294967295" },
	{ VSYS_NODE_EVENT_CHANNEL, "-1" },
	{ VSYS_NODE_EVENT_CHANNEL, "" },
	{ "control-ref-0", "4294967295" },
	{ "control-ref-1", "nothing" },
	{ "control-ref-15", "2147483647" },
	{ "control-ref-15", "" },
};

/* B gives up, and says so by its state; with good nodes it serves again. */
static void hostile_nodes_one(struct hostile_front *f, u32 i)
{
	const char *dir = f->xdev->nodename;

	if (!hostile_states_leave(f))
		return;
	xenbus_switch_state(f->xdev, XenbusStateInitialising);
	hostile_device_reset(f);
	hostile_device_publish(f);
	xenbus_printf(XBT_NIL, dir, hostile_nodes_bad[i].node, "%s",
		      hostile_nodes_bad[i].value);
	xenbus_switch_state(f->xdev, XenbusStateInitialised);
	if (!hostile_device_await(f, XenbusStateClosing))
		hostile_say(f, "%s = \"%s\"", hostile_nodes_bad[i].node,
			    hostile_nodes_bad[i].value);
	/* From Closing it goes to Closed, and only then begins anew. */
	if (hostile_states_leave(f))
		hostile_states_return(f);
}

void hostile_play_nodes(struct hostile_front *f)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hostile_nodes_bad) && !f->failures; i++)
		hostile_nodes_one(f, i);
	if (f->connected)
		hostile_channel_sane(f);
}

/* ---- In a hurry -------------------------------------------------------- */

/* States that B does not wait for, with a version that it does not speak. */
void hostile_play_hurry(struct hostile_front *f)
{
	static const enum xenbus_state states[] = {
		XenbusStateInitialised, XenbusStateClosed,
		XenbusStateInitialising, XenbusStateConnected,
		XenbusStateInitWait, XenbusStateClosing,
		XenbusStateReconfiguring, XenbusStateReconfigured,
	};
	u32 i, nr;

	if (!hostile_states_leave(f))
		return;
	xenbus_printf(XBT_NIL, f->xdev->nodename, VSYS_NODE_VERSION, "99");
	hostile_random_begin();
	for (i = 0; i < 300 && !hostile_over(jiffies + 1); i++) {
		nr = hostile_random_below(ARRAY_SIZE(states));
		xenbus_switch_state(f->xdev, states[nr]);
		msleep(10);
	}
	if (hostile_states_leave(f) && hostile_states_return(f))
		hostile_channel_sane(f);
}
