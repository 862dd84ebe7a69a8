/*
 * fault.c - see fault.h.
 *
 * One sentence a kind of failure: what failed, with the host, and what to do.
 */
#include "config.h"

#include "net/fault.h"

#include <string.h>

#include "base/i18n.h"
#include "base/str.h"

/* curl's words for those who look for the cause. */
static const char *
detail(const struct fault *f)
{
	return f->detail[0] != '\0' ? f->detail : curl_easy_strerror(f->rc);
}

static void
tell_name(const struct fault *f, struct transfer_end *end)
{
	end->dns = true;
	if (str_has_nocase(f->host, "bedrock"))
		err_set(&end->err, ERR_NETWORK,
		    _("%s does not resolve: the region has no Bedrock, or DNS or a proxy blocks "
		      "it."),
		    f->host);
	else
		err_set(&end->err, ERR_NETWORK,
		    _("%s does not resolve: the name is wrong, or DNS or a proxy blocks it."),
		    f->host);
}

static void
tell_proxy_name(const struct fault *f, struct transfer_end *end)
{
	end->dns = end->proxy = true;
	err_set(&end->err, ERR_NETWORK,
	    _("The name of the proxy on the way to %s does not resolve. Check HTTPS_PROXY, "
	      "HTTP_PROXY and ALL_PROXY."),
	    f->host);
}

/* curl's words name whom it called: when that is not the host, it was the proxy. */
static void
tell_refusal(const struct fault *f, struct transfer_end *end)
{
	end->refused = true;
	if (f->proxied && strstr(f->detail, f->host) == NULL) {
		end->proxy = true;
		err_set(&end->err, ERR_NETWORK,
		    _("The proxy on the way to %s cannot be reached (%s). Check HTTPS_PROXY, "
		      "HTTP_PROXY, ALL_PROXY and NO_PROXY."),
		    f->host, detail(f));
	} else {
		err_set(&end->err, ERR_NETWORK,
		    _("%s cannot be reached (%s). Check the network and firewall, and whether a "
		      "proxy must be set (HTTPS_PROXY)."),
		    f->host, detail(f));
	}
}

static void
tell_proxy(const struct fault *f, struct transfer_end *end)
{
	end->proxy = true;
	if (f->proxy_status == 407)
		err_set(&end->err, ERR_NETWORK,
		    _("The proxy on the way to %s wants a user name and password (407). Put them "
		      "into HTTPS_PROXY: http://user:password@proxy:port."),
		    f->host);
	else if (f->proxy_status != 0)
		err_set(&end->err, ERR_NETWORK,
		    _("The proxy does not let adit through to %s (status %ld). Ask for the host "
		      "to be allowed, or set NO_PROXY."),
		    f->host, f->proxy_status);
	else
		err_set(&end->err, ERR_NETWORK,
		    _("The proxy on the way to %s failed (%s). Check HTTPS_PROXY and ALL_PROXY."),
		    f->host, detail(f));
}

static void
tell_tls(const struct fault *f, struct transfer_end *end)
{
	end->tls = true;
	err_set(&end->err, ERR_NETWORK,
	    _("No secure connection to %s (%s). A proxy that inspects TLS needs AWS_CA_BUNDLE; an "
	      "endpoint that speaks plain http needs an http address."), f->host, detail(f));
}

static void
tell_certificate(const struct fault *f, struct transfer_end *end)
{
	end->tls = true;
	err_set(&end->err, ERR_NETWORK,
	    _("The certificate of %s is not trusted (%s). If a proxy inspects TLS here, set "
	      "AWS_CA_BUNDLE to the file with its CA certificate."), f->host, detail(f));
}

static void
tell_ca_file(const struct fault *f, struct transfer_end *end)
{
	end->tls = true;
	if (f->ca_bundle != NULL)
		err_set(&end->err, ERR_NETWORK,
		    _("The CA bundle %s cannot be used. Check AWS_CA_BUNDLE and ca_bundle: it "
		      "must be a PEM file that you may read."),
		    f->ca_bundle);
	else
		err_set(&end->err, ERR_NETWORK,
		    _("The system's CA certificates cannot be used. Install the package "
		      "ca-certificates, or set AWS_CA_BUNDLE."));
}

static void
tell_timeout(const struct fault *f, struct transfer_end *end)
{
	end->timed_out = true;
	if (!f->connected)
		err_set(&end->err, ERR_NETWORK,
		    _("No connection to %s within the time limit. Check the network and firewall, "
		      "and whether a proxy must be set (HTTPS_PROXY)."),
		    f->host);
	else
		err_set(&end->err, ERR_NETWORK,
		    _("%s did not answer in full within %ld s. Try again."), f->host,
		    (f->total_ms + 999) / 1000);
}

static void
tell_cut(const struct fault *f, struct transfer_end *end)
{
	end->reset_on_reuse = f->reused && !end->got_bytes;
	if (end->got_bytes)
		err_set(&end->err, ERR_NETWORK,
		    _("The connection to %s was cut in the middle of the answer (%s). Try again."),
		    f->host, detail(f));
	else
		err_set(&end->err, ERR_NETWORK,
		    _("The connection to %s was cut before an answer came (%s). Try again."),
		    f->host, detail(f));
}

static void
tell_not_http(const struct fault *f, struct transfer_end *end)
{
	err_set(&end->err, ERR_NETWORK,
	    _("%s answered with something that is not HTTP. Check the endpoint and the proxy."),
	    f->host);
}

static void
tell_refused_answer(const struct fault *f, struct transfer_end *end)
{
	if (f->too_big)
		err_set(&end->err, ERR_NETWORK,
		    _("%s sent more headers than an answer needs. Check the endpoint and the "
		      "proxy."),
		    f->host);
	else
		err_set(&end->err, ERR_NETWORK, _("The answer of %s was not read to its end."),
		    f->host);
}

static void
tell_other(const struct fault *f, struct transfer_end *end)
{
	err_set(&end->err, ERR_NETWORK, _("The request to %s failed (%s). Try again."), f->host,
	    detail(f));
}

static const struct {
	CURLcode	rc;
	void		(*tell)(const struct fault *, struct transfer_end *);
} tellers[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, tell_name },
	{ CURLE_COULDNT_RESOLVE_PROXY, tell_proxy_name },
	{ CURLE_COULDNT_CONNECT, tell_refusal },
	{ CURLE_PROXY, tell_proxy },
	{ CURLE_SSL_CONNECT_ERROR, tell_tls },
	{ CURLE_SSL_CIPHER, tell_tls },
	{ CURLE_PEER_FAILED_VERIFICATION, tell_certificate },
	{ CURLE_SSL_ISSUER_ERROR, tell_certificate },
	{ CURLE_SSL_INVALIDCERTSTATUS, tell_certificate },
	{ CURLE_SSL_CACERT_BADFILE, tell_ca_file },
	{ CURLE_OPERATION_TIMEDOUT, tell_timeout },
	{ CURLE_SEND_ERROR, tell_cut },
	{ CURLE_RECV_ERROR, tell_cut },
	{ CURLE_GOT_NOTHING, tell_cut },
	{ CURLE_PARTIAL_FILE, tell_cut },
	{ CURLE_HTTP2, tell_cut },
	{ CURLE_HTTP2_STREAM, tell_cut },
	{ CURLE_WEIRD_SERVER_REPLY, tell_not_http },
	{ CURLE_UNSUPPORTED_PROTOCOL, tell_not_http },
	{ CURLE_WRITE_ERROR, tell_refused_answer },
};

void
fault_tell(const struct fault *f, struct transfer_end *end)
{
	if (f->proxy_status != 0 && f->proxy_status / 100 != 2) {
		tell_proxy(f, end);
		return;
	}
	for (size_t i = 0; i < sizeof tellers / sizeof *tellers; i++)
		if (tellers[i].rc == f->rc) {
			tellers[i].tell(f, end);
			return;
		}
	tell_other(f, end);
}
