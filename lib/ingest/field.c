/* What a document says about itself, put where it belongs: of several claims
 * to one thing the best known name wins (the files of data/ingest rank them),
 * and what is not used stays among the document's fields. */
#include <stdlib.h>
#include <string.h>

#include <unicode/uloc.h>

#include "internal.h"
#include "names.h"

enum { MOST_FIELDS = 500, LONGEST_FIELD = 64 * 1024, LONGEST_NAME = 200 };

struct chy_str chy_keep(struct chy_reading *reading, struct chy_str text)
{
	struct trace raw, clean;
	struct chy_str kept = {NULL, 0};

	trace_init(&raw);
	trace_init(&clean);
	trace_add_free(&raw, text.data, text.size);
	if (chy_normalise(&raw, &clean, true) == CHY_OK) {
		trace_clear(&raw);
		chy_add_words(&raw, &clean, 0, clean.text.size);
		trace_keep(&raw, reading->arena, &kept, NULL);
	}
	trace_fini(&raw);
	trace_fini(&clean);
	return kept;
}

void chy_note(struct chy_draft *draft, const char *field, const char *note, struct chy_str value)
{
	json_t *notes = json_object_get(draft->fields, "_notes");

	if (!notes) {
		notes = json_array();
		json_object_set_new(draft->fields, "_notes", notes);
	}
	if (value.size > 200)
		value.size = 0;
	if (json_array_size(notes) < 20)
		json_array_append_new(
			notes, json_pack("{s:s, s:s, s:s%}", "field", field, "note", note, "value",
				       value.data ? value.data : "", value.size));
}

void chy_keep_value(struct chy_draft *draft, struct chy_str name, json_t *value)
{
	char key[LONGEST_NAME + 1];

	if (!name.size || name.size > LONGEST_NAME || memchr(name.data, '\0', name.size))
		return;
	if (json_object_size(draft->fields) >= MOST_FIELDS) {
		chy_note(draft, "", "more-fields-than-are-kept", name);
		return;
	}
	memcpy(key, name.data, name.size);
	key[name.size] = '\0';
	if (!json_object_get(draft->fields, key))
		json_object_set(draft->fields, key, value);
}

void chy_keep_field(struct chy_draft *draft, struct chy_str name, struct chy_str value)
{
	json_t *string;

	if (value.size > LONGEST_FIELD) {
		chy_note(draft, "", "too-long-to-be-kept", name);
		return;
	}
	string = json_stringn(value.data ? value.data : "", value.size);
	if (string)
		chy_keep_value(draft, name, string);
	json_decref(string);
}

struct chy_str chy_keep_day(struct chy_reading *reading, struct chy_date day)
{
	struct chy_edtf date = {.from = day, .to = day};
	char text[CHY_EDTF_SIZE];

	chy_edtf_format(&date, text);
	return chy_str_from(chy_arena_copy(reading->arena, text, strlen(text)));
}

/* The date in the form of the record; empty with a note where none can be
 * read or its year is missing. */
static struct chy_str day_of(
	struct chy_reading *reading, struct chy_draft *draft, struct chy_str value)
{
	struct chy_date day;

	if (chy_read_date(value, &day) == CHY_OK && day.year)
		return chy_keep_day(reading, day);
	chy_note(draft, "date", "unreadable-date", value);
	return (struct chy_str){NULL, 0};
}

/* `pt`, `pt-BR`, `por`, `Português`: the ISO 639-1 code. */
static struct chy_str language_of(
	struct chy_reading *reading, struct chy_draft *draft, struct chy_str value)
{
	const struct name *name = chy_name_find(&names_languages, value);
	char tag[12], canonical[32];
	UErrorCode status = U_ZERO_ERROR;
	size_t size = 0;

	if (name)
		return chy_str_from(name->value);
	while (size < value.size && size + 1 < sizeof(tag) &&
		((value.data[size] | 32) >= 'a' && (value.data[size] | 32) <= 'z')) {
		tag[size] = value.data[size];
		size++;
	}
	tag[size] = '\0';
	if (size == 2 || size == 3)
		uloc_getLanguage(tag, canonical, sizeof(canonical), &status);
	if ((size == 2 || size == 3) && U_SUCCESS(status) && strlen(canonical) == 2)
		return chy_str_from(chy_arena_copy(reading->arena, canonical, 2));
	chy_note(draft, "language", "unreadable-language", value);
	return (struct chy_str){NULL, 0};
}

/* `Content-Type` and the like say what the bytes show anyway. */
static struct chy_claim *claim_of(struct chy_draft *draft, const struct name *name)
{
	static const char *const roles[CHY_CLAIMS] = {"date", "source", "url", "language"};

	for (int i = 0; name && i < CHY_CLAIMS; i++)
		if (chy_name_means(name, roles[i]))
			return &draft->claims[i];
	return NULL;
}

void chy_set_field(struct chy_reading *reading, struct chy_draft *draft, const struct names *names,
	struct chy_str name, struct chy_str value, enum chy_date_source source)
{
	const struct name *known = chy_name_find(names, name);
	struct chy_claim *claim = claim_of(draft, known), fresh = {.rank = known ? known->rank : 0};

	value = chy_keep(reading, value);
	if (!value.size)
		return;
	fresh.name = chy_keep(reading, name);
	fresh.written = fresh.value = value;
	if (claim == &draft->claims[CHY_CLAIM_DATE])
		fresh.value = day_of(reading, draft, value);
	else if (claim == &draft->claims[CHY_CLAIM_LANGUAGE])
		fresh.value = language_of(reading, draft, value);
	if (!claim || !fresh.value.size || (claim->value.size && claim->rank <= fresh.rank)) {
		if (!claim || !chy_str_equal(claim->written, fresh.written))
			chy_keep_field(draft, fresh.name, fresh.written);
		return;
	}
	if (claim->value.size && !chy_str_equal(claim->written, fresh.written))
		chy_keep_field(draft, claim->name, claim->written);
	*claim = fresh;
	if (claim == &draft->claims[CHY_CLAIM_DATE])
		draft->date_from = source;
}
