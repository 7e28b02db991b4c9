/* CoNLL-U, the text form of treebanks, and a drawing of a tree for people.
 * The format: universaldependencies.org/format.html. */
#pragma once

#include "chancery/arena.h"
#include "chancery/error.h"
#include "chancery/string.h"
#include "chancery/text.h"

/* Appends an analysis: a comment with each sentence's text, a line for each
 * multiword token and word, SpaceAfter=No where no space follows. Forms hold
 * no white space: a space inside one is written as U+00A0. CHY_EMEM. */
int chy_conllu_write(const struct chy_analysis *analysis, struct chy_buffer *out);

/* Reads CoNLL-U. The text of the analysis is rebuilt from the tokens (one
 * sentence a line), and offsets are into that. Empty nodes, enhanced
 * dependencies and language-specific tags are left aside. Heads and relations
 * may be "_": such a word has no head (-1) and an empty relation.
 * CHY_EINPUT with the line in *fault, CHY_ELIMIT above 64 MiB, CHY_EMEM. */
int chy_conllu_read(struct chy_str text, struct chy_arena *arena, struct chy_analysis *out,
	struct chy_fault *fault);

/* Appends a drawing of the sentence's tree: a word a line, in the order of
 * the sentence, each behind the branches that lead to it. CHY_EMEM. */
int chy_tree_draw(const struct chy_sentence *sentence, struct chy_buffer *out);
