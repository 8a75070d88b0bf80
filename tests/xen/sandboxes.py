# SPDX-License-Identifier: GPL-2.0-only
"""Programs that lock themselves up: what the sandbox forbids does not work through
a ring either (tools/sandbox.c)."""

from lab import BIN, trial

PARAMETER = '/sys/module/vsysfront/parameters/sandboxed'
PLACE = '/storage/vt-sandbox'


def locked_up(lab, how, where='--virtuos'):
    lab.user(f'rm -rf {PLACE}')
    lab.run(where, [f'{BIN}/sandbox {how} {PLACE}'], 60,
            env=[f'SANDBOX_PATIENCE={lab.patience(1)}'])
    # It may say what it likes: is the file there that it could not remove?
    if where == '--virtuos':
        lab.user(f'test -e {PLACE}/victim')


test_filter = trial('A filter that forbids to open files.', locked_up, 'filter')
test_seccomp = trial('The same, by seccomp(2), not prctl(2).', locked_up, 'seccomp')
test_unseen = trial('The same, by a number that no library sees.', locked_up, 'unseen')
test_thread = trial("One thread's filter is its own.", locked_up, 'thread')
test_child = trial('A child, without a channel to begin with.', locked_up, 'child')
test_strict = trial('Strict mode: most calls are death.', locked_up, 'strict')
test_chroot = trial('Another root: no files, but sockets.', locked_up, 'chroot')
test_mounts = trial('Other mounts: no files, but sockets.', locked_up, 'mounts')
test_network = trial('Another network: no sockets, but files.', locked_up, 'network')
test_landlock = trial('Landlock that allows nothing.', locked_up, 'landlock')
test_received = trial('Descriptors that come later go on.', locked_up, 'received')
test_inherited = trial('A program started with descriptors.', locked_up, 'inherited')
test_deadly = trial("Death by the library's own calls is avoided.", locked_up, 'deadly')
test_mapped = trial('Without a call: a ring is asked on.', locked_up, 'raw',
                    '--native')
test_refused = trial('A child asks for a channel.', locked_up, 'refused', '--native')


def test_orphan(lab):
    """A ring of a process that is gone, and that another one goes on using."""
    lab.native(f'{BIN}/orphan /storage/vt-orphan')


def test_allowed(lab):
    """The administrator lets sandboxes have channels."""
    before = lab.native(f'cat {PARAMETER}').strip()
    lab.native('sh -c', f'echo all > {PARAMETER}')
    try:
        locked_up(lab, 'allowed')
        locked_up(lab, 'granted', '--native')
    finally:
        lab.native('sh -c', f"echo '{before}' > {PARAMETER}")
