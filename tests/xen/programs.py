# SPDX-License-Identifier: GPL-2.0-only
"""Programs as Debian ships them, across the service domains."""

import hashlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from lab import ANY, Skip


def digest(data):
    return hashlib.sha256(data).hexdigest()


def digest_of(where, path):
    """Of a file: where is lab.native, lab.storage and so on."""
    return where(f'sha256sum {path}').split()[0]


def test_coreutils(lab):
    """Files, folders, links, times and modes as coreutils make and see them."""
    lab.user('sh -ec', '''
        d=/storage/vt-core
        rm -rf $d
        mkdir -p $d/a/b
        dd if=/dev/urandom of=/tmp/vt.data bs=1000 count=777 2> /dev/null
        cp /tmp/vt.data $d/a/one
        cp $d/a/one $d/a/b/two
        cat $d/a/one $d/a/b/two > $d/both
        dd if=$d/both of=/tmp/vt.back bs=777000 skip=1 2> /dev/null
        cmp /tmp/vt.data /tmp/vt.back
        [ "$(stat -c %s:%F $d/both)" = "1554000:regular file" ]
        [ "$(ls $d/a)" = "b
one" ]
        ls -lR $d > /dev/null
        [ "$(wc -c < $d/both)" = 1554000 ]
        ln -s one $d/a/soft
        [ "$(readlink $d/a/soft)" = one ]
        cp -a $d/a $d/copy
        cmp $d/copy/b/two /tmp/vt.data
        mv $d/copy/b/two $d/moved
        touch -d 2001-02-03T04:05:06Z $d/moved
        [ "$(stat -c %Y $d/moved)" = 981173106 ]
        chmod 640 $d/moved
        [ "$(stat -c %a $d/moved)" = 640 ]
        head -c 100 $d/moved | cmp -n 100 - /tmp/vt.data
        cd $d/a
        [ "$(pwd)" = $d/a ]
        [ "$(cat soft | sha256sum)" = "$(sha256sum < /tmp/vt.data)" ]
        echo one two > words; echo three >> words
        [ "$(wc -w words)" = "3 words" ]
        cd /
        rm $d/moved
        cat $d/moved 2> /dev/null && exit 1
        rmdir $d/a 2> /dev/null && exit 1
        rm -rf $d
        [ ! -e $d ]''')


def test_preload(lab):
    """The library without the launcher: the loader finds it by its name."""
    lab.user('sh -c', 'echo here > /storage/vt-preload')
    assert lab.native('env LD_PRELOAD=libvirtuos.so cat /storage/vt-preload') == 'here\n'
    lab.user('rm /storage/vt-preload')


def test_sqlite(lab):
    """A database as on a local file system, and locks of two who write to it."""
    sql = '''CREATE TABLE t(n INTEGER PRIMARY KEY, s TEXT);
        WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL
            SELECT n + 1 FROM c WHERE n < 3000)
        INSERT INTO t SELECT n, hex(n * 7919) FROM c;
        CREATE INDEX i ON t(s); DELETE FROM t WHERE n % 3 = 0;
        BEGIN; UPDATE t SET s = 'x'; ROLLBACK;
        SELECT count(*), sum(n), max(s) FROM t;
        PRAGMA integrity_check; VACUUM; SELECT count(*) FROM t;'''
    lab.native('rm -f /var/tmp/vt.db')
    lab.user('rm -f /storage/vt.db')
    there = lab.user('sqlite3 /storage/vt.db', sql)
    here = lab.native('sqlite3 /var/tmp/vt.db', sql)
    assert here and there == here
    # Two at once: one waits for the other's lock.
    assert not lab.user('sh -c', '''
        for k in 1 2; do
            (for i in 1 2 3 4 5; do
                sqlite3 -cmd ".timeout 60000" /storage/vt.db \\
                    "INSERT INTO t(s) VALUES($i);" || echo bad
            done) &
        done; wait''')
    assert lab.user('sqlite3 /storage/vt.db', '''SELECT count(*) FROM t;
        PRAGMA integrity_check;''').split() == ['2010', 'ok']


# ---- nginx ----------------------------------------------------------------------

NGINX = '''
    worker_processes 2;
    pid /tmp/vt-nginx.pid;
    error_log /tmp/vt-nginx.log;
    events {{ worker_connections 100; }}
    http {{
        access_log off;
        client_body_temp_path /tmp/vt-body;
        sendfile {sendfile};
        server {{
            listen 80;
            listen [::]:80;
            root /storage/vt-www;
            autoindex on;
        }}
    }}
'''


def nginx_stop(lab):
    lab.native('sh -c', '''
        [ -e /tmp/vt-nginx.pid ] || exit 0
        kill -QUIT $(cat /tmp/vt-nginx.pid) 2> /dev/null
        for i in 1 2 3 4 5 6 7 8 9 10; do
            pidof nginx > /dev/null || exit 0
            sleep 0.3
        done
        killall -9 nginx''')


def fetch(lab, url, name, *options, seconds=20):
    """A page, as the host gets it; NAME of the file."""
    page = lab.work / name
    lab.host(f'curl -sSg --max-time {lab.patience(seconds)}', *options, '-o', page, url)
    return page


def nginx_serves(lab, wanted):
    for url in 'http://10.9.0.2/page', 'http://[fd09::2]/page':
        page = fetch(lab, url, 'page', seconds=60).read_bytes()
        assert digest(page) == wanted
    # Several at once, a part, one that is not there, a listing.
    lab.host(f'curl -sS --max-time {lab.patience(90)} -Z -o', lab.work / 'p#1',
             'http://10.9.0.2/page?[1-6]')
    for number in range(1, 7):
        assert (lab.work / f'p{number}').read_bytes() == page
    part = fetch(lab, 'http://10.9.0.2/page', 'part', '-r', '1000-1999')
    assert part.read_bytes() == page[1000:2000]
    limit = f'--max-time {lab.patience(20)}'
    assert lab.host(f'curl -s {limit} -o /dev/null -w %{{http_code}} '
                    'http://10.9.0.2/none') == '404'
    lab.host(f'curl -s {limit} http://10.9.0.2/', expect='page')


def test_nginx(lab):
    """Pages of the storage domain by the network domain, by sendfile or not."""
    lab.user('sh -ec', '''mkdir -p /storage/vt-www
        dd if=/dev/urandom of=/storage/vt-www/page bs=1k count=1024''')
    wanted = digest_of(lab.storage, '/export/storage/vt-www/page')
    nginx_stop(lab)
    for sendfile in 'on', 'off':
        lab.write('user:/tmp/vt-nginx.conf', NGINX.format(sendfile=sendfile))
        try:
            lab.user('nginx -c /tmp/vt-nginx.conf')
            nginx_serves(lab, wanted)
        finally:
            lab.native('cat /tmp/vt-nginx.log', status=ANY)
            nginx_stop(lab)


# ---- Others ---------------------------------------------------------------------

def test_curl(lab):
    """curl in the user domain fetches from a server on the host."""
    busybox = shutil.which('busybox')
    if not busybox:
        raise Skip('no busybox on this machine to serve a file')
    folder = lab.work / 'www'
    folder.mkdir(exist_ok=True)
    data = os.urandom(700000)
    (folder / 'file').write_bytes(data)
    server = subprocess.Popen([lab.program, 'host', '--', busybox, 'httpd', '-f', '-p',
                               '10.9.0.1:8099', '-h', folder],
                              stdin=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        for target in '/tmp/vt.fetched', '/storage/vt.fetched':
            lab.user(f'curl -sS --max-time {lab.patience(60)} -o {target} '
                     'http://10.9.0.1:8099/file')
    finally:
        server.terminate()
        server.wait(20)
    assert digest_of(lab.native, '/tmp/vt.fetched') == digest(data)
    assert digest_of(lab.storage, '/export/storage/vt.fetched') == digest(data)
    # Nobody is there.
    lab.user(f'curl -s --max-time {lab.patience(20)} http://10.9.0.1:8098/ '
             '-o /dev/null', status=7)


def test_iperf(lab):
    """As much as goes, for two seconds."""
    lab.user('sh -c', 'iperf3 -s -1 -p 5999 > /tmp/vt.iperf 2>&1 & echo $!')
    time.sleep(lab.patience(1))
    # The other end on the host when it has one, else in the user domain.
    where = lab.host if shutil.which('iperf3') else lab.user
    try:
        json.loads(where('iperf3 -c 10.9.0.2 -p 5999 -t 2 -J'))
    finally:
        lab.native('cat /tmp/vt.iperf', status=ANY)
        lab.native('killall -q iperf3', status=ANY)


# ---- sshd: privilege separation, a seccomp filter, sessions of another user -----

SSH = Path('/tmp/vt-ssh')   # here, and in the user domain
SSHD = '''Port 2222
ListenAddress 10.9.0.2
HostKey /tmp/vt-ssh/host
AuthorizedKeysFile /tmp/vt-ssh/key.pub
StrictModes no
UsePAM no
UseDNS no
LogLevel DEBUG1
PidFile /tmp/vt-ssh/pid
PermitRootLogin prohibit-password
Subsystem sftp /usr/lib/openssh/sftp-server
'''
SSH_OPTIONS = ('-q -i /tmp/vt-ssh/key -o BatchMode=yes -o ConnectTimeout=60 -o '
               'StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null')


def sshd_files(lab):
    """Keys and data where the client and the server want them, and a user."""
    shutil.rmtree(SSH, ignore_errors=True)
    SSH.mkdir(mode=0o755)
    data = os.urandom(5242880)
    (SSH / 'data').write_bytes(data)
    lab.native('sh -ec', '''
        rm -rf /tmp/vt-ssh; mkdir -m 755 -p /tmp/vt-ssh /run/sshd
        ssh-keygen -q -t ed25519 -N "" -f /tmp/vt-ssh/host
        ssh-keygen -q -t ed25519 -N "" -f /tmp/vt-ssh/key
        grep -q "^vt:" /etc/passwd ||
            echo "vt:*:1001:1001::/tmp:/bin/sh" >> /etc/passwd''')
    lab.copy('user:/tmp/vt-ssh/key', SSH / 'key')
    (SSH / 'key').chmod(0o600)
    lab.copy(SSH / 'data', 'user:/tmp/vt-ssh/data')
    preload = lab.user('printenv LD_PRELOAD')
    lab.write('user:/tmp/vt-ssh/config', f'{SSHD}SetEnv LD_PRELOAD={preload}')
    lab.user('sh -ec', '''rm -rf /storage/vt-ssh; mkdir /storage/vt-ssh
        chown 1001:1001 /storage/vt-ssh''')
    return data


def sshd_serves(lab, data):
    # The client on the host when it has one, else in the user domain.
    client = lab.host if shutil.which('ssh') else lab.user
    for who in 'vt', 'root':
        said = client(f'ssh {SSH_OPTIONS} -p 2222 {who}@10.9.0.2', '''
            id -un; echo there > /storage/vt-ssh/$(id -un)
            cat /storage/vt-ssh/$(id -un)''')
        assert said.split() == [who, 'there']
    there = 'vt@10.9.0.2:/storage/vt-ssh/data'
    client(f'scp {SSH_OPTIONS} -P 2222 /tmp/vt-ssh/data {there}')
    client(f'scp {SSH_OPTIONS} -P 2222 {there} /tmp/vt-ssh/back')
    assert digest_of(lab.storage, '/export/storage/vt-ssh/data') == digest(data)
    assert digest_of(client, '/tmp/vt-ssh/back') == digest(data)
    assert lab.user('stat -c', '%U %s', '/storage/vt-ssh/data') == 'vt 5242880\n'


def test_sshd(lab):
    """Sessions of two users, and files there and back."""
    lab.native('test -x /usr/sbin/sshd')
    data = sshd_files(lab)
    try:
        # It goes to the background before it listens.
        lab.user('/usr/sbin/sshd -f /tmp/vt-ssh/config -E /tmp/vt-ssh/log')
        lab.until('sshd listens', 30, lab.native,
                  'grep -q "Server listening" /tmp/vt-ssh/log')
        sshd_serves(lab, data)
    finally:
        lab.native('tail -n 60 /tmp/vt-ssh/log', status=ANY)
        lab.native('sh -c', 'kill $(cat /tmp/vt-ssh/pid)', status=ANY)
