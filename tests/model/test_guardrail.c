/* test_guardrail.c - a trace in words. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "model/guardrail.h"

static struct buf sentence, detail;

static bool
explain(const char *trace)
{
	char *json = mem_strdup(trace);
	for (char *c = json; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	buf_done(&sentence);
	buf_done(&detail);
	bool any = guardrail_explain(json, strlen(json), &sentence, &detail);
	free(json);
	return any;
}

static void
every_policy_is_named_with_what_was_done(void **state)
{
	(void)state;
	assert_true(explain("{'guardrail':{'inputAssessment':{'g1':{"
	    "'topicPolicy':{'topics':[{'name':'Money','type':'DENY','action':'BLOCKED'}]},"
	    "'contentPolicy':{'filters':[{'type':'VIOLENCE','confidence':'HIGH','filterStrength':'LOW','action':'BLOCKED'}]},"
	    "'wordPolicy':{'customWords':[{'match':'darn','action':'NONE'}],'managedWordLists':[{'match':'x','type':'PROFANITY','action':'BLOCKED'}]},"
	    "'appliedGuardrailDetails':{'guardrailVersion':'7'}}},"
	    "'outputAssessments':{'g1':[{'sensitiveInformationPolicy':{'piiEntities':[{'match':'a@b.c','type':'EMAIL','action':'ANONYMIZED'}],"
	    "'regexes':[{'name':'ticket','match':'T-1','regex':'T-.','action':'BLOCKED'}]},"
	    "'contextualGroundingPolicy':{'filters':[{'type':'GROUNDING','threshold':0.7,'score':0.31,'action':'BLOCKED'}]},"
	    "'invocationMetrics':{'guardrailProcessingLatency':12,'guardrailCoverage':{'textCharacters':{'guarded':5,'total':9}}}}]},"
	    "'actionReason':'Blocked.'}}"));
	static const char *const lines[] = { "input (g1, 7)", "topic \"Money\": blocked",
		"content VIOLENCE (confidence HIGH, filter LOW): blocked", "word \"darn\": only noted",
		"word list \"x\" (PROFANITY): blocked", "output (g1)", "personal data EMAIL \"a@b.c\": masked",
		"pattern \"ticket\": \"T-1\": blocked", "grounding GROUNDING (score 0.31, at least 0.70 wanted): blocked",
		"5 of 9 characters checked", "took 12 ms", "Blocked." };
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		if (strstr(buf_str(&detail), lines[i]) == NULL)
			fail_msg("no %s in %s", lines[i], buf_str(&detail));
	assert_string_equal(buf_str(&sentence), "The guardrail acted on: topic \"Money\", content VIOLENCE (confidence HIGH, "
	    "filter LOW), word list \"x\" (PROFANITY), personal data EMAIL \"a@b.c\", pattern \"ticket\": \"T-1\", and 1 more.");
}

static void
what_was_let_pass_is_told_from_nothing(void **state)
{
	(void)state;
	assert_true(explain("{'guardrail':{'inputAssessment':{'g':{}}}}"));
	assert_string_equal(buf_str(&sentence), "The guardrail found nothing.");
	assert_true(explain("{'guardrail':{'inputAssessment':{'g':{'wordPolicy':{'customWords':[{'match':'w','action':'NONE'}]}}}}}"));
	assert_string_equal(buf_str(&sentence), "The guardrail noted something and let it pass.");
}

static void
a_trace_of_any_shape_does_no_harm(void **state)
{
	(void)state;
	assert_false(explain(""));
	assert_false(explain("{'promptRouter':{}}"));
	assert_false(explain("{'guardrail':[]}"));
	assert_true(explain("{'guardrail':{'inputAssessment':[1],'outputAssessments':{'g':7,'h':[null,{'topicPolicy':{'topics':{}}}]}}}"));
	assert_true(explain("{'guardrail':{'inputAssessment':{'g':{'topicPolicy':{'topics':[1,null,{'action':7}]},"
	    "'automatedReasoningPolicy':{'findings':[{'valid':{}},3]}}}}}"));
	/* A thousand findings are not a thousand lines. */
	struct buf many = { 0 };
	buf_puts(&many, "{'guardrail':{'inputAssessment':{'g':{'wordPolicy':{'customWords':[{'match':'w','action':'BLOCKED'}");
	for (int i = 0; i < 1000; i++)
		buf_puts(&many, ",{'match':'w','action':'BLOCKED'}");
	buf_puts(&many, "]}}}}}");
	assert_true(explain(buf_str(&many)));
	assert_true(detail.len < 20000);
	assert_true(sentence.len < 1000);
	buf_done(&many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_policy_is_named_with_what_was_done),
		cmocka_unit_test(what_was_let_pass_is_told_from_nothing),
		cmocka_unit_test(a_trace_of_any_shape_does_no_harm),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	buf_done(&sentence);
	buf_done(&detail);
	return rc;
}
