# SPDX-License-Identifier: GPL-2.0-only
"""What perfctr-xen says of a program whose calls are known, on a machine without
counters: calls are exact, columns add up."""

import json
import os
import re
import shutil
import subprocess
import time

from lab import BIN, Failure, Skip, says, words

CALLS = f'{BIN}/calls'
CLOCK = 'task-clock'
# The shell's: until a condition holds, ten seconds at most.
UNTIL = '''until_true() {
    i=0
    until eval "$1"; do
        i=$((i + 1))
        [ $i -lt 100 ] || { echo "not in 10 s: $1" >&2; exit 1; }
        sleep 0.1
    done
}
'''


def near(a, b):
    return abs(a - b) < 0.01


def clock(row, place):
    """Nanoseconds; what is not known counts for nothing."""
    return (row['events'][CLOCK].get(place) or {'value': 0})['value']


def calls(row, service):
    return row['calls'].get(service) or 0


def adds_up(profile):
    """In all that is said of each event: sums are sums, parts are a whole."""
    for cells in profile['whole']['events'].values():
        assert near(cells['sum']['value'], sum(
            cell['value'] for name, cell in cells.items() if cell and name != 'sum'))
    for service in profile['services']:
        for cells in service['events'].values():
            part = {name: cell['value'] for name, cell in cells.items()}
            assert near(part['calls'] + part['polling'] + part['rest'],
                        part['total'])
            assert part['calls'] >= 0 and part['polling'] >= 0
            assert part['total'] >= part['calls']


def test_perfctr_stat(lab):
    """Calls of three threads, by call and by thread, and their time."""
    profile = json.loads(lab.native(
        f'perfctr-xen stat --json --by-call --per-thread -e {CLOCK},context-switches '
        f'-- virtuos run -- {CALLS} 3 500 /storage/vt-calls'))
    adds_up(profile)
    whole, by_call, threads = (profile[name]
                               for name in ('whole', 'by_call', 'threads'))
    for name, made in ('pread64', 1500), ('pwrite64', 1):
        assert [calls(row, 'storage') for row in by_call
                if row['name'] == name] == [made]
    for rows in by_call, threads:
        assert sum(calls(row, 'storage') for row in rows) == calls(whole, 'storage')
    assert sum(calls(row, 'storage') == 500 for row in threads) == 2
    assert clock(whole, 'storage') > 0
    assert sum(clock(row, 'storage') for row in by_call) == clock(whole, 'storage')
    # In the user domain, too, each has its own: most of what it did.
    assert sum(row['name'] == 'calls' and row['tid'] != 0 and clock(row, 'user') > 0
               for row in threads) == 3
    assert sum(clock(row, 'user') for row in threads if row['tid'] == 0) < \
        0.5 * clock(whole, 'user')
    ratio = sum(clock(row, 'user') for row in threads) / clock(whole, 'user')
    assert 0.999 < ratio < 1.001
    for service in profile['services']:
        assert service['used'] and not service['lost'] and service['refused'] is None


def test_perfctr_attached(lab):
    """A process that runs already: what it does from now on."""
    profile = json.loads(lab.native('sh -c', UNTIL + f'''
        rm -f /tmp/vt-go
        virtuos run -- sh -c "exec 3<>/storage/vt-attached
            while [ ! -e /tmp/vt-go ]; do sleep 0.1; done
            echo a >&3; echo b >&3" &
        until_true "ls -l /proc/$!/fd 2>&1 | grep -q /dev/vsys"
        perfctr-xen stat --json -e {CLOCK} -p $! -o /tmp/vt-json &
        stat=$!
        until_true "ls -l /proc/$stat/fd 2>&1 | grep -q vsys-counters"
        sleep 1
        : > /tmp/vt-go
        wait $stat && cat /tmp/vt-json'''))
    adds_up(profile)
    assert calls(profile['whole'], 'storage') >= 2


def test_perfctr_thread(lab):
    """One of eight threads that read: no more than its own calls, which are fewer
    than half of what all of them make in the same time, at its worst."""
    lab.native('sh -c', UNTIL + f'''
        virtuos run -- {CALLS} 8 10000000 /storage/vt-calls &
        until_true "[ \\$(ls /proc/$!/task | wc -l) = 8 ]"
        thread=$(ls /proc/$!/task | sort -n | tail -n 1)
        stat="perfctr-xen stat --json -e {CLOCK}"
        for turn in 1 2 3; do
            $stat -o /tmp/vt-thread-$turn -t $thread sleep 2 &&
                $stat -o /tmp/vt-process-$turn -p $! sleep 2
            status=$?
            [ $status = 0 ] || break
        done
        kill $!; exit $status''')
    threads, processes = ([json.loads(lab.native(f'cat /tmp/vt-{what}-{turn}'))['whole']
                           for turn in (1, 2, 3)] for what in ('thread', 'process'))
    adds_up(json.loads(lab.native('cat /tmp/vt-thread-1')))
    assert all(clock(whole, 'user') > 0 for whole in threads)
    made = min(calls(whole, 'storage') for whole in threads)
    all_made = max(calls(whole, 'storage') for whole in processes)
    assert made > 100 and made * 2 < all_made, (made, all_made)


def test_perfctr_samples(lab):
    """Samples of all domains in one file, with symbols; a file cut short is refused.

    In the emulator a service domain's timer comes a thousand times a second at most,
    so a sample a millisecond is what task-clock can give, and calls for half a second
    are what makes some of them fall into vfs_read for sure."""
    lab.native('sh -ec', rf'''cd /tmp
        perfctr-xen record -g -e {CLOCK} -c 1000003 -o vt.data -- \
            virtuos run -- {CALLS} 1 100000 /storage/vt-calls
        report="perfctr-xen report -i vt.data"
        $report --sort domain,comm,call,symbol
        $report --folded > vt.folded
        $report --script > vt.script
        $report --flamegraph vt.svg
        grep -q "^user;calls;" vt.folded
        grep -q "^storage;calls;\[pread64\];.*vfs_read" vt.folded
        ! grep "^storage;calls;\[pread64\];\[unknown\]" vt.folded || exit 1
        $report --comms calls --domains storage --folded > vt.part
        [ "$(cat vt.part)" = "$(grep "^storage;calls;" vt.folded)" ]
        ! $report --comms nobody-at-all || exit 1
        folded=$(awk '{{ n += $NF }} END {{ printf "%.0f", n }}' vt.folded)
        script=$(awk '/^[^\t].*task-clock:/ {{ n += $(NF - 1) }}
            END {{ printf "%.0f", n }}' vt.script)
        [ "$folded" = "$script" ]
        grep -q "</svg>" vt.svg
        head -c 5000 vt.data > vt.cut
        ! perfctr-xen report -i vt.cut > vt.out 2>&1 || exit 1
        cat vt.out
        grep -q "cut off" vt.out''')


def test_perfctr_frequency(lab):
    """200 a second are 5 ms each; a service domain has a prime period."""
    profile = json.loads(lab.native('sh -ec', f'''cd /tmp
        perfctr-xen record -F 200 -e {CLOCK} -o vt.data -- \\
            virtuos run -- {CALLS} 1 100000 /storage/vt-calls >&2
        perfctr-xen report -i vt.data --sort domain --json'''))
    assert (profile['frequency'], profile['period'], profile['lost']) == (200, 0, 0)
    for domain, period in ('user', 5000000), ('storage', 5000011):
        assert [row['events'] / row['samples'] for row in profile['rows']
                if row['domain'] == domain] == [period]
    lab.native('perfctr-xen record -c 1000 -F 100 true', status=2, expect='not both')


def test_perfctr_trace(lab):
    """Each call, with its result, in the order of its thread."""
    lines = lab.native('sh -c', f'perfctr-xen trace -- virtuos run -- {CALLS} 1 20 '
                       '/storage/vt-calls 2>&1').split('\n')
    reads = [line for line in lines if 'pread64' in line]
    assert sum(bool(says(line, r' storage +pread64 .* = 100$')) for line in reads) == 20
    assert sum(bool(says(line, r' storage +pwrite64 ')) for line in lines) == 1
    begun = [float(line.split()[0]) for line in reads]
    assert begun == sorted(begun)


def test_perfctr_top(lab):
    """A program shows up that makes calls, with its time and their number."""
    lab.native('sh -c', UNTIL + f'''
        virtuos run -- {CALLS} 1 1000000 /storage/vt-calls &
        until_true "ls -l /proc/$!/fd 2>&1 | grep -q /dev/vsys"
        perfctr-xen top -d 0.5 -n 4; kill $!''', expect='^calls .*%.*%.* [1-9][0-9]* ')


def tmux(*command):
    """Of this run alone."""
    done = subprocess.run(
        ['tmux', '-L', f'virtuos-{os.getpid()}', *words(command)], timeout=20,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Failure(f'tmux {command[0]}: {done.stdout}')
    return done.stdout


def shows(what, condition):
    """Until it is so of what the terminal shows, twenty seconds at most."""
    for _ in range(200):
        text = tmux('capture-pane -p')
        if condition(text):
            return
        time.sleep(0.1)
    raise Failure(f'not on the terminal in 20 s: {what}\n{text}')


def both_threads(text):
    return len(re.findall('^calls .*%$', text, re.M)) == 2


def on_terminal():
    shows('a prompt', lambda text: '#' in text)
    tmux('send-keys', f'virtuos run -- {CALLS} 2 10000000 /storage/vt-calls &', 'Enter',
         'sleep 2; perfctr-xen top -t -d 0.5; echo status $?', 'Enter')
    shows('both threads', both_threads)
    tmux('resize-window -x 30 -y 3')
    shows('heads and one thread, cut off', lambda text: 2 == len(
        re.findall('^(?:thread  number|calls .*[0-9.]*%)', text, re.M)))
    tmux('send-keys x')
    tmux('resize-window -x 90 -y 20')
    shows('both threads again', both_threads)
    tmux('send-keys q')
    shows('the end by q', lambda text: says(text, '^status 0'))
    tmux('send-keys', 'clear; perfctr-xen top -d 30', 'Enter')
    shows('the next look, still empty', lambda _: tmux(
        'display-message -p', '#{alternate_on}').strip() == '1')
    tmux('send-keys C-c')
    shows('a prompt again', lambda text: says(text, '^#'))
    tmux('send-keys', 'echo status $?; stty -a', 'Enter')
    shows('the end by ctrl-C',
          lambda text: says(text, '^status 0') and ' echo ' in text)


def test_perfctr_terminal(lab):
    """On a terminal: cut to its size, which changes, until a key or a signal."""
    if not shutil.which('tmux'):
        raise Skip('no tmux')
    tmux('new-session -d -x 100 -y 24',
         f'{lab.program} run --native --tty --timeout 100 -- sh')
    try:
        on_terminal()
    finally:
        # Keys may not be read any more, and two threads would go on for minutes.
        lab.native('sh -c', UNTIL + '''pkill -x calls
            until_true "! pgrep -r D,R,S -x calls > /dev/null"''')
        tmux('kill-server')


def test_perfctr_refused(lab):
    """What it cannot do it says, with what helps."""
    for status, says_it, command in (
            (2, 'no event "instrucions"; did you mean instructions',
             'stat -e instrucions true'),
            (2, 'at most 15', f'stat -e {",".join(["r1"] * 16)} true'),
            (1, 'no process 4194303', 'stat -p 4194303'),
            (1, 'no thread 4194303', 'stat -t 4194303'),
            (1, 'no process 4194303', 'top -n 1 -p 4194303'),
            (127, 'no-such-program: No such file', 'stat no-such-program'),
            (3, None, 'stat sh -c "exit 3"')):
        lab.native(f'perfctr-xen {command}', status=status, expect=says_it)
    lab.native('setpriv --reuid 65534 --clear-groups perfctr-xen stat true', status=1,
               expect='not permitted')
    lab.native('sh -c', f'''
        sleep 60 & counted=$!
        perfctr-xen stat -e {CLOCK} -p $counted 2> /dev/null & other=$!
        for n in 1 2 3 4 5 6 7 8 9; do
            sleep 0.3
            perfctr-xen top -d 0.1 -n 1 -p $counted > /dev/null 2> /tmp/vt-said || break
        done
        cat /tmp/vt-said
        kill -INT $other; kill $counted''', expect='somebody else counts this process already')


def test_perfctr_lost(lab):
    """A service domain goes while its calls are counted: that is said."""
    with lab.spawn('perfctr-lost', 'sh -c', f'''rm -f /tmp/vt-json
            perfctr-xen stat --json -o /tmp/vt-json -e {CLOCK} -- \\
                virtuos run -- nc -l 7777 &
            i=0
            until ls -l /proc/[0-9]*/fd 2>&1 | grep -q vsys:network; do
                i=$((i + 1)); [ $i -lt 300 ] || break; sleep 0.1
            done
            echo listening; wait''', where='--native') as program:
        program.expect('listening', 60)
        try:
            lab.dom0('virtuosctl kill network')
        finally:
            lab.dom0('virtuosctl restart network')
    profile = json.loads(lab.native('cat /tmp/vt-json'))
    for service in profile['services']:
        assert service['lost'] == (service['name'] == 'network')
    assert calls(profile['whole'], 'network') > 0
