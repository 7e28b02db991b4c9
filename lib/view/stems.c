/* What each word of a query may stand as in the index. */
#include "stems.h"

#include <stdlib.h>
#include <string.h>

static void add_stem(struct chy_stems *stems, struct chy_str stem)
{
	for (size_t i = 0; i < stems->count; i++)
		if (chy_str_equal(stem, chy_stem_at(stems, i)))
			return;
	if (!stem.size || stem.size > CHY_STEM)
		return;
	if (stems->count == CHY_STEMS) {
		stems->more = true;
		return;
	}
	memcpy(stems->list[stems->count].text, stem.data, stem.size);
	stems->list[stems->count++].size = (unsigned char)stem.size;
}

/* One of the vocabulary, if it was learned by then. */
static int add_learned(
	struct chy_str key, struct chy_str value, uint64_t as_of, struct chy_stems *stems)
{
	const char *nul = memchr(key.data, 0, key.size);

	if (!nul || value.size != 8)
		return CHY_EDAMAGED;
	if (!as_of || chy_get_be(value.data, 8) <= as_of)
		add_stem(stems, (struct chy_str){nul + 1, (size_t)(key.data + key.size - nul) - 1});
	return CHY_OK;
}

/* Those of the vocabulary under a word, or under all that begin with it. */
static int add_known(struct chy_store_txn *txn, struct chy_str folded, bool prefix, uint64_t as_of,
	struct chy_stems *stems)
{
	char bytes[CHY_WORDS_KEY];
	struct chy_str start = chy_words_word_key(folded, CHY_STR(""), bytes), key, value;
	struct chy_store_cursor *cursor;
	int result = chy_store_cursor_open(txn, CHY_VIEW_WORDS, &cursor);

	if (result)
		return result;
	start.size -= prefix; /* the NUL */
	result = chy_store_seek(cursor, start, &key, &value);
	while (!result && !stems->more && key.size > start.size &&
		memcmp(key.data, start.data, start.size) == 0) {
		result = add_learned(key, value, as_of, stems);
		if (!result)
			result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	return result == CHY_END ? CHY_OK : result;
}

/* The longest ending of a language that a word has, typed without its marks. */
static bool find_ending(struct chy_str file, enum chy_tongue tongue, struct chy_str word,
	struct chy_str *out_typed, struct chy_str *out_written)
{
	struct chy_str line, parts[3];

	out_typed->size = 0;
	while (chy_str_split(&file, '\n', &line)) {
		size_t n = 0;

		if (!line.size || line.data[0] == '#')
			continue;
		while (n < 3 && chy_str_split(&line, '\t', &parts[n]))
			n++;
		if (n < 3 || chy_tongue_of(parts[0]) != tongue ||
			parts[1].size <= out_typed->size || parts[1].size >= word.size ||
			memcmp(word.data + word.size - parts[1].size, parts[1].data,
				parts[1].size) != 0)
			continue;
		*out_typed = parts[1];
		*out_written = parts[2];
	}
	return out_typed->size > 0;
}

/* The stem that a word typed without its marks has when they are put back. */
static void add_marked(struct chy_str endings, struct chy_stemmer *stemmer, enum chy_tongue tongue,
	struct chy_str folded, struct chy_stems *stems)
{
	char marked[2 * CHY_STEM], stem[CHY_STEM];
	struct chy_str typed, written;
	size_t size;

	if (!find_ending(endings, tongue, folded, &typed, &written) || written.size > CHY_STEM)
		return;
	size = folded.size - typed.size;
	memcpy(marked, folded.data, size);
	memcpy(marked + size, written.data, written.size);
	size = chy_stem(stemmer, tongue, (struct chy_str){marked, size + written.size}, stem);
	add_stem(stems, (struct chy_str){stem, size});
}

int chy_stems_of(struct chy_store_txn *txn, struct chy_stemmer *stemmer, struct chy_str endings,
	const struct chy_query_word *word, uint64_t as_of, struct chy_stems *out)
{
	char folded[CHY_STEM], stem[CHY_STEM];
	size_t size = chy_fold_word(word->text, folded);
	int result;

	out->count = 0;
	out->more = false;
	result = add_known(txn, (struct chy_str){folded, size}, word->prefix, as_of, out);
	for (int tongue = 0; tongue < CHY_TONGUES && !word->prefix; tongue++) {
		size = chy_stem(stemmer, (enum chy_tongue)tongue, word->text, stem);
		add_stem(out, (struct chy_str){stem, size});
		size = chy_fold_word(word->text, folded);
		if (size == word->text.size)
			add_marked(endings, stemmer, (enum chy_tongue)tongue,
				(struct chy_str){folded, size}, out);
	}
	return result;
}

void chy_stems_one(struct chy_stems *stems, struct chy_str stem)
{
	stems->count = 0;
	add_stem(stems, stem);
}

bool chy_stems_have(const struct chy_stems *stems, struct chy_str stem)
{
	for (size_t i = 0; i < stems->count; i++)
		if (chy_str_equal(stem, chy_stem_at(stems, i)))
			return true;
	return false;
}
