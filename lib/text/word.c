/* What a word can be asked. */
#include "chancery/text.h"

#include <string.h>

static const char *const names[CHY_UPOS_COUNT] = {"ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET",
	"INTJ", "NOUN", "NUM", "PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X"};

const char *chy_upos_name(enum chy_upos upos)
{
	return (unsigned)upos < CHY_UPOS_COUNT ? names[upos] : "_";
}

int chy_upos_from_name(struct chy_str name, enum chy_upos *out)
{
	for (int i = 0; i < CHY_UPOS_COUNT; i++) {
		if (chy_str_is(name, names[i])) {
			*out = (enum chy_upos)i;
			return CHY_OK;
		}
	}
	return CHY_NOT_FOUND;
}

struct chy_str chy_word_feature(const struct chy_word *word, const char *name)
{
	struct chy_str rest = word->feats, part;
	size_t size = strlen(name);

	while (chy_str_split(&rest, '|', &part)) {
		if (part.size > size && part.data[size] == '=' &&
			memcmp(part.data, name, size) == 0)
			return (struct chy_str){part.data + size + 1, part.size - size - 1};
	}
	return (struct chy_str){NULL, 0};
}

bool chy_word_has(const struct chy_word *word, const char *name, const char *value)
{
	struct chy_str rest = chy_word_feature(word, name), part;

	/* A feature may have several values: "PronType=Int,Rel". */
	while (chy_str_split(&rest, ',', &part)) {
		if (chy_str_is(part, value))
			return true;
	}
	return false;
}

bool chy_word_is(const struct chy_word *word, const char *deprel)
{
	size_t size = strlen(deprel);

	if (word->deprel.size < size || memcmp(word->deprel.data, deprel, size) != 0)
		return false;
	return word->deprel.size == size || word->deprel.data[size] == ':';
}
