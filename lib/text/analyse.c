/* From text to sentences with trees: paragraphs, tokens, sentence ends,
 * contractions, then the parser. */
#include <string.h>

#include "ends.h"
#include "parse.h"

enum {
	TEXT_LIMIT = 64 << 20,
	OPENED_MAX = 256, /* bytes of the words of one contraction */
};

struct run {
	const struct chy_text_model *model;
	struct chy_workspace space;
	struct chy_arena *arena, scratch;
	struct chy_str text;
	struct chy_buffer pieces; /* of the paragraph */
	struct chy_buffer ends; /* of each piece: whether it ends a sentence */
	struct chy_buffer words; /* of the sentence */
	struct chy_buffer sentences;
	uint32_t paragraph;
};

static void add_piece(struct run *run, const struct chy_chunk *chunk, unsigned from, unsigned to)
{
	struct chy_piece piece = {.start = chunk->offset[from], .end = chunk->offset[to]};

	chy_piece_describe(&run->model->rows, run->text.data, &piece);
	piece.space_after = to == chunk->count;
	chy_buffer_add(&run->pieces, &piece, sizeof(piece));
}

static void split_chunk(struct run *run, const struct chy_chunk *chunk)
{
	const struct chy_segmenter *segmenter = &run->model->segmenter;
	struct chy_features features;
	unsigned start = 0;

	for (unsigned i = 1; i < chunk->count; i++) {
		if (!chy_chunk_candidate(chunk, i))
			continue;
		chy_chunk_features(chunk, i, start, segmenter->weight_mask, &features);
		if (chy_segmenter_score(segmenter, &features) <= 0)
			continue;
		add_piece(run, chunk, start, i);
		start = i;
	}
	add_piece(run, chunk, start, chunk->count);
}

static void split_paragraph(struct run *run, uint32_t at, uint32_t end)
{
	struct chy_chunk chunk;
	unsigned white;

	chy_buffer_clear(&run->pieces);
	while (at < end) {
		white = chy_white(run->text.data, at, end);
		if (white) {
			at += white;
			continue;
		}
		chy_chunk_read(run->text.data, &at, end, &chunk);
		split_chunk(run, &chunk);
		/* A chunk that was cut for its length goes on without space. */
		if (at < end && !chy_white(run->text.data, at, end) && run->pieces.size)
			((struct chy_piece *)(run->pieces.data + run->pieces.size))[-1]
				.space_after = false;
	}
}

/* A form without soft hyphens and other marks that nobody sees. */
static struct chy_str clean_form(struct run *run, struct chy_str form)
{
	size_t at = 0, size = 0;
	char *copy;

	if (!memchr(form.data, 0xc2, form.size) && !memchr(form.data, 0xe2, form.size))
		return form;
	copy = chy_arena_alloc(run->arena, form.size + 1);
	while (copy && at < form.size) {
		size_t from = at;
		uint32_t code = chy_utf8_next(form.data, form.size, &at);

		if (code == 0xad || (code >= 0x200b && code <= 0x200f) || code == 0x2060)
			continue;
		memcpy(copy + size, form.data + from, at - from);
		size += at - from;
	}
	if (!copy || !size || size == form.size)
		return form;
	return (struct chy_str){copy, size};
}

static void add_word(struct run *run, struct chy_str form, uint32_t token)
{
	struct chy_word word = {.form = form, .token = token, .head = -1};

	chy_buffer_add(&run->words, &word, sizeof(word));
}

/* The words of piece i of the paragraph, which is a token of the sentence. */
static int open_token(struct run *run, const struct chy_piece *pieces, size_t count, size_t i,
	struct chy_token *token, uint32_t index)
{
	const struct chy_segmenter *segmenter = &run->model->segmenter;
	struct chy_str form = {run->text.data + pieces[i].start, pieces[i].end - pieces[i].start};
	const struct chy_contraction *rule;
	struct chy_features features;
	char opened[OPENED_MAX], *copy;
	unsigned words = 0;

	form = clean_form(run, form);
	token->first_word = (uint32_t)(run->words.size / sizeof(struct chy_word));
	token->word_count = 1;
	rule = chy_contraction_find(segmenter, form);
	if (rule && rule->decide == 2) {
		chy_contraction_features(pieces, count, i, rule, segmenter->weight_mask, &features);
		if (chy_segmenter_score(segmenter, &features) <= 0)
			rule = NULL;
	}
	if (rule)
		words = chy_contraction_apply(rule, form, opened, sizeof(opened));
	if (!words) {
		add_word(run, form, index);
		return CHY_OK;
	}
	copy = chy_arena_copy(run->arena, opened, sizeof(opened));
	if (!copy)
		return CHY_EMEM;
	token->word_count = words;
	for (unsigned w = 0; w < words; w++, copy += strlen(copy) + 1)
		add_word(run, chy_str_from(copy), index);
	return CHY_OK;
}

static int add_sentence(struct run *run, size_t first, size_t last)
{
	const struct chy_piece *pieces = (const struct chy_piece *)run->pieces.data;
	size_t count = run->pieces.size / sizeof(*pieces);
	struct chy_sentence sentence = {.start = pieces[first].start,
		.end = pieces[last].end,
		.paragraph = run->paragraph,
		.token_count = last - first + 1};
	int result = CHY_OK;

	sentence.tokens = chy_arena_array(run->arena, struct chy_token, sentence.token_count);
	if (!sentence.tokens)
		return CHY_EMEM;
	chy_buffer_clear(&run->words);
	for (size_t i = first; !result && i <= last; i++) {
		struct chy_token *token = &sentence.tokens[i - first];

		token->start = pieces[i].start;
		token->end = pieces[i].end;
		token->space_after = pieces[i].space_after;
		result = open_token(run, pieces, count, i, token, (uint32_t)(i - first));
	}
	if (result || run->words.failed)
		return CHY_EMEM;
	sentence.word_count = run->words.size / sizeof(struct chy_word);
	sentence.words = (void *)chy_arena_copy(run->arena, run->words.data, run->words.size);
	if (!sentence.words)
		return CHY_EMEM;
	chy_buffer_add(&run->sentences, &sentence, sizeof(sentence));
	return chy_parse_sentence(run->model, &run->space, &sentence, run->arena, &run->scratch);
}

static int read_paragraph(struct run *run, uint32_t at, uint32_t end)
{
	struct chy_pieces pieces;
	size_t start = 0;
	int result;

	split_paragraph(run, at, end);
	if (run->pieces.failed)
		return CHY_EMEM;
	pieces.text = run->text.data;
	pieces.items = (const struct chy_piece *)run->pieces.data;
	pieces.count = run->pieces.size / sizeof(*pieces.items);
	result = chy_ends_find(run->model, &run->space, &pieces, &run->ends);
	for (size_t i = 0; !result && i < pieces.count; i++) {
		if (!run->ends.data[i])
			continue;
		result = add_sentence(run, start, i);
		start = i + 1;
	}
	run->paragraph += pieces.count > 0;
	return result;
}

static int read_paragraphs(struct run *run)
{
	struct chy_str rest = run->text, line;
	int result = CHY_OK;

	while (!result && chy_str_split(&rest, '\n', &line)) {
		uint32_t at = (uint32_t)(line.data - run->text.data);

		result = read_paragraph(run, at, at + (uint32_t)line.size);
	}
	return result;
}

static int hand_over(struct run *run, struct chy_analysis *out)
{
	void *sentences;

	if (run->sentences.failed)
		return CHY_EMEM;
	sentences = chy_arena_copy(run->arena, run->sentences.data, run->sentences.size);
	if (!sentences)
		return CHY_EMEM;
	*out = (struct chy_analysis){
		run->text, sentences, run->sentences.size / sizeof(struct chy_sentence)};
	return CHY_OK;
}

int chy_text_analyse(const struct chy_text_model *model, struct chy_str text,
	struct chy_arena *arena, struct chy_analysis *out)
{
	struct run run = {.model = model, .arena = arena, .text = text};
	int result;

	if (text.size > TEXT_LIMIT)
		return CHY_ELIMIT;
	if (!chy_utf8_valid(text.data, text.size, NULL))
		return CHY_EINPUT;
	result = chy_workspace_init(&run.space, model);
	if (result)
		return result;
	chy_arena_init(&run.scratch);
	chy_buffer_init(&run.pieces);
	chy_buffer_init(&run.ends);
	chy_buffer_init(&run.words);
	chy_buffer_init(&run.sentences);
	result = read_paragraphs(&run);
	if (!result)
		result = hand_over(&run, out);
	chy_buffer_fini(&run.pieces);
	chy_buffer_fini(&run.ends);
	chy_buffer_fini(&run.words);
	chy_buffer_fini(&run.sentences);
	chy_arena_fini(&run.scratch);
	chy_workspace_fini(&run.space);
	return result;
}
