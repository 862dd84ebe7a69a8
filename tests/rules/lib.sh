# lib.sh - what the rule tests share: the sources without their comments, and TAP.
#
# A rule test reads the sources below $SRCDIR and prints a TAP line a rule; what
# breaks a rule is listed under it as FILE:LINE:TEXT. Sourced, not run.

LC_ALL=C
export LC_ALL
cd "${SRCDIR:-.}" || exit 1

rules=0

# rule SENTENCE OFFENDERS: a rule holds when there are no offenders.
rule() {
	rules=$((rules + 1))
	if [ -z "$2" ]; then
		printf 'ok %d - %s\n' "$rules" "$1"
	else
		printf '%s\n' "$2" | sed 's/^/# /'
		printf 'not ok %d - %s\n' "$rules" "$1"
	fi
}

# The last call of a rule test.
rules_end() {
	echo "1..$rules"
}

# sources FOLDER...: the C files below, one a line.
sources() {
	find "$@" -name '*.[ch]' 2>/dev/null | sort
}

# code FOLDER...: every line of every C file as FILE:LINE:TEXT, without comments, a tab as a space.
code() {
	awk '
	FNR == 1 { in_comment = 0 }
	{
		out = ""; rest = $0
		while (rest != "") {
			if (in_comment) {
				end = index(rest, "*/")
				if (end == 0) break
				rest = substr(rest, end + 2); in_comment = 0
			} else if (match(rest, /["\047]|\/\*|\/\//) == 0) {
				out = out rest; rest = ""
			} else {
				mark = substr(rest, RSTART, RLENGTH)
				out = out substr(rest, 1, RSTART - 1)
				rest = substr(rest, RSTART)
				if (mark == "//") rest = ""
				else if (mark == "/*") { rest = substr(rest, 3); in_comment = 1 }
				else {
					if (mark == "\"") match(rest, /^"([^"\\]|\\.)*"?/)
					else match(rest, /^\047([^\047\\]|\\.)*\047?/)
					out = out substr(rest, 1, RLENGTH)
					rest = substr(rest, RLENGTH + 1)
				}
			}
		}
		gsub(/\t/, " ", out)
		if (out ~ /[^ ]/) print FILENAME ":" FNR ":" out
	}' $(sources "$@") /dev/null
}

# without_strings: the same lines with every string literal emptied.
without_strings() {
	sed 's/"\([^"\\]\|\\.\)*"/""/g'
}
