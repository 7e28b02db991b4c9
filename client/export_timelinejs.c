/* export timelinejs: happenings as TimelineJS 3 reads them. */
#include <string.h>

#include "chancery/edtf.h"
#include "export.h"

/* Texts go into a page as they are: what an article brings along must not be
 * markup there. */
static json_t *markup_free(struct chy_str text)
{
	struct chy_buffer safe;
	json_t *value;

	chy_buffer_init(&safe);
	for (size_t i = 0; i < text.size; i++)
		switch (text.data[i]) {
		case '<':
			chy_buffer_add_str(&safe, CHY_STR("&lt;"));
			break;
		case '>':
			chy_buffer_add_str(&safe, CHY_STR("&gt;"));
			break;
		case '&':
			chy_buffer_add_str(&safe, CHY_STR("&amp;"));
			break;
		case '"':
			chy_buffer_add_str(&safe, CHY_STR("&quot;"));
			break;
		default:
			chy_buffer_add_char(&safe, text.data[i]);
		}
	value = json_stringn(safe.size ? safe.data : "", safe.size);
	chy_buffer_fini(&safe);
	return value;
}

/* As exact as it is told: a year, a month, a day. */
static json_t *date_of(const struct chy_date *date)
{
	json_t *object = json_pack("{s:i}", "year", (int)date->year);

	if (date->month >= 1 && date->month <= 12) {
		json_object_set_new(object, "month", json_integer(date->month));
		if (date->day)
			json_object_set_new(object, "day", json_integer(date->day));
	}
	return object;
}

static json_t *date_of_day(int64_t day)
{
	struct chy_date date;

	chy_day_to_date(day, &date);
	return date_of(&date);
}

/* A season has no place in their calendar: its days have. */
static bool is_season(const struct chy_date *date)
{
	return date->month > 12;
}

static void set_dates(json_t *slide, const json_t *happening)
{
	struct chy_str text = chy_json_str(happening, "date");
	struct chy_edtf date;
	int64_t first, last;

	if (!text.size || chy_edtf_parse(text, &date)) {
		json_object_set_new(slide, "start_date", date_of_day(happening_day(happening)));
		return;
	}
	chy_edtf_bounds(&date, &first, &last);
	if (first == INT64_MIN || is_season(&date.from))
		json_object_set_new(slide, "start_date", date_of_day(happening_day(happening)));
	else
		json_object_set_new(slide, "start_date", date_of(&date.from));
	if (first != last && last != INT64_MAX)
		json_object_set_new(slide, "end_date", date_of_day(last));
}

static void add_names(struct client *client, struct chy_buffer *out, const json_t *side)
{
	for (size_t i = 0; i < json_array_size(side); i++) {
		if (i)
			chy_buffer_add_str(out, CHY_STR(", "));
		name_of_code(client, chy_json_str(json_array_get(side, i), "code"), out);
	}
}

/* Russia → Japan: ACCUSE (future) */
static json_t *headline(struct client *client, const json_t *happening)
{
	const json_t *to = json_object_get(happening, "recipient");
	struct chy_str aux = chy_json_str(happening, "aux");
	struct chy_buffer text;
	json_t *value;

	chy_buffer_init(&text);
	add_names(client, &text, json_object_get(happening, "actor"));
	if (json_array_size(to)) {
		chy_buffer_add_str(&text, CHY_STR(" → "));
		add_names(client, &text, to);
	}
	chy_buffer_printf(&text, ": %s", json_string_value(json_object_get(happening, "event")));
	if (aux.size)
		chy_buffer_printf(&text, " (%.*s)", (int)aux.size, aux.data);
	value = markup_free((struct chy_str){text.data, text.size});
	chy_buffer_fini(&text);
	return value;
}

static json_t *body(const json_t *happening)
{
	const json_t *sources = json_object_get(happening, "sources");
	struct chy_buffer text;
	json_t *value;

	chy_buffer_init(&text);
	chy_buffer_add_str(&text, chy_json_str(happening, "sentence"));
	for (size_t i = 0; i < json_array_size(sources); i++) {
		chy_buffer_add_str(&text, i ? CHY_STR(", ") : CHY_STR(" — "));
		chy_buffer_add_str(
			&text, chy_str_from(json_string_value(json_array_get(sources, i))));
	}
	value = markup_free((struct chy_str){text.data, text.size});
	chy_buffer_fini(&text);
	return value;
}

/* The first dispute, else the category: their groups are rows. */
static json_t *group_of(struct client *client, const json_t *happening)
{
	const json_t *disputes = json_object_get(happening, "dispute");
	struct chy_str id = chy_str_from(json_string_value(json_array_get(disputes, 0)));
	json_t *matter = id.size ? matter_named(client, id) : NULL;
	struct chy_str name = chy_json_str(matter, "name");
	json_t *group = markup_free(name.size ? name
				    : id.size ? id
					      : chy_json_str(happening, "event"));

	json_decref(matter);
	return group;
}

/* What has no day at all has no place on a line of time. */
static int put_slide(void *user, json_t *happening)
{
	struct export *export = user;
	json_t *slide;

	if (happening_day(happening) == INT64_MIN)
		return CHY_OK;
	slide = json_pack("{s:O, s:o, s:{s:o, s:o}}", "unique_id",
		json_object_get(happening, "happening"), "group",
		group_of(export->client, happening), "text", "headline",
		headline(export->client, happening), "text", body(happening));
	set_dates(slide, happening);
	fputs(export->rows ? ",\n" : "\n", export->out);
	json_dumpf(slide, export->out, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(slide);
	return export_next(export);
}

int export_timelinejs(struct export *export)
{
	int status;

	fputs("{\"events\":[", export->out);
	status = export_happenings(export, put_slide);
	fputs("\n]}\n", export->out);
	return status;
}
