#!/bin/sh
# That the rules bite: each is broken once, in a tree made for it, and must be the one that fails.
# A row: the rule test, the number of the rule, the file that breaks it, what is in the file.
# shellcheck source=tests/rules/lib.sh
rules_dir=$(cd "${SRCDIR:-.}/tests/rules" && pwd)
. "$rules_dir/lib.sh"

tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT

# A tree that breaks no rule, and says everything that a rule looks for in comments.
make_tree() {
	rm -rf "$tree"
	for folder in base text net store aws model tool agent ui app; do
		mkdir -p "$tree/src/$folder"
	done
	mkdir -p "$tree/tests" "$tree/po" "$tree/sim"
	ln -s "$rules_dir" "$tree/tests/rules"
	cat >"$tree/src/base/good.c" <<'END'
/* good.c - fork(), strcpy() and adit-sim are only spoken of. */
#include "config.h"

#include "base/good.h"

/* malloc(1), addstr("x") and
 * getenv("AWS_PROFILE") likewise; */ // as is system("ls")
const char *good = _("don't call \"popen(\" or execvp() here"), quote = '"';
END
	cat >"$tree/src/base/good.h" <<'END'
/* good.h - as it should be. */
#ifndef ADIT_BASE_GOOD_H
#define ADIT_BASE_GOOD_H
#endif
END
	echo src/base/good.c >"$tree/po/POTFILES.in"
}

failures() {
	SRCDIR=$tree sh "$rules_dir/$1.sh" | sed -n 's/^not ok \([0-9]*\).*/\1/p' | tr '\n' ' '
}

# bites TEST RULE FILE TEXT: adds TEXT to FILE and runs TEST.
bites() {
	make_tree
	mkdir -p "$(dirname "$tree/$3")"
	printf "%b\n" "$4" >>"$tree/$3"
	failed=$(failures "$1")
	rule "$1 $2 notices $3: $4" "$([ "$failed" = "$2 " ] || echo "rules that failed: ${failed:-none}")"
}

for test in layers owners files kinds translation; do
	make_tree
	rule "a good tree passes $test" "$(failures "$test")"
done

while read -r test number file text; do
	bites "$test" "$number" "$file" "$text"
done <<'END'
layers 1 src/base/good.c #include "text/clean.h"
layers 9 src/ui/x.c #\tinclude "app/app.h"
layers 3 src/net/x.c #include "../aws/creds.h"
layers 11 src/extra/x.c int x;
layers 11 src/x.c int x;
layers 12 sim/x.c #include "base/buf.h"
layers 10 src/app/x.c #include "../../sim/bytes.h"
owners 1 src/app/cli-auth.c const char *p = getenv("AWS_PROFILE");
owners 2 src/ui/view.c mvwaddnwstr(w, 0, 0, text, n);
owners 2 src/ui/view.c \twadd_wch(w, &c);
owners 2 src/ui/view.c addstr("x");
owners 3 src/tool/x.c pid_t p = fork();
owners 3 src/app/x.c FILE *f = popen("ls", "r");
owners 3 src/app/x.c if (execvp (argv[0], argv) < 0)
owners 4 src/ui/input.c #include <readline/history.h>
owners 5 src/app/x.c #include <ncurses.h>
owners 6 src/aws/x.c #include <curl/curl.h>
owners 7 src/ui/x.c #include <utf8proc.h>
owners 8 src/ui/x.c const char *p = "/usr/libexec/adit-sim";
owners 9 src/net/x.c char *p = strdup(q);
owners 9 src/net/x.c char *p = realloc(q, 1); /* a comment
owners 12 src/model/x.c if (creds_peek(aws) == NULL)
owners 13 src/agent/x.c if (!aws_has_api_key(aws))
owners 10 src/net/x.c \tstrcpy(a, b);
owners 10 src/net/x.c n = sprintf(a, "%d", 1);
owners 10 src/net/x.c for (p = strtok(a, ","); p;
owners 11 src/app/x.c static const char name[] = "AWS_REGION";
files 1 sim/x.c int x;
files 2 src/app/x.h /* x.h - unguarded. */
files 3 src/app/x.c /* x.c - forgetful. */\n#include <stdio.h>
kinds 1 src/app/x.c const struct aws_call call = { .method = "GET" };
kinds 2 src/app/x.c rc = aws_fetch(aws, call, &reply, NULL, err);
kinds 3 src/aws/kinds.h \tROW(AWS_NEW, "new", "New", AWS_STS, "", "new")
translation 1 src/app/x.c puts(_("Good morning."));
translation 1 src/app/x.c static const char *t[] = { N_("one") };
translation 2 po/POTFILES.in src/app/gone.c
translation 3 po/POTFILES.in src/base/good.c
END
rules_end
