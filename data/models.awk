# models.awk - data/models.tsv to the C table behind catalogue_facts().
# A line that is not right ends the build, with its number.

BEGIN {
	FS = "\t"
	print "/* Made from data/models.tsv by data/models.awk: change those. */"
	print "#include \"config.h\"\n"
	print "#include \"model/facts.h\"\n"
	print "const struct model_facts facts_table[] = {"
}

function refuse(why) {
	print FILENAME ":" FNR ": " why > "/dev/stderr"
	failed = 1
	exit 1
}

# The sources that letters name: declared above, each with its date.
function check_sources(letters) {
	if (letters !~ /^[A-Z]+$/)
		refuse("a figure without a source")
	for (k = 1; k <= length(letters); k++)
		if (!(substr(letters, k, 1) in source))
			refuse("the source " substr(letters, k, 1) " is not declared")
}

# "1000000?" and "1000000@C" are 1000000; "-" is what stands for unknown in C.
function figure(s, unknown) {
	if (s == "-")
		return unknown
	if (split(s, part, "@") == 2)
		check_sources(part[2])
	else
		check_sources($10)
	s = part[1]
	sub(/\?$/, "", s)
	if (s !~ /^[0-9]+(\.[0-9]+)?$/)
		refuse("\"" s "\" is no figure")
	return s
}

function flag(letter) {
	return index($5, letter) > 0 ? "true" : "false"
}

/^#source [A-Z] 20[0-9][0-9]-[01][0-9] ./ { source[substr($0, 9, 1)] = 1; next }
/^#/ || /^$/ { next }

NF != 10 { refuse("10 columns are wanted, " NF " are here") }
$1 !~ /^[a-z0-9.:-]+$/ || $2 ~ /["\\]/ { refuse("the id or the name holds a wrong character") }
$5 !~ /^[RVTK-]+$/ { refuse("flags are of R, V, T, K") }
$10 !~ /^(-|[A-Z]+)$/ { refuse("the sources are letters, or -") }

{
	printf "\t{ \"%s\", \"%s\", %s, %s,\n", $1, $2, figure($3, 0), figure($4, 0)
	printf "\t    .reasoning = %s, .images = %s, .tools = %s, .cache = %s,\n", flag("R"), flag("V"), flag("T"), flag("K")
	printf "\t    .prices = { %s, %s, %s, %s } },\n", figure($6, -1), figure($7, -1), figure($8, -1), figure($9, -1)
}

END {
	if (failed)
		exit 1
	print "};"
	print "const size_t facts_count = sizeof facts_table / sizeof *facts_table;"
}
