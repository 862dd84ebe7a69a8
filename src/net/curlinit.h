/*
 * curlinit.h - libcurl, initialised once in a process. Only the engine calls it.
 */
#ifndef ADIT_NET_CURLINIT_H
#define ADIT_NET_CURLINIT_H

/*
 * Any thread, any number of times. libcurl and OpenSSL take some milliseconds
 * the first time. libcurl keeps copies of request headers (tokens among them);
 * it gets allocators that wipe what is freed.
 */
void	curlinit_once(void);

#endif
