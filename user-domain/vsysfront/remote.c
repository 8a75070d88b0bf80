// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remote descriptors of a channel: whose each of them is, until it is closed.
 *
 * The number of a new one comes out of a slot that the program can write.  So it
 * is believed only if it is nobody's: not a placeholder's, not an attachment's,
 * and not one whose close is under way.  Nothing else is ever closed here, for
 * what is opened next has the number of what was closed last.
 *
 * A descriptor in channel.remotes is marked as long as it is somebody's; what is
 * without a mark is being closed.
 */
#include "remote.h"
#include "call.h"
#include "channel.h"
#include <linux/wait.h>
#include <linux/xarray.h>

#define FRONT_REMOTE_TAKEN	XA_MARK_0

static bool front_remote_closing(struct front_channel *ch, s32 fd)
{
	XA_STATE(xas, &ch->remotes, fd);
	bool closing;

	xas_lock_irq(&xas);
	closing = xas_load(&xas) && !xas_get_mark(&xas, FRONT_REMOTE_TAKEN);
	xas_unlock_irq(&xas);
	return closing;
}

static void front_remote_mark(struct front_channel *ch, s32 fd)
{
	xa_lock_irq(&ch->remotes);
	__xa_set_mark(&ch->remotes, fd, FRONT_REMOTE_TAKEN);
	xa_unlock_irq(&ch->remotes);
}

/*
 * B has closed what had the number before, or it could not have it, and whoever
 * asked for that is about to say so.
 */
int front_remote_take(struct front_channel *ch, s32 fd)
{
	long left = FRONT_PATIENCE;
	int err;

	do {
		/* Reserved: whoever looks for a placeholder finds none. */
		err = xa_insert_irq(&ch->remotes, fd, NULL, GFP_KERNEL_ACCOUNT);
		if (err != -EBUSY)
			break;
		left = wait_event_killable_timeout(
			ch->remotes_wait, !front_remote_closing(ch, fd), left);
	} while (left > 0 && !xa_get_mark(&ch->remotes, fd, FRONT_REMOTE_TAKEN));
	if (!err)
		front_remote_mark(ch, fd);
	return err == -EBUSY ? -EIO : err;
}

void front_remote_enter(struct front_channel *ch, s32 fd,
			struct front_placeholder *p)
{
	/* The place is there: nothing is allocated. */
	xa_lock_irq(&ch->remotes);
	WARN_ON_ONCE(xa_is_err(__xa_store(&ch->remotes, fd, p, GFP_ATOMIC)));
	xa_unlock_irq(&ch->remotes);
}

/*
 * Without an answer it stays reserved for the life of the channel: B may close it
 * at any time.
 */
void front_remote_close(struct front_channel *ch, s32 fd)
{
	if (!front_channel_use(ch))
		return;		/* all of them went with the channel */
	xa_lock_irq(&ch->remotes);
	__xa_store(&ch->remotes, fd, XA_ZERO_ENTRY, GFP_ATOMIC);
	__xa_clear_mark(&ch->remotes, fd, FRONT_REMOTE_TAKEN);
	xa_unlock_irq(&ch->remotes);
	if (front_call_close(ch, fd)) {
		xa_erase_irq(&ch->remotes, fd);
		wake_up_all(&ch->remotes_wait);
	}
	front_channel_unuse(ch);
}
