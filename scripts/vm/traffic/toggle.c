// SPDX-License-Identifier: GPL-2.0
/* An administrator, or a daemon, that cannot make up its mind about a knob. */
#include <fcntl.h>
#include <unistd.h>

#include "traffic.h"

/* FILE MILLISECONDS: writes 1 and 0 into it in turn, so often, until it is killed. */
static int toggle(char **arg)
{
	useconds_t pause_us = number(arg[1]) * 1000;
	int fd = open(arg[0], O_WRONLY);

	if (fd < 0)
		die(arg[0]);
	ready();
	for (int i = 0; ; i++) {
		if (pwrite(fd, i % 2 ? "0" : "1", 1, 0) != 1)
			die(arg[0]);
		usleep(pause_us);
	}
	return 0;
}

const struct job toggle_job = {
	"toggle", "FILE MILLISECONDS",
	"writes 1 and 0 to a file in turns",
	2, toggle, { NULL },
};
