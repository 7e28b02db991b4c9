#include <string.h>
#include <strings.h>

#include "internal.h"

static const struct {
	const char *field, *name;
} names[] = {
#include "fields.inc"
};

const char *chy_field_of(struct chy_str name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == name.size &&
			strncasecmp(names[i].name, name.data, name.size) == 0)
			return names[i].field;
	return NULL;
}

static struct chy_str kept(struct chy_reading *reading, struct chy_str text)
{
	char *copy = chy_arena_copy(reading->arena, text.data, text.size);

	return (struct chy_str){copy, copy ? text.size : 0};
}

static void keep_other(struct chy_draft *draft, struct chy_str name, struct chy_str value)
{
	char key[128];

	if (name.size >= sizeof(key) || json_object_size(draft->fields) > 200)
		return;
	memcpy(key, name.data, name.size);
	key[name.size] = '\0';
	json_object_set_new(draft->fields, key, json_stringn(value.data, value.size));
}

static void set_date(struct chy_reading *reading, struct chy_draft *draft, struct chy_str name,
	struct chy_str value, enum chy_date_source source)
{
	struct chy_edtf date = {0};
	char text[CHY_EDTF_SIZE];

	if (chy_read_date(value, &date.from)) {
		keep_other(draft, name, value);
		return;
	}
	date.to = date.from;
	chy_edtf_format(&date, text);
	draft->date = kept(reading, chy_str_from(text));
	draft->date_from = source;
}

void chy_set_field(struct chy_reading *reading, struct chy_draft *draft, struct chy_str name,
	struct chy_str value, enum chy_date_source source)
{
	const char *field = chy_field_of(name);

	value = chy_str_trim(value);
	if (!value.size)
		return;
	if (field && strcmp(field, "date") == 0 && !draft->date.size)
		set_date(reading, draft, name, value, source);
	else if (field && strcmp(field, "source") == 0 && !draft->source.size)
		draft->source = kept(reading, value);
	else if (field && strcmp(field, "url") == 0 && !draft->url.size)
		draft->url = kept(reading, value);
	else if (field && strcmp(field, "language") == 0 && !draft->language.size)
		draft->language =
			kept(reading, (struct chy_str){value.data, value.size > 1 ? 2 : 0});
	else
		keep_other(draft, name, value);
}
