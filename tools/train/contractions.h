/* Which forms are contractions, and what they open to, from a treebank. */
#pragma once

#include "save.h"
#include "segment.h"

struct contractions {
	struct chy_contraction *rules;
	size_t count, capacity;
	uint32_t *slots; /* as struct chy_segmenter has them */
	size_t slot_count;
	uint64_t *hashes; /* of each rule */
};

/* supplement: a file of lines "form<TAB>word word", where a form "*x" is an
 * ending and "*" in its first word what stands before it; NULL for none. */
void contractions_learn(struct contractions *contractions, const struct chy_analysis *analysis,
	const char *supplement);
void contractions_use(const struct contractions *contractions, struct chy_segmenter *out);
void contractions_save(const struct contractions *contractions, struct model_writer *writer);
