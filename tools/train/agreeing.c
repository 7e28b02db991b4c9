#include "agreeing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agree.h"

enum {
	KINDS = CHY_AGREE_KINDS,
	LEAST = 20, /* pairs that a key must have been seen with */
	LEAST_OF_FORM = 60,
};

/* Pairs that were never seen and hardly can be are believed with as many as
 * these would give by chance. */
#define BELIEVED 10.0

struct pairs {
	uint64_t key;
	bool of_form;
	uint32_t total, seen[KINDS][KINDS];
};

struct census {
	struct names keys;
	struct pairs *pairs;
	size_t capacity;
};

static void count(struct census *census, uint64_t key, bool of_form, uint8_t own, uint8_t other)
{
	struct pairs *pairs;
	uint32_t at;

	if (!key)
		return;
	at = names_add(&census->keys, &key, sizeof(key));
	if (at >= census->capacity) {
		size_t capacity = census->capacity * 2 + 256;

		census->pairs = must_grow(census->pairs, capacity, sizeof(*pairs));
		memset(census->pairs + census->capacity, 0,
			(capacity - census->capacity) * sizeof(*pairs));
		census->capacity = capacity;
	}
	pairs = &census->pairs[at];
	pairs->key = key;
	pairs->of_form = of_form;
	pairs->total++;
	pairs->seen[own][other]++;
}

static void count_sentence(struct census *census, const struct chy_sentence *sentence)
{
	size_t n = sentence->word_count;
	struct chy_clause_view view = {sentence->words, n, must_alloc(n, sizeof(int32_t))};

	chy_agree_view(&view);
	for (size_t i = 0; i < n; i++) {
		struct chy_bond bonds[CHY_BONDS_MAX];
		unsigned found = chy_agree_bonds(&view, i, bonds);

		for (unsigned b = 0; b < found; b++) {
			uint8_t own = chy_agree_kind(sentence->words[i].feats);
			uint8_t other = chy_agree_kind(sentence->words[bonds[b].partner].feats);

			for (int by_form = 0; by_form < 2; by_form++)
				count(census, chy_agree_key(&view, &bonds[b], by_form), by_form,
					own, other);
		}
	}
	free(view.subjects);
}

static int8_t odds_of(const struct pairs *pairs, unsigned own, unsigned other)
{
	double owns = 0, others = 0, part, odds = -1;

	for (unsigned k = 0; k < KINDS; k++) {
		owns += pairs->seen[own][k];
		others += pairs->seen[k][other];
	}
	part = owns / pairs->total;
	if (owns > 0 && others > 0)
		odds = log(
			(pairs->seen[own][other] + BELIEVED * part) / (others + BELIEVED) / part);
	odds = round(odds * CHY_AGREE_STEPS);
	return (int8_t)(odds > 127 ? 127 : odds < -127 ? -127 : odds);
}

static bool enough(const struct pairs *pairs)
{
	return pairs->total >= (pairs->of_form ? LEAST_OF_FORM : LEAST);
}

static void place(struct chy_agree_slot *slots, uint32_t mask, const struct pairs *pairs)
{
	uint32_t at = (uint32_t)pairs->key & mask;

	while (slots[at].key)
		at = (at + 1) & mask;
	slots[at].key = pairs->key;
	for (unsigned own = 0; own < KINDS; own++) {
		for (unsigned other = 0; other < KINDS; other++)
			slots[at].odds[own][other] = odds_of(pairs, own, other);
	}
}

void learn_agreement(struct model_writer *writer, const struct treebank *treebank)
{
	struct census census = {0};
	struct chy_agree_slot *slots;
	uint32_t used = 0, size = 16;

	for (size_t s = 0; s < treebank->analysis.sentence_count; s++)
		count_sentence(&census, &treebank->analysis.sentences[s]);
	for (size_t i = 0; i < census.keys.count; i++)
		used += enough(&census.pairs[i]);
	while (size < used * 4 / 3)
		size *= 2;
	slots = must_alloc(size, sizeof(*slots));
	for (size_t i = 0; i < census.keys.count; i++) {
		if (enough(&census.pairs[i]))
			place(slots, size - 1, &census.pairs[i]);
	}
	model_writer_add(writer, "agree", slots, size * sizeof(*slots));
	names_fini(&census.keys);
	free(census.pairs);
	free(slots);
}
