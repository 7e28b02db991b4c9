/* What the passes of the coder share: a document on its way to events.
 *
 * The passes, each a file, each with one job, in this order:
 *   name.c     which words name an actor (mentions), and who they are
 *   mend.c     trees that the names and the verbs of the lexicon speak against
 *   speech.c   who speaks in which sentence, and through which outlet
 *   act.c      which words carry an act, by the frames, from the root down
 *   side.c     who acts and upon whom: from a word of the tree to actors
 *   when.c     dates in the sentence, and which of them is the act's
 *   finish.c   one act told twice, contexts, disputes, restraint, confidence */
#pragma once

#include <limits.h>

#include "chancery/coder.h"
#include "lexicon.h"

enum { CHY_SIDE_MAX = 24, CHY_NONE = -1 };

/* The catalogue (actors, people, disputes), shared by all languages. */
struct chy_catalogue {
	struct chy_lexicon lexicon;
	const struct chy_lex_actor *actors;
	const struct chy_lex_term *terms;
	const struct chy_lex_person *people;
	const struct chy_lex_dispute *disputes;
	const struct chy_lex_place *places;
	size_t actor_count, term_count, person_count, dispute_count, place_count;
	struct chy_dispute *entries; /* the disputes as the header shows them */
	struct chy_arena arena;
};

struct chy_coder {
	char language[8];
	unsigned bit; /* CHY_LEX_PT … */
	struct chy_catalogue *catalogue;
	struct chy_lexicon lexicon;
	const struct chy_lex_frame *frames;
	const struct chy_lex_word *words;
	struct chy_lex_index word_index;
	size_t frame_count, word_count;
};

/* One actor as resolved at a place of the text. */
struct chy_party {
	uint32_t actor; /* row of the catalogue */
	struct chy_str sector, person, role, text;
};

/* Several of them, each actor once. */
struct chy_side {
	struct chy_party parties[CHY_SIDE_MAX];
	size_t count;
	bool by_reference, loose; /* how sure it is */
};

/* Words that name actors. */
struct chy_mention {
	uint32_t first, last; /* words of the sentence, both inside */
	struct chy_party party;
	bool resolved; /* party.actor is known */
	bool adjective; /* a demonym */
	bool place; /* a capital: may be only where something happened */
	bool person;
};

/* A date told in a sentence. */
struct chy_when {
	uint32_t first, last;
	struct chy_edtf date;
	struct chy_str text;
};

struct chy_line {
	const struct chy_sentence *sentence;
	struct chy_str *folded; /* of each token's text */
	struct chy_str *lemmas; /* folded, of each word */
	int32_t *child, *sibling; /* first child and next sibling of each word */
	int32_t *mention; /* of each word; CHY_NONE */
	bool *quoted, *spent, *verb, *acts; /* acts: carries one that was coded */
	struct chy_mention *mentions;
	size_t mention_count;
	struct chy_when *whens;
	size_t when_count;
	struct chy_side speaker;
	struct chy_str medium;
	int32_t speech; /* the verb of saying; CHY_NONE */
	bool opinion; /* told by an expert, an author: not coded */
};

/* What the document taught: a name and who it is. */
struct chy_known {
	struct chy_str key; /* folded last name or acronym */
	struct chy_party party;
};

struct chy_document {
	const struct chy_coder *coder;
	const struct chy_coder_input *input;
	struct chy_arena *arena;
	bool dated;
	struct chy_date date;
	int64_t day; /* of publication; only if dated */
	struct chy_line *lines;
	size_t line_count;
	bool *named; /* of each actor: whether a name of it stands in the text */
	struct chy_known known[256];
	size_t known_count;
	struct chy_side last_subject, last_pair, last_speaker;
	struct chy_side last_actors, last_recipients; /* of the last event */
	struct chy_side last_force; /* who used force last */
	struct chy_side last_foes; /* the two who fought last, and did nothing together since */
	struct chy_side last_deed; /* who acted last otherwise than by accusing or asking */
	struct chy_side last_accord; /* those who did something together last */
	struct chy_side last_people; /* the last two persons that an event was between */
	uint32_t last_pair_at; /* the sentence of the last act of two; 0 for none */
	struct chy_side focus; /* whom the headline is about: *Mali: …*; empty, or one */
	struct chy_side main_pair; /* whom the document is about; empty unless it is two */
	struct chy_event *events;
	size_t event_count, event_room;
	struct chy_reason *misses; /* the nearest of each line; only if asked for */
	bool out_of_memory;
};

/* -- lexicon (word.c) */
struct chy_str chy_folded(struct chy_document *document, struct chy_str text);
/* The value of a word of this kind; data NULL where there is none. */
struct chy_str chy_word_value(const struct chy_coder *coder, struct chy_str key, const char *kind);
static inline bool chy_word_kind(
	const struct chy_coder *coder, struct chy_str key, const char *kind)
{
	return chy_word_value(coder, key, kind).data != NULL;
}
/* The longest run of tokens from `token` that is a word of this kind: how many
 * tokens, 0 for none; its value in *out. */
uint32_t chy_word_run(const struct chy_coder *coder, const struct chy_line *line, uint32_t token,
	const char *kind, struct chy_str *out);

/* Whether a hyphen joins a token to the one before: *Jong-* *un*, *Jae* *-* *in*. */
bool chy_hyphened(const struct chy_line *line, uint32_t token);

/* n tokens from `token` on as one folded key, parted by one space unless a
 * hyphen joins them, written to room; empty where it does not fit. */
struct chy_str chy_token_key(
	const struct chy_line *line, uint32_t token, uint32_t n, char *room, size_t size);

/* -- tree (tree.c) */
bool chy_line_init(
	struct chy_document *document, struct chy_line *line, const struct chy_sentence *sentence);
/* Children, siblings and verbs, once heads or relations are set. */
void chy_line_link(struct chy_document *document, struct chy_line *line);
/* Whether a token is a name with the mark of the possessor (*Peru's*). */
bool chy_possessive(
	struct chy_document *document, const struct chy_sentence *sentence, uint32_t token);
const struct chy_word *chy_word_at(const struct chy_line *line, int32_t word);
bool chy_relation(const struct chy_line *line, int32_t word, const char *deprel);
/* The first child of a word in one of the relations ("nsubj obj"), after
 * another child (CHY_NONE: from the first). */
int32_t chy_child_in(
	const struct chy_line *line, int32_t word, const char *relations, int32_t after);
/* The preposition of a noun (its lemma, folded); empty for none. */
struct chy_str chy_preposition(const struct chy_line *line, int32_t word);
bool chy_below(const struct chy_line *line, int32_t word, int32_t above);
/* Whether nothing but small words stand between one word and the next. */
bool chy_right_after(const struct chy_line *line, int32_t word, int32_t before);
bool chy_is_verb(const struct chy_line *line, int32_t word);
/* The words from first to last as they stand in the text. */
struct chy_str chy_span_text(const struct chy_document *document, const struct chy_line *line,
	uint32_t first, uint32_t last);

/* -- names (name.c) */
void chy_find_names(struct chy_document *document, struct chy_line *line);
/* Posts, those who hold them, and last names: after the names of all lines. */
void chy_find_holders(struct chy_document *document, struct chy_line *line);

/* -- trees set right by names and verbs (mend.c): after the holders of all lines */
void chy_mend(struct chy_document *document, struct chy_line *line);

/* -- sides (side.c) */
void chy_side_add(struct chy_side *side, const struct chy_party *party);
void chy_side_join(struct chy_side *side, const struct chy_side *other);
bool chy_side_has(const struct chy_side *side, uint32_t actor);
/* An organisation between states. */
bool chy_is_body(const struct chy_document *document, uint32_t actor);
/* The state that a movement fights; UINT32_MAX for who is no such movement. */
uint32_t chy_foe_of(const struct chy_document *document, uint32_t actor);
/* Whether a verb tells what is over: a participle with its auxiliary. */
bool chy_perfect(const struct chy_line *line, int32_t word);
/* Whether a verb is passive, or a participle beside a noun. */
bool chy_passive(const struct chy_document *document, const struct chy_line *line, int32_t word);
/* The two whom the whole document names most, if they stand out. */
void chy_find_main_pair(struct chy_document *document);
/* Whoever the word stands for, with those coordinated with it. */
void chy_resolve(
	struct chy_document *document, struct chy_line *line, int32_t word, struct chy_side *out);
/* Who acts by a verb, or is what a predicate is said of: its subject, wherever
 * the tree has it, or who was spoken of last. */
/* The name that a conjunction and a verb stand around (*after Canada called*),
 * where the tree makes it a complement; CHY_NONE. */
int32_t chy_name_after_conjunction(
	const struct chy_document *document, const struct chy_line *line, int32_t word);
void chy_subject(
	struct chy_document *document, struct chy_line *line, int32_t word, struct chy_side *out);
int32_t chy_subject_word(
	const struct chy_document *document, const struct chy_line *line, int32_t word);
/* The actors of a slot of a frame ("S", "a", "com" …) around a trigger. */
void chy_slot(struct chy_document *document, struct chy_line *line, int32_t trigger,
	struct chy_str slot, const struct chy_side *not_these, struct chy_side *out);

/* -- speech (speech.c) */
void chy_find_speaker(struct chy_document *document, struct chy_line *line);

/* -- dates (when.c) */
void chy_find_dates(struct chy_document *document, struct chy_line *line);
/* The date of an act: the nearest one of its clause; NULL for none. */
const struct chy_when *chy_date_of(
	const struct chy_document *document, const struct chy_line *line, int32_t trigger);

/* -- reasons (why.c) */
/* The words around a trigger as the tree has them. */
struct chy_str chy_fragment(struct chy_document *document, struct chy_line *line, int32_t trigger);
/* How a side was found, from the slot that gave it. */
struct chy_str chy_how_found(
	struct chy_document *document, const struct chy_side *side, struct chy_str slot);
/* Notes that a rule came so near; the nearest of a sentence is kept. */
void chy_note_miss(struct chy_document *document, struct chy_line *line, uint32_t number,
	int32_t trigger, const struct chy_lex_frame *frame, enum chy_condition condition);
void chy_note_event_miss(
	struct chy_document *document, const struct chy_event *event, enum chy_condition condition);
/* The misses of sentences that code nothing, in order. */
void chy_collect_misses(struct chy_document *document, struct chy_events *out);

/* -- acts (act.c), finish (finish.c) */
void chy_find_acts(struct chy_document *document, struct chy_line *line, uint32_t number);
void chy_finish(struct chy_document *document);
