/*
 * vec.h - growing arrays, as a declaration and a few macros.
 *
 *	struct names VEC(char *);          a struct with v, n, cap
 *	vec_add(&names, s);
 *	for (size_t i = 0; i < names.n; i++) use(names.v[i]);
 *	vec_done(&names);                  frees the array, not what it holds
 */
#ifndef ADIT_BASE_VEC_H
#define ADIT_BASE_VEC_H

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define VEC(type)                                                                                  \
	{                                                                                          \
		type *v;                                                                           \
		size_t n, cap;                                                                     \
	}

#define vec_reserve(x, want)                                                                       \
	do {                                                                                       \
		if ((want) > (x)->cap) {                                                           \
			(x)->cap = (x)->cap * 2 > (want) ? (x)->cap * 2 : (want) + 4;              \
			(x)->v = mem_resize_array((x)->v, (x)->cap, sizeof *(x)->v);               \
		}                                                                                  \
	} while (0)

#define vec_add(x, item)                                                                           \
	do {                                                                                       \
		vec_reserve((x), (x)->n + 1);                                                      \
		(x)->v[(x)->n++] = (item);                                                         \
	} while (0)

/* Removes n items from position i on; the rest moves up. */
#define vec_cut(x, i, count)                                                                       \
	do {                                                                                       \
		memmove((x)->v + (i), (x)->v + (i) + (count),                                      \
		    ((x)->n - (i) - (count)) * sizeof *(x)->v);                                    \
		(x)->n -= (count);                                                                 \
	} while (0)

#define vec_done(x)                                                                                \
	do {                                                                                       \
		free((x)->v);                                                                      \
		(x)->v = NULL;                                                                     \
		(x)->n = (x)->cap = 0;                                                             \
	} while (0)

#endif
