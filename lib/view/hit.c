/* How what was found is shown. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "search.h"

/* Where words of the query stand in a text: [first, last+1] bytes. */
static json_t *marks_of(const struct chy_search *s, struct chy_str text, struct chy_str language)
{
	enum chy_tongue tongue = chy_tongue_of(language);
	json_t *marks = json_array();
	struct chy_str word;
	char stem[CHY_STEM], folded[CHY_STEM];
	size_t at = 0;

	while (chy_next_word(text, &at, &word)) {
		struct chy_str forms[] = {{stem, chy_stem(s->stemmer, tongue, word, stem)},
			{folded, chy_fold_word(word, folded)}};
		bool marked = false;

		for (unsigned i = 0; i < s->typed && !marked; i++)
			marked = !s->query.without[s->query.phrases[s->query.words[i].phrase]
							   .clause] &&
				 (chy_stems_have(&s->stems[i], forms[0]) ||
					 chy_stems_have(&s->stems[i], forms[1]));
		if (marked)
			json_array_append_new(marks,
				json_pack("[i, i]", (int)(word.data - text.data),
					(int)(word.data - text.data + (ptrdiff_t)word.size)));
	}
	return marks;
}

static void set_member(json_t *to, const char *as, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	json_object_set_new(to, as, value ? json_incref(value) : json_null());
}

/* Of an event or a document: it has its own names for some members. */
static json_t *shown(const struct chy_hit *hit, const json_t *from)
{
	json_t *out = json_pack("{s:f, s:s}", "score", round(hit->score * 1000) / 1000, "kind",
		hit->n ? "event" : "document");
	static const char *const members[] = {"id", "event", "date", "title", "source", "url",
		"sentence", "document", "language"};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		set_member(out, members[i], from, members[i]);
	if (hit->n) {
		set_member(out, "reported", from, "reported");
	} else {
		set_member(out, "reported", from, "date");
		json_object_set_new(out, "id", json_null());
		json_object_set_new(out, "event", json_null());
		json_object_set_new(out, "date", json_null());
	}
	return out;
}

static void mark(const struct chy_search *s, json_t *hit)
{
	struct chy_str language = chy_json_str(hit, "language");

	json_object_set_new(hit, "marks", marks_of(s, chy_json_str(hit, "sentence"), language));
	json_object_set_new(hit, "title_marks", marks_of(s, chy_json_str(hit, "title"), language));
}

static int show_hit(const struct chy_search *s, const struct chy_hit *hit, json_t **out)
{
	unsigned char key[CHY_EVENT_KEY];
	struct chy_event_head head;
	struct chy_str json;
	json_t *from;
	int result;

	chy_event_key(hit->record, hit->n, key);
	if (hit->n)
		result = chy_event_read(s->txn, key, &head, &json);
	else
		result = chy_sealed_get(s->txn, CHY_VIEW_DOCUMENTS,
			(struct chy_str){(const char *)hit->document.bytes, CHY_HASH_SIZE}, &json);
	if (result || chy_json_parse(json.data, json.size, &from, NULL))
		return result < 0 ? result : CHY_EDAMAGED;
	*out = shown(hit, from);
	json_decref(from);
	return CHY_OK;
}

static bool tells_of(const json_t *list, const json_t *hit)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *other = json_array_get(list, i);

		if (json_is_string(json_object_get(other, "id")) &&
			json_equal(json_object_get(other, "document"),
				json_object_get(hit, "document")))
			return true;
	}
	return false;
}

static bool any_title(const struct chy_search *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (!s->hits[i].n)
			return true;
	return false;
}

/* A title is left out where an event of its document is there; without titles
 * there is no need to look at more than are shown. */
int chy_search_show(const struct chy_search *s, size_t limit, json_t *out)
{
	size_t i, n = any_title(s) || s->count < limit ? s->count : limit;
	json_t *all = json_array(), *one;
	int result = CHY_OK;

	for (i = 0; i < n && !result; i++) {
		result = show_hit(s, &s->hits[i], &one);
		if (!result)
			json_array_append_new(all, one);
	}
	json_array_foreach(all, i, one)
	{
		bool title = json_is_null(json_object_get(one, "id"));

		if (json_array_size(out) == limit || (title && tells_of(all, one)))
			continue;
		mark(s, one);
		json_array_append(out, one);
	}
	json_decref(all);
	return result;
}
