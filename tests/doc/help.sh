#!/bin/sh
# Help, manual and completion speak of the same options and commands.
# shellcheck source=tests/rules/lib.sh
. "${SRCDIR:-.}/tests/rules/lib.sh"

man=doc/adit.1
LC_ALL=C LANGUAGE=C
export LC_ALL LANGUAGE
help=$("$ADIT" --help)

# not_in_manual WORD...: those that the manual does not have in bold, as \fB\-\-effort\fR.
not_in_manual() {
	for word in "$@"; do
		escaped=$(printf '%s' "$word" | sed 's/-/\\\\-/g')
		grep -q "^\.B[RI]* .*$escaped\([^a-z-]\|\$\)\|\\\\fB$escaped\([^a-z-]\|\$\)" "$man" || echo "$word"
	done
}

options() {
	printf '%s\n' "$1" | sed -n 's/^ *\(-[a-zA-Z], \)* *\(--[a-z-]*\).*/\2/p'
}

# "auth status|export" of the help as "auth" and as "auth status", "auth export".
commands() {
	printf '%s\n' "$help" | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p'
}
commands_and_verbs() {
	printf '%s\n' "$help" | sed -n '/^Commands/,/^$/s/^  \([a-z]*\) \([a-z0-9|]*\).*/\1 \2/p' |
	while read -r command verbs; do
		for verb in $(echo "$verbs" | tr '|' ' '); do
			echo "$command $verb"
		done
	done
}
# The same of the manual's headings: `.BR "adit auth export" ...'.
verbs_not_in_manual() {
	commands_and_verbs | while read -r command verb; do
		sed -n '/^\.SH COMMANDS/,/^\.SH "SLASH/s/^\.B[A-Z]* //p' "$man" |
		grep "^\"*adit $command\($\|[^a-z]\)" | grep -qw -e "$verb" || echo "$command $verb"
	done
}

# The rows of the tables, in the source: slash commands are shown on the screen only.
slash_commands() {
	sed -n '/struct command rows\[\]/,/^};/s/^[	 ]*{ "\([a-z]*\)".*/\/\1/p' src/app/command.c
}

rule "adit --help names options and commands" "$(
	[ "$(options "$help" | wc -l)" -ge 15 ] || echo "only: $(options "$help" | tr '\n' ' ')"
	[ "$(commands | wc -l)" -ge 4 ] || echo "only: $(commands | tr '\n' ' ')")"
rule "every option of adit --help is in the manual" "$(not_in_manual $(options "$help"))"
rule "every command of adit --help is in the manual" "$(verbs_not_in_manual)"
rule "every slash command is in the manual" "$(
	[ "$(slash_commands | wc -l)" -ge 8 ] || echo "found only: $(slash_commands | tr '\n' ' ')"
	not_in_manual $(slash_commands))"

# The keys of a table that has them in its second column, and those of the manual.
keys_of_table() {
	sed -n 's/^	{ "[a-z-]*", "\([^"]*\)",.*/\1/p' src/ui/action.c | sort
}
keys_of_manual() {
	sed -n '/^\.SH KEYS/,/^\.SH "SIGN/s/^\.B "\(.*\)"$/\1/p' "$man" |
		sed 's/\\-/-/g; s/\\(ha/^/g; s/\\\[u2026\]/…/g' | sort
}
rule "the manual has the keys of the table, and no others" "$(
	[ "$(keys_of_table | wc -l)" -ge 20 ] || echo "found only: $(keys_of_table | tr '\n' ' ')"
	{ keys_of_table; keys_of_manual; } | sort | uniq -u)"

# The other way round: the manual promises nothing that is not there.
promised() {
	sed -n '/^\.SH OPTIONS/,/^\.SH COMMANDS/s/^\.B.*\(\\-\\-[a-z][a-z\\-]*\).*/\1/p' "$man" | sed 's/\\//g'
}
promised_commands() {
	sed -n '/^\.SH COMMANDS/,/^\.SH "SLASH/s/^\.B[A-Z]* "adit \([a-z]*\).*/\1/p' "$man" | sort -u
}
rule "every option of the manual is in adit --help" "$(
	for option in $(promised); do
		options "$help" | grep -qx -e "$option" || echo "$option"
	done)"

rule "every command of the manual is in adit --help" "$(
	for command in $(promised_commands); do
		commands | grep -qx "$command" || echo "$command"
	done)"

rule "every command answers --help" "$(
	for command in $(commands); do
		"$ADIT" "$command" --help 2>&1 </dev/null | grep -q . || echo "$command says nothing"
		"$ADIT" "$command" --help >/dev/null 2>&1 </dev/null || echo "$command fails"
	done)"

# complete WORD...: what bash offers for the last word.
complete_with_bash() {
	bash -c '. data/completion/adit
		COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _adit "$1"; printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$ADIT" "$@"
}
if command -v bash >/dev/null; then
	rule "bash completes options, commands and their words" "$(
		complete_with_bash --eff | grep -qx -e --effort || echo "not --effort"
		complete_with_bash deb | grep -qx debug || echo "not debug"
		complete_with_bash auth sta | grep -qx status || echo "not auth status"
		complete_with_bash --effort xh | grep -qx xhigh || echo "not xhigh")"
fi
rules_end
