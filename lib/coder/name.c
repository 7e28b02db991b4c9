/* Which words name an actor. Works on the tokens as they stand, since names,
 * posts and demonyms come in fixed orders that parsers often get wrong. */
#include <string.h>

#include "internal.h"

enum { LONGEST_NAME = 9 };

struct scan {
	struct chy_document *document;
	struct chy_line *line;
	const struct chy_catalogue *catalogue;
};

static struct chy_str token_text(const struct scan *scan, uint32_t token)
{
	const struct chy_token *t = &scan->line->sentence->tokens[token];

	return (struct chy_str){scan->document->input->text.data + t->start, t->end - t->start};
}

static bool capital(struct chy_str text)
{
	size_t at = 0;
	uint32_t point;

	if (!text.size)
		return false;
	point = chy_utf8_next(text.data, text.size, &at);
	return (point >= 'A' && point <= 'Z') || (point >= 0xc0 && point <= 0xde) ||
	       (point >= 0x100 && point < 0x180 && point % 2 == 0) ||
	       (point >= 0x410 && point <= 0x42f);
}

static bool all_capitals(struct chy_str text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] >= 'a' && text.data[i] <= 'z')
			return false;
	return capital(text);
}

static int year_of(const struct chy_document *document)
{
	return document->dated ? document->date.year : 0;
}

/* How well an actor fits the document's time: a state that was gone, or not
 * yet there, is the worse reading of a name. */
static int fitness(const struct scan *scan, const struct chy_lex_term *term)
{
	const struct chy_lex_actor *actor = &scan->catalogue->actors[term->actor];
	int year = year_of(scan->document), score = 0;

	if (term->languages & scan->document->coder->bit)
		score += 4;
	/* Listed as a capital and as another name: it is a place too. */
	if (term->kind == CHY_TERM_CAPITAL)
		score += 1;
	if (actor->to_year && (!year || year > actor->to_year + 1))
		score -= 8;
	else if (actor->to_year)
		score += 1;
	if (actor->from_year && year && year < actor->from_year)
		score -= 8;
	if (!memchr(chy_lexicon_text(&scan->catalogue->lexicon, actor->code).data, '-',
		    chy_lexicon_text(&scan->catalogue->lexicon, actor->code).size))
		score += 2;
	return score;
}

/* *al-Shabaab*, *el-Sisi*: the capital comes after a small word. */
static bool after_particle(const struct scan *scan, uint32_t token)
{
	return token + 2 < scan->line->sentence->token_count &&
	       chy_hyphened(scan->line, token + 1) && chy_hyphened(scan->line, token + 2) &&
	       capital(token_text(scan, token + 2)) &&
	       chy_word_kind(scan->document->coder, scan->line->folded[token], "particle");
}

static bool written_as(const struct scan *scan, const struct chy_lex_term *term, uint32_t token)
{
	struct chy_str text = token_text(scan, token);

	switch (term->kind) {
	case CHY_TERM_DEMONYM:
		return (term->languages & scan->document->coder->bit) != 0;
	case CHY_TERM_ACRONYM:
		/* *os Quinze*; but *quinze pessoas*. */
		if (scan->line->sentence->words[scan->line->sentence->tokens[token].first_word]
				.upos == CHY_UPOS_NUM)
			return false;
		return term->words > 1 || all_capitals(text) || (text.size > 3 && capital(text));
	default:
		return capital(text) || after_particle(scan, token);
	}
}

static const struct chy_lex_term *best_term(
	const struct scan *scan, struct chy_str key, uint32_t token)
{
	const struct chy_catalogue *c = scan->catalogue;
	const struct chy_lex_term *best = NULL;
	size_t i = chy_lexicon_find(&c->lexicon, c->terms, c->term_count, sizeof(*c->terms), key);

	for (; i < c->term_count; i++) {
		const struct chy_lex_term *term = &c->terms[i];

		if (!chy_str_equal(chy_lexicon_text(&c->lexicon, term->key), key))
			break;
		if (!written_as(scan, term, token))
			continue;
		if (!best || fitness(scan, term) > fitness(scan, best))
			best = term;
	}
	return best;
}

/* Whether any key of a section begins with the word: most words end here. */
static bool begins_any(
	const struct scan *scan, const void *rows, size_t count, size_t stride, struct chy_str word)
{
	const struct chy_lexicon *lexicon = &scan->catalogue->lexicon;
	size_t i = chy_lexicon_find(lexicon, rows, count, stride, word);
	const struct chy_lex_ref *ref = (const void *)((const char *)rows + i * stride);
	struct chy_str key;

	if (i >= count)
		return false;
	key = chy_lexicon_text(lexicon, *ref);
	return key.size >= word.size && memcmp(key.data, word.data, word.size) == 0;
}

static struct chy_mention *add_mention(struct scan *scan, uint32_t token, uint32_t tokens)
{
	struct chy_line *line = scan->line;
	const struct chy_sentence *sentence = line->sentence;
	const struct chy_token *first = &sentence->tokens[token];
	const struct chy_token *last = &sentence->tokens[token + tokens - 1];
	struct chy_mention *mention = &line->mentions[line->mention_count];

	*mention = (struct chy_mention){.first = first->first_word,
		.last = last->first_word + (last->word_count ? last->word_count - 1 : 0)};
	/* A contraction's preposition is not of the name. */
	if (first->word_count > 1 && !chy_possessive(scan->document, sentence, token))
		mention->first += first->word_count - 1;
	if (chy_possessive(scan->document, sentence, token + tokens - 1))
		mention->last = last->first_word;
	mention->party.text = chy_span_text(scan->document, line, mention->first, mention->last);
	for (uint32_t w = mention->first; w <= mention->last; w++)
		line->mention[w] = (int32_t)line->mention_count;
	line->mention_count++;
	return mention;
}

/* *Washington Post*, *Brics Post*, *Portugal Telecom*: the name of something
 * else goes on after that of the state. */
static bool goes_on(const struct scan *scan, uint32_t next)
{
	const struct chy_sentence *sentence = scan->line->sentence;
	struct chy_str ignored;
	const struct chy_word *word;

	if (next >= sentence->token_count || sentence->tokens[next].word_count != 1 ||
		!capital(token_text(scan, next)))
		return false;
	word = &sentence->words[sentence->tokens[next].first_word];
	if (chy_word_run(scan->document->coder, scan->line, next, "medium", &ignored))
		return true;
	return word->upos == CHY_UPOS_PROPN && chy_word_is(word, "flat") && word->head >= 0 &&
	       sentence->words[word->head].token + 1 >= next &&
	       sentence->words[word->head].token < next &&
	       !best_term(scan, scan->line->folded[next], next);
}

static uint32_t find_term(struct scan *scan, uint32_t token)
{
	const struct chy_catalogue *c = scan->catalogue;
	uint32_t rest = (uint32_t)scan->line->sentence->token_count - token;
	char room[256];

	if (!begins_any(
		    scan, c->terms, c->term_count, sizeof(*c->terms), scan->line->folded[token]))
		return 0;
	for (uint32_t n = rest < LONGEST_NAME ? rest : LONGEST_NAME; n > 0; n--) {
		struct chy_str key = chy_token_key(scan->line, token, n, room, sizeof(room));
		const struct chy_lex_term *term = key.size ? best_term(scan, key, token) : NULL;
		struct chy_mention *mention;

		if (!term)
			continue;
		if (term->kind != CHY_TERM_DEMONYM && goes_on(scan, token + n))
			return n + 1;
		mention = add_mention(scan, token, n);
		mention->party.actor = term->actor;
		scan->document->named[term->actor] = true;
		mention->resolved = true;
		mention->adjective = term->kind == CHY_TERM_DEMONYM;
		mention->place = term->kind == CHY_TERM_CAPITAL;
		return n;
	}
	return 0;
}

static void know(struct chy_document *document, struct chy_str key, const struct chy_party *party)
{
	size_t room = sizeof(document->known) / sizeof(document->known[0]);

	if (key.size < 3)
		return;
	for (size_t i = 0; i < document->known_count; i++)
		if (chy_str_equal(document->known[i].key, key)) {
			document->known[i].party = *party;
			return;
		}
	if (document->known_count < room)
		document->known[document->known_count++] = (struct chy_known){key, *party};
}

static const struct chy_party *known(const struct chy_document *document, struct chy_str key)
{
	for (size_t i = 0; i < document->known_count; i++)
		if (chy_str_equal(document->known[i].key, key))
			return &document->known[i].party;
	return NULL;
}

/* Whether a term of office is the likelier reading of a name: one that is
 * running, of somebody whom the catalogue lists by that name, the latest. */
static bool better_known(
	const struct chy_lex_person *a, bool a_now, const struct chy_lex_person *b, bool b_now)
{
	if (a_now != b_now)
		return a_now;
	if (a->surname != b->surname)
		return a->surname == 2;
	return a->start >= b->start;
}

/* Somebody of the catalogue who had a post when the article was written, or
 * the one who had it last before that; of the state that stands beside the name
 * (*Jordan's King Abdullah*; NULL for none). *out_unique is whether the key means
 * officials of one state only. */
static const struct chy_lex_person *in_office(
	const struct scan *scan, struct chy_str key, const struct chy_mention *of, bool *out_unique)
{
	const struct chy_catalogue *c = scan->catalogue;
	const struct chy_lex_person *best = NULL;
	size_t i =
		chy_lexicon_find(&c->lexicon, c->people, c->person_count, sizeof(*c->people), key);
	int64_t day = scan->document->dated ? scan->document->day : INT32_MAX - 1;
	bool best_now = false;

	*out_unique = true;
	for (; i < c->person_count; i++) {
		const struct chy_lex_person *person = &c->people[i];
		bool now = person->start <= day && day <= (int64_t)person->end + 60;

		if (!chy_str_equal(chy_lexicon_text(&c->lexicon, person->key), key))
			break;
		if ((scan->document->dated && person->start > day + 60) ||
			(of && of->resolved && of->party.actor != person->actor))
			continue;
		/* Without a date somebody stands for a state before a body. */
		if (!scan->document->dated && best && best->actor != person->actor &&
			chy_str_equal(chy_lexicon_text(&c->lexicon, best->name),
				chy_lexicon_text(&c->lexicon, person->name)) &&
			chy_is_body(scan->document, person->actor))
			continue;
		/* Without a date every term may be the one. */
		now |= !scan->document->dated;
		if (best && !better_known(person, now, best, best_now)) {
			if (now == best_now && person->surname == best->surname &&
				best->actor != person->actor)
				*out_unique = false;
			continue;
		}
		if (best && best->actor != person->actor)
			*out_unique = now != best_now || person->surname != best->surname;
		best = person;
		best_now = now;
	}
	if (best && !best_now && best->surname)
		return NULL;
	return best;
}

static void set_person(
	struct scan *scan, struct chy_mention *mention, const struct chy_lex_person *person)
{
	const struct chy_lexicon *lexicon = &scan->catalogue->lexicon;

	mention->party.actor = person->actor;
	mention->party.person = chy_lexicon_text(lexicon, person->name);
	mention->party.role = chy_lexicon_text(lexicon, person->role);
	mention->resolved = mention->person = true;
}

/* *Kim Jong-un*: a given name in two parts, after that of the family. */
static bool given_last(const struct scan *scan, uint32_t token)
{
	struct chy_str name = token_text(scan, token);
	const char *hyphen = name.size ? memchr(name.data, '-', name.size) : NULL;

	if (chy_hyphened(scan->line, token))
		return !capital(name);
	return hyphen && capital(name) && hyphen + 1 < name.data + name.size && hyphen[1] >= 'a' &&
	       hyphen[1] <= 'z';
}

static void learn_person(struct scan *scan, const struct chy_mention *mention)
{
	const struct chy_token *last =
		&scan->line->sentence->tokens[scan->line->sentence->words[mention->last].token];
	uint32_t token = (uint32_t)(last - scan->line->sentence->tokens);

	know(scan->document, scan->line->folded[token], &mention->party);
	if (given_last(scan, token) && mention->last > mention->first)
		know(scan->document,
			scan->line->folded[scan->line->sentence->words[mention->first].token],
			&mention->party);
}

/* The state right before a name: *Jordan's King Abdullah*; NULL for none. */
static const struct chy_mention *name_beside(const struct scan *scan, uint32_t token)
{
	const struct chy_token *before = token ? &scan->line->sentence->tokens[token - 1] : NULL;
	int32_t found =
		before && before->word_count ? scan->line->mention[before->first_word] : CHY_NONE;

	return found != CHY_NONE && !scan->line->mentions[found].person
		       ? &scan->line->mentions[found]
		       : NULL;
}

/* Full names of the catalogue: two words and more. */
static uint32_t find_person(struct scan *scan, uint32_t token)
{
	const struct chy_catalogue *c = scan->catalogue;
	uint32_t rest = (uint32_t)scan->line->sentence->token_count - token;
	char room[256];

	if (!capital(token_text(scan, token)) ||
		!begins_any(scan, c->people, c->person_count, sizeof(*c->people),
			scan->line->folded[token]))
		return 0;
	for (uint32_t n = rest < LONGEST_NAME ? rest : LONGEST_NAME; n > 1; n--) {
		struct chy_str key = chy_token_key(scan->line, token, n, room, sizeof(room));
		const struct chy_lex_person *person;
		struct chy_mention *mention;
		bool unique;

		if (!key.size || !(capital(token_text(scan, token + n - 1)) ||
					 chy_hyphened(scan->line, token + n - 1)))
			continue;
		/* Without a date, whom a name is listed for says more than an office. */
		if (!scan->document->dated && best_term(scan, key, token))
			return 0;
		person = in_office(scan, key, name_beside(scan, token), &unique);
		if (!person)
			person = in_office(scan, key, NULL, &unique);
		if (!person)
			continue;
		mention = add_mention(scan, token, n);
		set_person(scan, mention, person);
		learn_person(scan, mention);
		return n;
	}
	return 0;
}

static bool proper(const struct scan *scan, uint32_t token)
{
	const struct chy_token *t = &scan->line->sentence->tokens[token];
	const struct chy_word *w = &scan->line->sentence->words[t->first_word];

	/* *Erdogan acusa …*, read as a verb that is a subject. */
	return t->word_count == 1 && capital(token_text(scan, token)) &&
	       (w->upos == CHY_UPOS_PROPN || (w->upos == CHY_UPOS_VERB && chy_word_is(w, "nsubj")));
}

static bool state_named(const struct chy_document *document, uint32_t actor)
{
	return document->named[actor];
}

/* Somebody who holds office on the day of a dated document, by a last name
 * that nobody of another state shares; NULL for none. */
static const struct chy_lex_person *now_in_office(const struct scan *scan, uint32_t token)
{
	const struct chy_lex_person *person;
	bool unique;

	if (!scan->document->dated || !proper(scan, token))
		return NULL;
	person = in_office(scan, scan->line->folded[token], NULL, &unique);
	return person && unique && (int64_t)person->end >= scan->document->day ? person : NULL;
}

/* *Abe e Putin reuniram-se*: two in office by their last names vouch for one
 * another, though no state is named. */
static bool vouched_for(
	const struct scan *scan, uint32_t token, const struct chy_lex_person *person)
{
	const struct chy_sentence *sentence = scan->line->sentence;
	uint32_t from = token > 3 ? token - 3 : 0;

	if (now_in_office(scan, token) != person)
		return false;
	for (uint32_t t = from; t < sentence->token_count && t < token + 4; t++) {
		const struct chy_lex_person *other = t == token ? NULL : now_in_office(scan, t);

		if (other && other->actor != person->actor)
			return true;
	}
	return false;
}

static bool part_of_name(struct scan *scan, uint32_t token, struct chy_str name)
{
	struct chy_str rest = chy_folded(scan->document, name), part;

	while (chy_str_split(&rest, ' ', &part))
		if (chy_str_equal(part, scan->line->folded[token]))
			return true;
	return false;
}

/* *Isabel Allende*: somebody else of that last name. */
static bool other_first_name(struct scan *scan, uint32_t token, struct chy_str name)
{
	const struct chy_token *before = &scan->line->sentence->tokens[token ? token - 1 : 0];

	return token > 0 && name.size && proper(scan, token - 1) &&
	       !chy_word_kind(scan->document->coder, scan->line->folded[token - 1], "title") &&
	       !chy_word_kind(scan->document->coder, scan->line->folded[token - 1], "post") &&
	       scan->line->mention[before->first_word] == CHY_NONE &&
	       !part_of_name(scan, token - 1, name);
}

/* A last name alone: one that the document has explained, or that of somebody
 * in office whose state the document names. */
static uint32_t find_surname(struct scan *scan, uint32_t token)
{
	const struct chy_party *party;
	const struct chy_lex_person *person;
	struct chy_mention *mention;
	bool unique;

	/* A name that the text has explained stays one whatever the tagger says. */
	party = capital(token_text(scan, token)) ? known(scan->document, scan->line->folded[token])
						 : NULL;
	if (!party && (!proper(scan, token) || (token + 1 < scan->line->sentence->token_count &&
						       proper(scan, token + 1) && token == 0)))
		return 0;
	if (party && other_first_name(scan, token, party->person))
		return 0;
	if (party) {
		struct chy_str text;

		mention = add_mention(scan, token, 1);
		text = mention->party.text;
		mention->party = *party;
		mention->party.text = text;
		mention->resolved = mention->person = true;
		return 1;
	}
	person = in_office(scan, scan->line->folded[token], NULL, &unique);
	/* A listed short name says enough; a last name that is only that, where
	 * its state is named too. */
	if (!person || !unique ||
		(person->surname != 2 && !state_named(scan->document, person->actor) &&
			!vouched_for(scan, token, person)))
		return 0;
	if (other_first_name(
		    scan, token, chy_lexicon_text(&scan->catalogue->lexicon, person->name)))
		return 0;
	mention = add_mention(scan, token, 1);
	set_person(scan, mention, person);
	return 1;
}

/* `russo-japonês`, `Rússia-Japão`: two actors in one word. */
static uint32_t find_compound(struct scan *scan, uint32_t token)
{
	struct chy_str rest = scan->line->folded[token], part;
	uint32_t actors[4];
	size_t n = 0;

	if (!rest.size || !memchr(rest.data, '-', rest.size))
		return 0;
	while (chy_str_split(&rest, '-', &part) && n < 4) {
		struct chy_str code = chy_word_value(scan->document->coder, part, "prefix");
		const struct chy_lex_term *term = best_term(scan, part, token);

		if (code.data)
			term = best_term(scan, chy_folded(scan->document, code), token);
		if (code.data && !term) {
			for (size_t a = 0; a < scan->catalogue->actor_count; a++)
				if (chy_str_equal(chy_lexicon_text(&scan->catalogue->lexicon,
							  scan->catalogue->actors[a].code),
					    code))
					actors[n++] = (uint32_t)a;
		} else if (term) {
			actors[n++] = term->actor;
		} else {
			bool unique;
			const struct chy_lex_person *person =
				capital(token_text(scan, token))
					? in_office(scan, part, NULL, &unique)
					: NULL;

			/* *a cimeira Clinton-Hosokawa* */
			if (!person || !unique)
				return 0;
			actors[n++] = person->actor;
		}
	}
	if (n < 2 || scan->line->mention_count + n > scan->line->sentence->token_count)
		return 0;
	for (size_t i = 0; i < n; i++) {
		struct chy_mention *mention = add_mention(scan, token, 1);

		mention->party.actor = actors[i];
		mention->resolved = mention->adjective = true;
	}
	return 1;
}

/* *Sino-* of *Sino-Russian*, where a hyphen is a token. */
static uint32_t find_prefix(struct scan *scan, uint32_t token)
{
	struct chy_str code =
		chy_word_value(scan->document->coder, scan->line->folded[token], "prefix");
	const struct chy_lex_term *term;
	struct chy_mention *mention;

	if (!code.data || token + 1 >= scan->line->sentence->token_count ||
		!chy_str_is(scan->line->folded[token + 1], "-"))
		return 0;
	term = best_term(scan, chy_folded(scan->document, code), token);
	if (!term)
		return 0;
	mention = add_mention(scan, token, 1);
	mention->party.actor = term->actor;
	mention->resolved = mention->adjective = true;
	return 1;
}

/* *as duas Coreias*: words for two states at once. */
static uint32_t find_duo(struct scan *scan, uint32_t token)
{
	const struct chy_catalogue *c = scan->catalogue;
	struct chy_str codes, code;
	uint32_t n = chy_word_run(scan->document->coder, scan->line, token, "duo", &codes);

	while (n && codes.data && chy_str_split(&codes, ';', &code))
		for (size_t a = 0; a < c->actor_count; a++) {
			struct chy_mention *mention;

			if (!chy_str_equal(
				    chy_lexicon_text(&c->lexicon, c->actors[a].code), code) ||
				scan->line->mention_count >= scan->line->sentence->token_count)
				continue;
			mention = add_mention(scan, token, n);
			mention->party.actor = (uint32_t)a;
			mention->resolved = true;
			scan->document->named[a] = true;
		}
	return n;
}

/* Of a post: "foreign minister;GOV". */
static void set_post(struct chy_party *party, struct chy_str value)
{
	struct chy_str rest = value;

	chy_str_split(&rest, ';', &party->role);
	if (!rest.data || !chy_str_split(&rest, ';', &party->sector))
		party->sector = (struct chy_str){"GOV", 3};
}

/* The state that a post says by itself ("o Papa"): its third part. */
static bool own_state(const struct scan *scan, struct chy_str value, struct chy_party *party)
{
	struct chy_str part, code = {"", 0};

	for (int i = 0; i < 3 && value.data; i++)
		if (chy_str_split(&value, ';', &part) && i == 2)
			code = part;
	for (size_t a = 0; code.size && a < scan->catalogue->actor_count; a++)
		if (chy_str_equal(chy_lexicon_text(&scan->catalogue->lexicon,
					  scan->catalogue->actors[a].code),
			    code)) {
			party->actor = (uint32_t)a;
			return true;
		}
	return false;
}

/* The state of a post: a demonym or `de` and a name in the next words. */
static const struct chy_mention *state_after(const struct scan *scan, uint32_t token, uint32_t *end)
{
	const struct chy_sentence *sentence = scan->line->sentence;

	for (uint32_t i = token; i < sentence->token_count && i < token + 5; i++) {
		const struct chy_token *t = &sentence->tokens[i];
		const struct chy_word *w = &sentence->words[t->first_word];
		int32_t found = scan->line->mention[t->first_word + t->word_count - 1];

		if (found != CHY_NONE) {
			const struct chy_mention *mention = &scan->line->mentions[found];

			/* *el asesor de Trump*, but not *el presidente Trump* */
			if (mention->person && !(mention->resolved && i > token &&
						       chy_word_kind(scan->document->coder,
							       scan->line->folded[i - 1], "of")))
				return NULL;
			*end = sentence->words[mention->last].token + 1;
			return mention;
		}
		/* *o presidente do clube alemão* */
		if (chy_word_kind(scan->document->coder,
			    scan->line->lemmas[t->first_word + t->word_count - 1], "private"))
			return NULL;
		if (w->upos == CHY_UPOS_VERB || w->upos == CHY_UPOS_PUNCT ||
			w->upos == CHY_UPOS_CCONJ || w->upos == CHY_UPOS_AUX)
			return NULL;
	}
	return NULL;
}

/* *Japanese prime minister*, *Russia's foreign minister*: the state before. */
static const struct chy_mention *state_before(const struct scan *scan, uint32_t token)
{
	const struct chy_sentence *sentence = scan->line->sentence;

	for (uint32_t back = 1; back <= 3 && back <= token; back++) {
		const struct chy_token *t = &sentence->tokens[token - back];
		const struct chy_word *w = &sentence->words[t->first_word];
		int32_t found = scan->line->mention[t->first_word];

		if (found != CHY_NONE) {
			const struct chy_mention *mention = &scan->line->mentions[found];

			return mention->person || !mention->resolved ? NULL : mention;
		}
		if (w->upos != CHY_UPOS_ADJ && w->upos != CHY_UPOS_PART &&
			w->upos != CHY_UPOS_NOUN && w->upos != CHY_UPOS_PROPN)
			return NULL;
	}
	return NULL;
}

/* *al-Moualem*, *van der Bellen*: small words within a name, and the name that
 * they lead to, which is that of no state; how many tokens. */
static uint32_t particles(const struct scan *scan, uint32_t token)
{
	const struct chy_sentence *sentence = scan->line->sentence;

	for (uint32_t n = 0; token + n < sentence->token_count && n < 4; n++) {
		const struct chy_token *t = &sentence->tokens[token + n];

		if (n && t->word_count && capital(token_text(scan, token + n)))
			return scan->line->mention[t->first_word] == CHY_NONE ? n + 1 : 0;
		if (!chy_str_is(token_text(scan, token + n), "-") &&
			!chy_word_kind(
				scan->document->coder, scan->line->folded[token + n], "particle"))
			return 0;
	}
	return 0;
}

/* The name after a post, with or without a comma: [from, until). */
static bool name_after(const struct scan *scan, uint32_t token, uint32_t *from, uint32_t *until)
{
	const struct chy_sentence *sentence = scan->line->sentence;
	uint32_t at = token;

	if (at < sentence->token_count && chy_str_is(token_text(scan, at), ","))
		at++;
	*from = at;
	while (at < sentence->token_count && at < *from + 5)
		if (proper(scan, at) ||
			(at > *from && sentence->tokens[at].word_count == 1 &&
				capital(token_text(scan, at))) ||
			(at > *from && chy_hyphened(scan->line, at)))
			at++;
		else if (at > *from && particles(scan, at))
			at += particles(scan, at);
		else
			break;
	*until = at;
	return at > *from;
}

/* *al-Moualem* is *Moualem* too. */
static struct chy_str after_hyphen(struct chy_str name)
{
	const char *hyphen = name.size ? memchr(name.data, '-', name.size) : NULL;
	size_t skip = hyphen ? (size_t)(hyphen - name.data) + 1 : 0;

	return (struct chy_str){name.data + skip, hyphen && skip <= 3 ? name.size - skip : 0};
}

/* A minister of no country, in the sentences after a headline that begins with
 * a state, is that state's. */
static void take_from_headline(const struct scan *scan, struct chy_mention *post)
{
	const struct chy_line *headline = scan->document->lines;
	const struct chy_mention *first = headline->mention_count ? headline->mentions : NULL;

	/* A king or a president of no country may be of any. */
	if (chy_str_is(post->party.role, "head of state"))
		return;
	if (!first || scan->line == headline || scan->line > headline + 3 || !first->resolved ||
		first->first > 2 || !state_named(scan->document, first->party.actor))
		return;
	post->party.actor = first->party.actor;
	post->resolved = true;
}

static void name_the_holder(struct scan *scan, struct chy_mention *post, uint32_t end)
{
	struct chy_line *line = scan->line;
	const struct chy_sentence *sentence = line->sentence;
	uint32_t from, until, last;
	struct chy_mention *holder;
	int32_t found;

	if (!name_after(scan, end, &from, &until))
		return;
	found = line->mention[sentence->tokens[from].first_word];
	/* *Iasser Arafat*, of whom the catalogue knows the last name. */
	if (found == CHY_NONE)
		found = line->mention[sentence->tokens[until - 1].first_word];
	holder = found == CHY_NONE ? NULL : &line->mentions[found];
	/* *o chefe da Autoridade palestiniana, Yasser Arafat*: a name that stands for a
	 * movement says more than the post. */
	if (holder && holder->resolved && !holder->adjective &&
		chy_foe_of(scan->document, holder->party.actor) != UINT32_MAX) {
		post->party.actor = holder->party.actor;
		post->resolved = true;
		return;
	}
	if (holder && !holder->person)
		return;
	if (holder && !post->resolved) {
		post->party.actor = holder->party.actor;
		post->resolved = true;
	}
	/* *NATO chief Jens Stoltenberg*: the text says whose he is. */
	if (holder && holder->party.actor != post->party.actor)
		holder->resolved = false;
	last = sentence->tokens[until - 1].first_word;
	post->party.person =
		holder && holder->party.person.size && holder->party.actor == post->party.actor
			? holder->party.person
			: chy_span_text(
				  scan->document, line, sentence->tokens[from].first_word, last);
	post->person = true;
	/* *el presidente Duterte*: the post vouches for him. */
	if (!post->resolved && !holder && now_in_office(scan, until - 1)) {
		post->party.actor = now_in_office(scan, until - 1)->actor;
		post->resolved = true;
	}
	if (!post->resolved)
		take_from_headline(scan, post);
	if (!post->resolved)
		return;
	know(scan->document, line->folded[until - 1], &post->party);
	if (given_last(scan, until - 1) && until - from > 1)
		know(scan->document, line->folded[from], &post->party);
	know(scan->document, after_hyphen(line->folded[until - 1]), &post->party);
	post->last = last;
	for (uint32_t w = post->first; w <= last; w++)
		line->mention[w] = (int32_t)(post - line->mentions);
}

/* *os líderes das duas Coreias*: not of the one. */
static bool two_at_once(const struct chy_line *line, const struct chy_mention *state)
{
	for (size_t i = 0; i < line->mention_count; i++)
		if (&line->mentions[i] != state && line->mentions[i].first == state->first &&
			line->mentions[i].last == state->last)
			return true;
	return false;
}

/* *presidente do banco*, *diretor da escola*: stands for no state. */
static bool of_private_body(const struct scan *scan, uint32_t token)
{
	const struct chy_sentence *sentence = scan->line->sentence;

	for (uint32_t t = token; t < sentence->token_count && t < token + 2; t++) {
		const struct chy_token *at = &sentence->tokens[t];
		uint32_t word = at->first_word + at->word_count - 1;

		if (at->word_count && sentence->words[word].upos == CHY_UPOS_NOUN &&
			chy_word_kind(scan->document->coder, scan->line->lemmas[word], "private"))
			return true;
	}
	return false;
}

static void find_post(struct scan *scan, uint32_t token)
{
	struct chy_line *line = scan->line;
	struct chy_str value;
	uint32_t n = chy_word_run(scan->document->coder, line, token, "post", &value);
	const struct chy_mention *state;
	struct chy_mention *post;
	uint32_t end;

	if (!n || line->mention_count >= line->sentence->token_count ||
		line->mention[line->sentence->tokens[token].first_word] != CHY_NONE)
		return;
	end = token + n;
	state = state_before(scan, token);
	if (!state)
		state = state_after(scan, end, &end);
	if ((state && two_at_once(line, state)) || of_private_body(scan, token + n))
		return;
	post = add_mention(scan, token, n);
	set_post(&post->party, value);
	if (own_state(scan, value, &post->party)) {
		post->resolved = true;
	} else if (state) {
		post->party.actor = state->party.actor;
		post->resolved = true;
		if (state->last > post->last && state->first > post->last)
			post->last = state->last;
	}
	name_the_holder(scan, post, end);
}

void chy_find_names(struct chy_document *document, struct chy_line *line)
{
	struct scan scan = {document, line, document->coder->catalogue};
	uint32_t n = (uint32_t)line->sentence->token_count;

	for (uint32_t token = 0; token < n;) {
		uint32_t taken = 0;

		if (line->sentence->tokens[token].word_count && line->folded[token].size) {
			taken = find_person(&scan, token);
			if (!taken)
				taken = find_duo(&scan, token);
			if (!taken)
				taken = find_term(&scan, token);
			if (!taken)
				taken = find_compound(&scan, token);
			if (!taken)
				taken = find_prefix(&scan, token);
		}
		token += taken ? taken : 1;
	}
}

/* The row of an actor by its code; UINT32_MAX for none. */
static uint32_t actor_by_code(const struct chy_catalogue *c, struct chy_str code)
{
	for (size_t a = 0; a < c->actor_count; a++)
		if (chy_str_equal(chy_lexicon_text(&c->lexicon, c->actors[a].code), code))
			return (uint32_t)a;
	return UINT32_MAX;
}

/* *o Governo croata* is of the state, *os líderes croatas* in an article on
 * Bosnia are not. */
static bool of_a_seat(const struct scan *scan, uint32_t word)
{
	const struct chy_line *line = scan->line;
	int32_t head = chy_word_at(line, (int32_t)word)->head;

	return head >= 0 && chy_relation(line, (int32_t)word, "amod") &&
	       chy_word_kind(scan->document->coder, line->lemmas[head], "seat");
}

/* Words that mean a movement where its state is named: pairs of a state and who
 * it is there ("BIH;BIH-SRPSKA"). */
static void find_within(struct scan *scan, uint32_t token)
{
	struct chy_line *line = scan->line;
	const struct chy_token *t = &line->sentence->tokens[token];
	uint32_t word = t->first_word + t->word_count - 1, state, actor;
	struct chy_str pairs, code, other;
	int32_t found;

	if (!t->word_count)
		return;
	pairs = chy_word_value(scan->document->coder, line->folded[token], "within");
	found = line->mention[word];
	if (!pairs.size || of_a_seat(scan, word) ||
		(found != CHY_NONE && line->mentions[found].first != line->mentions[found].last))
		return;
	while (chy_str_split(&pairs, ';', &code) && chy_str_split(&pairs, ';', &other)) {
		state = actor_by_code(scan->catalogue, code);
		actor = actor_by_code(scan->catalogue, other);
		if (state == UINT32_MAX || actor == UINT32_MAX ||
			!(state_named(scan->document, state) || state_named(scan->document, actor)))
			continue;
		if (found == CHY_NONE && line->mention_count < line->sentence->token_count) {
			struct chy_mention *mention = add_mention(scan, token, 1);

			mention->adjective = true;
			found = (int32_t)(mention - line->mentions);
		}
		if (found == CHY_NONE)
			return;
		line->mentions[found].party.actor = actor;
		line->mentions[found].resolved = true;
		return;
	}
}

/* The movement or the body that was named last before a word, in this sentence
 * or the three before it; NULL for none. */
static const struct chy_mention *named_before(const struct scan *scan, uint32_t word, bool movement)
{
	const struct chy_document *document = scan->document;
	const struct chy_line *line = scan->line;

	for (; line >= document->lines && line + 4 > scan->line; line--)
		for (size_t i = line->mention_count; i-- > 0;) {
			const struct chy_mention *mention = &line->mentions[i];

			if (!mention->resolved || (line == scan->line && mention->first >= word))
				continue;
			if (movement ? chy_foe_of(document, mention->party.actor) != UINT32_MAX
				     : chy_is_body(document, mention->party.actor))
				return mention;
		}
	return NULL;
}

/* *o movimento*, *a agência*: a word for a movement ("REB") or a body ("IGO") that
 * has been named, where nothing else says which. */
static void find_again(struct scan *scan, uint32_t token)
{
	struct chy_line *line = scan->line;
	const struct chy_token *t = &line->sentence->tokens[token];
	int32_t word = (int32_t)(t->first_word + t->word_count - 1), child = CHY_NONE;
	const struct chy_mention *before;
	struct chy_mention *mention;
	struct chy_str kind;

	if (!t->word_count || line->mention[word] != CHY_NONE ||
		line->mention_count >= line->sentence->token_count)
		return;
	kind = chy_word_value(scan->document->coder, line->lemmas[word], "again");
	if (!kind.size || chy_child_in(line, word, "det", CHY_NONE) == CHY_NONE)
		return;
	if (chy_child_in(line, word, "nmod appos flat amod acl nummod conj", child) != CHY_NONE)
		return;
	before = named_before(scan, (uint32_t)word, chy_str_is(kind, "REB"));
	if (!before)
		return;
	mention = add_mention(scan, token, 1);
	mention->party.actor = before->party.actor;
	mention->resolved = true;
}

void chy_find_holders(struct chy_document *document, struct chy_line *line)
{
	struct scan scan = {document, line, document->coder->catalogue};
	uint32_t n = (uint32_t)line->sentence->token_count;

	/* *el asesor de Trump*: last names that say whose somebody is. */
	for (uint32_t token = 1; token < n; token++)
		if (line->sentence->tokens[token].word_count &&
			line->mention[line->sentence->tokens[token].first_word] == CHY_NONE &&
			chy_word_kind(document->coder, line->folded[token - 1], "of"))
			find_surname(&scan, token);
	for (uint32_t token = 0; token < n; token++)
		find_within(&scan, token);
	for (uint32_t token = 0; token < n; token++)
		find_again(&scan, token);
	for (uint32_t token = 0; token < n; token++)
		find_post(&scan, token);
	for (uint32_t token = 0; token < n; token++)
		if (line->sentence->tokens[token].word_count &&
			line->mention[line->sentence->tokens[token].first_word] == CHY_NONE)
			find_surname(&scan, token);
}
