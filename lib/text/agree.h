/* What words agree with, once the tree is known: the gender and number of a
 * relative pronoun are those of what it stands for, a reflexive's those of the
 * subject, a participle's those of its noun. Which words agree in what is
 * learnt from the treebank as log odds of pairs. */
#pragma once

#include "model.h"

enum {
	CHY_BONDS_MAX = 2, /* of a word, as the dependent side */
	CHY_AGREE_STEPS = 20, /* of a byte of log odds, to one of them */
};

enum chy_bond_kind {
	CHY_BOND_HEAD, /* with the head, by relation */
	CHY_BOND_RELATIVE, /* with the head of the relative clause */
	CHY_BOND_SUBJECT, /* with the subject of the clause */
	CHY_BOND_PREDICATE, /* the same, of what is said of it */
};

/* That word `dependent` may agree with `partner` (indices of the words). */
struct chy_bond {
	enum chy_bond_kind kind;
	uint32_t dependent, partner;
};

/* A sentence's words with heads, relations, tags and features, and the first
 * subject of each, -1 where it has none (CHY_SPAN at most). */
struct chy_clause_view {
	const struct chy_word *words;
	size_t n;
	int32_t *subjects;
};

/* Gender and number as a number below CHY_AGREE_KINDS. */
uint8_t chy_agree_kind(struct chy_str feats);

/* Fills in view->subjects, which has room for view->n. */
void chy_agree_view(const struct chy_clause_view *view);
/* The bonds of word i; returns how many. */
unsigned chy_agree_bonds(
	const struct chy_clause_view *view, size_t i, struct chy_bond out[CHY_BONDS_MAX]);
/* A bond's key in the table: for its dependent's form, or for its universal
 * tag; 0 where the form has no say. */
uint64_t chy_agree_key(
	const struct chy_clause_view *view, const struct chy_bond *bond, bool by_form);

/* Chooses anew among the likely tags of each word (logits[i * step] and
 * after), so that they agree better; tags are changed in place. */
void chy_agree(const struct chy_text_model *model, const struct chy_clause_view *view,
	const float *logits, size_t step, uint32_t *tags);
