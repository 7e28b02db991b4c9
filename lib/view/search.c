/* Looking for words: bucket by bucket from the newest on, so that what is found
 * first is what wins among equals. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/fold.h"
#include "chancery/data.h"
#include "stems.h"

enum {
	RECENT = 32, /* buckets by which it is told how rare a word is */
	ENOUGH = 60000, /* places read, after which a full list of hits is an answer */
	PATIENCE = 300 /* events that a filter refused, after which those it takes are listed */
};

/* -- where a word stands in a bucket ------------------------------------------------ */

struct place {
	uint32_t unit, from; /* of its positions */
	uint16_t count;
};

struct places {
	struct place *list;
	size_t count, room;
	uint32_t *positions;
	size_t position_count, position_room;
	unsigned char titles[CHY_WORDS_BUCKET / 8]; /* records whose title has it */
};

/* Candidates: units that may have all clauses, and what they score. */
struct candidate {
	uint32_t unit;
	double score;
};

struct candidates {
	struct candidate *list;
	size_t count, room;
};

struct search {
	struct chy_store_txn *txn;
	const struct chy_event_filter *filter;
	struct chy_stemmer *stemmer;
	struct chy_query query; /* behind the words that were typed, those of the filter */
	unsigned typed, typed_clauses; /* words and clauses that were typed */
	struct chy_stems stems[CHY_QUERY_WORDS];
	struct chy_str *rows; /* of a bucket, by stem; data NULL: it has none */
	size_t stem_count, stem_from[CHY_QUERY_WORDS]; /* the first of a word */
	uint32_t bucket_count;
	double idf[CHY_QUERY_WORDS]; /* of clauses */

	struct places words[CHY_QUERY_WORDS], phrases[CHY_QUERY_WORDS], clauses[CHY_QUERY_WORDS];
	struct chy_scan scan;
	size_t read; /* places */

	struct candidates candidates; /* of a bucket */
	struct hit *hits; /* the best first */
	size_t count, most;
	size_t refused;
	uint64_t *allowed; /* units that the filter's index has, in order; NULL: not listed */
	size_t allowed_count;
	bool listed;
	bool marked; /* the last word is the mark of what the filter asks for */
};

struct hit {
	double score;
	uint64_t record;
	uint32_t n;
	struct chy_hash document; /* of a title */
};

static void clear(struct places *places)
{
	places->count = places->position_count = 0;
	memset(places->titles, 0, sizeof(places->titles));
}

static bool add_position(struct places *p, uint32_t position)
{
	if (p->position_count == p->position_room) {
		size_t room = p->position_room ? 2 * p->position_room : 1024;
		uint32_t *more = realloc(p->positions, room * sizeof(*more));

		if (!more)
			return false;
		p->positions = more;
		p->position_room = room;
	}
	p->positions[p->position_count++] = position;
	return true;
}

static struct place *add_place(struct places *p, uint32_t unit)
{
	if (p->count == p->room) {
		size_t room = p->room ? 2 * p->room : 1024;
		struct place *more = realloc(p->list, room * sizeof(*more));

		if (!more)
			return NULL;
		p->list = more;
		p->room = room;
	}
	p->list[p->count] = (struct place){unit, (uint32_t)p->position_count, 0};
	return &p->list[p->count++];
}

static void note_title(struct places *p, uint32_t unit)
{
	if (!(unit & 0xffff))
		p->titles[unit >> 19] |= (unsigned char)(1u << (unit >> 16 & 7));
}

static bool in_title(const struct places *p, uint32_t unit)
{
	return p->titles[unit >> 19] >> (unit >> 16 & 7) & 1;
}

/* One row's places. */
static int read_row(struct chy_str row, bool positions, struct places *out)
{
	struct chy_postings postings;
	struct place *place;
	int more = 1;

	if (!chy_postings_begin(row, &postings, NULL))
		return CHY_EDAMAGED;
	while ((more = chy_postings_next(&postings)) > 0) {
		if (postings.unit >> 16 >= CHY_WORDS_BUCKET)
			return CHY_EDAMAGED;
		place = add_place(out, postings.unit);
		if (!place)
			return CHY_EMEM;
		note_title(out, postings.unit);
		while (place->count < UINT16_MAX && (more = chy_postings_position(&postings)) > 0) {
			place->count++;
			if (positions && !add_position(out, postings.position))
				return CHY_EMEM;
		}
		if (more < 0)
			return more;
	}
	return more;
}

/* Merges [from, middle) and [middle, to), each in order, by way of the room. */
static void merge(struct place *list, size_t from, size_t middle, size_t to, struct place *room)
{
	size_t a = 0, n = middle - from, b = middle, at = from;

	memcpy(room, list + from, n * sizeof(*list));
	while (a < n && b < to)
		list[at++] = list[b].unit < room[a].unit ? list[b++] : room[a++];
	memcpy(list + at, room + a, (n - a) * sizeof(*list));
}

/* Places of several rows, each of which is in order and begins where `runs`
 * says, in one order; a unit may stand there more than once. */
static bool sort_places(struct places *p, size_t *runs, size_t n)
{
	struct place *room = n > 1 && p->count ? malloc(p->count * sizeof(*room)) : NULL;

	if (n > 1 && p->count && !room)
		return false;
	for (; room && n > 1; n = (n + 1) / 2)
		for (size_t i = 0; i < n; i += 2) {
			if (i + 1 < n)
				merge(p->list, runs[i], runs[i + 1],
					i + 2 < n ? runs[i + 2] : p->count, room);
			runs[i / 2] = runs[i];
		}
	free(room);
	return true;
}

/* Whether a word is what the filter asks for, which stands behind all others. */
static bool is_mark(const struct search *s, unsigned word)
{
	return s->marked && word + 1 == s->query.word_count;
}

static int read_word(struct search *s, uint32_t bucket, unsigned word, bool positions)
{
	struct places *out = &s->words[word];
	size_t rows = 0, runs[CHY_STEMS];
	int result = CHY_OK;

	clear(out);
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
			result = read_row(row, positions, out);
	}
	s->read += is_mark(s, word) ? 0 : out->count;
	return result || sort_places(out, runs, rows) ? result : CHY_EMEM;
}

/* -- phrases --------------------------------------------------------------------------- */

/* The first place at or after a unit; places are looked up in their order. */
static size_t seek_place(const struct places *p, size_t from, uint32_t unit)
{
	size_t step = 1, low = from, high;

	while (low + step < p->count && p->list[low + step].unit < unit) {
		low += step;
		step *= 2;
	}
	high = low + step < p->count ? low + step : p->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->list[middle].unit < unit)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whether a word stands in a unit at a position; *at goes up to the unit. */
static bool stands_at(const struct places *p, size_t *at, uint32_t unit, uint32_t position)
{
	*at = seek_place(p, *at, unit);
	for (size_t i = *at; i < p->count && p->list[i].unit == unit; i++)
		for (size_t j = 0; j < p->list[i].count; j++)
			if (p->positions[p->list[i].from + j] == position)
				return true;
	return false;
}

/* How often a phrase stands where its first word does. `at` has the places of
 * its words that the last unit was found at. */
static uint16_t count_phrase(const struct search *s, const struct chy_query_phrase *phrase,
	const struct place *place, size_t at[CHY_QUERY_WORDS])
{
	const struct places *first = &s->words[phrase->first];
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
static int read_phrase(struct search *s, uint32_t bucket, unsigned which, struct places **out)
{
	const struct chy_query_phrase *phrase = &s->query.phrases[which];
	struct places *found = &s->phrases[which];
	size_t at[CHY_QUERY_WORDS] = {0};
	int result = CHY_OK;

	if (phrase->count == 1) {
		*out = &s->words[phrase->first];
		return read_word(s, bucket, phrase->first, false);
	}
	*out = found;
	clear(found);
	for (unsigned i = 0; i < phrase->count && !result; i++) {
		result = read_word(s, bucket, phrase->first + i, true);
		if (!s->words[phrase->first + i].count)
			return result;
	}
	for (size_t i = 0; i < s->words[phrase->first].count && !result; i++) {
		const struct place *place = &s->words[phrase->first].list[i];
		uint16_t count = count_phrase(s, phrase, place, at);
		struct place *added = count ? add_place(found, place->unit) : NULL;

		if (count && !added)
			result = CHY_EMEM;
		if (added) {
			added->count = count;
			note_title(found, place->unit);
		}
	}
	return result;
}

/* A clause holds where any of its phrases does. *out is where. */
static int read_clause(struct search *s, uint32_t bucket, unsigned which, struct places **out)
{
	struct places *all = &s->clauses[which], *one;
	size_t runs[CHY_QUERY_WORDS];
	unsigned phrases = 0;
	int result = CHY_OK;

	*out = all;
	clear(all);
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
			struct place *added = add_place(*out, one->list[j].unit);

			if (!added) {
				result = CHY_EMEM;
				break;
			}
			added->count = one->list[j].count;
			note_title(*out, added->unit);
		}
	}
	return result || sort_places(*out, runs, phrases) ? result : CHY_EMEM;
}

/* -- hits ---------------------------------------------------------------------------------- */

/* Better: the higher score, then the later record, then the earlier event. */
static bool is_better(const struct hit *a, const struct hit *b)
{
	if (a->score != b->score)
		return a->score > b->score;
	return a->record != b->record ? a->record > b->record : a->n < b->n;
}

static bool is_full(const struct search *s)
{
	return s->count == s->most;
}

static bool is_wanted(const struct search *s, const struct hit *hit)
{
	return !is_full(s) || is_better(hit, &s->hits[s->count - 1]);
}

static void keep(struct search *s, const struct hit *hit)
{
	size_t at = is_full(s) ? s->count - 1 : s->count++;

	for (; at > 0 && is_better(hit, &s->hits[at - 1]); at--)
		s->hits[at] = s->hits[at - 1];
	s->hits[at] = *hit;
}

/* Whether a filter asks for what only events have. */
static bool asks_of_events(const struct chy_event_filter *f)
{
	return f->actor.size || f->recipient.size || f->between[0].size || f->category.size ||
	       f->dispute.size || f->place.size || f->aux.size || f->min_confidence > 0 ||
	       f->with_due;
}

static bool in_days(const struct chy_event_filter *f, int32_t day)
{
	return day >= chy_day32(f->first_day) && day <= chy_day32(f->last_day);
}

static bool is_or_any(struct chy_str wanted, struct chy_str there)
{
	return !wanted.size || chy_str_equal(wanted, there);
}

static int32_t first_day(struct chy_str date)
{
	struct chy_edtf edtf;
	int64_t first, last;

	if (!date.size || chy_edtf_parse(date, &edtf))
		return INT32_MIN;
	chy_edtf_bounds(&edtf, &first, &last);
	return chy_day32(first);
}

static bool document_passes(const struct chy_event_filter *f, const struct chy_value *row)
{
	uint64_t withdrawn = (uint64_t)chy_value_integer(row, "withdrawn");

	if (withdrawn && (!f->as_of || withdrawn <= f->as_of))
		return false;
	return is_or_any(f->language, chy_value_str(row, "language")) &&
	       (!f->source.size || chy_fold_equal(f->source, chy_value_str(row, "source"))) &&
	       is_or_any(f->document, chy_value_str(row, "document")) &&
	       in_days(f, first_day(chy_value_str(row, "date")));
}

/* A title is a hit by itself where the record added the document. */
static int check_title(struct search *s, struct hit *hit, bool *out)
{
	char bytes[CHY_WORDS_KEY];
	struct chy_str id, row;
	const struct chy_value *document;
	int result;

	*out = false;
	if (asks_of_events(s->filter))
		return CHY_OK;
	result =
		chy_store_get(s->txn, CHY_VIEW_WORDS, chy_words_title_key(hit->record, bytes), &id);
	if (result)
		return result == CHY_NOT_FOUND ? CHY_OK : result;
	if (id.size != CHY_HASH_SIZE)
		return CHY_EDAMAGED;
	memcpy(hit->document.bytes, id.data, CHY_HASH_SIZE);
	result = chy_sealed_get(s->txn, CHY_VIEW_DOCUMENTS, id, &row);
	if (!result && chy_scan_read(&s->scan, row, &document))
		result = CHY_EDAMAGED;
	if (!result)
		*out = document_passes(s->filter, document);
	return result > 0 ? CHY_EDAMAGED : result;
}

static int check_event(struct search *s, const struct hit *hit, bool *out)
{
	unsigned char key[CHY_EVENT_KEY];
	const struct chy_value *event;
	struct chy_event_head head;
	struct chy_str json;
	int result;

	chy_event_key(hit->record, hit->n, key);
	result = chy_event_read(s->txn, key, &head, &json);
	if (result)
		return result < 0 ? result : CHY_EDAMAGED;
	*out = chy_was_known(hit->record, head.until, s->filter->as_of) &&
	       in_days(s->filter, head.day);
	if (!*out)
		return CHY_OK;
	result = chy_scan_read(&s->scan, json, &event);
	if (!result)
		*out = chy_event_passes(s->filter, event);
	return result ? CHY_EDAMAGED : CHY_OK;
}

/* -- what a filter's index has ---------------------------------------------------------------- */

static uint64_t unit_of(const char *key)
{
	return chy_get_be(key, 8) << 16 | (chy_get_be(key + 8, 4) & 0xffff);
}

static int by_value(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return (a > b) - (a < b);
}

static int list_keys(struct search *s, struct chy_store_cursor *cursor, const char *what, size_t n)
{
	struct chy_str key, value;
	unsigned char start[320];
	size_t room = 0;
	int result;

	memcpy(start, what, n);
	start[n] = 0;
	chy_put_day(start + n + 1, chy_day32(s->filter->first_day));
	result = chy_store_seek(cursor, (struct chy_str){(const char *)start, n + 5}, &key, &value);
	while (!result && key.size == n + 5 + CHY_EVENT_KEY &&
		memcmp(key.data, start, n + 1) == 0 &&
		chy_get_day(key.data + n + 1) <= chy_day32(s->filter->last_day)) {
		if (s->allowed_count == room) {
			uint64_t *more;

			room = room ? 2 * room : 1024;
			more = realloc(s->allowed, room * sizeof(*more));
			if (!more)
				return CHY_EMEM;
			s->allowed = more;
		}
		s->allowed[s->allowed_count++] = unit_of(key.data + n + 5);
		result = chy_store_next(cursor, &key, &value);
	}
	return result == CHY_END ? CHY_OK : result;
}

static bool in_all_days(const struct chy_event_filter *f)
{
	return f->first_day == INT64_MIN && f->last_day == INT64_MAX;
}

/* Where a filter refuses much, what it may take is listed, so that the rest need
 * not be read: events of some days, and of a dispute that was declared. */
static int list_allowed(struct search *s)
{
	struct chy_store_cursor *cursor;
	char what[300];
	size_t n = chy_what_for(s->filter, what, sizeof(what));
	int result;

	s->listed = true;
	if (!n || (in_all_days(s->filter) && (s->marked || what[0] == '*')))
		return CHY_OK;
	result = chy_store_cursor_open(s->txn, CHY_VIEW_INDEX, &cursor);
	if (result)
		return result;
	s->allowed = malloc(sizeof(*s->allowed));
	result = s->allowed ? list_keys(s, cursor, what, n) : CHY_EMEM;
	chy_store_cursor_close(cursor);
	if (s->allowed_count)
		qsort(s->allowed, s->allowed_count, sizeof(*s->allowed), by_value);
	return result;
}

static bool may_pass(const struct search *s, const struct hit *hit)
{
	uint64_t unit = hit->record << 16 | hit->n;

	return !s->allowed || !hit->n ||
	       bsearch(&unit, s->allowed, s->allowed_count, sizeof(unit), by_value);
}

static int consider(struct search *s, struct hit *hit)
{
	bool passes = false;
	int result = CHY_OK;

	if (!is_wanted(s, hit) || !may_pass(s, hit))
		return CHY_OK;
	if (s->refused >= PATIENCE && !s->listed) {
		result = list_allowed(s);
		if (result || !may_pass(s, hit))
			return result;
	}
	result = hit->n ? check_event(s, hit, &passes) : check_title(s, hit, &passes);
	if (passes && !result)
		keep(s, hit);
	s->refused += !passes;
	return result;
}

/* -- a bucket -------------------------------------------------------------------------------------- */

static int by_candidate(const void *one, const void *other)
{
	const struct candidate *a = one, *b = other;

	return (a->unit > b->unit) - (a->unit < b->unit);
}

static bool add_candidate(struct candidates *c, uint32_t unit)
{
	if (c->count && c->list[c->count - 1].unit == unit)
		return true;
	if (c->count == c->room) {
		size_t room = c->room ? 2 * c->room : 1024;
		struct candidate *more = realloc(c->list, room * sizeof(*more));

		if (!more)
			return false;
		c->list = more;
		c->room = room;
	}
	c->list[c->count++] = (struct candidate){unit, 0};
	return true;
}

/* The units of the rarest clause, and where that is in a title those of the
 * others in its events. */
static bool gather(
	struct search *s, struct places *const *places, unsigned rarest, struct candidates *c)
{
	const struct places *base = places[rarest];
	bool sorted = true;

	for (size_t i = 0; i < base->count; i++) {
		uint32_t unit = base->list[i].unit;

		if (!add_candidate(c, unit))
			return false;
		for (unsigned j = 0; !(unit & 0xffff) && j < s->query.clause_count; j++) {
			size_t at = s->query.without[j] || j == rarest
					    ? places[j]->count
					    : seek_place(places[j], 0, unit + 1);

			for (; at < places[j]->count &&
				places[j]->list[at].unit >> 16 == unit >> 16;
				at++) {
				sorted = false;
				if (!add_candidate(c, places[j]->list[at].unit))
					return false;
			}
		}
	}
	if (!sorted)
		qsort(c->list, c->count, sizeof(*c->list), by_candidate);
	return true;
}

static double weight(double idf, unsigned count)
{
	return idf * (count * 2.2) / (count + 1.2);
}

/* What a clause adds to a unit; below 0: it is not there. A title counts half
 * for the events of its document. */
static double score_clause(const struct places *p, size_t *at, uint32_t unit, double idf, bool *own)
{
	unsigned count = 0;

	*at = seek_place(p, *at, unit);
	for (size_t i = *at; i < p->count && p->list[i].unit == unit; i++)
		count += p->list[i].count;
	*own |= count > 0;
	if (count)
		return weight(idf, count);
	return in_title(p, unit) ? weight(idf, 1) / 2 : -1;
}

/* The candidates that have all that is asked for, in their order. */
static void score_all(struct search *s, struct places *const *places, struct candidates *c)
{
	size_t at[CHY_QUERY_WORDS] = {0}, n = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct candidate one = c->list[i];
		bool own = false, all = true, ignored = false;

		if (n && c->list[n - 1].unit == one.unit)
			continue;
		for (unsigned j = 0; j < s->query.clause_count && all; j++) {
			bool without = s->query.without[j];
			bool counts = j < s->typed_clauses && !without;
			double part = score_clause(
				places[j], &at[j], one.unit, s->idf[j], counts ? &own : &ignored);

			all = (part < 0) == without;
			one.score += without ? 0 : part;
		}
		if (all && own)
			c->list[n++] = one;
	}
	c->count = n;
}

/* The latest record first, its events in their order. */
static int consider_all(struct search *s, uint32_t bucket, const struct candidates *c)
{
	int result = CHY_OK;

	for (size_t end = c->count, from; end > 0 && !result; end = from) {
		for (from = end - 1;
			from > 0 && c->list[from - 1].unit >> 16 == c->list[end - 1].unit >> 16;)
			from--;
		for (size_t i = from; i < end && !result; i++) {
			struct hit hit = {.score = c->list[i].score,
				.record = (uint64_t)bucket * CHY_WORDS_BUCKET +
					  (c->list[i].unit >> 16),
				.n = c->list[i].unit & 0xffff};

			if (!s->filter->as_of || hit.record <= s->filter->as_of)
				result = consider(s, &hit);
		}
	}
	return result;
}

static int search_bucket(struct search *s, uint32_t bucket)
{
	struct places *places[CHY_QUERY_WORDS];
	unsigned rarest = CHY_QUERY_WORDS;
	int result = CHY_OK;

	for (unsigned i = 0; i < s->query.clause_count && !result; i++) {
		result = read_clause(s, bucket, i, &places[i]);
		if (s->query.without[i])
			continue;
		if (!result && !places[i]->count)
			return CHY_OK; /* nothing has it here */
		if (rarest == CHY_QUERY_WORDS || places[i]->count < places[rarest]->count)
			rarest = i;
	}
	s->candidates.count = 0;
	if (!result && !gather(s, places, rarest, &s->candidates))
		result = CHY_EMEM;
	if (!result) {
		score_all(s, places, &s->candidates);
		result = consider_all(s, bucket, &s->candidates);
	}
	return result;
}

/* The rows in a bucket of the stems of words [from, to). */
static int find_rows(struct search *s, uint32_t bucket, unsigned from, unsigned to)
{
	char key[CHY_WORDS_KEY];
	int result = CHY_OK;

	for (unsigned word = from; word < to; word++)
		for (size_t i = 0; i < s->stems[word].count && result >= 0; i++) {
			struct chy_str *row = &s->rows[s->stem_from[word] + i];

			result = chy_store_get(s->txn, CHY_VIEW_WORDS,
				chy_words_row_key(bucket, chy_stem_at(&s->stems[word], i), key),
				row);
			if (result)
				row->data = NULL;
		}
	return result < 0 ? result : CHY_OK;
}

static bool has_row(const struct search *s, unsigned word)
{
	for (size_t i = 0; i < s->stems[word].count; i++)
		if (s->rows[s->stem_from[word] + i].data)
			return true;
	return false;
}

/* Whether every clause from one on has a row in the bucket, which costs no reading. */
static bool may_hold(const struct search *s, unsigned from)
{
	bool there[CHY_QUERY_WORDS] = {false};

	for (unsigned i = 0; i < s->query.word_count; i++) {
		unsigned clause = s->query.phrases[s->query.words[i].phrase].clause;

		if (clause >= from && !there[clause])
			there[clause] = has_row(s, i);
	}
	for (unsigned i = from; i < s->query.clause_count; i++)
		if (!there[i] && !s->query.without[i])
			return false;
	return true;
}

/* What a filter asks for is looked up first: it is one stem, and often not there. */
static int find_all_rows(struct search *s, uint32_t bucket, bool *out_may_hold)
{
	int result = find_rows(s, bucket, s->typed, s->query.word_count);

	*out_may_hold = may_hold(s, s->typed_clauses);
	if (result || !*out_may_hold)
		return result;
	result = find_rows(s, bucket, 0, s->typed);
	*out_may_hold = may_hold(s, 0);
	return result;
}

static int search_buckets(struct search *s)
{
	int result = CHY_OK;
	bool holds;

	for (uint32_t bucket = s->bucket_count; bucket-- > 0 && !result;) {
		if (is_full(s) && s->read >= ENOUGH)
			break;
		result = find_all_rows(s, bucket, &holds);
		if (!result && holds)
			result = search_bucket(s, bucket);
	}
	return result;
}

/* -- before the first bucket ------------------------------------------------------------------------ */

/* An outlet stands with its documents' titles: where one is asked for, those are
 * looked for, and the rest need not be read. It adds nothing to a score. */
static void add_outlet(struct search *s)
{
	struct chy_query *q = &s->query;
	struct chy_query_phrase *phrase = &q->phrases[q->phrase_count];
	unsigned words = q->word_count;
	char folded[CHY_STEM];
	struct chy_str word;
	size_t at = 0;

	*phrase = (struct chy_query_phrase){words, 0, q->clause_count};
	while (chy_next_word(s->filter->source, &at, &word)) {
		if (!chy_fold_word(word, folded))
			continue;
		if (words == CHY_QUERY_WORDS)
			return;
		q->words[words++] = (struct chy_query_word){word, false, q->phrase_count};
		phrase->count++;
	}
	if (!phrase->count)
		return;
	q->word_count = words;
	q->phrase_count++;
	q->without[q->clause_count++] = false;
}

/* What a filter asks for is a word of its own: events of others are not read. */
static void add_mark(struct search *s)
{
	struct chy_query *q = &s->query;
	char what[300];
	size_t n = chy_what_for(s->filter, what, sizeof(what));

	if (!n || what[0] == '*' || memchr(what, '@', n) || q->word_count == CHY_QUERY_WORDS)
		return;
	s->marked = true;
	q->phrases[q->phrase_count] = (struct chy_query_phrase){q->word_count, 1, q->clause_count};
	q->words[q->word_count++] = (struct chy_query_word){{NULL, 0}, false, q->phrase_count++};
	q->without[q->clause_count++] = false;
}

static void find_mark(struct search *s, struct chy_stems *out)
{
	char what[300], mark[CHY_STEM];
	size_t n = chy_what_for(s->filter, what, sizeof(what));

	chy_stems_one(out, chy_words_mark((struct chy_str){what, n}, mark));
}

static int find_stems(struct search *s, struct chy_fault *fault)
{
	struct chy_mapping endings;
	int result = chy_data_map("endings.tsv", &endings, fault);

	if (result)
		return result;
	for (unsigned i = 0; i < s->query.word_count && !result; i++) {
		if (is_mark(s, i))
			find_mark(s, &s->stems[i]);
		else
			result = chy_stems_of(s->txn, s->stemmer,
				(struct chy_str){endings.data, endings.size}, &s->query.words[i],
				&s->stems[i]);
		s->stem_from[i] = s->stem_count;
		s->stem_count += s->stems[i].count;
	}
	chy_unmap(&endings);
	return result > 0 ? CHY_EDAMAGED : result;
}

/* A phrase is as rare as its rarest word, a clause as frequent as its phrases
 * together. */
static void weigh(struct search *s, const double *units, double all)
{

	for (unsigned clause = 0; clause < s->query.clause_count; clause++) {
		double those = 0;

		for (unsigned i = 0; i < s->query.phrase_count; i++) {
			const struct chy_query_phrase *phrase = &s->query.phrases[i];
			double least = units[phrase->first];

			for (unsigned j = 1; j < phrase->count; j++)
				least = fmin(least, units[phrase->first + j]);
			those += phrase->clause == clause ? least : 0;
		}
		s->idf[clause] = clause >= s->typed_clauses
					 ? 0
					 : log(1 + (fmax(all - those, 0) + 0.5) / (those + 0.5));
	}
}

/* How often the words come in the newest buckets. */
static int count_units(struct search *s)
{
	uint32_t first = s->bucket_count > RECENT ? s->bucket_count - RECENT : 0;
	double units[CHY_QUERY_WORDS] = {0}, part = 1 - (double)first / s->bucket_count;
	struct chy_counts counts;
	int result = chy_counts_get(s->txn, 0, &counts);

	for (uint32_t bucket = first; bucket < s->bucket_count && !result; bucket++) {
		result = find_rows(s, bucket, 0, s->typed);
		for (unsigned i = 0; i < s->typed && !result; i++)
			for (size_t j = 0; j < s->stems[i].count; j++) {
				struct chy_str row = s->rows[s->stem_from[i] + j];

				if (row.data && row.size >= 4)
					units[i] += (double)chy_get_be(row.data, 4);
			}
	}
	if (!result)
		weigh(s, units, part * ((double)counts.events + (double)counts.documents));
	return result;
}

/* -- what is shown ------------------------------------------------------------------------------------ */

/* Where words of the query stand in a text: [first, last+1] bytes. */
static json_t *marks_of(const struct search *s, struct chy_str text, struct chy_str language)
{
	enum chy_tongue tongue = chy_tongue_of(language);
	json_t *marks = json_array();
	struct chy_str word;
	char stem[CHY_STEM], folded[CHY_STEM];
	size_t at = 0;

	while (chy_next_word(text, &at, &word)) {
		struct chy_str forms[] = {{stem, chy_stem(s->stemmer, tongue, word, stem)},
			{folded, chy_fold_word(word, folded)}};
		bool marked = false;

		for (unsigned i = 0; i < s->typed && !marked; i++)
			marked = !s->query.without[s->query.phrases[s->query.words[i].phrase]
							   .clause] &&
				 (chy_stems_have(&s->stems[i], forms[0]) ||
					 chy_stems_have(&s->stems[i], forms[1]));
		if (marked)
			json_array_append_new(marks,
				json_pack("[i, i]", (int)(word.data - text.data),
					(int)(word.data - text.data + (ptrdiff_t)word.size)));
	}
	return marks;
}

static void set_member(json_t *to, const char *as, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	json_object_set_new(to, as, value ? json_incref(value) : json_null());
}

/* Of an event or a document: it has its own names for some members. */
static json_t *shown(const struct hit *hit, const json_t *from)
{
	json_t *out = json_pack("{s:f, s:s}", "score", round(hit->score * 1000) / 1000, "kind",
		hit->n ? "event" : "document");
	static const char *const members[] = {"id", "event", "date", "title", "source", "url",
		"sentence", "document", "language"};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		set_member(out, members[i], from, members[i]);
	if (hit->n) {
		set_member(out, "reported", from, "reported");
	} else {
		set_member(out, "reported", from, "date");
		json_object_set_new(out, "id", json_null());
		json_object_set_new(out, "event", json_null());
		json_object_set_new(out, "date", json_null());
	}
	return out;
}

static void mark(const struct search *s, json_t *hit)
{
	struct chy_str language = chy_json_str(hit, "language");

	json_object_set_new(hit, "marks", marks_of(s, chy_json_str(hit, "sentence"), language));
	json_object_set_new(hit, "title_marks", marks_of(s, chy_json_str(hit, "title"), language));
}

static int show_hit(const struct search *s, const struct hit *hit, json_t **out)
{
	unsigned char key[CHY_EVENT_KEY];
	struct chy_event_head head;
	struct chy_str json;
	json_t *from;
	int result;

	chy_event_key(hit->record, hit->n, key);
	if (hit->n)
		result = chy_event_read(s->txn, key, &head, &json);
	else
		result = chy_sealed_get(s->txn, CHY_VIEW_DOCUMENTS,
			(struct chy_str){(const char *)hit->document.bytes, CHY_HASH_SIZE}, &json);
	if (result || chy_json_parse(json.data, json.size, &from, NULL))
		return result < 0 ? result : CHY_EDAMAGED;
	*out = shown(hit, from);
	json_decref(from);
	return CHY_OK;
}

static bool tells_of(const json_t *list, const json_t *hit)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *other = json_array_get(list, i);

		if (json_is_string(json_object_get(other, "id")) &&
			json_equal(json_object_get(other, "document"),
				json_object_get(hit, "document")))
			return true;
	}
	return false;
}

static bool any_title(const struct search *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (!s->hits[i].n)
			return true;
	return false;
}

/* A title is left out where an event of its document is there; without titles
 * there is no need to look at more than are shown. */
static int show_hits(const struct search *s, size_t limit, json_t *out)
{
	size_t i, n = any_title(s) || s->count < limit ? s->count : limit;
	json_t *all = json_array(), *one;
	int result = CHY_OK;

	for (i = 0; i < n && !result; i++) {
		result = show_hit(s, &s->hits[i], &one);
		if (!result)
			json_array_append_new(all, one);
	}
	json_array_foreach(all, i, one)
	{
		bool title = json_is_null(json_object_get(one, "id"));

		if (json_array_size(out) == limit || (title && tells_of(all, one)))
			continue;
		mark(s, one);
		json_array_append(out, one);
	}
	json_decref(all);
	return result;
}

/* -- all together ----------------------------------------------------------------------------------------- */

static void fini(struct search *s)
{
	for (size_t i = 0; i < CHY_QUERY_WORDS; i++) {
		free(s->words[i].list);
		free(s->words[i].positions);
		free(s->phrases[i].list);
		free(s->phrases[i].positions);
		free(s->clauses[i].list);
		free(s->clauses[i].positions);
	}
	chy_stemmer_free(s->stemmer);
	chy_scan_fini(&s->scan);
	free(s->candidates.list);
	free(s->rows);
	free(s->hits);
	free(s->allowed);
	free(s);
}

static int run(struct search *s, uint64_t last, size_t limit, json_t *out)
{
	int result;

	s->bucket_count = (uint32_t)(last / CHY_WORDS_BUCKET) + 1;
	s->rows = calloc(s->stem_count + 1, sizeof(*s->rows));
	s->most = 2 * limit; /* titles may be left out */
	s->hits = calloc(s->most, sizeof(*s->hits));
	if (!s->hits || !s->rows)
		return CHY_EMEM;
	result = count_units(s);
	if (!result)
		result = search_buckets(s);
	return result ? result : show_hits(s, limit, out);
}

/* The faults of the views, all but those that are told already. */
static int search_views(
	struct search *s, struct chy_view *view, size_t limit, json_t *out, struct chy_fault *fault)
{
	uint64_t last;
	int result;

	s->stemmer = chy_stemmer_new();
	if (!s->stemmer)
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	result = find_stems(s, fault);
	if (!result)
		result = chy_view_position(view, &last, fault);
	if (result)
		return result;
	if (s->filter->as_of && s->filter->as_of < last)
		last = s->filter->as_of;
	result = run(s, last, limit, out);
	if (result > 0)
		result = CHY_EDAMAGED;
	return result ? chy_fault_set(fault, result, view->path, 0, NULL) : CHY_OK;
}

int chy_view_search(struct chy_view *view, struct chy_str words,
	const struct chy_event_filter *filter, json_t **out, struct chy_fault *fault)
{
	size_t limit =
		filter->limit && filter->limit < CHY_SEARCH_MOST ? filter->limit : CHY_SEARCH_MOST;
	struct search *s = calloc(1, sizeof(*s));
	json_t *found = json_array();
	int result;

	if (!s)
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	chy_scan_init(&s->scan);
	s->filter = filter;
	result = chy_query_parse(words, &s->query, fault);
	s->typed = s->query.word_count;
	s->typed_clauses = s->query.clause_count;
	add_outlet(s);
	add_mark(s);
	if (!result)
		result = chy_view_read(view, &s->txn, fault);
	if (!result) {
		result = search_views(s, view, limit, found, fault);
		chy_view_read_end(view, s->txn);
	}
	fini(s);
	if (result)
		json_decref(found);
	else
		*out = found;
	return result;
}
