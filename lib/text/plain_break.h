/* Where lines may break, in texts that need no tables. */
#pragma once

#include <stdbool.h>

#include "chancery/string.h"

/* The last place where a line may end (UAX 14) so that its text, white space
 * at its end aside, is at most `limit` bytes: of texts of Latin letters with
 * usual punctuation. False where the text has anything else there, or the line
 * is one word; then it is for ICU to say. */
bool chy_plain_break(struct chy_str text, size_t limit, size_t *out_end);
