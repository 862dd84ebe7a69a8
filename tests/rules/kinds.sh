#!/bin/sh
# There is no call to AWS of a kind that is not in the table (src/aws/kinds.h), and no row without a call.
# shellcheck source=tests/rules/lib.sh
. "${SRCDIR:-.}/tests/rules/lib.sh"

all=$(code src | grep -v '^src/aws/kinds\.[ch]:')

# "struct aws_call call = {" and "(struct aws_call){" of each file, against the kinds that are named there.
calls_of() {
	printf '%s\n' "$all" | grep "^$1:" | grep -cE 'struct aws_call( [a-z_]+ =|\)) ?\{'
}
kinds_of() {
	printf '%s\n' "$all" | grep "^$1:" | grep -cE '\.kind = (kind|call->kind|AWS_[A-Z]|[a-z>-]+ \? AWS_)'
}
without_kind() {
	printf '%s\n' "$all" | grep -E 'struct aws_call( [a-z_]+ =|\)) ?\{' | cut -d: -f1 | sort -u |
	while read -r file; do
		[ "$(calls_of "$file")" -le "$(kinds_of "$file")" ] || echo "$file: a call without its kind"
	done
}

# Whoever sends a call has made one.
senders_without_call() {
	printf '%s\n' "$all" | grep -E '[^A-Za-z0-9_](aws_prepare|aws_fetch|request_prepare)[ ]*\(' |
	grep '^[^:]*\.c:' | cut -d: -f1 | sort -u | while read -r file; do
		printf '%s\n' "$all" | grep "^$file:" | grep -q 'struct aws_call' || echo "$file"
	done
}

# The kinds of the table that nobody uses.
rows() {
	code src/aws | grep '^src/aws/kinds\.h:' | sed -n 's/.* ROW(\(AWS_[A-Z_]*\),.*/\1/p'
}
unused_rows() {
	for kind in $(rows); do
		printf '%s\n' "$all" | grep -q "[^A-Z_]$kind[^A-Z_]" || echo "src/aws/kinds.h: $kind"
	done
}

rule "every call to AWS says of which kind it is" "$(without_kind)"
rule "whoever sends a call to AWS makes one with its kind" "$(senders_without_call)"
rule "every kind of call is made somewhere" "$(
	[ -n "$(rows)" ] || [ ! -f src/aws/kinds.h ] || echo "src/aws/kinds.h: no rows found"
	unused_rows)"
rules_end
