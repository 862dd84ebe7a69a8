/*
 * fuzzy.h - what did they mean? Matching and ranking for pickers, distance for
 * "did you mean". Case does not count unless the query has a capital. Pure.
 */
#ifndef ADIT_TEXT_FUZZY_H
#define ADIT_TEXT_FUZZY_H

#include <stddef.h>
#include <stdint.h>

#define FUZZY_NO_MATCH (-1)
#define FUZZY_TEXT_MAX 256      /* characters of a text that are looked at */
#define FUZZY_WORD_MAX 64       /* characters of a word of the query */

/*
 * How well `text` (UTF-8) answers the query: each of its words, separated by
 * spaces, must be found as a subsequence, in any order. Higher is better; runs
 * of characters and beginnings of words count, gaps cost. An empty query
 * matches everything with 0. FUZZY_NO_MATCH when a word is not found.
 */
int	 fuzzy_score(const char *query, const char *text);

/* The same, and sets hit[i] to 1 for each byte of text (its length is n) where a matched
 * character begins, to 0 elsewhere: for showing why. */
int	 fuzzy_match(const char *query, const char *text, unsigned char *hit, size_t n);

/*
 * Edits that make a out of b: insertions, deletions, substitutions and swaps of
 * neighbours (Damerau and Levenshtein), ASCII case ignored. Gives ceiling + 1 as
 * soon as it is known to be more than the ceiling, and for texts over 64 bytes.
 */
int	 fuzzy_distance(const char *a, const char *b, int ceiling);

/* The nearest of n names, or NULL when none is near enough to be meant: a prefix or a third of
 * the word mistyped. The first of equals. Borrowed from `names`. */
const char *fuzzy_nearest(const char *word, const char *const *names, size_t n);

#endif
