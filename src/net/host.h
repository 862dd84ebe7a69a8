/*
 * host.h - which hosts are of this machine. Pure.
 */
#ifndef ADIT_NET_HOST_H
#define ADIT_NET_HOST_H

#include <stdbool.h>

/*
 * Loopback ("localhost", 127.0.0.0/8, ::1), and the addresses where instances
 * and containers find their credentials (169.254.169.254, 169.254.170.2,
 * 169.254.170.23 and their fd00:ec2:: forms). Plain http is fine there and a
 * proxy never is. IPv6 with or without brackets. Other names are not resolved:
 * they are not local.
 */
bool	host_is_local(const char *host);

#endif
