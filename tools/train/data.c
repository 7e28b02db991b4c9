#include "data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/conllu.h"

enum { RARE = 2 }; /* forms seen less often have no row of their own */

void treebank_read(struct treebank *treebank, const char *path, struct chy_arena *arena)
{
	struct chy_buffer file;
	struct chy_fault fault = {0};
	char sentence[1024];
	int result;

	treebank->path = path;
	chy_buffer_init(&file);
	result = chy_buffer_read_file(&file, path, 1u << 30, &fault);
	if (!result)
		result = chy_conllu_read(
			(struct chy_str){file.data, file.size}, arena, &treebank->analysis, &fault);
	chy_buffer_fini(&file);
	if (result) {
		fprintf(stderr, "%s: %s\n", path,
			chy_fault_sentence(&fault, sentence, sizeof(sentence)));
		exit(1);
	}
}

static size_t tag_name(const struct chy_word *word, char *out, size_t size)
{
	int n = snprintf(out, size, "%s %.*s", chy_upos_name(word->upos), (int)word->feats.size,
		word->feats.data ? word->feats.data : "");

	return (size_t)n < size ? (size_t)n : size - 1;
}

static void add_word(struct inventory *inventory, const struct chy_word *word)
{
	struct chy_script script;
	struct chy_folded folded;
	char tag[512];

	names_add(&inventory->tags, tag, tag_name(word, tag, sizeof(tag)));
	names_add(&inventory->relations, word->deprel.data, word->deprel.size);
	if (chy_script_find(word->form, word->lemma, &script))
		names_add(&inventory->scripts, &script, sizeof(script));
	chy_fold_form(word->form, &folded);
	if (folded.shape == CHY_SHAPE_LOWER)
		names_add(&inventory->lower, folded.codes, folded.count * sizeof(*folded.codes));
	names_add(&inventory->forms, folded.codes, folded.count * sizeof(*folded.codes));
}

/* The forms of contractions, which are no words, are met as tokens. */
static void add_tokens(struct inventory *inventory, const struct chy_analysis *analysis,
	const struct chy_sentence *sentence)
{
	for (size_t t = 0; t < sentence->token_count; t++) {
		const struct chy_token *token = &sentence->tokens[t];
		struct chy_folded folded;

		if (token->word_count == 1)
			continue;
		chy_fold_form((struct chy_str){analysis->text.data + token->start,
				      token->end - token->start},
			&folded);
		if (folded.shape == CHY_SHAPE_LOWER)
			names_add(&inventory->lower, folded.codes,
				folded.count * sizeof(*folded.codes));
		names_add(&inventory->forms, folded.codes, folded.count * sizeof(*folded.codes));
	}
}

void inventory_add(struct inventory *inventory, const struct treebank *treebank)
{
	for (size_t s = 0; s < treebank->analysis.sentence_count; s++) {
		const struct chy_sentence *sentence = &treebank->analysis.sentences[s];

		for (size_t w = 0; w < sentence->word_count; w++)
			add_word(inventory, &sentence->words[w]);
		add_tokens(inventory, &treebank->analysis, sentence);
	}
}

/* Keeps the scripts that were seen more than once, as many as a model holds. */
static void prune_scripts(struct inventory *inventory)
{
	struct names kept = {0};

	for (size_t i = 0; i < inventory->scripts.count; i++) {
		const struct name *name = &inventory->scripts.items[i];

		if (name->count >= 2 && kept.count < 1000)
			names_add(&kept, name->text, name->size);
	}
	names_fini(&inventory->scripts);
	inventory->scripts = kept;
}

static void place(struct inventory *inventory, uint64_t hash, uint32_t row)
{
	uint32_t at = (uint32_t)hash & inventory->table.slot_mask;
	uint32_t check = (uint32_t)(hash >> 32) | 1;

	while (inventory->slots[at].check && inventory->slots[at].check != check)
		at = (at + 1) & inventory->table.slot_mask;
	inventory->slots[at] = (struct chy_row_slot){check, row};
}

static void unfold(const struct name *form, struct chy_folded *out)
{
	char text[CHY_WORD_CODES * 4];
	size_t size = 0;

	for (size_t i = 0; i < form->size / 4; i++) {
		uint32_t code;

		memcpy(&code, form->text + 4 * i, 4);
		size += chy_utf8_put(code, text + size);
	}
	chy_fold_form((struct chy_str){text, size}, out);
}

/* The row of a form, and that it is found without its accents. */
static void place_form(struct inventory *inventory, const struct name *form, uint32_t row)
{
	bool common = names_find(&inventory->lower, form->text, form->size) != UINT32_MAX;
	struct chy_folded folded;
	uint64_t bare;

	unfold(form, &folded);
	bare = chy_bare_hash(&folded);
	row |= common ? CHY_ROW_COMMON : 0;
	place(inventory, folded.hash, row);
	if (chy_row_find(&inventory->table, bare) == CHY_ROW_UNKNOWN)
		place(inventory, bare, row);
}

static void split_tags(struct inventory *inventory)
{
	inventory->tag_values = must_alloc(inventory->tags.count, sizeof(*inventory->tag_values));
	for (size_t i = 0; i < inventory->tags.count; i++) {
		struct tag_values *values = &inventory->tag_values[i];
		const char *at = inventory->tags.items[i].text;

		while (*at && values->count < VALUES_MAX) {
			size_t size = strcspn(at, " |");

			values->at[values->count++] = names_add(&inventory->values, at, size);
			at += size + (at[size] != '\0');
		}
	}
}

void inventory_close(struct inventory *inventory, uint32_t buckets)
{
	uint32_t slots = 1024;
	uint32_t row = CHY_ROW_BUCKET + buckets;

	prune_scripts(inventory);
	split_tags(inventory);
	while (slots < inventory->forms.count * 2)
		slots *= 2;
	inventory->slots = must_alloc(slots, sizeof(*inventory->slots));
	inventory->table = (struct chy_row_table){inventory->slots, slots - 1, buckets};
	for (size_t i = 0; i < inventory->forms.count; i++) {
		if (inventory->forms.items[i].count >= RARE)
			place_form(inventory, &inventory->forms.items[i], row++);
	}
	inventory->row_count = row;
}

static void encode_word(
	struct example *e, size_t i, const struct chy_word *word, const struct inventory *inventory)
{
	struct chy_folded folded;
	struct chy_script script;
	char tag[512];
	uint32_t form;

	chy_fold_form(word->form, &folded);
	form = names_find(&inventory->forms, folded.codes, folded.count * sizeof(*folded.codes));
	e->frequency[i] = form == UINT32_MAX ? 0 : inventory->forms.items[form].count;
	e->row_count[i] =
		(uint8_t)chy_word_rows(&inventory->table, &folded, i == 1, e->treebank, e->rows[i]);
	e->heads[i] = word->head + 1;
	e->relations[i] =
		(int32_t)names_find(&inventory->relations, word->deprel.data, word->deprel.size);
	e->tags[i] = (int32_t)names_find(&inventory->tags, tag, tag_name(word, tag, sizeof(tag)));
	e->scripts[i] = -1;
	if (chy_script_find(word->form, word->lemma, &script))
		e->scripts[i] = (int32_t)names_find(&inventory->scripts, &script, sizeof(script));
}

static void encode(struct example *e, const struct inventory *inventory, struct chy_arena *arena)
{
	size_t n = e->sentence->word_count + 1;

	e->count = (uint32_t)n;
	e->rows = chy_arena_alloc(arena, n * sizeof(*e->rows));
	e->row_count = chy_arena_array(arena, uint8_t, n);
	e->frequency = chy_arena_array(arena, uint32_t, n);
	e->heads = chy_arena_array(arena, int32_t, 4 * n);
	if (!e->rows || !e->row_count || !e->frequency || !e->heads) {
		fputs("out of memory\n", stderr);
		exit(1);
	}
	e->relations = e->heads + n;
	e->tags = e->relations + n;
	e->scripts = e->tags + n;
	e->rows[0][0] = CHY_ROW_ROOT;
	e->row_count[0] = 1;
	e->heads[0] = e->relations[0] = e->tags[0] = e->scripts[0] = -1;
	for (size_t i = 1; i < n; i++)
		encode_word(e, i, &e->sentence->words[i - 1], inventory);
}

void treebank_encode(struct treebank *treebank, const struct inventory *inventory, unsigned id,
	struct chy_arena *arena)
{
	size_t count = treebank->analysis.sentence_count;

	treebank->examples = must_alloc(count, sizeof(*treebank->examples));
	treebank->count = 0;
	for (size_t s = 0; s < count; s++) {
		struct example *e = &treebank->examples[treebank->count++];

		e->sentence = &treebank->analysis.sentences[s];
		e->treebank = (uint8_t)id;
		encode(e, inventory, arena);
		treebank->words += e->count - 1;
	}
}

static void encode_token(struct example *e, size_t i, struct chy_str form, bool end,
	const struct inventory *inventory)
{
	struct chy_folded folded;
	uint32_t known;

	chy_fold_form(form, &folded);
	known = names_find(&inventory->forms, folded.codes, folded.count * sizeof(*folded.codes));
	e->frequency[i] = known == UINT32_MAX ? 0 : inventory->forms.items[known].count;
	e->row_count[i] =
		(uint8_t)chy_word_rows(&inventory->table, &folded, false, e->treebank, e->rows[i]);
	e->ends[i] = end;
}

void treebank_tokens(const struct treebank *treebank, const struct inventory *inventory,
	unsigned id, struct chy_arena *arena, struct example *out)
{
	const struct chy_analysis *analysis = &treebank->analysis;
	size_t n = 0, at = 0;

	for (size_t s = 0; s < analysis->sentence_count; s++)
		n += analysis->sentences[s].token_count;
	*out = (struct example){.count = (uint32_t)n, .treebank = (uint8_t)id};
	out->rows = chy_arena_alloc(arena, n * sizeof(*out->rows));
	out->row_count = chy_arena_array(arena, uint8_t, n);
	out->frequency = chy_arena_array(arena, uint32_t, n);
	out->ends = chy_arena_array(arena, int8_t, n);
	if (!out->rows || !out->row_count || !out->frequency || !out->ends) {
		fputs("out of memory\n", stderr);
		exit(1);
	}
	for (size_t s = 0; s < analysis->sentence_count; s++) {
		const struct chy_sentence *sentence = &analysis->sentences[s];

		for (size_t t = 0; t < sentence->token_count; t++) {
			const struct chy_token *token = &sentence->tokens[t];

			encode_token(out, at++,
				(struct chy_str){analysis->text.data + token->start,
					token->end - token->start},
				t + 1 == sentence->token_count, inventory);
		}
	}
}

struct example example_window(const struct example *all, size_t from, size_t count)
{
	struct example window = *all;

	window.rows += from;
	window.row_count += from;
	window.frequency += from;
	window.ends += from;
	window.count = (uint32_t)count;
	return window;
}
