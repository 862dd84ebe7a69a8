#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ui/theme.h"

static const char *
theme_for(const char *reply)
{
	return theme_for_background(reply, strlen(reply));
}

static void
the_background_chooses_dark_or_light(void **state)
{
	(void)state;
	assert_string_equal(theme_for("11;rgb:ffff/ffff/ffff"), "light");
	assert_string_equal(theme_for("11;rgb:0000/0000/0000"), "dark");
	assert_string_equal(theme_for("11;rgb:fd/f6/e3"), "light");
	assert_string_equal(theme_for("11;rgb:00/2b/36"), "dark");
	assert_string_equal(theme_for("11;rgb:f/f/f"), "light");
	assert_string_equal(theme_for("11;rgb:0000/0000/ffff"), "dark");        /* blue is dark */
	assert_string_equal(theme_for("11;rgb:ffff/ffff/0000"), "light");
}

static void
another_answer_chooses_nothing(void **state)
{
	(void)state;
	static const char *const others[] = { "", "11;", "11;rgb:", "10;rgb:ffff/ffff/ffff", "11;rgb:ffff/ffff",
		"11;rgb:fffff/0/0", "11;rgb:-1/-1/-1", "11;?", "11;rgb:////" };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_null(theme_for(others[i]));
}

static void
every_sign_has_a_picture(void **state)
{
	(void)state;
	for (int i = 0; i < UI_SIGNS; i++)
		assert_true(*theme_sign((enum ui_sign)i) != '\0');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_background_chooses_dark_or_light),
		cmocka_unit_test(another_answer_chooses_nothing),
		cmocka_unit_test(every_sign_has_a_picture),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
