/* What is typed to be looked for, and rows of the index: the first byte says
 * which. Nothing that is read lies outside of what was given. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "query.h"
#include "words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_query(struct chy_str text)
{
	struct chy_query query;

	if (chy_query_parse(text, &query, NULL))
		return;
	for (unsigned i = 0; i < query.word_count; i++) {
		const struct chy_query_word *word = &query.words[i];

		if (word->text.data < text.data ||
			word->text.data + word->text.size > text.data + text.size ||
			word->phrase >= query.phrase_count)
			abort();
	}
	for (unsigned i = 0; i < query.phrase_count; i++)
		if (!query.phrases[i].count || query.phrases[i].clause >= query.clause_count ||
			query.phrases[i].first + query.phrases[i].count > query.word_count)
			abort();
}

static void read_row(struct chy_str row)
{
	struct chy_postings postings;

	if (!chy_postings_begin(row, &postings, NULL))
		return;
	while (chy_postings_next(&postings) > 0)
		if (postings.unit % 2 && chy_postings_position(&postings) < 0)
			return;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chy_str rest = {(const char *)data + 1, size - 1};

	if (!size)
		return 0;
	if (data[0] & 1)
		read_query(rest);
	else
		read_row(rest);
	return 0;
}
