#!/bin/sh
# What translators work from: po/POTFILES.in names the files with sentences in them.
# shellcheck source=tests/rules/lib.sh
. "${SRCDIR:-.}/tests/rules/lib.sh"

# _("…"), N_("…") and ngettext("…"), also over a line's end.
speaking=$(code src | grep -E '(^|[^A-Za-z0-9_])(N?_|ngettext)[ ]*\(' |
	grep -vE '#[ ]*define' | cut -d: -f1 | sort -u)
listed=$(grep -v '^#' po/POTFILES.in 2>/dev/null | sed '/^[ ]*$/d' | sort)

not_in() {
	printf '%s\n' "$1" | while read -r file; do
		[ -z "$file" ] || printf '%s\n' "$2" | grep -qxF "$file" || echo "$file"
	done
}

missing_files() {
	printf '%s\n' "$listed" | while read -r file; do
		[ -z "$file" ] || [ -f "$file" ] || echo "po/POTFILES.in: there is no $file"
	done
}

rule "every file with a sentence for people is in po/POTFILES.in" "$(not_in "$speaking" "$listed")"
rule "every file that po/POTFILES.in names is there" "$(missing_files)"
rule "po/POTFILES.in names each file once" "$(printf '%s\n' "$listed" | uniq -d)"
rules_end
