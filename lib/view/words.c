/* Taking in words. What a word is looked for by is found out once and kept,
 * since news repeat their words; a batch's words are gathered as numbers, and
 * written bucket by bucket in the order of stems. */
#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "chancery/fold.h"

enum {
	GAP = 8, /* positions between two texts: no phrase reaches over it */
	KNOWN = 1 << 16, /* words that are kept at most from batch to batch */
	STEMS = 2 * KNOWN, /* with the marks of what events belong to */
	LONGEST = 96 /* bytes of a word that is looked at */
};

/* A word as it was written, in a language. */
struct known {
	uint64_t hash; /* of bytes and language; 0: free */
	uint32_t at; /* of the bytes, in the pool */
	uint32_t stem; /* number + 1; 0: it is none */
	uint8_t size;
};

struct stem {
	uint32_t at;
	uint8_t size;
};

/* A word of the vocabulary that may be new to the table. */
struct fresh {
	uint64_t record;
	uint32_t at, stem;
	uint8_t size;
};

struct token {
	uint32_t stem;
	uint16_t record, n, position; /* record: in its bucket */
};

/* A growing array: of what, only its users know. */
struct list {
	void *items;
	size_t count, room;
};

struct chy_words {
	struct chy_stemmer *stemmer;
	struct chy_buffer pool;
	struct known *known; /* by hash */
	uint32_t *numbers; /* of stems, + 1, by hash */
	size_t known_room, known_count, numbers_room;
	struct list stems, fresh, tokens, buckets;
	uint64_t titled; /* the record whose title was placed last */
	struct chy_stage titles;
	bool failed;

	uint64_t record; /* of what is being placed */
	uint32_t n, position;
	enum chy_tongue tongue;
};

/* Tokens from one on are of a bucket. */
struct bucket {
	uint32_t number;
	size_t from;
};

static void *push(struct chy_words *w, struct list *list, size_t size)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 256;
		void *more = realloc(list->items, room * size);

		if (!more) {
			w->failed = true;
			return NULL;
		}
		list->items = more;
		list->room = room;
	}
	return (char *)list->items + size * list->count++;
}
#define PUSH(w, list, type) ((type *)push(w, list, sizeof(type)))

/* -- life ------------------------------------------------------------------------ */

void chy_words_free(struct chy_words *w)
{
	if (!w)
		return;
	chy_stemmer_free(w->stemmer);
	chy_buffer_fini(&w->pool);
	chy_stage_fini(&w->titles);
	free(w->known);
	free(w->numbers);
	free(w->stems.items);
	free(w->fresh.items);
	free(w->tokens.items);
	free(w->buckets.items);
	free(w);
}

struct chy_words *chy_words_new(void)
{
	struct chy_words *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	chy_buffer_init(&w->pool);
	w->stemmer = chy_stemmer_new();
	w->known_room = 1024;
	w->known = calloc(w->known_room, sizeof(*w->known));
	w->numbers_room = 1024;
	w->numbers = calloc(w->numbers_room, sizeof(*w->numbers));
	if (w->stemmer && w->known && w->numbers)
		return w;
	chy_words_free(w);
	return NULL;
}

/* What is known stays; when it has become much, it is learned anew. */
static void forget(struct chy_words *w)
{
	if (w->known_count < KNOWN && w->stems.count < STEMS)
		return;
	memset(w->known, 0, w->known_room * sizeof(*w->known));
	memset(w->numbers, 0, w->numbers_room * sizeof(*w->numbers));
	w->known_count = w->stems.count = 0;
	chy_buffer_clear(&w->pool);
}

/* -- stems ------------------------------------------------------------------------- */

static struct chy_str stem_at(const struct chy_words *w, uint32_t number)
{
	const struct stem *stem = (const struct stem *)w->stems.items + number;

	return (struct chy_str){w->pool.data + stem->at, stem->size};
}

static size_t number_slot(const struct chy_words *w, struct chy_str stem)
{
	size_t at = chy_str_hash(stem) & (w->numbers_room - 1);

	while (w->numbers[at] && !chy_str_equal(stem_at(w, w->numbers[at] - 1), stem))
		at = (at + 1) & (w->numbers_room - 1);
	return at;
}

static bool widen_numbers(struct chy_words *w)
{
	uint32_t *more;

	if (2 * w->stems.count < w->numbers_room)
		return true;
	more = calloc(2 * w->numbers_room, sizeof(*more));
	if (!more)
		return false;
	free(w->numbers);
	w->numbers = more;
	w->numbers_room *= 2;
	for (uint32_t i = 0; i < w->stems.count; i++)
		w->numbers[number_slot(w, stem_at(w, i))] = i + 1;
	return true;
}

static uint32_t add_bytes(struct chy_words *w, struct chy_str bytes)
{
	uint32_t at = (uint32_t)w->pool.size;

	chy_buffer_add_str(&w->pool, bytes);
	w->failed |= w->pool.failed;
	return at;
}

/* Its number + 1, given on first sight; 0: no memory. */
static uint32_t number_of(struct chy_words *w, struct chy_str stem)
{
	struct stem *added;
	size_t slot;

	if (!widen_numbers(w)) {
		w->failed = true;
		return 0;
	}
	slot = number_slot(w, stem);
	if (w->numbers[slot])
		return w->numbers[slot];
	added = PUSH(w, &w->stems, struct stem);
	if (!added)
		return 0;
	*added = (struct stem){add_bytes(w, stem), (uint8_t)stem.size};
	return w->numbers[slot] = (uint32_t)w->stems.count;
}

/* -- words ----------------------------------------------------------------------------- */

static uint64_t word_hash(struct chy_str word, enum chy_tongue tongue)
{
	uint64_t hash = 0xcbf29ce484222325u + tongue, part;

	for (; word.size >= 8; word.data += 8, word.size -= 8) {
		memcpy(&part, word.data, 8);
		hash = (hash ^ part) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 29;
	}
	part = word.size;
	memcpy(&part, word.data, word.size);
	hash = (hash ^ part ^ (uint64_t)word.size << 60) * 0x9e3779b97f4a7c15u;
	return (hash ^ hash >> 29) | 1;
}

static struct known *known_slot(const struct chy_words *w, struct chy_str word, uint64_t hash)
{
	size_t at = (hash >> 1) & (w->known_room - 1);

	while (w->known[at].hash &&
		!(w->known[at].hash == hash && w->known[at].size == word.size &&
			memcmp(w->pool.data + w->known[at].at, word.data, word.size) == 0))
		at = (at + 1) & (w->known_room - 1);
	return &w->known[at];
}

static bool widen_known(struct chy_words *w)
{
	struct known *old = w->known;
	size_t room = w->known_room;

	if (2 * w->known_count < room)
		return true;
	w->known = calloc(2 * room, sizeof(*w->known));
	if (!w->known) {
		w->known = old;
		return false;
	}
	w->known_room = 2 * room;
	for (size_t i = 0; i < room; i++) {
		size_t at = (old[i].hash >> 1) & (w->known_room - 1);

		if (!old[i].hash)
			continue;
		while (w->known[at].hash)
			at = (at + 1) & (w->known_room - 1);
		w->known[at] = old[i];
	}
	free(old);
	return true;
}

/* A word that was not seen before. Its number of stem + 1. */
static uint32_t learn(struct chy_words *w, struct chy_str word, uint64_t hash)
{
	char folded[CHY_STEM], stem[CHY_STEM];
	size_t size = chy_fold_word(word, folded);
	struct known *slot;
	struct fresh *fresh;
	uint32_t number = 0;

	if (size) {
		size_t n = chy_stem(w->stemmer, w->tongue, word, stem);

		number = number_of(w, (struct chy_str){stem, n});
		fresh = PUSH(w, &w->fresh, struct fresh);
		if (fresh && number)
			*fresh = (struct fresh){w->record,
				add_bytes(w, (struct chy_str){folded, size}), number - 1,
				(uint8_t)size};
	}
	if (!widen_known(w) || w->failed) {
		w->failed = true;
		return 0;
	}
	slot = known_slot(w, word, hash);
	*slot = (struct known){hash, add_bytes(w, word), number, (uint8_t)word.size};
	w->known_count++;
	return number;
}

static void place_word(struct chy_words *w, struct chy_str word)
{
	uint64_t hash;
	struct known *slot;
	struct token *token;
	uint32_t stem;

	word.size = word.size < LONGEST ? word.size : LONGEST;
	hash = word_hash(word, w->tongue);
	slot = known_slot(w, word, hash);
	stem = slot->hash ? slot->stem : learn(w, word, hash);
	if (!stem || w->position > UINT16_MAX)
		return;
	token = PUSH(w, &w->tokens, struct token);
	if (token)
		*token = (struct token){stem - 1, (uint16_t)(w->record % CHY_WORDS_BUCKET),
			(uint16_t)w->n, (uint16_t)w->position++};
}

static void place_text(void *user, struct chy_str text, bool sentence)
{
	struct chy_words *w = user;
	enum chy_tongue tongue = w->tongue;
	struct chy_str word;
	size_t at = 0;

	if (!sentence)
		w->tongue = CHY_TONGUE_NONE; /* names have no endings */
	while (chy_next_word(text, &at, &word))
		place_word(w, word);
	w->position += GAP;
	w->tongue = tongue;
}

static void begin_unit(struct chy_words *w, uint64_t record, uint32_t n, struct chy_str language)
{
	const struct bucket *last =
		w->buckets.count ? (const struct bucket *)w->buckets.items + w->buckets.count - 1
				 : NULL;
	uint32_t number = (uint32_t)(record / CHY_WORDS_BUCKET);
	struct bucket *bucket;

	w->record = record;
	w->n = n;
	w->position = 0;
	w->tongue = chy_tongue_of(language);
	if (last && last->number == number)
		return;
	bucket = PUSH(w, &w->buckets, struct bucket);
	if (bucket)
		*bucket = (struct bucket){number, w->tokens.count};
}

/* -- units ----------------------------------------------------------------------------- */

static void place_title(struct chy_words *w, uint64_t record, const struct chy_value *document)
{
	if (w->titled == record)
		return;
	w->titled = record;
	begin_unit(w, record, 0, chy_value_str(document, "language"));
	place_text(w, chy_value_str(document, "title"), true);
	place_text(w, chy_value_str(document, "source"), false);
}

void chy_words_document(struct chy_batch *batch, uint64_t record, const struct chy_hash *id,
	const struct chy_value *document)
{
	char key[CHY_WORDS_KEY];

	place_title(batch->words, record, document);
	chy_stage_add(&batch->words->titles, chy_words_title_key(record, key),
		(struct chy_str){(const char *)id->bytes, CHY_HASH_SIZE});
}

static void each_name(
	const struct chy_value *event, const char *side, chy_text_visit *visit, void *user)
{
	const struct chy_value *one = chy_value_first(chy_value_member(event, side));

	for (; one; one = chy_value_next(one)) {
		struct chy_str name = chy_value_str(one, "name");
		struct chy_str person = chy_value_str(one, "person");

		if (name.size)
			visit(user, name, false);
		if (person.size)
			visit(user, person, false);
	}
}

void chy_each_text(const struct chy_value *event, chy_text_visit *visit, void *user)
{
	struct chy_str place = chy_value_str(event, "place");

	visit(user, chy_value_str(event, "sentence"), true);
	each_name(event, "actor", visit, user);
	each_name(event, "recipient", visit, user);
	if (place.size)
		visit(user, place, false);
}

struct chy_str chy_words_mark(char letter, struct chy_str text, char out[CHY_STEM])
{
	size_t size = text.size < CHY_STEM - 2 ? text.size : CHY_STEM - 2;

	out[0] = '\x01'; /* sorts before all letters */
	out[1] = letter;
	if (size)
		memcpy(out + 2, text.data, size);
	return (struct chy_str){out, size + 2};
}

static void place_mark(struct chy_words *w, char letter, struct chy_str text)
{
	char bytes[CHY_STEM];
	uint32_t number = number_of(w, chy_words_mark(letter, text, bytes));
	struct token *token = number ? PUSH(w, &w->tokens, struct token) : NULL;

	if (token)
		*token = (struct token){
			number - 1, (uint16_t)(w->record % CHY_WORDS_BUCKET), (uint16_t)w->n, 0};
}

static void place_traits(struct chy_words *w, const struct chy_value *event)
{
	struct chy_str aux = chy_value_str(event, "aux"), place = chy_value_str(event, "place");
	struct chy_buffer folded;

	place_mark(w, CHY_MARK_CATEGORY, chy_value_str(event, "event"));
	if (aux.size)
		place_mark(w, CHY_MARK_AUX, aux);
	if (!place.size)
		return;
	chy_buffer_init(&folded);
	chy_fold(place, &folded);
	w->failed |= folded.failed;
	place_mark(w, CHY_MARK_PLACE, (struct chy_str){folded.data, folded.size});
	chy_buffer_fini(&folded);
}

bool chy_words_event(struct chy_batch *batch, uint64_t record, uint32_t n,
	const struct chy_value *event, const struct chy_value *document)
{
	struct chy_words *w = batch->words;

	if (n > UINT16_MAX)
		return false;
	place_title(w, record, document);
	begin_unit(w, record, n, chy_value_str(event, "language"));
	chy_each_text(event, place_text, w);
	place_traits(w, event);
	return true;
}

void chy_words_belong(struct chy_batch *batch, struct chy_str what)
{
	place_mark(batch->words, what.data[0], (struct chy_str){what.data + 1, what.size - 1});
}

/* -- rows -------------------------------------------------------------------------------- */

struct chy_str chy_words_row_key(uint32_t bucket, struct chy_str stem, char out[CHY_WORDS_KEY])
{
	out[0] = 'p';
	chy_put_be((unsigned char *)out + 1, bucket, 4);
	memcpy(out + 5, stem.data, stem.size);
	return (struct chy_str){out, 5 + stem.size};
}

struct chy_str chy_words_title_key(uint64_t record, char out[CHY_WORDS_KEY])
{
	out[0] = 't';
	chy_put_be((unsigned char *)out + 1, record, 8);
	return (struct chy_str){out, 9};
}

struct chy_str chy_words_word_key(struct chy_str word, struct chy_str stem, char out[CHY_WORDS_KEY])
{
	out[0] = 'w';
	memcpy(out + 1, word.data, word.size);
	out[1 + word.size] = 0;
	memcpy(out + 2 + word.size, stem.data, stem.size);
	return (struct chy_str){out, 2 + word.size + stem.size};
}

static void add_varint(struct chy_buffer *out, uint32_t value)
{
	for (; value >= 0x80; value >>= 7)
		chy_buffer_add_char(out, (char)(value | 0x80));
	chy_buffer_add_char(out, (char)value);
}

/* A unit's tokens of one stem, [0, n). */
static void encode_unit(struct chy_buffer *row, const struct token *tokens, size_t n)
{
	uint16_t part = tokens->n < CHY_WORDS_MANY ? tokens->n : CHY_WORDS_MANY;
	unsigned char place[2];
	uint32_t before = 0;

	chy_put_be(place, tokens->record * 32u + part, 2);
	chy_buffer_add(row, place, sizeof(place));
	if (part == CHY_WORDS_MANY)
		add_varint(row, tokens->n - CHY_WORDS_MANY);
	for (size_t i = 0; i < n; i++) {
		add_varint(row, (tokens[i].position - before) * 2 + (i + 1 < n));
		before = tokens[i].position;
	}
}

/* What is in the table already, or the room for the count. */
static int begin_row(struct chy_batch *batch, struct chy_str key, bool old, struct chy_buffer *row)
{
	struct chy_str there;
	int result = old ? chy_sealed_get(batch->txn, CHY_VIEW_WORDS, key, &there) : CHY_NOT_FOUND;

	chy_buffer_clear(row);
	if (result == CHY_NOT_FOUND)
		chy_buffer_add_str(row, CHY_STR("\0\0\0\0"));
	else if (!result)
		chy_buffer_add_str(row, there);
	if (row->failed)
		return CHY_EMEM;
	return result < 0 ? result : CHY_OK;
}

/* The tokens [0, n) are of one stem in one bucket, in order. */
static int write_row(struct chy_batch *batch, uint32_t bucket, bool old, const struct token *tokens,
	size_t n, struct chy_buffer *row)
{
	char bytes[CHY_WORDS_KEY];
	struct chy_str key = chy_words_row_key(bucket, stem_at(batch->words, tokens->stem), bytes);
	uint32_t units;
	int result = begin_row(batch, key, old, row);

	if (result)
		return result;
	if (row->size < 4)
		return CHY_EDAMAGED;
	units = (uint32_t)chy_get_be(row->data, 4);
	for (size_t i = 0, end; i < n; i = end, units++) {
		for (end = i + 1; end < n && tokens[end].record == tokens[i].record &&
				  tokens[end].n == tokens[i].n;)
			end++;
		encode_unit(row, tokens + i, end - i);
	}
	if (row->failed)
		return CHY_EMEM;
	chy_put_be((unsigned char *)row->data, units, 4);
	return chy_sealed_put(batch->txn, CHY_VIEW_WORDS, key, row);
}

static int by_stem(const void *one, const void *other, void *words)
{
	return chy_str_compare(
		stem_at(words, *(const uint32_t *)one), stem_at(words, *(const uint32_t *)other));
}

/* The stems that come in this batch, in order. */
static uint32_t *stems_in_order(struct chy_words *w, size_t *out_count)
{
	const struct token *tokens = w->tokens.items;
	uint32_t *order = malloc((w->stems.count + 1) * sizeof(*order));
	bool *seen = calloc(w->stems.count + 1, sizeof(*seen));
	size_t n = 0;

	for (size_t i = 0; order && seen && i < w->tokens.count; i++) {
		if (seen[tokens[i].stem])
			continue;
		seen[tokens[i].stem] = true;
		order[n++] = tokens[i].stem;
	}
	if (n)
		qsort_r(order, n, sizeof(*order), by_stem, w);
	if (!seen) {
		free(order);
		order = NULL;
	}
	free(seen);
	*out_count = n;
	return order;
}

/* Room for the counting of tokens by stem. */
struct sorting {
	uint32_t *order; /* stems in order */
	size_t stems;
	size_t *ends; /* by stem: behind its last token */
	struct token *sorted;
	struct chy_buffer row;
};

static int write_bucket(struct chy_batch *batch, struct sorting *s, const struct bucket *bucket,
	size_t to, bool old)
{
	const struct token *tokens = batch->words->tokens.items;
	size_t at = 0;
	int result = CHY_OK;

	memset(s->ends, 0, batch->words->stems.count * sizeof(*s->ends));
	for (size_t i = bucket->from; i < to; i++)
		s->ends[tokens[i].stem]++;
	for (size_t i = 0; i < s->stems; i++) {
		size_t count = s->ends[s->order[i]];

		s->ends[s->order[i]] = at;
		at += count;
	}
	for (size_t i = bucket->from; i < to; i++)
		s->sorted[s->ends[tokens[i].stem]++] = tokens[i];
	at = 0;
	for (size_t i = 0; i < s->stems && !result; i++) {
		size_t end = s->ends[s->order[i]];

		if (end > at)
			result = write_row(
				batch, bucket->number, old, s->sorted + at, end - at, &s->row);
		at = end > at ? end : at;
	}
	return result;
}

static int write_buckets(struct chy_batch *batch)
{
	struct chy_words *w = batch->words;
	const struct bucket *buckets = w->buckets.items;
	struct sorting s = {.order = NULL};
	int result = CHY_OK;

	chy_buffer_init(&s.row);
	s.order = stems_in_order(w, &s.stems);
	s.ends = malloc((w->stems.count + 1) * sizeof(*s.ends));
	s.sorted = malloc((w->tokens.count + 1) * sizeof(*s.sorted));
	if (!s.order || !s.ends || !s.sorted)
		result = CHY_EMEM;
	for (size_t i = 0; i < w->buckets.count && !result; i++)
		/* Only the first may have rows of records before this batch. */
		result = write_bucket(batch, &s, &buckets[i],
			i + 1 < w->buckets.count ? buckets[i + 1].from : w->tokens.count, i == 0);
	chy_buffer_fini(&s.row);
	free(s.order);
	free(s.ends);
	free(s.sorted);
	return result;
}

static int write_fresh(struct chy_batch *batch)
{
	struct chy_words *w = batch->words;
	const struct fresh *fresh = w->fresh.items;
	struct chy_stage keys = {.items = NULL};
	struct chy_str there;
	char key[CHY_WORDS_KEY];
	int result;

	for (size_t i = 0; i < w->fresh.count; i++) {
		unsigned char record[8];

		chy_put_be(record, fresh[i].record, sizeof(record));
		chy_stage_add(&keys,
			chy_words_word_key(
				(struct chy_str){w->pool.data + fresh[i].at, fresh[i].size},
				stem_at(w, fresh[i].stem), key),
			(struct chy_str){(const char *)record, sizeof(record)});
	}
	result = chy_stage_sort(&keys);
	for (size_t i = 0; i < keys.count && !result; i++) {
		struct chy_str word = chy_staged_key(&keys, i);

		result = chy_store_get(batch->txn, CHY_VIEW_WORDS, word, &there);
		if (result == CHY_NOT_FOUND)
			result = chy_store_put(
				batch->txn, CHY_VIEW_WORDS, word, chy_staged_value(&keys, i));
	}
	chy_stage_fini(&keys);
	return result;
}

static int write_titles(struct chy_batch *batch)
{
	struct chy_stage *titles = &batch->words->titles;
	int result = chy_stage_sort(titles);

	for (size_t i = 0; i < titles->count && !result; i++)
		result = chy_store_put(batch->txn, CHY_VIEW_WORDS, chy_staged_key(titles, i),
			chy_staged_value(titles, i));
	chy_stage_clear(titles);
	return result;
}

int chy_words_flush(struct chy_batch *batch)
{
	struct chy_words *w = batch->words;
	int result = w->failed ? CHY_EMEM : CHY_OK;

	if (!result && w->tokens.count)
		result = write_buckets(batch);
	if (!result)
		result = write_titles(batch);
	if (!result)
		result = write_fresh(batch);
	w->tokens.count = w->buckets.count = w->fresh.count = 0;
	w->titled = 0;
	forget(w);
	return result;
}

/* -- reading rows ----------------------------------------------------------------------------- */

int32_t chy_words_row_begins(struct chy_str row)
{
	return row.size < 6 ? -1 : (int32_t)(chy_get_be(row.data + 4, 2) / 32);
}

bool chy_postings_begin(struct chy_str row, struct chy_postings *out, uint32_t *out_units)
{
	if (row.size < 4)
		return false;
	*out = (struct chy_postings){.at = (const unsigned char *)row.data + 4,
		.end = (const unsigned char *)row.data + row.size};
	if (out_units)
		*out_units = (uint32_t)chy_get_be(row.data, 4);
	return true;
}

static bool take_varint(struct chy_postings *p, uint32_t *out)
{
	uint32_t value = 0;

	for (unsigned shift = 0; p->at < p->end && shift < 28; shift += 7) {
		unsigned char byte = *p->at++;

		value |= (uint32_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*out = value;
			return true;
		}
	}
	return false;
}

int chy_postings_position(struct chy_postings *p)
{
	uint32_t value;

	if (!p->more)
		return 0;
	if (!take_varint(p, &value))
		return CHY_EDAMAGED;
	p->position += value >> 1;
	p->more = value & 1;
	return 1;
}

int chy_postings_next(struct chy_postings *p)
{
	uint32_t place, n = 0;
	int result = 1;

	while (p->more && result > 0)
		result = chy_postings_position(p);
	if (result < 0 || p->at == p->end)
		return result < 0 ? result : 0;
	if (p->end - p->at < 2)
		return CHY_EDAMAGED;
	place = (uint32_t)chy_get_be((const char *)p->at, 2);
	p->at += 2;
	if (place % 32 == CHY_WORDS_MANY && !take_varint(p, &n))
		return CHY_EDAMAGED;
	n += place % 32;
	if (n > UINT16_MAX)
		return CHY_EDAMAGED;
	p->unit = place / 32 << 16 | n;
	p->position = 0;
	p->more = true;
	return 1;
}
