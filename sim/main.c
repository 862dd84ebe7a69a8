/*
 * main.c - adit-sim, the Bedrock simulator.
 *
 * Speaks the wire protocol of bedrock-runtime and bedrock, and of the services
 * that credentials come from, on 127.0.0.1, for `adit --demo` and for the
 * tests. Prints one line when it is ready:
 *
 *	listening http://127.0.0.1:PORT
 *
 * and ends on SIGTERM, SIGINT or, with --with-parent, when its standard input
 * reaches its end because whoever started it is gone.
 */
#include "config.h"

#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/signalfd.h>

#include "bytes.h"
#include "identity.h"
#include "keys.h"
#include "log.h"
#include "scenario.h"
#include "server.h"
#include "simtime.h"

struct setting {
	uint16_t	 port;
	bool		 with_parent;
};

static const char usage[] =
    "Usage: adit-sim [OPTION]...\n"
    "A simulator of Amazon Bedrock on the loopback interface, for adit's demo and tests.\n"
    "\n"
    "  --port N          listen on this port (default 0: any free one)\n"
    "  --scenario FILE   answer by the rules of this file\n"
    "  --keys FILE       accept the credentials of this file, not the built-in ones\n"
    "  --log FILE        append a JSON line for every request and every end of an answer\n"
    "  --trace FILE      append a line `N NANOSECONDS' for every piece of a stream\n"
    "  --with-parent     end when standard input reaches its end\n"
    "  --time TIME       pin the clock, such as 2026-08-01T12:00:00Z\n"
    "  --skew SECONDS    let the clock run ahead (or behind, if negative)\n"
    "  --help            show this\n"
    "  --version         show the version\n";

enum { OPT_PORT = 1, OPT_SCENARIO, OPT_KEYS, OPT_LOG, OPT_TRACE, OPT_WITH_PARENT, OPT_TIME,
	OPT_SKEW, OPT_HELP, OPT_VERSION };

static const struct option options[] = {
	{ "port", required_argument, NULL, OPT_PORT },
	{ "scenario", required_argument, NULL, OPT_SCENARIO },
	{ "keys", required_argument, NULL, OPT_KEYS },
	{ "log", required_argument, NULL, OPT_LOG },
	{ "trace", required_argument, NULL, OPT_TRACE },
	{ "with-parent", no_argument, NULL, OPT_WITH_PARENT },
	{ "time", required_argument, NULL, OPT_TIME },
	{ "skew", required_argument, NULL, OPT_SKEW },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static long
number(const char *text, long low, long high)
{
	char *end;
	long n = strtol(text, &end, 10);
	if (*text == '\0' || *end != '\0' || n < low || n > high)
		sim_die("\"%s\" is not a number from %ld to %ld", text, low, high);
	return n;
}

static void
pin_clock(const char *text)
{
	time_t t;
	if (time_parse(text, &t) != 0)
		sim_die("\"%s\" is not a time like 2026-08-01T12:00:00Z", text);
	time_pin(t);
}

static void
say_and_exit(const char *text)
{
	fputs(text, stdout);
	exit(fflush(stdout) == 0 ? 0 : 1);
}

static void
take_option(int option, struct setting *s)
{
	switch (option) {
	case OPT_PORT:
		s->port = (uint16_t)number(optarg, 0, 65535);
		break;
	case OPT_SCENARIO:
		scenario_load(optarg);
		break;
	case OPT_KEYS:
		keys_load(optarg);
		break;
	case OPT_LOG:
		log_open(optarg);
		break;
	case OPT_TRACE:
		log_trace_open(optarg);
		break;
	case OPT_WITH_PARENT:
		s->with_parent = true;
		break;
	case OPT_TIME:
		pin_clock(optarg);
		break;
	case OPT_SKEW:
		time_skew(number(optarg, -100000000, 100000000));
		break;
	case OPT_HELP:
		say_and_exit(usage);
		break;
	case OPT_VERSION:
		say_and_exit("adit-sim (" PACKAGE_NAME ") " PACKAGE_VERSION "\n");
		break;
	default:
		fputs("Try `adit-sim --help'.\n", stderr);
		exit(2);
	}
}

/* Blocks the signals that end the program, for all threads to come; they arrive here. */
static int
catch_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool
input_ended(void)
{
	char ignored[256];
	return read(STDIN_FILENO, ignored, sizeof ignored) <= 0;
}

static void
wait_for_the_end(int signals, bool with_parent)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = with_parent ? STDIN_FILENO : -1, .events = POLLIN },
	};
	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents != 0 || (fds[1].revents != 0 && input_ended()))
			return;
	}
}

int
main(int argc, char **argv)
{
	struct setting s = { 0 };
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		take_option(option, &s);
	if (optind != argc)
		sim_die("unexpected argument \"%s\"", argv[optind]);
	identity_start();
	int signals = catch_signals();
	uint16_t port = server_start(s.port);
	printf("listening http://127.0.0.1:%u\n", port);
	if (fflush(stdout) != 0)
		sim_die("cannot say that it is ready");
	wait_for_the_end(signals, s.with_parent);
	server_stop();
	close(signals);
	identity_free();
	scenario_free();
	keys_free();
	log_close();
	return 0;
}
