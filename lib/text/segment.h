/* Where tokens, sentences and the words of contractions begin and end.
 *
 * Each question is a yes or no at a place of the text, answered by a linear
 * classifier over hashed features of what stands around it (Weinberger et al.,
 * "Feature Hashing for Large Scale Multitask Learning", 2009; the questions
 * after Gillick, "Sentence Boundary Detection and the Problem with the U.S.",
 * 2009). The trainer asks the same functions for the features. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chancery/error.h"
#include "chancery/string.h"

struct chy_row_table;
struct chy_text_model;

/* How contracted forms open up. Section "contractions": rules, and a table
 * from the hash of an ending (or a whole form) to a rule. */
struct chy_contraction {
	char ending[24]; /* lower case, terminated; for people */
	char first[24]; /* what comes after the kept part of the first word */
	char rest[32]; /* the other words, each behind a '+' */
	uint8_t strip; /* code points that the first word loses; 255: all */
	uint8_t whole; /* the ending is the whole form */
	uint8_t decide; /* 0: never a contraction, 1: always, 2: ask */
	uint8_t tail; /* 1: after the last hyphen stands what joins the first word */
};

struct chy_segmenter {
	const int8_t *weights;
	uint32_t weight_mask;
	const struct chy_contraction *contractions;
	uint32_t contraction_count;
	const uint32_t *contraction_slots; /* check and rule + 1 by turns */
	uint32_t contraction_mask;
};

enum {
	CHY_WEIGHT_LIMIT = 4, /* the largest weight, which is 127 */
	CHY_CHUNK_CODES = 256, /* longer runs without white space are cut */
	CHY_FEATURES_MAX = 48,
	CHY_ENDING_CODES = 12, /* the longest ending of a rule */
};

struct chy_features {
	uint32_t at[CHY_FEATURES_MAX];
	unsigned count;
};

/* A run without white space, decoded. */
struct chy_chunk {
	uint32_t code[CHY_CHUNK_CODES + 1]; /* folded as forms are */
	uint8_t kind[CHY_CHUNK_CODES + 1];
	uint32_t offset[CHY_CHUNK_CODES + 1]; /* of each in the text; and the end */
	unsigned count;
	uint64_t whole; /* hash of its codes */
	uint8_t next; /* kind of what follows the white space; 0: the end */
};

/* A token with what the features want to know of it. */
struct chy_piece {
	uint32_t start, end;
	uint32_t form, suffix; /* hashes */
	uint32_t last; /* code */
	uint8_t shape;
	uint8_t known; /* 0: not at all, 1: as a name or mark, 2: in lower case */
	bool space_after;
};

/* What a sentence has open. */
struct chy_open {
	uint32_t quotes, brackets;
};

/* Reads the chunk at *at (no white space there) of a paragraph that ends at
 * end; *at is moved behind it. */
void chy_chunk_read(const char *text, uint32_t *at, uint32_t end, struct chy_chunk *out);
/* White space as this module sees it; the bytes it takes, 0 where it is none. */
unsigned chy_white(const char *text, uint32_t at, uint32_t end);

/* Whether a token may end before code i of the chunk (0 < i < count). */
bool chy_chunk_candidate(const struct chy_chunk *chunk, unsigned i);
/* Features of that question; the token began at code `start`. */
void chy_chunk_features(const struct chy_chunk *chunk, unsigned i, unsigned start, uint32_t mask,
	struct chy_features *out);

void chy_piece_describe(
	const struct chy_row_table *table, const char *text, struct chy_piece *piece);

/* Whether the sentence ends after piece i of a paragraph's `count`. It began
 * at piece `start`. */
void chy_gap_features(const struct chy_piece *pieces, size_t count, size_t i, size_t start,
	const struct chy_open *open, uint32_t mask, struct chy_features *out);
/* To be told of each piece of a sentence, in order; zeroed at its start. */
void chy_open_update(struct chy_open *open, const struct chy_piece *piece);

/* The rule for a token, NULL where it has none: that of the whole form or of
 * the longest ending. */
const struct chy_contraction *chy_contraction_find(
	const struct chy_segmenter *segmenter, struct chy_str form);
void chy_contraction_features(const struct chy_piece *pieces, size_t count, size_t i,
	const struct chy_contraction *rule, uint32_t mask, struct chy_features *out);
/* The hash under which a rule is found. codes: lower case. */
uint64_t chy_ending_hash(const uint32_t *codes, unsigned count, bool whole);
/* The words of a token by a rule into out (each behind a '\0' but the first),
 * at most size bytes; returns how many words, 0 where they do not fit. */
unsigned chy_contraction_apply(
	const struct chy_contraction *rule, struct chy_str form, char *out, size_t size);

/* The sum of the features' weights in steps of
 * CHY_WEIGHT_LIMIT / 127: yes above
 * 0. */
int chy_segmenter_score(const struct chy_segmenter *segmenter, const struct chy_features *f);

int chy_segmenter_open(struct chy_text_model *model, struct chy_fault *fault);
