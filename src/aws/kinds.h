/*
 * kinds.h - every kind of call to AWS that adit makes: a table.
 *
 * A call names its kind (struct aws_call), and the kind says which service it
 * goes to and which permission it takes. So there is no call without a row
 * here: aws_prepare() refuses one that names none, and each row must have one
 * in the test's table of calls (tests/e2e/test_matrix.c), or that does not
 * compile. Doctor reads the same rows.
 *
 * A row: the kind, its name for machines, AWS's name of the operation, the
 * service, the IAM action ("" = none is needed), and what it is for.
 */
#ifndef ADIT_AWS_KINDS_H
#define ADIT_AWS_KINDS_H

enum aws_service { AWS_BEDROCK_RUNTIME, AWS_BEDROCK, AWS_STS, AWS_SSO, AWS_SSO_OIDC, AWS_SIGNIN,
	AWS_ROLESANYWHERE, AWS_SERVICES };

/* Made with the credentials in force. */
#define AWS_KINDS_OF_CALLS(ROW) \
	ROW(AWS_IDENTITY, "identity", "GetCallerIdentity", AWS_STS, "", \
	    N_("ask whose credentials these are")) \
	ROW(AWS_MODELS, "models", "ListFoundationModels", AWS_BEDROCK, "bedrock:ListFoundationModels", \
	    N_("list the models of the region")) \
	ROW(AWS_PROFILES, "profiles", "ListInferenceProfiles", AWS_BEDROCK, \
	    "bedrock:ListInferenceProfiles", N_("list the inference profiles")) \
	ROW(AWS_PROFILE, "profile", "GetInferenceProfile", AWS_BEDROCK, "bedrock:GetInferenceProfile", \
	    N_("look up the model behind a profile")) \
	ROW(AWS_CHAT, "chat", "ConverseStream", AWS_BEDROCK_RUNTIME, \
	    "bedrock:InvokeModelWithResponseStream", N_("chat, and what subagents say, as it is written")) \
	ROW(AWS_CHAT_WHOLE, "chat-whole", "Converse", AWS_BEDROCK_RUNTIME, "bedrock:InvokeModel", \
	    N_("chat with models that do not stream")) \
	ROW(AWS_IMAGE, "image", "Converse", AWS_BEDROCK_RUNTIME, "bedrock:InvokeModel", \
	    N_("have a model look at images")) \
	ROW(AWS_EMBED, "embeddings", "InvokeModel", AWS_BEDROCK_RUNTIME, "bedrock:InvokeModel", \
	    N_("embeddings, for searching by meaning")) \
	ROW(AWS_COUNT, "token-count", "CountTokens", AWS_BEDROCK_RUNTIME, "bedrock:CountTokens", \
	    N_("count the tokens of a conversation"))

/* Made by a credential source, to get them; what they need, the role or the session says. */
#define AWS_KINDS_OF_SOURCES(ROW) \
	ROW(AWS_ASSUME_ROLE, "assume-role", "AssumeRole", AWS_STS, "sts:AssumeRole", \
	    N_("take on a role")) \
	ROW(AWS_WEB_IDENTITY, "web-identity", "AssumeRoleWithWebIdentity", AWS_STS, "", \
	    N_("take on a role with a web identity token")) \
	ROW(AWS_SSO_ROLE, "sso-role", "GetRoleCredentials", AWS_SSO, "", \
	    N_("credentials for a role of IAM Identity Center")) \
	ROW(AWS_SSO_TOKEN, "sso-token", "CreateToken", AWS_SSO_OIDC, "", \
	    N_("sign in to IAM Identity Center, and renew that")) \
	ROW(AWS_SSO_REGISTER, "sso-register", "RegisterClient", AWS_SSO_OIDC, "", \
	    N_("make adit known to IAM Identity Center")) \
	ROW(AWS_SSO_DEVICE, "sso-device", "StartDeviceAuthorization", AWS_SSO_OIDC, "", \
	    N_("get a code to sign in with")) \
	ROW(AWS_SSO_ACCOUNTS, "sso-accounts", "ListAccounts", AWS_SSO, "", \
	    N_("list the accounts that one may use")) \
	ROW(AWS_SSO_ROLES, "sso-roles", "ListAccountRoles", AWS_SSO, "", \
	    N_("list the roles that one may take on there")) \
	ROW(AWS_SSO_LOGOUT, "sso-logout", "Logout", AWS_SSO, "", \
	    N_("sign out of IAM Identity Center")) \
	ROW(AWS_SIGNIN_TOKEN, "signin-token", "CreateOAuth2Token", AWS_SIGNIN, "signin:CreateOAuth2Token", \
	    N_("sign in to the console, and renew that")) \
	ROW(AWS_ANYWHERE, "roles-anywhere", "CreateSession", AWS_ROLESANYWHERE, "", \
	    N_("take on a role with a certificate"))

/* Made with the credentials in force, for what few accounts have: doctor asks for no such permission. */
#define AWS_KINDS_OF_EXTRAS(ROW) \
	ROW(AWS_IMPORTED, "imported-models", "ListImportedModels", AWS_BEDROCK, \
	    "bedrock:ListImportedModels", N_("list imported models")) \
	ROW(AWS_THROUGHPUTS, "throughputs", "ListProvisionedModelThroughputs", AWS_BEDROCK, \
	    "bedrock:ListProvisionedModelThroughputs", N_("list provisioned throughput")) \
	ROW(AWS_DEPLOYMENTS, "deployments", "ListCustomModelDeployments", AWS_BEDROCK, \
	    "bedrock:ListCustomModelDeployments", N_("list custom model deployments")) \
	ROW(AWS_ROUTERS, "prompt-routers", "ListPromptRouters", AWS_BEDROCK, "bedrock:ListPromptRouters", \
	    N_("list prompt routers")) \
	ROW(AWS_THROUGHPUT, "throughput", "GetProvisionedModelThroughput", AWS_BEDROCK, \
	    "bedrock:GetProvisionedModelThroughput", N_("look up the model behind provisioned throughput")) \
	ROW(AWS_DEPLOYMENT, "deployment", "GetCustomModelDeployment", AWS_BEDROCK, \
	    "bedrock:GetCustomModelDeployment", N_("look up the model behind a deployment")) \
	ROW(AWS_CUSTOM_MODEL, "custom-model", "GetCustomModel", AWS_BEDROCK, "bedrock:GetCustomModel", \
	    N_("look up the model that a custom one was made of")) \
	ROW(AWS_ROUTER, "prompt-router", "GetPromptRouter", AWS_BEDROCK, "bedrock:GetPromptRouter", \
	    N_("look up the models behind a prompt router"))

#define AWS_KIND_NAME(kind, ...) kind,
enum aws_kind {
	AWS_NO_KIND,            /* a call that forgot to say */
	AWS_KINDS_OF_CALLS(AWS_KIND_NAME)
	AWS_KINDS_OF_SOURCES(AWS_KIND_NAME)
	AWS_KINDS_OF_EXTRAS(AWS_KIND_NAME)
	AWS_KINDS,
	AWS_FIRST_SOURCE_KIND = AWS_ASSUME_ROLE
};
#undef AWS_KIND_NAME

struct aws_kind_row {
	const char		*name;          /* "token-count": for machines */
	const char		*operation;     /* "CountTokens" */
	enum aws_service	 service;
	const char		*action;        /* "bedrock:CountTokens"; "" = no permission is needed */
	const char		*purpose;       /* marked N_() */
};
/* Never NULL; the row of AWS_NO_KIND has nothing in it. */
const struct aws_kind_row *aws_kind_row(enum aws_kind);

#endif
