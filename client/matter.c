/* What a dispute is, whoever made it one: the catalogue, an analyst who declared
 * it, or the news, which tell of a thread between two parties. */
#include <stdlib.h>
#include <string.h>

#include "client.h"

void until_day(struct chy_event_filter *filter, int64_t last_day)
{
	if (last_day == INT64_MAX)
		return;
	filter->first_day = INT64_MIN + 1;
	filter->last_day = last_day;
}

static void set_text(json_t *row, const char *key, struct chy_str text)
{
	json_object_set_new(row, key, text.size ? json_stringn(text.data, text.size) : json_null());
}

static void add_party(json_t *parties, struct chy_str code)
{
	json_array_append_new(parties, json_pack("{s:s%}", "code", code.data, code.size));
}

static json_t *of_catalogue(const struct client *client, const struct chy_dispute *dispute)
{
	json_t *out = json_object(), *parties = json_array();

	for (size_t i = 0; i < dispute->claimant_count; i++)
		add_party(parties, dispute->claimants[i]);
	set_text(out, "id", dispute->id);
	set_text(out, "name", name_of_dispute(client, dispute));
	set_text(out, "issue", dispute->issue);
	set_text(out, "since", dispute->start);
	set_text(out, "until", dispute->end);
	json_object_set_new(out, "origin", json_string("catalogue"));
	json_object_set_new(out, "parties", parties);
	return out;
}

/* -- threads ---------------------------------------------------------------------- */

/* "thread:JPN+RUS:economic" */
static bool split_thread(struct chy_str id, struct chy_str codes[2], struct chy_str *subject)
{
	struct chy_str kind, rest = id;

	return chy_str_split(&rest, ':', &kind) && chy_str_is(kind, "thread") && rest.data &&
	       chy_str_split(&rest, '+', &codes[0]) && rest.data &&
	       chy_str_split(&rest, ':', &codes[1]) && rest.data && codes[0].size &&
	       codes[1].size && rest.size && (*subject = rest, true);
}

bool is_thread(struct chy_str id)
{
	struct chy_str codes[2], subject;

	return split_thread(id, codes, &subject);
}

bool is_dispute(struct client *client, struct chy_str id)
{
	return is_thread(id) || chy_catalogue_find(client->catalogue, id) ||
	       declared_named(client, id);
}

static json_t *of_thread(struct client *client, struct chy_str id)
{
	struct chy_str codes[2], subject, words;
	json_t *out, *parties;
	struct chy_buffer name;

	if (!split_thread(id, codes, &subject))
		return NULL;
	out = json_object();
	parties = json_array();
	chy_buffer_init(&name);
	for (size_t i = 0; i < 2; i++) {
		add_party(parties, codes[i]);
		name_of_code(client, codes[i], &name);
		chy_buffer_add_str(&name, i ? CHY_STR(": ") : CHY_STR(" – "));
	}
	words = phrase(client, "subject", subject);
	chy_buffer_add_str(&name, words.size ? words : subject);
	set_text(out, "id", id);
	set_text(out, "name", (struct chy_str){name.data, name.size});
	set_text(out, "issue", subject);
	set_text(out, "since", CHY_STR(""));
	set_text(out, "until", CHY_STR(""));
	json_object_set_new(out, "origin", json_string("thread"));
	json_object_set_new(out, "parties", parties);
	chy_buffer_fini(&name);
	return out;
}

/* -- declared ---------------------------------------------------------------------- */

const json_t *declared_disputes(struct client *client)
{
	struct chy_fault fault;

	if (!client->declared && client->view &&
		chy_view_declared(client->view, client->as_of, &client->declared, &fault)) {
		tell(&fault);
		client->declared = NULL;
	}
	return client->declared;
}

const json_t *declared_named(struct client *client, struct chy_str id)
{
	const json_t *all = declared_disputes(client);

	for (size_t i = 0; i < json_array_size(all); i++)
		if (chy_str_equal(chy_json_str(json_array_get(all, i), "dispute"), id))
			return json_array_get(all, i);
	return NULL;
}

void turn_to(struct client *client, uint64_t as_of)
{
	json_decref(client->declared);
	client->declared = NULL;
	client->as_of = as_of;
}

/* In the user's language where it has that, else in the first that it has. */
static struct chy_str name_in(const struct client *client, const json_t *names)
{
	static const char *const languages[] = {"en", "pt", "es"};
	char language[3] = {client->lang[0], client->lang[0] ? client->lang[1] : '\0', '\0'};
	struct chy_str name = chy_json_str(names, language);

	for (size_t i = 0; i < 3 && !name.size; i++)
		name = chy_json_str(names, languages[i]);
	return name;
}

static json_t *of_declaration(const struct client *client, const json_t *body)
{
	json_t *out = json_object(), *parties = json_array(), *code;
	size_t i;

	json_array_foreach(json_object_get(body, "parties"), i, code)
		add_party(parties, chy_str_from(json_string_value(code)));
	set_text(out, "id", chy_json_str(body, "dispute"));
	set_text(out, "name", name_in(client, json_object_get(body, "name")));
	set_text(out, "issue", chy_json_str(body, "issue"));
	set_text(out, "since", chy_json_str(body, "since"));
	set_text(out, "until", chy_json_str(body, "until"));
	json_object_set_new(out, "origin", json_string("declared"));
	json_object_set_new(out, "parties", parties);
	json_object_set_new(out, "declared",
		json_pack("{s:O, s:O?, s:O?, s:O?}", "record", json_object_get(body, "record"),
			"author", json_object_get(body, "author"), "reason",
			json_object_get(body, "reason"), "terms", json_object_get(body, "terms")));
	return out;
}

struct chy_str matter_key(struct client *client, const json_t *matter)
{
	struct chy_str id = chy_json_str(matter, "id");
	const json_t *declared = declared_named(client, id);

	return declared ? chy_json_str(declared, "key") : id;
}

json_t *matter_named(struct client *client, struct chy_str id)
{
	const struct chy_dispute *dispute = chy_catalogue_find(client->catalogue, id);
	const json_t *declared = dispute ? NULL : declared_named(client, id);

	if (declared)
		return of_declaration(client, declared);
	return dispute ? of_catalogue(client, dispute) : of_thread(client, id);
}

static int add_threads(struct client *client, int64_t last_day, json_t *out)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_fault fault;
	json_t *ids, *id;
	size_t i;

	filter.as_of = client->as_of;
	until_day(&filter, last_day);
	if (chy_view_threads(client->view, &filter, &ids, &fault))
		return tell(&fault);
	json_array_foreach(ids, i, id)
	{
		json_t *matter = of_thread(client, chy_str_from(json_string_value(id)));

		if (matter)
			json_array_append_new(out, matter);
	}
	json_decref(ids);
	return 0;
}

int all_matters(struct client *client, bool threads, int64_t last_day, json_t **out)
{
	size_t n = chy_catalogue_dispute_count(client->catalogue);

	*out = json_array();
	if (threads)
		return add_threads(client, last_day, *out);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			*out, of_catalogue(client, chy_catalogue_dispute(client->catalogue, i)));
	for (size_t i = 0; i < json_array_size(declared_disputes(client)); i++)
		json_array_append_new(
			*out, of_declaration(client, json_array_get(client->declared, i)));
	return 0;
}
