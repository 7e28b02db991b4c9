/* From a word to the rows of the embedding table that it adds up: its own
 * row, rows of its beginnings and endings, one for its shape. The trainer and
 * the reader must agree, so both call this. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "chancery/string.h"

enum {
	CHY_ROW_ROOT = 0,
	CHY_ROW_UNKNOWN = 1,
	CHY_ROW_SHAPE = 2, /* to 33 */
	CHY_ROW_TREEBANK = 34, /* to 41 */
	CHY_ROW_BUCKET = 42,
	CHY_SHAPE_LOWER = 0,
	CHY_SHAPE_CAPITAL = 1,
	CHY_SHAPE_UPPER = 2,
	CHY_ROW_MAX = 20, /* rows of one word */
	CHY_WORD_CODES = 40, /* code points of a word that are looked at */
};

/* Word forms with a row of their own: an open-addressing table of hashes. */
struct chy_row_slot {
	uint32_t check; /* upper half of the hash, never 0 for a taken slot */
	uint32_t row; /* with CHY_ROW_COMMON */
};

/* Marks the rows of forms that stand in lower case too. */
#define CHY_ROW_COMMON 0x80000000u

struct chy_row_table {
	const struct chy_row_slot *slots;
	uint32_t slot_mask; /* slots - 1 */
	uint32_t buckets; /* rows for parts of words */
};

/* A form as the features see it: lower case, typographic quotes, apostrophes
 * and dashes made one, digits made 0. */
struct chy_folded {
	uint32_t codes[CHY_WORD_CODES];
	unsigned count;
	unsigned shape; /* 0 to 15; CHY_SHAPE_LOWER: letters, none upper */
	uint64_t hash;
};

/* 64-bit hash for what is stored in models (FNV-1a with a final mix). */
uint64_t chy_model_hash(const void *bytes, size_t size, uint64_t seed);

void chy_fold_form(struct chy_str form, struct chy_folded *out);

/* The hash under which a form's row is found, too, by who leaves the accents
 * out. */
uint64_t chy_bare_hash(const struct chy_folded *form);

/* Rows of a folded form. first: it opens its sentence. Returns how many; the
 * first is the word's own or CHY_ROW_UNKNOWN, the second its shape, the third
 * its treebank's. */
unsigned chy_word_rows(const struct chy_row_table *table, const struct chy_folded *form, bool first,
	unsigned treebank, uint32_t rows[CHY_ROW_MAX]);

/* The row of a hash in the table, with its mark; CHY_ROW_UNKNOWN where it has
 * none. */
uint32_t chy_row_find(const struct chy_row_table *table, uint64_t hash);
