/* Which words carry an act. Frames are tried from the root of the tree down,
 * so that the verb that governs takes its content with it: *concordou em
 * retirar as tropas* is one act, the agreeing. */
#include <string.h>

#include "internal.h"

/* No sentence that people wrote is deeper; a made one costs no more. */
enum { DEEPEST = 40 };

struct act {
	struct chy_document *document;
	struct chy_line *line;
	uint32_t number; /* of the sentence, from 1 */
	int32_t trigger, object;
	const struct chy_lex_frame *frame;
	struct chy_side actors, recipients;
	struct chy_str actor_slot, recipient_slot; /* what gave them; empty: the document */
	bool proposed; /* by who speaks: it ought to be done */
	bool decided; /* and announced */
	bool intended; /* wanted, decided, planned */
};

static struct chy_str frame_text(const struct act *act, struct chy_lex_ref ref)
{
	return chy_lexicon_text(&act->document->coder->lexicon, ref);
}

static bool flagged(const struct act *act, const char *flag)
{
	struct chy_str rest = frame_text(act, act->frame->flags), part;

	if (!rest.size)
		return false;
	while (chy_str_split(&rest, ' ', &part))
		if (chy_str_is(part, flag))
			return true;
	return false;
}

/* *was prepared to talk*: an adjective that looks like a passive. */
static bool has_copula(const struct chy_line *line, int32_t word)
{
	return chy_child_in(line, word, "cop", CHY_NONE) != CHY_NONE ||
	       (chy_word_at(line, word)->upos == CHY_UPOS_ADJ &&
		       chy_child_in(line, word, "aux:pass", CHY_NONE) != CHY_NONE);
}

/* *resorts opened* is no being open. */
static bool inflected_verb(const struct act *act)
{
	const struct chy_word *w = chy_word_at(act->line, act->trigger);

	return w->upos == CHY_UPOS_VERB && !chy_str_equal(w->form, w->lemma);
}

/* *forças de ocupação*, *ministro da cooperação*: the noun says which. */
static bool only_names(const struct act *act)
{
	const struct chy_coder *coder = act->document->coder;
	int32_t head = chy_word_at(act->line, act->trigger)->head;

	return head >= 0 && chy_relation(act->line, act->trigger, "nmod") &&
	       chy_child_in(act->line, act->trigger, "det", CHY_NONE) == CHY_NONE &&
	       (chy_word_kind(coder, act->line->lemmas[head], "agent") ||
		       chy_word_kind(coder, act->line->lemmas[head], "post"));
}

/* *o Papa está em Cuba*: a copula between somebody and a place. */
static bool stands_at(const struct act *act)
{
	int32_t head = chy_word_at(act->line, act->trigger)->head;

	return head >= 0 && chy_relation(act->line, act->trigger, "cop") &&
	       act->line->mention[head] != CHY_NONE &&
	       chy_word_kind(act->document->coder, chy_preposition(act->line, head), "at");
}

static bool fits_word(const struct act *act)
{
	enum chy_upos upos = chy_word_at(act->line, act->trigger)->upos;

	switch (act->frame->pos) {
	case 'V':
		return chy_is_verb(act->line, act->trigger) &&
		       !chy_relation(act->line, act->trigger, "aux") &&
		       !chy_relation(act->line, act->trigger, "cop");
	case 'C':
		return stands_at(act);
	case 'N':
		return (upos == CHY_UPOS_NOUN || (upos == CHY_UPOS_PROPN && act->trigger == 0)) &&
		       !only_names(act);
	default:
		/* *está dispuesto*: an auxiliary, where it is taken for a verb. */
		return !inflected_verb(act) &&
		       (has_copula(act->line, act->trigger) ||
			       (chy_word_has(
					chy_word_at(act->line, act->trigger), "VerbForm", "Part") &&
				       chy_child_in(act->line, act->trigger, "aux", CHY_NONE) !=
					       CHY_NONE) ||
			       chy_relation(act->line, act->trigger, "xcomp"));
	}
}

/* Whether a lemma is one of several parted by '|'. */
static bool one_of(struct chy_str lemma, struct chy_str alternatives)
{
	struct chy_str part;

	while (chy_str_split(&alternatives, '|', &part))
		if (chy_str_equal(part, lemma))
			return true;
	return false;
}

/* *retirar+tropa*: the word, and one beneath it. */
static bool one_with(const struct act *act, int32_t word, struct chy_str alternatives)
{
	struct chy_str part, first;

	while (chy_str_split(&alternatives, '|', &part)) {
		struct chy_str rest = part;
		int32_t child = CHY_NONE;

		chy_str_split(&rest, '+', &first);
		if (!chy_str_equal(first, act->line->lemmas[word]))
			continue;
		if (!rest.data)
			return true;
		while ((child = chy_child_in(act->line, word, "obj nsubj:pass", child)) != CHY_NONE)
			if (chy_str_equal(rest, act->line->lemmas[child]))
				return true;
	}
	return false;
}

/* A verb that has an object does what it does to that, not to what stands
 * beside it: *suspendeu as negociações por causa das sanções*; unless it says
 * of it what it is: *calificó de provocación el ejercicio*. */
static const char *objects_of(const struct act *act, int32_t word)
{
	if (chy_child_in(act->line, word, "obj nsubj:pass", CHY_NONE) != CHY_NONE &&
		!flagged(act, "wide"))
		return "obj nsubj:pass nmod amod xcomp acl iobj compound";
	if (word == act->trigger)
		return "obj obl nsubj:pass nmod amod xcomp acl iobj advmod compound";
	return "obj obl nsubj:pass nmod amod xcomp acl iobj advmod compound conj";
}

/* *o fim da trégua* is no truce: words that turn round what they govern. */
static bool undoes(const struct act *act, int32_t word)
{
	return chy_word_kind(act->document->coder, act->line->lemmas[word], "undo");
}

static int32_t object_below(const struct act *act, int32_t word, struct chy_str wanted, int depth)
{
	const char *relations = objects_of(act, word);
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(act->line, word, relations, child)) != CHY_NONE) {
		int32_t deeper;

		if (one_with(act, child, wanted))
			return child;
		deeper = depth > 0 && !chy_is_verb(act->line, child) && !undoes(act, child)
				 ? object_below(act, child, wanted, depth - 1)
				 : CHY_NONE;
		if (deeper != CHY_NONE)
			return deeper;
	}
	return CHY_NONE;
}

/* *called off*: the particle of a verb, wherever the tree has it. */
static int32_t particle(const struct act *act, struct chy_str wanted)
{
	int32_t next = act->trigger + 1;

	if (act->frame->pos != 'V' || (size_t)next >= act->line->sentence->word_count)
		return CHY_NONE;
	return (chy_word_at(act->line, next)->upos == CHY_UPOS_ADP ||
		       chy_word_at(act->line, next)->upos == CHY_UPOS_ADV) &&
			       one_of(act->line->lemmas[next], wanted)
		       ? next
		       : CHY_NONE;
}

/* *Assinaram o acordo Portugal e Espanha*: what follows the verb may be called
 * its subject. */
static int32_t object_after(const struct act *act, struct chy_str wanted)
{
	int32_t subject = chy_child_in(act->line, act->trigger, "nsubj", CHY_NONE);

	return act->frame->pos == 'V' && subject > act->trigger &&
			       chy_child_in(act->line, subject, "appos", CHY_NONE) != CHY_NONE &&
			       one_of(act->line->lemmas[subject], wanted)
		       ? subject
		       : CHY_NONE;
}

static bool marked(const struct act *act, int32_t word, const char *relations, const char *kind);

/* *enviou aviões para combater …*: the infinitive that tells what it is for. */
static int32_t aim_below(const struct act *act, struct chy_str wanted)
{
	int32_t child = CHY_NONE, object = chy_child_in(act->line, act->trigger, "obj", CHY_NONE);

	while ((child = chy_child_in(act->line, act->trigger, "advcl xcomp acl obl", child)) !=
		CHY_NONE)
		if (one_of(act->line->lemmas[child], wanted))
			return child;
	while (object != CHY_NONE &&
		(child = chy_child_in(act->line, object, "acl advcl", child)) != CHY_NONE)
		if (chy_word_has(chy_word_at(act->line, child), "VerbForm", "Inf") &&
			one_of(act->line->lemmas[child], wanted))
			return child;
	return CHY_NONE;
}

/* *prometeu que vai retirar …*: a promise told as a clause. */
static int32_t promised_below(const struct act *act, struct chy_str wanted)
{
	int32_t child = CHY_NONE;

	if (act->frame->pos != 'V' || !flagged(act, "due"))
		return CHY_NONE;
	while ((child = chy_child_in(act->line, act->trigger, "ccomp", child)) != CHY_NONE)
		if (chy_is_verb(act->line, child) && one_with(act, child, wanted) &&
			!marked(act, child, "advmod", "deny"))
			return child;
	return CHY_NONE;
}

static bool reflexive(const struct act *act)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(act->line, act->trigger, "expl obj iobj nsubj", child)) !=
		CHY_NONE)
		if (chy_word_has(chy_word_at(act->line, child), "PronType", "Prs") &&
			!chy_word_has(chy_word_at(act->line, child), "Case", "Nom"))
			return true;
	return false;
}

static int32_t object_beneath(const struct act *act, struct chy_str wanted)
{
	return object_below(act, act->trigger, wanted, flagged(act, "direct") ? 0 : 2);
}

static int32_t if_wanted(const struct act *act, int32_t word, struct chy_str wanted)
{
	return word != CHY_NONE && one_of(act->line->lemmas[word], wanted) ? word : CHY_NONE;
}

/* *os combates que opõem …*: the noun is what does it. */
static int32_t flagged_subject(const struct act *act, struct chy_str wanted)
{
	return flagged(act, "subject")
		       ? if_wanted(act, chy_subject_word(act->document, act->line, act->trigger),
				 wanted)
		       : CHY_NONE;
}

/* *o acordo deverá ser assinado*: it hangs on the verb above. */
static int32_t subject_of_modal(const struct act *act, struct chy_str wanted)
{
	int32_t above = chy_word_at(act->line, act->trigger)->head;

	return chy_relation(act->line, act->trigger, "xcomp") &&
			       chy_passive(act->document, act->line, act->trigger)
		       ? if_wanted(act, chy_child_in(act->line, above, "nsubj", CHY_NONE), wanted)
		       : CHY_NONE;
}

/* *y solicita ayuda*, read as an adjective: the noun right after. */
static int32_t noun_after(const struct act *act, struct chy_str wanted)
{
	int32_t next = act->trigger + 1;

	return act->frame->pos == 'V' &&
			       chy_word_at(act->line, act->trigger)->upos == CHY_UPOS_ADJ &&
			       (size_t)next < act->line->sentence->word_count
		       ? if_wanted(act, next, wanted)
		       : CHY_NONE;
}

/* *se firmó un convenio*: what is done is called the subject. */
static int32_t subject_after_reflexive(const struct act *act, struct chy_str wanted)
{
	int32_t child = CHY_NONE;

	if (act->frame->pos != 'V' || !reflexive(act))
		return CHY_NONE;
	while ((child = chy_child_in(act->line, act->trigger, "nsubj", child)) != CHY_NONE)
		if (child > act->trigger && one_of(act->line->lemmas[child], wanted))
			return child;
	return CHY_NONE;
}

/* *se comprometió a retirar …*, where the infinitive hangs as a clause. */
static int32_t infinitive_clause(const struct act *act, struct chy_str wanted)
{
	int32_t child = CHY_NONE;

	if (act->frame->pos != 'V')
		return CHY_NONE;
	while ((child = chy_child_in(act->line, act->trigger, "advcl", child)) != CHY_NONE)
		if (chy_word_has(chy_word_at(act->line, child), "VerbForm", "Inf") &&
			one_of(act->line->lemmas[child], wanted) &&
			!marked(act, child, "mark case", "purpose"))
			return child;
	return CHY_NONE;
}

/* *el avión, antes de ser derribado*: it is the subject of a clause above. */
static int32_t passive_subject(const struct act *act, struct chy_str wanted)
{
	return act->frame->pos == 'V' && chy_passive(act->document, act->line, act->trigger)
		       ? if_wanted(act, chy_subject_word(act->document, act->line, act->trigger),
				 wanted)
		       : CHY_NONE;
}

/* *a guerra que opôs …*; *Lima held talks*, read as talks that are held. */
static int32_t noun_of_clause(const struct act *act, struct chy_str wanted)
{
	const struct chy_word *w = chy_word_at(act->line, act->trigger);
	/* *a decision to welcome him* is not welcomed. */
	bool clause =
		chy_relation(act->line, act->trigger, "acl") && !chy_word_has(w, "VerbForm", "Inf");

	return clause || (chy_relation(act->line, act->trigger, "amod") && w->head > act->trigger)
		       ? if_wanted(act, w->head, wanted)
		       : CHY_NONE;
}

static bool fits_object(struct act *act)
{
	static int32_t (*const ways[])(const struct act *, struct chy_str) = {object_beneath,
		flagged_subject, particle, object_after, promised_below, subject_of_modal,
		noun_after, subject_after_reflexive, infinitive_clause, passive_subject,
		noun_of_clause};
	struct chy_str wanted = frame_text(act, act->frame->object);

	act->object = CHY_NONE;
	if (!wanted.size)
		return true;
	if (flagged(act, "aim")) {
		act->object = aim_below(act, wanted);
		return act->object != CHY_NONE;
	}
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]) && act->object == CHY_NONE; i++)
		act->object = ways[i](act, wanted);
	return act->object != CHY_NONE;
}

/* -- who ------------------------------------------------------------------ */

/* *discute a resposta aos ataques*: who only talks about it has not done it. */
static bool only_talked_about(const struct act *act)
{
	const struct chy_line *line = act->line;
	int32_t word = act->trigger;

	if (act->frame->pos != 'N')
		return false;
	for (int steps = 0; steps < DEEPEST && word >= 0 && !chy_is_verb(line, word); steps++)
		word = chy_word_at(line, word)->head;
	return word >= 0 && chy_word_kind(act->document->coder, line->lemmas[word], "about");
}

/* The slots before '>' (or all of them), by ',' alternatives, by '+' all. */
static void fill(struct act *act, struct chy_str slots, const struct chy_side *not_these,
	struct chy_side *out, struct chy_str *out_slot)
{
	struct chy_str alternative, part;

	while (chy_str_split(&slots, ',', &alternative)) {
		*out_slot = alternative;
		while (chy_str_split(&alternative, '+', &part)) {
			struct chy_side found = {0};

			if (chy_str_is(part, "S") && only_talked_about(act))
				continue;
			chy_slot(act->document, act->line, act->trigger, part, not_these, &found);
			/* *peixe importado da Noruega*: nobody is said to buy it. */
			if (!found.count && chy_str_is(part, "S") && flagged(act, "doer"))
				return;
			chy_side_join(out, &found);
		}
		if (out->count)
			return;
	}
	*out_slot = (struct chy_str){"", 0};
}

/* An organisation between states acts abroad whatever it does; one of its
 * people may act at home. A movement that fights its state acts upon it. */
static bool body_acts(const struct act *act)
{
	const struct chy_party *party = &act->actors.parties[0];

	return (chy_is_body(act->document, party->actor) && !party->person.size) ||
	       chy_foe_of(act->document, party->actor) != UINT32_MAX;
}

/* *a comunidade internacional*, *países ocidentais*: a word beneath the
 * trigger says that somebody abroad is meant, though nobody is named. */
static bool turns_abroad(const struct act *act)
{
	const struct chy_line *line = act->line;

	for (size_t i = 0; i < line->sentence->word_count; i++)
		if (chy_word_kind(act->document->coder, line->lemmas[i], "abroad") &&
			chy_below(line, (int32_t)i, act->trigger))
			return true;
	return false;
}

/* The same of its own object or complement: *ajudará o Ocidente*. */
static bool upon_abroad(const struct act *act)
{
	const struct chy_coder *coder = act->document->coder;
	const struct chy_line *line = act->line;
	int32_t child = CHY_NONE, of;

	while ((child = chy_child_in(line, act->trigger, "obj iobj obl", child)) != CHY_NONE) {
		if (chy_word_kind(coder, line->lemmas[child], "abroad"))
			return true;
		of = CHY_NONE;
		while ((of = chy_child_in(line, child, "amod", of)) != CHY_NONE)
			if (chy_word_kind(coder, line->lemmas[of], "abroad"))
				return true;
	}
	return false;
}

/* *as autoridades da Califórnia*: of a place that is no state. */
static bool of_some_place(const struct chy_line *line, int32_t word)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(line, word, "nmod", child)) != CHY_NONE)
		if ((chy_word_at(line, child)->upos == CHY_UPOS_PROPN &&
			    line->mention[child] == CHY_NONE) ||
			of_some_place(line, child))
			return true;
	return false;
}

/* A place, or who acts: nobody else. */
static bool names_actor(const struct act *act, int32_t word)
{
	int32_t found = act->line->mention[word];

	return found != CHY_NONE && act->line->mentions[found].resolved &&
	       (act->line->mentions[found].place ||
		       chy_side_has(&act->actors, act->line->mentions[found].party.actor));
}

/* *acusou os críticos*: upon people who are nobody abroad. */
static bool upon_others(const struct act *act)
{
	const struct chy_coder *coder = act->document->coder;
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(act->line, act->trigger, "obj iobj obl", child)) != CHY_NONE) {
		struct chy_str lemma = act->line->lemmas[child];

		if (chy_word_kind(coder, lemma, "people") || chy_word_kind(coder, lemma, "post") ||
			(chy_word_at(act->line, child)->upos == CHY_UPOS_PROPN &&
				!names_actor(act, child)) ||
			(of_some_place(act->line, child) &&
				(!chy_relation(act->line, child, "obl") ||
					chy_word_kind(coder, lemma, "agent"))))
			return true;
	}
	return false;
}

static bool names_anybody(const struct chy_line *line, int32_t above)
{
	for (size_t i = 0; i < line->mention_count; i++)
		if (line->mentions[i].resolved &&
			chy_below(line, (int32_t)line->mentions[i].first, above))
			return true;
	return false;
}

/* A deed that the act is upon, without a word of whose it is; CHY_NONE. */
static int32_t bare_deed(const struct act *act)
{
	const struct chy_line *line = act->line;
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(line, act->trigger, "obj obl nsubj:pass", child)) != CHY_NONE)
		if (chy_word_kind(act->document->coder, line->lemmas[child], "deed") &&
			chy_child_in(line, child, "det", CHY_NONE) != CHY_NONE &&
			!names_anybody(line, child))
			return child;
	return CHY_NONE;
}

/* *lamentou a decisão*, *protestou contra a violação*: that of whoever acted last. */
static void fill_deed(struct act *act)
{
	const struct chy_side *last = &act->document->last_deed;
	int32_t deed = bare_deed(act);
	struct chy_str whose;

	/* *bombardeou duas aldeias depois do anúncio* */
	if (deed == CHY_NONE || act->frame->category == CHY_ASSAULT ||
		act->frame->category == CHY_COERCE || act->frame->category == CHY_MOBILIZE)
		return;
	whose = chy_word_value(act->document->coder, act->line->lemmas[deed], "deed");
	/* *o ataque* is of who used force last, *o acordo* of those who agreed last. */
	if (chy_str_is(whose, "2"))
		last = &act->document->last_force;
	/* *convocou uma reunião*: another one. */
	if (chy_str_is(whose, "3") &&
		chy_word_has(chy_word_at(act->line, chy_child_in(act->line, deed, "det", CHY_NONE)),
			"Definite", "Ind"))
		return;
	if (chy_str_is(whose, "3") && act->document->last_accord.count)
		last = &act->document->last_accord;
	if (!act->actors.count || act->recipients.count || !last->count)
		return;
	for (size_t i = 0; i < last->count; i++)
		if (chy_side_has(&act->actors, last->parties[i].actor))
			return;
	act->recipients = *last;
	act->recipients.loose = act->recipients.by_reference = true;
}

/* *pediu a extradição*: what is asked of another state only, and here of the
 * only other that this sentence or the one before names. */
static void fill_elsewhere(struct act *act)
{
	const struct chy_line *line = act->line, *from = line;
	struct chy_side others = {0};

	if (act->frame->category != CHY_REQUEST || act->object == CHY_NONE ||
		!chy_word_kind(act->document->coder, line->lemmas[act->object], "elsewhere") ||
		act->actors.count != 1 || act->recipients.count)
		return;
	if (from > act->document->lines)
		from--;
	for (; from <= line; from++)
		for (size_t i = 0; i < from->mention_count; i++)
			if (from->mentions[i].resolved &&
				!chy_side_has(&act->actors, from->mentions[i].party.actor))
				chy_side_add(&others, &from->mentions[i].party);
	if (others.count != 1)
		return;
	act->recipients = others;
	act->recipients.loose = act->recipients.by_reference = true;
}

/* *a invasão do Kuwait*: whether a noun's *de* is what names this actor. */
static bool of_whom(const struct act *act, int32_t noun, uint32_t actor)
{
	const struct chy_line *line = act->line;
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(line, noun, "nmod", child)) != CHY_NONE) {
		int32_t found = line->mention[child];

		if (found != CHY_NONE && line->mentions[found].resolved &&
			line->mentions[found].party.actor == actor)
			return chy_word_kind(
				act->document->coder, chy_preposition(line, child), "of");
	}
	return false;
}

/* *condena a invasão do Kuwait*: not of Kuwait, but of who invaded it. */
static void fill_victims(struct act *act)
{
	const struct chy_line *line = act->line;
	const struct chy_document *document = act->document;
	const struct chy_side *doers = &document->last_force;
	uint32_t victim;
	int32_t noun = CHY_NONE;

	if ((act->frame->category != CHY_ACCUSE && act->frame->category != CHY_PROTEST) ||
		act->frame->pos != 'V' || act->recipients.count != 1)
		return;
	victim = act->recipients.parties[0].actor;
	while ((noun = chy_child_in(line, act->trigger, "obj obl nsubj:pass", noun)) != CHY_NONE)
		if (chy_word_kind(document->coder, line->lemmas[noun], "upon"))
			break;
	if (noun == CHY_NONE || !of_whom(act, noun, victim))
		return;
	act->recipients = (struct chy_side){.by_reference = true, .loose = true};
	if (document->main_pair.count == 2 && chy_side_has(&document->main_pair, victim))
		doers = &document->main_pair;
	for (size_t i = 0; i < doers->count; i++)
		if (doers->parties[i].actor != victim &&
			!chy_side_has(&act->actors, doers->parties[i].actor))
			chy_side_add(&act->recipients, &doers->parties[i]);
}

/* The other of two; UINT32_MAX where there is none. */
static const struct chy_party *other_of(const struct chy_side *pair, uint32_t one)
{
	if (pair->count != 2 || !chy_side_has(pair, one))
		return NULL;
	return &pair->parties[pair->parties[0].actor == one];
}

static struct chy_str form_of(const struct chy_line *line, int32_t word)
{
	const struct chy_word *w = chy_word_at(line, word);

	return (struct chy_str){w->form.data, w->form.size};
}

/* *reuniu-se com o ministro russo e pediu-lhe …*: of him. */
static bool asks_the_same(const struct act *act)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(act->line, act->trigger, "iobj expl obl", child)) !=
		CHY_NONE) {
		const struct chy_word *w = chy_word_at(act->line, child);

		if (w->upos == CHY_UPOS_PRON &&
			chy_word_kind(act->document->coder, form_of(act->line, child), "dative"))
			return true;
	}
	return false;
}

/* *Polónia acusa …; Minsk responde*: the second half of a headline. */
static bool second_half(const struct act *act)
{
	const struct chy_line *line = act->line;
	uint32_t token = chy_word_at(line, act->trigger)->token;

	if (act->document->last_pair_at == act->number) {
		while (token-- > 0)
			if (chy_str_is(line->folded[token], ";"))
				return true;
		return false;
	}
	if (act->document->last_pair_at + 1 != act->number || line == act->document->lines)
		return false;
	line--;
	return line->sentence->token_count &&
	       chy_str_is(line->folded[line->sentence->token_count - 1], ";");
}

static void fill_from_last_pair(struct act *act)
{
	const struct chy_party *other;

	if (act->actors.count != 1 || act->recipients.count ||
		chy_category_reciprocal((enum chy_category)act->frame->category) ||
		!chy_is_verb(act->line, act->trigger))
		return;
	if (!second_half(act) &&
		!(asks_the_same(act) && act->document->last_pair_at == act->number))
		return;
	other = other_of(&act->document->last_pair, act->actors.parties[0].actor);
	if (other)
		chy_side_add(&act->recipients, other);
	else if (act->document->last_recipients.count == 1 && !upon_others(act))
		act->recipients = act->document->last_recipients;
	act->recipients.by_reference = true;
}

/* *Kiev diz que mísseis russos atingiram uma central*: upon who tells it, if the
 * document is about him. */
static void fill_teller(struct act *act)
{
	const struct chy_document *document = act->document;
	const struct chy_side *speaker = &act->line->speaker;
	bool about = false;

	if (act->frame->category != CHY_ASSAULT || act->frame->pos != 'V' ||
		act->actors.count != 1 || act->recipients.count || speaker->count != 1 ||
		act->line->speech == CHY_NONE || chy_is_body(document, speaker->parties[0].actor) ||
		chy_side_has(&act->actors, speaker->parties[0].actor))
		return;
	if (!chy_below(act->line, act->trigger, act->line->speech))
		return;
	about = chy_side_has(&document->main_pair, speaker->parties[0].actor) ||
		chy_side_has(&document->last_foes, speaker->parties[0].actor);
	for (size_t i = 0; !about && i < document->lines[0].mention_count; i++)
		about = document->lines[0].mentions[i].resolved &&
			document->lines[0].mentions[i].party.actor == speaker->parties[0].actor;
	if (!about)
		return;
	chy_side_add(&act->recipients, &speaker->parties[0]);
	act->recipients.loose = act->recipients.by_reference = true;
}

/* An act upon nobody, in a document about two: upon the other of them. */
static void fill_from_document(struct act *act)
{
	const struct chy_side *pair = &act->document->main_pair;
	uint32_t self = act->actors.count == 1 ? act->actors.parties[0].actor : UINT32_MAX;

	/* *a invasão do Kuwait*: by the other. */
	if (!act->actors.count && act->recipients.count == 1 && pair->count == 2 &&
		act->frame->pos == 'N' && act->frame->category == CHY_ASSAULT &&
		chy_side_has(pair, act->recipients.parties[0].actor)) {
		chy_side_add(&act->actors,
			&pair->parties[pair->parties[0].actor == act->recipients.parties[0].actor]);
		act->actors.loose = act->actors.by_reference = true;
		return;
	}

	/* Else of the act of two told just before. */
	if (pair->count != 2 && act->frame->pos == 'V' &&
		act->document->last_pair_at + 1 == act->number)
		pair = &act->document->last_pair;
	if (act->actors.count != 1 || act->recipients.count || pair->count != 2 ||
		!chy_side_has(pair, self) || turns_abroad(act) || upon_others(act))
		return;
	/* *lamentou a decisão*, where nobody has done anything: of a company, maybe. */
	if (bare_deed(act) != CHY_NONE && !act->document->last_actors.count)
		return;
	for (size_t i = 0; i < 2; i++)
		if (pair->parties[i].actor != self)
			chy_side_add(&act->recipients, &pair->parties[i]);
	act->recipients.loose = act->recipients.by_reference = true;
}

/* *foi alvo de sanções*, *morreram num ataque*: upon the subject. */
static void fill_target(struct act *act)
{
	int32_t head = chy_word_at(act->line, act->trigger)->head, object;
	struct chy_side target = {0}, others = {0};

	if (act->frame->pos != 'N' || head < 0 ||
		!(chy_word_kind(act->document->coder, act->line->lemmas[head], "target") ||
			(chy_is_verb(act->line, head) &&
				chy_word_kind(
					act->document->coder, act->line->lemmas[head], "suffer"))))
		return;
	/* *muere un soldado israelí en …*, read as its object. */
	object = chy_is_verb(act->line, head) ? chy_child_in(act->line, head, "obj", CHY_NONE)
					      : CHY_NONE;
	/* *a Líbia, alvo de sanções da ONU* */
	if (chy_relation(act->line, head, "appos") && chy_word_at(act->line, head)->head >= 0)
		chy_resolve(act->document, act->line, chy_word_at(act->line, head)->head, &target);
	else if (object > head && chy_child_in(act->line, head, "nsubj", CHY_NONE) == CHY_NONE &&
		 !chy_word_kind(act->document->coder, act->line->lemmas[head], "target"))
		chy_resolve(act->document, act->line, object, &target);
	else
		chy_subject(act->document, act->line, head, &target);
	if (!target.count)
		return;
	for (size_t i = 0; i < act->actors.count; i++)
		if (!chy_side_has(&target, act->actors.parties[i].actor))
			chy_side_add(&others, &act->actors.parties[i]);
	act->actors = others;
	act->recipients = target;
}

/* *os combates prosseguem*, in a document about two: between them. */
static void fill_pair(struct act *act)
{
	if (!flagged(act, "pair") || act->actors.count || act->document->main_pair.count != 2 ||
		!chy_relation(act->line, act->trigger, "nsubj"))
		return;
	act->actors = act->document->main_pair;
	act->actors.loose = act->actors.by_reference = true;
}

/* *Bósnia: NATO suspende voos*: what a headline is about, where nobody else is
 * told. */
static void fill_topic(struct act *act)
{
	const struct chy_line *line = act->line;
	const struct chy_mention *first = line->mention_count ? line->mentions : NULL;
	uint32_t next;

	if (!first || first->first || !first->resolved || !act->actors.count ||
		act->recipients.count ||
		chy_category_reciprocal((enum chy_category)act->frame->category) ||
		chy_side_has(&act->actors, first->party.actor))
		return;
	next = chy_word_at(line, (int32_t)first->last)->token + 1;
	if (next >= line->sentence->token_count || !chy_str_is(line->folded[next], ":"))
		return;
	chy_side_add(&act->recipients, &first->party);
}

/* The same of the whole article: *Moçambique: …*, and then *a UE prometeu ajuda*. */
static void fill_focus(struct act *act)
{
	const struct chy_side *focus = &act->document->focus;

	if (!focus->count || act->actors.count != 1 || act->recipients.count ||
		chy_side_has(&act->actors, focus->parties[0].actor) || act->frame->pos != 'V' ||
		chy_category_reciprocal((enum chy_category)act->frame->category) !=
			(act->frame->category == CHY_AGREE) ||
		(turns_abroad(act) && act->frame->category == CHY_REQUEST) || upon_others(act) ||
		bare_deed(act) != CHY_NONE)
		return;
	chy_side_add(&act->recipients, &focus->parties[0]);
	act->recipients.loose = act->recipients.by_reference = true;
}

/* What a movement does by force, or gives back, and to nobody that is told, is
 * upon the state that it fights: *a Renamo libertou prisioneiros*. */
static void fill_foe(struct act *act)
{
	int category = act->frame->category;
	struct chy_party foe = {.sector = {"GOV", 3}};

	if (act->actors.count != 1 || act->recipients.count ||
		(category != CHY_ASSAULT && category != CHY_COERCE && category != CHY_RETREAT))
		return;
	foe.actor = chy_foe_of(act->document, act->actors.parties[0].actor);
	if (foe.actor == UINT32_MAX)
		return;
	chy_side_add(&act->recipients, &foe);
	act->recipients.loose = act->recipients.by_reference = true;
}

/* *accused it of lying and threatened to leave*, *cut ties, accusing it …*: upon
 * the same. */
static void fill_from_joined(struct act *act)
{
	const struct chy_document *document = act->document;
	const struct chy_line *line = act->line;
	int32_t head = chy_word_at(line, act->trigger)->head;
	int32_t object = chy_child_in(line, act->trigger, "obj", CHY_NONE);
	bool it = object != CHY_NONE &&
		  (chy_word_has(chy_word_at(line, object), "PronType", "Prs") ||
			  /* *acusando o vizinho de …* */
			  chy_word_kind(document->coder, line->lemmas[object], "neighbour"));
	/* *accused it of spying and demanded an end to it*: of the same. */
	bool demands = (act->frame->category == CHY_REQUEST || act->frame->category == CHY_AGREE ||
			       act->frame->category == CHY_AID) &&
		       head >= 0 && chy_relation(line, act->trigger, "conj") &&
		       chy_is_verb(line, head) && !upon_others(act) && !turns_abroad(act);
	bool joined = chy_relation(line, act->trigger, "conj") && object == CHY_NONE &&
		      chy_child_in(line, act->trigger, "xcomp ccomp", CHY_NONE) != CHY_NONE;

	joined |= it && (chy_relation(line, act->trigger, "conj") ||
				chy_relation(line, act->trigger, "advcl"));
	if (!(joined && act->object == CHY_NONE) && !demands)
		return;
	if (!act->actors.count || act->recipients.count || !chy_is_verb(line, act->trigger) ||
		!line->acts[head] ||
		chy_child_in(line, act->trigger, "nsubj", CHY_NONE) != CHY_NONE ||
		act->actors.count != document->last_actors.count ||
		!chy_side_has(&document->last_actors, act->actors.parties[0].actor))
		return;
	act->recipients = document->last_recipients;
	act->recipients.by_reference = true;
}

/* *met his counterpart and signed a treaty*: with the same. */
static void fill_joint(struct act *act)
{
	const struct chy_side *pair = &act->document->last_pair;

	if (!flagged(act, "joint") || act->actors.count != 1 || act->recipients.count ||
		pair->count != 2 || act->document->last_pair_at != act->number ||
		!chy_is_verb(act->line, act->trigger) ||
		!chy_relation(act->line, act->trigger, "conj") ||
		chy_child_in(act->line, act->trigger, "nsubj", CHY_NONE) != CHY_NONE ||
		!chy_side_has(pair, act->actors.parties[0].actor))
		return;
	chy_side_join(&act->actors, pair);
	act->actors.by_reference = true;
}

static void fill_sides(struct act *act)
{
	struct chy_str rest = frame_text(act, act->frame->arguments), actors;

	act->actors = act->recipients = (struct chy_side){0};
	act->recipient_slot = (struct chy_str){"", 0};
	chy_str_split(&rest, '>', &actors);
	fill(act, actors, NULL, &act->actors, &act->actor_slot);
	if (rest.data) {
		fill(act, rest, &act->actors, &act->recipients, &act->recipient_slot);
		fill_victims(act);
		fill_deed(act);
		fill_from_last_pair(act);
		fill_from_joined(act);
		fill_elsewhere(act);
		fill_teller(act);
		if (!flagged(act, "two"))
			fill_from_document(act);
		if (!flagged(act, "two"))
			fill_focus(act);
	}
	fill_pair(act);
	fill_target(act);
	fill_topic(act);
	fill_foe(act);
	fill_joint(act);
	if (flagged(act, "joint") && act->actors.count == 1 && act->recipients.count) {
		chy_side_join(&act->actors, &act->recipients);
		act->recipients = (struct chy_side){0};
	}
	/* *o acordo será assinado*, in a document about two: by both. */
	if (flagged(act, "joint") && !act->actors.count && chy_is_verb(act->line, act->trigger) &&
		chy_passive(act->document, act->line, act->trigger)) {
		act->actors = act->document->main_pair.count ? act->document->main_pair
							     : act->document->last_pair;
		act->actors.by_reference = act->actors.loose = true;
	}
	/* Met, agreed, cooperated: all sides act. */
	if (chy_category_reciprocal((enum chy_category)act->frame->category) && !rest.data) {
		chy_side_join(&act->actors, &act->recipients);
		act->recipients = (struct chy_side){0};
	}
}

/* *tropas entraram em …*: it takes soldiers to mean harm by it. */
static bool soldiers_act(const struct chy_document *document, const struct chy_side *side)
{
	for (size_t i = 0; i < side->count; i++)
		if (!chy_str_is(side->parties[i].sector, "MIL") &&
			!chy_str_is(side->parties[i].sector, "REB") &&
			chy_foe_of(document, side->parties[i].actor) == UINT32_MAX)
			return false;
	return side->count > 0;
}

/* *a Itália recebe a Suíça*: teams; it is people who travel for a state. */
static bool bare_visitor(const struct act *act)
{
	const struct chy_line *line = act->line;
	struct chy_str arguments = frame_text(act, act->frame->arguments);
	bool subject = arguments.size && arguments.data[0] == 'S';
	int32_t word = subject ? chy_subject_word(act->document, line, act->trigger)
			       : chy_child_in(line, act->trigger, "obj", CHY_NONE);
	const struct chy_mention *mention;

	if (word < 0 || line->mention[word] == CHY_NONE)
		return false;
	mention = &line->mentions[line->mention[word]];
	return mention->resolved && !mention->person && !mention->place && !mention->adjective &&
	       !mention->party.role.size && !chy_is_body(act->document, mention->party.actor) &&
	       chy_word_at(line, word)->upos == CHY_UPOS_PROPN;
}

/* *três aviões aterraram*: no visit. */
static bool machines(const struct chy_side *side)
{
	return side->count && chy_str_is(side->parties[0].sector, "MIL") &&
	       !side->parties[0].role.size;
}

/* What police and courts do to people is no act of their state. */
static bool police_acts(const struct act *act)
{
	int32_t subject =
		(act->frame->category == CHY_COERCE || act->frame->category == CHY_ACCUSE) &&
				act->frame->pos == 'V'
			? chy_subject_word(act->document, act->line, act->trigger)
			: CHY_NONE;

	return subject != CHY_NONE &&
	       chy_word_kind(act->document->coder, act->line->lemmas[subject], "police");
}

/* *a polícia invadiu a embaixada*: no crowd. */
static bool forces_act(const struct act *act)
{
	int32_t subject = act->frame->pos == 'V'
				  ? chy_subject_word(act->document, act->line, act->trigger)
				  : CHY_NONE;

	return subject != CHY_NONE &&
	       (chy_word_kind(act->document->coder, act->line->lemmas[subject], "police") ||
		       chy_str_is(chy_word_value(act->document->coder, act->line->lemmas[subject],
					  "agent"),
			       "MIL"));
}

/* What companies, travellers and crowds do is no act of their state. */
static bool private_acts(const struct chy_side *side)
{
	return chy_str_is(side->parties[0].sector, "CVL");
}

static bool ought(const struct act *act);

/* *"Israel debe retirarse", declaró el ministro sirio*: who speaks is the other
 * side. */
static bool urged(const struct act *act)
{
	return ought(act) && act->actors.count &&
	       !chy_side_has(&act->actors, act->line->speaker.parties[0].actor);
}

/* *pediu explicações à empresa italiana*: words go to states. */
static bool said_to_private(const struct act *act)
{
	int category = act->frame->category;

	return act->recipients.count && private_acts(&act->recipients) &&
	       (category == CHY_REQUEST || category == CHY_ACCUSE || category == CHY_REJECT ||
		       category == CHY_THREATEN || category == CHY_AGREE ||
		       category == CHY_CONSULT);
}

static bool ought(const struct act *act);

/* *«Cuba tem de libertar os presos», disse o ministro espanhol*: who says so is
 * the other side. */
static bool told_to(const struct act *act)
{
	return act->actors.count == 1 && act->line->speaker.count == 1 && ought(act) &&
	       !chy_side_has(&act->line->speaker, act->actors.parties[0].actor);
}

/* *Espanha e Portugal esperam calor*: two who do the same thing to nobody. */
static bool two_alone(const struct act *act)
{
	struct chy_str arguments = frame_text(act, act->frame->arguments);

	/* *Índia e Paquistão concentram tropas*: upon one another. */
	if (act->frame->category == CHY_ASSAULT || act->frame->category == CHY_MOBILIZE)
		return false;
	return act->frame->pos == 'V' && !act->recipients.count && flagged(act, "weak") &&
	       arguments.size && memchr(arguments.data, '>', arguments.size) &&
	       !chy_category_reciprocal((enum chy_category)act->frame->category);
}

/* *Putin e Abe querem acelerar …*: who wants to do it himself asks nobody. */
static bool wants_of_nobody(const struct act *act)
{
	struct chy_str arguments = frame_text(act, act->frame->arguments);

	return act->frame->pos == 'V' && act->frame->category == CHY_REQUEST &&
	       !act->recipients.count && chy_str_ends(arguments, "C");
}

static enum chy_condition enough_sides(struct act *act)
{
	size_t both = act->actors.count + act->recipients.count + (urged(act) ? 1 : 0);

	if (!act->actors.count)
		return CHY_NO_ACTOR;
	if (act->frame->category != CHY_PROTEST && private_acts(&act->actors))
		return CHY_PRIVATE_ACTOR;
	if (act->frame->category == CHY_PROTEST && forces_act(act))
		return CHY_PRIVATE_ACTOR;
	if (wants_of_nobody(act))
		return CHY_ONE_SIDE;
	if (said_to_private(act) || police_acts(act) ||
		(flagged(act, "visitor") && (bare_visitor(act) || machines(&act->actors))))
		return CHY_PRIVATE_ACTOR;
	if (flagged(act, "military") && !soldiers_act(act->document, &act->actors))
		return CHY_NO_SOLDIERS;
	/* *a destroyer came close* is no visit; *the defence minister came* is. */
	if (flagged(act, "people") && soldiers_act(act->document, &act->actors) &&
		!act->actors.parties[0].role.size)
		return CHY_PRIVATE_ACTOR;
	if (flagged(act, "official") &&
		(act->actors.by_reference || act->actors.loose || act->recipients.loose))
		return CHY_UNOFFICIAL;
	/* *acusou os críticos de querer deixar a União*: upon the critics. */
	if (act->recipients.loose && !act->recipients.by_reference && flagged(act, "states") &&
		upon_others(act))
		return CHY_UPON_OTHERS;
	/* *eles*, of an act that has two sides: which of them? */
	if (!act->recipients.count && act->actors.count > 1 && act->actors.by_reference &&
		!flagged(act, "joint") &&
		!chy_category_reciprocal((enum chy_category)act->frame->category))
		return CHY_WHICH_OF_TWO;
	if ((both > 1 && !two_alone(act)) || flagged(act, "solo") || told_to(act))
		return CHY_MET;
	if (act->frame->category == CHY_ASSAULT || act->frame->category == CHY_COERCE)
		return CHY_ONE_SIDE;
	/* Nobody else is named: at home, unless the words say otherwise. */
	if (flagged(act, "two"))
		return CHY_ONE_SIDE;
	if (flagged(act, "weak"))
		return act->frame->pos == 'V' && !flagged(act, "reciprocal") && upon_abroad(act)
			       ? CHY_MET
			       : CHY_ONE_SIDE;
	return body_acts(act) || (!flagged(act, "reciprocal") && turns_abroad(act)) ? CHY_MET
										    : CHY_ONE_SIDE;
}

/* -- how ------------------------------------------------------------------ */

/* *sin embargo*, *no obstante*: the word after says that none is meant. */
static bool undone_by_next(const struct act *act, int32_t word)
{
	return (size_t)word + 1 < act->line->sentence->word_count &&
	       chy_word_kind(act->document->coder, act->line->lemmas[word + 1], "still");
}

static bool marked(const struct act *act, int32_t word, const char *relations, const char *kind)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(act->line, word, relations, child)) != CHY_NONE)
		if (chy_word_kind(act->document->coder, act->line->lemmas[child], kind) &&
			!undone_by_next(act, child))
			return true;
	return false;
}

/* *o anúncio da visita*, *planos de invadir*. */
static bool announced(const struct act *act, int32_t word)
{
	int32_t head = chy_word_at(act->line, word)->head;

	return head >= 0 && !chy_is_verb(act->line, head) &&
	       (chy_relation(act->line, word, "nmod") || chy_relation(act->line, word, "acl")) &&
	       chy_word_kind(act->document->coder, act->line->lemmas[head], "intend");
}

/* Along the verbs that govern the trigger, as far as its clause reaches. */
/* *ofereceu-se para mediar*: what somebody is ready for, hung as a purpose. */
static bool offered(const struct act *act, int32_t word)
{
	int32_t head = chy_word_at(act->line, word)->head;

	return head >= 0 && chy_relation(act->line, word, "advcl") &&
	       chy_child_in(act->line, head, "expl", CHY_NONE) != CHY_NONE &&
	       chy_word_kind(act->document->coder, act->line->lemmas[head], "intend");
}

static bool along(const struct act *act, bool (*test)(const struct act *, int32_t))
{
	int32_t word = act->trigger;

	for (int steps = 0; word >= 0 && steps < 4; steps++) {
		if (test(act, word))
			return true;
		if (!chy_relation(act->line, word, "xcomp") &&
			!chy_relation(act->line, word, "obj") &&
			!chy_relation(act->line, word, "nsubj") && !announced(act, word) &&
			!offered(act, word))
			return false;
		word = chy_word_at(act->line, word)->head;
	}
	return false;
}

/* *nem a Arménia nem o Azerbaijão aceitaram*, *nenhum dos dois aceitou* */
static bool by_nobody(const struct act *act, int32_t word)
{
	int32_t subject = chy_child_in(act->line, word, "nsubj", CHY_NONE);

	return subject != CHY_NONE && (marked(act, word, "nsubj", "deny") ||
					      marked(act, subject, "cc advmod det", "deny"));
}

static bool denied(const struct act *act, int32_t word)
{
	return by_nobody(act, word) || marked(act, word, "advmod det cc", "deny") ||
	       (word != act->trigger &&
		       !chy_word_kind(
			       act->document->coder, act->line->lemmas[act->trigger], "charge") &&
		       chy_is_verb(act->line, word) &&
		       chy_word_kind(act->document->coder, act->line->lemmas[word], "deny"));
}

static bool plainly_denied(const struct act *act, int32_t word)
{
	return by_nobody(act, word) || marked(act, word, "advmod det cc", "deny");
}

/* *devia*, *deveria*: what somebody would like; *deve*, *deverá*: expected. */
static bool owed(const struct act *act, int32_t word, bool wished)
{
	const struct chy_word *w = chy_word_at(act->line, word);

	return chy_word_kind(act->document->coder, act->line->lemmas[word], "ought") &&
	       wished == (chy_word_has(w, "Tense", "Imp") || chy_word_has(w, "Mood", "Cnd"));
}

/* *disse que aceitaria*: the future of what was said. */
static bool future_of_past(const struct act *act, int32_t word)
{
	int32_t head = chy_word_at(act->line, word)->head;

	return head >= 0 && chy_relation(act->line, word, "ccomp") &&
	       (chy_word_has(chy_word_at(act->line, word), "Mood", "Cnd") ||
		       marked(act, word, "aux", "would")) &&
	       chy_word_has(chy_word_at(act->line, head), "Tense", "Past") &&
	       chy_word_kind(act->document->coder, act->line->lemmas[head], "say");
}

/* *a cimeira, marcada para Fevereiro*; but *a reunião, marcada pela tensão*. */
static bool set_for_later(const struct act *act, int32_t word)
{
	const struct chy_coder *coder = act->document->coder;
	int32_t set = CHY_NONE, child = CHY_NONE;

	while ((set = chy_child_in(act->line, word, "acl amod appos", set)) != CHY_NONE) {
		if (!chy_word_kind(coder, act->line->lemmas[set], "set"))
			continue;
		while ((child = chy_child_in(act->line, set, "obl advmod", child)) != CHY_NONE)
			if (chy_word_kind(coder, chy_preposition(act->line, child), "purpose"))
				return true;
	}
	return false;
}

/* *começa amanhã* */
static bool of_a_coming_day(const struct act *act, int32_t word)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(act->line, word, "advmod obl nmod", child)) != CHY_NONE) {
		struct chy_str day =
			chy_word_value(act->document->coder, act->line->lemmas[child], "day");

		if (day.size && day.data[0] >= '1' && day.data[0] <= '9')
			return true;
	}
	return false;
}

/* *is to visit* */
static bool is_to(const struct chy_line *line, int32_t word)
{
	int32_t copula = chy_child_in(line, word, "cop aux", CHY_NONE);

	/* *Russia to send missiles*: a headline's future. */
	if (copula == CHY_NONE && chy_relation(line, word, "root") &&
		chy_child_in(line, word, "nsubj", CHY_NONE) != CHY_NONE &&
		chy_child_in(line, word, "mark", CHY_NONE) != CHY_NONE)
		return chy_word_has(chy_word_at(line, word), "VerbForm", "Inf");
	return copula != CHY_NONE && chy_word_at(line, copula)->upos == CHY_UPOS_AUX &&
	       chy_word_has(chy_word_at(line, word), "VerbForm", "Inf") &&
	       chy_word_has(chy_word_at(line, copula), "Tense", "Pres") &&
	       chy_child_in(line, word, "mark", CHY_NONE) > copula;
}

static bool in_the_future(const struct act *act, int32_t word)
{
	int32_t child = CHY_NONE;

	if (of_a_coming_day(act, word))
		return true;

	if (future_of_past(act, word) || set_for_later(act, word))
		return true;
	/* *is due to visit*, *is expected to sign* */
	if (marked(act, word, "mark advmod", "coming") ||
		(word != act->trigger &&
			chy_word_kind(act->document->coder, act->line->lemmas[word], "coming")))
		return true;
	/* *está a punto de firmar* */
	if (owed(act, word, false) || is_to(act->line, word) || marked(act, word, "obl", "verge"))
		return true;
	if (chy_word_has(chy_word_at(act->line, word), "Tense", "Fut"))
		return true;
	while ((child = chy_child_in(act->line, word, "aux", child)) != CHY_NONE) {
		const struct chy_word *auxiliary = chy_word_at(act->line, child);

		/* *deben reunirse* */
		if (owed(act, child, false) && chy_word_has(auxiliary, "Tense", "Pres"))
			return true;
		if (chy_word_has(auxiliary, "Tense", "Fut") ||
			chy_word_kind(act->document->coder, act->line->lemmas[child], "future"))
			if (!chy_word_has(auxiliary, "Tense", "Past") &&
				!chy_word_has(auxiliary, "Tense", "Imp"))
				return true;
	}
	return false;
}

/* *duvida que respeite*, *é improvável que devolva*; *a hipótese de um ataque*. */
static bool supposed(const struct act *act, int32_t word)
{
	const struct chy_word *w = chy_word_at(act->line, word);
	int32_t auxiliary = chy_child_in(act->line, word, "aux cop", CHY_NONE);
	bool subjunctive = chy_word_has(w, "Mood", "Sub") ||
			   (auxiliary != CHY_NONE &&
				   chy_word_has(chy_word_at(act->line, auxiliary), "Mood", "Sub"));

	if (chy_is_verb(act->line, word))
		return subjunctive && (chy_relation(act->line, word, "ccomp") ||
					      chy_relation(act->line, word, "csubj"));
	return w->head >= 0 && chy_relation(act->line, word, "nmod") &&
	       chy_word_kind(act->document->coder, act->line->lemmas[w->head], "chance");
}

static bool doubtful(const struct act *act, int32_t word)
{
	const struct chy_word *w = chy_word_at(act->line, word);
	int32_t auxiliary = CHY_NONE;

	if (supposed(act, word))
		return true;
	if ((chy_word_has(w, "Mood", "Cnd") && !future_of_past(act, word)) ||
		owed(act, word, true) || marked(act, word, "mark advmod", "doubt") ||
		marked(act, word, "aux", "modal"))
		return true;
	while ((auxiliary = chy_child_in(act->line, word, "aux", auxiliary)) != CHY_NONE)
		if (chy_word_has(chy_word_at(act->line, auxiliary), "Mood", "Cnd"))
			return true;
	return word != act->trigger && chy_is_verb(act->line, word) &&
	       (chy_word_kind(act->document->coder, act->line->lemmas[word], "doubt") ||
		       chy_word_kind(act->document->coder, act->line->lemmas[word], "modal"));
}

/* What is asked is not told. */
static bool asked(const struct act *act)
{
	const struct chy_sentence *sentence = act->line->sentence;

	for (size_t i = sentence->token_count; i-- > 0 && i + 3 > sentence->token_count;)
		if (chy_str_is(act->line->folded[i], "?"))
			return true;
	return false;
}

/* *no fim de 1996*: for what is gone by, the year says enough. */
static bool part_of_year(const struct chy_edtf *date)
{
	return date->interval && !date->from.day && date->from.month &&
	       date->from.year == date->to.year && date->to.month == date->from.month + 3;
}

static bool long_ago(const struct act *act, const struct chy_when *when)
{
	int64_t first, last;

	/* Who writes of this year does not name it. */
	if (when && !act->document->dated)
		return part_of_year(&when->date) ||
		       (!when->date.interval && !when->date.from.month);
	if (!when)
		return false;
	if (!when->date.interval && !when->date.from.month)
		return when->date.from.year < act->document->date.year;
	chy_edtf_bounds(&when->date, &first, &last);
	return last < act->document->day - 365;
}

/* *decidiu*, *anunciou*: announced, and meant. */
static bool decides(const struct act *act, int32_t word)
{
	return word != act->trigger && chy_is_verb(act->line, word) &&
	       chy_word_kind(act->document->coder, act->line->lemmas[word], "decide");
}

static bool intends(const struct act *act, int32_t word)
{
	return marked(act, word, "aux", "intend") ||
	       (word != act->trigger &&
		       chy_word_kind(act->document->coder, act->line->lemmas[word], "intend"));
}

/* *vai prolongar as sanções, anunciou …* */
static bool announced_by(const struct act *act)
{
	int32_t head = chy_word_at(act->line, act->trigger)->head;

	return head >= 0 && chy_is_verb(act->line, head) &&
	       (chy_relation(act->line, act->trigger, "ccomp") ||
		       chy_relation(act->line, act->trigger, "parataxis")) &&
	       (along(act, in_the_future) || along(act, intends)) &&
	       chy_word_kind(act->document->coder, act->line->lemmas[head], "decide");
}

/* *disse que eles deviam encontrar …*: what somebody says ought to be done is
 * proposed by saying so; *segundo X, eles devem encontrar-se* is expected. */
static bool ought(const struct act *act)
{
	int32_t word = act->trigger;

	if (act->line->speech == CHY_NONE || act->line->speech == act->trigger ||
		!chy_is_verb(act->line, act->line->speech) || !act->line->speaker.count)
		return false;
	for (int steps = 0; word >= 0 && steps < 4; steps++) {
		/* *deverá encontrar-se*: it is expected. */
		if (chy_word_kind(act->document->coder, act->line->lemmas[word], "ought") &&
			chy_word_has(chy_word_at(act->line, word), "Tense", "Fut"))
			return false;
		if (chy_word_kind(act->document->coder, act->line->lemmas[word], "ought") ||
			marked(act, word, "aux", "ought") ||
			(steps && chy_word_kind(
					  act->document->coder, act->line->lemmas[word], "must")))
			return true;
		if (!chy_relation(act->line, word, "xcomp"))
			return false;
		word = chy_word_at(act->line, word)->head;
	}
	return false;
}

static bool gains_both(int category)
{
	return category == CHY_AGREE || category == CHY_CONSULT || category == CHY_COOPERATE ||
	       category == CHY_SUPPORT || category == CHY_AID;
}

static bool after_document(const struct act *act, const struct chy_when *when);
static bool of_content(const struct act *act, const struct chy_when *when);

/* *assinam acordo em março*, told in January; *debe reunirse el lunes*. */
static bool present_of_later(const struct act *act, const struct chy_when *when)
{
	const struct chy_line *line = act->line;
	int32_t child = CHY_NONE, finite = act->trigger;

	if (!chy_is_verb(line, act->trigger) || !after_document(act, when) ||
		!of_content(act, when) || flagged(act, "due"))
		return false;
	while ((child = chy_child_in(line, act->trigger, "aux", child)) != CHY_NONE)
		finite = child;
	return chy_word_has(chy_word_at(line, finite), "Tense", "Pres") &&
	       !chy_word_has(chy_word_at(line, finite), "VerbForm", "Part") &&
	       !chy_perfect(line, act->trigger);
}

static struct chy_str aux_of(const struct act *act, const struct chy_when *when)
{
	if (act->proposed)
		return (struct chy_str){"", 0};
	if (!flagged(act, "negated") && along(act, denied))
		return CHY_STR("negation");
	if (flagged(act, "hypothetical") || along(act, doubtful) || asked(act))
		return CHY_STR("hypothetical");
	if (act->intended)
		return (struct chy_str){"", 0};
	/* To threaten and to refuse is done by saying so. */
	if ((along(act, in_the_future) ||
		    (present_of_later(act, when) && gains_both(act->frame->category))) &&
		act->frame->category != CHY_THREATEN && !flagged(act, "negated"))
		return CHY_STR("future");
	if (long_ago(act, when))
		return CHY_STR("historical");
	return (struct chy_str){"", 0};
}

/* -- the event ------------------------------------------------------------ */

static struct chy_actor *as_actors(struct act *act, const struct chy_side *side)
{
	const struct chy_catalogue *c = act->document->coder->catalogue;
	struct chy_actor *out =
		chy_arena_array(act->document->arena, struct chy_actor, side->count + 1);

	for (size_t i = 0; out && i < side->count; i++) {
		const struct chy_party *party = &side->parties[i];
		const struct chy_lex_actor *actor = &c->actors[party->actor];
		struct chy_str sector = chy_lexicon_text(&c->lexicon, actor->sector);

		out[i] = (struct chy_actor){.code = chy_lexicon_text(&c->lexicon, actor->coded),
			.sector = sector.size ? sector : party->sector,
			.name = chy_lexicon_text(&c->lexicon, actor->en),
			.person = party->person,
			.role = party->role,
			.text = party->text};
	}
	if (!out)
		act->document->out_of_memory = true;
	return out;
}

static struct chy_event *new_event(struct chy_document *document)
{
	if (document->event_count == document->event_room) {
		size_t room = document->event_room ? 2 * document->event_room : 32;
		struct chy_event *more = chy_arena_array(document->arena, struct chy_event, room);

		if (!more) {
			document->out_of_memory = true;
			return NULL;
		}
		if (document->event_count)
			memcpy(more, document->events, document->event_count * sizeof(*more));
		document->events = more;
		document->event_room = room;
	}
	return &document->events[document->event_count++];
}

static struct chy_str edtf_text(struct act *act, const struct chy_edtf *date)
{
	char text[CHY_EDTF_SIZE];
	const char *copy;

	chy_edtf_format(date, text);
	copy = chy_arena_copy(act->document->arena, text, strlen(text));
	if (!copy)
		act->document->out_of_memory = true;
	return chy_str_from(copy);
}

/* The trigger's words: the verb, and its noun where the frame has one. */
static struct chy_str trigger_text(const struct act *act)
{
	uint32_t first = (uint32_t)act->trigger, last = first;

	if (act->object != CHY_NONE && act->object > act->trigger && act->object < act->trigger + 6)
		last = (uint32_t)act->object;
	return chy_span_text(act->document, act->line, first, last);
}

/* A date after a promise is when it falls due; the promise has its own. */
/* What is promised is still to come: a season without a year is the next one,
 * and a year gone by is no due date. */
static bool due_date(const struct act *act, const struct chy_when *when, struct chy_edtf *out)
{
	int64_t first, last;

	*out = when->date;
	chy_edtf_bounds(out, &first, &last);
	/* *concordaram hoje* tells when it was agreed. */
	if (!act->document->dated || last > act->document->day)
		return true;
	if (out->interval || out->from.month < 21 || memchr(when->text.data, '0', when->text.size))
		return false;
	out->from.year++;
	out->to = out->from;
	return true;
}

/* To ask and to threaten may have a term too: *exigiu que saiam até março*. */
static bool has_term(const struct act *act)
{
	return act->frame->pos == 'V' &&
	       (act->frame->category == CHY_REQUEST || act->frame->category == CHY_THREATEN);
}

/* *exigió a Chile que retire …*, where the clause hangs as one of time or cause,
 * or on whom it is asked of: a conjunction leads it, no pronoun. */
static bool asked_for(const struct act *act, int32_t word)
{
	int32_t head = chy_word_at(act->line, word)->head;

	if (!has_term(act) || chy_child_in(act->line, word, "mark", CHY_NONE) == CHY_NONE ||
		marked(act, word, "mark advmod", "after") ||
		marked(act, word, "mark advmod", "doubt"))
		return false;
	if (chy_relation(act->line, word, "acl"))
		return head >= 0 && act->line->mention[head] != CHY_NONE &&
		       chy_word_at(act->line, head)->head == act->trigger;
	return chy_relation(act->line, word, "advcl") && head == act->trigger;
}

/* Whether a date stands in what an act says or does, not in a clause that is
 * told beside it. */
static bool of_content(const struct act *act, const struct chy_when *when)
{
	int32_t word = (int32_t)when->first;

	for (int steps = 0; steps < DEEPEST && word >= 0; steps++) {
		if (word == act->trigger)
			return true;
		if (chy_is_verb(act->line, word) && !asked_for(act, word) &&
			(chy_relation(act->line, word, "conj") ||
				chy_relation(act->line, word, "acl") ||
				chy_relation(act->line, word, "advcl") ||
				chy_relation(act->line, word, "parataxis")))
			return false;
		word = chy_word_at(act->line, word)->head;
	}
	return false;
}

/* Whether a date stands in a clause beneath the act: *agreed to meet in June*, not
 * *agreed in June to meet*, wherever the tree has it. */
static bool in_complement(const struct act *act, const struct chy_when *when)
{
	int32_t word = (int32_t)when->first;

	for (int steps = 0; steps < DEEPEST && word >= 0 && word != act->trigger; steps++) {
		if (chy_is_verb(act->line, word) && word > act->trigger)
			return word < (int32_t)when->first;
		word = chy_word_at(act->line, word)->head;
	}
	return false;
}

static bool gone_by(const struct act *act, const struct chy_when *when);

/* The last date after the trigger, of its content if any is; NULL for none. Of
 * *agreed yesterday to meet by June* yesterday is when, not by when. */
static const struct chy_when *date_after(const struct act *act)
{
	const struct chy_when *last = NULL, *own = NULL;

	for (size_t i = 0; i < act->line->when_count; i++) {
		const struct chy_when *when = &act->line->whens[i];

		if ((int32_t)when->first <= act->trigger)
			continue;
		last = when;
		if (of_content(act, when) && !gone_by(act, when))
			own = when;
	}
	return own ? own : last;
}

/* *até junho*, *by June*: a day before which, not on which. */
static bool is_deadline(const struct act *act, const struct chy_when *when)
{
	for (uint32_t back = 1; back <= 3 && back <= when->first; back++)
		if (chy_word_kind(act->document->coder, act->line->lemmas[when->first - back],
			    "deadline"))
			return true;
	return chy_word_kind(act->document->coder, act->line->lemmas[when->first], "term");
}

static bool after_document(const struct act *act, const struct chy_when *when)
{
	int64_t first, last;

	if (!when || !act->document->dated)
		return false;
	chy_edtf_bounds(&when->date, &first, &last);
	return first > act->document->day;
}

static bool gone_by(const struct act *act, const struct chy_when *when)
{
	int64_t first, last;

	chy_edtf_bounds(&when->date, &first, &last);
	return act->document->dated && last <= act->document->day &&
	       (when->date.from.day || !in_complement(act, when));
}

/* What is asked about is no term: *pediu que explique o ataque de fevereiro*. */
static const struct chy_when *term_of(const struct act *act)
{
	const struct chy_when *when = has_term(act) ? date_after(act) : NULL;

	return when && of_content(act, when) &&
			       (after_document(act, when) ||
				       (is_deadline(act, when) && !gone_by(act, when)))
		       ? when
		       : NULL;
}

static void set_dates(struct act *act, struct chy_event *event, const struct chy_when *when)
{
	bool coming = chy_str_is(event->aux, "future");
	/* What is announced falls due like what is promised. */
	bool owed_later = event->category != (enum chy_category)act->frame->category &&
			  (event->category == CHY_AGREE || event->category == CHY_CONCEDE) &&
			  (coming || act->intended);
	const struct chy_when *later =
		flagged(act, "due") || owed_later ? date_after(act) : term_of(act);
	struct chy_edtf due, date;
	bool falls_due = later && due_date(act, later, &due);

	if (falls_due) {
		event->due = edtf_text(act, &due);
		event->date_text = later->text;
	}
	/* *acordo de gás em março*, told in January: when it is to be. */
	if (!falls_due && when && !event->aux.size && after_document(act, when) &&
		(event->category == CHY_AGREE || event->category == CHY_CONCEDE)) {
		event->due = edtf_text(act, &when->date);
		event->date_text = when->text;
	}
	/* *Hoje concordámos que até março …*: the promise has a day of its own. */
	if (!when || (falls_due && when == later && !(coming && !is_deadline(act, when))) ||
		/* *ameaçou … até 1 de julho*: a day to come is not of what is done. */
		(!coming && !event->aux.size && after_document(act, when)) ||
		(has_term(act) && !when->date.from.day && in_complement(act, when)) ||
		(flagged(act, "due") && !coming && (int32_t)when->first > act->trigger &&
			!gone_by(act, when)))
		return;
	date = when->date;
	if (part_of_year(&date))
		date = (struct chy_edtf){.from.year = date.from.year, .to.year = date.from.year};
	event->date = edtf_text(act, &date);
	event->date_text = when->text;
}

static void become(
	struct chy_event *event, enum chy_category category, const char *cameo, double score)
{
	event->category = category;
	event->mode = (struct chy_str){"", 0};
	event->cameo = chy_str_from(cameo);
	event->score = score;
}

/* *a visita foi adiada*, *fica para 2015*: the verb above a meeting that puts
 * it off; CHY_NONE where none does. */
static int32_t put_off(const struct act *act)
{
	const struct chy_coder *coder = act->document->coder;
	int32_t head = chy_word_at(act->line, act->trigger)->head, child = CHY_NONE;

	if (act->frame->pos != 'N' || act->frame->category != CHY_CONSULT || head < 0 ||
		!chy_relation(act->line, act->trigger, "nsubj") || !chy_is_verb(act->line, head))
		return CHY_NONE;
	if (chy_word_kind(coder, act->line->lemmas[head], "putoff"))
		return head;
	if (!chy_word_kind(coder, act->line->lemmas[head], "remain"))
		return CHY_NONE;
	while ((child = chy_child_in(act->line, head, "xcomp obl advcl", child)) != CHY_NONE)
		if (chy_word_kind(coder, act->line->lemmas[child], "putoff") ||
			chy_word_kind(coder, chy_preposition(act->line, child), "purpose"))
			return head;
	return CHY_NONE;
}

/* What was to be together has been put off, by both if nobody is told. */
static void set_put_off(struct act *act, struct chy_event *event)
{
	if (put_off(act) == CHY_NONE)
		return;
	become(event, CHY_REJECT, "124", -4.0);
	event->mode = CHY_STR("meet");
	event->aux = (struct chy_str){"", 0};
	chy_side_join(&act->actors, &act->recipients);
	act->recipients = (struct chy_side){0};
}

/* What is wanted or announced: to gain by together is agreed, to yield is
 * conceded, to hurt is threatened (Goldstein's scores of 036, 080 and 130). */
static void set_intended(struct act *act, struct chy_event *event)
{
	bool ahead = act->intended || chy_str_is(event->aux, "future");

	if (!ahead)
		return;
	switch (event->category) {
	case CHY_CONSULT:
	case CHY_COOPERATE:
	case CHY_AID:
		become(event, CHY_AGREE, "036", 4.0);
		break;
	case CHY_SUPPORT:
		become(event, CHY_AGREE, "030", 4.0);
		break;
	case CHY_RETREAT:
		/* *decided not to withdraw*: nothing is conceded. */
		if (chy_str_is(event->aux, "negation"))
			break;
		become(event, CHY_CONCEDE, "080", 5.0);
		event->aux = (struct chy_str){"", 0};
		break;
	case CHY_ASSAULT:
	case CHY_COERCE:
		if (act->decided)
			break;
		become(event, CHY_THREATEN, "130", -6.0);
		event->aux = (struct chy_str){"", 0};
		break;
	case CHY_SANCTION:
		if (act->intended && !act->decided)
			become(event, CHY_THREATEN, "132", -6.0);
		break;
	default:
		break;
	}
}

/* Proposed: to do together what helps both, or demanded of the one to do it. */
static void set_proposed(struct act *act, struct chy_event *event)
{
	struct chy_side asked = act->actors;
	bool both = gains_both(event->category);

	chy_side_join(&asked, &act->recipients);
	act->actors = act->line->speaker;
	act->recipients = (struct chy_side){0};
	for (size_t i = 0; i < asked.count; i++)
		if (!chy_side_has(&act->actors, asked.parties[i].actor))
			chy_side_add(&act->recipients, &asked.parties[i]);
	event->category = both ? CHY_AGREE : CHY_REQUEST;
	event->mode = (struct chy_str){"", 0};
	event->cameo = both ? CHY_STR("030") : CHY_STR("020");
	event->score = both ? 4.0 : 3.0;
}

static void set_category(struct act *act, struct chy_event *event)
{
	event->category = (enum chy_category)act->frame->category;
	event->mode = frame_text(act, act->frame->mode);
	event->cameo = frame_text(act, act->frame->cameo);
	event->score = (double)act->frame->score;
	set_intended(act, event);
}

static double confidence(const struct act *act)
{
	double value = act->frame->pos == 'N' ? 0.7 : 0.85;

	if (act->actors.by_reference)
		value -= 0.1;
	if (act->recipients.loose || act->actors.loose)
		value -= 0.15;
	if (!act->recipients.count && act->actors.count < 2)
		value -= 0.1;
	return value < 0.3 ? 0.3 : value;
}

static struct chy_str speaker_name(const struct act *act)
{
	const struct chy_party *party = &act->line->speaker.parties[0];

	if (!act->line->speaker.count || act->line->speech == act->trigger ||
		(act->line->speech == CHY_NONE && !act->line->quoted[act->trigger]))
		return (struct chy_str){"", 0};
	return party->person.size ? party->person : party->text;
}

static struct chy_reason *reason_of(struct act *act, const struct chy_when *when)
{
	struct chy_document *document = act->document;
	struct chy_reason *reason =
		document->misses ? chy_arena_alloc(document->arena, sizeof(*reason)) : NULL;

	if (!reason)
		return NULL;
	*reason = (struct chy_reason){.sentence = act->number,
		.condition = CHY_MET,
		.rule = frame_text(act, act->frame->name),
		.trigger = trigger_text(act),
		.wanted = frame_text(act, act->frame->object),
		.fragment = chy_fragment(document, act->line, act->trigger),
		.actors = chy_how_found(document, &act->actors, act->actor_slot),
		.recipients = chy_how_found(document, &act->recipients, act->recipient_slot)};
	if (when)
		reason->date = when->text;
	return reason;
}

/* Whether of two one fought last, and the other not. */
static bool one_of_foes(const struct chy_document *document, const struct chy_side *two)
{
	return chy_side_has(&document->last_foes, two->parties[0].actor) !=
	       chy_side_has(&document->last_foes, two->parties[1].actor);
}

/* Those who fight are *both sides* until they, or two others, do something
 * together: a third who meets one of them or asks him for something is no side. */
static void remember_foes(const struct act *act, const struct chy_side *pair)
{
	struct chy_document *document = act->document;

	if (act->frame->category == CHY_ASSAULT && pair->count == 2 &&
		!chy_is_body(document, pair->parties[0].actor) &&
		!chy_is_body(document, pair->parties[1].actor))
		document->last_foes = *pair;
	else if (act->actors.count == 2 && !one_of_foes(document, &act->actors))
		document->last_foes = (struct chy_side){0};
}

static void emit(struct act *act)
{
	const struct chy_when *when = chy_date_of(act->document, act->line, act->trigger);
	const struct chy_sentence *sentence = act->line->sentence;
	struct chy_event *event = new_event(act->document);
	const struct chy_reason *reason;

	if (!event)
		return;
	reason = reason_of(act, when);
	act->document->last_actors = act->actors;
	if (act->frame->category == CHY_ASSAULT || act->frame->category == CHY_COERCE)
		act->document->last_force = act->actors;
	if (act->frame->category != CHY_ACCUSE && act->frame->category != CHY_REQUEST)
		act->document->last_deed = act->actors;
	act->document->last_recipients = act->recipients;
	if (act->actors.count > 1 && !act->recipients.count && gains_both(act->frame->category))
		act->document->last_accord = act->actors;
	if (act->actors.count + act->recipients.count == 2) {
		struct chy_side pair = act->actors;

		chy_side_join(&pair, &act->recipients);
		act->document->last_pair = pair;
		if (pair.count == 2 && pair.parties[0].role.size && pair.parties[1].role.size)
			act->document->last_people = pair;
		act->document->last_pair_at = act->number;
		remember_foes(act, &pair);
	}
	act->proposed = ought(act);
	act->decided = along(act, decides) || announced_by(act);
	act->intended = act->decided || along(act, intends);
	/* *anunciou ter assinado*: it is done. */
	if (chy_perfect(act->line, act->trigger))
		act->decided = act->intended = false;
	event->aux = aux_of(act, when);
	set_category(act, event);
	if (act->proposed)
		set_proposed(act, event);
	set_put_off(act, event);
	event->actors = as_actors(act, &act->actors);
	event->actor_count = act->actors.count;
	event->recipients = as_actors(act, &act->recipients);
	event->recipient_count = act->recipients.count;
	if (put_off(act) == CHY_NONE)
		set_dates(act, event, when);
	event->speaker = speaker_name(act);
	event->medium = act->line->medium;
	event->sentence = act->number;
	event->trigger = trigger_text(act);
	event->word = act->trigger;
	event->rule = frame_text(act, act->frame->name);
	event->confidence = confidence(act);
	event->reason = reason;
	event->start = sentence->start;
	event->end = sentence->end;
	event->sentence_text = (struct chy_str){
		act->document->input->text.data + sentence->start, sentence->end - sentence->start};
}

/* *protestou, acusando …*, *protestou depois de um avião entrar …*: told beside
 * it. */
static bool by_the_way(const struct act *act, int32_t word)
{
	const struct chy_word *w = chy_word_at(act->line, word);
	bool beside = chy_word_has(w, "VerbForm", "Ger") ||
		      (chy_word_has(w, "VerbForm", "Part") && chy_word_has(w, "Tense", "Pres"));

	/* *accused it of closing …*, *ruled out sending …*: its content. */
	beside &= chy_child_in(act->line, word, "mark", CHY_NONE) == CHY_NONE &&
		  !chy_right_after(act->line, word, act->trigger);
	beside |= act->frame->pos == 'V' &&
		  (marked(act, word, "mark advmod", "after") ||
			  chy_name_after_conjunction(act->document, act->line, word) != CHY_NONE);
	return beside && chy_relation(act->line, word, "advcl");
}

/* *um protocolo de cooperação*: the nouns of an object say which it is. */
static void spend_nouns(struct chy_line *line, int32_t word, int deep)
{
	int32_t child = CHY_NONE;

	while (deep > 0 &&
		(child = chy_child_in(line, word, deep < DEEPEST ? "nmod amod conj" : "nmod amod",
			 child)) != CHY_NONE) {
		if (chy_is_verb(line, child))
			continue;
		line->spent[child] = true;
		spend_nouns(line, child, deep - 1);
	}
}

/* *atingido por foguetes disparados por …*: what did it, and who. */
static void spend_agent(const struct act *act)
{
	int32_t agent = chy_child_in(act->line, act->trigger, "obl:agent", CHY_NONE), child;

	if (agent == CHY_NONE || act->frame->pos != 'V')
		return;
	child = chy_child_in(act->line, agent, "acl", CHY_NONE);
	if (child != CHY_NONE && act->actors.count && chy_passive(act->document, act->line, child))
		act->line->spent[child] = true;
}

/* What lies beneath a governing act is its content. */
static void spend(struct act *act, bool all_beneath)
{
	struct chy_line *line = act->line;

	line->spent[act->trigger] = line->acts[act->trigger] = true;
	spend_agent(act);
	if (act->object != CHY_NONE) {
		line->spent[act->object] = true;
		spend_nouns(line, act->object, DEEPEST);
	}
	if (!all_beneath)
		return;
	for (size_t i = 0; i < line->sentence->word_count; i++) {
		int32_t word = (int32_t)i, above = word;
		bool own = false;

		/* But what is coordinated with it, or told beside it, is not. */
		while (above >= 0 && above != act->trigger) {
			own = chy_relation(line, above, "conj") || by_the_way(act, above) ||
			      chy_relation(line, above, "parataxis") ||
			      chy_relation(line, above, "nsubj");
			if (own && chy_word_at(line, above)->head == act->trigger)
				break;
			own = false;
			above = chy_word_at(line, above)->head;
		}
		if (above == act->trigger && !own)
			line->spent[i] = true;
	}
}

/* *reuniram-se para continuar as negociações*: what an act is for is no other
 * act. */
static void spend_purpose(struct act *act)
{
	struct chy_line *line = act->line;
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(line, act->trigger, "advcl acl", child)) != CHY_NONE) {
		if (!marked(act, child, "mark case", "purpose"))
			continue;
		for (size_t i = 0; i < line->sentence->word_count; i++)
			if (chy_below(line, (int32_t)i, child))
				line->spent[i] = true;
	}
}

static bool said(const struct act *act)
{
	return act->line->speaker.count &&
	       (act->line->speech != CHY_NONE || act->line->quoted[act->trigger]);
}

/* *por causa do apoio*, *because of the attack*: why something else is done. */
static bool a_reason(const struct act *act)
{
	const struct chy_line *line = act->line;
	uint32_t token = chy_word_at(line, act->trigger)->token;
	struct chy_str ignored;

	if (act->frame->pos != 'N')
		return false;
	for (uint32_t back = 1; back <= token && back < 8; back++) {
		const struct chy_token *t = &line->sentence->tokens[token - back];
		uint32_t n =
			chy_word_run(act->document->coder, line, token - back, "reason", &ignored);

		if (n && n <= back)
			return true;
		if (t->word_count && chy_is_verb(line, (int32_t)t->first_word) && back > 2)
			return false;
	}
	return false;
}

/* *o acordo prevê que …*: what a text provides for has not been done. */
static bool provided(const struct act *act)
{
	const struct chy_coder *coder = act->document->coder;
	int32_t word = act->trigger;

	for (int steps = 0; steps < DEEPEST && word >= 0; steps++) {
		int32_t subject;

		word = chy_word_at(act->line, word)->head;
		if (word < 0 || !chy_is_verb(act->line, word) ||
			!chy_word_kind(coder, act->line->lemmas[word], "provide"))
			continue;
		subject = chy_subject_word(act->document, act->line, word);
		if (subject != CHY_NONE &&
			chy_word_kind(coder, act->line->lemmas[subject], "paper"))
			return chy_below(act->line, word, subject) ||
			       !chy_below(act->line, act->trigger, subject);
	}
	return false;
}

/* A noun of action that only says more of another noun: of one that turns it
 * round (*o fim da visita*), or of a book or a film (*o livro sobre a guerra*). */
static bool of_other_noun(const struct act *act)
{
	const struct chy_coder *coder = act->document->coder;
	int32_t head = chy_word_at(act->line, act->trigger)->head;

	if (act->frame->pos != 'N' || head < 0)
		return false;
	/* *após o fim do cerco*: when, not what. */
	if (chy_relation(act->line, act->trigger, "obl"))
		return undoes(act, act->trigger);
	if (!chy_relation(act->line, act->trigger, "nmod"))
		return false;
	if (undoes(act, head))
		return !chy_relation(act->line, head, "obl");
	return (chy_word_kind(coder, act->line->lemmas[head], "expert") ||
		       chy_word_kind(coder, act->line->lemmas[head], "comment")) &&
	       !chy_is_verb(act->line, head);
}

/* *which has a defence pact with Cyprus* says what there is, not what is done. */
static bool only_had(const struct act *act)
{
	int32_t head = chy_word_at(act->line, act->trigger)->head;

	return act->frame->pos == 'N' && act->frame->category == CHY_AGREE && head >= 0 &&
	       chy_relation(act->line, act->trigger, "obj") && chy_is_verb(act->line, head) &&
	       chy_word_kind(act->document->coder, act->line->lemmas[head], "possess");
}

/* *guerra comercial*, *batalla legal*: a word that says it is none. */
static bool figurative(const struct act *act)
{
	return act->frame->pos == 'N' && act->frame->category == CHY_ASSAULT &&
	       marked(act, act->trigger, "amod nmod", "figure");
}

/* *con el objetivo de restablecer las relaciones*: what something is for. */
static bool an_aim(const struct act *act)
{
	int32_t head = chy_word_at(act->line, act->trigger)->head;

	return act->frame->pos == 'V' && head >= 0 && !chy_is_verb(act->line, head) &&
	       chy_preposition(act->line, head).size &&
	       chy_word_kind(act->document->coder, act->line->lemmas[head], "aim");
}

/* *negou ter atacado*: to deny an accusation is no act. */
static bool denied_past(const struct act *act, int32_t word, int32_t content)
{
	return chy_is_verb(act->line, word) && chy_is_verb(act->line, content) &&
	       chy_word_kind(act->document->coder, act->line->lemmas[word], "deny") &&
	       (chy_relation(act->line, content, "xcomp") ||
		       chy_relation(act->line, content, "ccomp")) &&
	       (chy_perfect(act->line, content) ||
		       chy_word_has(chy_word_at(act->line, content), "Tense", "Past"));
}

static bool denies_the_past(const struct act *act)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(act->line, act->trigger, "xcomp ccomp", child)) != CHY_NONE)
		if (denied_past(act, act->trigger, child))
			return true;
	return false;
}

/* *negou que tenha pedido …*, *negó haber espiado*, *denied reports that it had
 * …*: what somebody says is not so. An order or a plan that is denied is none of
 * it (*negou-se a negociar* is a refusal). */
static bool disowned(const struct act *act)
{
	const struct chy_line *line = act->line;
	int32_t word = act->trigger, head;

	for (int steps = 0; steps < DEEPEST; steps++, word = head) {
		head = chy_word_at(line, word)->head;
		if (head < 0)
			return false;
		if (!chy_is_verb(line, head) ||
			!chy_word_kind(act->document->coder, line->lemmas[head], "disown") ||
			chy_child_in(line, head, "expl", CHY_NONE) != CHY_NONE)
			continue;
		if (chy_relation(line, word, "ccomp") || chy_relation(line, word, "xcomp") ||
			chy_relation(line, word, "csubj"))
			return true;
		/* The clause of a noun: *negou as notícias de que …*. */
		if ((chy_relation(line, word, "obj") || chy_relation(line, word, "nsubj:pass")) &&
			chy_is_verb(line, act->trigger) && !chy_is_verb(line, word))
			return true;
	}
	return false;
}

static bool says_nothing(const struct act *act, int32_t word)
{
	return word != CHY_NONE &&
	       chy_word_kind(act->document->coder, act->line->lemmas[word], "comment");
}

/* *rejeitou as acusações*: the same with a noun; *declinó comentar*: neither. */
static bool denies_a_charge(const struct act *act)
{
	int32_t child = CHY_NONE;

	if (act->frame->category != CHY_REJECT || act->frame->pos != 'V')
		return false;
	while ((child = chy_child_in(act->line, act->trigger, "obj nsubj:pass xcomp", child)) !=
		CHY_NONE)
		if (chy_word_kind(act->document->coder, act->line->lemmas[child], "charge") ||
			says_nothing(act, child) ||
			says_nothing(act, chy_child_in(act->line, child, "obj", CHY_NONE)))
			return true;
	return false;
}

/* *called it a stab in the back* is no call on anybody. */
static bool has_object(const struct act *act)
{
	return chy_child_in(act->line, act->trigger, "obj", CHY_NONE) != CHY_NONE;
}

/* *gave Chad two days to hand over …*, read as a hand; *dio a Chad un plazo para
 * entregar …*, where the infinitive hangs on the term. */
static bool infinitive_elsewhere(const struct act *act)
{
	const struct chy_line *line = act->line;
	int32_t object = chy_child_in(line, act->trigger, "obj", CHY_NONE), child = CHY_NONE;

	while ((child = chy_child_in(line, act->trigger, "obl", child)) != CHY_NONE) {
		int32_t mark = chy_child_in(line, child, "case", CHY_NONE);

		if (mark == child - 1 && chy_word_at(line, mark)->upos == CHY_UPOS_PART)
			return true;
	}
	while (object != CHY_NONE &&
		(child = chy_child_in(line, object, "advcl", child)) != CHY_NONE)
		if (chy_word_has(chy_word_at(line, child), "VerbForm", "Inf"))
			return true;
	return false;
}

/* *told Peru to leave*: some words ask only with an infinitive. */
static bool has_infinitive(const struct act *act)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(act->line, act->trigger, "xcomp advcl ccomp acl", child)) !=
		CHY_NONE)
		if (chy_word_has(chy_word_at(act->line, child), "VerbForm", "Inf") &&
			chy_child_in(act->line, child, "aux", CHY_NONE) == CHY_NONE)
			return true;
	return infinitive_elsewhere(act);
}

/* *rebels backed by Iran*, *a province called Macedonia*. */
static bool only_tells_who(const struct act *act)
{
	const struct chy_line *line = act->line;
	const struct chy_word *w = chy_word_at(line, act->trigger);

	if (chy_relation(line, act->trigger, "acl") || chy_relation(line, act->trigger, "advcl") ||
		(chy_relation(line, act->trigger, "amod") && w->head < act->trigger))
		return chy_passive(act->document, line, act->trigger);
	return chy_relation(line, act->trigger, "xcomp") && chy_word_has(w, "VerbForm", "Part") &&
	       !chy_word_has(w, "Tense", "Pres") &&
	       chy_child_in(line, act->trigger, "aux obj nsubj", CHY_NONE) == CHY_NONE;
}

/* *garantiu que não vai ceder*: no promise of anything. */
static bool promises_nothing(const struct act *act)
{
	const struct chy_coder *coder = act->document->coder;
	int32_t child = CHY_NONE;

	if (act->frame->category != CHY_AGREE || act->frame->pos != 'V' || !flagged(act, "due"))
		return false;
	while ((child = chy_child_in(act->line, act->trigger, "ccomp", child)) != CHY_NONE)
		if (marked(act, child, "advmod", "deny") &&
			chy_word_kind(coder, act->line->lemmas[child], "yield"))
			return true;
	return false;
}

/* *promised to scrap the pact*: the promise is what it is to do. */
static bool promises_harm(const struct act *act)
{
	const struct chy_coder *coder = act->document->coder;
	int32_t child =
		(act->frame->category == CHY_AGREE || act->frame->category == CHY_CONCEDE) &&
				flagged(act, "due")
			? chy_child_in(act->line, act->trigger, "xcomp", CHY_NONE)
			: CHY_NONE;
	struct chy_str arguments = frame_text(act, act->frame->arguments);
	struct act inner = *act;
	size_t i;

	/* What two agree on is agreed. */
	if (child == CHY_NONE || !chy_is_verb(act->line, child) ||
		!memchr(arguments.data, '>', arguments.size))
		return false;
	/* *pledged to pull its troops out*: it is named. */
	if (one_with(act, child, frame_text(act, act->frame->object)) &&
		memchr(frame_text(act, act->frame->object).data, '+',
			frame_text(act, act->frame->object).size))
		return false;
	inner.trigger = child;
	i = chy_lexicon_find(&coder->lexicon, coder->frames, coder->frame_count,
		sizeof(*coder->frames), act->line->lemmas[child]);
	for (; i < coder->frame_count; i++) {
		inner.frame = &coder->frames[i];
		if (!chy_str_equal(frame_text(&inner, inner.frame->key), act->line->lemmas[child]))
			return false;
		if (!flagged(&inner, "negated") && frame_text(&inner, inner.frame->object).size &&
			fits_word(&inner) && fits_object(&inner))
			return inner.frame->category == CHY_REJECT ||
			       inner.frame->category == CHY_SANCTION;
	}
	return false;
}

static bool stalls(const struct act *act, int32_t word)
{
	const struct chy_coder *coder = act->document->coder;
	struct chy_str lemma = act->line->lemmas[word];

	return chy_word_at(act->line, word)->upos != CHY_UPOS_ADJ &&
	       (chy_word_kind(coder, lemma, "putoff") || chy_word_kind(coder, lemma, "stall"));
}

/* Of a word that is read as an adjective, too. */
static bool stalls_by_form(const struct act *act, int32_t word)
{
	return chy_word_kind(act->document->coder,
		act->line->folded[chy_word_at(act->line, word)->token], "stall");
}

/* *delays aid*, *travou a ajuda*: what is held back is not given. */
static bool held_back(const struct act *act)
{
	int32_t head = chy_word_at(act->line, act->trigger)->head, above;

	if (act->frame->category != CHY_AID)
		return false;
	/* *França atrasa ajuda*, read as a verb. */
	if (act->frame->pos != 'N')
		return act->trigger > 0 && stalls_by_form(act, act->trigger - 1);
	/* *atrasou a entrega da ajuda* */
	above = head >= 0 && chy_relation(act->line, act->trigger, "nmod") &&
				chy_relation(act->line, head, "obj")
			? chy_word_at(act->line, head)->head
			: CHY_NONE;
	if (above >= 0 && stalls(act, above))
		return true;
	if (head >= 0 && stalls(act, head) &&
		(chy_relation(act->line, act->trigger, "obj") ||
			chy_relation(act->line, act->trigger, "nsubj:pass")))
		return true;
	/* In a headline, wherever the tree has it. */
	for (int32_t back = 1; back <= 2 && back <= act->trigger; back++)
		if (stalls(act, act->trigger - back))
			return true;
	return false;
}

/* *as sanções impostas por …*: the participle tells it, and by whom. */
static bool told_by_participle(const struct act *act)
{
	const struct chy_coder *coder = act->document->coder;
	int32_t child = CHY_NONE;
	size_t i;

	if (act->frame->pos != 'N')
		return false;
	while ((child = chy_child_in(act->line, act->trigger, "acl", child)) != CHY_NONE)
		if (chy_child_in(act->line, child, "obl:agent", CHY_NONE) != CHY_NONE)
			break;
	if (child == CHY_NONE)
		return false;
	i = chy_lexicon_find(&coder->lexicon, coder->frames, coder->frame_count,
		sizeof(*coder->frames), act->line->lemmas[child]);
	for (; i < coder->frame_count; i++) {
		struct act inner = *act;

		inner.frame = &coder->frames[i];
		if (!chy_str_equal(frame_text(&inner, inner.frame->key), act->line->lemmas[child]))
			return false;
		if (inner.frame->pos == 'V' && inner.frame->category == act->frame->category &&
			one_of(act->line->lemmas[act->trigger],
				frame_text(&inner, inner.frame->object)))
			return true;
	}
	return false;
}

static enum chy_condition try_frame(struct act *act)
{
	if (!fits_word(act))
		return CHY_UNFIT_WORD;
	if (flagged(act, "infinitive") && !has_infinitive(act))
		return CHY_NO_OBJECT;
	if (flagged(act, "bare") && has_object(act))
		return CHY_NO_OBJECT;
	if (denies_a_charge(act) || disowned(act) || promises_harm(act) || promises_nothing(act))
		return CHY_BACKGROUND;
	if (a_reason(act) || provided(act) || of_other_noun(act) || denies_the_past(act) ||
		an_aim(act) || figurative(act) || only_had(act) || held_back(act) ||
		told_by_participle(act))
		return CHY_BACKGROUND;
	if (!fits_object(act))
		return CHY_NO_OBJECT;
	if (flagged(act, "speech") && !said(act))
		return CHY_NOT_SAID;
	/* *"no interferimos", dijo …*: to deny is not to accuse. */
	if (flagged(act, "speech") && act->frame->category == CHY_ACCUSE && along(act, denied))
		return CHY_BACKGROUND;
	if (flagged(act, "reflexive") && !reflexive(act))
		return CHY_NOT_REFLEXIVE;
	/* *rebeldes apoiados pelo Irão* says who they are. */
	if (flagged(act, "told") && only_tells_who(act))
		return CHY_BACKGROUND;
	if (flagged(act, "negated") && !along(act, plainly_denied))
		return CHY_NOT_NEGATED;
	fill_sides(act);
	return enough_sides(act);
}

static bool try_key(struct act *act, struct chy_str lemma)
{
	const struct chy_coder *coder = act->document->coder;
	size_t i = chy_lexicon_find(
		&coder->lexicon, coder->frames, coder->frame_count, sizeof(*coder->frames), lemma);
	bool agreed = false;

	for (; i < coder->frame_count; i++) {
		enum chy_condition condition;

		act->frame = &coder->frames[i];
		if (!chy_str_equal(frame_text(act, act->frame->key), lemma))
			return false;
		/* *chegaram a acordo em Viena* is no visit. */
		if (agreed && flagged(act, "visitor"))
			continue;
		condition = try_frame(act);
		if (condition != CHY_MET) {
			agreed |= act->frame->category == CHY_AGREE &&
				  frame_text(act, act->frame->object).size &&
				  act->object != CHY_NONE;
			chy_note_miss(act->document, act->line, act->number, act->trigger,
				act->frame, condition);
			/* *accused critics of her plans to leave the Union*: a quarrel at home. */
			if (condition == CHY_UPON_OTHERS && flagged(act, "governs"))
				spend(act, true);
			continue;
		}
		emit(act);
		spend(act, flagged(act, "governs"));
		spend_purpose(act);
		return true;
	}
	return false;
}

/* By its lemma; a noun or adjective also by its form, which taggers make a verb's (*fighting*
 * of *fight*). */
static void try_word(struct act *act)
{
	const struct chy_word *w = chy_word_at(act->line, act->trigger);
	struct chy_str form;

	if (try_key(act, act->line->lemmas[act->trigger]) ||
		(w->upos != CHY_UPOS_NOUN && w->upos != CHY_UPOS_ADJ))
		return;
	form = act->line->folded[w->token];
	if (!chy_str_equal(form, act->line->lemmas[act->trigger]))
		try_key(act, form);
}

/* Words by their depth in the tree, the root first: 1 for the root; one past
 * DEEPEST for what is deeper. */
static uint8_t depth_of(const struct chy_line *line, int32_t word)
{
	uint8_t depth = 0;

	while (word >= 0 && depth <= DEEPEST) {
		word = chy_word_at(line, word)->head;
		depth++;
	}
	return depth;
}

static void remember(struct chy_document *document, struct chy_line *line)
{
	struct chy_side subject = {0};
	int32_t root = CHY_NONE;

	for (size_t i = 0; i < line->sentence->word_count && root == CHY_NONE; i++)
		if (chy_relation(line, (int32_t)i, "root"))
			root = (int32_t)i;
	if (root != CHY_NONE)
		chy_subject(document, line, root, &subject);
	if (subject.count == 2) {
		document->last_pair = subject;
		if (!chy_side_has(&document->last_foes, subject.parties[0].actor) &&
			!chy_side_has(&document->last_foes, subject.parties[1].actor))
			document->last_foes = (struct chy_side){0};
	}
	if (subject.count)
		document->last_subject = subject;
}

void chy_find_acts(struct chy_document *document, struct chy_line *line, uint32_t number)
{
	size_t n = line->sentence->word_count;
	uint8_t *depths = chy_arena_array(document->arena, uint8_t, n + 1), deepest = 0;

	if (!depths) {
		document->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		depths[i] = depth_of(line, (int32_t)i);
		if (depths[i] > deepest && depths[i] <= DEEPEST)
			deepest = depths[i];
	}
	if (line->opinion)
		deepest = 0;
	for (uint8_t depth = 1; depth <= deepest; depth++)
		for (size_t i = 0; i < n; i++) {
			struct act act = {.document = document,
				.line = line,
				.number = number,
				.trigger = (int32_t)i};

			if (!line->spent[i] && depths[i] == depth)
				try_word(&act);
		}
	remember(document, line);
}
