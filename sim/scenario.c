/* scenario.c - see scenario.h. */
#include "config.h"

#include "scenario.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "converse.h"
#include "settings.h"
#include "stream.h"

struct rule {
	char		*operation;
	char		*model, *query; /* globs */
	char		*contains;
	char		*system;
	int		 tool_result;   /* 1 yes, 0 no, -1 either */
	long		 nth, times;    /* 0: any */
	long		 every;         /* nth and times count anew after this many; 0: never */
	long		 seen;
	struct pace	 pace;
	/* As text: json-c's reference counts are no business of several threads. */
	char		*steps;
};

static const struct pace lively = { .piece_delay_ms = 25, .piece_size = 12 };

static struct json_object *file;
static struct pace defaults = { .piece_delay_ms = 25, .piece_size = 12 };
static struct rule *rules;
static size_t n_rules;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- reading ------------------------------------------------------------ */

static struct json_object *
get(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;
	json_object_object_get_ex(o, name, &v);
	return v;
}

static char *
get_text(struct json_object *o, const char *name)
{
	return sim_strdup(json_object_get_string(get(o, name)));
}

static void
read_int(struct json_object *o, const char *name, int *to)
{
	struct json_object *v = get(o, name);
	if (v != NULL)
		*to = json_object_get_int(v);
}

static void
read_pace(struct json_object *o, struct pace *p)
{
	read_int(o, "delay_ms", &p->delay_ms);
	read_int(o, "piece_delay_ms", &p->piece_delay_ms);
	read_int(o, "piece_size", &p->piece_size);
	if (p->piece_size < 1)
		p->piece_size = 1;
}

void
scenario_check_members(const char *path, struct json_object *o, const char *const *known)
{
	json_object_object_foreach(o, name, value) {
		(void)value;
		size_t i = 0;
		while (known[i] != NULL && strcmp(known[i], name) != 0)
			i++;
		if (known[i] == NULL)
			sim_die("%s: unknown member \"%s\"", path, name);
	}
}

static void
check_steps(const char *path, struct json_object *steps)
{
	for (size_t i = 0; i < json_object_array_length(steps); i++) {
		struct json_object *step = json_object_array_get_idx(steps, i);
		if (!json_object_is_type(step, json_type_object))
			sim_die("%s: a step must be an object", path);
		json_object_object_foreach(step, name, value) {
			(void)value;
			if (!stream_knows(name))
				sim_die("%s: unknown step \"%s\"", path, name);
		}
	}
}

static void
read_rule(const char *path, struct json_object *o, struct rule *r)
{
	static const char *const members[] = { "match", "answer", "delay_ms", "piece_delay_ms",
		"piece_size", "comment", NULL };
	static const char *const conditions[] = { "operation", "model", "query", "contains",
		"system", "tool_result", "nth", "times", "every", NULL };
	struct json_object *match = get(o, "match"), *answer = get(o, "answer");
	if (!json_object_is_type(answer, json_type_array))
		sim_die("%s: a rule needs \"answer\", a list of steps", path);
	scenario_check_members(path, o, members);
	check_steps(path, answer);
	r->tool_result = -1;
	if (match != NULL) {
		scenario_check_members(path, match, conditions);
		r->operation = get_text(match, "operation");
		r->model = get_text(match, "model");
		r->query = get_text(match, "query");
		r->contains = get_text(match, "contains");
		r->system = get_text(match, "system");
		if (get(match, "tool_result") != NULL)
			r->tool_result = json_object_get_boolean(get(match, "tool_result"));
		r->nth = json_object_get_int(get(match, "nth"));
		r->times = json_object_get_int(get(match, "times"));
		r->every = json_object_get_int(get(match, "every"));
	}
	r->pace = defaults;
	read_pace(o, &r->pace);
	r->steps = sim_strdup(json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN));
}

void
scenario_load(const char *path)
{
	static const char *const members[] = { "defaults", "rules", "comment", "catalogue",
		"validate", "identity", NULL };
	file = json_object_from_file(path);
	if (!json_object_is_type(file, json_type_object))
		sim_die(
		    "%s: %s", path, file == NULL ? json_util_get_last_err() : "not an object\n");
	scenario_check_members(path, file, members);
	if (get(file, "defaults") != NULL)
		read_pace(get(file, "defaults"), &defaults);
	if (get(file, "identity") != NULL)
		settings_load(path, get(file, "identity"));
	struct json_object *list = get(file, "rules");
	n_rules = list != NULL ? json_object_array_length(list) : 0;
	rules = sim_alloc(n_rules * sizeof *rules);
	for (size_t i = 0; i < n_rules; i++)
		read_rule(path, json_object_array_get_idx(list, i), &rules[i]);
}

void
scenario_free(void)
{
	settings_free();
	for (size_t i = 0; i < n_rules; i++) {
		free(rules[i].operation);
		free(rules[i].model);
		free(rules[i].query);
		free(rules[i].contains);
		free(rules[i].system);
		free(rules[i].steps);
	}
	free(rules);
	rules = NULL;
	n_rules = 0;
	json_object_put(file);
	file = NULL;
}

struct json_object *
scenario_catalogue(void)
{
	return get(file, "catalogue");
}

/* json-c keeps the text in the object itself, hence the lock. */
void
scenario_write(struct bytes *b, struct json_object *o)
{
	pthread_mutex_lock(&lock);
	bytes_puts(b, json_object_to_json_string_ext(o,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	pthread_mutex_unlock(&lock);
}

bool
scenario_validates(void)
{
	struct json_object *v = get(file, "validate");
	return v == NULL || json_object_get_boolean(v);
}

/* ---- matching ----------------------------------------------------------- */

static bool
found_in(const char *part, const char *text)
{
	return part == NULL || (text != NULL && strcasestr(text, part) != NULL);
}

static bool
rule_matches(const struct rule *r, const struct request *q)
{
	if (r->operation != NULL &&
	    (q->operation == NULL || strcmp(r->operation, q->operation) != 0))
		return false;
	if (r->model != NULL && (q->model == NULL || fnmatch(r->model, q->model, 0) != 0))
		return false;
	if (r->query != NULL && fnmatch(r->query, q->query, 0) != 0)
		return false;
	if (r->tool_result >= 0 && r->tool_result != converse_ends_with_tool_result(q->json))
		return false;
	if (!found_in(r->contains, q->user_text))
		return false;
	if (r->system == NULL)
		return true;
	char *system = converse_system_text(q->json);
	bool found = found_in(r->system, system);
	free(system);
	return found;
}

/* Counts a match that is otherwise complete; false if it is not this rule's turn. */
static bool
takes_turn(struct rule *r)
{
	pthread_mutex_lock(&lock);
	long n = ++r->seen;
	pthread_mutex_unlock(&lock);
	if (r->every > 0)
		n = (n - 1) % r->every + 1;
	return (r->nth == 0 || n == r->nth) && (r->times == 0 || n <= r->times);
}

struct answer
scenario_answer(const struct request *q)
{
	for (size_t i = 0; i < n_rules; i++)
		if (rule_matches(&rules[i], q) && takes_turn(&rules[i]))
			return (struct answer){ .steps = json_tokener_parse(rules[i].steps),
				.pace = rules[i].pace };
	return (struct answer){ .pace = file != NULL ? defaults : lively };
}

void
answer_free(struct answer *a)
{
	json_object_put(a->steps);
	a->steps = NULL;
}

/* ---- without a rule ----------------------------------------------------- */

static void
quote(struct bytes *b, const char *text)
{
	static const size_t longest = 240;
	size_t n = strlen(text);
	bool cut = n > longest;
	if (cut)
		n = utf8_start(text, longest);
	bytes_puts(b, "> ");
	for (size_t i = 0; i < n; i++) {
		bytes_putc(b, text[i]);
		if (text[i] == '\n')
			bytes_puts(b, "> ");
	}
	bytes_puts(b, cut ? " …\n\n" : "\n\n");
}

struct json_object *
default_answer(const struct request *q)
{
	struct bytes b = { 0 };
	bytes_puts(&b, "You said:\n\n");
	quote(&b, q->user_text != NULL && q->user_text[0] != '\0' ? q->user_text : "(no text)");
	bytes_printf(&b,
	    "This is **adit-sim**, a simulator on your own machine: no model has read that. It "
	    "answers as `%s` would on the wire, with\n\n- a signature check,\n- event-stream "
	    "frames with checksums,\n- and usage figures at the end.\n\n```c\nputs(\"hello from "
	    "the simulator\");\n```\n",
	    q->model != NULL ? q->model : "a model");
	struct json_object *steps = json_object_new_array(), *step = json_object_new_object();
	json_object_object_add(step, "text", json_object_new_string_len(b.s, (int)b.len));
	json_object_array_add(steps, step);
	bytes_free(&b);
	return steps;
}
