/* Sentences a second from raw bytes to events, on one core; how long the coder
 * takes to start; and whether the time grows with the length of a document
 * only, up to 10 MB, and with that of a sentence.
 * usage: code [LANGUAGE [FILE]]   (the sample of the tests where no FILE) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chancery/coder.h"
#include "chancery/ingest.h"

enum { RUNS = 5, MEGABYTE = 1 << 20 };

struct bench {
	struct chy_text_model *model;
	struct chy_coder *coder;
	size_t sentences, events;
};

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

static void code_article(
	struct bench *bench, const struct chy_article *article, struct chy_arena *arena)
{
	struct chy_analysis analysis;
	struct chy_events events;
	struct chy_coder_input input = {
		.text = article->text, .date = CHY_STR("2013-11-03"), .analysis = &analysis};

	if (chy_text_analyse(bench->model, article->text, arena, &analysis) ||
		chy_coder_code(bench->coder, &input, arena, &events))
		exit(1);
	bench->sentences += analysis.sentence_count;
	bench->events += events.count;
}

/* Seconds for one document from its bytes to its events. */
static double code(struct bench *bench, const struct chy_buffer *bytes)
{
	struct chy_ingest_input input = {.bytes = bytes->data,
		.size = bytes->size,
		.name = CHY_STR("bench.txt"),
		.file_time = INT64_MIN};
	struct chy_articles articles;
	struct chy_arena arena;
	struct chy_fault fault;
	double start = now();

	chy_arena_init(&arena);
	bench->sentences = bench->events = 0;
	if (chy_ingest(&input, &arena, &articles, &fault))
		stop(&fault);
	for (size_t i = 0; i < articles.count; i++)
		code_article(bench, &articles.articles[i], &arena);
	chy_articles_fini(&articles);
	chy_arena_fini(&arena);
	return now() - start;
}

static double best(struct bench *bench, const struct chy_buffer *bytes)
{
	double least = 1e9;

	for (int i = 0; i < RUNS; i++) {
		double one = code(bench, bytes);

		least = one < least ? one : least;
	}
	return least;
}

static void repeat(const struct chy_buffer *text, size_t size, struct chy_buffer *out)
{
	out->size = 0;
	while (out->size < size) {
		chy_buffer_add(out, text->data, text->size);
		chy_buffer_add_char(out, '\n');
	}
}

/* The same without the door, which takes no document so long. */
static double code_text(struct bench *bench, const struct chy_buffer *bytes)
{
	struct chy_article article = {.text = {bytes->data, bytes->size}};
	struct chy_arena arena;
	double start = now();

	chy_arena_init(&arena);
	code_article(bench, &article, &arena);
	chy_arena_fini(&arena);
	return now() - start;
}

static void lengths(struct bench *bench, const struct chy_buffer *text)
{
	static const size_t sizes[] = {MEGABYTE / 10, MEGABYTE, 10 * MEGABYTE};
	struct chy_buffer bytes;

	chy_buffer_init(&bytes);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		double seconds;

		repeat(text, sizes[i], &bytes);
		seconds = code_text(bench, &bytes);
		printf("  a document of %6.1f MB: %7.2f s, %.2f s a MB\n",
			(double)bytes.size / MEGABYTE, seconds,
			seconds / ((double)bytes.size / MEGABYTE));
	}
	chy_buffer_fini(&bytes);
}

/* One sentence without an end, of the words of the text. */
static void long_sentences(struct bench *bench, const struct chy_buffer *text)
{
	struct chy_buffer bytes;

	chy_buffer_init(&bytes);
	for (size_t words = 1250; words <= 5000; words *= 2) {
		size_t told = 0;
		double seconds;

		bytes.size = 0;
		for (size_t i = 0; told < words; i = (i + 1) % text->size) {
			char c = text->data[i];

			if (c == '.' || c == '\n' || c == '?' || c == '!')
				c = ' ';
			told += c == ' ';
			chy_buffer_add_char(&bytes, c);
		}
		seconds = best(bench, &bytes);
		printf("  a sentence of %4zu words: %6.1f ms\n", words, seconds * 1e3);
	}
	chy_buffer_fini(&bytes);
}

int main(int argc, char **argv)
{
	const char *language = argc > 1 ? argv[1] : "pt";
	struct bench bench = {0};
	struct chy_fault fault = {0};
	struct chy_buffer text, bytes;
	char sample[64];
	double start = now(), load, seconds;

	if (chy_text_open(language, &bench.model, &fault) ||
		chy_coder_open(language, &bench.coder, &fault))
		stop(&fault);
	load = now() - start;
	chy_buffer_init(&text);
	chy_buffer_init(&bytes);
	snprintf(sample, sizeof(sample), "tests/unit/coder/samples/%s.txt", language);
	if (chy_buffer_read_file(&text, argc > 2 ? argv[2] : sample, 8u << 20, &fault))
		stop(&fault);
	repeat(&text, 20000, &bytes);
	seconds = best(&bench, &bytes);
	printf("%s: %.0f sentences a second, raw bytes to events (%zu sentences, %zu events, "
	       "best of %d)\n",
		language, (double)bench.sentences / seconds, bench.sentences, bench.events, RUNS);
	printf("  opening %.1f ms\n", load * 1e3);
	lengths(&bench, &text);
	long_sentences(&bench, &text);
	chy_buffer_fini(&bytes);
	chy_buffer_fini(&text);
	chy_coder_close(bench.coder);
	chy_text_close(bench.model);
	return 0;
}
