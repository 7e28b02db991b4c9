/* Reading and writing CoNLL-U. */
#include "chancery/conllu.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 10, LIMIT = 64 << 20 };

/* A form without white space that would break the line or the column. */
static void add_form(struct chy_buffer *out, struct chy_str form)
{
	for (size_t i = 0; i < form.size; i++) {
		unsigned char c = (unsigned char)form.data[i];

		if (c == ' ' || (c >= '\t' && c <= '\r'))
			chy_buffer_add(out, "\xc2\xa0", 2);
		else
			chy_buffer_add_char(out, (char)c);
	}
	if (!form.size)
		chy_buffer_add_char(out, '_');
}

static void add_column(struct chy_buffer *out, struct chy_str value)
{
	chy_buffer_add_char(out, '\t');
	add_form(out, value);
}

static void add_word(struct chy_buffer *out, const struct chy_sentence *sentence, size_t i)
{
	const struct chy_word *word = &sentence->words[i];
	const struct chy_token *token = &sentence->tokens[word->token];

	chy_buffer_printf(out, "%zu", i + 1);
	add_column(out, word->form);
	add_column(out, word->lemma);
	chy_buffer_printf(out, "\t%s\t_", chy_upos_name(word->upos));
	add_column(out, word->feats);
	if (word->deprel.size)
		chy_buffer_printf(out, "\t%d", word->head + 1);
	else
		chy_buffer_add_str(out, CHY_STR("\t_"));
	add_column(out, word->deprel);
	chy_buffer_printf(out, "\t_\t%s\n",
		token->word_count == 1 && !token->space_after ? "SpaceAfter=No" : "_");
}

static void add_text(struct chy_buffer *out, struct chy_str text)
{
	chy_buffer_add_str(out, CHY_STR("# text = "));
	for (size_t i = 0; i < text.size; i++) {
		char c = text.data[i];

		chy_buffer_add_char(out, c == '\n' || c == '\r' || c == '\t' ? ' ' : c);
	}
	chy_buffer_add_char(out, '\n');
}

int chy_conllu_write(const struct chy_analysis *analysis, struct chy_buffer *out)
{
	uint32_t paragraph = UINT32_MAX;

	for (size_t s = 0; s < analysis->sentence_count; s++) {
		const struct chy_sentence *sentence = &analysis->sentences[s];

		if (sentence->paragraph != paragraph)
			chy_buffer_add_str(out, CHY_STR("# newpar\n"));
		paragraph = sentence->paragraph;
		chy_buffer_printf(out, "# sent_id = %zu\n", s + 1);
		add_text(out, (struct chy_str){analysis->text.data + sentence->start,
				      sentence->end - sentence->start});
		for (size_t t = 0; t < sentence->token_count; t++) {
			const struct chy_token *token = &sentence->tokens[t];

			if (token->word_count > 1) {
				chy_buffer_printf(out, "%u-%u\t", token->first_word + 1,
					token->first_word + token->word_count);
				add_form(out, (struct chy_str){analysis->text.data + token->start,
						      token->end - token->start});
				chy_buffer_printf(out, "\t_\t_\t_\t_\t_\t_\t_\t%s\n",
					token->space_after ? "_" : "SpaceAfter=No");
			}
			for (uint32_t w = 0; w < token->word_count; w++)
				add_word(out, sentence, token->first_word + w);
		}
		chy_buffer_add_char(out, '\n');
	}
	return out->failed ? CHY_EMEM : CHY_OK;
}

/* A reader's state: arrays grow in blocks outside the arena and are copied
 * into it sentence by sentence. */
struct reader {
	struct chy_arena *arena;
	struct chy_buffer text; /* the text that is rebuilt */
	struct chy_buffer tokens, words, sentences;
	size_t line;
	size_t until; /* last word of the multiword token that is open */
	size_t sentence_start;
	bool space; /* a space stands before the next token */
	struct chy_fault *fault;
};

#define COUNT(buffer, type) ((buffer).size / sizeof(type))

static int malformed(struct reader *reader, const char *detail)
{
	return chy_fault_set(reader->fault, CHY_EINPUT, NULL, reader->line, "%s", detail);
}

static bool number(struct chy_str text, size_t *out)
{
	size_t value = 0;

	if (!text.size || text.size > 9)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = value * 10 + (size_t)(text.data[i] - '0');
	}
	*out = value;
	return true;
}

static struct chy_str value_of(struct chy_str column)
{
	return chy_str_is(column, "_") ? (struct chy_str){NULL, 0} : column;
}

static bool space_follows(struct chy_str misc)
{
	struct chy_str part;

	while (chy_str_split(&misc, '|', &part)) {
		if (chy_str_is(part, "SpaceAfter=No"))
			return false;
	}
	return true;
}

/* A token of the text; its words follow. */
static void open_token(struct reader *reader, struct chy_str form, bool space_after, size_t words)
{
	struct chy_token token = {0};

	if (reader->space)
		chy_buffer_add_char(&reader->text, ' ');
	token.start = (uint32_t)reader->text.size;
	chy_buffer_add_str(&reader->text, form);
	token.end = (uint32_t)reader->text.size;
	token.first_word = (uint32_t)COUNT(reader->words, struct chy_word);
	token.word_count = (uint32_t)words;
	token.space_after = space_after;
	reader->space = space_after;
	chy_buffer_add(&reader->tokens, &token, sizeof(token));
}

static int read_range(struct reader *reader, const struct chy_str *columns, struct chy_str rest)
{
	size_t first, last, count = COUNT(reader->words, struct chy_word);
	struct chy_str part;

	chy_str_split(&rest, '-', &part);
	if (!number(part, &first) || !number(rest, &last) || last < first || first != count + 1 ||
		reader->until > count)
		return malformed(reader, "a multiword token whose numbers do not fit");
	open_token(reader, columns[1], space_follows(columns[9]), last - first + 1);
	reader->until = last;
	return CHY_OK;
}

static int read_word(struct reader *reader, const struct chy_str *columns)
{
	size_t id, head = 0, count = COUNT(reader->words, struct chy_word);
	struct chy_word word = {.head = -1, .upos = CHY_UPOS_X};

	if (!number(columns[0], &id) || id != count + 1)
		return malformed(reader, "a word whose number is not the next");
	if (id > reader->until)
		open_token(reader, columns[1], space_follows(columns[9]), 1);
	if (!chy_str_is(columns[3], "_") && chy_upos_from_name(columns[3], &word.upos))
		return malformed(reader, "a tag that is not universal");
	if (!chy_str_is(columns[6], "_")) {
		if (!number(columns[6], &head))
			return malformed(reader, "a head that is no number");
		word.head = (int32_t)head - 1;
	}
	word.form = columns[1];
	word.lemma = chy_str_is(columns[1], "_") ? columns[2] : value_of(columns[2]);
	word.feats = value_of(columns[5]);
	word.deprel = value_of(columns[7]);
	word.token = (uint32_t)COUNT(reader->tokens, struct chy_token) - 1;
	chy_buffer_add(&reader->words, &word, sizeof(word));
	return CHY_OK;
}

static int read_line(struct reader *reader, struct chy_str line)
{
	struct chy_str columns[COLUMNS], rest = line;
	int count = 0;

	while (count < COLUMNS && chy_str_split(&rest, '\t', &columns[count]))
		count++;
	if (count != COLUMNS || rest.data)
		return malformed(reader, "a line that has not ten columns");
	if (!columns[1].size)
		return malformed(reader, "a word without a form");
	if (memchr(columns[0].data, '.', columns[0].size))
		return CHY_OK; /* an empty node */
	if (memchr(columns[0].data, '-', columns[0].size))
		return read_range(reader, columns, columns[0]);
	return read_word(reader, columns);
}

static int close_sentence(struct reader *reader)
{
	struct chy_sentence sentence = {0};
	size_t words = COUNT(reader->words, struct chy_word);

	if (!words)
		return CHY_OK;
	if (reader->until > words)
		return malformed(reader, "a multiword token without its words");
	for (size_t i = 0; i < words; i++) {
		const struct chy_word *word = (struct chy_word *)reader->words.data + i;

		if (word->head >= (int32_t)words)
			return malformed(reader, "a head outside its sentence");
	}
	sentence.start = (uint32_t)reader->sentence_start;
	sentence.end = (uint32_t)reader->text.size;
	sentence.token_count = COUNT(reader->tokens, struct chy_token);
	sentence.word_count = words;
	sentence.tokens =
		(void *)chy_arena_copy(reader->arena, reader->tokens.data, reader->tokens.size);
	sentence.words =
		(void *)chy_arena_copy(reader->arena, reader->words.data, reader->words.size);
	if (!sentence.tokens || !sentence.words)
		return CHY_EMEM;
	chy_buffer_add(&reader->sentences, &sentence, sizeof(sentence));
	chy_buffer_add_char(&reader->text, '\n');
	reader->sentence_start = reader->text.size;
	chy_buffer_clear(&reader->tokens);
	chy_buffer_clear(&reader->words);
	reader->until = 0;
	reader->space = false;
	return CHY_OK;
}

static int read_all(struct reader *reader, struct chy_str text)
{
	struct chy_str line;
	int result = CHY_OK;

	while (!result && chy_str_split(&text, '\n', &line)) {
		reader->line++;
		if (line.size && line.data[line.size - 1] == '\r')
			line.size--;
		if (!line.size)
			result = close_sentence(reader);
		else if (line.data[0] != '#')
			result = read_line(reader, line);
		else if (COUNT(reader->words, struct chy_word))
			result = malformed(reader, "a comment inside a sentence");
	}
	return result ? result : close_sentence(reader);
}

static int hand_over(struct reader *reader, struct chy_analysis *out)
{
	struct chy_analysis analysis = {0};

	if (reader->text.failed || reader->tokens.failed || reader->words.failed ||
		reader->sentences.failed)
		return CHY_EMEM;
	analysis.text.size = reader->text.size;
	analysis.text.data = chy_arena_copy(
		reader->arena, reader->text.data ? reader->text.data : "", reader->text.size);
	analysis.sentence_count = COUNT(reader->sentences, struct chy_sentence);
	analysis.sentences = (void *)chy_arena_copy(reader->arena,
		reader->sentences.data ? reader->sentences.data : "", reader->sentences.size);
	if (!analysis.text.data || !analysis.sentences)
		return CHY_EMEM;
	for (size_t i = 0; i < analysis.sentence_count; i++)
		analysis.sentences[i].paragraph = (uint32_t)i;
	*out = analysis;
	return CHY_OK;
}

int chy_conllu_read(struct chy_str text, struct chy_arena *arena, struct chy_analysis *out,
	struct chy_fault *fault)
{
	struct reader reader = {.arena = arena, .fault = fault};
	char *copy;
	int result;

	if (text.size > LIMIT)
		return chy_fault_set(fault, CHY_ELIMIT, NULL, 0, "more than 64 MiB of CoNLL-U");
	if (!chy_utf8_valid(text.data, text.size, NULL))
		return chy_fault_set(fault, CHY_EINPUT, NULL, 0, "the text is not UTF-8");
	copy = chy_arena_copy(arena, text.data, text.size);
	if (!copy)
		return CHY_EMEM;
	chy_buffer_init(&reader.text);
	chy_buffer_init(&reader.tokens);
	chy_buffer_init(&reader.words);
	chy_buffer_init(&reader.sentences);
	result = read_all(&reader, (struct chy_str){copy, text.size});
	if (!result)
		result = hand_over(&reader, out);
	chy_buffer_fini(&reader.text);
	chy_buffer_fini(&reader.tokens);
	chy_buffer_fini(&reader.words);
	chy_buffer_fini(&reader.sentences);
	return result;
}
