#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ui/layout.h"

static bool
is_inside(const struct rect *r, const struct layout_ask *a)
{
	return r->h <= 0 || r->w <= 0 ||
	    (r->y >= 0 && r->x >= 0 && r->y + r->h <= a->rows && r->x + r->w <= a->columns);
}

/* Marks the cells of a rectangle; fails when one is taken. */
static void
occupy(unsigned char *cells, const struct layout_ask *a, const struct rect *r)
{
	assert_true(is_inside(r, a));
	for (int y = 0; y < r->h; y++)
		for (int x = 0; x < r->w; x++)
			assert_int_equal(cells[(r->y + y) * a->columns + r->x + x]++, 0);
}

static void
check(const struct layout_ask *a)
{
	struct layout l;
	layout_init(&l);
	layout_compute(&l, a);
	unsigned char *cells = calloc((size_t)a->rows * (size_t)a->columns, 1);
	const struct rect *all[] = { &l.bar, &l.tabs, &l.queue, &l.choices, &l.rule, &l.status, &l.input,
		&l.divider, &l.list };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		occupy(cells, a, all[i]);
	for (size_t i = 0; i < l.panes.n; i++) {
		occupy(cells, a, &l.panes.v[i].title);
		occupy(cells, a, &l.panes.v[i].body);
	}
	assert_true(l.input.h >= 1);
	for (int i = 0; i < a->rows * a->columns; i++)
		if (a->panes > 0)
			assert_int_equal(cells[i], 1);  /* nothing is left over either */
	free(cells);
	layout_done(&l);
}

static void
at_every_size_all_cells_belong_to_one_thing(void **state)
{
	(void)state;
	for (int rows = 1; rows < 60; rows++)
		for (int columns = 1; columns < 160; columns += 7)
			for (size_t panes = 1; panes < 6; panes += 2)
				for (int extra = 0; extra < 12; extra += 5)
					check(&(struct layout_ask){ .rows = rows, .columns = columns,
					    .panes = panes, .focus = panes / 2, .zoom = extra == 5,
					    .input = extra, .queue = extra, .choices = extra });
}

static void
subagents_stand_beside_main_from_a_hundred_columns(void **state)
{
	(void)state;
	struct layout l;
	layout_init(&l);
	struct layout_ask a = { .rows = 24, .columns = 100, .panes = 3, .input = 1 };
	layout_compute(&l, &a);
	assert_int_equal(l.panes.n, 3);
	assert_int_equal(l.panes.v[0].body.w, 60);
	assert_int_equal(l.panes.v[1].title.y, 1);
	assert_int_equal(l.panes.v[1].title.x, 61);
	assert_int_equal(layout_pane_at(&l, 2, 3), 0);
	assert_int_equal(layout_pane_at(&l, 2, 70), 1);
	a.columns = 99;
	layout_compute(&l, &a);
	assert_int_equal(l.panes.n, 1);
	assert_int_equal(l.tabs.h, 1);
	a.columns = 200;
	a.zoom = true;
	layout_compute(&l, &a);
	assert_int_equal(l.panes.n, 1);
	layout_done(&l);
}

static void
more_subagents_than_fit_are_a_list_and_tabs_where_it_is_narrow(void **state)
{
	(void)state;
	struct layout l;
	layout_init(&l);
	struct layout_ask a = { .rows = 24, .columns = 150, .panes = 10, .focus = 9, .input = 1 };
	layout_compute(&l, &a);
	assert_int_equal(l.panes.n, 1);
	assert_int_equal(l.panes.v[0].pane, 9);
	assert_int_equal(l.panes.v[0].body.w, 90);
	assert_int_equal(l.tabs.h, 0);
	assert_int_equal(l.list.h, l.area.h);
	assert_int_equal(l.list.x, 91);
	a.columns = 90;
	layout_compute(&l, &a);
	assert_int_equal(l.panes.v[0].pane, 9);
	assert_int_equal(l.tabs.h, 1);
	assert_int_equal(l.list.h, 0);
	layout_done(&l);
}

static void
the_input_takes_a_third_at_most(void **state)
{
	(void)state;
	struct layout l;
	layout_init(&l);
	layout_compute(&l, &(struct layout_ask){ .rows = 30, .columns = 80, .panes = 1, .input = 100 });
	assert_int_equal(l.input.h, 10);
	layout_compute(&l, &(struct layout_ask){ .rows = 1, .columns = 1, .panes = 1, .input = 100 });
	assert_int_equal(l.input.h, 1);
	layout_done(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_every_size_all_cells_belong_to_one_thing),
		cmocka_unit_test(subagents_stand_beside_main_from_a_hundred_columns),
		cmocka_unit_test(more_subagents_than_fit_are_a_list_and_tabs_where_it_is_narrow),
		cmocka_unit_test(the_input_takes_a_third_at_most),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
