/* kinds.c - see kinds.h. */
#include "config.h"

#include "aws/kinds.h"

#include "base/i18n.h"

#define ROW(kind, ...) [kind] = { __VA_ARGS__ },
static const struct aws_kind_row rows[] = {
	[AWS_NO_KIND] = { "", "", AWS_SERVICES, "", "" },
	AWS_KINDS_OF_CALLS(ROW)
	AWS_KINDS_OF_SOURCES(ROW)
	AWS_KINDS_OF_EXTRAS(ROW)
};
_Static_assert(sizeof rows / sizeof *rows == AWS_KINDS, "a kind of call without a row");

const struct aws_kind_row *
aws_kind_row(enum aws_kind kind)
{
	return &rows[kind < AWS_KINDS ? kind : AWS_NO_KIND];
}
