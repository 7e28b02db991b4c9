/* Words of a text, and what they are looked for by. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chancery/string.h"

/* Longest folded word or stem, in bytes; longer ones are cut. */
enum { CHY_STEM = 40 };

/* The next word at or after *at, which is moved past it; false at the end. A
 * word is a run of letters and digits; of Chinese and Japanese, one character. */
bool chy_next_word(struct chy_str text, size_t *at, struct chy_str *out);

/* A word in lower case without marks; its size. */
size_t chy_fold_word(struct chy_str word, char out[CHY_STEM]);

/* The languages whose endings are known. */
enum chy_tongue { CHY_TONGUE_NONE, CHY_TONGUE_PT, CHY_TONGUE_EN, CHY_TONGUE_ES, CHY_TONGUES };
enum chy_tongue chy_tongue_of(struct chy_str language);

struct chy_stemmer;
struct chy_stemmer *chy_stemmer_new(void); /* NULL: no memory */
void chy_stemmer_free(struct chy_stemmer *stemmer);
/* What of a word stays the same in all its forms, by the language's rules, then
 * folded; its size. Without a language: the word, folded. */
size_t chy_stem(struct chy_stemmer *stemmer, enum chy_tongue tongue, struct chy_str word,
	char out[CHY_STEM]);
