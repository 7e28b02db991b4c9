/* A search while it goes on: clause.c reads where its words stand, search.c finds the
 * hits, hit.c shows them. */
#pragma once

#include "places.h"
#include "stems.h"

/* Candidates: units that may have all clauses, and what they score. */
struct chy_candidate {
	uint32_t unit;
	double score;
};

struct chy_candidates {
	struct chy_candidate *list;
	size_t count, room;
};

struct chy_search {
	struct chy_store_txn *txn;
	const struct chy_event_filter *filter;
	struct chy_stemmer *stemmer;
	struct chy_query query; /* behind the words that were typed, those of the filter */
	unsigned typed, typed_clauses; /* words and clauses that were typed */
	struct chy_stems stems[CHY_QUERY_WORDS];
	struct chy_str *rows; /* of a bucket, by stem; data NULL: it has none */
	size_t stem_count, stem_from[CHY_QUERY_WORDS]; /* the first of a word */
	uint64_t as_of; /* 0: all that the views have */
	uint32_t bucket_count;
	double idf[CHY_QUERY_WORDS]; /* of clauses */

	struct chy_places words[CHY_QUERY_WORDS], phrases[CHY_QUERY_WORDS],
		clauses[CHY_QUERY_WORDS];
	struct chy_scan scan;
	size_t read; /* places */

	struct chy_candidates candidates; /* of a bucket */
	struct chy_hit *hits; /* the best first */
	size_t count, most;
	size_t refused;
	uint64_t *allowed; /* units that the filter's index has, in order; NULL: not listed */
	size_t allowed_count;
	bool listed;
	unsigned marks; /* the last words are marks of what the filter asks for */
	bool what_marked; /* one of them is that of sides or a dispute */
};

struct chy_hit {
	double score;
	uint64_t record;
	uint32_t n;
	struct chy_hash document; /* of a title */
};

/* Whether a word is what the filter asks for: such stand behind all others. */
static inline bool chy_search_is_mark(const struct chy_search *s, unsigned word)
{
	return word + s->marks >= s->query.word_count;
}

/* The first unit of a bucket that came later than is asked for: only the last that
 * is looked at can have any. */
static inline uint32_t chy_search_end(const struct chy_search *s, uint32_t bucket)
{
	return s->as_of && bucket + 1 == s->bucket_count
		       ? (uint32_t)(s->as_of % CHY_WORDS_BUCKET + 1) << 16
		       : UINT32_MAX;
}

/* Where a clause holds, which is where any of its phrases does, in the bucket whose
 * rows were found. *out is the search's own. CHY_EMEM, CHY_EDAMAGED. */
int chy_search_clause(
	struct chy_search *s, uint32_t bucket, unsigned which, struct chy_places **out);

/* The hits of an ended search as they are shown, at most `limit`, added to *out; a
 * title is left out where an event of its document is there. CHY_EDAMAGED. */
int chy_search_show(const struct chy_search *search, size_t limit, json_t *out);
