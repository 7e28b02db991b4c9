/* Where the words, phrases and clauses of a query stand in a bucket. */
#include <string.h>

#include "search.h"

static int read_word(struct chy_search *s, uint32_t bucket, unsigned word, bool positions)
{
	struct chy_places *out = &s->words[word];
	size_t rows = 0, runs[CHY_STEMS];
	int result = CHY_OK;

	chy_places_clear(out);
	for (size_t i = 0; i < s->stems[word].count && !result; i++) {
		struct chy_str row = s->rows[s->stem_from[word] + i];
		char bytes[CHY_WORDS_KEY];

		if (!row.data)
			continue;
		runs[rows++] = out->count;
		result = chy_unseal(
			chy_words_row_key(bucket, chy_stem_at(&s->stems[word], i), bytes), row,
			&row);
		if (!result)
			result = chy_places_read(row, positions, chy_search_end(s, bucket), out);
	}
	s->read += chy_search_is_mark(s, word) ? 0 : out->count;
	return result || chy_places_sort(out, runs, rows) ? result : CHY_EMEM;
}

/* Whether a word stands in a unit at a position; *at goes up to the unit. */
static bool stands_at(const struct chy_places *p, size_t *at, uint32_t unit, uint32_t position)
{
	*at = chy_places_seek(p, *at, unit);
	for (size_t i = *at; i < p->count && p->list[i].unit == unit; i++)
		for (size_t j = 0; j < p->list[i].count; j++)
			if (p->positions[p->list[i].from + j] == position)
				return true;
	return false;
}

/* How often a phrase stands where its first word does. `at` has the places of
 * its words that the last unit was found at. */
static uint16_t count_phrase(const struct chy_search *s, const struct chy_query_phrase *phrase,
	const struct chy_place *place, size_t at[CHY_QUERY_WORDS])
{
	const struct chy_places *first = &s->words[phrase->first];
	uint16_t count = 0;

	for (size_t i = 0; i < place->count; i++) {
		uint32_t position = first->positions[place->from + i];
		unsigned n = 1;

		while (n < phrase->count &&
			stands_at(&s->words[phrase->first + n], &at[n], place->unit, position + n))
			n++;
		count += n == phrase->count;
	}
	return count;
}

/* Reads the words of a phrase and finds where they follow one another. */
static int read_phrase(
	struct chy_search *s, uint32_t bucket, unsigned which, struct chy_places **out)
{
	const struct chy_query_phrase *phrase = &s->query.phrases[which];
	struct chy_places *found = &s->phrases[which];
	size_t at[CHY_QUERY_WORDS] = {0};
	int result = CHY_OK;

	if (phrase->count == 1) {
		*out = &s->words[phrase->first];
		return read_word(s, bucket, phrase->first, false);
	}
	*out = found;
	chy_places_clear(found);
	for (unsigned i = 0; i < phrase->count && !result; i++) {
		result = read_word(s, bucket, phrase->first + i, true);
		if (!s->words[phrase->first + i].count)
			return result;
	}
	for (size_t i = 0; i < s->words[phrase->first].count && !result; i++) {
		const struct chy_place *place = &s->words[phrase->first].list[i];
		uint16_t count = count_phrase(s, phrase, place, at);
		struct chy_place *added = count ? chy_places_add(found, place->unit) : NULL;

		if (count && !added)
			result = CHY_EMEM;
		if (added) {
			added->count = count;
			chy_places_note_title(found, place->unit);
		}
	}
	return result;
}

int chy_search_clause(
	struct chy_search *s, uint32_t bucket, unsigned which, struct chy_places **out)
{
	struct chy_places *all = &s->clauses[which], *one;
	size_t runs[CHY_QUERY_WORDS];
	unsigned phrases = 0;
	int result = CHY_OK;

	*out = all;
	chy_places_clear(all);
	for (unsigned i = 0; i < s->query.phrase_count && !result; i++) {
		if (s->query.phrases[i].clause != which)
			continue;
		result = read_phrase(s, bucket, i, &one);
		runs[phrases] = phrases ? (*out)->count : 0;
		if (!phrases++) {
			*out = one;
			continue;
		}
		for (size_t j = 0; j < one->count && !result; j++) {
			struct chy_place *added = chy_places_add(*out, one->list[j].unit);

			if (!added) {
				result = CHY_EMEM;
				break;
			}
			added->count = one->list[j].count;
			chy_places_note_title(*out, added->unit);
		}
	}
	return result || chy_places_sort(*out, runs, phrases) ? result : CHY_EMEM;
}
