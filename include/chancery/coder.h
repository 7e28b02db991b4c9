/* The coder: from an article to events.
 *
 * What is an event is defined by docs/coding.md (PLOVER, 2021 and later).
 * Rules and lexicons are data (data/lang/<code>/, data/actors/,
 * data/disputes/), compiled at build time and mapped at run time; a coder is
 * immutable and may be shared by threads. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chancery/arena.h"
#include "chancery/edtf.h"
#include "chancery/error.h"
#include "chancery/json.h"
#include "chancery/string.h"
#include "chancery/text.h"

enum chy_category {
	CHY_AGREE,
	CHY_CONSULT,
	CHY_SUPPORT,
	CHY_CONCEDE,
	CHY_COOPERATE,
	CHY_AID,
	CHY_RETREAT,
	CHY_REQUEST,
	CHY_ACCUSE,
	CHY_REJECT,
	CHY_THREATEN,
	CHY_PROTEST,
	CHY_SANCTION,
	CHY_MOBILIZE,
	CHY_COERCE,
	CHY_ASSAULT,
	CHY_CATEGORY_COUNT
};
const char *chy_category_name(enum chy_category category); /* "AGREE" */
int chy_category_from_name(struct chy_str name, enum chy_category *out);
/* The modes of a category, as a text: "visit, third-party, …"; empty for none. */
const char *chy_category_modes(enum chy_category category);
bool chy_category_has_mode(enum chy_category category, struct chy_str mode);
/* AGREE, CONSULT and COOPERATE list all sides as actors. */
bool chy_category_reciprocal(enum chy_category category);

/* One side of an event, or one of several. Empty views where not known. */
struct chy_actor {
	struct chy_str code; /* "RUS", "UNO", "AGO-UNITA" */
	struct chy_str sector; /* "GOV", "MIL", "OPP", "REB", … */
	struct chy_str name; /* of the code, in English */
	struct chy_str person; /* the person who acts for it, in full */
	struct chy_str role; /* "foreign minister" */
	struct chy_str text; /* the words in the sentence */
};

/* What a rule demands, in the order in which it is tried: the later one fails,
 * the nearer the miss. */
enum chy_condition {
	CHY_MET, /* all of them: the sentence is coded by it */
	CHY_UNFIT_WORD, /* the word is no verb, noun or predicate as the rule wants */
	CHY_NO_OBJECT, /* none of the nouns that the rule needs hangs on it */
	CHY_NOT_SAID, /* not as somebody's words */
	CHY_NOT_REFLEXIVE,
	CHY_BACKGROUND, /* a participle that says who somebody is */
	CHY_NOT_NEGATED,
	CHY_NO_ACTOR, /* nobody known acts */
	CHY_PRIVATE_ACTOR, /* companies, travellers, crowds */
	CHY_NO_SOLDIERS, /* no army and no movement acts */
	CHY_UNOFFICIAL, /* a side must be named outright */
	CHY_UPON_OTHERS, /* upon people who are nobody abroad */
	CHY_WHICH_OF_TWO, /* a pronoun for two where one acts */
	CHY_ONE_SIDE, /* nobody else is told */
	CHY_TOLD_BEFORE, /* the same act stands in an earlier sentence */
	CHY_OTHER_TOPIC, /* the document is about sport, shows, weather, crime */
	CHY_CONDITION_COUNT
};
/* A condition in a few words of English: "nobody known acts". */
const char *chy_condition_text(enum chy_condition condition);

/* Why a rule coded a sentence, or how near it came. */
struct chy_reason {
	uint32_t sentence; /* from 1 */
	enum chy_condition condition;
	struct chy_str rule, trigger;
	struct chy_str wanted; /* lemmas of which the rule needs one; empty for none */
	struct chy_str fragment; /* of the tree: "nsubj(acusou, ministro) …" */
	struct chy_str actors, recipients, date; /* how each was found */
};

struct chy_event {
	enum chy_category category;
	struct chy_str mode; /* PLOVER mode; empty for none */
	struct chy_str cameo; /* "036" */
	double score; /* conflict–cooperation, -10 to 10 (Goldstein 1992) */
	struct chy_actor *actors, *recipients;
	size_t actor_count, recipient_count;
	struct chy_str date; /* EDTF; empty where not known */
	struct chy_str date_text; /* the words that it was taken from */
	struct chy_str due; /* EDTF: by when it is promised */
	struct chy_str aux; /* future, historical, hypothetical, negation; empty */
	struct chy_str *contexts, *disputes;
	size_t context_count, dispute_count;
	struct chy_str place, speaker, medium;
	uint32_t sentence; /* from 1, headline first */
	struct chy_str trigger; /* the words that carry the act */
	int32_t word; /* the first of them, of its sentence, from 0 */
	struct chy_str rule; /* the name of the rule */
	double confidence; /* 0 to 1 */
	uint32_t start, end; /* bytes of the sentence in the article's text */
	struct chy_str sentence_text;
	const struct chy_reason *reason; /* NULL unless asked for */
};

/* What the coder is given. text: headline on its first line, UTF-8, NFC. */
struct chy_coder_input {
	struct chy_str text;
	struct chy_str date; /* EDTF day of publication; empty where not known */
	struct chy_str source; /* outlet; empty where not known */
	const struct chy_analysis *analysis; /* of exactly that text */
	bool explain; /* give reasons too */
};

struct chy_events {
	struct chy_event *events; /* in order of sentence */
	size_t count;
	struct chy_reason *misses; /* if asked for: the nearest miss of each sentence */
	size_t miss_count; /* that codes nothing and has one */
};

struct chy_coder;

/* The coder of a language ("pt"). Errors as chy_text_open. */
int chy_coder_open(const char *language, struct chy_coder **out, struct chy_fault *fault);
void chy_coder_close(struct chy_coder *coder);
/* What coded, for the record: {"name":"chancery","version":"…","data":"<hash
 * of the lexicons>"}. A new reference. */
json_t *chy_coder_identity(const struct chy_coder *coder);

/* Codes an article. Everything in *out is in the arena or in the coder.
 * CHY_EINPUT for a malformed date, CHY_EMEM. */
int chy_coder_code(const struct chy_coder *coder, const struct chy_coder_input *input,
	struct chy_arena *arena, struct chy_events *out);

/* An event as docs/schema/event.json has it, a new reference. first_byte and
 * last_byte are the sentence's place in the document's original bytes. */
json_t *chy_event_to_json(const struct chy_event *event, const char *language, uint64_t first_byte,
	uint64_t last_byte);

/* A reason as a JSON object, a new reference. */
json_t *chy_reason_to_json(const struct chy_reason *reason);

/* The catalogue of disputes and the names of actors, for the programs that
 * ask (no language needed). */
struct chy_catalogue;
struct chy_dispute {
	struct chy_str id; /* "kuril-islands" */
	struct chy_str name_en, name_pt, name_es;
	struct chy_str *claimants; /* codes */
	size_t claimant_count;
	struct chy_str issue, region;
	struct chy_str start, end; /* years; empty end: open */
};
int chy_catalogue_open(struct chy_catalogue **out, struct chy_fault *fault);
void chy_catalogue_close(struct chy_catalogue *catalogue);
size_t chy_catalogue_dispute_count(const struct chy_catalogue *catalogue);
/* NULL beyond the last. */
const struct chy_dispute *chy_catalogue_dispute(const struct chy_catalogue *catalogue, size_t i);
/* NULL where there is none. */
const struct chy_dispute *chy_catalogue_find(
	const struct chy_catalogue *catalogue, struct chy_str id);
/* The name of a code ("EUU", "RUS", "AGO-UNITA") in a language ("pt", "br",
 * "en", "es"; else English); empty where the code is not known. */
struct chy_str chy_catalogue_actor_name(
	const struct chy_catalogue *catalogue, struct chy_str code, const char *language);
/* A post that the catalogue knows of (data/actors/leaders.tsv). */
struct chy_post {
	struct chy_str person, code, role; /* "foreign minister" */
	int32_t start, end; /* days since 1970; INT32_MIN: not known, INT32_MAX: in office */
};
/* A positive return ends the walk and is handed through. */
typedef int chy_post_visit(void *user, const struct chy_post *post);
int chy_catalogue_posts(const struct chy_catalogue *catalogue, chy_post_visit *visit, void *user);
/* Whether somebody who types `typed` may mean the person: each of its words is
 * one of the name's, case and marks aside. */
bool chy_names_person(struct chy_str typed, struct chy_str person);
/* The code that somebody means who types a code, a name or a demonym in any
 * of the languages, folded; empty where none. */
struct chy_str chy_catalogue_actor_code(
	const struct chy_catalogue *catalogue, struct chy_str typed);

/* -- what analysts ask to have recorded ------------------------------------- */

/* A correction names at most so many on either side: each pair of them is a
 * relation of its own, and those of hundreds are better told as a body's. */
enum { CHY_MOST_ACTORS = 64 };

/* Whether the `change` of an event-corrected (docs/schema/records.md) makes
 * sense for an event that is told as of the category `told`. CHY_EINPUT with
 * what is wrong as the fault's detail. */
int chy_change_check(const struct chy_catalogue *catalogue, const json_t *change,
	struct chy_str told, struct chy_fault *fault);
/* The same of the body of a dispute-declared. */
int chy_declaration_check(
	const struct chy_catalogue *catalogue, const json_t *body, struct chy_fault *fault);
/* Two to so many small letters, digits and hyphens. */
enum { CHY_LONGEST_DISPUTE = 64 };
bool chy_may_name_dispute(struct chy_str id);
