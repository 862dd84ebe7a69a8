/*
 * server.h - the HTTP side, on libmicrohttpd: a thread per connection.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include <stdint.h>

/* Listens on 127.0.0.1; port 0 takes any. Returns the port; ends the program if it cannot. */
uint16_t server_start(uint16_t port);
/* Ends every answer in its place and waits for the threads. */
void	 server_stop(void);

#endif
