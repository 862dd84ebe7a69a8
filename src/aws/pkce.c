/* pkce.c - see pkce.h. */
#include "config.h"

#include "aws/pkce.h"

#include <openssl/evp.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "base/str.h"

void
pkce_base64url(struct buf *b, const void *bytes, size_t n)
{
	size_t from = b->len;
	str_base64(b, bytes, n);
	for (size_t i = from; i < b->len; i++)
		b->s[i] = b->s[i] == '+' ? '-' : b->s[i] == '/' ? '_' : b->s[i];
	while (b->len > from && b->s[b->len - 1] == '=')
		buf_truncate(b, b->len - 1);
}

void
pkce_verifier(char out[PKCE_VERIFIER + 1])
{
	/* 64 letters: six bits of a random byte are one, without bias. */
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char random[PKCE_VERIFIER];
	for (size_t got = 0; got < sizeof random;) {
		ssize_t n = getrandom(random + got, sizeof random - got, 0);
		got += n > 0 ? (size_t)n : 0;
	}
	for (size_t i = 0; i < sizeof random; i++)
		out[i] = letters[random[i] & 63];
	out[PKCE_VERIFIER] = '\0';
	mem_wipe(random, sizeof random);
}

void
pkce_challenge(struct buf *b, const char *verifier)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	if (EVP_Digest(verifier, strlen(verifier), digest, &n, EVP_sha256(), NULL) != 1)
		fatal("SHA-256 failed");
	pkce_base64url(b, digest, n);
}
