/* The state of play: a paragraph of sentences made of what is known, each with
 * the events that it stands on. The sentences are data: phrase(). */
#include <string.h>

#include "client.h"

struct filling {
	const char *name; /* of "{name}" */
	struct chy_str text;
};

/* Puts the fillings into a sentence of the data. */
static void fill(struct client *client, const char *sentence, const struct filling *fillings,
	size_t n, struct chy_buffer *out)
{
	struct chy_str rest = phrase(client, "sentence", chy_str_from(sentence)), part;

	while (rest.size && chy_str_split(&rest, '{', &part)) {
		struct chy_str name;

		chy_buffer_add_str(out, part);
		if (!rest.data || !chy_str_split(&rest, '}', &name))
			return;
		for (size_t i = 0; i < n; i++)
			if (chy_str_is(name, fillings[i].name))
				chy_buffer_add_str(out, fillings[i].text);
	}
}

static struct chy_str text_of(const struct chy_buffer *buffer)
{
	return buffer->data ? (struct chy_str){buffer->data, buffer->size} : CHY_STR("");
}

static void add_sentence(struct client *client, json_t *play, const char *sentence,
	const struct filling *fillings, size_t n, const json_t *act)
{
	struct chy_buffer text;

	chy_buffer_init(&text);
	fill(client, sentence, fillings, n, &text);
	if (text.size)
		json_array_append_new(
			play, json_pack("{s:s%, s:o}", "text", text.data, text.size, "events",
				      act ? json_pack("[O]", json_object_get(act, "best"))
					  : json_array()));
	chy_buffer_fini(&text);
}

/* -- an act --------------------------------------------------------------------- */

/* "visit", or where the mode has no word of its own, what its category is. */
static struct chy_str word_for(struct client *client, const json_t *act)
{
	struct chy_str category = chy_json_str(act, "event"), mode = chy_json_str(act, "mode");
	struct chy_str word = CHY_STR("");
	struct chy_buffer key;

	chy_buffer_init(&key);
	chy_buffer_add_str(&key, category);
	chy_buffer_add_char(&key, ' ');
	chy_buffer_add_str(&key, mode);
	if (mode.size)
		word = phrase(client, "act", text_of(&key));
	if (!word.size)
		word = phrase(client, "act", category);
	chy_buffer_fini(&key);
	return word.size ? word : category;
}

static void add_standing(struct client *client, const json_t *act, struct chy_buffer *out)
{
	struct chy_str word = phrase(client, "standing", chy_json_str(act, "aux"));
	const struct filling filling = {"standing", word};

	if (word.size)
		fill(client, "standing", &filling, 1, out);
}

static void add_day(struct client *client, const json_t *act, struct chy_buffer *out)
{
	struct chy_str date = chy_json_str(act, "date");
	struct chy_buffer words;
	char day[16];

	chy_buffer_init(&words);
	day_text(happening_day(act), day);
	if (date.size)
		date_words(date, &words);
	else
		chy_buffer_add_str(&words, chy_str_from(day));
	if (words.size)
		fill(client, "day", &(struct filling){"day", text_of(&words)}, 1, out);
	chy_buffer_fini(&words);
}

static void write_act(struct client *client, const json_t *act, struct chy_buffer *out)
{
	const json_t *first = json_array_get(json_object_get(act, "sources"), 0);
	struct chy_buffer who, whom, standing, day;
	struct chy_str source;

	chy_buffer_init(&who);
	chy_buffer_init(&whom);
	chy_buffer_init(&standing);
	chy_buffer_init(&day);
	cell_text(client, act, "actor", true, &who);
	cell_text(client, act, "recipient", true, &whom);
	add_standing(client, act, &standing);
	add_day(client, act, &day);
	source = json_is_string(first) ? chy_str_from(json_string_value(first))
				       : phrase(client, "sentence", CHY_STR("unnamed"));
	fill(client, whom.size ? "act-whom" : "act",
		(const struct filling[]){{"what", word_for(client, act)},
			{"standing", text_of(&standing)}, {"who", text_of(&who)},
			{"whom", text_of(&whom)}, {"day", text_of(&day)}, {"source", source},
			{"event", chy_json_str(act, "best")}},
		7, out);
	chy_buffer_fini(&who);
	chy_buffer_fini(&whom);
	chy_buffer_fini(&standing);
	chy_buffer_fini(&day);
}

/* -- the sentences ----------------------------------------------------------------- */

static void tell_phase(struct client *client, const json_t *row, json_t *play)
{
	const json_t *phases = json_object_get(row, "phases");
	const json_t *now = json_array_get(phases, json_array_size(phases) - 1);
	const json_t *by = json_object_get(now, "by");
	struct chy_str word = phrase(client, "phase", chy_json_str(row, "phase"));
	struct chy_buffer act;

	chy_buffer_init(&act);
	if (json_is_object(by))
		write_act(client, by, &act);
	add_sentence(client, play,
		!now	   ? "phase-ever"
		: act.size ? "phase"
			   : "phase-asleep",
		(const struct filling[]){{"phase", word.size ? word : chy_json_str(row, "phase")},
			{"since", chy_json_str(row, "phase_since")}, {"act", text_of(&act)}},
		3, json_is_object(by) ? by : NULL);
	chy_buffer_fini(&act);
}

/* The last that was done, where there is such a one among the last. */
static const json_t *last_of(const json_t *list)
{
	const json_t *last = json_array_get(list, json_array_size(list) - 1);

	for (size_t i = json_array_size(list); i-- > 0;)
		if (!chy_json_str(json_array_get(list, i), "aux").size)
			return json_array_get(list, i);
	return last;
}

static void tell_last(struct client *client, struct chy_str code, const json_t *list, json_t *play)
{
	const json_t *last = last_of(list);
	struct chy_buffer name, act;

	chy_buffer_init(&name);
	chy_buffer_init(&act);
	name_of_code(client, code, &name);
	if (last)
		write_act(client, last, &act);
	add_sentence(client, play, last ? "last" : "last-none",
		(const struct filling[]){{"party", text_of(&name)}, {"act", text_of(&act)}}, 2,
		last);
	chy_buffer_fini(&name);
	chy_buffer_fini(&act);
}

/* How many promises are in a state, and the first or last of them, which come
 * in order of their terms. "promised" has their numbers where not all are there. */
static void tell_promises(struct client *client, const json_t *row, const char *state,
	const char *sentence, bool first, json_t *play)
{
	const json_t *promises = json_object_get(row, "commitments"), *one, *chosen = NULL;
	const json_t *promised = json_object_get(json_object_get(row, "promised"), state);
	struct chy_buffer act, due;
	char count[24];
	json_int_t n = 0;
	size_t i;

	json_array_foreach(promises, i, one)
	{
		if (!chy_str_is(chy_json_str(one, "state"), state))
			continue;
		chosen = first && chosen ? chosen : one;
		n++;
	}
	if (!chosen)
		return;
	chy_buffer_init(&act);
	chy_buffer_init(&due);
	write_act(client, chosen, &act);
	date_words(chy_json_str(chosen, "due"), &due);
	n = promised ? json_integer_value(promised) : n;
	snprintf(count, sizeof(count), "%" JSON_INTEGER_FORMAT, n);
	add_sentence(client, play, sentence,
		(const struct filling[]){
			{"n", chy_str_from(count)}, {"act", text_of(&act)}, {"due", text_of(&due)}},
		3, chosen);
	chy_buffer_fini(&act);
	chy_buffer_fini(&due);
}

enum { SHOWN_OTHERS = 6 };

static void tell_others(struct client *client, const json_t *row, bool mediators, json_t *play)
{
	const json_t *others = json_object_get(row, "others"), *one;
	struct chy_buffer list;
	size_t i, n = 0;

	chy_buffer_init(&list);
	json_array_foreach(others, i, one)
	{
		if (n == SHOWN_OTHERS ||
			(mediators && !json_integer_value(json_object_get(one, "mediations"))))
			continue;
		chy_buffer_add_str(&list, n++ ? CHY_STR(", ") : CHY_STR(""));
		name_of_code(client, chy_json_str(one, "code"), &list);
	}
	if (n)
		add_sentence(client, play, mediators ? "mediators" : "others",
			(const struct filling[]){{"list", text_of(&list)}}, 1, NULL);
	chy_buffer_fini(&list);
}

json_t *state_of_play(struct client *client, const json_t *row, const json_t *lists)
{
	const json_t *parties = json_object_get(row, "parties"), *party;
	json_t *play = json_array();
	size_t i;

	tell_phase(client, row, play);
	json_array_foreach(parties, i, party)
		tell_last(client, chy_json_str(party, "code"), json_array_get(lists, i), play);
	tell_promises(client, row, "pending", "open", true, play);
	tell_promises(client, row, "overdue", "overdue", false, play);
	tell_others(client, row, true, play);
	tell_others(client, row, false, play);
	return play;
}
