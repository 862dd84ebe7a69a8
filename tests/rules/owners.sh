#!/bin/sh
# What only some files may do. To add a rule, add a row:
#
#	the sentence | the files that may (a pattern) | what the others may not write
#
# Patterns are extended regular expressions; the third is matched against the code
# without comments, where a call begins after something that is not part of a name.
# shellcheck source=tests/rules/lib.sh
. "${SRCDIR:-.}/tests/rules/lib.sh"

table() {
	cat <<'END'
only src/aws reads the AWS_ variables|src/aws/|getenv[ ]*\([ ]*"AWS_
only paint.c writes to curses windows|src/ui/paint\.c|CALL((mv)?w?(add|ins)(_?n?w?str|_?w?ch(n?str)?|nwstr)|(mv)?w?printw|vw_?printw|w?echo_?w?char)
only spawn.c starts programs|src/base/spawn\.c|CALL(v?fork|_Fork|f?exec(l|v|le|ve|lp|vp|vpe|veat)|posix_spawnp?|system|popen|clone3?)
only line.c includes readline|src/ui/line\.c|#[ ]*include[ ]*<readline/
only src/ui includes curses|src/ui/|#[ ]*include[ ]*<n?curses
only src/net includes libcurl|src/net/|#[ ]*include[ ]*<curl/
only src/text includes md4c and utf8proc|src/text/|#[ ]*include[ ]*<(md4c|utf8proc)
only the demo's launcher knows adit-sim|src/app/demo\.c|"[^"]*adit-sim
only mem.c allocates|src/base/mem\.[ch]|CALL(malloc|calloc|realloc|reallocarray|strn?dup|v?asprintf)
only wiped.c and its like may be unsafe: nobody copies without a bound|nowhere|CALL(strcpy|stpcpy|strcat|v?sprintf|strtok(_r)?|gets|system|alloca|tmpnam|mktemp)
END
}

all=$(code src)
while IFS='|' read -r sentence may rest; do
	pattern=$(printf '%s\n' "$rest" | sed 's/^CALL\(.*\)$/(^|[^A-Za-z0-9_.>])\1[ ]*\\(/')
	offenders=$(printf '%s\n' "$all" | grep -vE "^$may" |
	    case $rest in CALL*) without_strings ;; *) cat ;; esac |
	    sed 's/:/\t/2' | grep -E "	.*$pattern|	$pattern" | sed 's/\t/:/')
	rule "$sentence" "$offenders"
done <<END
$(table)
END
rules_end
