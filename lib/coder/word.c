#include <string.h>

#include "chancery/fold.h"
#include "internal.h"

struct chy_str chy_folded(struct chy_document *document, struct chy_str text)
{
	struct chy_buffer buffer;
	struct chy_str out = {"", 0};
	char *copy;

	chy_buffer_init(&buffer);
	chy_fold(text, &buffer);
	copy = buffer.failed ? NULL : chy_arena_copy(document->arena, buffer.data, buffer.size);
	if (copy)
		out = (struct chy_str){copy, buffer.size};
	else
		document->out_of_memory = true;
	chy_buffer_fini(&buffer);
	return out;
}

static size_t first_row(const struct chy_coder *coder, struct chy_str key)
{
	size_t row;

	if (chy_lexicon_first(
		    &coder->lexicon, coder->word_index, coder->words, coder->word_count, key, &row))
		return row;
	return chy_lexicon_find(
		&coder->lexicon, coder->words, coder->word_count, sizeof(*coder->words), key);
}

struct chy_str chy_word_value(const struct chy_coder *coder, struct chy_str key, const char *kind)
{
	for (size_t i = first_row(coder, key); i < coder->word_count; i++) {
		const struct chy_lex_word *word = &coder->words[i];

		if (!chy_str_equal(chy_lexicon_text(&coder->lexicon, word->key), key))
			break;
		if (chy_str_is(chy_lexicon_text(&coder->lexicon, word->kind), kind))
			return chy_lexicon_text(&coder->lexicon, word->value);
	}
	return (struct chy_str){NULL, 0};
}

/* Whether a hyphen joins a token to the one before: *Jae-in* is one, two or
 * three tokens, by language. */
bool chy_hyphened(const struct chy_line *line, uint32_t token)
{
	const struct chy_token *tokens = line->sentence->tokens;
	struct chy_str before = token ? line->folded[token - 1] : (struct chy_str){"", 0};
	struct chy_str own = line->folded[token];

	return before.size && own.size && tokens[token].start == tokens[token - 1].end &&
	       (own.data[0] == '-' || before.data[before.size - 1] == '-');
}

/* How many tokens from `token` on are one word of a key; 0 for none. */
static uint32_t spell(const struct chy_line *line, uint32_t token, struct chy_str word)
{
	size_t at = 0;
	uint32_t n = 0;

	do {
		struct chy_str part;

		if (token + n >= line->sentence->token_count)
			return 0;
		part = line->folded[token + n];
		if (part.size > word.size - at || memcmp(part.data, word.data + at, part.size) != 0)
			return 0;
		at += part.size;
		n++;
	} while (at < word.size && token + n < line->sentence->token_count &&
		 chy_hyphened(line, token + n));
	return at == word.size ? n : 0;
}

/* How many tokens from `token` on are the key, whose words one space parts. */
static uint32_t spells(const struct chy_line *line, uint32_t token, struct chy_str key)
{
	struct chy_str word;
	uint32_t n = 0;

	while (chy_str_split(&key, ' ', &word)) {
		uint32_t more = spell(line, token + n, word);

		if (!more)
			return 0;
		n += more;
	}
	return n;
}

uint32_t chy_word_run(const struct chy_coder *coder, const struct chy_line *line, uint32_t token,
	const char *kind, struct chy_str *out)
{
	struct chy_str first = line->folded[token];
	uint32_t best = 0;

	if (!first.size)
		return 0;
	for (size_t i = first_row(coder, first); i < coder->word_count; i++) {
		const struct chy_lex_word *word = &coder->words[i];
		struct chy_str key = chy_lexicon_text(&coder->lexicon, word->key);
		uint32_t n;

		/* Keys of several words, and of words that a hyphen joins, stand right
		 * after that of the first alone. */
		if (key.size < first.size || memcmp(key.data, first.data, first.size) != 0 ||
			(key.size > first.size && (unsigned char)key.data[first.size] > '-'))
			break;
		if (!chy_str_is(chy_lexicon_text(&coder->lexicon, word->kind), kind))
			continue;
		n = spells(line, token, key);
		if (n <= best)
			continue;
		best = n;
		*out = chy_lexicon_text(&coder->lexicon, word->value);
	}
	return best;
}

struct chy_str chy_token_key(
	const struct chy_line *line, uint32_t token, uint32_t n, char *room, size_t size)
{
	size_t used = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct chy_str part = line->folded[token + i];

		if (used + part.size + 2 > size)
			return (struct chy_str){"", 0};
		if (i && !chy_hyphened(line, token + i))
			room[used++] = ' ';
		memcpy(room + used, part.data, part.size);
		used += part.size;
	}
	return (struct chy_str){room, used};
}
