// SPDX-License-Identifier: MIT
/* Sockets: making, naming, connecting, options. */
#include "hook.h"

#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * The type with its flags crosses, so that the remote socket does not block
 * either; close-on-exec is the placeholder's matter.
 */
VIRTUOS_HOOK int socket(int family, int type, int protocol)
{
	int service = -1;
	long ret;

	if (virtuos_active)
		service = virtuos_routes_family(family);
	if (service < 0)
		return virtuos_return(sys3(SYS_socket, family, type, protocol));
	ret = virtuos_call_fd(service, VSYS_NR_socket,
			      VIRTUOS_ARGS(family, type & ~SOCK_CLOEXEC,
					   protocol),
			      type & (SOCK_CLOEXEC | SOCK_NONBLOCK));
	if (hook_local(service, ret))
		ret = sys3(SYS_socket, family, type, protocol);
	return virtuos_return(ret);
}

/* A local socket's name below a routed prefix: there is no such directory. */
static bool name_remote(const struct sockaddr *addr, socklen_t len,
			char path[sizeof(struct sockaddr_un)])
{
	const char *name = path;
	struct virtuos_path to;
	struct sockaddr_un un;
	size_t start = offsetof(struct sockaddr_un, sun_path);

	if (!virtuos_active || len <= start || len > sizeof(un))
		return false;
	if (virtuos_copy(&un, addr, len) || un.sun_family != AF_UNIX ||
	    !un.sun_path[0])
		return false;
	memcpy(path, un.sun_path, len - start);
	path[len - start] = 0;
	return hook_path_remote(AT_FDCWD, &name, &to);
}

VIRTUOS_HOOK int bind(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
	const struct sockaddr *a = addr.__sockaddr__;
	char path[sizeof(struct sockaddr_un)];
	struct virtuos_remote remote;

	if (virtuos_fd_remote(fd, &remote))
		return virtuos_return(REMOTE_CALL(&remote, fd, bind, fd,
						  PTR(a), len));
	if (name_remote(a, len, path))
		return virtuos_return(hook_unserved("bind", path));
	return virtuos_return(sys3(SYS_bind, fd, a, len));
}

VIRTUOS_HOOK int connect(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
	const struct sockaddr *a = addr.__sockaddr__;
	struct virtuos_remote remote;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(connect, (fd, a, len),
			     sys3(SYS_connect, fd, a, len));
	pthread_testcancel();
	return virtuos_return(REMOTE_CALL(&remote, fd, connect, fd, PTR(a),
					  len));
}
HOOK_ALIAS(__connect, connect);

VIRTUOS_HOOK int listen(int fd, int backlog)
{
	return virtuos_return(FD_CALL(listen, fd, backlog));
}

VIRTUOS_HOOK int accept4(int fd, __SOCKADDR_ARG addr, socklen_t *len, int flags)
{
	struct sockaddr *a = addr.__sockaddr__;
	struct virtuos_remote remote;
	long ret;

	if (!virtuos_fd_remote(fd, &remote))
		return LOCAL(accept4, (fd, a, len, flags),
			     sys4(SYS_accept4, fd, a, len, flags));
	if (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))
		return virtuos_return(-EINVAL);
	pthread_testcancel();
	ret = virtuos_call_fd(remote.service, VSYS_NR_accept4,
			      VIRTUOS_ARGS(remote.fd, PTR(a), PTR(len),
					   flags & ~SOCK_CLOEXEC),
			      flags);
	if (ret == -ENOSYS)
		ret = -ENOTSOCK;
	return virtuos_return(ret);
}

VIRTUOS_HOOK int accept(int fd, __SOCKADDR_ARG addr, socklen_t *len)
{
	return accept4(fd, addr, len, 0);
}

VIRTUOS_HOOK int getsockname(int fd, __SOCKADDR_ARG addr, socklen_t *len)
{
	return virtuos_return(FD_CALL(getsockname, fd, PTR(addr.__sockaddr__),
				      PTR(len)));
}

VIRTUOS_HOOK int getpeername(int fd, __SOCKADDR_ARG addr, socklen_t *len)
{
	return virtuos_return(FD_CALL(getpeername, fd, PTR(addr.__sockaddr__),
				      PTR(len)));
}

VIRTUOS_HOOK int setsockopt(int fd, int level, int option, const void *value,
			    socklen_t len)
{
	return virtuos_return(FD_CALL(setsockopt, fd, level, option,
				      PTR(value), len));
}

VIRTUOS_HOOK int getsockopt(int fd, int level, int option, void *value,
			    socklen_t *len)
{
	return virtuos_return(FD_CALL(getsockopt, fd, level, option,
				      PTR(value), PTR(len)));
}

VIRTUOS_HOOK int shutdown(int fd, int how)
{
	return virtuos_return(FD_CALL(shutdown, fd, how));
}
