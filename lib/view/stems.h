#pragma once

#include "query.h"
#include "words.h"

enum { CHY_STEMS = 64 }; /* that one word stands for at most */

struct chy_stems {
	struct {
		char text[CHY_STEM];
		unsigned char size;
	} list[CHY_STEMS];
	size_t count;
};

static inline struct chy_str chy_stem_at(const struct chy_stems *stems, size_t i)
{
	return (struct chy_str){stems->list[i].text, stems->list[i].size};
}

/* The stems of a word of a query: those that the archive's words of that
 * spelling have in any language, and those that the rules of each language
 * give it, also with the marks of its ending put back (`endings`:
 * data/views/endings.tsv). */
int chy_stems_of(struct chy_store_txn *txn, struct chy_stemmer *stemmer, struct chy_str endings,
	const struct chy_query_word *word, struct chy_stems *out);
/* Of what is one stem as it is. */
void chy_stems_one(struct chy_stems *stems, struct chy_str stem);
bool chy_stems_have(const struct chy_stems *stems, struct chy_str stem);
