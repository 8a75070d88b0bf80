// SPDX-License-Identifier: GPL-2.0-only
/*
 * States: the device ends, with bad nodes it never begins, and all in a hurry.
 * Each play leaves a device that nobody serves.
 */
#include "front.h"
#include <linux/delay.h>

/* False: a failure.  B has let go of everything. */
static bool hostile_states_leave(struct hostile_front *f)
{
	xenbus_switch_state(f->xdev, XenbusStateClosed);
	f->connected = false;
	return hostile_device_await(f, XenbusStateClosed);
}

/*
 * With a channel open, which ends with the device.  A device that has ended may
 * stay so, or be served again; in between there is nothing.
 */
void hostile_play_states(struct hostile_front *f)
{
	struct hostile_channel *ch = hostile_channel_new(f);
	unsigned long begin = jiffies;
	bool left;

	if (!ch)
		return;
	left = hostile_states_leave(f);
	hostile_say(f, "states: an end took %u ms",
		    jiffies_to_msecs(jiffies - begin));
	hostile_channel_drop(ch, left);
	if (!left)
		return;
	hostile_device_reset(f);
	xenbus_switch_state(f->xdev, XenbusStateInitialising);
	xenbus_switch_state(f->xdev, XenbusStateInitialised);
	msleep(1000);
	if (xenbus_read_driver_state(f->xdev->otherend) == XenbusStateConnected)
		hostile_channel_sane(f);
	hostile_states_leave(f);
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

/* B gives up, and says so by its state. */
void hostile_play_nodes(struct hostile_front *f)
{
	const char *dir = f->xdev->nodename;
	u32 i = f->argument;

	if (i >= ARRAY_SIZE(hostile_nodes_bad)) {
		hostile_say(f, "nodes: there are %zu",
			    ARRAY_SIZE(hostile_nodes_bad));
		return;
	}
	hostile_say(f, "nodes: %s = \"%s\"", hostile_nodes_bad[i].node,
		    hostile_nodes_bad[i].value);
	hostile_device_publish(f);
	xenbus_printf(XBT_NIL, dir, hostile_nodes_bad[i].node, "%s",
		      hostile_nodes_bad[i].value);
	xenbus_switch_state(f->xdev, XenbusStateInitialised);
	hostile_device_await(f, XenbusStateClosing);
	hostile_states_leave(f);
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

	hostile_device_publish(f);
	xenbus_printf(XBT_NIL, f->xdev->nodename, VSYS_NODE_VERSION, "99");
	hostile_random_begin();
	for (i = 0; i < 300 && !hostile_over(jiffies + 1); i++) {
		nr = hostile_random_below(ARRAY_SIZE(states));
		xenbus_switch_state(f->xdev, states[nr]);
		msleep(10);
	}
	hostile_states_leave(f);
}
