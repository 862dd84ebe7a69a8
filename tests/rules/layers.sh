#!/bin/sh
# A folder under src/ includes itself and the folders before it in this list, nothing else.
# shellcheck source=tests/rules/lib.sh
. "${SRCDIR:-.}/tests/rules/lib.sh"

order="base text net store aws model tool agent ui app"

# Prints the #include lines of one folder that name a folder it may not know.
reaches_up() {
	code "src/$1" | grep -E '^[^:]*:[0-9]*:[ ]*#[ ]*include[ ]*"' |
	grep -vE "\"config\.h\"|\"($2)/"
}

allowed=
for folder in $order; do
	allowed="${allowed:+$allowed|}$folder"
	rule "src/$folder includes only ${allowed}" "$(reaches_up "$folder" "$allowed")"
done

strangers=$(find src -mindepth 1 -maxdepth 1 2>/dev/null | grep -vE "^src/($allowed)\$")
rule "every folder under src/ is a layer, and no source lies outside one" "$strangers"

rule "the simulator includes nothing of adit's" "$(code sim | grep -E '#[ ]*include[ ]*"[^"]*/')"
rules_end
