/* pause.c - see pause.h. */
#include "config.h"

#include "pause.h"

#include <poll.h>
#include <unistd.h>

#include <sys/eventfd.h>

#include "bytes.h"
#include "simtime.h"

static int stop_fd = -1;

void
pause_init(void)
{
	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_fd < 0)
		sim_die("no event descriptor");
}

void
pause_stop_all(void)
{
	uint64_t one = 1;
	if (write(stop_fd, &one, sizeof one) < 0)
		sim_die("cannot stop");
}

enum pause_end
pause_until(int client_fd, int64_t t_ns)
{
	struct pollfd fds[] = {
		{ .fd = client_fd, .events = POLLRDHUP },
		{ .fd = stop_fd, .events = POLLIN },
	};
	for (;;) {
		int64_t left = t_ns - time_mono_ns();
		if (left < 0)
			left = 0;
		struct timespec ts = { .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };
		ppoll(fds, 2, t_ns == INT64_MAX ? NULL : &ts, NULL);
		if (fds[1].revents != 0)
			return PAUSE_STOPPING;
		if (fds[0].revents != 0)
			return PAUSE_CLIENT_GONE;
		if (t_ns != INT64_MAX && time_mono_ns() >= t_ns)
			return PAUSE_OVER;
	}
}
