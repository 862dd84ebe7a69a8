/*
 * languages.h - what the highlighter knows of a language, one row each.
 *
 * To add a language, add a row to languages.c; nothing else names languages.
 */
#ifndef ADIT_TEXT_LANGUAGES_H
#define ADIT_TEXT_LANGUAGES_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LANG_NOCASE = 1,        /* keywords in any case */
	LANG_CALLS = 2,         /* a name before "(" is a function */
	LANG_CAPS = 4,          /* a Capitalised name is a type */
	LANG_PREPROCESSOR = 8,  /* "#word" at the start of a line, "<header>" behind it */
	LANG_AT = 16,           /* "@name" is an annotation or at-rule */
	LANG_DOLLAR = 32,       /* "$name", "${...}" and "$(" are variables */
	LANG_DASH = 64,         /* names contain "-" */
	LANG_WORD_COMMENT = 128,/* a line comment begins only at the start of a word */
	LANG_KEY_COLON = 256,   /* "name:" at the start of a line is a key */
	LANG_KEY_EQUALS = 512,  /* "name =" at the start of a line is a key, "[name]" a section */
	LANG_KEY_STRING = 1024, /* a string before ":" is a key */
	LANG_MARKUP = 2048,     /* text with <tags> */
	LANG_DIFF = 4096,       /* the first character of a line tells */
	LANG_FIRST_WORD = 8192, /* keywords only as the first word of a line */
};

enum {
	DELIM_ESCAPE = 1,       /* a backslash protects the next character */
	DELIM_LINES = 2,        /* goes on over the end of the line */
	DELIM_CHAR = 4,         /* one character only: 'x' but not a lifetime 'a */
	DELIM_COMMENT = 8,      /* a comment; otherwise a string */
	DELIM_TYPE = 16,        /* shown as a type: attributes, variables */
	DELIM_LINE_START = 32,  /* opens only in column 0 */
};

struct delim {
	const char	*open, *close;
	uint8_t		 flags;
};

#define LANG_DELIMS 6
#define LANG_COMMENTS 2

struct language {
	const char	*names;         /* the first is its name; separated by spaces */
	unsigned	 flags;
	const char	*comments[LANG_COMMENTS];       /* to the end of the line */
	struct delim	 delims[LANG_DELIMS];           /* longer openings before shorter */
	const char	*keywords, *types, *constants;  /* separated by spaces */
};

extern const struct language languages[];
extern const int languages_count;

#endif
