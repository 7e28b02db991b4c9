#include "tune.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "model.h"

/* Hundredths of log odds. */
enum { STEP = 20, STEPS = 11 };

/* Dev as one line, and where its sentences lie in it. */
struct line {
	struct chy_buffer text;
	struct chy_sentence *gold;
	size_t count;
};

static void stop(const char *path, const char *what)
{
	fprintf(stderr, "%s: %s\n", path, what);
	exit(1);
}

static void join(struct line *line, const struct treebank *dev)
{
	const struct chy_analysis *analysis = &dev->analysis;

	chy_buffer_init(&line->text);
	line->count = analysis->sentence_count;
	line->gold = must_alloc(line->count, sizeof(*line->gold));
	for (size_t i = 0; i < line->count; i++) {
		const struct chy_sentence *s = &analysis->sentences[i];
		uint32_t start = (uint32_t)line->text.size;

		chy_buffer_add(&line->text, analysis->text.data + s->start, s->end - s->start);
		chy_buffer_add_char(&line->text, ' ');
		line->gold[i].start = start;
		line->gold[i].end = start + s->end - s->start;
	}
}

/* F1 of sentences, in percent. */
static double try(const struct chy_text_model *model, const struct line *line)
{
	struct chy_analysis found;
	struct chy_arena arena;
	size_t right = 0, g = 0;
	double f1;

	chy_arena_init(&arena);
	if (chy_text_analyse(
		    model, (struct chy_str){line->text.data, line->text.size}, &arena, &found))
		stop("dev", "cannot be read as text");
	for (size_t i = 0; i < found.sentence_count; i++) {
		const struct chy_sentence *s = &found.sentences[i];

		while (g < line->count && line->gold[g].start < s->start)
			g++;
		right += g < line->count && line->gold[g].start == s->start &&
			 line->gold[g].end == s->end;
	}
	f1 = 200.0 * (double)right / (double)(found.sentence_count + line->count);
	chy_arena_fini(&arena);
	return f1;
}

static void write_down(const char *path, const struct chy_text_model *model, uint32_t chosen)
{
	const char *sizes = chy_model_section(model, "sizes", sizeof(model->sizes), NULL, NULL);
	long at = (long)(sizes - (const char *)model->mapping.data) +
		  (long)offsetof(struct chy_model_sizes, lost_lines);
	FILE *file = fopen(path, "r+b");

	if (!file || fseek(file, at, SEEK_SET) || fwrite(&chosen, sizeof(chosen), 1, file) != 1 ||
		fclose(file))
		stop(path, "cannot be written");
}

void tune_lost_lines(const char *path, const struct treebank *dev)
{
	struct chy_text_model *model;
	struct chy_fault fault = {0};
	struct line line = {0};
	double f1[STEPS], best = 0;
	uint32_t chosen = 0;

	if (chy_model_open(path, &model, &fault))
		stop(path, fault.detail);
	join(&line, dev);
	for (uint32_t i = 0; i < STEPS; i++) {
		model->sizes.lost_lines = i * STEP;
		f1[i] = try(model, &line);
		best = f1[i] > best ? f1[i] : best;
	}
	/* The least that is hardly worse: beyond, it is chance. */
	while (f1[chosen] < best - 0.1)
		chosen++;
	printf("sentences in a row: F1 %.2f where ends are likelier by %.2f\n", f1[chosen],
		chosen * STEP / 100.0);
	write_down(path, model, chosen * STEP);
	chy_text_close(model);
	chy_buffer_fini(&line.text);
	free(line.gold);
}
