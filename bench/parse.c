/* Words a second from raw text to trees, on one core, and where the time goes.
 * usage: parse [LANGUAGE [FILE]]   (the sample of the tests where no FILE) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "network.h"
#include "parse.h"
#include "tree.h"

enum { RUNS = 7, WORDS_WANTED = 60000, COPIES_MAX = 4000 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void stop(const struct chy_fault *fault)
{
	char sentence[1024];

	fprintf(stderr, "%s\n", chy_fault_sentence(fault, sentence, sizeof(sentence)));
	exit(1);
}

static size_t count_words(const struct chy_analysis *a)
{
	size_t words = 0;

	for (size_t i = 0; i < a->sentence_count; i++)
		words += a->sentences[i].word_count;
	return words;
}

/* The text often enough for a measurement. */
static void repeat(const struct chy_text_model *model, struct chy_buffer *text)
{
	struct chy_analysis a;
	struct chy_arena arena;
	size_t size = text->size, words;

	chy_arena_init(&arena);
	if (chy_text_analyse(model, (struct chy_str){text->data, size}, &arena, &a))
		exit(1);
	words = count_words(&a);
	for (size_t i = 1; words * i < WORDS_WANTED && i < COPIES_MAX; i++) {
		char *copy = strndup(text->data, size);

		chy_buffer_add_char(text, '\n');
		chy_buffer_add(text, copy, size);
		free(copy);
	}
	chy_arena_fini(&arena);
}

static double best_analysis(const struct chy_text_model *model, const struct chy_buffer *text,
	struct chy_arena *arena, struct chy_analysis *out)
{
	double best = 1e9;

	for (int i = 0; i < RUNS; i++) {
		double start = now();

		chy_arena_clear(arena);
		if (chy_text_analyse(model, (struct chy_str){text->data, text->size}, arena, out))
			exit(1);
		best = now() - start < best ? now() - start : best;
	}
	return best;
}

static double best_parsing(const struct chy_text_model *model, struct chy_analysis *a)
{
	double best = 1e9;

	for (int i = 0; i < RUNS; i++) {
		struct chy_arena arena, scratch;
		struct chy_workspace space;
		double start = now();

		chy_arena_init(&arena);
		chy_arena_init(&scratch);
		if (chy_workspace_init(&space, model))
			exit(1);
		for (size_t s = 0; s < a->sentence_count; s++)
			chy_parse_sentence(model, &space, &a->sentences[s], &arena, &scratch);
		best = now() - start < best ? now() - start : best;
		chy_workspace_fini(&space);
		chy_arena_fini(&scratch);
		chy_arena_fini(&arena);
	}
	return best;
}

/* The network alone: rows are made outside the clock. */
static double best_network(
	const struct chy_text_model *model, const struct chy_analysis *a, double *out_decoding)
{
	double best = 1e9;

	*out_decoding = 1e9;
	for (int i = 0; i < RUNS; i++) {
		struct chy_workspace space;
		struct chy_arena scratch;
		double network = 0, decoding = 0, start;
		int32_t heads[CHY_SPAN];

		chy_arena_init(&scratch);
		if (chy_workspace_init(&space, model))
			exit(1);
		space.rows[0][0] = CHY_ROW_ROOT;
		space.row_count[0] = 1;
		for (size_t s = 0; s < a->sentence_count; s++) {
			const struct chy_sentence *sentence = &a->sentences[s];
			size_t n =
				sentence->word_count < CHY_SPAN ? sentence->word_count : CHY_SPAN;

			for (size_t w = 0; w < n; w++) {
				struct chy_folded folded;

				chy_fold_form(sentence->words[w].form, &folded);
				space.row_count[w + 1] = (uint8_t)chy_word_rows(
					&model->rows, &folded, !w, 0, space.rows[w + 1]);
			}
			start = now();
			chy_network_run(model, &space, n);
			network += now() - start;
			start = now();
			chy_arena_clear(&scratch);
			chy_tree_decode(space.arcs, n, &scratch, heads);
			decoding += now() - start;
		}
		best = network < best ? network : best;
		*out_decoding = decoding < *out_decoding ? decoding : *out_decoding;
		chy_workspace_fini(&space);
		chy_arena_fini(&scratch);
	}
	return best;
}

static void say(const char *what, double seconds, double all)
{
	printf("  %-44s %5.1f %%\n", what, 100 * seconds / all);
}

int main(int argc, char **argv)
{
	const char *language = argc > 1 ? argv[1] : "pt";
	char sample[64];
	struct chy_text_model *model;
	struct chy_fault fault = {0};
	struct chy_analysis a;
	struct chy_buffer text;
	struct chy_arena arena;
	struct rusage before, after;
	double start = now(), load, all, parsing, network, decoding;
	size_t words;

	getrusage(RUSAGE_SELF, &before);
	if (chy_text_open(language, &model, &fault))
		stop(&fault);
	load = now() - start;
	chy_buffer_init(&text);
	chy_arena_init(&arena);
	snprintf(sample, sizeof(sample), "tests/unit/text/samples/%s.txt", language);
	if (chy_buffer_read_file(&text, argc > 2 ? argv[2] : sample, 8u << 20, &fault))
		stop(&fault);
	repeat(model, &text);
	all = best_analysis(model, &text, &arena, &a);
	words = count_words(&a);
	getrusage(RUSAGE_SELF, &after);
	parsing = best_parsing(model, &a);
	network = best_network(model, &a, &decoding);
	printf("%s: %.0f words a second, raw text to trees (%zu words, best of %d)\n", language,
		(double)words / all, words, RUNS);
	printf("  opening %.1f ms, %.1f MiB more in memory with that text's trees\n", load * 1e3,
		(double)(after.ru_maxrss - before.ru_maxrss) / 1024);
	say("tokens, sentence ends, contractions", all - parsing, all);
	say("network", network, all);
	say("best tree", decoding, all);
	say("tags, lemmas, relations", parsing - network - decoding, all);
	chy_arena_fini(&arena);
	chy_buffer_fini(&text);
	chy_text_close(model);
	return 0;
}
