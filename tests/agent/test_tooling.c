/*
 * test_tooling.c - calls of tools and the record: what is run has been written down before.
 */
#include "config.h"

#include "store/temp.h"

#include <poll.h>
#include <stdatomic.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/tooling.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/pool.h"
#include "base/str.h"

enum { LONG = 60000 };

static struct {
	struct mailbox		*mailbox;
	struct worker		*disk, *sync;
	struct timers		 timers;
	struct agent		*agent;
	struct tool_set		 tools;
	struct policy		 policy;
	struct tool_place	 place;
	struct tooling_env	 env;
	char			*session;       /* the file */
} here;

static atomic_bool ended;

/* Says whether the record has the call by the time that it runs. */
static int
look(struct tool_call *c, struct err *err)
{
	struct buf b = { 0 };
	bool is = file_read(here.session, 1 << 20, &b, NULL) == 0 && strstr(buf_str(&b), "look_around") != NULL;
	(void)err;
	tool_put(c, is ? "recorded" : "not recorded", is ? 8 : 12);
	buf_done(&b);
	return 0;
}

static const struct tool look_around = { .name = "look_around", .title = "Look", .description = "Looks.",
	.schema = "{\"type\":\"object\"}", .flags = TOOL_FREE, .run = look };

/* The disk's worker is busy for a while. */
static void
be_slow(struct job *job)
{
	(void)job;
	(void)poll(NULL, 0, 100);
}

static void
on_call(void *arg, size_t i, const struct tooling_view *v)
{
	(void)arg;
	(void)i;
	(void)v;
}

static void
on_output(void *arg, size_t i, const char *text, size_t n)
{
	(void)arg;
	(void)i;
	(void)text;
	(void)n;
}

static void
on_all(void *arg)
{
	(void)arg;
	atomic_store(&ended, true);
}

static int
setup(void **state)
{
	if (temp_setup(state) != 0)
		return -1;
	memset(&here, 0, sizeof here);
	here.mailbox = mailbox_new();
	here.disk = worker_start("disk");
	here.sync = worker_start("sync");
	struct session *s = session_new(here.disk, here.sync, here.mailbox, "/");
	char *name = mem_printf("sessions/%s.jsonl", session_id(s));
	here.session = file_path(FILE_DATA, name);
	free(name);
	struct agent_env env = { .disk = here.disk, .mailbox = here.mailbox, .timers = &here.timers };
	struct agent_options o = { .label = "main", .session = s };
	here.agent = agent_new(&env, &o);
	tool_set_add(&here.tools, &look_around);
	here.place.root = *state;
	here.env = (struct tooling_env){ .tools = &here.tools, .policy = &here.policy, .place = &here.place,
		.pool = pool_new("tools", 2), .mailbox = here.mailbox };
	return 0;
}

static int
teardown(void **state)
{
	pool_stop(here.env.pool, LONG);
	agent_free(here.agent);
	worker_stop(here.disk);
	worker_stop(here.sync);
	mailbox_free(here.mailbox);
	tool_set_done(&here.tools);
	policy_done(&here.policy);
	free(here.session);
	return temp_teardown(state);
}

/* What the tool said. The caller frees. */
static char *
run_it(void)
{
	static const char record[] = "{\"t\":\"message\",\"role\":\"assistant\",\"text\":\"look_around\"}";
	static struct job slow = { .run = be_slow };
	const struct tooling_news news = { NULL, on_call, on_output, on_call, on_all };
	struct tooling *t = tooling_new(&here.env, &here.tools, here.agent, &news);
	struct pollfd p = { .fd = mailbox_fd(here.mailbox), .events = POLLIN };
	atomic_store(&ended, false);
	worker_add(here.disk, &slow);
	session_record(agent_session(here.agent), record, strlen(record), SESSION_NOW);
	tooling_add(t, "1", "look_around", "{}", 2, NULL);
	tooling_start(t);
	for (int64_t until = clock_ms() + LONG; !atomic_load(&ended) && clock_ms() < until;) {
		(void)poll(&p, 1, 20);
		mailbox_deliver(here.mailbox);
	}
	char *said = mem_strdup(buf_str(tooling_view(t, 0).result));
	tooling_free(t);
	return said;
}

static void
a_call_is_in_the_record_before_it_runs(void **state)
{
	char *said = NULL;
	/* A disk that takes a second is not waited for: on a machine that is held up so long another try is fair. */
	for (int tries = 0; tries < 5 && !str_same(said, "recorded"); tries++) {
		if (tries > 0) {
			teardown(state);
			assert_int_equal(setup(state), 0);
		}
		free(said);
		said = run_it();
	}
	assert_string_equal(said, "recorded");
	free(said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_call_is_in_the_record_before_it_runs, setup, teardown),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
