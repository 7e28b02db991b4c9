/* Trees that the words themselves speak against. A headline without article or
 * auxiliary (*Colombia slams Nicaragua*, *Brussels eased sanctions*) reads to a
 * parser like a heap of nouns; the lexicon knows the verb and the catalogue the
 * name before it. The words of such a sentence are copied, never changed. */
#include <string.h>

#include "internal.h"

static struct chy_word *own_words(struct chy_document *document, struct chy_line *line)
{
	size_t n = line->sentence->word_count;
	struct chy_sentence *sentence = chy_arena_alloc(document->arena, sizeof(*sentence));
	struct chy_word *words = chy_arena_array(document->arena, struct chy_word, n + 1);

	if (!sentence || !words) {
		document->out_of_memory = true;
		return NULL;
	}
	memcpy(words, line->sentence->words, n * sizeof(*words));
	*sentence = *line->sentence;
	sentence->words = words;
	line->sentence = sentence;
	return words;
}

static bool is_finite(const struct chy_line *line, int32_t word)
{
	return chy_word_has(chy_word_at(line, word), "VerbForm", "Fin");
}

static bool participle(const struct chy_line *line, int32_t word)
{
	const struct chy_word *w = chy_word_at(line, word);

	return chy_word_has(w, "VerbForm", "Part") && !chy_word_has(w, "Tense", "Pres");
}

static bool full_stop(const struct chy_line *line)
{
	size_t n = line->sentence->token_count;

	for (size_t i = n; i-- > 0 && i + 3 > n;)
		if (chy_str_is(line->folded[i], "."))
			return true;
	return n && chy_str_ends(line->folded[n - 1], ".");
}

static bool has_finite(const struct chy_line *line)
{
	for (size_t i = 0; i < line->sentence->word_count; i++)
		if (is_finite(line, (int32_t)i) && !chy_relation(line, (int32_t)i, "acl:relcl"))
			return true;
	return false;
}

static bool has_verb(const struct chy_line *line)
{
	for (size_t i = 0; i < line->sentence->word_count; i++)
		if (chy_word_at(line, (int32_t)i)->upos == CHY_UPOS_VERB)
			return true;
	return false;
}

/* The first word of a name that ends right before `word` and begins the
 * sentence or a part of it; CHY_NONE. */
static int32_t name_at_start(const struct chy_line *line, int32_t word)
{
	int32_t found = word > 0 ? line->mention[word - 1] : CHY_NONE, first;
	const struct chy_mention *mention;

	if (found == CHY_NONE)
		return CHY_NONE;
	mention = &line->mentions[found];
	first = (int32_t)mention->first;
	if (!mention->resolved || (mention->adjective && !mention->person) ||
		(int32_t)mention->last != word - 1)
		return CHY_NONE;
	if (first > 0 && chy_word_at(line, first - 1)->upos == CHY_UPOS_DET)
		first--;
	return first == 0 || chy_word_at(line, first - 1)->upos == CHY_UPOS_PUNCT
		       ? (int32_t)mention->last
		       : CHY_NONE;
}

/* A form of a verb of the acts; that by which the verb is looked up (*cut*) only
 * in a whole sentence that has no other verb. */
static bool verb_form(struct chy_document *document, const struct chy_line *line, int32_t word)
{
	struct chy_str form = chy_folded(document, chy_word_at(line, word)->form);
	struct chy_str verb = chy_word_value(document->coder, form, "form");

	return verb.data && (!chy_str_equal(verb, form) || (full_stop(line) && !has_verb(line)));
}

/* *Brussels eased sanctions*, *Algiers severed ties*, read as sanctions that are
 * eased, severed ties; *Riyadh cut ties*, read as ties of a cut. */
static bool reads_as_modifier(const struct chy_line *line, int32_t word)
{
	enum chy_upos upos = chy_word_at(line, word)->upos;

	if (chy_word_at(line, word)->head <= word)
		return false;
	if (chy_relation(line, word, "amod"))
		return participle(line, word) || upos == CHY_UPOS_ADJ;
	return chy_relation(line, word, "compound") && upos == CHY_UPOS_NOUN && !has_verb(line);
}

/* *Colombia slams Nicaragua*, read as the slams of somebody. */
static bool reads_as_noun(const struct chy_line *line, int32_t word)
{
	enum chy_upos upos = chy_word_at(line, word)->upos;
	int32_t next = word + 1;

	if ((upos != CHY_UPOS_NOUN && upos != CHY_UPOS_PROPN) || has_finite(line) ||
		!chy_relation(line, word, "root") || (size_t)next >= line->sentence->word_count)
		return false;
	return line->mention[next] != CHY_NONE || chy_word_at(line, next)->upos == CHY_UPOS_DET;
}

static void make_verb(struct chy_word *word)
{
	if (word->upos == CHY_UPOS_VERB && chy_word_has(word, "VerbForm", "Fin"))
		return;
	word->upos = CHY_UPOS_VERB;
	word->feats = CHY_STR("VerbForm=Fin");
}

/* The verb takes the place of the noun, which becomes its object; or that of the
 * name, where the noun is beside it (*Bolivia accused Chile*, read as Bolivia,
 * the accused Chile). */
static void raise_over_noun(struct chy_word *words, int32_t verb, int32_t noun, int32_t name)
{
	int32_t top = words[noun].head == name ? name : noun;

	words[verb].head = words[top].head;
	words[verb].deprel = words[top].deprel;
	words[noun].head = verb;
	words[noun].deprel = CHY_STR("obj");
	words[name].head = verb;
	words[name].deprel = CHY_STR("nsubj");
	make_verb(&words[verb]);
}

/* The root becomes a verb: the name before it its subject, the name after it
 * its object. */
static void turn_root(
	const struct chy_line *line, struct chy_word *words, int32_t verb, int32_t name)
{
	int32_t child = CHY_NONE;

	while ((child = chy_child_in(line, verb, "nmod flat compound appos", child)) != CHY_NONE)
		if (child > verb)
			words[child].deprel =
				chy_preposition(line, child).size ? CHY_STR("obl") : CHY_STR("obj");
	words[name].head = verb;
	words[name].deprel = CHY_STR("nsubj");
	make_verb(&words[verb]);
}

static bool mend_headline(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t name = name_at_start(line, word), noun = chy_word_at(line, word)->head;
	bool modifier = reads_as_modifier(line, word);
	struct chy_word *words;

	if (name == CHY_NONE || (!modifier && !reads_as_noun(line, word)) ||
		!verb_form(document, line, word))
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	if (modifier)
		raise_over_noun(words, word, noun, name);
	else
		turn_root(line, words, word, name);
	return true;
}

/* *Kenyan troops crossed into Somalia.*, read as troops that are crossed; a
 * headline without a full stop may mean it so. */
static bool mend_clause(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t noun = chy_word_at(line, word)->head;
	struct chy_word *words;
	bool tells;

	if (noun < 0 || noun > word || !chy_is_verb(line, word) ||
		!chy_str_is(chy_word_at(line, word)->deprel, "acl") || chy_is_verb(line, noun) ||
		chy_child_in(line, word, "nsubj aux obl:agent mark", CHY_NONE) != CHY_NONE)
		return false;
	tells = is_finite(line, word) &&
		(chy_relation(line, noun, "nsubj") || chy_relation(line, noun, "root"));
	tells |= participle(line, word) && chy_relation(line, noun, "root") && full_stop(line) &&
		 !has_finite(line);
	words = tells ? own_words(document, line) : NULL;
	if (!words)
		return false;
	words[word].head = words[noun].head;
	words[word].deprel = words[noun].head < 0 ? CHY_STR("root") : CHY_STR("ccomp");
	words[noun].head = word;
	words[noun].deprel = CHY_STR("nsubj");
	make_verb(&words[word]);
	return true;
}

/* *The minister called on Israel.*, read as a minister who is called: a whole
 * sentence says its auxiliary. */
static bool mend_voice(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t subject = chy_child_in(line, word, "nsubj:pass", CHY_NONE);
	struct chy_word *words;

	if (subject == CHY_NONE || subject > word || !participle(line, word) || !full_stop(line) ||
		chy_child_in(line, word, "aux cop expl obl:agent", CHY_NONE) != CHY_NONE)
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	words[subject].deprel = CHY_STR("nsubj");
	make_verb(&words[word]);
	return true;
}

/* *extradited two suspects*, read as what they do: a number counts things. */
static bool mend_object(struct chy_document *document, struct chy_line *line, int32_t word)
{
	struct chy_word *words;

	if (chy_word_at(line, word)->upos != CHY_UPOS_VERB || !is_finite(line, word) ||
		!chy_relation(line, word, "xcomp") ||
		chy_child_in(line, word, "nummod det", CHY_NONE) == CHY_NONE)
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	words[word].upos = CHY_UPOS_NOUN;
	words[word].feats = CHY_STR("");
	words[word].deprel = CHY_STR("obj");
	return true;
}

/* *Beijing accused Hanoi*, read as a form of being accused: the name that begins
 * a sentence right before a verb without subject is its subject. */
static bool mend_subject(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t name = chy_is_verb(line, word) ? name_at_start(line, word) : CHY_NONE;
	struct chy_word *words;

	if (name == CHY_NONE || chy_word_at(line, name)->head != word ||
		!chy_relation(line, word, "root") ||
		!(chy_relation(line, name, "aux") || chy_relation(line, name, "advmod") ||
			chy_relation(line, name, "compound") || chy_relation(line, name, "mark")) ||
		chy_child_in(line, word, "nsubj", CHY_NONE) != CHY_NONE)
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	words[name].deprel = CHY_STR("nsubj");
	make_verb(&words[word]);
	return true;
}

/* *A destroyer sailed near, the ministry said*: of two subjects of the saying the
 * first is of what is said. */
static bool mend_reported(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t head = chy_word_at(line, word)->head, subject, speaker;
	struct chy_word *words;

	if (head < word || !chy_is_verb(line, word) || !chy_relation(line, word, "ccomp") ||
		chy_child_in(line, word, "nsubj", CHY_NONE) != CHY_NONE)
		return false;
	subject = chy_child_in(line, head, "nsubj", CHY_NONE);
	speaker = subject == CHY_NONE ? CHY_NONE : chy_child_in(line, head, "nsubj", subject);
	if (speaker == CHY_NONE || subject > word || speaker < word)
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	words[subject].head = word;
	return true;
}

/* *Kenya and Uganda held talks*, read as Kenya talks: what stands before a verb
 * without a subject is no part of its object. */
static bool mend_parted(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t object = chy_child_in(line, word, "obj", CHY_NONE), name;
	struct chy_word *words;

	if (object < word || !chy_is_verb(line, word) ||
		chy_child_in(line, word, "nsubj aux obl:agent", CHY_NONE) != CHY_NONE)
		return false;
	name = chy_child_in(line, object, "compound", CHY_NONE);
	if (name == CHY_NONE || name > word || line->mention[name] == CHY_NONE)
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	words[name].head = word;
	words[name].deprel = CHY_STR("nsubj");
	make_verb(&words[word]);
	return true;
}

/* *A visita será em maio, prometeu o ministro*, read as what is promised: the
 * content stands before the comma, so what follows is who speaks. */
static bool mend_inverted(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t content = chy_child_in(line, word, "ccomp", CHY_NONE);
	int32_t object = chy_child_in(line, word, "obj", CHY_NONE);
	struct chy_word *words;

	if (content == CHY_NONE || content > word || object < word || !is_finite(line, word) ||
		chy_word_at(line, word - 1)->upos != CHY_UPOS_PUNCT ||
		chy_child_in(line, word, "nsubj aux:pass", CHY_NONE) != CHY_NONE ||
		chy_preposition(line, object).size)
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	words[object].deprel = CHY_STR("nsubj");
	return true;
}

/* *uma resolução que exige a Minsk que liberte …*, read as two relatives of the
 * noun: the subjunctive is what the verb before it asks for. */
static bool mend_asked(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t noun = chy_word_at(line, word)->head, verb = CHY_NONE;
	struct chy_word *words;

	if (noun < 0 || !chy_relation(line, word, "acl") ||
		!chy_word_has(chy_word_at(line, word), "Mood", "Sub") ||
		chy_child_in(line, word, "mark", CHY_NONE) == CHY_NONE)
		return false;
	verb = chy_child_in(line, noun, "acl", CHY_NONE);
	if (verb == CHY_NONE || verb >= word || !chy_is_verb(line, verb))
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	words[word].head = verb;
	words[word].deprel = CHY_STR("ccomp");
	return true;
}

/* *cut ties with Rabat, accusing it …*, read as ties that accuse: after a comma
 * the gerund is the verb's. */
static bool mend_gerund(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t above = chy_word_at(line, word)->head;
	struct chy_word *words;
	bool present = chy_word_has(chy_word_at(line, word), "VerbForm", "Ger") ||
		       (chy_word_has(chy_word_at(line, word), "VerbForm", "Part") &&
			       chy_word_has(chy_word_at(line, word), "Tense", "Pres"));

	if (above < 0 || above > word || !present || !chy_relation(line, word, "acl") ||
		chy_word_at(line, word - 1)->upos != CHY_UPOS_PUNCT)
		return false;
	while (above >= 0 && !chy_is_verb(line, above))
		above = chy_word_at(line, above)->head;
	words = above < 0 ? NULL : own_words(document, line);
	if (!words)
		return false;
	words[word].head = above;
	words[word].deprel = CHY_STR("advcl");
	return true;
}

/* *denied that it was planning an attack and accused …*, read as both denied: of
 * two moods or tenses the second is the denier's. */
static bool mend_denied(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t first = chy_word_at(line, word)->head, denies;
	struct chy_word *words;
	bool told = chy_word_has(chy_word_at(line, word), "Tense", "Past");

	/* *was planning … and accused Kosovo*, read as accused. */
	told &= is_finite(line, word) ||
		(chy_child_in(line, word, "obj", CHY_NONE) != CHY_NONE && first >= 0 &&
			chy_word_has(chy_word_at(line, first), "Tense", "Pres"));
	if (first < 0 || first > word || !chy_relation(line, word, "conj") || !told ||
		!chy_relation(line, first, "ccomp") ||
		chy_child_in(line, word, "nsubj aux mark", CHY_NONE) != CHY_NONE)
		return false;
	denies = chy_word_at(line, first)->head;
	if (denies < 0 || !chy_word_kind(document->coder, line->lemmas[denies], "disown") ||
		(is_finite(line, first) &&
			chy_word_has(chy_word_at(line, first), "Tense", "Past") &&
			!chy_word_has(chy_word_at(line, first), "Mood", "Sub") &&
			chy_child_in(line, first, "aux", CHY_NONE) == CHY_NONE))
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	words[word].head = denies;
	make_verb(&words[word]);
	return true;
}

/* The words that lead a name, from the comma on: *, the Kremlin* is one word after
 * it, but for an article. */
static bool right_after_comma(const struct chy_line *line, int32_t word)
{
	if (word > 1 && chy_word_at(line, word - 1)->upos == CHY_UPOS_DET)
		word--;
	return word > 1 && chy_word_at(line, word - 1)->upos == CHY_UPOS_PUNCT &&
	       chy_str_is(line->folded[chy_word_at(line, word - 1)->token], ",");
}

/* *En febrero, Rusia y Japón acordaron …*, *According to Rome, Chad and Libya
 * signed …*, read as three in a row: after the comma the subject begins. */
static bool mend_leading(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t head = chy_word_at(line, word)->head, verb = head, child = CHY_NONE;
	struct chy_word *words;

	if (head < 0 || head > word || !chy_relation(line, word, "conj") ||
		line->mention[word] == CHY_NONE || !right_after_comma(line, word) ||
		chy_child_in(line, word, "cc case", CHY_NONE) != CHY_NONE ||
		!chy_preposition(line, head).size || !chy_below(line, 0, head))
		return false;
	while (verb >= 0 && !chy_is_verb(line, verb))
		verb = chy_word_at(line, verb)->head;
	if (verb < word || chy_child_in(line, verb, "nsubj csubj", CHY_NONE) != CHY_NONE)
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	while ((child = chy_child_in(line, head, "conj", child)) != CHY_NONE)
		if (child > word)
			words[child].head = word;
	words[word].head = verb;
	words[word].deprel = CHY_STR("nsubj");
	return true;
}

/* *condemned what it called Moroccan violations*, read as condemned that it called:
 * what is so called is what is condemned. */
static bool mend_so_called(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t head = chy_word_at(line, word)->head, what, object;
	struct chy_word *words;

	if (head < 0 || head > word || !chy_is_verb(line, head) || !chy_is_verb(line, word) ||
		!chy_relation(line, word, "ccomp") ||
		chy_child_in(line, head, "obj", CHY_NONE) != CHY_NONE)
		return false;
	what = chy_child_in(line, word, "obj", CHY_NONE);
	object = what == CHY_NONE ? CHY_NONE : chy_child_in(line, word, "obj xcomp obl", what);
	if (object < word || what > word || chy_word_at(line, what)->upos != CHY_UPOS_PRON ||
		!chy_word_has(chy_word_at(line, what), "PronType", "Int"))
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	words[object].head = head;
	words[object].deprel = CHY_STR("obj");
	words[word].head = object;
	words[word].deprel = CHY_STR("acl");
	return true;
}

/* *multó a la empresa y Viena la acusó*, read as an article: before a finite verb it
 * is whom the verb is upon, and the name before it who acts, not whom the verb above
 * is upon. */
static bool mend_clitic(struct chy_document *document, struct chy_line *line, int32_t word)
{
	int32_t article = word - 1, name = word - 2;
	struct chy_word *words;

	if (!is_finite(line, word) || !chy_is_verb(line, word) ||
		chy_word_at(line, article)->upos != CHY_UPOS_DET ||
		chy_word_at(line, article)->head != word ||
		chy_child_in(line, word, "obj nsubj", CHY_NONE) != CHY_NONE || name < 0 ||
		line->mention[name] == CHY_NONE)
		return false;
	words = own_words(document, line);
	if (!words)
		return false;
	words[article].upos = CHY_UPOS_PRON;
	words[article].feats = CHY_STR("Case=Acc|PronType=Prs");
	words[article].deprel = CHY_STR("obj");
	words[name].head = word;
	words[name].deprel = CHY_STR("nsubj");
	return true;
}

void chy_mend(struct chy_document *document, struct chy_line *line)
{
	for (size_t i = 1; i < line->sentence->word_count; i++) {
		int32_t word = (int32_t)i;

		if (mend_headline(document, line, word) || mend_clause(document, line, word) ||
			mend_voice(document, line, word) || mend_object(document, line, word) ||
			mend_subject(document, line, word) || mend_reported(document, line, word) ||
			mend_inverted(document, line, word) || mend_parted(document, line, word) ||
			mend_asked(document, line, word) || mend_gerund(document, line, word) ||
			mend_denied(document, line, word) || mend_leading(document, line, word) ||
			mend_so_called(document, line, word) || mend_clitic(document, line, word))
			chy_line_link(document, line);
	}
}
