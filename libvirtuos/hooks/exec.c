// SPDX-License-Identifier: MIT
/*
 * exec and what starts programs.  The next program must learn of a remote
 * working directory, which its kernel does not know: $VIRTUOS_CWD.  Programs
 * are local: one below a routed prefix cannot be executed.
 */
#include "hook.h"

#include <paths.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VARIABLE "VIRTUOS_CWD="

/* Entries of envp; -1: it has what it should have. */
static long count(char *const *envp)
{
	const char *env = virtuos_active ? virtuos_cwd_env() : NULL;
	bool right = !env;
	long n;

	for (n = 0; envp && envp[n]; n++) {
		if (strncmp(envp[n], VARIABLE, strlen(VARIABLE)))
			continue;
		right = env && !strcmp(envp[n], env);
	}
	return right ? -1 : n;
}

/* A copy with the variable as it should be; to has room for n + 2. */
static char *const *exec_fill(char **to, char *const *envp)
{
	char *env = (char *)virtuos_cwd_env();
	long i, n = 0;

	for (i = 0; envp && envp[i]; i++)
		if (strncmp(envp[i], VARIABLE, strlen(VARIABLE)))
			to[n++] = envp[i];
	if (env)
		to[n++] = env;
	to[n] = NULL;
	return to;
}

/*
 * The environment for the next program, on the stack: exec must work in a
 * signal handler and in a child of a threaded process.
 */
#define ENVIRONMENT(envp) \
	({ \
		char *const *env_ = (envp); \
		long n_ = virtuos_active ? count(env_) : -1; \
		\
		n_ < 0 ? env_ : \
			 exec_fill(__builtin_alloca((n_ + 2) * \
						    sizeof(char *)), \
				   env_); \
	})

VIRTUOS_HOOK int execve(const char *path, char *const argv[],
			char *const envp[])
{
	struct virtuos_path to;

	if (hook_path_remote(AT_FDCWD, &path, &to))
		return virtuos_return(hook_unserved("execve", path));
	return LIBC(execve)(path, argv, ENVIRONMENT(envp));
}

VIRTUOS_HOOK int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

VIRTUOS_HOOK int execvpe(const char *file, char *const argv[],
			 char *const envp[])
{
	struct virtuos_path to;

	if (strchr(file, '/') && hook_path_remote(AT_FDCWD, &file, &to))
		return virtuos_return(hook_unserved("execvpe", file));
	return LIBC(execvpe)(file, argv, ENVIRONMENT(envp));
}

VIRTUOS_HOOK int execvp(const char *file, char *const argv[])
{
	return execvpe(file, argv, environ);
}

VIRTUOS_HOOK int fexecve(int fd, char *const argv[], char *const envp[])
{
	return LIBC(fexecve)(fd, argv, ENVIRONMENT(envp));
}

/* The arguments of execl and its kin as an array, on the stack. */
#define ARGUMENTS(argv, first, args) \
	do { \
		long n_ = 1, i_; \
		va_list count_; \
		\
		va_start(count_, first); \
		while (first && va_arg(count_, char *)) \
			n_++; \
		va_end(count_); \
		argv = __builtin_alloca((n_ + 1) * sizeof(char *)); \
		argv[0] = (char *)first; \
		va_start(args, first); \
		for (i_ = 1; first && i_ <= n_; i_++) \
			argv[i_] = va_arg(args, char *); \
	} while (0)

VIRTUOS_HOOK int execl(const char *path, const char *arg, ...)
{
	va_list args;
	char **argv;

	ARGUMENTS(argv, arg, args);
	va_end(args);
	return execve(path, argv, environ);
}

VIRTUOS_HOOK int execlp(const char *file, const char *arg, ...)
{
	va_list args;
	char **argv;

	ARGUMENTS(argv, arg, args);
	va_end(args);
	return execvpe(file, argv, environ);
}

VIRTUOS_HOOK int execle(const char *path, const char *arg, ...)
{
	char *const *envp;
	va_list args;
	char **argv;

	ARGUMENTS(argv, arg, args);
	envp = va_arg(args, char *const *);
	va_end(args);
	return execve(path, argv, envp);
}

VIRTUOS_HOOK int posix_spawn(pid_t *pid, const char *path,
			     const posix_spawn_file_actions_t *actions,
			     const posix_spawnattr_t *attributes,
			     char *const argv[], char *const envp[])
{
	struct virtuos_path to;

	if (hook_path_remote(AT_FDCWD, &path, &to))
		return -hook_unserved("posix_spawn", path);
	return LIBC(posix_spawn)(pid, path, actions, attributes, argv,
				 ENVIRONMENT(envp));
}

VIRTUOS_HOOK int posix_spawnp(pid_t *pid, const char *file,
			      const posix_spawn_file_actions_t *actions,
			      const posix_spawnattr_t *attributes,
			      char *const argv[], char *const envp[])
{
	struct virtuos_path to;

	if (strchr(file, '/') && hook_path_remote(AT_FDCWD, &file, &to))
		return -hook_unserved("posix_spawnp", file);
	return LIBC(posix_spawnp)(pid, file, actions, attributes, argv,
				  ENVIRONMENT(envp));
}

/*
 * system and popen take the process's own environment; a variable that is
 * wrong there is set right for good.
 */
static void correct_environment(void)
{
	const char *env;

	if (!virtuos_active || count(environ) < 0)
		return;
	env = virtuos_cwd_env();
	if (env)
		setenv("VIRTUOS_CWD", env + strlen(VARIABLE), 1);
	else
		unsetenv("VIRTUOS_CWD");
}

VIRTUOS_HOOK int system(const char *command)
{
	correct_environment();
	return LIBC(system)(command);
}

VIRTUOS_HOOK FILE *popen(const char *command, const char *type)
{
	correct_environment();
	return LIBC(popen)(command, type);
}
