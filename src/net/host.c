/* host.c - see host.h. */
#include "config.h"

#include "net/host.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/str.h"

static bool
is_local_v4(const char *host)
{
	static const char *const metadata[] = { "169.254.169.254", "169.254.170.2",
		"169.254.170.23" };
	struct in_addr a;
	if (inet_pton(AF_INET, host, &a) != 1)
		return false;
	for (size_t i = 0; i < sizeof metadata / sizeof *metadata; i++)
		if (a.s_addr == inet_addr(metadata[i]))
			return true;
	return ntohl(a.s_addr) >> 24 == 127;
}

static bool
is_local_v6(const char *host)
{
	static const char *const known[] = { "::1", "fd00:ec2::254", "fd00:ec2::23" };
	struct in6_addr a, b;
	if (inet_pton(AF_INET6, host, &a) != 1)
		return false;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (inet_pton(AF_INET6, known[i], &b) == 1 && memcmp(&a, &b, sizeof a) == 0)
			return true;
	return false;
}

bool
host_is_local(const char *host)
{
	char bare[INET6_ADDRSTRLEN];
	size_t n = strlen(host);
	if (n > 2 && n - 2 < sizeof bare && host[0] == '[' && host[n - 1] == ']') {
		memcpy(bare, host + 1, n - 2);
		bare[n - 2] = '\0';
		return is_local_v6(bare);
	}
	return str_same_nocase(host, "localhost") || is_local_v4(host) || is_local_v6(host);
}
