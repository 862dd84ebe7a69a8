#!/bin/sh
# What every source file begins with: a comment that says what it is for; in a header, a
# guard that says where it lies.
# shellcheck source=tests/rules/lib.sh
. "${SRCDIR:-.}/tests/rules/lib.sh"

without_opening_comment() {
	for file in $(sources src sim bench); do
		case $(head -n 1 "$file") in
		'/*'*) ;;
		*) echo "$file:1:$(head -n 1 "$file")" ;;
		esac
	done
}

# src/aws/sso-login.h is guarded by ADIT_AWS_SSO_LOGIN_H.
without_guard() {
	for file in $(sources src | grep '\.h$'); do
		guard=$(echo "ADIT_${file#src/}" | tr 'a-z/.-' 'A-Z___')
		if ! grep -qx "#ifndef $guard" "$file" || ! grep -qx "#define $guard" "$file"; then
			echo "$file:1: is not guarded by $guard"
		fi
	done
}

without_config() {
	for file in $(sources src | grep '\.c$'); do
		first=$(grep -n '^#[ 	]*include' "$file" | head -n 1)
		case $first in *'"config.h"') ;; *) echo "$file:$first" ;; esac
	done
}

rule "every C file opens with a comment that says what it is for" "$(without_opening_comment)"
rule "every header of src is guarded by the name of its place" "$(without_guard)"
rule "every source of src includes config.h before anything else" "$(without_config)"
rules_end
