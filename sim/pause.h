/*
 * pause.h - waiting without deafness.
 *
 * A connection's thread waits here between pieces: until the time has come,
 * or the client has closed its end, or the simulator is told to stop.
 */
#ifndef SIM_PAUSE_H
#define SIM_PAUSE_H

#include <stdint.h>

enum pause_end { PAUSE_OVER, PAUSE_CLIENT_GONE, PAUSE_STOPPING };

void		 pause_init(void);
/* Makes every pause end now and all later ones at once. Any thread. */
void		 pause_stop_all(void);
/* Waits until the monotonic time t_ns; INT64_MAX: for ever. */
enum pause_end	 pause_until(int client_fd, int64_t t_ns);

#endif
