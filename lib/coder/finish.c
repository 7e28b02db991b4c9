/* Once every sentence is read: one act told twice is one event, what it is
 * about, and whether the document is about politics at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { ENOUGH = 24 }; /* words of what is said, to tell two charges apart */

/* -- one act told twice --------------------------------------------------- */

static bool has_code(const struct chy_actor *actors, size_t count, struct chy_str code)
{
	for (size_t i = 0; i < count; i++)
		if (chy_str_equal(actors[i].code, code))
			return true;
	return false;
}

static bool within(const struct chy_actor *a, size_t n, const struct chy_actor *b, size_t m)
{
	for (size_t i = 0; i < n; i++)
		if (!has_code(b, m, a[i].code))
			return false;
	return true;
}

static bool same_side(const struct chy_actor *a, size_t n, const struct chy_actor *b, size_t m)
{
	return within(a, n, b, m) && within(b, m, a, n);
}

static struct chy_str code_at(const struct chy_event *event, size_t i)
{
	return i < event->actor_count ? event->actors[i].code
				      : event->recipients[i - event->actor_count].code;
}

/* Met, agreed, cooperated: the same all told, whoever is named first. */
static bool same_people(const struct chy_event *a, const struct chy_event *b)
{
	for (size_t i = 0; i < a->actor_count + a->recipient_count; i++)
		if (!has_code(b->actors, b->actor_count, code_at(a, i)) &&
			!has_code(b->recipients, b->recipient_count, code_at(a, i)))
			return false;
	return a->actor_count + a->recipient_count == b->actor_count + b->recipient_count;
}

static bool same_date(const struct chy_event *a, const struct chy_event *b)
{
	return !a->date.size || !b->date.size || chy_str_equal(a->date, b->date);
}

/* A headline: the first sentence, without a full stop. */
static bool in_headline(const struct chy_event *event)
{
	return event->sentence == 1 && !chy_str_ends(event->sentence_text, ".");
}

/* *também*, *além disso*: another act of the same kind. */
static bool said_besides(const struct chy_document *document, const struct chy_event *event)
{
	const struct chy_line *line = &document->lines[event->sentence - 1];

	for (size_t i = 0; i < line->sentence->word_count; i++)
		if (chy_word_kind(document->coder, line->lemmas[i], "besides"))
			return true;
	return false;
}

/* *travelled to Athens for talks with the Greek minister*: a visit, and what was
 * done there. */
static bool met_there(const struct chy_event *visit, const struct chy_event *meeting)
{
	return (visit->category == CHY_CONSULT || visit->category == CHY_AGREE) &&
	       meeting->category == CHY_CONSULT && visit->sentence == meeting->sentence &&
	       visit->recipient_count && !meeting->recipient_count && meeting->actor_count == 2 &&
	       within(visit->actors, visit->actor_count, meeting->actors, meeting->actor_count) &&
	       within(visit->recipients, visit->recipient_count, meeting->actors,
		       meeting->actor_count);
}

/* Rules of one verb: *sanction-expulsar*, *sanction-expulsar-diplomata*. */
static bool same_family(struct chy_str a, struct chy_str b)
{
	struct chy_str x, y;

	for (int part = 0; part < 2; part++)
		if (!chy_str_split(&a, '-', &x) || !chy_str_split(&b, '-', &y) ||
			!chy_str_equal(x, y))
			return false;
	return true;
}

/* *expulsa*, *expulsa diplomatas*, *expulsou*: near enough, in one family. */
static bool same_verb(struct chy_str a, struct chy_str b)
{
	return a.size >= 5 && b.size >= 5 && memcmp(a.data, b.data, 5) == 0;
}

static struct chy_str lemma_of(const struct chy_document *document, const struct chy_event *event)
{
	return document->lines[event->sentence - 1].lemmas[event->word];
}

/* *shoots down*, *had shot down*: one word in forms that begin otherwise, of what
 * is done by force; who speaks twice may say two things. */
static bool same_word(
	const struct chy_document *document, const struct chy_event *a, const struct chy_event *b)
{
	return same_verb(a->trigger, b->trigger) ||
	       ((a->category == CHY_ASSAULT || a->category == CHY_COERCE) &&
		       chy_str_equal(lemma_of(document, a), lemma_of(document, b)));
}

/* *visitará Pequim*, then *anunciou que visitará*: one visit to come. */
static bool both_ahead(const struct chy_event *first, const struct chy_event *later)
{
	struct chy_str future = CHY_STR("future");

	return first->category == CHY_AGREE &&
	       (chy_str_equal(first->aux, future) || chy_str_equal(later->aux, future)) &&
	       (!first->aux.size || !later->aux.size);
}

/* Words of what an act says: not names, posts, days, nor what is told beside it. */
static bool says_something(
	const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	const struct chy_word *w = chy_word_at(line, word);
	static const char *const kinds[] = {
		"post", "agent", "say", "day", "weekday", "month", "people", "unit", "pair"};

	if ((w->upos != CHY_UPOS_NOUN && w->upos != CHY_UPOS_VERB && w->upos != CHY_UPOS_ADJ) ||
		line->mention[word] != CHY_NONE)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (chy_word_kind(document->coder, line->lemmas[word], kinds[i]))
			return false;
	return true;
}

static bool within_content(const struct chy_line *line, int32_t word, int32_t trigger)
{
	while (word >= 0 && word != trigger) {
		if (chy_word_at(line, word)->head == trigger &&
			(chy_relation(line, word, "conj") ||
				chy_relation(line, word, "parataxis") ||
				chy_relation(line, word, "nsubj")))
			return false;
		word = chy_word_at(line, word)->head;
	}
	return word == trigger;
}

static size_t contents(const struct chy_document *document, const struct chy_event *event,
	struct chy_str *out, size_t room)
{
	const struct chy_line *line = &document->lines[event->sentence - 1];
	size_t count = 0;

	for (size_t i = 0; i < line->sentence->word_count && count < room; i++)
		if ((int32_t)i != event->word && says_something(document, line, (int32_t)i) &&
			within_content(line, (int32_t)i, event->word))
			out[count++] = line->lemmas[i];
	return count;
}

/* *acusou Washington de financiar …*, *acusou Washington de bloquear …*: two
 * charges. */
static bool other_content(const struct chy_document *document, const struct chy_event *first,
	const struct chy_event *later)
{
	struct chy_str a[ENOUGH], b[ENOUGH];
	size_t n = contents(document, first, a, ENOUGH), m = contents(document, later, b, ENOUGH);

	if (n < 2 || m < 2)
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < m; j++)
			if (chy_str_equal(a[i], b[j]))
				return false;
	return true;
}

/* The same sides in the same category: told again when by the same words, or
 * when a headline says what the article goes on to tell. */
static bool told_again(const struct chy_document *document, const struct chy_event *first,
	const struct chy_event *later)
{
	if (met_there(first, later))
		return true;
	if (first->category != later->category || !same_date(first, later) ||
		!(chy_str_equal(first->aux, later->aux) || both_ahead(first, later)))
		return false;
	/* *chegou a Damasco para conversações com Assad*: one visit. */
	if (chy_category_reciprocal(first->category) && same_people(first, later) &&
		(first->sentence == later->sentence ||
			(first->category == CHY_CONSULT && first->sentence + 2 >= later->sentence &&
				!said_besides(document, later))))
		return true;
	if (!same_side(first->actors, first->actor_count, later->actors, later->actor_count) ||
		!same_side(first->recipients, first->recipient_count, later->recipients,
			later->recipient_count))
		return false;
	if ((first->category == CHY_ACCUSE || first->category == CHY_REQUEST) &&
		!in_headline(first) && other_content(document, first, later))
		return false;
	if (chy_str_equal(first->trigger, later->trigger) ||
		(same_family(first->rule, later->rule) && same_word(document, first, later)) ||
		(chy_str_equal(first->rule, later->rule) &&
			chy_category_reciprocal(first->category)))
		return first->sentence == later->sentence || !said_besides(document, later);
	if (first->category == CHY_CONSULT && first->date.size && later->date.size)
		return true;
	return first->sentence == later->sentence || (later->sentence <= 3 && in_headline(first));
}

/* The same body on both sides: what an organ does to itself is no event. */
static bool with_itself(struct chy_event *event)
{
	size_t kept = 0;

	for (size_t i = 0; i < event->recipient_count; i++)
		if (!has_code(event->actors, event->actor_count, event->recipients[i].code))
			event->recipients[kept++] = event->recipients[i];
	if (kept == event->recipient_count)
		return false;
	event->recipient_count = kept;
	return kept == 0;
}

static void drop_repeated_codes(struct chy_actor *actors, size_t *count)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++)
		if (!has_code(actors, kept, actors[i].code))
			actors[kept++] = actors[i];
	*count = kept;
}

/* *Londres prometeu retirar tropas*: a headline that does not say upon whom, for
 * the act that the article goes on to tell. */
static bool told_in_full(const struct chy_event *headline, const struct chy_event *later)
{
	return later->sentence > 1 && later->sentence <= 3 &&
	       later->category == headline->category && later->recipient_count &&
	       chy_str_equal(later->aux, headline->aux) &&
	       same_side(
		       headline->actors, headline->actor_count, later->actors, later->actor_count);
}

/* *Peru e Equador trocam acusações*: a headline for the acts of both that follow. */
static bool told_below(const struct chy_document *document, size_t i)
{
	const struct chy_event *event = &document->events[i];

	if (!in_headline(event) || event->recipient_count)
		return false;
	for (size_t j = i + 1; j < document->event_count; j++) {
		const struct chy_event *later = &document->events[j];

		if (event->actor_count == 1 && told_in_full(event, later))
			return true;
		if (event->actor_count == 2 && !chy_category_reciprocal(event->category) &&
			later->category == event->category && later->recipient_count &&
			same_people(event, later))
			return true;
	}
	return false;
}

/* *para o início de 2014*, then *entre o final de janeiro e …*: the article says
 * more closely what its headline says. */
static bool due_more_closely(const struct chy_event *headline, const struct chy_event *later)
{
	struct chy_edtf wide, close;
	int64_t from, to, first, last;

	if (!in_headline(headline) || chy_edtf_parse(headline->due, &wide) ||
		chy_edtf_parse(later->due, &close))
		return false;
	chy_edtf_bounds(&wide, &from, &to);
	chy_edtf_bounds(&close, &first, &last);
	return first >= from && last <= to;
}

/* Where and when an act was, and when it falls due: wherever the text says so. */
static void take_over(struct chy_event *first, const struct chy_event *later)
{
	if (due_more_closely(first, later)) {
		first->due = later->due;
		if (!first->date.size)
			first->date_text = later->date_text;
	}
	if (!first->place.size)
		first->place = later->place;
	if (!first->date_text.size)
		first->date_text = later->date_text;
	if (!first->date.size)
		first->date = later->date;
	if (!first->due.size)
		first->due = later->due;
}

static void set_place(struct chy_document *document, struct chy_event *event)
{
	const struct chy_line *line = &document->lines[event->sentence - 1];

	for (size_t i = 0; i < line->mention_count && !event->place.size; i++) {
		const struct chy_mention *mention = &line->mentions[i];
		struct chy_str preposition;

		if (!mention->place)
			continue;
		preposition = chy_preposition(line, (int32_t)mention->first);
		if (chy_word_kind(document->coder, preposition, "at"))
			event->place = mention->party.text;
	}
}

static void merge(struct chy_document *document)
{
	size_t kept = 0;

	for (size_t i = 0; i < document->event_count; i++) {
		struct chy_event *event = &document->events[i];
		bool again = false;

		drop_repeated_codes(event->actors, &event->actor_count);
		drop_repeated_codes(event->recipients, &event->recipient_count);
		set_place(document, event);
		if (with_itself(event) || told_below(document, i))
			continue;
		for (size_t j = 0; j < kept && !again; j++) {
			again = told_again(document, &document->events[j], event);
			if (again)
				take_over(&document->events[j], event);
		}
		if (again)
			chy_note_event_miss(document, event, CHY_TOLD_BEFORE);
		else
			document->events[kept++] = *event;
	}
	document->event_count = kept;
}

/* -- contexts ------------------------------------------------------------- */

static void add_context(struct chy_event *event, struct chy_str context, size_t room)
{
	for (size_t i = 0; i < event->context_count; i++)
		if (chy_str_equal(event->contexts[i], context))
			return;
	if (event->context_count < room)
		event->contexts[event->context_count++] = context;
}

static void set_contexts(struct chy_document *document, struct chy_event *event)
{
	const struct chy_line *line = &document->lines[event->sentence - 1];
	size_t room = 4;

	event->contexts = chy_arena_array(document->arena, struct chy_str, room);
	if (!event->contexts) {
		document->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < line->sentence->word_count; i++) {
		struct chy_str context =
			chy_word_value(document->coder, line->lemmas[i], "context");

		if (context.data)
			add_context(event, context, room);
	}
}

/* -- disputes ------------------------------------------------------------- */

/* How often each dispute's words stand in each part of the document. */
struct evidence {
	uint32_t dispute, line;
};

static size_t note_places(const struct chy_document *document, uint32_t number,
	struct evidence *out, size_t count, size_t room)
{
	const struct chy_catalogue *c = document->coder->catalogue;
	const struct chy_line *line = &document->lines[number];
	uint32_t tokens = (uint32_t)line->sentence->token_count;
	char text[256];

	for (uint32_t token = 0; token < tokens; token++)
		for (uint32_t n = 1; n <= 8 && token + n <= tokens; n++) {
			struct chy_str key = chy_token_key(line, token, n, text, sizeof(text));
			size_t i = chy_lexicon_find(
				&c->lexicon, c->places, c->place_count, sizeof(*c->places), key);

			if (i >= c->place_count)
				break;
			struct chy_str row = chy_lexicon_text(&c->lexicon, c->places[i].key);

			if (row.size < key.size || memcmp(row.data, key.data, key.size) != 0)
				break;
			for (; i < c->place_count && count < room &&
				chy_str_equal(chy_lexicon_text(&c->lexicon, c->places[i].key), key);
				i++)
				out[count++] = (struct evidence){c->places[i].dispute, number};
		}
	return count;
}

static size_t claimants_in(const struct chy_dispute *dispute, const struct chy_event *event)
{
	size_t n = 0;

	for (size_t i = 0; i < dispute->claimant_count; i++)
		n += has_code(event->actors, event->actor_count, dispute->claimants[i]) ||
		     has_code(event->recipients, event->recipient_count, dispute->claimants[i]);
	return n;
}

/* Which disputes a document is about: its head tells of them, or it comes back
 * to them. NULL where there is no memory. */
static bool *find_themes(
	struct chy_document *document, const struct evidence *evidence, size_t count)
{
	size_t n = document->coder->catalogue->dispute_count + 1;
	bool *about = chy_arena_array(document->arena, bool, n);
	uint32_t *line = chy_arena_array(document->arena, uint32_t, n);

	if (!about || !line)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		uint32_t dispute = evidence[i].dispute, told = evidence[i].line + 1;

		about[dispute] |= told <= 3 || (line[dispute] && line[dispute] != told);
		line[dispute] = told;
	}
	return about;
}

/* Whether all in an event are a dispute's claimants or organisations. */
static bool among(const struct chy_dispute *dispute, const struct chy_event *event)
{
	size_t all = event->actor_count + event->recipient_count, bodies = 0;

	for (size_t i = 0; i < all; i++)
		bodies += chy_str_is(i < event->actor_count
					     ? event->actors[i].sector
					     : event->recipients[i - event->actor_count].sector,
			"IGO");
	return bodies && claimants_in(dispute, event) + bodies == all;
}

/* Whether the event's sentence tells of another dispute. */
static bool tells_of_other(const struct chy_event *event, const struct evidence *evidence,
	size_t count, uint32_t dispute)
{
	for (size_t i = 0; i < count; i++)
		if (evidence[i].line + 1 == event->sentence && evidence[i].dispute != dispute)
			return true;
	return false;
}

/* A dispute needs evidence: its words in the event's sentence and one of its
 * claimants in the event; or two of its claimants, or one and an organisation,
 * and its words beside that sentence, or a document that is about it. */
static void set_disputes(struct chy_document *document, struct chy_event *event,
	const struct evidence *evidence, size_t count, const bool *about)
{
	const struct chy_catalogue *c = document->coder->catalogue;

	event->disputes = chy_arena_array(document->arena, struct chy_str, 4);
	if (!event->disputes) {
		document->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < count && event->dispute_count < 4; i++) {
		const struct chy_dispute *dispute = &c->entries[evidence[i].dispute];
		size_t parties = claimants_in(dispute, event);
		bool here = evidence[i].line + 1 == event->sentence, there = false;
		bool beside = evidence[i].line + 2 >= event->sentence &&
			      evidence[i].line <= event->sentence;

		for (size_t j = 0; j < event->dispute_count; j++)
			there |= chy_str_equal(event->disputes[j], dispute->id);
		if (there || !parties || (parties == 1 && !here && !among(dispute, event)))
			continue;
		if (here || (beside && parties > 1) ||
			(about[evidence[i].dispute] &&
				!tells_of_other(event, evidence, count, evidence[i].dispute)))
			event->disputes[event->dispute_count++] = dispute->id;
	}
}

/* Whether the words of an issue stand in a sentence ("tratado de paz"). */
static bool tells_issue(
	const struct chy_document *document, const struct chy_line *line, struct chy_str issue)
{
	struct chy_str value;

	for (uint32_t t = 0; t < line->sentence->token_count; t++) {
		const struct chy_token *token = &line->sentence->tokens[t];

		if (chy_word_run(document->coder, line, t, "issue", &value) &&
			chy_str_equal(value, issue))
			return true;
		if (!token->word_count)
			continue;
		value = chy_word_value(document->coder,
			line->lemmas[token->first_word + token->word_count - 1], "issue");
		if (value.data && chy_str_equal(value, issue))
			return true;
	}
	return false;
}

/* Whether a sentence names a state and no claimant of the dispute: *la posición
 * argentina* says nothing of the islands of others. */
static bool of_others(const struct chy_document *document, const struct chy_line *line,
	const struct chy_dispute *dispute)
{
	const struct chy_catalogue *c = document->coder->catalogue;
	bool named = false;

	for (size_t i = 0; i < line->mention_count; i++) {
		const struct chy_mention *mention = &line->mentions[i];
		struct chy_str code;

		if (!mention->resolved)
			continue;
		named = true;
		code = chy_lexicon_text(&c->lexicon, c->actors[mention->party.actor].coded);
		for (size_t k = 0; k < dispute->claimant_count; k++)
			if (chy_str_equal(code, dispute->claimants[k]))
				return false;
	}
	return named;
}

static bool over(const struct chy_document *document, const struct chy_dispute *dispute)
{
	struct chy_edtf end;

	return document->dated && dispute->end.size && !chy_edtf_parse(dispute->end, &end) &&
	       end.from.year + 1 < document->date.year;
}

/* Whether the document tells of another dispute of the same kind by its own
 * words: the words of the kind are then that one's. */
static bool kind_of_other(const struct chy_document *document, const struct evidence *evidence,
	size_t count, size_t dispute)
{
	const struct chy_dispute *entries = document->coder->catalogue->entries;

	for (size_t i = 0; i < count; i++)
		if (evidence[i].dispute != dispute &&
			chy_str_equal(entries[evidence[i].dispute].issue, entries[dispute].issue))
			return true;
	return false;
}

/* Two states of whom the catalogue knows one open dispute of a kind, and that
 * kind's words close by, said of nobody else: it is that one. */
static void set_issues(struct chy_document *document, struct chy_event *event,
	const struct evidence *evidence, size_t count)
{
	const struct chy_catalogue *c = document->coder->catalogue;
	size_t first = event->sentence > 3 ? event->sentence - 3 : 0;

	/* Words of its own say more than those of its kind. */
	if (event->dispute_count)
		return;
	for (size_t i = 0; i < c->dispute_count && event->dispute_count < 4; i++) {
		const struct chy_dispute *dispute = &c->entries[i];
		bool told = false, known = over(document, dispute);

		if (known || claimants_in(dispute, event) < 2 ||
			kind_of_other(document, evidence, count, i))
			continue;
		for (size_t k = 0; k < c->dispute_count && !known; k++)
			known = k != i && chy_str_equal(c->entries[k].issue, dispute->issue) &&
				claimants_in(&c->entries[k], event) > 1 &&
				!over(document, &c->entries[k]);
		for (size_t k = 0; k < event->dispute_count && !known; k++)
			known = chy_str_equal(event->disputes[k], dispute->id);
		for (size_t line = first;
			!known && !told && line <= event->sentence && line < document->line_count;
			line++)
			told = tells_issue(document, &document->lines[line], dispute->issue) &&
			       !of_others(document, &document->lines[line], dispute);
		if (told)
			event->disputes[event->dispute_count++] = dispute->id;
	}
}

/* -- threads -------------------------------------------------------------- */

/* What two parties have with one another and the catalogue lacks is a thread
 * of its own: the pair, in order, and the subject (its first context). */
static void set_thread(struct chy_document *document, struct chy_event *event)
{
	struct chy_str a, b;
	char id[96];
	const char *copy;
	int n;

	if (event->dispute_count || !event->context_count ||
		event->actor_count + event->recipient_count != 2)
		return;
	a = code_at(event, 0);
	b = code_at(event, 1);
	if (chy_str_compare(a, b) > 0) {
		a = b;
		b = code_at(event, 0);
	}
	n = snprintf(id, sizeof(id), "thread:%.*s+%.*s:%.*s", (int)a.size, a.data, (int)b.size,
		b.data, (int)event->contexts[0].size, event->contexts[0].data);
	if (n < 0 || (size_t)n >= sizeof(id))
		return;
	copy = chy_arena_copy(document->arena, id, (size_t)n);
	if (copy)
		event->disputes[event->dispute_count++] = (struct chy_str){copy, (size_t)n};
	else
		document->out_of_memory = true;
}

/* -- restraint ------------------------------------------------------------ */

/* Whether a sentence names a game or a contest that is nothing else: *tennis*,
 * *the Davis Cup*. */
static bool names_contest(const struct chy_document *document, const struct chy_line *line)
{
	struct chy_str ignored;

	for (uint32_t t = 0; t < line->sentence->token_count; t++)
		if (chy_word_run(document->coder, line, t, "contest", &ignored))
			return true;
	return false;
}

/* A number below ten that is one token; -1. */
static int digit(struct chy_str text)
{
	return text.size == 1 && text.data[0] >= '0' && text.data[0] <= '9' ? text.data[0] - '0'
									    : -1;
}

/* *3-3*, *2 a 1*, *2 to 1*: not *7-9 May*, since who won is told first, nor the
 * larger numbers of votes and shares. */
static bool is_score(const struct chy_document *document, const struct chy_line *line, uint32_t t)
{
	struct chy_str token = line->folded[t], ignored;
	int a = digit(token), b = -1;

	if (token.size == 3 && token.data[1] == '-') {
		a = digit((struct chy_str){token.data, 1});
		b = digit((struct chy_str){token.data + 2, 1});
	} else if (t + 1 < line->sentence->token_count && chy_hyphened(line, t + 1)) {
		b = digit(line->folded[t + 1]);
	} else if (t + 2 < line->sentence->token_count &&
		   chy_word_run(document->coder, line, t + 1, "score", &ignored) == 1) {
		b = digit(line->folded[t + 2]);
	}
	return a >= 0 && b >= 0 && (a >= b || a == 0);
}

static bool tells_score(const struct chy_document *document, const struct chy_line *line)
{
	for (uint32_t t = 0; t < line->sentence->token_count; t++)
		if (is_score(document, line, t))
			return true;
	return false;
}

/* Whether a word says that it is no game: politics, or force of arms. */
static bool is_serious(const struct chy_document *document, struct chy_str lemma)
{
	return chy_word_kind(document->coder, lemma, "context") ||
	       chy_word_kind(document->coder, lemma, "post") ||
	       chy_word_kind(document->coder, lemma, "force");
}

/* Sport, shows, weather and crime have acts between nations too. */
static bool other_topic(const struct chy_document *document)
{
	int weight = 0, politics = 0;
	bool contest = false;

	for (size_t i = 0; i < document->line_count; i++) {
		const struct chy_line *line = &document->lines[i];
		bool named = names_contest(document, line);

		contest |= named;
		weight += 3 * (named + tells_score(document, line));
		for (size_t w = 0; w < line->sentence->word_count; w++) {
			struct chy_str value =
				chy_word_value(document->coder, line->lemmas[w], "topic");

			if (value.size)
				weight += value.data[0] - '0';
			politics += is_serious(document, line->lemmas[w]);
		}
	}
	if (!politics)
		return contest || weight > 5;
	return weight > 6 && weight > 2 * politics;
}

/* One sentence about sport or shows, with no word of politics in it. */
static bool other_line(const struct chy_document *document, const struct chy_event *event)
{
	const struct chy_line *line = &document->lines[event->sentence - 1];
	int weight = 3 * (names_contest(document, line) || tells_score(document, line));

	for (size_t w = 0; w < line->sentence->word_count; w++) {
		struct chy_str value = chy_word_value(document->coder, line->lemmas[w], "topic");

		if (is_serious(document, line->lemmas[w]))
			return false;
		if (value.size && line->sentence->words[w].upos == CHY_UPOS_NOUN)
			weight += value.data[0] - '0';
	}
	return weight > 2;
}

static void drop_other_lines(struct chy_document *document)
{
	size_t kept = 0;

	for (size_t i = 0; i < document->event_count; i++)
		if (other_line(document, &document->events[i]))
			chy_note_event_miss(document, &document->events[i], CHY_OTHER_TOPIC);
		else
			document->events[kept++] = document->events[i];
	document->event_count = kept;
}

static int by_sentence(const void *a, const void *b)
{
	const struct chy_event *x = a, *y = b;

	if (x->sentence != y->sentence)
		return x->sentence < y->sentence ? -1 : 1;
	return x->trigger.data < y->trigger.data ? -1 : x->trigger.data > y->trigger.data;
}

void chy_finish(struct chy_document *document)
{
	size_t room = 4096, count = 0;
	struct evidence *evidence;
	bool *about;

	if (!document->event_count)
		return;
	if (other_topic(document)) {
		for (size_t i = 0; i < document->event_count; i++)
			chy_note_event_miss(document, &document->events[i], CHY_OTHER_TOPIC);
		document->event_count = 0;
		return;
	}
	drop_other_lines(document);
	qsort(document->events, document->event_count, sizeof(*document->events), by_sentence);
	merge(document);
	evidence = chy_arena_array(document->arena, struct evidence, room);
	if (!evidence) {
		document->out_of_memory = true;
		return;
	}
	for (uint32_t i = 0; i < document->line_count; i++)
		count = note_places(document, i, evidence, count, room);
	about = find_themes(document, evidence, count);
	if (!about) {
		document->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < document->event_count; i++) {
		set_contexts(document, &document->events[i]);
		set_disputes(document, &document->events[i], evidence, count, about);
		if (!document->out_of_memory)
			set_issues(document, &document->events[i], evidence, count);
		if (!document->out_of_memory)
			set_thread(document, &document->events[i]);
	}
}
