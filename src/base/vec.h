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

/* The vector is evaluated once in each, so that it may be an expression with effects. */
#define vec_reserve(x, want)                                                                       \
	do {                                                                                       \
		__typeof__(x) vec_r_ = (x);                                                        \
		size_t vec_w_ = (want);                                                            \
		if (vec_w_ > vec_r_->cap) {                                                        \
			vec_r_->cap = vec_r_->cap * 2 > vec_w_ ? vec_r_->cap * 2 : vec_w_ + 4;     \
			vec_r_->v = mem_resize_array(vec_r_->v, vec_r_->cap, sizeof *vec_r_->v);   \
		}                                                                                  \
	} while (0)

#define vec_add(x, item)                                                                           \
	do {                                                                                       \
		__typeof__(x) vec_a_ = (x);                                                        \
		vec_reserve(vec_a_, vec_a_->n + 1);                                                \
		vec_a_->v[vec_a_->n++] = (item);                                                   \
	} while (0)

/* Removes n items from position i on; the rest moves up. */
#define vec_cut(x, i, count)                                                                       \
	do {                                                                                       \
		__typeof__(x) vec_c_ = (x);                                                        \
		size_t vec_i_ = (i), vec_k_ = (count);                                             \
		memmove(vec_c_->v + vec_i_, vec_c_->v + vec_i_ + vec_k_,                           \
		    (vec_c_->n - vec_i_ - vec_k_) * sizeof *vec_c_->v);                            \
		vec_c_->n -= vec_k_;                                                               \
	} while (0)

#define vec_done(x)                                                                                \
	do {                                                                                       \
		__typeof__(x) vec_d_ = (x);                                                        \
		free(vec_d_->v);                                                                   \
		vec_d_->v = NULL;                                                                  \
		vec_d_->n = vec_d_->cap = 0;                                                       \
	} while (0)

#endif
