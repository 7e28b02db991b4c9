/* Embedding rows of words. Sums of rows for parts of words: Bojanowski et
 * al., "Enriching Word Vectors with Subword Information", 2017. */
#include "rows.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

enum { PREFIXES = 4, SUFFIXES = 5 };

uint64_t chy_model_hash(const void *bytes, size_t size, uint64_t seed)
{
	const unsigned char *at = bytes;
	uint64_t hash = 0xcbf29ce484222325u ^ (seed * 0x9e3779b97f4a7c15u);

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ at[i]) * 0x100000001b3u;
	hash ^= hash >> 32;
	hash *= 0xd6e8feb86659fd93u;
	hash ^= hash >> 32;
	return hash;
}

static uint64_t hash_codes(const uint32_t *codes, unsigned count, uint64_t seed)
{
	uint64_t hash = seed * 0x9e3779b97f4a7c15u + count;

	for (unsigned i = 0; i < count; i++) {
		hash = (hash ^ codes[i]) * 0xd6e8feb86659fd93u;
		hash ^= hash >> 29;
	}
	hash *= 0xd6e8feb86659fd93u;
	return hash ^ (hash >> 32);
}

/* One code for the typographic variants of a character. */
static uint32_t fold_code(uint32_t code)
{
	if (code < 0x80) {
		if (code >= '0' && code <= '9')
			return '0';
		return code >= 'A' && code <= 'Z' ? code + 32 : code;
	}
	switch (code) {
	case 0xab: /* guillemets and curly double quotes */
	case 0xbb:
	case 0x201c:
	case 0x201d:
	case 0x201e:
	case 0x2033:
		return '"';
	case 0x2018:
	case 0x2019:
	case 0x2032:
	case 0xb4:
		return '\'';
	case 0x2014: /* dashes */
	case 0x2015:
	case 0x2212:
		return 0x2013;
	default:
		return u_isdigit((UChar32)code) ? '0' : (uint32_t)u_tolower((UChar32)code);
	}
}

enum shape {
	SHAPE_LOWER = CHY_SHAPE_LOWER,
	SHAPE_CAPITAL = CHY_SHAPE_CAPITAL,
	SHAPE_UPPER = CHY_SHAPE_UPPER,
	SHAPE_ONE_UPPER,
	SHAPE_MIXED,
	SHAPE_DIGITS,
	SHAPE_NUMBER,
	SHAPE_DIGIT_LETTERS,
	SHAPE_PUNCTUATION,
	SHAPE_PUNCTUATIONS,
	SHAPE_ABBREVIATION,
	SHAPE_HYPHEN_LOWER,
	SHAPE_HYPHEN_CAPITAL,
	SHAPE_OTHER
};

struct census {
	unsigned upper, lower, digit, other, hyphen, total;
	bool first_upper, last_dot;
};

static unsigned shape_of(const struct census *c)
{
	unsigned letters = c->upper + c->lower;

	if (!letters && !c->digit)
		return c->total == 1 ? SHAPE_PUNCTUATION : SHAPE_PUNCTUATIONS;
	if (!letters)
		return c->other ? SHAPE_NUMBER : SHAPE_DIGITS;
	if (c->digit)
		return SHAPE_DIGIT_LETTERS;
	if (c->last_dot)
		return SHAPE_ABBREVIATION;
	if (c->hyphen)
		return c->first_upper ? SHAPE_HYPHEN_CAPITAL : SHAPE_HYPHEN_LOWER;
	if (c->other)
		return SHAPE_OTHER;
	if (!c->upper)
		return SHAPE_LOWER;
	if (c->upper == 1 && c->first_upper)
		return c->total == 1 ? SHAPE_ONE_UPPER : SHAPE_CAPITAL;
	return c->lower ? SHAPE_MIXED : SHAPE_UPPER;
}

static void count_code(struct census *c, uint32_t code, uint32_t folded)
{
	bool upper, lower;

	if (code < 0x80) {
		upper = code >= 'A' && code <= 'Z';
		lower = code >= 'a' && code <= 'z';
	} else {
		upper = folded != code && u_isupper((UChar32)code);
		lower = !upper && u_isalpha((UChar32)code);
	}
	if (!c->total)
		c->first_upper = upper;
	c->last_dot = code == '.';
	c->total++;
	if (upper)
		c->upper++;
	else if (lower)
		c->lower++;
	else if (folded == '0')
		c->digit++;
	else
		c->other++;
	if (code == '-')
		c->hyphen++;
}

void chy_fold_form(struct chy_str form, struct chy_folded *out)
{
	struct census census = {0};
	size_t at = 0;

	out->count = 0;
	while (at < form.size && out->count < CHY_WORD_CODES) {
		uint32_t code = chy_utf8_next(form.data, form.size, &at);
		uint32_t folded = fold_code(code);

		count_code(&census, code, folded);
		out->codes[out->count++] = folded;
	}
	out->shape = shape_of(&census);
	out->hash = hash_codes(out->codes, out->count, 1);
}

uint32_t chy_row_find(const struct chy_row_table *table, uint64_t hash)
{
	uint32_t check = (uint32_t)(hash >> 32) | 1;
	uint32_t at = (uint32_t)hash & table->slot_mask;

	/* The table is never full, and its writer leaves every second slot
	 * free; the count guards against a damaged one. */
	for (uint32_t tries = 0; tries <= table->slot_mask; tries++) {
		const struct chy_row_slot *slot = &table->slots[at];

		if (!slot->check)
			return CHY_ROW_UNKNOWN;
		if (slot->check == check)
			return slot->row;
		at = (at + 1) & table->slot_mask;
	}
	return CHY_ROW_UNKNOWN;
}

static uint32_t without_mark(uint32_t code)
{
	UErrorCode error = U_ZERO_ERROR;
	UChar parts[8];

	if (code < 0xc0)
		return code;
	if (unorm2_getRawDecomposition(
		    unorm2_getNFDInstance(&error), (UChar32)code, parts, 8, &error) < 2 ||
		U_FAILURE(error))
		return code;
	return parts[0];
}

uint64_t chy_bare_hash(const struct chy_folded *form)
{
	uint32_t codes[CHY_WORD_CODES];

	for (unsigned i = 0; i < form->count; i++)
		codes[i] = without_mark(form->codes[i]);
	return hash_codes(codes, form->count, 5);
}

static uint32_t bucket(const struct chy_row_table *table, uint64_t hash)
{
	return CHY_ROW_BUCKET + (uint32_t)((hash & 0xffffffffu) * table->buckets >> 32);
}

unsigned chy_word_rows(const struct chy_row_table *table, const struct chy_folded *form, bool first,
	unsigned treebank, uint32_t rows[CHY_ROW_MAX])
{
	const uint32_t *codes = form->codes;
	unsigned count = 3, n = form->count;

	rows[0] = chy_row_find(table, form->hash);
	if (rows[0] == CHY_ROW_UNKNOWN)
		rows[0] = chy_row_find(table, chy_bare_hash(form));
	rows[0] &= ~CHY_ROW_COMMON;
	rows[1] = CHY_ROW_SHAPE + form->shape + (first ? 16 : 0);
	rows[2] = CHY_ROW_TREEBANK + treebank;
	for (unsigned k = 1; k <= PREFIXES && k <= n; k++)
		rows[count++] = bucket(table, hash_codes(codes, k, 2));
	for (unsigned k = 1; k <= SUFFIXES && k <= n; k++)
		rows[count++] = bucket(table, hash_codes(codes + n - k, k, 3));
	/* The whole, so that rare words have more than their parts. */
	rows[count++] = bucket(table, hash_codes(codes, n, 4));
	return count;
}
