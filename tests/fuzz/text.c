/* The first byte chooses a language, the rest is the text: its trees are trees
 * and its tokens in order; what CoNLL-U is written can be read. */
#include <stdint.h>
#include <stdlib.h>

#include "chancery/conllu.h"
#include "chancery/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct chy_text_model *model_of(unsigned which)
{
	static struct chy_text_model *models[3];
	struct chy_fault fault;

	which %= 3;
	if (!models[which] && chy_text_open(chy_text_languages()[which], &models[which], &fault))
		abort();
	return models[which];
}

static void check_sentence(const struct chy_sentence *s, uint32_t *at)
{
	size_t roots = 0;

	for (size_t i = 0; i < s->token_count; i++) {
		if (s->tokens[i].start < *at || s->tokens[i].end <= s->tokens[i].start)
			abort();
		*at = s->tokens[i].end;
	}
	for (size_t i = 0; i < s->word_count; i++) {
		int32_t word = (int32_t)i;
		size_t steps = 0;

		roots += s->words[i].head < 0;
		while (word >= 0 && steps++ <= s->word_count)
			word = s->words[word].head;
		if (word >= 0)
			abort();
	}
	if (roots != 1 || *at != s->end)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct chy_analysis analysis, again;
	struct chy_buffer out;
	struct chy_arena arena;
	struct chy_str text;
	uint32_t at = 0;

	if (!size)
		return 0;
	text = (struct chy_str){(const char *)data + 1, size - 1};
	chy_arena_init(&arena);
	chy_buffer_init(&out);
	if (chy_conllu_read(text, &arena, &again, NULL) == 0) {
		for (size_t i = 0; i < again.sentence_count; i++)
			chy_text_parse_words(model_of(data[0]), &again.sentences[i], &arena);
	}
	if (chy_text_analyse(model_of(data[0]), text, &arena, &analysis) == 0) {
		for (size_t i = 0; i < analysis.sentence_count; i++)
			check_sentence(&analysis.sentences[i], &at);
		if (chy_conllu_write(&analysis, &out) ||
			chy_conllu_read((struct chy_str){out.data, out.size}, &arena, &again, NULL))
			abort();
	}
	chy_buffer_fini(&out);
	chy_arena_fini(&arena);
	return 0;
}
