#include "agree.h"

#include "network.h"

enum { CLIMBS = 4, CANDIDATES_MAX = 32 };

/* Log odds: how much less likely than the chosen one a tag may be, and what
 * agreement weighs beside the network, which has seen most of it already. */
#define FAR_LESS 5.0f
#define SHARE 0.5f

uint8_t chy_agree_kind(struct chy_str feats)
{
	static const char *const genders[] = {"Masc", "Fem"}, *const numbers[] = {"Sing", "Plur"};
	struct chy_word word = {.feats = feats};
	struct chy_str gender = chy_word_feature(&word, "Gender");
	struct chy_str number = chy_word_feature(&word, "Number");
	uint8_t g = gender.size ? 3 : 0, n = number.size ? 3 : 0;

	for (uint8_t i = 0; i < 2; i++) {
		g = chy_str_is(gender, genders[i]) ? i + 1 : g;
		n = chy_str_is(number, numbers[i]) ? i + 1 : n;
	}
	return (uint8_t)(4 * g + n);
}

void chy_agree_view(const struct chy_clause_view *view)
{
	for (size_t i = 0; i < view->n; i++)
		view->subjects[i] = -1;
	for (size_t i = 0; i < view->n; i++) {
		int32_t head = view->words[i].head;

		if (head >= 0 && view->subjects[head] < 0 && chy_word_is(&view->words[i], "nsubj"))
			view->subjects[head] = (int32_t)i;
	}
}

/* What a relative pronoun stands for: before it, and governing its clause. */
static int32_t antecedent(const struct chy_clause_view *view, size_t i)
{
	int32_t at = view->words[i].head;

	for (int steps = 0; at >= 0 && steps < CLIMBS; steps++) {
		int32_t head = view->words[at].head;

		if (head >= 0 && head < (int32_t)i && chy_word_is(&view->words[at], "acl"))
			return head;
		at = head;
	}
	return -1;
}

/* The subject of a verb, its own or that of the verb that it continues. */
static int32_t subject(const struct chy_clause_view *view, int32_t verb)
{
	for (int steps = 0; verb >= 0 && steps < CLIMBS - 1; steps++) {
		const struct chy_word *word = &view->words[verb];

		if (view->subjects[verb] >= 0)
			return view->subjects[verb];
		if (!chy_word_is(word, "conj") && !chy_word_is(word, "xcomp") &&
			!chy_word_is(word, "aux"))
			break;
		verb = word->head;
	}
	return -1;
}

static int32_t other_partner(
	const struct chy_clause_view *view, size_t i, enum chy_bond_kind *out_kind)
{
	const struct chy_word *word = &view->words[i];

	*out_kind = CHY_BOND_RELATIVE;
	if (chy_word_has(word, "PronType", "Rel"))
		return antecedent(view, i);
	*out_kind = CHY_BOND_SUBJECT;
	if (word->upos == CHY_UPOS_PRON)
		return chy_word_is(word, "nsubj") ? -1 : subject(view, word->head);
	*out_kind = CHY_BOND_PREDICATE;
	if (chy_word_is(word, "xcomp") && word->head >= 0)
		return view->subjects[word->head];
	return -1;
}

unsigned chy_agree_bonds(
	const struct chy_clause_view *view, size_t i, struct chy_bond out[CHY_BONDS_MAX])
{
	int32_t head = view->words[i].head, other;
	enum chy_bond_kind kind;
	unsigned count = 0;

	other = other_partner(view, i, &kind);
	if (other >= 0 && other != (int32_t)i)
		out[count++] = (struct chy_bond){kind, (uint32_t)i, (uint32_t)other};
	if (head >= 0)
		out[count++] = (struct chy_bond){CHY_BOND_HEAD, (uint32_t)i, (uint32_t)head};
	return count;
}

uint64_t chy_agree_key(
	const struct chy_clause_view *view, const struct chy_bond *bond, bool by_form)
{
	const struct chy_word *word = &view->words[bond->dependent];
	uint64_t seed = (uint64_t)view->words[bond->partner].upos * 8 + bond->kind, hash;
	struct chy_str relation = bond->kind == CHY_BOND_HEAD ? word->deprel : CHY_STR("");
	struct chy_folded folded;

	if (by_form && word->upos != CHY_UPOS_PRON && word->upos != CHY_UPOS_DET)
		return 0;
	hash = chy_model_hash(relation.data, relation.size, 1000 + seed);
	if (by_form) {
		chy_fold_form(word->form, &folded);
		hash = chy_model_hash(&folded.hash, sizeof(folded.hash), hash);
	} else {
		hash = chy_model_hash(&(uint32_t){word->upos}, sizeof(uint32_t), hash);
	}
	return hash ? hash : 1;
}

static const struct chy_agree_slot *find_slot(const struct chy_text_model *m, uint64_t key)
{
	uint32_t at = (uint32_t)key & m->agree_mask;

	for (uint32_t tries = 0; key && tries <= m->agree_mask; tries++) {
		if (!m->agree[at].key)
			return NULL;
		if (m->agree[at].key == key)
			return &m->agree[at];
		at = (at + 1) & m->agree_mask;
	}
	return NULL;
}

struct agreeing {
	const struct chy_text_model *model;
	const struct chy_clause_view *view;
	uint32_t *tags;
	struct chy_bond *bonds;
	size_t bond_count;
};

/* Adds what a bond of word i says for each of its candidates. */
static void weigh(const struct agreeing *a, const struct chy_bond *bond, size_t i,
	const uint32_t *candidates, unsigned count, float *scores)
{
	const uint8_t *kinds = a->model->tag_agreement;
	bool dependent = bond->dependent == i;
	uint8_t other = kinds[a->tags[dependent ? bond->partner : bond->dependent]];
	const struct chy_agree_slot *slot = find_slot(a->model, chy_agree_key(a->view, bond, true));

	if (!slot)
		slot = find_slot(a->model, chy_agree_key(a->view, bond, false));
	for (unsigned c = 0; slot && c < count; c++) {
		uint8_t own = kinds[candidates[c]];
		int8_t odds = dependent ? slot->odds[own][other] : slot->odds[other][own];

		scores[c] += SHARE / CHY_AGREE_STEPS * (float)odds;
	}
}

static bool seen_with(const struct agreeing *a, size_t i, uint32_t tag)
{
	return chy_lemma_known(a->model, a->view->words[i].form, tag);
}

/* The tags of the same universal tag that are not far less likely; where
 * training saw the form with the one chosen, only those that it saw. */
static unsigned candidates_of(const struct agreeing *a, size_t i, const float *logits,
	uint32_t *candidates, float *scores)
{
	const struct chy_text_model *m = a->model;
	uint32_t chosen = a->tags[i];
	float least = logits[chosen] - FAR_LESS;
	unsigned count = 0;
	int seen = -1;

	for (uint32_t t = 0; t < m->sizes.tags && count < CANDIDATES_MAX; t++) {
		if (logits[t] <= least || m->tag_upos[t] != m->tag_upos[chosen])
			continue;
		if (t != chosen) {
			seen = seen < 0 ? seen_with(a, i, chosen) : seen;
			if (seen && !seen_with(a, i, t))
				continue;
		}
		candidates[count] = t;
		scores[count++] = logits[t];
	}
	return count;
}

static void choose_anew(const struct agreeing *a, size_t i, const float *logits)
{
	uint32_t candidates[CANDIDATES_MAX];
	float scores[CANDIDATES_MAX];
	unsigned count = candidates_of(a, i, logits, candidates, scores), best = 0;

	if (count < 2)
		return;
	for (size_t b = 0; b < a->bond_count; b++) {
		if (a->bonds[b].dependent == i || a->bonds[b].partner == i)
			weigh(a, &a->bonds[b], i, candidates, count, scores);
	}
	for (unsigned c = 1; c < count; c++)
		best = scores[c] > scores[best] ? c : best;
	a->tags[i] = candidates[best];
}

void chy_agree(const struct chy_text_model *model, const struct chy_clause_view *view,
	const float *logits, size_t step, uint32_t *tags)
{
	struct chy_bond bonds[CHY_SPAN * CHY_BONDS_MAX];
	struct agreeing agreeing = {model, view, tags, bonds, 0};

	if (!model->agree)
		return;
	chy_agree_view(view);
	for (size_t i = 0; i < view->n; i++)
		agreeing.bond_count += chy_agree_bonds(view, i, &bonds[agreeing.bond_count]);
	for (size_t i = 0; i < view->n; i++)
		choose_anew(&agreeing, i, logits + i * step);
}
