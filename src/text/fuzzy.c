/*
 * fuzzy.c - see fuzzy.h.
 *
 * For each word the best of all its subsequences in the text is found by
 * dynamic programming: best[i][j] is the score of the first i characters of
 * the word with the i-th at text position j. 64 by 256 at most.
 */
#include "config.h"

#include "text/fuzzy.h"

#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

#include "base/str.h"
#include "text/utf8.h"

enum {
	SCORE_HIT = 16,
	SCORE_WORD = 12,        /* at the beginning of a word */
	SCORE_RUN = 16,         /* directly behind the hit before */
	SCORE_FIRST = 8,        /* at the beginning of the text */
	COST_GAP = 3,           /* a gap, and */
	COST_SKIP = 1,          /* each character in it */
	NONE = -30000,          /* no way to get there */
};

struct letters {
	size_t		n;
	uint32_t	cp[FUZZY_TEXT_MAX];     /* folded */
	uint16_t	at[FUZZY_TEXT_MAX];     /* byte offset */
	bool		start[FUZZY_TEXT_MAX];  /* a word begins here */
};

static bool
is_letter(uint32_t cp)
{
	return cp >= 0x80 || (cp | 0x20) - 'a' < 26 || cp - '0' < 10;
}

static bool
is_upper(uint32_t cp)
{
	return utf8proc_isupper((utf8proc_int32_t)cp);
}

static bool
has_capital(const char *s)
{
	size_t n = strlen(s);
	uint32_t cp;
	for (size_t i = 0; i < n;) {
		i += utf8_decode(s + i, n - i, &cp);
		if (is_upper(cp))
			return true;
	}
	return false;
}

static void
read_letters(struct letters *l, const char *s, size_t n, bool fold)
{
	uint32_t before = ' ';
	l->n = 0;
	for (size_t i = 0; i < n && l->n < FUZZY_TEXT_MAX && i < UINT16_MAX;) {
		uint32_t cp;
		l->at[l->n] = (uint16_t)i;
		i += utf8_decode(s + i, n - i, &cp);
		l->start[l->n] =
		    is_letter(cp) && (!is_letter(before) || (is_upper(cp) && !is_upper(before)) ||
					 (cp - '0' < 10) != (before - '0' < 10));
		before = cp;
		l->cp[l->n++] = fold ? (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp) : cp;
	}
}

/* best[i][j] as said above, and at which position the character before was hit. */
struct matrix {
	short	best[FUZZY_WORD_MAX][FUZZY_TEXT_MAX];
	short	from[FUZZY_WORD_MAX][FUZZY_TEXT_MAX];
};

/* Fills row i of the matrix from the row above. */
static void
fill_row(struct matrix *m, size_t i, const struct letters *word, const struct letters *text)
{
	const short *above = i > 0 ? m->best[i - 1] : NULL;
	int reach = NONE;       /* the best of the row above, less what it costs to come here */
	short reach_from = -1;
	for (size_t j = 0; j < text->n; j++) {
		m->best[i][j] = NONE;
		if (i > 0 && j >= 2 && above[j - 2] > NONE && above[j - 2] - COST_GAP > reach) {
			reach = above[j - 2] - COST_GAP;
			reach_from = (short)(j - 2);
		}
		if (reach > NONE)
			reach -= COST_SKIP;
		if (word->cp[i] != text->cp[j])
			continue;
		int score = i == 0 ? 0 : reach;
		m->from[i][j] = reach_from;
		if (i > 0 && j > 0 && above[j - 1] > NONE && above[j - 1] + SCORE_RUN >= score) {
			score = above[j - 1] + SCORE_RUN;
			m->from[i][j] = (short)(j - 1);
		}
		if (score > NONE)
			m->best[i][j] =
			    (short)(score + SCORE_HIT + (text->start[j] ? SCORE_WORD : 0) +
				    (j == 0 ? SCORE_FIRST : 0));
	}
}

/* The best score of a word in the text; marks the characters it hits. */
static int
match_word(const struct letters *word, const struct letters *text, unsigned char *hit)
{
	struct matrix m;
	for (size_t i = 0; i < word->n; i++)
		fill_row(&m, i, word, text);
	const short *last = m.best[word->n - 1];
	size_t end = 0;
	for (size_t j = 1; j < text->n; j++)
		if (last[j] > last[end])
			end = j;
	if (text->n == 0 || last[end] <= NONE)
		return FUZZY_NO_MATCH;
	size_t j = end;
	for (size_t i = word->n; hit != NULL && i-- > 0; j = (size_t)m.from[i][j])
		hit[text->at[j]] = 1;
	return last[end] > 0 ? last[end] : 0;
}

int
fuzzy_match(const char *query, const char *text, unsigned char *hit, size_t n)
{
	bool fold = !has_capital(query);
	struct letters letters, word;
	read_letters(&letters, text, strlen(text), fold);
	if (hit != NULL)
		memset(hit, 0, n);
	int sum = 0;
	for (const char *p = query;;) {
		p += strspn(p, " ");
		size_t len = strcspn(p, " ");
		if (len == 0)
			return sum;
		read_letters(&word, p, len, fold);
		if (word.n > FUZZY_WORD_MAX)
			return FUZZY_NO_MATCH;
		int score = match_word(&word, &letters, hit);
		if (score == FUZZY_NO_MATCH)
			return FUZZY_NO_MATCH;
		sum += score;
		p += len;
	}
}

int
fuzzy_score(const char *query, const char *text)
{
	return fuzzy_match(query, text, NULL, 0);
}

/* ---- distance ---- */

#define DISTANCE_MAX 64

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static int
least(int a, int b, int c)
{
	int ab = a < b ? a : b;
	return ab < c ? ab : c;
}

int
fuzzy_distance(const char *a, const char *b, int ceiling)
{
	size_t n = strlen(a), k = strlen(b);
	if (n > DISTANCE_MAX || k > DISTANCE_MAX)
		return ceiling + 1;
	int rows[3][DISTANCE_MAX + 1];
	int *above2 = rows[0], *above = rows[1], *row = rows[2];
	for (size_t j = 0; j <= k; j++)
		above[j] = (int)j;
	for (size_t i = 1; i <= n; i++) {
		row[0] = (int)i;
		int lowest = row[0];
		for (size_t j = 1; j <= k; j++) {
			int same = lower(a[i - 1]) == lower(b[j - 1]);
			row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]) && above2[j - 2] + 1 < row[j])
				row[j] = above2[j - 2] + 1;
			lowest = row[j] < lowest ? row[j] : lowest;
		}
		/* A swap reaches two rows up, but never gains on a row that is too far by two. */
		if (lowest > ceiling + 1)
			return ceiling + 1;
		int *t = above2;
		above2 = above;
		above = row;
		row = t;
	}
	return above[k] <= ceiling ? above[k] : ceiling + 1;
}

const char *
fuzzy_nearest(const char *word, const char *const *names, size_t n)
{
	size_t len = strlen(word);
	if (len == 0)
		return NULL;
	int ceiling = len < 3 ? 1 : (int)(len + 2) / 3;
	const char *found = NULL;
	for (size_t i = 0; i < n; i++) {
		int d = fuzzy_distance(word, names[i], ceiling);
		if (d <= ceiling) {
			found = names[i];
			ceiling = d - 1;
		}
	}
	for (size_t i = 0; found == NULL && len >= 2 && i < n; i++)
		if (str_starts(names[i], word))
			found = names[i];
	return found;
}
