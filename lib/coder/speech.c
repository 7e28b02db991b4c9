/* Who speaks: the subject of a verb of saying, kept while a quotation goes on,
 * and the outlet that reports it. */
#include <string.h>

#include "internal.h"

static bool says(const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	if (chy_word_at(line, word)->upos != CHY_UPOS_VERB)
		return false;
	/* *mantiene que …*, but not *mantiene conversaciones* */
	return chy_word_kind(document->coder, line->lemmas[word], "say") ||
	       (chy_word_kind(document->coder, line->lemmas[word], "hold") &&
		       chy_child_in(line, word, "ccomp", CHY_NONE) != CHY_NONE);
}

/* An outlet as subject: *O Brics Post informa que …* tells of somebody else. */
static bool is_outlet(
	const struct chy_document *document, const struct chy_line *line, int32_t subject)
{
	int32_t n = (int32_t)line->sentence->word_count;
	struct chy_str value;

	for (int32_t i = subject; i < n && i < subject + 4; i++) {
		if (i != subject && !chy_below(line, i, subject))
			break;
		if (chy_word_run(
			    document->coder, line, chy_word_at(line, i)->token, "medium", &value))
			return true;
	}
	return false;
}

static void note_outlet(struct chy_document *document, struct chy_line *line, int32_t subject)
{
	uint32_t first = (uint32_t)subject, last = (uint32_t)subject;
	uint32_t n = (uint32_t)line->sentence->word_count;

	while (first > 0 && chy_word_at(line, (int32_t)first - 1)->upos == CHY_UPOS_PROPN)
		first--;
	while (last + 1 < n && chy_word_at(line, (int32_t)last + 1)->upos == CHY_UPOS_PROPN)
		last++;
	line->medium = chy_span_text(document, line, first, last);
}

/* *o analista*, *o livro*; but the experts of an organisation speak for it. */
static bool is_expert(struct chy_document *document, struct chy_line *line, int32_t subject)
{
	struct chy_side side = {0};

	if (!chy_word_kind(document->coder, line->lemmas[subject], "expert"))
		return false;
	chy_resolve(document, line, subject, &side);
	return !side.count || !chy_is_body(document, side.parties[0].actor);
}

/* *o filme mostra a batalha*: a telling of a telling. */
static bool tells(struct chy_document *document, struct chy_line *line, int32_t verb)
{
	int32_t subject;

	if (!chy_is_verb(line, verb) || !chy_word_kind(document->coder, line->lemmas[verb], "tell"))
		return false;
	subject = chy_subject_word(document, line, verb);
	return subject != CHY_NONE && is_expert(document, line, subject);
}

/* *…, dijeron analistas*, read as what they said: the noun right after a verb
 * of saying that has no subject. */
static int32_t sayer_after(const struct chy_line *line, int32_t verb)
{
	int32_t n = (int32_t)line->sentence->word_count, at = verb + 1;

	if (chy_child_in(line, verb, "nsubj", CHY_NONE) != CHY_NONE)
		return CHY_NONE;
	while (at < n && at < verb + 4 &&
		(chy_word_at(line, at)->upos == CHY_UPOS_DET ||
			chy_word_at(line, at)->upos == CHY_UPOS_ADJ))
		at++;
	return at < n && chy_word_at(line, at)->upos == CHY_UPOS_NOUN ? at : CHY_NONE;
}

/* *analysts said*, *dijeron los analistas*, wherever the tree hangs them. */
static bool expert_says(struct chy_document *document, struct chy_line *line, int32_t verb)
{
	int32_t before = verb - 1, after = sayer_after(line, verb);

	/* *a book by economists said*; *disse aos jornalistas* is said to them. */
	if (before >= 0 && chy_word_at(line, before)->upos == CHY_UPOS_NOUN &&
		chy_child_in(line, before, "case", CHY_NONE) == CHY_NONE &&
		is_expert(document, line, before))
		return true;
	return after != CHY_NONE && is_expert(document, line, after);
}

/* *they added*, after what experts said. */
static bool opinion_goes_on(
	const struct chy_document *document, const struct chy_line *line, int32_t subject)
{
	return line > document->lines && (line - 1)->opinion &&
	       (subject == CHY_NONE || chy_word_at(line, subject)->upos == CHY_UPOS_PRON);
}

/* The last word of a noun and what hangs on it right after: *ministério russo dos
 * Negócios Estrangeiros*. */
static uint32_t phrase_end(const struct chy_line *line, uint32_t last, int32_t noun)
{
	uint32_t n = (uint32_t)line->sentence->word_count;

	for (uint32_t w = last + 1; w < n && w < last + 8; w++) {
		enum chy_upos upos = chy_word_at(line, (int32_t)w)->upos;

		if (!chy_below(line, (int32_t)w, noun))
			break;
		if (upos == CHY_UPOS_NOUN || upos == CHY_UPOS_PROPN || upos == CHY_UPOS_ADJ)
			last = w;
		else if (upos != CHY_UPOS_ADP && upos != CHY_UPOS_DET)
			break;
	}
	return last;
}

/* An adjective names nobody: *o ministério russo* speaks, not *russo*. */
static void name_in_full(struct chy_document *document, struct chy_line *line, int32_t subject,
	struct chy_party *party)
{
	if (subject == CHY_NONE || party->person.size)
		return;
	for (size_t i = 0; i < line->mention_count; i++) {
		const struct chy_mention *mention = &line->mentions[i];
		uint32_t noun = (uint32_t)subject;

		if (!mention->adjective || mention->person ||
			!chy_str_equal(mention->party.text, party->text) ||
			!chy_below(line, (int32_t)mention->first, subject) ||
			mention->first == noun)
			continue;
		party->text = mention->first < noun
				      ? chy_span_text(document, line, mention->first, noun)
				      : chy_span_text(document, line, noun,
						phrase_end(line, mention->last, subject));
		return;
	}
}

static bool speak(struct chy_document *document, struct chy_line *line, int32_t verb)
{
	int32_t subject = chy_subject_word(document, line, verb);
	struct chy_side side = {0};

	if ((subject != CHY_NONE && is_expert(document, line, subject)) ||
		expert_says(document, line, verb) || opinion_goes_on(document, line, subject)) {
		line->opinion = true;
		return false;
	}

	if (subject != CHY_NONE && is_outlet(document, line, subject)) {
		note_outlet(document, line, subject);
		return false;
	}
	chy_subject(document, line, verb, &side);
	if (!side.count)
		return false;
	name_in_full(document, line, subject, &side.parties[0]);
	line->speaker = side;
	line->speech = verb;
	return true;
}

static bool has_quotation(const struct chy_line *line)
{
	for (size_t i = 0; i < line->sentence->word_count; i++)
		if (line->quoted[i])
			return true;
	return false;
}

/* Whoever is named first outside the quotation, where no verb of saying is. */
static bool announced(struct chy_line *line)
{
	for (size_t i = 0; i < line->mention_count; i++) {
		const struct chy_mention *mention = &line->mentions[i];

		if (!mention->person || !mention->resolved || line->quoted[mention->first])
			continue;
		line->speaker = (struct chy_side){0};
		chy_side_add(&line->speaker, &mention->party);
		return true;
	}
	return false;
}

/* *de acordo com o Kremlin*: no agreement, and with nobody. */
static void set_apart(struct chy_line *line, uint32_t first, int32_t source)
{
	for (int32_t w = (int32_t)first; w < source; w++)
		line->spent[w] = true;
	for (int32_t w = source; w < (int32_t)line->sentence->word_count; w++) {
		enum chy_upos upos = chy_word_at(line, w)->upos;

		if (upos == CHY_UPOS_PUNCT || upos == CHY_UPOS_VERB ||
			(w != source && !chy_below(line, w, source)))
			break;
		if (line->mention[w] != CHY_NONE)
			line->mentions[line->mention[w]].resolved = false;
		line->mention[w] = CHY_NONE;
	}
}

/* *the Vatican*, read as an adjective, is a name all the same. */
static bool names_source(const struct chy_line *line, int32_t word)
{
	enum chy_upos upos = chy_word_at(line, word)->upos;

	return upos == CHY_UPOS_NOUN || upos == CHY_UPOS_PROPN ||
	       (line->mention[word] != CHY_NONE && !line->mentions[line->mention[word]].adjective);
}

/* The noun that *segundo*, *de acordo com* leads; CHY_NONE. `from`: the first of
 * the words that lead it. */
static int32_t source_word(
	const struct chy_document *document, const struct chy_line *line, uint32_t *from)
{
	const struct chy_sentence *sentence = line->sentence;
	struct chy_str value;

	for (uint32_t t = 0; t < sentence->token_count; t++) {
		uint32_t n = chy_word_run(document->coder, line, t, "according", &value);
		uint32_t first = n ? sentence->tokens[t].first_word : 0;

		if (!n && !t && chy_word_run(document->coder, line, t, "view", &value)) {
			int32_t source = CHY_NONE;

			uint32_t reach = (uint32_t)(value.data[0] - '0');

			for (uint32_t w = 1; w < sentence->word_count && w < reach; w++)
				if (chy_word_kind(document->coder, line->lemmas[w], "expert"))
					source = (int32_t)w;
			*from = (uint32_t)source;
			if (source != CHY_NONE)
				return source;
		}
		/* *o segundo encontro* */
		if (!n || (n == 1 && sentence->words[first].upos != CHY_UPOS_ADP &&
				  sentence->words[first].upos != CHY_UPOS_SCONJ))
			continue;
		*from = first;
		for (t += n; t < sentence->token_count && n < 8; t++, n++) {
			const struct chy_token *token = &sentence->tokens[t];
			uint32_t word = token->first_word + token->word_count - 1;

			if (token->word_count && names_source(line, (int32_t)word))
				return (int32_t)word;
		}
	}
	return CHY_NONE;
}

static bool according_to(struct chy_document *document, struct chy_line *line)
{
	uint32_t from = 0;
	int32_t source = source_word(document, line, &from);
	struct chy_side side = {0};

	if (source == CHY_NONE)
		return false;
	if (is_outlet(document, line, source)) {
		note_outlet(document, line, source);
		return false;
	}
	line->opinion |= is_expert(document, line, source);
	chy_resolve(document, line, source, &side);
	if (line->opinion || !side.count)
		return false;
	name_in_full(document, line, source, &side.parties[0]);
	set_apart(line, from, source);
	line->speaker = side;
	line->speech = source;
	return true;
}

void chy_find_speaker(struct chy_document *document, struct chy_line *line)
{
	bool found = false, quotation = has_quotation(line);

	for (size_t i = 0; i < line->sentence->word_count; i++)
		line->opinion |= tells(document, line, (int32_t)i);
	for (size_t i = 0; i < line->sentence->word_count && !found; i++)
		if (!line->quoted[i] && says(document, line, (int32_t)i))
			found = speak(document, line, (int32_t)i);
	if (!found)
		found = according_to(document, line);
	if (!found && quotation)
		found = announced(line);
	if (found) {
		document->last_speaker = line->speaker;
	} else {
		line->speaker = document->last_speaker;
		/* A quotation goes on where the sentence before announced it. */
		if (quotation && !line->medium.size && line > document->lines)
			line->medium = (line - 1)->medium;
	}
}
