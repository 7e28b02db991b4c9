/* A tree drawn for a person. */
#include "chancery/conllu.h"

#include <stdlib.h>

/* Deeper trees are drawn flat from here on. */
enum { DEEPEST = 40 };

/* Box drawing: a bar, and branches in the middle, first and last. */
#define BAR CHY_STR("\xe2\x94\x82  ")
#define TEE CHY_STR("\xe2\x94\x9c\xe2\x94\x80 ")
#define FIRST CHY_STR("\xe2\x94\x8c\xe2\x94\x80 ")
#define LAST CHY_STR("\xe2\x94\x94\xe2\x94\x80 ")

struct drawing {
	const struct chy_sentence *sentence;
	struct chy_buffer *out;
	uint32_t *depth;
};

static uint32_t depth_of(const struct chy_sentence *sentence, size_t word)
{
	uint32_t depth = 0;
	int32_t at = sentence->words[word].head;

	while (at >= 0 && depth < DEEPEST) {
		depth++;
		at = sentence->words[at].head;
	}
	return depth;
}

/* Whether word's ancestor at this depth has a branch that passes its line. */
static bool passes(const struct drawing *d, size_t word, uint32_t depth)
{
	const struct chy_word *words = d->sentence->words;
	int32_t child = (int32_t)word, head;

	for (uint32_t k = d->depth[word]; k > depth + 1; k--)
		child = words[child].head;
	head = words[child].head;
	/* The line runs between the head and its outermost child on each side. */
	if ((int32_t)word < head) {
		for (int32_t i = (int32_t)word - 1; i >= 0; i--) {
			if (words[i].head == head)
				return true;
		}
		return (int32_t)word > child;
	}
	for (size_t i = word + 1; i < d->sentence->word_count; i++) {
		if (words[i].head == head)
			return true;
	}
	return (int32_t)word < child;
}

static void draw_word(const struct drawing *d, size_t i)
{
	const struct chy_word *word = &d->sentence->words[i];

	for (uint32_t k = 0; k + 1 < d->depth[i]; k++)
		chy_buffer_add_str(d->out, passes(d, i, k) ? BAR : CHY_STR("   "));
	if (d->depth[i]) {
		bool more = passes(d, i, d->depth[i] - 1);

		if ((int32_t)i < word->head)
			chy_buffer_add_str(d->out, more ? TEE : FIRST);
		else
			chy_buffer_add_str(d->out, more ? TEE : LAST);
	}
	chy_buffer_add_str(d->out, word->form);
	chy_buffer_add_str(d->out, CHY_STR("  "));
	chy_buffer_add_str(d->out, word->deprel);
	chy_buffer_printf(d->out, "  %s  ", chy_upos_name(word->upos));
	chy_buffer_add_str(d->out, word->lemma);
	chy_buffer_add_char(d->out, '\n');
}

int chy_tree_draw(const struct chy_sentence *sentence, struct chy_buffer *out)
{
	struct drawing drawing = {sentence, out, NULL};

	drawing.depth = calloc(sentence->word_count + 1, sizeof(*drawing.depth));
	if (!drawing.depth)
		return CHY_EMEM;
	for (size_t i = 0; i < sentence->word_count; i++)
		drawing.depth[i] = depth_of(sentence, i);
	for (size_t i = 0; i < sentence->word_count; i++)
		draw_word(&drawing, i);
	free(drawing.depth);
	return out->failed ? CHY_EMEM : CHY_OK;
}
