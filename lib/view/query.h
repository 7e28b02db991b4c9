/* What was typed to be looked for, taken apart. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "chancery/error.h"
#include "chancery/string.h"

enum { CHY_QUERY_WORDS = 32 };

struct chy_query_word {
	struct chy_str text; /* as it was typed, without a star */
	bool prefix; /* what begins with it */
	unsigned phrase; /* words of one follow one another in the text */
};

struct chy_query_phrase {
	unsigned first, count; /* of its words */
	unsigned clause; /* any phrase of one will do */
};

struct chy_query {
	struct chy_query_word words[CHY_QUERY_WORDS];
	struct chy_query_phrase phrases[CHY_QUERY_WORDS + 1]; /* one is being made */
	bool without[CHY_QUERY_WORDS]; /* of clauses: what must not be there */
	unsigned word_count, phrase_count, clause_count;
};

/* Views of the text, which must live as long. CHY_EINPUT with the fault's detail
 * what is wrong. */
int chy_query_parse(struct chy_str text, struct chy_query *out, struct chy_fault *fault);
