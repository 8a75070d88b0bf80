// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first and only process of a machine without Xen: runs /program on a tmpfs
 * and switches the machine off.  Its output goes to the console.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	struct ifreq lo = { .ifr_flags = IFF_UP | IFF_RUNNING };
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	pid_t pid;

	strcpy(lo.ifr_name, "lo");
	ioctl(s, SIOCSIFFLAGS, &lo);
	close(s);
	mkdir("/tmp", 0777);
	mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
	pid = fork();
	if (pid == 0) {
		execl("/program", "program", "/tmp", NULL);
		perror("/program");
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	puts("END");
	fflush(stdout);
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
