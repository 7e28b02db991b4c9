/* Text: from UTF-8 to sentences, words, lemmas and trees.
 *
 * The vocabulary is that of Universal Dependencies: a sentence has tokens
 * (what stands in the text) and words (what syntax sees: `no` is one token
 * and the two words `em` and `o`). A model is immutable once opened and may
 * be shared by threads; an analysis lives in the arena that it was made in. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chancery/arena.h"
#include "chancery/error.h"
#include "chancery/string.h"

/* The universal part-of-speech tags, in alphabetical order. */
enum chy_upos {
	CHY_UPOS_ADJ,
	CHY_UPOS_ADP,
	CHY_UPOS_ADV,
	CHY_UPOS_AUX,
	CHY_UPOS_CCONJ,
	CHY_UPOS_DET,
	CHY_UPOS_INTJ,
	CHY_UPOS_NOUN,
	CHY_UPOS_NUM,
	CHY_UPOS_PART,
	CHY_UPOS_PRON,
	CHY_UPOS_PROPN,
	CHY_UPOS_PUNCT,
	CHY_UPOS_SCONJ,
	CHY_UPOS_SYM,
	CHY_UPOS_VERB,
	CHY_UPOS_X,
	CHY_UPOS_COUNT
};

/* What stands in the text. Offsets are bytes into the text that was given;
 * tokens are in order and do not overlap; between them is white space (or
 * what the analysis leaves out, such as soft hyphens) only. */
struct chy_token {
	uint32_t start, end;
	uint32_t first_word, word_count; /* words of the sentence that it gives */
	bool space_after;
};

struct chy_word {
	struct chy_str form; /* as in the text, or the expanded word of a contraction */
	struct chy_str lemma; /* in the treebank's spelling; lower case but for names */
	struct chy_str feats; /* "Gender=Masc|Number=Plur", sorted; empty for none */
	struct chy_str deprel; /* relation to the head, with subtype ("nsubj:pass") */
	enum chy_upos upos;
	int32_t head; /* index of the head word in the sentence; -1 for the root */
	uint32_t token; /* index of its token in the sentence */
};

struct chy_sentence {
	uint32_t start, end; /* bytes of the text, white space at both ends left off */
	uint32_t paragraph; /* number of its paragraph, from 0 */
	struct chy_token *tokens;
	size_t token_count;
	struct chy_word *words;
	size_t word_count;
};

struct chy_analysis {
	struct chy_str text;
	struct chy_sentence *sentences;
	size_t sentence_count;
};

/* A language's whole pipeline, by its ISO 639-1 code ("pt"). */
struct chy_text_model;

/* Opens the model of a language from the data directory (data.h).
 * CHY_EUNSUPPORTED where Chancery has no such language, CHY_EABSENT where
 * the file is missing, CHY_EDAMAGED or CHY_EVERSION where it is not usable. */
int chy_text_open(const char *language, struct chy_text_model **out, struct chy_fault *fault);
void chy_text_close(struct chy_text_model *model);
const char *chy_text_language(const struct chy_text_model *model);
/* Name and version of the model, for the record ("pt-bosque 2.15 1"). */
const char *chy_text_model_name(const struct chy_text_model *model);

/* Analyses text (UTF-8, NFC; blank lines or single newlines part paragraphs
 * and no sentence crosses them; the first line of an article is its
 * headline). Everything in *out is in the arena; text must outlive it.
 * CHY_EINPUT for malformed UTF-8, CHY_ELIMIT above 64 MiB, CHY_EMEM. */
int chy_text_analyse(const struct chy_text_model *model, struct chy_str text,
	struct chy_arena *arena, struct chy_analysis *out);

/* Tags, lemmatises and parses sentences whose tokens and words (form, token)
 * are given; what else the words hold is overwritten. */
int chy_text_parse_words(
	const struct chy_text_model *model, struct chy_sentence *sentence, struct chy_arena *arena);

/* Reads whatever chy_text_guess_language needs, which then touches no file: for
 * a process that is about to lose the file system. CHY_EABSENT. */
int chy_text_prepare(struct chy_fault *fault);

/* The language of a text, as ISO 639-1, by libexttextcat: written to out.
 * CHY_NOT_FOUND where no language is likelier than the others. */
int chy_text_guess_language(struct chy_str text, char out[8]);

/* The languages that this edition reads, NULL-terminated ("pt", "en", "es"). */
const char *const *chy_text_languages(void);

/* The value of a feature ("VerbForm") of a word; empty where it has none. */
struct chy_str chy_word_feature(const struct chy_word *word, const char *name);
bool chy_word_has(const struct chy_word *word, const char *name, const char *value);
/* Whether the relation is this one, its subtype left aside unless given. */
bool chy_word_is(const struct chy_word *word, const char *deprel);

const char *chy_upos_name(enum chy_upos upos);
/* CHY_NOT_FOUND for a tag that is none. */
int chy_upos_from_name(struct chy_str name, enum chy_upos *out);
