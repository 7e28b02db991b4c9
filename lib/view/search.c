/* Looking for words: bucket by bucket from the newest on, so that what is found
 * first is what wins among equals. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/fold.h"
#include "chancery/data.h"
#include "search.h"

enum {
	RECENT = 32, /* buckets by which it is told how rare a word is */
	ENOUGH = 60000, /* places read, after which a full list of hits is an answer */
	PATIENCE = 300 /* events that a filter refused, after which those it takes are listed */
};

/* -- hits ---------------------------------------------------------------------------------- */

/* Better: the higher score, then the later record, then the earlier event. */
static bool is_better(const struct chy_hit *a, const struct chy_hit *b)
{
	if (a->score != b->score)
		return a->score > b->score;
	return a->record != b->record ? a->record > b->record : a->n < b->n;
}

static bool is_full(const struct chy_search *s)
{
	return s->count == s->most;
}

static bool is_wanted(const struct chy_search *s, const struct chy_hit *hit)
{
	return !is_full(s) || is_better(hit, &s->hits[s->count - 1]);
}

static void keep(struct chy_search *s, const struct chy_hit *hit)
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
static int check_title(struct chy_search *s, struct chy_hit *hit, bool *out)
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

static int check_event(struct chy_search *s, const struct chy_hit *hit, bool *out)
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

static int list_keys(
	struct chy_search *s, struct chy_store_cursor *cursor, const char *what, size_t n)
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
static int list_allowed(struct chy_search *s)
{
	struct chy_store_cursor *cursor;
	char what[300];
	size_t n = chy_what_for(s->filter, what, sizeof(what));
	int result;

	s->listed = true;
	if (!n || (in_all_days(s->filter) && (s->what_marked || what[0] == '*')))
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

static bool may_pass(const struct chy_search *s, const struct chy_hit *hit)
{
	uint64_t unit = hit->record << 16 | hit->n;

	return !s->allowed || !hit->n ||
	       bsearch(&unit, s->allowed, s->allowed_count, sizeof(unit), by_value);
}

static int consider(struct chy_search *s, struct chy_hit *hit)
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
	const struct chy_candidate *a = one, *b = other;

	return (a->unit > b->unit) - (a->unit < b->unit);
}

static bool add_candidate(struct chy_candidates *c, uint32_t unit)
{
	if (c->count && c->list[c->count - 1].unit == unit)
		return true;
	if (c->count == c->room) {
		size_t room = c->room ? 2 * c->room : 1024;
		struct chy_candidate *more = realloc(c->list, room * sizeof(*more));

		if (!more)
			return false;
		c->list = more;
		c->room = room;
	}
	c->list[c->count++] = (struct chy_candidate){unit, 0};
	return true;
}

/* The units of the rarest clause, and where that is in a title those of the
 * others in its events. */
static bool gather(struct chy_search *s, struct chy_places *const *places, unsigned rarest,
	struct chy_candidates *c)
{
	const struct chy_places *base = places[rarest];
	bool sorted = true;

	for (size_t i = 0; i < base->count; i++) {
		uint32_t unit = base->list[i].unit;

		if (!add_candidate(c, unit))
			return false;
		for (unsigned j = 0; !(unit & 0xffff) && j < s->query.clause_count; j++) {
			size_t at = s->query.without[j] || j == rarest
					    ? places[j]->count
					    : chy_places_seek(places[j], 0, unit + 1);

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
static double score_clause(
	const struct chy_places *p, size_t *at, uint32_t unit, double idf, bool *own)
{
	unsigned count = 0;

	*at = chy_places_seek(p, *at, unit);
	for (size_t i = *at; i < p->count && p->list[i].unit == unit; i++)
		count += p->list[i].count;
	*own |= count > 0;
	if (count)
		return weight(idf, count);
	return chy_places_in_title(p, unit) ? weight(idf, 1) / 2 : -1;
}

/* The candidates that have all that is asked for, in their order. */
static void score_all(
	struct chy_search *s, struct chy_places *const *places, struct chy_candidates *c)
{
	size_t at[CHY_QUERY_WORDS] = {0}, n = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct chy_candidate one = c->list[i];
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
static int consider_all(struct chy_search *s, uint32_t bucket, const struct chy_candidates *c)
{
	int result = CHY_OK;

	for (size_t end = c->count, from; end > 0 && !result; end = from) {
		for (from = end - 1;
			from > 0 && c->list[from - 1].unit >> 16 == c->list[end - 1].unit >> 16;)
			from--;
		for (size_t i = from; i < end && !result; i++) {
			struct chy_hit hit = {.score = c->list[i].score,
				.record = (uint64_t)bucket * CHY_WORDS_BUCKET +
					  (c->list[i].unit >> 16),
				.n = c->list[i].unit & 0xffff};

			result = consider(s, &hit);
		}
	}
	return result;
}

static int search_bucket(struct chy_search *s, uint32_t bucket)
{
	struct chy_places *places[CHY_QUERY_WORDS];
	unsigned rarest = CHY_QUERY_WORDS;
	int result = CHY_OK;

	for (unsigned i = 0; i < s->query.clause_count && !result; i++) {
		result = chy_search_clause(s, bucket, i, &places[i]);
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

/* The rows in a bucket of the stems of words [from, to); one that begins later than is
 * asked for was not there. */
static int find_rows(struct chy_search *s, uint32_t bucket, unsigned from, unsigned to)
{
	int32_t end = (int32_t)(chy_search_end(s, bucket) >> 16);
	char key[CHY_WORDS_KEY];
	int result = CHY_OK;

	for (unsigned word = from; word < to; word++)
		for (size_t i = 0; i < s->stems[word].count && result >= 0; i++) {
			struct chy_str *row = &s->rows[s->stem_from[word] + i];

			result = chy_store_get(s->txn, CHY_VIEW_WORDS,
				chy_words_row_key(bucket, chy_stem_at(&s->stems[word], i), key),
				row);
			if (result || chy_words_row_begins(*row) >= end)
				row->data = NULL;
		}
	return result < 0 ? result : CHY_OK;
}

static bool has_row(const struct chy_search *s, unsigned word)
{
	for (size_t i = 0; i < s->stems[word].count; i++)
		if (s->rows[s->stem_from[word] + i].data)
			return true;
	return false;
}

/* Whether every clause from one on has rows of all words of one of its phrases in
 * the bucket, which costs no reading. */
static bool may_hold(const struct chy_search *s, unsigned from)
{
	bool there[CHY_QUERY_WORDS] = {false};

	for (unsigned i = 0; i < s->query.phrase_count; i++) {
		const struct chy_query_phrase *phrase = &s->query.phrases[i];
		bool all = phrase->clause >= from && !there[phrase->clause];

		for (unsigned j = 0; j < phrase->count && all; j++)
			all = has_row(s, phrase->first + j);
		there[phrase->clause] |= all;
	}
	for (unsigned i = from; i < s->query.clause_count; i++)
		if (!there[i] && !s->query.without[i])
			return false;
	return true;
}

/* What a filter asks for is looked up first: it is one stem, and often not there. */
static int find_all_rows(struct chy_search *s, uint32_t bucket, bool *out_may_hold)
{
	int result = find_rows(s, bucket, s->typed, s->query.word_count);

	*out_may_hold = may_hold(s, s->typed_clauses);
	if (result || !*out_may_hold)
		return result;
	result = find_rows(s, bucket, 0, s->typed);
	*out_may_hold = may_hold(s, 0);
	return result;
}

static int search_buckets(struct chy_search *s)
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
static void add_outlet(struct chy_search *s)
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

/* What a filter asks for is a word of its own: other events are not read. Where there
 * is no room for it, they are. */
static bool add_mark(struct chy_search *s, char letter, struct chy_str text)
{
	struct chy_query *q = &s->query;
	char mark[CHY_STEM];

	if (q->word_count == CHY_QUERY_WORDS)
		return false;
	chy_stems_one(&s->stems[q->word_count], chy_words_mark(letter, text, mark));
	q->phrases[q->phrase_count] = (struct chy_query_phrase){q->word_count, 1, q->clause_count};
	q->words[q->word_count++] = (struct chy_query_word){{NULL, 0}, false, q->phrase_count++};
	q->without[q->clause_count++] = false;
	s->marks++;
	return true;
}

static void add_marks(struct chy_search *s)
{
	const struct chy_event_filter *f = s->filter;
	struct chy_buffer place;
	char what[300];
	size_t n = chy_what_for(f, what, sizeof(what));

	/* Those of declarations come and go: they have none. */
	if (n && what[0] != '*' && !memchr(what, '@', n))
		s->what_marked = add_mark(s, what[0], (struct chy_str){what + 1, n - 1});
	if (f->category.size)
		add_mark(s, CHY_MARK_CATEGORY, f->category);
	if (f->aux.size)
		add_mark(s, CHY_MARK_AUX, f->aux);
	if (!f->place.size)
		return;
	chy_buffer_init(&place);
	chy_fold(f->place, &place);
	if (!place.failed)
		add_mark(s, CHY_MARK_PLACE, (struct chy_str){place.data, place.size});
	chy_buffer_fini(&place);
}

static int find_stems(struct chy_search *s, struct chy_fault *fault)
{
	struct chy_mapping endings;
	int result = chy_data_map("endings.tsv", &endings, fault);

	if (result)
		return result;
	for (unsigned i = 0; i < s->query.word_count && !result; i++) {
		if (!chy_search_is_mark(s, i))
			result = chy_stems_of(s->txn, s->stemmer,
				(struct chy_str){endings.data, endings.size}, &s->query.words[i],
				s->as_of, &s->stems[i]);
		s->stem_from[i] = s->stem_count;
		s->stem_count += s->stems[i].count;
	}
	chy_unmap(&endings);
	return result > 0 ? CHY_EDAMAGED : result;
}

/* A phrase is as rare as its rarest word, a clause as frequent as its phrases
 * together. */
static void weigh(struct chy_search *s, const double *units, double all)
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

/* The units of a row, which it tells, but for those that came later. */
static int count_row(const struct chy_search *s, uint32_t bucket, struct chy_str stem,
	struct chy_str row, double *sum)
{
	uint32_t end = chy_search_end(s, bucket), units;
	struct chy_postings postings;
	char key[CHY_WORDS_KEY];
	int result = CHY_OK;

	if (end != UINT32_MAX)
		result = chy_unseal(chy_words_row_key(bucket, stem, key), row, &row);
	if (!result && !chy_postings_begin(row, &postings, &units))
		result = CHY_EDAMAGED;
	if (result || end == UINT32_MAX) {
		*sum += result ? 0 : units;
		return result;
	}
	while ((result = chy_postings_next(&postings)) > 0 && postings.unit < end)
		*sum += 1;
	return result < 0 ? result : CHY_OK;
}

static int count_word(struct chy_search *s, uint32_t bucket, unsigned word, double *sum)
{
	int result = CHY_OK;

	for (size_t i = 0; i < s->stems[word].count && !result; i++) {
		struct chy_str row = s->rows[s->stem_from[word] + i];

		if (row.data)
			result = count_row(s, bucket, chy_stem_at(&s->stems[word], i), row, sum);
	}
	return result;
}

/* How often the words come in the newest buckets. */
static int count_units(struct chy_search *s)
{
	uint32_t first = s->bucket_count > RECENT ? s->bucket_count - RECENT : 0;
	double units[CHY_QUERY_WORDS] = {0}, part = 1 - (double)first / s->bucket_count;
	struct chy_counts counts;
	int result = chy_counts_get(s->txn, s->as_of, &counts);

	for (uint32_t bucket = first; bucket < s->bucket_count && !result; bucket++) {
		result = find_rows(s, bucket, 0, s->typed);
		for (unsigned i = 0; i < s->typed && !result; i++)
			result = count_word(s, bucket, i, &units[i]);
	}
	if (!result)
		weigh(s, units, part * ((double)counts.events + (double)counts.documents));
	return result;
}

/* -- all together ----------------------------------------------------------------------------------------- */

static void fini(struct chy_search *s)
{
	for (size_t i = 0; i < CHY_QUERY_WORDS; i++) {
		chy_places_fini(&s->words[i]);
		chy_places_fini(&s->phrases[i]);
		chy_places_fini(&s->clauses[i]);
	}
	chy_stemmer_free(s->stemmer);
	chy_scan_fini(&s->scan);
	free(s->candidates.list);
	free(s->rows);
	free(s->hits);
	free(s->allowed);
	free(s);
}

static int run(struct chy_search *s, uint64_t last, size_t limit, json_t *out)
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
	return result ? result : chy_search_show(s, limit, out);
}

/* The faults of the views, all but those that are told already. */
static int search_views(struct chy_search *s, struct chy_view *view, size_t limit, json_t *out,
	struct chy_fault *fault)
{
	uint64_t last;
	int result;

	s->stemmer = chy_stemmer_new();
	if (!s->stemmer)
		return chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
	result = chy_view_position(view, &last, fault);
	if (!result && s->filter->as_of && s->filter->as_of < last)
		last = s->as_of = s->filter->as_of;
	if (!result)
		result = find_stems(s, fault);
	if (result)
		return result;
	result = run(s, last, limit, out);
	if (result > 0)
		result = CHY_EDAMAGED;
	return result ? chy_fault_set(fault, result, view->path, 0, NULL) : CHY_OK;
}

/* The beginnings that have more stems than are looked for. */
static json_t *cut_of(const struct chy_search *s)
{
	json_t *out = json_array();

	for (unsigned i = 0; i < s->typed; i++)
		if (s->stems[i].more)
			json_array_append_new(out, json_stringn(s->query.words[i].text.data,
							   s->query.words[i].text.size));
	return out;
}

int chy_view_search(struct chy_view *view, struct chy_str words,
	const struct chy_event_filter *filter, json_t **out, json_t **out_cut,
	struct chy_fault *fault)
{
	size_t limit =
		filter->limit && filter->limit < CHY_SEARCH_MOST ? filter->limit : CHY_SEARCH_MOST;
	struct chy_search *s = calloc(1, sizeof(*s));
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
	add_marks(s);
	if (!result)
		result = chy_view_read(view, &s->txn, fault);
	if (!result) {
		result = search_views(s, view, limit, found, fault);
		chy_view_read_end(view, s->txn);
	}
	if (result)
		json_decref(found);
	else
		*out = found;
	if (!result && out_cut)
		*out_cut = cut_of(s);
	fini(s);
	return result;
}
