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

/*
 * Whether an address belongs to the public internet: not this machine, a private or link-local
 * network, a carrier's inside, multicast or what is reserved (RFC 6890); also not an IPv6 form that
 * carries such an IPv4 address. address: a struct in_addr (AF_INET) or in6_addr (AF_INET6).
 */
bool	host_address_is_public(int family, const void *address);
/* A host of an URL that is certainly not public: a literal address that is not, localhost, a name
 * without a dot or of a local domain. Others are known when they are resolved. */
bool	host_is_private(const char *host);

#endif
