/* The compiled lexicons: what tools/compile-data writes and lexicon.c maps.
 *
 * A file is a header and sections of fixed-size rows; text lies in the section
 * "text" and is referred to by place and size. Numbers are in the order of the
 * machine that compiled them; `order` tells a stranger. Rows with a key are
 * sorted by it. */
#pragma once

#include <stdint.h>

#define CHY_LEX_MAGIC "CHYLEX04"
enum { CHY_LEX_ORDER = 0x01020304, CHY_LEX_SECTIONS = 8 };

struct chy_lex_ref {
	uint32_t at, size;
};

struct chy_lex_section {
	char name[12];
	uint32_t at, rows, stride;
};

struct chy_lex_header {
	char magic[8];
	uint32_t order, sections;
	uint8_t hash[32]; /* of the data files that it was compiled from */
	struct chy_lex_section section[CHY_LEX_SECTIONS];
};

/* "actor" */
struct chy_lex_actor {
	struct chy_lex_ref code; /* as the catalogue has it */
	struct chy_lex_ref coded; /* as events have it: an organ's parent */
	struct chy_lex_ref en, pt, br, es, iso2, sector;
	int32_t from_year, to_year; /* of a state that is gone; 0 none */
	uint32_t successor; /* row, or UINT32_MAX; of a movement the state that it fights */
};

/* "term": words that name an actor */
enum chy_term_kind { CHY_TERM_NAME, CHY_TERM_DEMONYM, CHY_TERM_CAPITAL, CHY_TERM_ACRONYM };
struct chy_lex_term {
	struct chy_lex_ref key; /* folded, words parted by one space */
	uint32_t actor;
	uint8_t kind, languages; /* bits of CHY_LEX_PT … */
	uint16_t words;
};
enum { CHY_LEX_PT = 1, CHY_LEX_EN = 2, CHY_LEX_ES = 4, CHY_LEX_ANY = 7 };

/* "person": sorted by key, which is the folded full name or other name */
struct chy_lex_person {
	struct chy_lex_ref key, name, role;
	uint32_t actor;
	int32_t start, end; /* days since 1970; INT32_MAX: in office */
	uint16_t words;
	uint16_t surname; /* 1: the key is a last name alone; 2: listed as a short name */
};

/* "dispute" and "place": what the catalogue disputes, and its words */
struct chy_lex_dispute {
	struct chy_lex_ref id, en, pt, es, claimants, issue, region, start, end;
};
struct chy_lex_place {
	struct chy_lex_ref key;
	uint32_t dispute;
	uint8_t languages, reserved;
	uint16_t words;
};

/* "frame": an act; sorted by key */
struct chy_lex_frame {
	struct chy_lex_ref key; /* folded lemma */
	struct chy_lex_ref object; /* folded lemmas of the noun it needs, by '|'; empty for none */
	struct chy_lex_ref mode, cameo, arguments, flags, name;
	float score;
	uint8_t category, pos; /* 'V', 'N', 'A' */
	uint16_t reserved;
};

/* "wordindex": where in "word" the keys of each first word (up to a space or a
 * hyphen) begin, by that word's hash (FNV-1a, 32 bits; open addressing): the
 * row's number and one, or 0. A power of two of numbers. */

/* "word": anything else that a language's files say; sorted by key */
struct chy_lex_word {
	struct chy_lex_ref key, kind, value;
	uint32_t words;
};
