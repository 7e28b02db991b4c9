#include <ctype.h>
#include <string.h>

#include "internal.h"

static void link_children(struct chy_line *line)
{
	const struct chy_sentence *sentence = line->sentence;

	for (size_t i = 0; i < sentence->word_count; i++)
		line->child[i] = line->sibling[i] = CHY_NONE;
	/* From the last to the first, so that children stand in order. */
	for (size_t i = sentence->word_count; i-- > 0;) {
		int32_t head = sentence->words[i].head;

		if (head < 0 || (size_t)head >= sentence->word_count || (size_t)head == i)
			continue;
		line->sibling[i] = line->child[head];
		line->child[head] = (int32_t)i;
	}
}

static bool is_quote(struct chy_str token, bool inside, bool *out_opens)
{
	static const char *const marks[] = {"\"", "\xe2\x80\x9c", "\xe2\x80\x9d", "\xc2\xab",
		"\xc2\xbb", "\xe2\x80\x9f", "''", "``"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (chy_str_is(token, marks[i])) {
			*out_opens = !inside;
			return true;
		}
	return false;
}

static void mark_quotes(struct chy_document *document, struct chy_line *line)
{
	const struct chy_sentence *sentence = line->sentence;
	const char *text = document->input->text.data;
	bool inside = false, opens;

	for (size_t i = 0; i < sentence->token_count; i++) {
		const struct chy_token *token = &sentence->tokens[i];
		struct chy_str form = {text + token->start, token->end - token->start};

		if (is_quote(form, inside, &opens))
			inside = opens;
		for (uint32_t w = 0; w < token->word_count; w++)
			line->quoted[token->first_word + w] = inside;
	}
}

static bool tagged_verb(const struct chy_word *word)
{
	return word->upos == CHY_UPOS_VERB || word->upos == CHY_UPOS_AUX ||
	       (word->upos == CHY_UPOS_ADJ && chy_word_has(word, "VerbForm", "Part"));
}

/* *o condenado*, *los acusados*: a participle that has become a noun. */
static bool is_person_or_thing(const struct chy_line *line, int32_t word)
{
	return chy_word_has(chy_word_at(line, word), "VerbForm", "Part") &&
	       chy_child_in(line, word, "det", CHY_NONE) != CHY_NONE &&
	       chy_child_in(line, word, "nsubj aux cop obj", CHY_NONE) == CHY_NONE;
}

/* *Lima severed ties*, read as severed ties: a name stands right before. */
static bool after_name(const struct chy_line *line, int32_t word)
{
	const struct chy_word *w = chy_word_at(line, word);

	/* *Rusia amenaza a Ucrania*, read as a threatening Russia. */
	if (word > 0 && w->upos == CHY_UPOS_ADJ && chy_word_is(w, "amod") && w->head == word - 1 &&
		!chy_word_has(w, "VerbForm", "Part") &&
		chy_word_at(line, word - 1)->upos == CHY_UPOS_PROPN)
		return chy_child_in(line, word, "obj obl ccomp xcomp", CHY_NONE) > word;
	return word > 0 && w->upos == CHY_UPOS_ADJ && chy_word_is(w, "amod") && w->head > word &&
	       chy_word_at(line, word - 1)->upos == CHY_UPOS_PROPN &&
	       chy_word_at(line, word - 1)->head == w->head;
}

/* *está lista y solicita ayuda*, read as ready and asking: joined to what is
 * said before, and right before a noun. */
static bool joined_verb(const struct chy_line *line, int32_t word)
{
	const struct chy_word *w = chy_word_at(line, word);
	enum chy_upos next = (size_t)word + 1 < line->sentence->word_count
				     ? chy_word_at(line, word + 1)->upos
				     : CHY_UPOS_PUNCT;

	return w->upos == CHY_UPOS_ADJ && chy_word_is(w, "conj") && w->head < word &&
	       chy_word_at(line, word - 1)->upos == CHY_UPOS_CCONJ &&
	       chy_child_in(line, word, "det case cop", CHY_NONE) == CHY_NONE &&
	       !chy_word_has(w, "VerbForm", "Part") &&
	       (next == CHY_UPOS_NOUN || next == CHY_UPOS_DET || next == CHY_UPOS_PROPN);
}

/* *suspende tratado*: a noun that is also the participle of another verb. */
static bool is_thing(struct chy_document *document, const struct chy_line *line, int32_t word)
{
	const struct chy_word *w = chy_word_at(line, word);

	return chy_word_has(w, "VerbForm", "Part") && !chy_word_is(w, "root") &&
	       chy_child_in(line, word, "aux cop nsubj", CHY_NONE) == CHY_NONE &&
	       chy_word_kind(document->coder, chy_folded(document, w->form), "thing");
}

/* *prepared*, *disposed*: what a frame takes for a predicate. */
static bool tells_how(struct chy_document *document, struct chy_str form)
{
	const struct chy_coder *coder = document->coder;
	struct chy_str key = chy_folded(document, form);
	size_t i = chy_lexicon_find(
		&coder->lexicon, coder->frames, coder->frame_count, sizeof(*coder->frames), key);

	for (; i < coder->frame_count &&
		chy_str_equal(chy_lexicon_text(&coder->lexicon, coder->frames[i].key), key);
		i++)
		if (coder->frames[i].pos == 'A')
			return true;
	return false;
}

/* Verbs as they are tagged, with the lemma that the lexicon has for the form;
 * and what is tagged otherwise, though it has a subject and is the form of a
 * verb: *Nicósia ordena que …*. */
static void find_verb(struct chy_document *document, struct chy_line *line, int32_t word)
{
	const struct chy_word *w = &line->sentence->words[word];
	struct chy_str known;
	bool predicate =
		chy_child_in(line, word, "nsubj", CHY_NONE) != CHY_NONE &&
		chy_child_in(line, word, w->upos == CHY_UPOS_ADJ ? "cop case aux:pass" : "cop case",
			CHY_NONE) == CHY_NONE &&
		chy_child_in(line, word, "det", CHY_NONE) == CHY_NONE;

	/* *was summoned to the ministry*, read as an adjective with a passive's words. */
	predicate |= w->upos == CHY_UPOS_ADJ &&
		     chy_child_in(line, word, "nsubj:pass", CHY_NONE) != CHY_NONE &&
		     chy_child_in(line, word, "aux:pass", CHY_NONE) != CHY_NONE &&
		     !tells_how(document, w->form);
	predicate |= after_name(line, word) || joined_verb(line, word);
	line->verb[word] = tagged_verb(w) && !is_person_or_thing(line, word);
	line->lemmas[word] = chy_folded(document, w->lemma);
	if (line->verb[word] && is_thing(document, line, word)) {
		line->verb[word] = false;
		line->lemmas[word] = chy_folded(document, w->form);
		return;
	}
	if (!line->verb[word] && !predicate)
		return;
	/* *catorze prisioneiros*, read as the form of a verb. */
	if (chy_word_kind(document->coder, chy_folded(document, w->form), "number")) {
		line->verb[word] = false;
		return;
	}
	known = chy_word_value(document->coder, chy_folded(document, w->form), "form");
	if (!known.data)
		return;
	line->verb[word] = true;
	line->lemmas[word] = chy_folded(document, known);
}

/* *Peru's*: one token, whose first word is the name. */
bool chy_possessive(
	struct chy_document *document, const struct chy_sentence *sentence, uint32_t token)
{
	const struct chy_token *t = &sentence->tokens[token];

	return t->word_count == 2 &&
	       chy_word_kind(document->coder,
		       chy_folded(document, sentence->words[t->first_word + 1].form), "owner");
}

/* *Morocco's*, where the tokenizer left the mark on: the name without it. */
static struct chy_str without_owner(const struct chy_document *document, struct chy_str form)
{
	for (size_t size = 2; size <= 4 && size + 2 < form.size; size += 2) {
		struct chy_str mark = {form.data + form.size - size, size};

		if (!isalnum((unsigned char)*mark.data) &&
			chy_word_kind(document->coder, mark, "owner"))
			form.size -= size;
	}
	return form;
}

/* A token as names and words are looked up: without the mark of the possessor,
 * and at the end of a sentence without the full stop that a tokenizer left. */
static struct chy_str folded_token(
	struct chy_document *document, const struct chy_sentence *sentence, uint32_t token)
{
	const struct chy_token *t = &sentence->tokens[token];
	struct chy_str form = {document->input->text.data + t->start, t->end - t->start};

	if (chy_possessive(document, sentence, token))
		form = sentence->words[t->first_word].form;
	if (token + 1 == sentence->token_count && form.size > 4 &&
		form.data[form.size - 1] == '.' && !memchr(form.data, '.', form.size - 1))
		form.size--;
	return without_owner(document, chy_folded(document, form));
}

void chy_line_link(struct chy_document *document, struct chy_line *line)
{
	link_children(line);
	for (size_t i = 0; i < line->sentence->word_count; i++)
		find_verb(document, line, (int32_t)i);
}

bool chy_line_init(
	struct chy_document *document, struct chy_line *line, const struct chy_sentence *sentence)
{
	struct chy_arena *arena = document->arena;
	size_t n = sentence->word_count + 1, tokens = sentence->token_count + 1;

	line->sentence = sentence;
	line->speech = CHY_NONE;
	line->folded = chy_arena_array(arena, struct chy_str, tokens);
	line->lemmas = chy_arena_array(arena, struct chy_str, n);
	line->child = chy_arena_array(arena, int32_t, n);
	line->sibling = chy_arena_array(arena, int32_t, n);
	line->mention = chy_arena_array(arena, int32_t, n);
	line->quoted = chy_arena_array(arena, bool, n);
	line->spent = chy_arena_array(arena, bool, n);
	line->verb = chy_arena_array(arena, bool, n);
	line->acts = chy_arena_array(arena, bool, n);
	line->mentions = chy_arena_array(arena, struct chy_mention, tokens);
	line->whens = chy_arena_array(arena, struct chy_when, tokens / 2 + 1);
	if (!line->folded || !line->lemmas || !line->child || !line->sibling || !line->mention ||
		!line->quoted || !line->spent || !line->verb || !line->acts || !line->mentions ||
		!line->whens)
		return false;
	for (size_t i = 0; i < sentence->token_count; i++)
		line->folded[i] = folded_token(document, sentence, (uint32_t)i);
	for (size_t i = 0; i < sentence->word_count; i++)
		line->mention[i] = CHY_NONE;
	chy_line_link(document, line);
	mark_quotes(document, line);
	return !document->out_of_memory;
}

const struct chy_word *chy_word_at(const struct chy_line *line, int32_t word)
{
	return &line->sentence->words[word];
}

bool chy_relation(const struct chy_line *line, int32_t word, const char *deprel)
{
	return chy_word_is(&line->sentence->words[word], deprel);
}

int32_t chy_child_in(
	const struct chy_line *line, int32_t word, const char *relations, int32_t after)
{
	int32_t child = after == CHY_NONE ? line->child[word] : line->sibling[after];

	for (; child != CHY_NONE; child = line->sibling[child]) {
		struct chy_str rest = chy_str_from(relations), relation;
		struct chy_str deprel = chy_word_at(line, child)->deprel;
		const char *colon = deprel.size ? memchr(deprel.data, ':', deprel.size) : NULL;
		struct chy_str universal = {
			deprel.data, colon ? (size_t)(colon - deprel.data) : deprel.size};

		while (chy_str_split(&rest, ' ', &relation))
			if (chy_str_equal(relation, deprel) || chy_str_equal(relation, universal))
				return child;
	}
	return CHY_NONE;
}

struct chy_str chy_preposition(const struct chy_line *line, int32_t word)
{
	int32_t marker = chy_child_in(line, word, "case", CHY_NONE);

	return marker == CHY_NONE ? (struct chy_str){"", 0} : line->lemmas[marker];
}

bool chy_below(const struct chy_line *line, int32_t word, int32_t above)
{
	size_t steps = line->sentence->word_count;

	while (word >= 0 && steps--) {
		if (word == above)
			return true;
		word = chy_word_at(line, word)->head;
	}
	return false;
}

bool chy_right_after(const struct chy_line *line, int32_t word, int32_t before)
{
	int32_t at = word - 1;

	while (at > before && (chy_word_at(line, at)->upos == CHY_UPOS_ADP ||
				      chy_word_at(line, at)->upos == CHY_UPOS_ADV))
		at--;
	return at == before;
}

bool chy_is_verb(const struct chy_line *line, int32_t word)
{
	return line->verb[word];
}

struct chy_str chy_span_text(const struct chy_document *document, const struct chy_line *line,
	uint32_t first, uint32_t last)
{
	const struct chy_sentence *sentence = line->sentence;
	uint32_t start = sentence->tokens[sentence->words[first].token].start;
	uint32_t end = sentence->tokens[sentence->words[last].token].end;

	return (struct chy_str){document->input->text.data + start, end - start};
}
