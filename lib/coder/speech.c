/* Who speaks: the subject of a verb of saying, kept while a quotation goes on,
 * and the outlet that reports it. */
#include <string.h>

#include "internal.h"

static bool says(const struct chy_document *document, const struct chy_line *line, int32_t word)
{
	return chy_word_at(line, word)->upos == CHY_UPOS_VERB &&
	       chy_word_kind(document->coder, line->lemmas[word], "say");
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

static bool speak(struct chy_document *document, struct chy_line *line, int32_t verb)
{
	int32_t subject = chy_subject_word(document, line, verb);
	struct chy_side side = {0};

	if (subject != CHY_NONE && is_outlet(document, line, subject)) {
		note_outlet(document, line, subject);
		return false;
	}
	chy_subject(document, line, verb, &side);
	if (!side.count)
		return false;
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

void chy_find_speaker(struct chy_document *document, struct chy_line *line)
{
	bool found = false, quotation = has_quotation(line);

	for (size_t i = 0; i < line->sentence->word_count && !found; i++)
		if (!line->quoted[i] && says(document, line, (int32_t)i))
			found = speak(document, line, (int32_t)i);
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
