#include "contractions.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEPT_MAX = 3, /* code points before the change that an ending may have */
	TYPES_SURE = 3, /* forms that a rule must have opened */
	TYPES_ASKED = 6,
};

/* A form of the treebank, and how often it was opened and how. */
struct form {
	uint32_t codes[CHY_WORD_CODES];
	unsigned count;
	uint32_t opened, closed;
	struct chy_contraction best; /* how it opens, most often */
	bool can_open;
	unsigned changed; /* code points at its end that the first word lacks */
};

struct census {
	struct names keys; /* folded code points → index */
	struct form *forms;
	size_t capacity;
	struct names openings; /* form index + rule → count */
};

static size_t encode_codes(const uint32_t *codes, unsigned count, char *out, size_t size)
{
	size_t used = 0;

	for (unsigned i = 0; i < count && used + 5 < size; i++)
		used += chy_utf8_put(codes[i], out + used);
	out[used] = '\0';
	return used;
}

/* The rule that opens a folded form to folded words; false where none can. */
static bool derive(const struct form *form, const struct chy_folded *words, size_t count,
	struct chy_contraction *out, unsigned *out_changed)
{
	unsigned same = 0;
	size_t used = 0;
	char text[CHY_WORD_CODES * 4 + 1];

	assert(count > 1);
	memset(out, 0, sizeof(*out));
	while (same < form->count && same < words[0].count &&
		form->codes[same] == words[0].codes[same])
		same++;
	if (encode_codes(words[0].codes + same, words[0].count - same, text, sizeof(text)) >=
		sizeof(out->first))
		return false;
	memcpy(out->first, text, strlen(text));
	*out_changed = form->count - same;
	out->strip = same ? (uint8_t)(form->count - same) : 255;
	for (size_t w = 1; w < count; w++) {
		size_t size = encode_codes(words[w].codes, words[w].count, text, sizeof(text));

		if (used + size + 2 > sizeof(out->rest))
			return false;
		out->rest[used++] = '+';
		memcpy(out->rest + used, text, size + 1);
		used += size;
	}
	return true;
}

static struct form *form_of(struct census *census, struct chy_str text)
{
	struct chy_folded folded;
	struct form *form;
	uint32_t at;

	chy_fold_form(text, &folded);
	at = names_add(&census->keys, folded.codes, folded.count * sizeof(*folded.codes));
	if (at >= census->capacity) {
		size_t old = census->capacity;

		census->capacity = old ? 2 * old : 1024;
		census->forms = must_grow(census->forms, census->capacity, sizeof(*form));
		memset(census->forms + old, 0, (census->capacity - old) * sizeof(*form));
	}
	form = &census->forms[at];
	form->count = folded.count;
	memcpy(form->codes, folded.codes, sizeof(form->codes));
	return form;
}

struct opening {
	uint64_t form;
	struct chy_contraction rule;
	uint64_t changed;
};

static void count_token(struct census *census, const struct chy_analysis *analysis,
	const struct chy_sentence *sentence, const struct chy_token *token)
{
	struct chy_str text = {analysis->text.data + token->start, token->end - token->start};
	struct form *form = form_of(census, text);
	struct chy_folded words[8] = {0};
	struct opening opening;
	unsigned changed;

	if (token->word_count == 1 || token->word_count > 8) {
		form->closed++;
		return;
	}
	for (uint32_t w = 0; w < token->word_count; w++)
		chy_fold_form(sentence->words[token->first_word + w].form, &words[w]);
	form->opened++;
	memset(&opening, 0, sizeof(opening));
	if (!derive(form, words, token->word_count, &opening.rule, &changed))
		return;
	opening.form = (uint64_t)(form - census->forms);
	opening.changed = changed;
	names_add(&census->openings, &opening, sizeof(opening));
}

static void count_forms(struct census *census, const struct chy_analysis *analysis)
{
	uint32_t *best;

	for (size_t s = 0; s < analysis->sentence_count; s++) {
		const struct chy_sentence *sentence = &analysis->sentences[s];

		for (size_t t = 0; t < sentence->token_count; t++)
			count_token(census, analysis, sentence, &sentence->tokens[t]);
	}
	best = must_alloc(census->keys.count, sizeof(*best));
	for (size_t i = 0; i < census->openings.count; i++) {
		const struct name *name = &census->openings.items[i];
		struct opening opening;

		memcpy(&opening, name->text, sizeof(opening));
		if (name->count <= best[opening.form])
			continue;
		best[opening.form] = name->count;
		census->forms[opening.form].best = opening.rule;
		census->forms[opening.form].can_open = true;
		census->forms[opening.form].changed = (unsigned)opening.changed;
	}
	free(best);
}

static void add_rule(struct contractions *c, struct chy_contraction rule, const uint32_t *codes,
	unsigned count, bool whole, uint8_t decide)
{
	char text[CHY_WORD_CODES * 4 + 1];

	if (c->count == c->capacity) {
		c->capacity = c->capacity ? 2 * c->capacity : 256;
		c->rules = must_grow(c->rules, c->capacity, sizeof(*c->rules));
		c->hashes = must_grow(c->hashes, c->capacity, sizeof(*c->hashes));
	}
	encode_codes(codes, count, text, sizeof(text));
	snprintf(rule.ending, sizeof(rule.ending), "%.*s", (int)sizeof(rule.ending) - 1, text);
	rule.whole = whole;
	rule.decide = decide;
	c->hashes[c->count] = chy_ending_hash(codes, count, whole);
	c->rules[c->count++] = rule;
}

/* An ending, and what the forms that have it do. */
struct ending {
	uint32_t codes[CHY_ENDING_CODES];
	uint32_t count;
	uint32_t pad;
	struct chy_contraction rule; /* without its own ending */
};

static bool add_ending(struct names *endings, const struct form *form, unsigned kept)
{
	unsigned size = form->changed + kept;
	struct ending ending;

	if (size > CHY_ENDING_CODES || size >= form->count || form->best.strip == 255 ||
		!form->changed)
		return false;
	memset(&ending, 0, sizeof(ending));
	memcpy(ending.codes, form->codes + form->count - size, size * sizeof(uint32_t));
	ending.count = size;
	ending.rule = form->best;
	names_add(endings, &ending, sizeof(ending));
	return true;
}

static bool ends_with(const struct form *form, const struct ending *ending)
{
	return form->count > ending->count &&
	       memcmp(form->codes + form->count - ending->count, ending->codes,
		       ending->count * sizeof(uint32_t)) == 0;
}

/* Forms with the ending that don't open as its rule says. */
static uint32_t count_others(const struct census *census, const struct ending *ending)
{
	uint32_t others = 0;

	for (size_t i = 0; i < census->keys.count; i++) {
		const struct form *form = &census->forms[i];

		if (ends_with(form, ending) &&
			(form->opened < form->closed ||
				memcmp(&form->best, &ending->rule, sizeof(ending->rule)) != 0))
			others++;
	}
	return others;
}

static int by_length(const void *a, const void *b)
{
	const struct ending *x = a, *y = b;

	return (x->count > y->count) - (x->count < y->count);
}

static void learn_endings(struct contractions *c, const struct census *census)
{
	struct names endings = {0};
	struct ending *sorted;
	uint32_t *opened;

	for (size_t i = 0; i < census->keys.count; i++) {
		const struct form *form = &census->forms[i];

		for (unsigned kept = 0; form->can_open && kept <= KEPT_MAX; kept++)
			add_ending(&endings, form, kept);
	}
	sorted = must_alloc(endings.count, sizeof(*sorted));
	for (size_t i = 0; i < endings.count; i++) {
		memcpy(&sorted[i], endings.items[i].text, sizeof(*sorted));
		sorted[i].pad = endings.items[i].count;
	}
	qsort(sorted, endings.count, sizeof(*sorted), by_length);
	opened = must_alloc(endings.count, sizeof(*opened));
	for (size_t i = 0; i < endings.count; i++) {
		struct ending *e = &sorted[i];
		uint32_t right = e->pad, others = count_others(census, e);

		if (right >= TYPES_SURE && right >= 9 * others)
			add_rule(c, e->rule, e->codes, e->count, false, 1);
		else if (right >= TYPES_ASKED && right * 3 >= others)
			add_rule(c, e->rule, e->codes, e->count, false, 2);
	}
	free(opened);
	free(sorted);
	names_fini(&endings);
}

static void place(struct contractions *c)
{
	c->slot_count = 64;
	while (c->slot_count < c->count * 2)
		c->slot_count *= 2;
	free(c->slots);
	c->slots = must_alloc(c->slot_count * 2, sizeof(*c->slots));
	for (size_t i = 0; i < c->count; i++) {
		size_t at = (uint32_t)c->hashes[i] & (c->slot_count - 1);
		uint32_t check = (uint32_t)(c->hashes[i] >> 32) | 1;

		while (c->slots[2 * at] && c->slots[2 * at] != check)
			at = (at + 1) & (c->slot_count - 1);
		if (c->slots[2 * at]) /* the first rule stays */
			continue;
		c->slots[2 * at] = check;
		c->slots[2 * at + 1] = (uint32_t)i;
	}
}

void contractions_use(const struct contractions *c, struct chy_segmenter *out)
{
	out->contractions = c->rules;
	out->contraction_count = (uint32_t)c->count;
	out->contraction_slots = c->slots;
	out->contraction_mask = (uint32_t)c->slot_count - 1;
}

/* Whole forms, where the rules for endings don't say what the treebank says. */
static void learn_wholes(struct contractions *c, const struct census *census)
{
	struct chy_segmenter so_far = {0};
	size_t endings = c->count;

	place(c);
	contractions_use(c, &so_far);
	for (size_t i = 0; i < census->keys.count; i++) {
		const struct form *form = &census->forms[i];
		char text[CHY_WORD_CODES * 4 + 1];
		const struct chy_contraction *rule;
		uint8_t decide = 2;

		so_far.contractions = c->rules;
		so_far.contraction_count = (uint32_t)endings;
		encode_codes(form->codes, form->count, text, sizeof(text));
		rule = chy_contraction_find(&so_far, chy_str_from(text));
		if (form->opened * 50 <= form->closed)
			decide = 0;
		else if (form->closed * 50 <= form->opened)
			decide = 1;
		if (!form->can_open && !rule)
			continue;
		if (rule && rule->decide == 2 && form->opened + form->closed < 3)
			continue;
		if (rule && decide == rule->decide && strcmp(rule->rest, form->best.rest) == 0 &&
			strcmp(rule->first, form->best.first) == 0 &&
			rule->strip == form->best.strip)
			continue;
		if (decide && !form->can_open)
			continue;
		add_rule(c, form->best, form->codes, form->count, true, decide);
	}
	place(c);
}

/* "*-lhe-ia<TAB>*ia lhe", "destoutro<TAB>de este outro" */
static void add_line(struct contractions *c, char *line)
{
	char *words = strchr(line, '\t'), *first, *rest;
	struct chy_contraction rule = {0};
	struct chy_folded form;
	bool ending = line[0] == '*';
	size_t used = 0;

	if (line[0] == '#' || !words)
		return;
	*words++ = '\0';
	words[strcspn(words, "\r\n")] = '\0';
	chy_fold_form(chy_str_from(line + ending), &form);
	first = strtok_r(words, " ", &rest);
	if (!first || strlen(first) >= sizeof(rule.first))
		return;
	memcpy(rule.first, first + ending, strlen(first + ending));
	rule.strip = ending ? (uint8_t)form.count : 255;
	for (char *word; (word = strtok_r(NULL, " ", &rest));)
		used += (size_t)snprintf(rule.rest + used, sizeof(rule.rest) - used, "+%s", word);
	add_rule(c, rule, form.codes, form.count, !ending, 1);
}

static void add_supplement(struct contractions *c, const char *path)
{
	FILE *file = fopen(path, "r");
	char line[512];

	if (!file) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(1);
	}
	while (fgets(line, sizeof(line), file))
		add_line(c, line);
	fclose(file);
}

void contractions_learn(
	struct contractions *c, const struct chy_analysis *analysis, const char *supplement)
{
	struct census census = {0};

	count_forms(&census, analysis);
	learn_endings(c, &census);
	learn_wholes(c, &census);
	if (supplement)
		add_supplement(c, supplement);
	place(c);
	printf("%zu rules for contractions\n", c->count);
	names_fini(&census.keys);
	names_fini(&census.openings);
	free(census.forms);
}

void contractions_save(const struct contractions *c, struct model_writer *writer)
{
	model_writer_add(writer, "contractions", c->rules, c->count * sizeof(*c->rules));
	model_writer_add(writer, "openings", c->slots, c->slot_count * 2 * sizeof(*c->slots));
}
