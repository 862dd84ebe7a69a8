/* host.c - see host.h. */
#include "config.h"

#include "net/host.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
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

/* ---- public or not --------------------------------------------------------- */

static bool
is_public_v4(uint32_t a)
{
	static const struct {
		uint32_t net;
		int	 bits;
	} special[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 },
		{ 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0000000, 24 }, { 0xc0000200, 24 },
		{ 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 },
		{ 0xcb007100, 24 }, { 0xe0000000, 3 },
	};
	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if ((a ^ special[i].net) >> (32 - special[i].bits) == 0)
			return false;
	return true;
}

static uint32_t
v4_at(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Only what is handed out for global use (2000::/3) is public, and not all of that. */
static bool
is_public_v6(const uint8_t b[16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b };
	if (memcmp(b, mapped, 12) == 0 || memcmp(b, nat64, 12) == 0)
		return is_public_v4(v4_at(b + 12));
	if (b[0] == 0x20 && b[1] == 0x02)       /* 6to4 */
		return is_public_v4(v4_at(b + 2));
	if (b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02)        /* Teredo, ORCHID, benchmarks */
		return false;
	if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8)
		return false;
	return b[0] >> 5 == 1;
}

bool
host_address_is_public(int family, const void *address)
{
	if (family == AF_INET)
		return is_public_v4(v4_at(address));
	return family == AF_INET6 && is_public_v6(address);
}

bool
host_is_private(const char *host)
{
	static const char *const domains[] = { ".localhost", ".local", ".internal", ".home.arpa", ".lan" };
	struct in_addr v4;
	struct in6_addr v6;
	char bare[INET6_ADDRSTRLEN];
	size_t n = strlen(host);
	if (n > 2 && n - 2 < sizeof bare && host[0] == '[' && host[n - 1] == ']') {
		memcpy(bare, host + 1, n - 2);
		bare[n - 2] = '\0';
		host = bare;
	}
	if (inet_pton(AF_INET, host, &v4) == 1)
		return !host_address_is_public(AF_INET, &v4);
	if (inet_pton(AF_INET6, host, &v6) == 1)
		return !host_address_is_public(AF_INET6, &v6);
	for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
		size_t k = strlen(domains[i]);
		if (n > k && str_same_nocase(host + n - k, domains[i]))
			return true;
	}
	return strchr(host, '.') == NULL;
}
