/* Why a sentence came out as it did: the rule, the words of the tree that it
 * matched, how each side and the date were found; and where nothing came out,
 * which rule came nearest and what it missed. Nothing here changes what is
 * coded. */
#include <string.h>

#include "internal.h"

enum { FRAGMENT_DEPTH = 2 };

static const char *const texts[CHY_CONDITION_COUNT] = {
	[CHY_MET] = "all conditions are met",
	[CHY_UNFIT_WORD] = "the word is not of the kind that the rule wants",
	[CHY_NO_OBJECT] = "none of the nouns that the rule needs hangs on the word",
	[CHY_NOT_SAID] = "it is not told as somebody's words",
	[CHY_NOT_REFLEXIVE] = "the verb is not reflexive",
	[CHY_BACKGROUND] = "a participle only says who somebody is",
	[CHY_NOT_NEGATED] = "it is not denied",
	[CHY_NO_ACTOR] = "no state, organisation or movement is found that acts",
	[CHY_PRIVATE_ACTOR] = "private people or companies act",
	[CHY_NO_SOLDIERS] = "no army and no movement acts",
	[CHY_UNOFFICIAL] = "a side is told only by a pronoun or loosely",
	[CHY_UPON_OTHERS] = "it is done to people who stand for nobody abroad",
	[CHY_WHICH_OF_TWO] = "a pronoun stands for two where one acts",
	[CHY_ONE_SIDE] = "only one side is told",
	[CHY_TOLD_BEFORE] = "the same act is told in an earlier sentence",
	[CHY_OTHER_TOPIC] = "the document is about something else than politics",
};

const char *chy_condition_text(enum chy_condition condition)
{
	return condition < CHY_CONDITION_COUNT ? texts[condition] : "";
}

static struct chy_str kept(struct chy_document *document, struct chy_buffer *buffer)
{
	const char *copy =
		buffer->failed ? NULL : chy_arena_copy(document->arena, buffer->data, buffer->size);
	struct chy_str out = {copy ? copy : "", copy ? buffer->size : 0};

	if (!copy)
		document->out_of_memory = true;
	chy_buffer_fini(buffer);
	return out;
}

static void add_link(const struct chy_line *line, int32_t word, struct chy_buffer *buffer)
{
	const struct chy_word *w = chy_word_at(line, word);

	if (buffer->size)
		chy_buffer_add_char(buffer, ' ');
	chy_buffer_add_str(buffer, w->deprel);
	chy_buffer_add_char(buffer, '(');
	chy_buffer_add_str(buffer, chy_word_at(line, w->head)->form);
	chy_buffer_add_str(buffer, CHY_STR(", "));
	chy_buffer_add_str(buffer, w->form);
	chy_buffer_add_char(buffer, ')');
}

static void add_links(
	const struct chy_line *line, int32_t word, struct chy_buffer *buffer, int depth)
{
	for (int32_t child = line->child[word]; child != CHY_NONE; child = line->sibling[child]) {
		if (chy_relation(line, child, "punct") || chy_relation(line, child, "det"))
			continue;
		add_link(line, child, buffer);
		if (depth > 1)
			add_links(line, child, buffer, depth - 1);
	}
}

struct chy_str chy_fragment(struct chy_document *document, struct chy_line *line, int32_t trigger)
{
	struct chy_buffer buffer;

	chy_buffer_init(&buffer);
	if (chy_word_at(line, trigger)->head >= 0)
		add_link(line, trigger, &buffer);
	add_links(line, trigger, &buffer, FRAGMENT_DEPTH);
	return kept(document, &buffer);
}

static const char *slot_text(struct chy_str slot)
{
	static const struct {
		const char *slot, *text;
	} slots[] = {{"S", "subject"}, {"O", "object"}, {"D", "demonym or possessor"},
		{"P", "whom the possessive points at"}, {"X", "clause beneath"},
		{"C", "subject of the clause beneath"}, {"T", "what it is said of"},
		{"M", "whose people"}, {"R", "speaker"}};

	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++)
		if (chy_str_is(slot, slots[i].slot))
			return slots[i].text;
	return NULL;
}

static void add_slot(struct chy_str slot, struct chy_buffer *buffer)
{
	const char *text = slot_text(slot);

	if (text) {
		chy_buffer_add_str(buffer, chy_str_from(text));
		return;
	}
	chy_buffer_add_str(buffer, CHY_STR("after '"));
	chy_buffer_add_str(buffer, slot);
	chy_buffer_add_char(buffer, '\'');
}

struct chy_str chy_how_found(
	struct chy_document *document, const struct chy_side *side, struct chy_str slots)
{
	struct chy_buffer buffer;
	struct chy_str slot;

	if (!side->count)
		return (struct chy_str){"", 0};
	chy_buffer_init(&buffer);
	if (!slots.size)
		chy_buffer_add_str(&buffer, CHY_STR("what the document is about"));
	while (slots.size && chy_str_split(&slots, '+', &slot)) {
		if (buffer.size)
			chy_buffer_add_str(&buffer, CHY_STR(" and "));
		add_slot(slot, &buffer);
	}
	for (size_t i = 0; i < side->count; i++) {
		chy_buffer_add_str(&buffer, i ? CHY_STR(", ") : CHY_STR(": "));
		chy_buffer_add_str(&buffer, side->parties[i].text);
	}
	if (side->by_reference)
		chy_buffer_add_str(&buffer, CHY_STR(" (told earlier)"));
	else if (side->loose)
		chy_buffer_add_str(&buffer, CHY_STR(" (somewhere beneath)"));
	return kept(document, &buffer);
}

void chy_note_miss(struct chy_document *document, struct chy_line *line, uint32_t number,
	int32_t trigger, const struct chy_lex_frame *frame, enum chy_condition condition)
{
	const struct chy_lexicon *lexicon = &document->coder->lexicon;
	struct chy_reason *miss;

	if (!document->misses)
		return;
	miss = &document->misses[number - 1];
	if (miss->sentence && miss->condition >= condition)
		return;
	*miss = (struct chy_reason){.sentence = number,
		.condition = condition,
		.rule = chy_lexicon_text(lexicon, frame->name),
		.trigger = chy_word_at(line, trigger)->form,
		.wanted = chy_lexicon_text(lexicon, frame->object),
		.fragment = chy_fragment(document, line, trigger)};
}

void chy_note_event_miss(
	struct chy_document *document, const struct chy_event *event, enum chy_condition condition)
{
	if (!document->misses)
		return;
	document->misses[event->sentence - 1] = (struct chy_reason){.sentence = event->sentence,
		.condition = condition,
		.rule = event->rule,
		.trigger = event->trigger,
		.fragment = event->reason ? event->reason->fragment : (struct chy_str){"", 0}};
}

void chy_collect_misses(struct chy_document *document, struct chy_events *out)
{
	size_t kept_count = 0;

	if (!document->misses)
		return;
	for (size_t i = 0; i < document->event_count; i++)
		document->misses[document->events[i].sentence - 1].sentence = 0;
	for (size_t i = 0; i < document->line_count; i++)
		if (document->misses[i].sentence)
			document->misses[kept_count++] = document->misses[i];
	out->misses = document->misses;
	out->miss_count = kept_count;
}
