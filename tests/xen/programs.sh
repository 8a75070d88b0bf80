# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Programs as Debian ships them, across the service domains: functions that
# tests/xen/run calls, each with its output in a log; 0, 77 or another status.
# user, native, dom0, network, storage and host run commands where they say.

programs="coreutils sqlite nginx curl iperf sshd"

# COMMAND…: must succeed; says so if not.
must() {
	"$@" && return 0
	echo "failed ($?): $*"
	return 1
}

program_coreutils() {
	# shellcheck disable=SC2016 # for the other shell
	must user sh -ec '
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
		! cat $d/moved 2> /dev/null
		rmdir $d/a 2> /dev/null && exit 1
		rm -rf $d
		[ ! -e $d ]'
}

program_sqlite() {
	sql="CREATE TABLE t(n INTEGER PRIMARY KEY, s TEXT);
		WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL
			SELECT n + 1 FROM c WHERE n < 3000)
		INSERT INTO t SELECT n, hex(n * 7919) FROM c;
		CREATE INDEX i ON t(s); DELETE FROM t WHERE n % 3 = 0;
		BEGIN; UPDATE t SET s = 'x'; ROLLBACK;
		SELECT count(*), sum(n), max(s) FROM t;
		PRAGMA integrity_check; VACUUM; SELECT count(*) FROM t;"
	native rm -f /var/tmp/vt.db
	user rm -f /storage/vt.db
	there=$(must user sqlite3 /storage/vt.db "$sql")
	here=$(must native sqlite3 /var/tmp/vt.db "$sql")
	echo "$there"
	[ -n "$here" ] && must [ "$there" = "$here" ] || return 1
	# Two at once: one waits for the other's lock.
	# shellcheck disable=SC2016
	must user sh -c 'for k in 1 2; do
		(for i in 1 2 3 4 5; do
			sqlite3 -cmd ".timeout 60000" /storage/vt.db \
				"INSERT INTO t(s) VALUES($i);" || echo bad
		done) & done; wait' > "$log.two"
	cat "$log.two"
	must [ ! -s "$log.two" ] || return 1
	must [ "$(user sqlite3 /storage/vt.db 'SELECT count(*) FROM t;
		PRAGMA integrity_check;' | tr '\n' ' ')" = "2010 ok " ]
}

nginx_config() {
	cat <<-END
		worker_processes 2;
		pid /tmp/vt-nginx.pid;
		error_log /tmp/vt-nginx.log;
		events { worker_connections 100; }
		http {
			access_log off;
			client_body_temp_path /tmp/vt-body;
			sendfile $1;
			server {
				listen 80;
				listen [::]:80;
				root /storage/vt-www;
				autoindex on;
			}
		}
	END
}

nginx_stop() {
	# shellcheck disable=SC2016
	native sh -c '[ -e /tmp/vt-nginx.pid ] || exit 0
		kill -QUIT $(cat /tmp/vt-nginx.pid) 2> /dev/null
		for i in 1 2 3 4 5 6 7 8 9 10; do
			pidof nginx > /dev/null || exit 0
			sleep 0.3
		done
		killall -9 nginx'
}

# sendfile on|off
nginx_serve() {
	nginx_config "$1" > "$work/nginx.conf"
	"$lab" copy "$work/nginx.conf" user:/tmp/vt-nginx.conf
	must user nginx -c /tmp/vt-nginx.conf || return 1
	for url in http://10.9.0.2/page 'http://[fd09::2]/page'; do
		must host curl -sSg --max-time "$(patience 60)" -o "$work/page" "$url" ||
			return 1
		must [ "$(sha256sum < "$work/page" | cut -d' ' -f1)" = "$wanted" ] ||
			return 1
	done
	# Several at once, a part, one that is not there, a listing.
	must host curl -sS --max-time "$(patience 90)" -Z -o "$work/p#1" \
		'http://10.9.0.2/page?[1-6]' || return 1
	for i in 1 2 3 4 5 6; do
		must cmp "$work/page" "$work/p$i" || return 1
	done
	must host curl -sS --max-time "$(patience 20)" -r 1000-1999 -o "$work/part" \
		http://10.9.0.2/page || return 1
	must [ "$(tail -c +1001 "$work/page" | head -c 1000 | sha256sum)" = \
		"$(sha256sum < "$work/part")" ] || return 1
	must [ "$(host curl -s --max-time "$(patience 20)" -o /dev/null -w '%{http_code}' \
		http://10.9.0.2/none)" = 404 ] || return 1
	host curl -s --max-time "$(patience 20)" http://10.9.0.2/ | must grep -q page
}

program_nginx() {
	must user sh -ec 'mkdir -p /storage/vt-www
		dd if=/dev/urandom of=/storage/vt-www/page bs=1k count=1024' ||
		return 1
	wanted=$(storage sha256sum /export/storage/vt-www/page | cut -d' ' -f1)
	nginx_stop
	for sendfile in on off; do
		echo "sendfile $sendfile"
		nginx_serve $sendfile
		status=$?
		native cat /tmp/vt-nginx.log
		must nginx_stop || status=1
		[ $status -eq 0 ] || return 1
	done
}

# curl in the user domain fetches from a server on the host.
program_curl() {
	httpd=$(command -v busybox) || {
		echo "SKIP: no busybox on this machine to serve a file"
		return 77
	}
	mkdir -p "$work/www"
	head -c 700000 /dev/urandom > "$work/www/file"
	# Not by host(): the process is to be this one, to be ended.
	"$lab" host -- "$httpd" httpd -f -p 10.9.0.1:8099 -h "$work/www" &
	server=$!
	sleep 0.5
	must user curl -sS --max-time "$(patience 60)" -o /tmp/vt.fetched \
		http://10.9.0.1:8099/file &&
		must user curl -sS --max-time "$(patience 60)" -o /storage/vt.fetched \
			http://10.9.0.1:8099/file
	status=$?
	kill $server
	wait $server 2> /dev/null
	[ $status -eq 0 ] || return 1
	wanted=$(sha256sum < "$work/www/file" | cut -d' ' -f1)
	must [ "$(native sha256sum /tmp/vt.fetched | cut -d' ' -f1)" = \
		"$wanted" ] &&
	must [ "$(storage sha256sum /export/storage/vt.fetched |
		cut -d' ' -f1)" = "$wanted" ] || return 1
	# Nobody there, and a name that only /etc/hosts knows.
	user curl -s --max-time "$(patience 20)" http://10.9.0.1:8098/ -o /dev/null
	must [ $? -eq 7 ]
}

program_iperf() {
	# shellcheck disable=SC2016
	user sh -c 'iperf3 -s -1 -p 5999 > /tmp/vt.iperf 2>&1 & echo $!' \
		> "$work/iperf.pid"
	sleep "$(patience 1)"
	# The other end on the host when it has one, else in the user domain.
	if command -v iperf3 > /dev/null; then
		must host iperf3 -c 10.9.0.2 -p 5999 -t 2 -J
	else
		must user iperf3 -c 10.9.0.2 -p 5999 -t 2 -J
	fi > "$work/iperf.json"
	status=$?
	grep -m 3 bits_per_second "$work/iperf.json"
	[ $status -eq 0 ] || { cat "$work/iperf.json"; native cat /tmp/vt.iperf; }
	native sh -c 'killall -q iperf3'
	return $status
}

# ---- sshd: privilege separation, a seccomp filter, sessions of another user ----------

# The client on the host when it has one, else in the user domain.
ssh_client() {
	if command -v ssh > /dev/null; then
		host "$@"
	else
		user "$@"
	fi
}

ssh_options="-q -i /tmp/vt-ssh/key -o BatchMode=yes -o StrictHostKeyChecking=no \
-o UserKnownHostsFile=/dev/null -o ConnectTimeout=60"

sshd_config() {
	cat <<-END
		Port 2222
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
		SetEnv LD_PRELOAD=$(user printenv LD_PRELOAD)
	END
}

# Keys and data where the client and the server want them, and a user.
sshd_files() {
	rm -rf /tmp/vt-ssh
	mkdir -m 755 /tmp/vt-ssh
	head -c 5242880 /dev/urandom > /tmp/vt-ssh/data
	sshd_config > "$work/sshd_config"
	# shellcheck disable=SC2016 # for the other shell
	must native sh -ec '
		rm -rf /tmp/vt-ssh; mkdir -m 755 -p /tmp/vt-ssh /run/sshd
		ssh-keygen -q -t ed25519 -N "" -f /tmp/vt-ssh/host
		ssh-keygen -q -t ed25519 -N "" -f /tmp/vt-ssh/key
		grep -q "^vt:" /etc/passwd ||
			echo "vt:*:1001:1001::/tmp:/bin/sh" >> /etc/passwd' &&
	must "$lab" copy user:/tmp/vt-ssh/key /tmp/vt-ssh/key &&
	chmod 600 /tmp/vt-ssh/key &&
	must "$lab" copy /tmp/vt-ssh/data user:/tmp/vt-ssh/data &&
	must "$lab" copy "$work/sshd_config" user:/tmp/vt-ssh/config &&
	must user sh -ec 'rm -rf /storage/vt-ssh; mkdir /storage/vt-ssh
		chown 1001:1001 /storage/vt-ssh'
}

sshd_serves() {
	for who in vt root; do
		# shellcheck disable=SC2086 # options
		must [ "$(ssh_client ssh $ssh_options -p 2222 $who@10.9.0.2 \
			'id -un; echo there > /storage/vt-ssh/$(id -un)
			 cat /storage/vt-ssh/$(id -un)' | tr '\n' ' ')" = \
			"$who there " ] || return 1
	done
	# shellcheck disable=SC2086
	must ssh_client scp $ssh_options -P 2222 /tmp/vt-ssh/data \
		vt@10.9.0.2:/storage/vt-ssh/data &&
	must ssh_client scp $ssh_options -P 2222 vt@10.9.0.2:/storage/vt-ssh/data \
		/tmp/vt-ssh/back || return 1
	wanted=$(sha256sum < /tmp/vt-ssh/data)
	must [ "$(storage sha256sum /export/storage/vt-ssh/data | cut -d' ' -f1)" = \
		"${wanted%% *}" ] &&
	must [ "$(ssh_client sha256sum /tmp/vt-ssh/back | cut -d' ' -f1)" = \
		"${wanted%% *}" ] &&
	must [ "$(user stat -c '%U %s' /storage/vt-ssh/data)" = "vt 5242880" ]
}

program_sshd() {
	must native test -x /usr/sbin/sshd && sshd_files || return 1
	# It goes to the background before it listens.
	must user /usr/sbin/sshd -f /tmp/vt-ssh/config -E /tmp/vt-ssh/log &&
		must until_ok 30 native grep -q "Server listening" /tmp/vt-ssh/log &&
		sshd_serves
	status=$?
	[ $status -eq 0 ] || native tail -n 60 /tmp/vt-ssh/log
	# shellcheck disable=SC2016
	native sh -c 'kill $(cat /tmp/vt-ssh/pid)'
	return $status
}
