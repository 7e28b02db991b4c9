/* Treebanks as the trainer sees them. */
#pragma once

#include "chancery/arena.h"
#include "chancery/text.h"
#include "lemma.h"
#include "names.h"
#include "rows.h"

/* A sentence as numbers. Words count from 1; 0 is the root. */
struct example {
	uint32_t count; /* words and the root */
	uint8_t treebank;
	const struct chy_sentence *sentence;
	uint32_t (*rows)[CHY_ROW_MAX];
	uint8_t *row_count;
	uint32_t *frequency; /* of the form in training */
	int32_t *heads; /* 0 for the root's child; [0] unused */
	int32_t *relations, *tags, *scripts; /* -1 where not known */
	int8_t *ends; /* of a window: whether a sentence ends here; else NULL */
};

struct treebank {
	const char *path;
	struct chy_analysis analysis;
	struct example *examples;
	size_t count, words;
};

/* A tag's universal tag and its features' values, numbered. */
enum { VALUES_MAX = 16 };
struct tag_values {
	uint32_t count, at[VALUES_MAX];
};

/* What the training data hold in all. */
struct inventory {
	struct names tags; /* "NOUN Gender=Masc|Number=Sing" */
	struct names values; /* "NOUN", "Gender=Masc" */
	struct tag_values *tag_values; /* of each tag */
	struct names relations;
	struct names scripts; /* bytes of struct chy_script */
	struct names forms; /* folded: code points */
	struct names lower; /* forms that stand in lower case */
	struct chy_row_slot *slots;
	struct chy_row_table table;
	uint32_t row_count;
};

/* Reads a treebank; ends the program with a sentence where it cannot. */
void treebank_read(struct treebank *treebank, const char *path, struct chy_arena *arena);

/* Adds a training treebank's names to the inventory. */
void inventory_add(struct inventory *inventory, const struct treebank *treebank);
/* Numbers the rows once everything is added. */
void inventory_close(struct inventory *inventory, uint32_t buckets);

/* Makes examples of a treebank's sentences. */
void treebank_encode(struct treebank *treebank, const struct inventory *inventory, unsigned id,
	struct chy_arena *arena);

/* The tokens of a treebank as one text: an example without a root, of which
 * windows are cut. */
void treebank_tokens(const struct treebank *treebank, const struct inventory *inventory,
	unsigned id, struct chy_arena *arena, struct example *out);
/* count tokens of it from a place; the last token's end is left out, since
 * what follows is not seen. */
struct example example_window(const struct example *all, size_t from, size_t count);
