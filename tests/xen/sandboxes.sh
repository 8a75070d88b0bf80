# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Programs that lock themselves up: what the sandbox forbids does not work through a
# ring either.  Functions that tests/xen/run calls (see programs.sh).

sandboxes="filter seccomp unseen thread child strict chroot mounts network landlock \
received inherited deadly mapped refused allowed"

parameter=/sys/module/vsysfront/parameters/sandboxed

# HOW: in the user domain, by sandbox.c.
locked_up() {
	must user sh -c 'rm -rf /storage/vt-sandbox' || return 1
	"$lab" run "${2:---virtuos}" --no-stdin --timeout "$(patience 60)" \
		--env SANDBOX_PATIENCE="$(patience 1)" -- \
		$bin/sandbox "$1" /storage/vt-sandbox
	status=$?
	# It may say what it likes: is the file there that it could not remove?
	[ $status -ne 0 ] || [ "${2:-}" = --native ] ||
		must user test -e /storage/vt-sandbox/victim || return 1
	return $status
}

sandbox_filter() { locked_up filter; }
sandbox_seccomp() { locked_up seccomp; }
sandbox_unseen() { locked_up unseen; }
sandbox_thread() { locked_up thread; }
sandbox_child() { locked_up child; }
sandbox_strict() { locked_up strict; }
sandbox_chroot() { locked_up chroot; }
sandbox_mounts() { locked_up mounts; }
sandbox_network() { locked_up network; }
sandbox_landlock() { locked_up landlock; }
sandbox_received() { locked_up received; }
sandbox_inherited() { locked_up inherited; }
sandbox_deadly() { locked_up deadly; }
sandbox_mapped() { locked_up raw --native; }
sandbox_refused() { locked_up refused --native; }

# The administrator allows it.
sandbox_allowed() {
	before=$(must native cat $parameter) || return 1
	must native sh -c "echo all > $parameter" &&
		locked_up allowed && locked_up granted --native
	status=$?
	must native sh -c "echo '$before' > $parameter" || return 1
	return $status
}
