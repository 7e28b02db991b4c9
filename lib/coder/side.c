/* From a word of the tree to the actors that it stands for. */
#include <string.h>

#include "internal.h"

enum { DEPTH = 12, REACH = 14 };

bool chy_side_has(const struct chy_side *side, uint32_t actor)
{
	for (size_t i = 0; i < side->count; i++)
		if (side->parties[i].actor == actor)
			return true;
	return false;
}

void chy_side_add(struct chy_side *side, const struct chy_party *party)
{
	if (side->count < CHY_SIDE_MAX && !chy_side_has(side, party->actor))
		side->parties[side->count++] = *party;
}

void chy_side_join(struct chy_side *side, const struct chy_side *other)
{
	for (size_t i = 0; i < other->count; i++)
		chy_side_add(side, &other->parties[i]);
	side->by_reference |= other->by_reference;
	side->loose |= other->loose;
}

/* What stands for a state only beside its name: *tropas turcas*. */
static struct chy_str standing(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	struct chy_str sector = chy_word_value(document->coder, line->lemmas[word], "agent");

	if (!sector.data && chy_word_kind(document->coder, line->lemmas[word], "post"))
		sector = (struct chy_str){"GOV", 3};
	return sector;
}

static void add_mention(
	const struct chy_line *line, int32_t found, struct chy_str sector, struct chy_side *out)
{
	const struct chy_mention *mention = &line->mentions[found];
	struct chy_party party = mention->party;

	if (!mention->resolved)
		return;
	if (!party.sector.size)
		party.sector = sector;
	chy_side_add(out, &party);
}

/* All the mentions that cover the word: a compound has two. */
static bool add_covering_as(
	const struct chy_line *line, int32_t word, struct chy_str sector, struct chy_side *out)
{
	size_t before = out->count;

	for (size_t i = 0; i < line->mention_count; i++)
		if (line->mentions[i].first <= (uint32_t)word &&
			(uint32_t)word <= line->mentions[i].last)
			add_mention(line, (int32_t)i, sector, out);
	return out->count > before;
}

static bool add_covering(const struct chy_line *line, int32_t word, struct chy_side *out)
{
	return add_covering_as(line, word, (struct chy_str){"GOV", 3}, out);
}

/* *países, entre ellos Francia y Polonia*: all the names of the list. */
static void add_listed(
	const struct chy_line *line, int32_t pronoun, struct chy_str sector, struct chy_side *out)
{
	for (size_t i = 0; i < line->mention_count; i++)
		if (chy_below(line, (int32_t)line->mentions[i].first, pronoun))
			add_mention(line, (int32_t)i, sector, out);
}

static void add_beside(const struct chy_document *document, const struct chy_line *line,
	int32_t word, struct chy_str sector, struct chy_side *out, int depth);

/* *el Departamento del Tesoro estadounidense*: the demonym of the whole. */
static void add_adjectives(const struct chy_document *document, const struct chy_line *line,
	int32_t word, struct chy_str sector, struct chy_side *out, int depth)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(line, word, "amod", child)) != CHY_NONE)
		if (line->mention[child] != CHY_NONE) {
			add_covering_as(line, child, sector, out);
			add_beside(document, line, child, sector, out, depth);
		}
}

/* *Saudi-led*, *US-drafted*: the name that a participle beside a noun is joined
 * to; CHY_NONE. */
static int32_t name_in_participle(const struct chy_line *line, int32_t word)
{
	int32_t found = word > 1 ? line->mention[word - 2] : CHY_NONE;

	return found != CHY_NONE && chy_relation(line, word, "amod") &&
			       chy_str_is(chy_word_at(line, word - 1)->form, "-")
		       ? word - 2
		       : CHY_NONE;
}

/* *the Dutch defence ministry*, read as the ministry of a Dutch defence: the name
 * within a noun that stands before another; or in a participle. CHY_NONE. */
static int32_t name_within(const struct chy_line *line, int32_t word)
{
	int32_t child = CHY_NONE;

	if (chy_relation(line, word, "compound"))
		while ((child = chy_child_in(line, word, "amod compound", child)) != CHY_NONE)
			if (line->mention[child] != CHY_NONE)
				return child;
	return name_in_participle(line, word);
}

/* Names beside a noun: a demonym, `de` and a name, an apposition; those that
 * are coordinated with them too. */
static void add_beside(const struct chy_document *document, const struct chy_line *line,
	int32_t word, struct chy_str sector, struct chy_side *out, int depth)
{
	int32_t child = CHY_NONE;
	bool demonym = false;

	if (depth > DEPTH)
		return;
	while ((child = chy_child_in(line, word, "amod nummod nmod appos flat conj compound",
			child)) != CHY_NONE) {
		struct chy_str preposition = chy_preposition(line, child);
		bool of = !preposition.size ||
			  (preposition.size <= 3 &&
				  !(standing(document, line, word).data &&
					  chy_word_kind(document->coder, preposition, "at")));

		if (chy_word_kind(document->coder, preposition, "between") &&
			chy_word_at(line, child)->upos == CHY_UPOS_PRON)
			add_listed(line, child, sector, out);

		/* *tropas soviéticas do Afeganistão*: the demonym says whose. */
		if (!of || (demonym && preposition.size && !chy_relation(line, child, "conj")))
			continue;
		demonym |= line->mention[child] != CHY_NONE && chy_relation(line, child, "amod") &&
			   line->mentions[line->mention[child]].resolved;
		if (line->mention[child] != CHY_NONE)
			add_covering_as(line, child, sector, out);
		else if (name_within(line, child) != CHY_NONE)
			add_covering_as(line, name_within(line, child), sector, out);
		else if (preposition.size && !standing(document, line, child).data &&
			 !chy_word_kind(document->coder, line->lemmas[child], "private") &&
			 !chy_word_kind(document->coder, line->lemmas[child], "people"))
			add_adjectives(document, line, child, sector, out, depth + 1);
		/* *as delegações do Governo angolano e da UNITA*: through what stands for it. */
		if (line->mention[child] != CHY_NONE || chy_relation(line, child, "conj") ||
			standing(document, line, child).data)
			add_beside(document, line, child, sector, out, depth + 1);
	}
}

bool chy_is_body(const struct chy_document *document, uint32_t actor)
{
	const struct chy_catalogue *c = document->coder->catalogue;

	return chy_str_is(chy_lexicon_text(&c->lexicon, c->actors[actor].sector), "IGO");
}

uint32_t chy_foe_of(const struct chy_document *document, uint32_t actor)
{
	const struct chy_lex_actor *row = &document->coder->catalogue->actors[actor];

	return row->sector.size && !chy_is_body(document, actor) ? row->successor : UINT32_MAX;
}

/* Which states and movements are named from the first line until this one,
 * and how often. */
static void count_named(const struct chy_line *from, const struct chy_line *until,
	const struct chy_document *document, struct chy_side *seen, unsigned counts[CHY_SIDE_MAX])
{
	for (const struct chy_line *line = from; line <= until; line++)
		for (size_t i = 0; i < line->mention_count; i++) {
			if (!line->mentions[i].resolved ||
				chy_is_body(document, line->mentions[i].party.actor))
				continue;
			chy_side_add(seen, &line->mentions[i].party);
			for (size_t k = 0; k < seen->count; k++)
				counts[k] +=
					seen->parties[k].actor == line->mentions[i].party.actor;
		}
}

/* *Moçambique: SADC discute …* */
static void find_focus(struct chy_document *document)
{
	const struct chy_line *line = document->lines;
	const struct chy_mention *first = line->mention_count ? line->mentions : NULL;
	struct chy_side named = {0};
	uint32_t next;

	/* *Sismo faz mil mortos na Turquia* */
	for (size_t i = 0; i < line->mention_count; i++)
		if (line->mentions[i].resolved)
			chy_side_add(&named, &line->mentions[i].party);
	for (size_t i = 0; named.count == 1 && i < line->sentence->word_count; i++)
		if (chy_word_kind(document->coder, line->lemmas[i], "disaster"))
			document->focus = named;
	if (document->focus.count || !first || first->first || !first->resolved || first->person ||
		chy_is_body(document, first->party.actor))
		return;
	next = chy_word_at(line, (int32_t)first->last)->token + 1;
	if (next < line->sentence->token_count && chy_str_is(line->folded[next], ":"))
		chy_side_add(&document->focus, &first->party);
}

void chy_find_main_pair(struct chy_document *document)
{
	struct chy_side seen = {0};
	unsigned counts[CHY_SIDE_MAX] = {0};
	size_t order[3] = {0, 0, 0};

	if (!document->line_count)
		return;
	find_focus(document);
	count_named(document->lines, document->lines + document->line_count - 1, document, &seen,
		counts);
	if (seen.count < 2)
		return;
	for (size_t place = 0; place < 3 && place < seen.count; place++) {
		unsigned best = 0;

		for (size_t k = 0; k < seen.count; k++) {
			bool taken = (place > 0 && order[0] == k) || (place > 1 && order[1] == k);

			if (!taken && counts[k] > best) {
				best = counts[k];
				order[place] = k;
			}
		}
	}
	if (counts[order[1]] < 2 || (seen.count > 2 && 3 * counts[order[2]] > 2 * counts[order[1]]))
		return;
	chy_side_add(&document->main_pair, &seen.parties[order[0]]);
	chy_side_add(&document->main_pair, &seen.parties[order[1]]);
}

/* The two states that the document names most, up to here. */
static void add_main_pair(
	const struct chy_document *document, const struct chy_line *until, struct chy_side *out)
{
	struct chy_side seen = {0};
	unsigned counts[CHY_SIDE_MAX] = {0};

	/* Far enough back for any reader, and no further: a text of ten
	 * thousand sentences is read in a time that grows with its length. */
	count_named(until - document->lines > 100 ? until - 100 : document->lines, until, document,
		&seen, counts);
	for (int taken = 0; taken < 2 && seen.count > 1; taken++) {
		size_t best = 0;

		for (size_t k = 1; k < seen.count; k++)
			if (counts[k] > counts[best])
				best = k;
		chy_side_add(out, &seen.parties[best]);
		counts[best] = 0;
	}
}

/* *mediado pelo Equador e pelo Uruguai*: two others than the article's. */
static bool beside_the_main_pair(const struct chy_document *document)
{
	const struct chy_side *pair = &document->last_pair;

	return document->main_pair.count == 2 &&
	       !chy_side_has(&document->main_pair, pair->parties[0].actor) &&
	       !chy_side_has(&document->main_pair, pair->parties[1].actor);
}

/* The two of this sentence, those who fight, of the last act of two, or of the
 * document. */
static void add_last_pair(const struct chy_document *document, const struct chy_line *line,
	int32_t word, struct chy_side *out)
{
	struct chy_side here = {0};

	/* *they*, after a sentence about three: all of them. */
	if (chy_word_at(line, word)->upos == CHY_UPOS_PRON && document->last_subject.count > 2) {
		chy_side_join(out, &document->last_subject);
		out->by_reference = true;
		return;
	}
	for (size_t i = 0; i < line->mention_count; i++)
		if (line->mentions[i].resolved && (int32_t)line->mentions[i].first < word &&
			!chy_is_body(document, line->mentions[i].party.actor))
			chy_side_add(&here, &line->mentions[i].party);
	if (here.count == 2)
		chy_side_join(out, &here);
	else if (document->last_foes.count == 2 && chy_word_at(line, word)->upos != CHY_UPOS_PRON)
		chy_side_join(out, &document->last_foes);
	else if (document->last_pair.count == 2 && !beside_the_main_pair(document))
		chy_side_join(out, &document->last_pair);
	else if (document->main_pair.count == 2)
		chy_side_join(out, &document->main_pair);
	else
		add_main_pair(document, line, out);
	out->by_reference = true;
}

/* `os dois países`, `ambos`, `eles`: the pair that was named last. */
static bool add_pair(
	struct chy_document *document, struct chy_line *line, int32_t word, struct chy_side *out)
{
	const struct chy_sentence *sentence = line->sentence;
	uint32_t token = sentence->words[word].token;
	uint32_t from = token > 3 ? token - 3 : 0;
	struct chy_str value;

	for (uint32_t t = from; t <= token; t++) {
		uint32_t n = chy_word_run(document->coder, line, t, "pair", &value);

		if (!n || t + n <= token)
			continue;
		/* *the two leaders*: the last two who are people. */
		if (chy_str_is(value, "people") && document->last_people.count == 2) {
			chy_side_join(out, &document->last_people);
			out->by_reference = true;
			return true;
		}
		add_last_pair(document, line, word, out);
		return out->count > 0;
	}
	return false;
}

static void add_pair_beneath(
	struct chy_document *document, struct chy_line *line, int32_t word, struct chy_side *out)
{
	int32_t child = CHY_NONE;

	while (!out->count && (child = chy_child_in(line, word, "nmod", child)) != CHY_NONE)
		if (line->mention[child] == CHY_NONE &&
			chy_word_kind(document->coder, chy_preposition(line, child), "of"))
			add_pair(document, line, child, out);
}

static bool first_person(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	const struct chy_word *w = chy_word_at(line, word);

	return (w->upos == CHY_UPOS_PRON && chy_word_has(w, "Person", "1")) ||
	       chy_word_kind(document->coder, line->lemmas[word], "we");
}

/* A relative pronoun; also what is tagged as a conjunction though it is the
 * subject or the object of its clause. */
static bool relative(const struct chy_line *line, int32_t word)
{
	const struct chy_word *w = chy_word_at(line, word);

	return chy_word_has(w, "PronType", "Rel") ||
	       (w->upos == CHY_UPOS_SCONJ && !chy_word_is(w, "mark") && !chy_word_is(w, "advmod") &&
		       !chy_word_is(w, "fixed"));
}

/* *esta aliança*, *esse acordo*: those whom the sentence before names, but for
 * who speaks. */
static bool add_pointed_at(
	struct chy_document *document, struct chy_line *line, int32_t word, struct chy_side *out)
{
	int32_t det = chy_child_in(line, word, "det", CHY_NONE);
	const struct chy_line *before = line - 1;

	if (det == CHY_NONE || line == document->lines ||
		!chy_word_has(chy_word_at(line, det), "PronType", "Dem") ||
		!chy_word_kind(document->coder, line->lemmas[word], "bond"))
		return false;
	for (size_t i = 0; i < before->mention_count; i++) {
		const struct chy_mention *mention = &before->mentions[i];

		if (mention->resolved && !mention->person && !mention->place &&
			!chy_side_has(&line->speaker, mention->party.actor))
			chy_side_add(out, &mention->party);
	}
	out->by_reference |= out->count > 0;
	return out->count > 0;
}

/* *El Salvador, which received …*: the name that stands right before a relative
 * pronoun is what it means, whatever the tree says; CHY_NONE. */
static int32_t name_before_relative(const struct chy_line *line, int32_t word)
{
	int32_t at = word - 1;

	if (at > 0 && chy_word_at(line, at)->upos == CHY_UPOS_PUNCT)
		at--;
	if (at < 0 || line->mention[at] == CHY_NONE ||
		!line->mentions[line->mention[at]].resolved ||
		chy_word_at(line, at)->upos == CHY_UPOS_ADJ || chy_relation(line, at, "conj"))
		return CHY_NONE;
	return at;
}

static void resolve(struct chy_document *document, struct chy_line *line, int32_t word,
	struct chy_side *out, int depth);

/* *a marinha etíope*, read as an Ethiopian that is a navy. */
static bool has_standing_child(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(line, word, "amod compound", child)) != CHY_NONE)
		if (child + 1 == word && standing(document, line, child).data)
			return true;
	return false;
}

/* *um francês*: somebody, not the state. */
static bool private_person(const struct chy_line *line, int32_t word)
{
	const struct chy_word *w = chy_word_at(line, word);
	int32_t found = line->mention[word], of = CHY_NONE;

	/* *os italianos da Benetton* */
	while (found != CHY_NONE && line->mentions[found].adjective && w->upos == CHY_UPOS_NOUN &&
		(of = chy_child_in(line, word, "nmod", of)) != CHY_NONE)
		if (of > word && chy_word_at(line, of)->upos == CHY_UPOS_PROPN &&
			line->mention[of] == CHY_NONE)
			return true;

	return found != CHY_NONE && line->mentions[found].adjective &&
	       !line->mentions[found].person && w->upos == CHY_UPOS_NOUN &&
	       chy_word_has(w, "Number", "Sing") &&
	       (chy_relation(line, word, "nsubj") || chy_relation(line, word, "obj"));
}

/* The name after `last`, past commas, conjunction, articles and prepositions: its
 * mention, CHY_NONE for none. */
static int32_t next_listed(const struct chy_line *line, int32_t last, bool *out_joined)
{
	int32_t n = (int32_t)line->sentence->word_count, at = last + 1;

	*out_joined = false;
	for (; at < n && at < last + 5 && line->mention[at] == CHY_NONE; at++) {
		const struct chy_word *w = chy_word_at(line, at);

		if (w->upos == CHY_UPOS_CCONJ && at < last + 3)
			*out_joined = true;
		else if (at == last + 1 ? !chy_str_is(w->form, ",")
					: w->upos != CHY_UPOS_DET && w->upos != CHY_UPOS_ADP)
			return CHY_NONE;
	}
	return at < n && at < last + 5 ? line->mention[at] : CHY_NONE;
}

/* *de Dinamarca, los Países Bajos y el Reino Unido*: three names and more in a
 * row are a list, whatever the tree says. */
static void add_enumerated(const struct chy_line *line, int32_t found, struct chy_side *out)
{
	int32_t listed[CHY_SIDE_MAX], n = 0, at = found;
	bool joined = false;

	while (!joined && n < CHY_SIDE_MAX) {
		at = next_listed(line, (int32_t)line->mentions[at].last, &joined);
		if (at == CHY_NONE || !line->mentions[at].resolved ||
			line->mentions[at].adjective || line->mentions[at].person ||
			chy_relation(line, (int32_t)line->mentions[at].first, "nsubj"))
			return;
		listed[n++] = at;
	}
	for (int32_t i = 0; joined && n > 1 && i < n; i++)
		add_mention(line, listed[i], (struct chy_str){"GOV", 3}, out);
}

/* Those coordinated with a word, or with any word of the name around it: the
 * parser hangs *e o presidente russo* on the last noun before it. */
static void add_coordinated(struct chy_document *document, struct chy_line *line, int32_t word,
	struct chy_side *out, int depth)
{
	int32_t first = word, last = word;
	int32_t found = line->mention[word];

	if (found != CHY_NONE && line->mentions[found].resolved) {
		first = (int32_t)line->mentions[found].first;
		last = (int32_t)line->mentions[found].last;
		if (!line->mentions[found].adjective && !line->mentions[found].person)
			add_enumerated(line, found, out);
	}
	for (int32_t w = first; w <= last; w++) {
		int32_t child = CHY_NONE;

		while ((child = chy_child_in(line, w, "conj", child)) != CHY_NONE)
			if ((child < first || child > last) && !chy_is_verb(line, child))
				resolve(document, line, child, out, depth + 1);
		/* *tanto a China como a Rússia* */
		while ((child = chy_child_in(line, w, "nmod obl", child)) != CHY_NONE)
			if (line->mention[child] != CHY_NONE &&
				chy_word_kind(
					document->coder, chy_preposition(line, child), "aswell"))
				resolve(document, line, child, out, depth + 1);
	}
}

static bool is_dash(const struct chy_line *line, int32_t word)
{
	struct chy_str form = chy_word_at(line, word)->form;

	return chy_str_is(form, "\xe2\x80\x94") || chy_str_is(form, "\xe2\x80\x93") ||
	       chy_str_is(form, "-");
}

/* *TÓQUIO — Os ministros reuniram-se*: parsers take the dateline for the
 * subject and what follows for its apposition. */
static int32_t past_dateline(const struct chy_line *line, int32_t word)
{
	int32_t n = (int32_t)line->sentence->word_count, child;
	int32_t found = line->mention[word], after;

	if (found == CHY_NONE || line->mentions[found].first > 1 || !line->mentions[found].resolved)
		return word;
	after = (int32_t)line->mentions[found].last + 1;
	if (after >= n || !is_dash(line, after))
		return word;
	child = chy_child_in(line, word, "appos nsubj conj parataxis", CHY_NONE);
	return child > after ? child : word;
}

/* *o boxeador panamenho*, *o arqueólogo grego*: a trade, by how the word ends. */
static bool ends_as_trade(const struct chy_document *document, struct chy_str lemma)
{
	for (size_t size = 3; size < lemma.size && size <= 6; size++) {
		struct chy_str ending = {lemma.data + lemma.size - size, size};

		if (chy_word_kind(document->coder, ending, "ending"))
			return true;
	}
	return false;
}

/* *British Airways*, *the Brazilian steelmaker Usiminas*: a proper noun that is,
 * or whose noun beside it says that it is, a firm or somebody at home. */
static bool firm(const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t child = CHY_NONE;

	/* A lemma may lack an *s* that the name has. */
	if (chy_word_kind(document->coder, line->lemmas[word], "people") ||
		chy_word_kind(
			document->coder, line->folded[chy_word_at(line, word)->token], "people"))
		return true;
	while ((child = chy_child_in(line, word, "compound amod appos", child)) != CHY_NONE)
		if (child < word && line->mention[child] == CHY_NONE &&
			!standing(document, line, child).data &&
			(chy_word_kind(document->coder, line->lemmas[child], "people") ||
				chy_word_kind(document->coder, line->lemmas[child], "private") ||
				ends_as_trade(document, line->lemmas[child])))
			return true;
	return false;
}

/* Somebody who is named, or who speaks, or the pair that was named last. */
static bool add_itself(
	struct chy_document *document, struct chy_line *line, int32_t word, struct chy_side *out)
{
	if (add_covering(line, word, out)) {
		/* *French and German ministers*: of both. */
		if (chy_word_has(chy_word_at(line, word), "Number", "Plur") &&
			line->mention[word] != CHY_NONE &&
			line->mentions[line->mention[word]].party.role.size)
			add_beside(document, line, word, standing(document, line, word), out,
				DEPTH - 2);
		return true;
	}
	if (first_person(document, line, word) && line->speaker.count) {
		chy_side_join(out, &line->speaker);
		out->by_reference = true;
		return true;
	}
	return add_pair(document, line, word, out);
}

/* Whether names beside a word tell whom it stands for. */
static bool stands_for_others(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	enum chy_upos upos = chy_word_at(line, word)->upos;

	/* *os representantes do Burundi e os do Ruanda* */
	return standing(document, line, word).data ||
	       (upos == CHY_UPOS_PROPN && !firm(document, line, word)) ||
	       (chy_relation(line, word, "conj") &&
		       (upos == CHY_UPOS_PRON || upos == CHY_UPOS_DET));
}

/* Whom a relative pronoun means: what its clause is of, else the name right
 * before it. */
static void add_antecedent(struct chy_document *document, struct chy_line *line, int32_t word,
	struct chy_side *out, int depth)
{
	int32_t clause = chy_word_at(line, word)->head, antecedent;

	if (!chy_relation(line, clause, "acl") && chy_word_at(line, clause)->head >= 0)
		clause = chy_word_at(line, clause)->head;
	antecedent = chy_relation(line, clause, "acl") ? chy_word_at(line, clause)->head : CHY_NONE;
	if (antecedent >= 0) {
		resolve(document, line, antecedent, out, depth + 1);
		/* *a NATO, organização a que …* */
		for (int32_t at = antecedent - 1; !out->count && at >= 0 && at + 3 > antecedent &&
						  chy_relation(line, antecedent, "appos");
			at--)
			add_covering(line, at, out);
	}
	/* *su embajada en España, a la que acusa* */
	for (int32_t at = word - 1; !out->count && at >= 0 && at + 5 > word; at--)
		add_covering(line, at, out);
}

static void resolve(struct chy_document *document, struct chy_line *line, int32_t word,
	struct chy_side *out, int depth)
{
	struct chy_str sector;
	int32_t head;
	bool found;

	if (depth > DEPTH)
		return;
	word = past_dateline(line, word);
	head = chy_word_at(line, word)->head;
	sector = standing(document, line, word);
	if (private_person(line, word) && !has_standing_child(document, line, word))
		return;
	found = add_itself(document, line, word, out);
	if (!found && stands_for_others(document, line, word))
		add_beside(document, line, word, sector, out, depth);
	/* *os homólogos dos dois países* */
	if (!found && !out->count && sector.data)
		add_pair_beneath(document, line, word, out);
	if (!found && !out->count && relative(line, word) && head >= 0) {
		add_antecedent(document, line, word, out, depth);
		return;
	}
	if (!found && !out->count)
		add_pointed_at(document, line, word, out);
	/* *Haití, el país que …* */
	if (!found && !out->count && sector.data && chy_relation(line, word, "appos"))
		add_covering(line, head, out);
	add_coordinated(document, line, word, out, depth);
}

void chy_resolve(
	struct chy_document *document, struct chy_line *line, int32_t word, struct chy_side *out)
{
	resolve(document, line, word, out, 0);
}

/* -- subjects ------------------------------------------------------------- */

/* Whether a verb has two subjects and none between that joins them. */
static bool second_alone(const struct chy_line *line, int32_t word)
{
	int32_t first = chy_child_in(line, word, "nsubj", CHY_NONE);
	int32_t second = first == CHY_NONE ? CHY_NONE : chy_child_in(line, word, "nsubj", first);

	return second != CHY_NONE && chy_child_in(line, second, "cc", CHY_NONE) == CHY_NONE;
}

/* *negó haber bombardeado Siria*: what follows a verb that has no subject of
 * its own is its object, though the tree call it subject. */
static bool really_object(const struct chy_line *line, int32_t word, int32_t subject)
{
	int32_t first = chy_child_in(line, word, "nsubj", CHY_NONE);

	/* *el ministro tachó de chantaje el informe*: of two the one after. */
	return subject > word && chy_is_verb(line, word) &&
	       (chy_relation(line, word, "xcomp") || (first < word && second_alone(line, word))) &&
	       chy_child_in(line, word, "obj cop aux:pass expl", CHY_NONE) == CHY_NONE;
}

/* *el lunes*: when, not who. */
static bool only_when(
	const struct chy_document *document, const struct chy_line *line, int32_t subject)
{
	return chy_word_kind(document->coder, line->lemmas[subject], "weekday") ||
	       chy_word_kind(document->coder, line->lemmas[subject], "month");
}

static int32_t subject_below(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t subject = CHY_NONE;

	while ((subject = chy_child_in(line, word, "nsubj csubj", subject)) != CHY_NONE)
		if (!only_when(document, line, subject) && !really_object(line, word, subject))
			break;
	return subject;
}

static int32_t own_subject(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t subject = subject_below(document, line, word);
	int32_t copula = chy_child_in(line, word, "cop aux", CHY_NONE);

	/* *Argélia: GIA mata …*: what a headline is about does not act. */
	if (subject == 0 && line->sentence->word_count > 1 &&
		chy_str_is(chy_word_at(line, 1)->form, ":") &&
		chy_child_in(line, word, "nsubj", subject) != CHY_NONE)
		subject = chy_child_in(line, word, "nsubj", subject);
	/* Some trees hang it on the copula. */
	if (subject == CHY_NONE && copula != CHY_NONE)
		subject = subject_below(document, line, copula);
	return subject;
}

/* What marks a clause (its lemma, folded); empty for nothing. */
static struct chy_str marker_of(const struct chy_line *line, int32_t word)
{
	int32_t marker = chy_child_in(line, word, "mark case", CHY_NONE);

	return marker == CHY_NONE ? (struct chy_str){"", 0} : line->lemmas[marker];
}

bool chy_perfect(const struct chy_line *line, int32_t word)
{
	int32_t child = CHY_NONE;

	if (!chy_word_has(chy_word_at(line, word), "VerbForm", "Part"))
		return false;
	while ((child = chy_child_in(line, word, "aux", child)) != CHY_NONE)
		if (!chy_str_is(chy_word_at(line, child)->deprel, "aux:pass"))
			return true;
	return false;
}

static bool finite_plural(const struct chy_line *line, int32_t word)
{
	int32_t auxiliary = chy_child_in(line, word, "aux cop", CHY_NONE);

	return chy_word_has(chy_word_at(line, word), "Number", "Plur") ||
	       (auxiliary != CHY_NONE &&
		       chy_word_has(chy_word_at(line, auxiliary), "Number", "Plur"));
}

static bool speaks_of_us(const struct chy_line *line, int32_t word)
{
	int32_t auxiliary = chy_child_in(line, word, "aux cop", CHY_NONE);

	return chy_word_has(chy_word_at(line, word), "Person", "1") ||
	       (auxiliary != CHY_NONE && chy_word_has(chy_word_at(line, auxiliary), "Person", "1"));
}

/* *afirmou que nunca reconhecerá …*: he who said it. */
static bool said_without_subject(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t head = chy_word_at(line, word)->head;

	return head >= 0 && chy_relation(line, word, "ccomp") && chy_is_verb(line, head) &&
	       !line->quoted[word] && finite_plural(line, word) == finite_plural(line, head) &&
	       !speaks_of_us(line, word) &&
	       chy_word_kind(document->coder, line->lemmas[head], "say");
}

/* *a decisão do Governo turco de fechar …*: whose it is. */
static int32_t deciders(
	const struct chy_document *document, const struct chy_line *line, int32_t noun)
{
	int32_t child = CHY_NONE;

	if (chy_is_verb(line, noun))
		return CHY_NONE;
	while ((child = chy_child_in(line, noun, "nmod", child)) != CHY_NONE)
		if ((chy_word_kind(document->coder, chy_preposition(line, child), "of") ||
			    chy_str_is(chy_word_at(line, child)->deprel, "nmod:poss")) &&
			(line->mention[child] != CHY_NONE || standing(document, line, child).data))
			return child;
	return CHY_NONE;
}

/* *after Ethiopian planes violated …*, read as *summoned planes*: the noun
 * between the conjunction and a finite verb is its subject. */
static int32_t noun_before(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t marker = chy_child_in(line, word, "mark", CHY_NONE);

	if (marker == CHY_NONE || !chy_relation(line, word, "advcl") ||
		chy_word_has(chy_word_at(line, word), "VerbForm", "Inf") ||
		chy_word_has(chy_word_at(line, word), "VerbForm", "Ger") ||
		!chy_word_kind(document->coder, line->lemmas[marker], "after"))
		return CHY_NONE;
	for (int32_t at = word - 1; at > marker; at--)
		if (chy_word_at(line, at)->upos == CHY_UPOS_NOUN ||
			chy_word_at(line, at)->upos == CHY_UPOS_PROPN)
			return at;
	return CHY_NONE;
}

/* *… de Cachemira y Pakistán replicó*: the name between conjunction and verb,
 * read as joined to the name before. */
static bool joined_name(const struct chy_line *line, int32_t word)
{
	int32_t found = word > 0 && chy_is_verb(line, word) && chy_relation(line, word, "conj")
				? line->mention[word - 1]
				: CHY_NONE;
	int32_t first = found == CHY_NONE ? 0 : (int32_t)line->mentions[found].first;

	while (first > 0 && chy_word_at(line, first - 1)->upos == CHY_UPOS_DET)
		first--;
	return first > 0 && !chy_below(line, word - 1, word) &&
	       chy_word_at(line, first - 1)->upos == CHY_UPOS_CCONJ;
}

/* Upon whom a verb acts: its object, or a person after the preposition of
 * persons (*penalizó a Perú*); CHY_NONE. */
static int32_t patient(
	const struct chy_document *document, const struct chy_line *line, int32_t verb)
{
	int32_t object = chy_child_in(line, verb,
		chy_child_in(line, verb, "aux:pass", CHY_NONE) != CHY_NONE ? "obj nsubj:pass"
									   : "obj",
		CHY_NONE);

	while (object == CHY_NONE && (object = chy_child_in(line, verb, "obl", object)) != CHY_NONE)
		if (chy_word_kind(document->coder, chy_preposition(line, object), "whom"))
			break;
	return object;
}

/* *esteve em Cabul, onde conversou …*: the clause says what else was done there. */
static bool goes_on_there(const struct chy_line *line, int32_t word)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(line, word, "obl advmod", child)) != CHY_NONE)
		if (relative(line, child) &&
			chy_child_in(line, child, "case", CHY_NONE) == CHY_NONE)
			return true;
	return false;
}

/* *Paris e Argel em conversações*: a headline without a verb; who it begins with. */
static bool heads_line(const struct chy_line *line, int32_t word)
{
	int32_t head = chy_word_at(line, word)->head;

	return head >= 0 && head < word && chy_relation(line, word, "nmod") &&
	       chy_relation(line, head, "root") && line->mention[head] != CHY_NONE &&
	       line->mentions[line->mention[head]].first == 0 &&
	       line->mentions[line->mention[head]].resolved;
}

/* *autorizou a NATO a bombardear*, *deu dez dias aos sérvios para retirarem*:
 * whom the verb above is upon shall do it; CHY_NONE where it is its subject. */
static int32_t controller(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t head = chy_word_at(line, word)->head, child = CHY_NONE;

	if (head < 0 || !chy_is_verb(line, head) || chy_passive(document, line, head) ||
		!chy_word_has(chy_word_at(line, word), "VerbForm", "Inf") ||
		!chy_word_kind(document->coder, line->lemmas[head], "control"))
		return CHY_NONE;
	while ((child = chy_child_in(line, head, "obj iobj obl", child)) != CHY_NONE)
		if (child < word &&
			(line->mention[child] != CHY_NONE || standing(document, line, child).data))
			return child;
	return CHY_NONE;
}

/* *after Canada called …*, read as *called after Canada*. */
int32_t chy_name_after_conjunction(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t child = CHY_NONE;

	if (!chy_relation(line, word, "advcl") ||
		!chy_word_has(chy_word_at(line, word), "VerbForm", "Fin"))
		return CHY_NONE;
	while ((child = chy_child_in(line, word, "obl", child)) != CHY_NONE && child < word)
		if (line->mention[child] != CHY_NONE &&
			chy_word_kind(document->coder, chy_preposition(line, child), "after"))
			return child;
	return CHY_NONE;
}

/* The subject that a word has itself; CHY_NONE. */
static int32_t subject_at(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t subject = own_subject(document, line, word), found = CHY_NONE;

	if (subject != CHY_NONE)
		found = relative(line, subject) ? name_before_relative(line, subject) : subject;
	if (found == CHY_NONE)
		found = noun_before(document, line, word);
	if (found == CHY_NONE)
		found = chy_name_after_conjunction(document, line, word);
	if (found == CHY_NONE &&
		(chy_relation(line, word, "xcomp") || chy_relation(line, word, "advcl")))
		found = controller(document, line, word);
	if (found == CHY_NONE && joined_name(line, word))
		found = word - 1;
	return found;
}

/* *em vias de congelar*: of an infinitive that a noun governs, from the noun's
 * clause; CHY_NONE, then *out_next is where to look on. */
static int32_t subject_past_noun(const struct chy_document *document, const struct chy_line *line,
	int32_t noun, int32_t *out_next)
{
	int32_t found = CHY_NONE;

	/* *foi o primeiro país da CEE a reconhecer …*: the subject of *foi*. */
	if (chy_child_in(line, noun, "cop", CHY_NONE) == CHY_NONE)
		found = deciders(document, line, noun);
	if (found != CHY_NONE)
		return found;
	found = own_subject(document, line, noun);
	if (found != CHY_NONE && !relative(line, found))
		return found;
	*out_next = chy_relation(line, noun, "root") ? CHY_NONE : chy_word_at(line, noun)->head;
	return CHY_NONE;
}

/* From a noun up to what has a subject or may have one. */
static int32_t clause_of(
	const struct chy_document *document, const struct chy_line *line, int32_t noun)
{
	while (!chy_is_verb(line, noun) && own_subject(document, line, noun) < 0 &&
		chy_word_at(line, noun)->head >= 0)
		noun = chy_word_at(line, noun)->head;
	return noun;
}

/* *penalizar X por apoiar …*, *pelo apoio a …*: X did. CHY_NONE. */
static int32_t who_is_blamed(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t head = chy_word_at(line, word)->head;

	return head >= 0 && chy_is_verb(line, head) &&
			       (chy_relation(line, word, "advcl") ||
				       chy_relation(line, word, "obl")) &&
			       chy_word_kind(document->coder, marker_of(line, word), "because")
		       ? patient(document, line, head)
		       : CHY_NONE;
}

/* Whether a word without a subject has that of what it hangs on. */
static bool shares_subject(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	static const char *const relations[] = {
		"conj", "xcomp", "advcl", "aux", "obj", "obl", "nmod"};

	for (size_t i = 0; i < sizeof(relations) / sizeof(relations[0]); i++)
		if (chy_relation(line, word, relations[i]))
			return true;
	return said_without_subject(document, line, word) ||
	       (chy_relation(line, word, "advmod") &&
		       chy_word_at(line, word)->upos == CHY_UPOS_ADV);
}

/* The subject of a word that has none itself; CHY_NONE, then *out_next is the
 * word above whose subject it is, CHY_NONE for nobody's. */
static int32_t subject_above(const struct chy_document *document, const struct chy_line *line,
	int32_t word, int32_t *out_next)
{
	int32_t head = chy_word_at(line, word)->head, found;
	bool clause = head >= 0 && chy_relation(line, word, "acl");

	*out_next = head;
	if (clause && (chy_word_has(chy_word_at(line, word), "VerbForm", "Inf") ||
			      chy_perfect(line, word)))
		return subject_past_noun(document, line, head, out_next);
	if (heads_line(line, word))
		return head;
	if (clause && goes_on_there(line, word)) {
		*out_next = clause_of(document, line, head);
		return CHY_NONE;
	}
	if (clause)
		return head;
	found = who_is_blamed(document, line, word);
	if (!shares_subject(document, line, word))
		*out_next = CHY_NONE;
	return found;
}

int32_t chy_subject_word(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t found = CHY_NONE;

	for (int steps = 0; steps < DEPTH && word >= 0 && found == CHY_NONE; steps++) {
		found = subject_at(document, line, word);
		if (found == CHY_NONE)
			found = subject_above(document, line, word, &word);
	}
	return found;
}

/* In the clause that a verb of saying governs. */
static bool within_speech(const struct chy_line *line, int32_t word)
{
	return line->speaker.count && line->speech != CHY_NONE && line->speech != word &&
	       chy_is_verb(line, line->speech) && chy_below(line, word, line->speech);
}

/* No subject is said: us, or who was spoken of last. */
static void unsaid_subject(
	struct chy_document *document, struct chy_line *line, int32_t word, struct chy_side *out)
{
	const struct chy_side *last = &document->last_subject;

	if (speaks_of_us(line, word)) {
		chy_side_join(out, &line->speaker);
	} else if (within_speech(line, word) && !line->quoted[word] && !finite_plural(line, word)) {
		chy_side_join(out, &line->speaker);
	} else if (document->last_speaker.count && !finite_plural(line, word) &&
		   (own_subject(document, line, word) != CHY_NONE ||
			   chy_word_kind(document->coder, line->lemmas[word], "say"))) {
		chy_side_join(out, &document->last_speaker);
	} else if (finite_plural(line, word)) {
		if (last->count > 1)
			chy_side_join(out, last);
		else
			add_last_pair(document, line, word, out);
	} else {
		chy_side_join(out, last);
	}
	out->by_reference = out->count > 0;
}

/* A second subject: the parser hangs both names of *o ministro e eu*, or a
 * post and its holder's name, on the verb. */
static void add_second_subject(
	struct chy_document *document, struct chy_line *line, int32_t first, struct chy_side *out)
{
	int32_t head = chy_word_at(line, first)->head, second = first;
	bool joined = false;

	if (head < 0 || !chy_relation(line, first, "nsubj"))
		return;
	/* *Abe e Putin reuniram-se*, read as *Abe, and Putin met*. */
	second = chy_word_at(line, head)->head;
	if (chy_relation(line, head, "conj") && second >= 0 && second < first &&
		!chy_is_verb(line, second) && line->mention[second] != CHY_NONE) {
		add_covering(line, second, out);
		return;
	}
	second = chy_child_in(line, head, "nsubj", first);
	if (second == CHY_NONE || relative(line, second))
		return;
	for (int32_t w = first + 1; w < second; w++)
		joined |= chy_word_at(line, w)->upos == CHY_UPOS_CCONJ;
	if (joined || !out->count)
		chy_resolve(document, line, second, out);
}

/* *posições militares russas*: what is of a state by its demonym, though no
 * post and no body; but not people at home. */
static bool add_by_demonym(
	struct chy_document *document, struct chy_line *line, int32_t subject, struct chy_side *out)
{
	int32_t child = CHY_NONE;

	if (firm(document, line, subject) || ends_as_trade(document, line->lemmas[subject]))
		return false;
	while ((child = chy_child_in(line, subject, "amod", child)) != CHY_NONE)
		add_covering(line, child, out);
	return out->count > 0;
}

/* A name right before a verb that has no subject is one, whatever the tree
 * says, unless a preposition leads it. */
static void add_name_before(struct chy_line *line, int32_t word, struct chy_side *out)
{
	int32_t at = word - 1, found;

	while (at >= 0 && line->mention[at] == CHY_NONE &&
		(chy_word_at(line, at)->upos == CHY_UPOS_AUX ||
			chy_word_at(line, at)->upos == CHY_UPOS_ADV))
		at--;
	/* *The US Treasury slapped …* */
	for (int32_t reach = at - 2; at > 0 && at > reach && line->mention[at] == CHY_NONE; at--)
		if (chy_word_at(line, at)->upos != CHY_UPOS_NOUN &&
			chy_word_at(line, at)->upos != CHY_UPOS_PROPN)
			break;
	found = at < 0 ? CHY_NONE : line->mention[at];
	if (found == CHY_NONE)
		return;
	at = (int32_t)line->mentions[found].first - 1;
	if (at >= 0 && chy_word_at(line, at)->upos == CHY_UPOS_DET)
		at--;
	if (at < 0 || chy_word_at(line, at)->upos != CHY_UPOS_ADP)
		add_covering(line, (int32_t)line->mentions[found].last, out);
}

/* *Assinaram o acordo Portugal, Espanha e França*, read as names of the accord. */
static void add_names_beside(
	struct chy_document *document, struct chy_line *line, int32_t subject, struct chy_side *out)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(line, subject, "appos", child)) != CHY_NONE)
		if (line->mention[child] != CHY_NONE)
			chy_resolve(document, line, child, out);
}

/* *Addressing the United Nations, Minister Lavrov called …*, read as one
 * apposition: it is the person who acts. */
static int32_t person_beside(
	const struct chy_document *document, const struct chy_line *line, int32_t subject)
{
	int32_t child = CHY_NONE, own = line->mention[subject];

	/* *o rei Abdullah da Jordânia* is his own. */
	while (own != CHY_NONE && chy_is_body(document, line->mentions[own].party.actor) &&
		(child = chy_child_in(line, subject, "appos", child)) != CHY_NONE) {
		int32_t other = line->mention[child];

		if (other != CHY_NONE && line->mentions[other].person &&
			line->mentions[other].resolved && !line->mentions[own].person &&
			line->mentions[other].party.actor != line->mentions[own].party.actor)
			return child;
	}
	return subject;
}

/* *la ira de Irán, que prometió venganza*, read as of the anger: the name right
 * before the relative. */
static void from_name_before_clause(const struct chy_line *line, int32_t word, struct chy_side *out)
{
	int32_t at = chy_child_in(line, word, "mark nsubj", CHY_NONE) - 1;

	if (!chy_is_verb(line, word) || at < 0 || at + 1 > word ||
		!chy_str_is(chy_word_at(line, word)->deprel, "acl:relcl"))
		return;
	if (at > 0 && chy_word_at(line, at)->upos == CHY_UPOS_PUNCT)
		at--;
	add_covering(line, at, out);
}

/* *afirmó que había condiciones para que volvieran y culpó a …*, read as joined
 * to the clause beneath: the subject of a clause above that agrees. */
static void from_clause_above(
	struct chy_document *document, struct chy_line *line, int32_t word, struct chy_side *out)
{
	bool many = finite_plural(line, word);

	if (!chy_is_verb(line, word) || !chy_relation(line, word, "conj") ||
		own_subject(document, line, word) != CHY_NONE)
		return;
	for (int32_t at = chy_word_at(line, word)->head, steps = 0; at >= 0 && steps < DEPTH;
		at = chy_word_at(line, at)->head, steps++) {
		int32_t subject = own_subject(document, line, at);

		if (subject == CHY_NONE || relative(line, subject) ||
			finite_plural(line, at) != many)
			continue;
		chy_resolve(document, line, subject, out);
		if (out->count)
			return;
	}
}

/* *milícias pró-russas atacaram*, *soldiers attacked*, where nobody says whose:
 * a band is of no state that was spoken of last, and soldiers without an
 * article are told of for the first time. */
static bool unnamed_band(const struct chy_document *document, const struct chy_line *line,
	int32_t word, const struct chy_side *last)
{
	struct chy_str sector = standing(document, line, word);

	if (chy_str_is(sector, "REB"))
		return !last->count || chy_foe_of(document, last->parties[0].actor) == UINT32_MAX;
	return chy_str_is(sector, "MIL") && chy_relation(line, word, "nsubj") &&
	       chy_child_in(line, word, "det nmod:poss", CHY_NONE) == CHY_NONE;
}

/* *o Governo propôs*, where nothing says which: the speaker's, that of whoever
 * was spoken of last, or the state that such a movement fights. */
static void standing_alone(struct chy_document *document, struct chy_line *line, int32_t word,
	int32_t subject, struct chy_side *out)
{
	const struct chy_side *last =
		within_speech(line, word) ? &line->speaker : &document->last_subject;
	bool seat = chy_word_kind(document->coder, line->lemmas[subject], "seat");
	uint32_t foe = last->count == 1 ? chy_foe_of(document, last->parties[0].actor) : UINT32_MAX;
	struct chy_party state = {.sector = {"GOV", 3}};

	if (unnamed_band(document, line, subject, last))
		return;
	/* *os países garantes* are others. */
	if (seat && last->count < 2 && chy_word_has(chy_word_at(line, subject), "Number", "Plur"))
		return;
	out->by_reference = true;
	if (!seat || foe == UINT32_MAX || !document->named[foe]) {
		chy_side_join(out, last);
		return;
	}
	state.actor = foe;
	chy_side_add(out, &state);
}

/* *aprovou uma resolução que exige …*: who adopts a text speaks by it. */
static void authors(struct chy_document *document, struct chy_line *line, int32_t word,
	int32_t paper, struct chy_side *out)
{
	int32_t head = chy_word_at(line, paper)->head;

	if (head >= 0 && chy_is_verb(line, head) && chy_relation(line, paper, "obj") &&
		chy_word_kind(document->coder, line->lemmas[word], "voice"))
		chy_subject(document, line, head, out);
}

void chy_subject(
	struct chy_document *document, struct chy_line *line, int32_t word, struct chy_side *out)
{
	int32_t subject = chy_subject_word(document, line, word);

	if (subject != CHY_NONE) {
		const struct chy_word *w = chy_word_at(line, subject);

		subject = person_beside(document, line, subject);
		chy_resolve(document, line, subject, out);
		add_second_subject(document, line, subject, out);
		if (!out->count && subject > word)
			add_names_beside(document, line, subject, out);
		if (!out->count && w->upos == CHY_UPOS_PRON && !relative(line, subject)) {
			unsaid_subject(document, line, word, out);
		} else if (!out->count && add_by_demonym(document, line, subject, out)) {
			out->loose = true;
		} else if (!out->count && standing(document, line, subject).data &&
			   !chy_word_kind(document->coder, line->lemmas[subject], "people")) {
			/* *disse que o seu país …*, *que a aviação …*: the speaker's. */
			standing_alone(document, line, word, subject, out);
		}
		if (!out->count && chy_is_verb(line, word) && !chy_passive(document, line, word) &&
			chy_word_kind(document->coder, line->lemmas[subject], "paper"))
			authors(document, line, word, subject, out);
		if (!out->count)
			from_clause_above(document, line, word, out);
		if (!out->count)
			from_name_before_clause(line, word, out);
		/* *disse que as condições eram boas, acusando …*: who said it. */
		if (!out->count && chy_relation(line, word, "advcl") && within_speech(line, word) &&
			chy_word_has(chy_word_at(line, word), "VerbForm", "Ger"))
			chy_side_join(out, &line->speaker);
		return;
	}
	if (!chy_is_verb(line, word) && chy_child_in(line, word, "cop", CHY_NONE) == CHY_NONE)
		return;
	add_name_before(line, word, out);
	/* *Firmaron el acuerdo Perú y Chile*, read as names of the accord. */
	subject = chy_child_in(line, word, "obj", CHY_NONE);
	if (!out->count && subject > word && finite_plural(line, word))
		add_names_beside(document, line, subject, out);
	if (!out->count)
		unsaid_subject(document, line, word, out);
}

/* -- slots ---------------------------------------------------------------- */

static void keep_others(
	struct chy_side *found, const struct chy_side *not_these, struct chy_side *out)
{
	for (size_t i = 0; i < found->count; i++)
		if (!not_these || !chy_side_has(not_these, found->parties[i].actor))
			chy_side_add(out, &found->parties[i]);
	out->by_reference |= found->by_reference;
}

/* *vetou a sua entrada*: the state named last before, that is not the actor. */
static void owners(struct chy_document *document, struct chy_line *line, int32_t trigger,
	const struct chy_side *not_these, struct chy_side *out)
{
	int32_t object = patient(document, line, trigger);
	int32_t det = CHY_NONE;
	bool own = false;

	while (object != CHY_NONE && !own &&
		(det = chy_child_in(line, object, "det nmod:poss", det)) != CHY_NONE)
		own = chy_word_has(chy_word_at(line, det), "PronType", "Prs");
	for (const struct chy_line *at = line; own && at >= document->lines && at + 2 > line; at--)
		for (size_t i = at->mention_count; i-- > 0 && !out->count;) {
			const struct chy_mention *mention = &at->mentions[i];

			if (!mention->resolved ||
				(at == line && (int32_t)mention->first > trigger) ||
				chy_is_body(document, mention->party.actor) ||
				chy_side_has(not_these, mention->party.actor))
				continue;
			chy_side_add(out, &mention->party);
			out->by_reference = true;
		}
}

/* Beneath a word, though not in a clause that only says more of it: *o oleoduto
 * que transporta o petróleo do Sudão do Sul*. */
static bool plainly_below(const struct chy_line *line, int32_t word, int32_t above, bool anywhere)
{
	size_t steps = line->sentence->word_count;

	for (; word >= 0 && steps--; word = chy_word_at(line, word)->head) {
		if (word == above)
			return true;
		if (!anywhere && (chy_relation(line, word, "acl:relcl") ||
					 chy_relation(line, word, "advcl")))
			return false;
	}
	return false;
}

/* *um documento em Singapura*: where it was. */
static bool within_place(const struct chy_document *document, const struct chy_line *line,
	const struct chy_mention *mention, int32_t above)
{
	return mention->place && (int32_t)mention->first != above &&
	       chy_word_kind(document->coder, chy_preposition(line, (int32_t)mention->first), "at");
}

/* Any actor named beneath a word: the one that a proposal, a decision or a
 * policy is of. */
static void beneath_in(struct chy_document *document, struct chy_line *line, int32_t word,
	const struct chy_side *not_these, bool anywhere, struct chy_side *out)
{
	int32_t child = CHY_NONE;

	/* *a invasão do Kuwait pelo Iraque*: by whom comes first. */
	while (!out->count && (child = chy_child_in(line, word, "nmod obl", child)) != CHY_NONE)
		if (chy_word_kind(document->coder, chy_preposition(line, child), "by")) {
			struct chy_side doer = {0};

			chy_resolve(document, line, child, &doer);
			keep_others(&doer, not_these, out);
		}
	for (size_t i = 0; i < line->mention_count && !out->count; i++) {
		const struct chy_mention *mention = &line->mentions[i];

		if (!mention->resolved || within_place(document, line, mention, word) ||
			!plainly_below(line, (int32_t)mention->first, word, anywhere) ||
			(not_these && chy_side_has(not_these, mention->party.actor)))
			continue;
		chy_side_add(out, &mention->party);
		add_coordinated(document, line, (int32_t)mention->last, out, DEPTH - 1);
		out->loose = true;
	}
}

static void beneath(struct chy_document *document, struct chy_line *line, int32_t word,
	const struct chy_side *not_these, struct chy_side *out)
{
	beneath_in(document, line, word, not_these, false, out);
}

static bool takes(struct chy_str slot, struct chy_str preposition)
{
	return chy_str_equal(slot, preposition) ||
	       (chy_str_is(slot, "junto") && chy_str_is(preposition, "junto"));
}

/* The preposition of a noun; *a Pequim*, where taggers see an article. */
static struct chy_str leads(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	struct chy_str preposition = chy_preposition(line, word), towards;
	int32_t found = line->mention[word], marker = chy_child_in(line, word, "case", CHY_NONE);
	uint32_t first;

	/* *flew to Beijing*, read as if it were a verb. */
	if (marker == CHY_NONE && found != CHY_NONE)
		preposition = marker_of(line, word);

	/* *depois de*, *antes de*, *perto de*: the adverb leads. */
	if (marker > 0 && chy_word_at(line, marker - 1)->upos == CHY_UPOS_ADV &&
		chy_word_kind(document->coder, preposition, "of"))
		return line->lemmas[marker - 1];

	if (found == CHY_NONE || preposition.size ||
		!(line->mentions[found].place ||
			chy_word_kind(document->coder, line->lemmas[word], "bare")))
		return preposition;
	first = line->mentions[found].first;
	if (!first)
		return preposition;
	towards = chy_word_value(document->coder,
		line->folded[chy_word_at(line, (int32_t)first - 1)->token], "towards");
	return towards.data ? towards : preposition;
}

/* *broke out between …*: one of two small words before the noun may be of the
 * verb. */
static bool led_by(const struct chy_document *document, const struct chy_line *line, int32_t word,
	struct chy_str slot)
{
	int32_t marker = CHY_NONE;

	/* *a través de*, *a pesar de*: no preposition of its own. */
	if (chy_word_kind(document->coder, line->lemmas[word], "roundabout"))
		return false;
	if (takes(slot, leads(document, line, word)))
		return true;
	if (chy_word_kind(document->coder, slot, "of"))
		return false;
	while ((marker = chy_child_in(line, word, "case", marker)) != CHY_NONE)
		if (chy_str_equal(line->lemmas[marker], slot))
			return true;
	return false;
}

/* Words whose own complements may be the trigger's: *pediu a retirada de …*.
 * *contra uma base do Hezbollah*: what is within another preposition is not. */
static bool opens(const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t head = chy_word_at(line, word)->head;

	/* *se firmó un convenio entre …*: what is done. */
	if (chy_relation(line, word, "nsubj") && head >= 0 && line->mention[word] == CHY_NONE &&
		chy_child_in(line, head, "expl", CHY_NONE) != CHY_NONE)
		return true;
	return !chy_word_kind(document->coder, line->lemmas[word], "people") &&
	       (chy_relation(line, word, "obj") ||
		       /* *manifestou-se preocupado com …* */
		       (chy_relation(line, word, "xcomp") &&
			       !chy_word_has(chy_word_at(line, word), "VerbForm", "Inf")) ||
		       chy_relation(line, word, "advmod") ||
		       chy_relation(line, word, "nsubj:pass") ||
		       chy_word_kind(document->coder, leads(document, line, word), "of") ||
		       chy_word_kind(document->coder, leads(document, line, word), "whom") ||
		       chy_word_kind(document->coder, line->lemmas[word], "bridge"));
}

/* A noun whose names hang on other prepositions than *de*. */
static bool goes_elsewhere(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t child = CHY_NONE;
	bool elsewhere = false;

	while ((child = chy_child_in(line, word, "nmod amod", child)) != CHY_NONE) {
		struct chy_str preposition = chy_preposition(line, child);

		if (line->mention[child] == CHY_NONE)
			continue;
		if (!preposition.size || chy_word_kind(document->coder, preposition, "of"))
			return false;
		elsewhere = true;
	}
	return elsewhere;
}

/* *as suas tropas* */
static bool by_possessive(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t child = CHY_NONE;

	if (!standing(document, line, word).data)
		return false;
	while ((child = chy_child_in(line, word, "det nmod:poss", child)) != CHY_NONE)
		if (chy_word_has(chy_word_at(line, child), "Poss", "Yes"))
			return true;
	return false;
}

/* *o armistício entre a Dinamarca e o Paquistão*: the second name, where the
 * tree joins it to the noun above. */
static void other_of_two(struct chy_document *document, struct chy_line *line, int32_t trigger,
	int32_t first, struct chy_side *found)
{
	int32_t child = first;

	while ((child = chy_child_in(line, trigger, "conj", child)) != CHY_NONE)
		if (line->mention[child] != CHY_NONE || standing(document, line, child).data)
			chy_resolve(document, line, child, found);
}

/* *instó a Bangladés y Myanmar a …*: the second name, joined to the verb. */
static void right_beside(struct chy_document *document, struct chy_line *line, int32_t trigger,
	int32_t first, struct chy_side *found)
{
	int32_t child = first, mention = line->mention[first];
	int32_t last = mention == CHY_NONE ? first : (int32_t)line->mentions[mention].last;

	while ((child = chy_child_in(line, trigger, "conj", child)) != CHY_NONE)
		if (line->mention[child] != CHY_NONE && !chy_is_verb(line, child) &&
			(int32_t)line->mentions[line->mention[child]].first == last + 2 &&
			chy_word_at(line, last + 1)->upos == CHY_UPOS_CCONJ)
			chy_resolve(document, line, child, found);
}

/* Nouns with a preposition that hang on the trigger; if there are none, on its
 * noun. */
static void by_preposition(struct chy_document *document, struct chy_line *line, int32_t trigger,
	struct chy_str slot, const struct chy_side *not_these, struct chy_side *out, int depth)
{
	const char *relations =
		chy_is_verb(line, trigger) && chy_passive(document, line, trigger)
			? "obl nmod iobj obj xcomp ccomp advcl advmod acl nsubj:pass"
		: chy_child_in(line, trigger, "expl", CHY_NONE) != CHY_NONE
			? "obl nmod iobj obj xcomp ccomp advcl advmod acl nsubj appos"
			: "obl nmod iobj obj xcomp ccomp advcl advmod acl appos";
	bool of = chy_word_kind(document->coder, slot, "of") && !chy_is_verb(line, trigger);
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(line, trigger, relations, child)) != CHY_NONE) {
		struct chy_side found = {0};

		if (!led_by(document, line, child, slot))
			continue;
		/* *a retirada das suas tropas do Líbano*: whose they are is said above. */
		if (of && !not_these && by_possessive(document, line, child))
			return;
		chy_resolve(document, line, child, &found);
		/* *o envio de tropas para a Líbia* is not of Libya. */
		if (!found.count && !(of && goes_elsewhere(document, line, child)) &&
			(!chy_word_kind(document->coder, line->lemmas[child], "people") ||
				chy_word_kind(document->coder, line->lemmas[child], "counterpart")))
			beneath(document, line, child, not_these, &found);
		if (found.count == 1 && chy_word_kind(document->coder, slot, "between"))
			other_of_two(document, line, trigger, child, &found);
		else if (found.count)
			right_beside(document, line, trigger, child, &found);
		keep_others(&found, not_these, out);
		out->loose |= found.loose;
		/* *a retirada das tropas russas da Geórgia*: the first is whose. */
		if (out->count)
			return;
	}
	while (!out->count && depth < 3 &&
		(child = chy_child_in(line, trigger, relations, child)) != CHY_NONE)
		if (opens(document, line, child))
			by_preposition(document, line, child, slot, not_these, out, depth + 1);
}

/* Where the tree has nothing: the next name after such a preposition. */
static void by_order(struct chy_document *document, struct chy_line *line, int32_t trigger,
	struct chy_str slot, const struct chy_side *not_these, struct chy_side *out)
{
	int32_t n = (int32_t)line->sentence->word_count;
	struct chy_side found;

	for (int32_t i = trigger + 1; i + 1 < n && i < trigger + REACH; i++) {
		const struct chy_word *w = chy_word_at(line, i);

		if (w->upos == CHY_UPOS_VERB && !chy_word_has(w, "VerbForm", "Inf"))
			return;
		if (w->upos == CHY_UPOS_SCONJ ||
			((w->upos == CHY_UPOS_PUNCT || w->upos == CHY_UPOS_ADV) &&
				chy_word_kind(document->coder, slot, "of")))
			return;
		if (w->upos != CHY_UPOS_ADP)
			continue;
		if (!chy_str_equal(line->lemmas[i], slot)) {
			/* What follows another preposition is of its noun. */
			if (chy_word_kind(document->coder, slot, "of"))
				return;
			continue;
		}
		if (chy_word_kind(document->coder, line->lemmas[i + 1], "behest"))
			continue;
		for (int32_t j = i + 1; j < n && j < i + 4; j++) {
			int32_t head = chy_word_at(line, j)->head;

			/* *a visita dos turistas espanhóis* */
			if (!not_these && head >= 0 && chy_word_kind(document->coder, slot, "of") &&
				chy_word_kind(document->coder, line->lemmas[head], "people"))
				return;
			found = (struct chy_side){0};
			if (add_covering(line, j, &found))
				add_coordinated(document, line, j, &found, DEPTH - 1);
			keep_others(&found, not_these, out);
			if (out->count) {
				out->loose = true;
				return;
			}
		}
	}
}

static bool by_whom(const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(line, word, "obl", child)) != CHY_NONE)
		if (chy_word_kind(document->coder, chy_preposition(line, child), "by") &&
			line->mention[child] != CHY_NONE)
			return true;
	return false;
}

/* An object; but *ligados ao Hamas*, a participle's noun after a preposition, is none. */
static bool has_object(const struct chy_line *line, int32_t word)
{
	int32_t object = chy_child_in(line, word, "obj", CHY_NONE);

	return object != CHY_NONE &&
	       !(chy_relation(line, word, "acl") &&
		       chy_word_has(chy_word_at(line, word), "VerbForm", "Part") &&
		       chy_child_in(line, object, "case", CHY_NONE) != CHY_NONE);
}

bool chy_passive(const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	const struct chy_word *w = chy_word_at(line, word);

	int32_t auxiliary = chy_child_in(line, word, "aux:pass", CHY_NONE);

	/* *was prepared to talk*: an adjective is not suffered. */
	if (w->upos == CHY_UPOS_ADJ && !line->verb[word])
		return false;
	if (chy_child_in(line, word, "obl:agent", CHY_NONE) != CHY_NONE)
		return true;
	/* *estiveram reunidos* tells how they were, not what was done to them. */
	if (auxiliary != CHY_NONE)
		return !chy_word_kind(document->coder, line->lemmas[auxiliary], "rest");
	/* *islands claimed by China* */
	if (chy_word_has(w, "VerbForm", "Part") && !chy_word_has(w, "Tense", "Pres") &&
		chy_child_in(line, word, "aux obj", CHY_NONE) == CHY_NONE &&
		by_whom(document, line, word))
		return true;
	/* With an object it acts, whatever the tree calls its subject. */
	if (has_object(line, word))
		return false;
	/* A finite verb without auxiliary or *se* acts. */
	if (chy_child_in(line, word, "nsubj:pass", CHY_NONE) != CHY_NONE)
		return !chy_word_has(w, "VerbForm", "Fin") ||
		       chy_child_in(line, word, "aux cop expl", CHY_NONE) != CHY_NONE;
	return chy_word_has(w, "VerbForm", "Part") &&
	       chy_child_in(line, word, "aux", CHY_NONE) == CHY_NONE &&
	       (chy_relation(line, word, "acl") || chy_relation(line, word, "amod") ||
		       chy_relation(line, word, "root"));
}

/* *accused neighbouring Burundi*, *urges Britain*: a name right after a verb that
 * has no other object is one, whatever the tree says. */
static void add_name_after(struct chy_document *document, struct chy_line *line, int32_t trigger,
	const struct chy_side *not_these, struct chy_side *out)
{
	int32_t n = (int32_t)line->sentence->word_count, at = trigger + 1;
	struct chy_side found = {0};

	while (at < n && at < trigger + 4 && line->mention[at] == CHY_NONE &&
		(chy_word_at(line, at)->upos == CHY_UPOS_DET ||
			chy_word_at(line, at)->upos == CHY_UPOS_ADJ ||
			chy_word_kind(document->coder, line->folded[chy_word_at(line, at)->token],
				"abroad")))
		at++;
	if (at >= n || line->mention[at] == CHY_NONE || chy_relation(line, at, "nsubj"))
		return;
	chy_resolve(document, line, at, &found);
	keep_others(&found, not_these, out);
}

/* *India asked him to leave*, said by himself; *they praised her*: who speaks,
 * or who was spoken of last, and does not act here. */
static void spoken_of(struct chy_document *document, struct chy_line *line, int32_t word,
	const struct chy_side *not_these, struct chy_side *out)
{
	const struct chy_word *w = chy_word_at(line, word);
	const struct chy_side *candidates[] = {&line->speaker, &document->last_subject};

	if (w->upos != CHY_UPOS_PRON || !chy_word_has(w, "PronType", "Prs") ||
		!chy_word_has(w, "Person", "3") || chy_word_has(w, "Reflex", "Yes") ||
		chy_word_has(w, "Gender", "Neut") || chy_relation(line, w->head, "acl"))
		return;
	if (chy_word_has(w, "Number", "Plur")) {
		const struct chy_side *both = &document->last_actors;

		if (both->count < 2 || !not_these ||
			chy_side_has(both, not_these->count ? not_these->parties[0].actor : 0))
			return;
		chy_side_join(out, both);
		out->by_reference = true;
		return;
	}
	for (size_t i = within_speech(line, word) ? 0 : 1; i < 2; i++) {
		if (candidates[i]->count != 1 || !not_these ||
			chy_side_has(not_these, candidates[i]->parties[0].actor))
			continue;
		chy_side_join(out, candidates[i]);
		out->by_reference = true;
		return;
	}
}

static void objects(struct chy_document *document, struct chy_line *line, int32_t trigger,
	const struct chy_side *not_these, struct chy_side *out)
{
	int32_t child = CHY_NONE;
	struct chy_side found = {0};

	if (chy_passive(document, line, trigger)) {
		int32_t subject = chy_subject_word(document, line, trigger);

		if (subject == CHY_NONE && chy_relation(line, trigger, "amod"))
			subject = chy_word_at(line, trigger)->head;
		if (subject == CHY_NONE)
			return;
		chy_resolve(document, line, subject, &found);
		if (!found.count &&
			!chy_word_kind(document->coder, line->lemmas[subject], "people"))
			beneath(document, line, subject, not_these, &found);
		keep_others(&found, not_these, out);
		return;
	}
	while ((child = chy_child_in(line, trigger, "obj iobj nsubj obl", child)) != CHY_NONE) {
		if (chy_relation(line, child, "nsubj") && !really_object(line, trigger, child))
			continue;
		/* *Irán, al que acusan …*: the preposition hangs on the verb. */
		if (chy_relation(line, child, "obl") &&
			(!relative(line, child) || chy_preposition(line, child).size))
			continue;
		found = (struct chy_side){0};
		chy_resolve(document, line, child, &found);
		if (!found.count)
			spoken_of(document, line, child, not_these, &found);
		if (!found.count && !chy_word_kind(document->coder, line->lemmas[child], "people"))
			beneath(document, line, child, not_these, &found);
		keep_others(&found, not_these, out);
		out->loose |= found.loose;
	}
	if (!out->count)
		add_name_after(document, line, trigger, not_these, out);
}

static void agents(struct chy_document *document, struct chy_line *line, int32_t trigger,
	const struct chy_side *not_these, struct chy_side *out)
{
	struct chy_side found = {0};
	int32_t agent = chy_child_in(line, trigger, "obl:agent", CHY_NONE), child = CHY_NONE;

	if (chy_passive(document, line, trigger)) {
		while (agent == CHY_NONE &&
			(child = chy_child_in(line, trigger, "obl", child)) != CHY_NONE)
			if (chy_word_kind(document->coder, chy_preposition(line, child), "by"))
				agent = child;
		/* *fue derribado por error por cazas sirios*: whichever is somebody. */
		if (agent != CHY_NONE)
			chy_resolve(document, line, agent, &found);
		child = agent;
		while (agent != CHY_NONE && !found.count &&
			(child = chy_child_in(line, trigger, "obl:agent", child)) != CHY_NONE)
			chy_resolve(document, line, child, &found);
		/* *atingido por foguetes disparados pelo Hezbollah* */
		child = CHY_NONE;
		while (agent != CHY_NONE && !found.count && !standing(document, line, agent).data &&
			(child = chy_child_in(line, agent, "acl", child)) != CHY_NONE)
			if (chy_passive(document, line, child) && child > agent)
				agents(document, line, child, not_these, &found);
		keep_others(&found, not_these, out);
		return;
	}
	chy_subject(document, line, trigger, &found);
	/* *says that the name is a claim and has vetoed …*: who says it vetoed. */
	if (!found.count && chy_relation(line, trigger, "conj") &&
		chy_relation(line, chy_word_at(line, trigger)->head, "ccomp"))
		chy_subject(document, line,
			chy_word_at(line, chy_word_at(line, trigger)->head)->head, &found);
	keep_others(&found, not_these, out);
}

/* *una propuesta para que Francia …*: the name is of the clause. */
static bool clause_between(const struct chy_line *line, int32_t from, int32_t to)
{
	for (int32_t at = from + 1; at < to; at++)
		if (chy_word_at(line, at)->upos == CHY_UPOS_SCONJ)
			return true;
	return false;
}

/* *$140 million in American aid*: through a number to what is counted. */
static int32_t counted(const struct chy_line *line, int32_t word)
{
	enum chy_upos upos = chy_word_at(line, word)->upos;

	return upos == CHY_UPOS_SYM || upos == CHY_UPOS_NUM ||
			       chy_child_in(line, word, "nummod", CHY_NONE) != CHY_NONE
		       ? chy_child_in(line, word, "nmod", CHY_NONE)
		       : CHY_NONE;
}

static void demonyms(struct chy_document *document, struct chy_line *line, int32_t trigger,
	const struct chy_side *not_these, struct chy_side *out)
{
	int32_t child = CHY_NONE;
	struct chy_side found = {0};

	while ((child = chy_child_in(line, trigger, "amod nmod compound appos", child)) != CHY_NONE)
		if (line->mention[child] == CHY_NONE && name_within(line, child) != CHY_NONE)
			add_covering(line, name_within(line, child), &found);
		else if ((!chy_preposition(line, child).size &&
				 !clause_between(line, trigger, child)) ||
			 chy_str_is(chy_word_at(line, child)->deprel, "nmod:poss"))
			resolve(document, line, child, &found, DEPTH - 2);
	/* *congelou os bens haitianos* */
	while (chy_is_verb(line, trigger) &&
		(child = chy_child_in(line, trigger, "obj obl nsubj:pass", child)) != CHY_NONE) {
		int32_t of = CHY_NONE, owner = child;

		if (found.count && chy_relation(line, child, "obl"))
			continue;
		if (counted(line, child) != CHY_NONE)
			owner = counted(line, child);
		while (owner != child && (of = chy_child_in(line, child, "amod", of)) != CHY_NONE)
			add_covering(line, of, &found);
		of = CHY_NONE;
		while ((of = chy_child_in(line, owner, "amod compound appos nmod:poss", of)) !=
			CHY_NONE)
			add_covering(line,
				name_in_participle(line, of) != CHY_NONE
					? name_in_participle(line, of)
					: of,
				&found);
	}
	keep_others(&found, not_these, out);
}

/* Whoever the clause beneath is about: its subject, else any name in it. */
static void clauses(struct chy_document *document, struct chy_line *line, int32_t trigger,
	const struct chy_side *not_these, struct chy_side *out)
{
	int32_t child = CHY_NONE;

	while (!out->count &&
		(child = chy_child_in(line, trigger, "ccomp xcomp advcl obj obl acl parataxis",
			 child)) != CHY_NONE) {
		int32_t subject = chy_child_in(line, child, "nsubj", CHY_NONE);
		struct chy_side found = {0};

		/* *discursando na ONU, pediu …*: the manner is no content; *ruled out
		 * sending …* is. */
		if (chy_relation(line, child, "advcl") &&
			chy_word_has(chy_word_at(line, child), "VerbForm", "Ger") &&
			!chy_right_after(line, child, trigger))
			continue;
		/* *«A Grécia viola …», acusou o ministro*: only what is said. */
		if (chy_relation(line, child, "parataxis") &&
			(!line->quoted[child] ||
				chy_word_kind(document->coder, line->lemmas[trigger], "say")))
			continue;
		/* *segundo o ministro indiano*: who says it. */
		if (chy_below(line, line->speech, child) && !chy_is_verb(line, child))
			continue;
		if (!chy_is_verb(line, child) &&
			chy_word_kind(document->coder, line->lemmas[child], "people"))
			continue;
		/* *propôs Libreville para o encontro*: where, not whom. */
		if (chy_relation(line, child, "obj") && line->mention[child] != CHY_NONE &&
			line->mentions[line->mention[child]].place)
			continue;
		if (subject != CHY_NONE)
			chy_resolve(document, line, subject, &found);
		keep_others(&found, not_these, out);
		/* *«Ajudaremos o Haiti», prometeu …*: what is promised names for whom. */
		if (chy_relation(line, child, "parataxis") &&
			!chy_word_kind(document->coder, line->lemmas[trigger], "intend"))
			continue;
		if (!out->count)
			beneath(document, line, child, not_these, out);
		if (!out->count && chy_is_verb(line, child))
			beneath_in(document, line, child, not_these, true, out);
	}
}

/* Whose people act: *estudantes iranianos*. */
static void crowd(
	struct chy_document *document, struct chy_line *line, int32_t trigger, struct chy_side *out)
{
	int32_t subject = chy_subject_word(document, line, trigger), child = CHY_NONE;

	while (subject != CHY_NONE &&
		(child = chy_child_in(line, subject, "amod nmod compound", child)) != CHY_NONE)
		add_covering_as(line, child, (struct chy_str){"CVL", 3}, out);
	/* *cientos de estudiantes iraníes protestaron*, read as of students they did. */
	if (subject == CHY_NONE || line->mention[subject] != CHY_NONE)
		return;
	for (int32_t w = subject + 1; w < trigger && !out->count; w++)
		if (line->mention[w] != CHY_NONE && line->mentions[line->mention[w]].adjective)
			add_covering_as(line, w, (struct chy_str){"CVL", 3}, out);
}

/* Who shall do what a clause tells: *quer que o Sudão saia*. */
static void of_clause(struct chy_document *document, struct chy_line *line, int32_t trigger,
	const struct chy_side *not_these, struct chy_side *out)
{
	int32_t child = CHY_NONE;

	while (!out->count &&
		(child = chy_child_in(line, trigger, "ccomp advcl xcomp", child)) != CHY_NONE) {
		int32_t subject = chy_child_in(line, child, "nsubj", CHY_NONE);
		struct chy_side found = {0};

		if (subject == CHY_NONE || relative(line, subject))
			continue;
		/* *quer a abertura dos portos, para que eles trabalhem*: what it is for. */
		if (chy_relation(line, child, "advcl") &&
			chy_child_in(line, trigger, "obj", CHY_NONE) != CHY_NONE)
			continue;
		chy_resolve(document, line, subject, &found);
		keep_others(&found, not_these, out);
	}
}

/* What a predicate is said of, and if that is nobody, whose it is: *as manobras
 * da NATO são uma provocação*. */
static void theme(struct chy_document *document, struct chy_line *line, int32_t trigger,
	const struct chy_side *not_these, struct chy_side *out)
{
	int32_t subject;

	agents(document, line, trigger, not_these, out);
	subject = chy_subject_word(document, line, trigger);
	if (!out->count && subject != CHY_NONE)
		beneath(document, line, subject, not_these, out);
}

/* *fighting broke out between …*, *talks resumed with …*: what hangs on a verb
 * that says no more than that its subject goes on, is its subject's. */
static bool happens(const struct chy_document *document, const struct chy_line *line,
	int32_t trigger, struct chy_str slot)
{
	int32_t head = chy_word_at(line, trigger)->head;

	return head >= 0 && chy_relation(line, trigger, "nsubj") && chy_is_verb(line, head) &&
	       !chy_word_kind(document->coder, slot, "of") &&
	       !chy_word_kind(document->coder, slot, "by") &&
	       chy_child_in(line, head, "obj ccomp xcomp", CHY_NONE) == CHY_NONE;
}

void chy_slot(struct chy_document *document, struct chy_line *line, int32_t trigger,
	struct chy_str slot, const struct chy_side *not_these, struct chy_side *out)
{
	if (chy_str_is(slot, "H") ||
		(chy_relation(line, trigger, "cop") && chy_str_is(slot, "S"))) {
		int32_t head = chy_word_at(line, trigger)->head;
		struct chy_side found = {0};

		if (chy_str_is(slot, "S"))
			agents(document, line, head, not_these, out);
		else if (head >= 0 && add_covering(line, head, &found))
			keep_others(&found, not_these, out);
	} else if (chy_str_is(slot, "S")) {
		agents(document, line, trigger, not_these, out);
	} else if (chy_str_is(slot, "O")) {
		objects(document, line, trigger, not_these, out);
	} else if (chy_str_is(slot, "D")) {
		demonyms(document, line, trigger, not_these, out);
	} else if (chy_str_is(slot, "X")) {
		clauses(document, line, trigger, not_these, out);
	} else if (chy_str_is(slot, "C")) {
		of_clause(document, line, trigger, not_these, out);
	} else if (chy_str_is(slot, "T")) {
		theme(document, line, trigger, not_these, out);
	} else if (chy_str_is(slot, "M")) {
		crowd(document, line, trigger, out);
	} else if (chy_str_is(slot, "P")) {
		owners(document, line, trigger, not_these, out);
	} else if (chy_str_is(slot, "R")) {
		keep_others(&line->speaker, not_these, out);
	} else {
		by_preposition(document, line, trigger, slot, not_these, out, 0);
		if (!out->count && happens(document, line, trigger, slot))
			by_preposition(document, line, chy_word_at(line, trigger)->head, slot,
				not_these, out, 2);
		if (!out->count)
			by_order(document, line, trigger, slot, not_these, out);
	}
}
