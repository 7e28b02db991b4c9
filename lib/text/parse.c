/* Words to tags, lemmas and trees. */
#include "parse.h"

#include <string.h>

#include "agree.h"
#include "tree.h"

/* Words first..first+n-1 of a sentence, at most CHY_SPAN. */
struct span {
	const struct chy_text_model *model;
	struct chy_workspace *space;
	struct chy_word *words;
	size_t n;
	bool first; /* of its sentence */
	uint32_t *tags; /* of each word, numbers in the model */
	struct chy_arena *arena, *scratch;
};

static void fill_rows(const struct span *span)
{
	struct chy_workspace *s = span->space;

	s->rows[0][0] = CHY_ROW_ROOT;
	s->row_count[0] = 1;
	for (size_t i = 0; i < span->n; i++) {
		struct chy_folded folded;

		chy_fold_form(span->words[i].form, &folded);
		s->row_count[i + 1] = (uint8_t)chy_word_rows(
			&span->model->rows, &folded, !i && span->first, 0, s->rows[i + 1]);
	}
}

/* The likeliest universal tag over all its features, then the likeliest of
 * its features: better than the likeliest pair of both. */
static uint32_t choose_tag(const struct span *span, const float *logits)
{
	const struct chy_text_model *m = span->model;
	float each[2048 + CHY_TILE], sums[CHY_UPOS_COUNT] = {0};
	size_t best = m->kernel->exponentials(logits, m->sizes.tags, each), upos;

	for (uint32_t i = 0; i < m->sizes.tags; i++)
		sums[m->tag_upos[i]] += each[i];
	upos = m->tag_upos[best];
	for (size_t i = 0; i < CHY_UPOS_COUNT; i++)
		upos = sums[i] > sums[upos] ? i : upos;
	if (upos == m->tag_upos[best])
		return (uint32_t)best;
	best = SIZE_MAX;
	for (uint32_t i = 0; i < m->sizes.tags; i++) {
		if (m->tag_upos[i] == upos && (best == SIZE_MAX || logits[i] > logits[best]))
			best = i;
	}
	return (uint32_t)best;
}

/* Where training never saw the form with the tag that was chosen, but with one
 * that is hardly less likely, that one. */
static uint32_t prefer_seen(
	const struct chy_text_model *m, struct chy_str form, const float *logits, uint32_t chosen)
{
	const float hardly_less = 1;
	uint32_t best = UINT32_MAX;

	if (chy_lemma_known(m, form, chosen))
		return chosen;
	for (uint32_t i = 0; i < m->sizes.tags; i++) {
		if (logits[i] > logits[chosen] - hardly_less &&
			(best == UINT32_MAX || logits[i] > logits[best]) &&
			chy_lemma_known(m, form, i))
			best = i;
	}
	return best == UINT32_MAX ? chosen : best;
}

static const struct chy_script *likely_script(
	const struct chy_text_model *m, struct chy_str form, const float *scores)
{
	uint32_t best = UINT32_MAX;

	for (uint32_t i = 0; i < m->sizes.scripts; i++) {
		if ((best == UINT32_MAX || scores[i] > scores[best]) &&
			chy_script_fits(&m->scripts[i], form))
			best = i;
	}
	return best == UINT32_MAX ? NULL : &m->scripts[best];
}

static int lemmatise(
	const struct span *span, struct chy_word *word, uint32_t tag, const float *scores)
{
	const struct chy_script *script = chy_lemma_known(span->model, word->form, tag);

	if (!script)
		script = likely_script(span->model, word->form, scores);
	word->lemma = script ? chy_script_apply(script, word->form, span->arena) : word->form;
	return word->lemma.data ? CHY_OK : CHY_EMEM;
}

static void set_tag(const struct span *span, size_t i, uint32_t tag)
{
	const struct chy_text_model *m = span->model;

	span->tags[i] = tag;
	span->words[i].upos = (enum chy_upos)m->tag_upos[tag];
	span->words[i].feats = chy_str_from(strchr(m->tags[tag], ' ') + 1);
}

static void tag_words(const struct span *span)
{
	const struct chy_text_model *m = span->model;

	for (size_t i = 0; i < span->n; i++) {
		const float *logits = span->space->tags + (i + 1) * m->tag.out;
		uint32_t tag = choose_tag(span, logits);

		set_tag(span, i, prefer_seen(m, span->words[i].form, logits, tag));
	}
}

/* A second look at the tags, now that the tree is there. */
static void let_agree(const struct span *span)
{
	const struct chy_text_model *m = span->model;
	int32_t subjects[CHY_SPAN];
	struct chy_clause_view view = {span->words, span->n, subjects};

	chy_agree(m, &view, span->space->tags + m->tag.out, m->tag.out, span->tags);
	for (size_t i = 0; i < span->n; i++)
		set_tag(span, i, span->tags[i]);
}

static int lemmatise_words(const struct span *span)
{
	const float *scripts = span->space->scripts;
	size_t step = span->model->script.out;
	int result = CHY_OK;

	for (size_t i = 0; !result && i < span->n; i++)
		result = lemmatise(span, &span->words[i], span->tags[i], scripts + (i + 1) * step);
	return result;
}

static int attach_words(const struct span *span)
{
	const struct chy_text_model *m = span->model;
	int32_t heads[CHY_SPAN];
	uint32_t relations[CHY_SPAN];

	chy_arena_clear(span->scratch);
	if (chy_tree_decode(span->space->arcs, span->n, span->scratch, heads))
		return CHY_EMEM;
	chy_network_relations(m, span->space, heads, span->n, relations);
	for (size_t i = 0; i < span->n; i++) {
		struct chy_word *word = &span->words[i];

		word->head = heads[i];
		word->deprel = chy_str_from(m->relations[relations[i]]);
		if (heads[i] < 0)
			word->deprel = CHY_STR("root");
	}
	return CHY_OK;
}

static int read_span(const struct span *span)
{
	int result;

	fill_rows(span);
	chy_network_run(span->model, span->space, span->n);
	tag_words(span);
	result = attach_words(span);
	if (result)
		return result;
	let_agree(span);
	return lemmatise_words(span);
}

static int32_t root_of(const struct chy_word *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (words[i].head < 0)
			return (int32_t)i;
	}
	return 0;
}

/* The root of a later span hangs on that of the first. */
static void join_span(const struct span *span, size_t from, int32_t root)
{
	for (size_t i = 0; i < span->n; i++) {
		struct chy_word *word = &span->words[i];

		if (word->head < 0) {
			word->head = root;
			word->deprel = CHY_STR("parataxis");
		} else {
			word->head += (int32_t)from;
		}
	}
}

int chy_parse_sentence(const struct chy_text_model *model, struct chy_workspace *space,
	struct chy_sentence *sentence, struct chy_arena *arena, struct chy_arena *scratch)
{
	uint32_t tags[CHY_SPAN];
	int32_t root = 0;
	int result = CHY_OK;

	for (size_t from = 0; !result && from < sentence->word_count; from += CHY_SPAN) {
		size_t left = sentence->word_count - from;
		struct span span = {model, space, sentence->words + from,
			left < CHY_SPAN ? left : CHY_SPAN, !from, tags, arena, scratch};

		result = read_span(&span);
		if (result)
			break;
		if (from)
			join_span(&span, from, root);
		else
			root = root_of(span.words, span.n);
	}
	return result;
}

int chy_text_parse_words(
	const struct chy_text_model *model, struct chy_sentence *sentence, struct chy_arena *arena)
{
	struct chy_workspace space;
	struct chy_arena scratch;
	int result = chy_workspace_init(&space, model);

	if (result)
		return result;
	chy_arena_init(&scratch);
	result = chy_parse_sentence(model, &space, sentence, arena, &scratch);
	chy_arena_fini(&scratch);
	chy_workspace_fini(&space);
	return result;
}
