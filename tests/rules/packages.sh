#!/bin/sh
# What configure looks for, bootstrap installs.
# shellcheck source=tests/rules/lib.sh
. "${SRCDIR:-.}/tests/rules/lib.sh"

# The pkg-config modules of configure.ac, without versions.
modules() {
	sed -n 's/.*PKG_CHECK_MODULES(\[[A-Z]*\], \[\([^]]*\)\].*/\1/p' configure.ac |
		sed 's/>= *[0-9.]*//g' | tr ' ' '\n' | grep .
}

rule "bootstrap has a package for every library that configure looks for" "$(
	[ "$(modules | wc -l)" -ge 10 ] || echo "found only: $(modules | tr '\n' ' ')"
	for module in $(modules); do
		grep -q "^[a-z]*  *pc:$module " bootstrap || echo "$module"
	done)"
rule "bootstrap looks for no library that configure does not" "$(
	sed -n 's/^[a-z]*  *pc:\([^ ]*\) .*/\1/p' bootstrap | while read -r module; do
		modules | grep -qxF "$module" || echo "$module"
	done)"
rule "bootstrap is a script that POSIX shells read, and has help" "$(
	sh -n bootstrap 2>&1
	sh ./bootstrap --help | grep -q -e --check || echo "no --check in its help")"
rules_end
