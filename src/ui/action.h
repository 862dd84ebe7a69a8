/*
 * action.h - what keys do: the table in action.c, for those outside.
 */
#ifndef ADIT_UI_ACTION_H
#define ADIT_UI_ACTION_H

#include "base/buf.h"

/* Appends a Markdown list of all keys, what they do and what they are called in ~/.inputrc. */
void	action_help(struct buf *markdown);

#endif
