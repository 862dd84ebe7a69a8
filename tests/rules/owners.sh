#!/bin/sh
# What only some files may do. To add a rule, add three lines at the end: the sentence,
# a pattern of the files that may, and a pattern of what the others may not write. Patterns
# are extended regular expressions, the last one for code without its comments.
# shellcheck source=tests/rules/lib.sh
. "${SRCDIR:-.}/tests/rules/lib.sh"

all=$(code src)
# A pattern that says CALL is of function names: the call begins after what is not part of a name.
as_regexp() {
	printf '%s\n' "$1" | sed 's/^CALL\(.*\)$/[^A-Za-z0-9_.>]\1[ ]*\\(/'
}

# offenders MAY PATTERN
offenders() {
	printf '%s\n' "$all" | grep -vE "^($1)" |
	case $2 in CALL*) without_strings ;; *) cat ;; esac |
	grep -E "^[^:]*:[0-9]*.*$(as_regexp "$2")"
}

while read -r sentence && read -r may && read -r pattern; do
	rule "$sentence" "$(offenders "$may" "$pattern")"
done <<'END'
only src/aws reads the AWS_ variables
src/aws/
getenv[ ]*\([ ]*"AWS_
only paint.c writes to curses windows
src/ui/paint\.c
CALL((mv)?w?(add|ins)(_?n?w?str|_?w?ch(n?str)?|nwstr)|(mv)?w?printw|vw_?printw|w?echo_?w?char)
only spawn.c starts programs
src/base/spawn\.c
CALL(v?fork|_Fork|f?exec(l|v|le|ve|lp|vp|vpe|veat)|posix_spawnp?|system|popen|clone3?)
only line.c includes readline
src/ui/line\.c
#[ ]*include[ ]*<readline/
only src/ui includes curses
src/ui/
#[ ]*include[ ]*<n?curses
only src/net includes libcurl
src/net/
#[ ]*include[ ]*<curl/
only src/text includes md4c and utf8proc
src/text/
#[ ]*include[ ]*<(md4c|utf8proc)
only the demo's launcher knows adit-sim
src/app/demo\.c
"[^"]*adit-sim
only mem.c allocates, and what wipes for libcurl
src/(base/mem|net/curlinit)\.[ch]
CALL(malloc|calloc|realloc|reallocarray|strn?dup|v?asprintf)
nobody copies without a bound, or calls what cannot be called safely
nowhere
CALL(strcpy|stpcpy|strcat|v?sprintf|strtok(_r)?|gets|system|alloca|tmpnam|mktemp)
only src/aws names the AWS_ variables, and `auth export' writes them
src/(aws/|app/cli-auth\.c)
"AWS_[A-Z0-9_]+"
what credentials there are decides about no call: the list made at start and the first words may ask
src/(aws/|app/(discovery|probe|first)\.[ch])
CALL(creds_is_configured|creds_peek)
nobody asks whether a key is set
nowhere
CALL[a-z_]*(has|have|had|is|got|need|needs|without|missing|check|find)_(an?_|the_)?(api_|access_)?keys?(_set)?
END
rules_end
