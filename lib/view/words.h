/* The index of words: what words.c writes and search.c reads.
 *
 * A unit is what is found: the n-th event of a record, or, as its 0th, the
 * title of its document. The table `words` has, by the first letter of the key,
 *   "p" bucket (u32 BE) stem → sealed: how many units (u32 BE), and for each in
 *       order its place in the bucket (u16 BE: record × 32 + n, where 31 says
 *       that n - 31 follows as a varint), and the positions of the word, each a
 *       varint of 2 × what it lies behind the last one, + 1 where another follows;
 *       instead of a stem also the mark of what an event is or belongs to
 *   "t" record (u64 BE) → the id of the document that it added
 *   "w" folded word, NUL, stem → the first record that has it so (u64 BE)
 * A bucket is CHY_WORDS_BUCKET records, whatever the batches were: rows grow at
 * their end only, and new rows lie behind all others of their kind. */
#pragma once

#include "internal.h"
#include "token.h"

enum { CHY_WORDS_BUCKET = 2048, CHY_WORDS_MANY = 31 };

/* Room for any key of the table. */
enum { CHY_WORDS_KEY = 1 + 2 * CHY_STEM + 1 };
struct chy_str chy_words_row_key(uint32_t bucket, struct chy_str stem, char out[CHY_WORDS_KEY]);
/* What an event is or belongs to as a stem that no word has, by which filters are
 * looked for: the first letter of a `what` of internal.h, or one of these, and a text.
 * Long ones are cut: two may have one mark. */
#define CHY_MARK_CATEGORY 'E'
#define CHY_MARK_AUX 'X'
#define CHY_MARK_PLACE 'P' /* folded */
struct chy_str chy_words_mark(char letter, struct chy_str text, char out[CHY_STEM]);
struct chy_str chy_words_title_key(uint64_t record, char out[CHY_WORDS_KEY]);
struct chy_str chy_words_word_key(
	struct chy_str word, struct chy_str stem, char out[CHY_WORDS_KEY]);

/* The record in its bucket of the first unit of a row, sealed or not; -1 where it
 * has none. */
int32_t chy_words_row_begins(struct chy_str row);

/* A walk through the units of a row. */
struct chy_postings {
	const unsigned char *at, *end;
	uint32_t unit; /* record in the bucket × 2^16, + n */
	uint32_t position;
	bool more; /* positions of this unit are left */
};
/* False where the row is not one. *out_units may be NULL. */
bool chy_postings_begin(struct chy_str row, struct chy_postings *out, uint32_t *out_units);
/* The next unit, positions left over skipped: 1, 0 at the end, or CHY_EDAMAGED. */
int chy_postings_next(struct chy_postings *postings);
/* The next position of the unit: 1, 0 at the end, or CHY_EDAMAGED. */
int chy_postings_position(struct chy_postings *postings);

/* Calls for each text of an event in which words are looked for: its sentence,
 * names, persons and place. */
typedef void chy_text_visit(void *user, struct chy_str text, bool sentence);
void chy_each_text(const struct chy_value *event, chy_text_visit *visit, void *user);
