#pragma once

#include "query.h"
#include "words.h"

enum { CHY_STEMS = CHY_SEARCH_STEMS }; /* that one word stands for at most */

struct chy_stems {
	struct {
		char text[CHY_STEM];
		unsigned char size;
	} list[CHY_STEMS];
	size_t count;
	bool more; /* a beginning has others, which are not looked for */
};

static inline struct chy_str chy_stem_at(const struct chy_stems *stems, size_t i)
{
	return (struct chy_str){stems->list[i].text, stems->list[i].size};
}

/* The stems of a word of a query: those that the archive's words of that
 * spelling had in any language by a record (0: now), and those that the rules of each language
 * give it, also with the marks of its ending put back (`endings`:
 * data/views/endings.tsv). */
int chy_stems_of(struct chy_store_txn *txn, struct chy_stemmer *stemmer, struct chy_str endings,
	const struct chy_query_word *word, uint64_t as_of, struct chy_stems *out);
/* Of what is one stem as it is. */
void chy_stems_one(struct chy_stems *stems, struct chy_str stem);
bool chy_stems_have(const struct chy_stems *stems, struct chy_str stem);
