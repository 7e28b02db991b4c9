/* Where reports of one act disagree, in a few words. */
#include <string.h>

#include "client.h"

/* "Moscow" and "Moscovo" are one, and so may be a capital and its state. What
 * the catalogue does not know may be one place under names of two languages. */
static bool same_place(void *user, struct chy_str a, struct chy_str language_of_a, struct chy_str b,
	struct chy_str language_of_b)
{
	const struct client *client = user;
	struct chy_str code_of_a, code_of_b;
	struct chy_buffer folded_a, folded_b;
	bool same;

	code_of_a = chy_catalogue_actor_code(client->catalogue, a);
	code_of_b = chy_catalogue_actor_code(client->catalogue, b);
	if (code_of_a.size && code_of_b.size)
		return chy_str_equal(code_of_a, code_of_b);
	if (!chy_str_equal(language_of_a, language_of_b))
		return true;
	chy_buffer_init(&folded_a);
	chy_buffer_init(&folded_b);
	chy_display_fold(a, &folded_a);
	chy_display_fold(b, &folded_b);
	same = chy_str_equal((struct chy_str){folded_a.data, folded_a.size},
		(struct chy_str){folded_b.data, folded_b.size});
	chy_buffer_fini(&folded_a);
	chy_buffer_fini(&folded_b);
	return same;
}

int ask_contradictions(struct client *client, json_t *happenings)
{
	struct chy_fault fault;

	return chy_view_contradictions(
		       client->view, happenings, client->as_of, same_place, client, &fault)
		       ? tell(&fault)
		       : 0;
}

/* "2013-11-01 (Lusa, Brics Post)", or, without the value, "Lusa (E3.1)". */
static void add_version(const json_t *version, bool with_value, struct chy_buffer *out)
{
	const json_t *sources = json_object_get(version, "sources"), *one;
	const char *event =
		json_string_value(json_array_get(json_object_get(version, "events"), 0));
	struct chy_buffer names;
	size_t i;

	chy_buffer_init(&names);
	json_array_foreach(sources, i, one)
		chy_buffer_printf(&names, "%s%s", i ? ", " : "", json_string_value(one));
	if (!names.size)
		chy_buffer_add_str(&names, CHY_STR("unnamed outlet"));
	if (with_value)
		date_words(chy_json_str(version, "value"), out);
	chy_buffer_printf(out, with_value ? " (%s)" : "%s (%s)", names.data, event ? event : "");
	chy_buffer_fini(&names);
}

static void add_versions(
	const json_t *versions, size_t from, bool with_values, struct chy_buffer *out)
{
	for (size_t i = from; i < json_array_size(versions); i++) {
		if (i > from)
			chy_buffer_add_str(out, CHY_STR(", "));
		add_version(json_array_get(versions, i), with_values, out);
	}
}

/* What the others say of what this one says. */
static const char *words_for(struct chy_str about, const json_t *versions)
{
	struct chy_str own = chy_json_str(json_array_get(versions, 0), "value");

	if (chy_str_is(about, "date"))
		return "dates differ: ";
	if (chy_str_is(about, "place"))
		return "places differ: ";
	if (chy_str_is(about, "denial"))
		return chy_str_is(own, "negation") ? "told by " : "denied by ";
	return chy_str_is(own, "future") ? "told as done by " : "still planned for ";
}

void describe_contradictions(struct client *client, const json_t *happening, struct chy_buffer *out)
{
	const json_t *all = json_object_get(happening, "contradictions"), *one;
	size_t i;

	(void)client;
	json_array_foreach(all, i, one)
	{
		struct chy_str about = chy_json_str(one, "about");
		const json_t *versions = json_object_get(one, "versions");
		bool own = chy_str_is(about, "date") || chy_str_is(about, "place");

		chy_buffer_add_str(out, i ? CHY_STR("; ") : CHY_STR(""));
		chy_buffer_add_str(out, chy_str_from(words_for(about, versions)));
		add_versions(versions, own ? 0 : 1, own, out);
	}
}
