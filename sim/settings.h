/*
 * settings.h - how the identity services behave: the "identity" member of a scenario.
 *
 * Defaults make every service work for any client; data/scenarios/README tells
 * what each setting is for. Read once at start; constant afterwards. The texts
 * belong to the scenario's file or to the program.
 */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

struct texts {
	const char	**s;
	size_t		 n;
};

/* A role that can be assumed: when there are any, no other can. */
struct role {
	const char	*arn, *trusts;  /* globs; trusts is for the caller's ARN, NULL: anyone */
	const char	*external_id;   /* NULL: none is wanted */
	bool		 mfa;
	long		 max_duration;
};

/* An account that the portal of IAM Identity Center lists. */
struct account {
	const char	*id, *name, *email;
	struct texts	 roles;
};

/* Times are in seconds; a lifetime of 0 is the one that the client asks for. */
struct settings {
	const char	*account, *region;
	struct {
		const char	*role;          /* NULL: none is attached */
		const char	*tokens;        /* "required", "optional" or "none" */
		long		 token_status;  /* of the PUT when tokens is "none" */
		long		 token_lifetime, lifetime;
		const char	*instance_id;
	} imds;
	struct {
		struct texts	 token;         /* in this order, then the last; none: any */
		long		 lifetime;
		const char	*role_arn;
	} ecs;
	struct {
		long		 lifetime;
		const char	*mfa_code;
		struct texts	 web_identity_token;    /* as ecs.token */
		struct role	*roles;
		size_t		 n_roles;
	} sts;
	struct {
		struct texts	 tokens;        /* accepted beside those of oidc */
		long		 lifetime, page_size;
		struct account	*accounts;
		size_t		 n_accounts;
	} sso;
	struct {
		const char	*client_id, *client_secret;     /* a client registered before */
		const char	*start_url;     /* NULL: any */
		struct texts	 refresh_tokens, answers;
		long		 registration_lifetime, device_lifetime, interval;
		long		 token_lifetime, session_lifetime;
		const char	*refresh_reply; /* "new", "same" or "none" */
		bool		 browser;       /* granted only after somebody opened the page */
	} oidc;
	struct {
		struct texts	 refresh_tokens;
		const char	*login_session; /* the ARN of whoever signed in */
		long		 lifetime, session_lifetime;
	} signin;
	struct {
		long		 lifetime;
		const char	*ca;            /* PEM; NULL: any certificate is trusted */
	} rolesanywhere;
};

/* Reads the member; ends the program if there is a mistake in it. The JSON must stay. */
void	 settings_load(const char *path, struct json_object *identity);
void	 settings_free(void);
const struct settings *settings(void);
/* The nth of them, or the last if there are not so many; NULL if there are none. */
const char *texts_at(const struct texts *, size_t n);

#endif
