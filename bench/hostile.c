/* Seconds for absurd texts of n, 2n and 4n bytes: where the last column is
 * near 2, the cost grows with the length only.
 * usage: hostile [LANGUAGE [BYTES]]   (n is 100,000 where no BYTES) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chancery/text.h"

enum { BYTES = 100000, STEPS = 3 };

/* What is repeated; an empty one stands for random characters. */
static const struct {
	const char *name, *what;
} kinds[] = {{"opening brackets", "["}, {"brackets, apart", "( "}, {"both brackets", "[]"},
	{"quotes", "\""}, {"full stops", "."}, {"full stops, apart", ". "}, {"hyphens", "-"},
	{"pronouns on hyphens", "d'-se"}, {"digits", "7"}, {"digits and commas", "1,"},
	{"letters", "a"}, {"letters, apart", "a "}, {"a sentence without end", "o ministro e "},
	{"combining marks", "\xcc\x81"}, {"soft hyphens", "\xc2\xad"},
	{"spaces of no width", "\xe2\x80\x8b"}, {"white space", " "}, {"new lines", "\n"},
	{"short lines", "a\n"}, {"flags", "\xf0\x9f\x87\xb5"}, {"random characters", ""}};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fill(struct chy_buffer *text, const char *what, size_t size)
{
	uint32_t seed = 1;
	char code[4];

	chy_buffer_clear(text);
	while (text->size < size) {
		seed = seed * 1664525u + 1013904223u;
		if (*what)
			chy_buffer_add_str(text, chy_str_from(what));
		else
			chy_buffer_add(text, code, chy_utf8_put(' ' + (seed >> 8) % 0x2fe0, code));
	}
}

static double measure(const struct chy_text_model *model, const struct chy_buffer *text)
{
	struct chy_analysis analysis;
	struct chy_arena arena;
	double start = now(), taken;

	chy_arena_init(&arena);
	if (chy_text_analyse(model, (struct chy_str){text->data, text->size}, &arena, &analysis))
		exit(1);
	taken = now() - start;
	chy_arena_fini(&arena);
	return taken;
}

int main(int argc, char **argv)
{
	size_t bytes = argc > 2 ? strtoul(argv[2], NULL, 10) : BYTES;
	struct chy_text_model *model;
	struct chy_fault fault = {0};
	struct chy_buffer text;

	if (chy_text_open(argc > 1 ? argv[1] : "pt", &model, &fault)) {
		fprintf(stderr, "%s: %s\n", fault.subject, fault.detail);
		return 1;
	}
	chy_buffer_init(&text);
	printf("%-24s %9s %9s %9s %9s\n", "seconds for", "n", "2n", "4n", "4n / 2n");
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		double taken[STEPS];

		for (int i = 0; i < STEPS; i++) {
			fill(&text, kinds[k].what, bytes << i);
			taken[i] = measure(model, &text);
		}
		printf("%-24s %9.3f %9.3f %9.3f %9.2f\n", kinds[k].name, taken[0], taken[1],
			taken[2], taken[2] / taken[1]);
	}
	chy_buffer_fini(&text);
	chy_text_close(model);
	return 0;
}
