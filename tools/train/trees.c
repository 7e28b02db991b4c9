/* Reads a model and CoNLL-U or text, writes CoNLL-U: for scoring. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/conllu.h"
#include "chancery/text.h"

static int fail(const struct chy_fault *fault)
{
	char sentence[1024];

	fprintf(stderr, "%s\n", chy_fault_sentence(fault, sentence, sizeof(sentence)));
	return 1;
}

static int parse_gold(const struct chy_text_model *model, struct chy_str input,
	struct chy_arena *arena, struct chy_analysis *out, struct chy_fault *fault)
{
	int result = chy_conllu_read(input, arena, out, fault);

	for (size_t i = 0; !result && i < out->sentence_count; i++)
		result = chy_text_parse_words(model, &out->sentences[i], arena);
	return result;
}

int main(int argc, char **argv)
{
	struct chy_text_model *model;
	struct chy_fault fault = {0};
	struct chy_analysis analysis;
	struct chy_buffer input, output;
	struct chy_arena arena;
	struct chy_str text;
	bool gold = argc == 4 && strcmp(argv[3], "--gold-tokens") == 0;
	int result;

	if (argc != 3 && !gold) {
		fprintf(stderr, "usage: %s LANGUAGE FILE [--gold-tokens]\n", argv[0]);
		return 2;
	}
	chy_buffer_init(&input);
	chy_buffer_init(&output);
	chy_arena_init(&arena);
	if (chy_text_open(argv[1], &model, &fault) ||
		chy_buffer_read_file(&input, argv[2], 64u << 20, &fault))
		return fail(&fault);
	text = (struct chy_str){input.data, input.size};
	result = gold ? parse_gold(model, text, &arena, &analysis, &fault)
		      : chy_text_analyse(model, text, &arena, &analysis);
	if (!result)
		result = chy_conllu_write(&analysis, &output);
	if (result)
		return fail(&fault);
	fwrite(output.data, 1, output.size, stdout);
	chy_arena_fini(&arena);
	chy_buffer_fini(&input);
	chy_buffer_fini(&output);
	chy_text_close(model);
	return 0;
}
