/* Compiled lexicons, mapped. See lexfile.h. */
#pragma once

#include "chancery/data.h"
#include "chancery/string.h"
#include "lexfile.h"

struct chy_lexicon {
	struct chy_mapping mapping;
	const struct chy_lex_header *header;
};

int chy_lexicon_open(const char *name, struct chy_lexicon *out, struct chy_fault *fault);
void chy_lexicon_close(struct chy_lexicon *lexicon);

/* The rows of a section; 0 of them where the file has none. */
const void *chy_lexicon_rows(
	const struct chy_lexicon *lexicon, const char *section, size_t stride, size_t *out_count);
struct chy_str chy_lexicon_text(const struct chy_lexicon *lexicon, struct chy_lex_ref ref);

/* First row whose key (its first member, a chy_lex_ref) is not before `key`;
 * rows of equal keys stand together. */
size_t chy_lexicon_find(const struct chy_lexicon *lexicon, const void *rows, size_t count,
	size_t stride, struct chy_str key);

/* An index of rows by the first word of their keys; no slots: none. */
struct chy_lex_index {
	const uint32_t *slots;
	size_t count;
};
struct chy_lex_index chy_lexicon_index(const struct chy_lexicon *lexicon, const char *section);
/* The first row whose key begins with this word; the count of the rows where
 * there is none. False, and nothing written, where an index cannot tell: there
 * is none, or the word has a space or a hyphen. */
bool chy_lexicon_first(const struct chy_lexicon *lexicon, struct chy_lex_index index,
	const struct chy_lex_word *rows, size_t count, struct chy_str word, size_t *out_row);
