/* export csv: an event a row. docs/export.md explains the columns. */
#include <string.h>

#include "chancery/edtf.h"
#include "export.h"

/* -- cells ---------------------------------------------------------------------- */

/* RFC 4180. */
static void put_cell(FILE *out, struct chy_str text)
{
	bool quote = false;

	for (size_t i = 0; i < text.size && !quote; i++)
		quote = strchr(",\"\r\n", text.data[i]) != NULL;
	if (!quote) {
		fwrite(text.data, 1, text.size, out);
		return;
	}
	putc('"', out);
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == '"')
			putc('"', out);
		putc(text.data[i], out);
	}
	putc('"', out);
}

/* A list's parts are parted by semicolons: one within a part becomes a comma. */
static void add_part(struct chy_buffer *cell, struct chy_str part)
{
	for (size_t i = 0; i < part.size; i++)
		chy_buffer_add_char(cell, part.data[i] == ';' ? ',' : part.data[i]);
}

/* A member of each item, or, with no key, the items themselves. Items without
 * it keep their place. */
static void add_list(struct chy_buffer *cell, const json_t *list, const char *key)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (i)
			chy_buffer_add_char(cell, ';');
		add_part(cell,
			key ? chy_json_str(item, key)
			    : (struct chy_str){json_string_value(item), json_string_length(item)});
	}
}

static void add_day(struct chy_buffer *cell, int64_t day)
{
	char text[16];

	if (day == INT64_MIN || day == INT64_MAX)
		return;
	day_text(day, text);
	chy_buffer_add_str(cell, chy_str_from(text));
}

static void add_value(struct chy_buffer *cell, const json_t *value)
{
	if (json_is_string(value))
		chy_buffer_add(cell, json_string_value(value), json_string_length(value));
	else if (json_is_number(value))
		chy_json_canonical(value, cell);
	else
		add_list(cell, value, NULL);
}

/* -- columns --------------------------------------------------------------------- */

enum kind {
	VALUE, /* a member; of lists, each item */
	CODES, /* of each who is in the list `member`, what `part` names */
	DAY, /* that the event is sorted and counted by */
	FIRST, /* day of an EDTF member */
	LAST,
	BYTE /* of the sentence: the first, and the one after the last */
};

static const struct csv_column {
	const char *header;
	enum kind kind;
	const char *member, *part;
} columns[] = {{"id", VALUE, "id", NULL}, {"happening", VALUE, "happening", NULL},
	{"day", DAY, NULL, NULL}, {"date", VALUE, "date", NULL},
	{"date_first", FIRST, "date", NULL}, {"date_last", LAST, "date", NULL},
	{"date_text", VALUE, "date_text", NULL}, {"due", VALUE, "due", NULL},
	{"due_first", FIRST, "due", NULL}, {"due_last", LAST, "due", NULL},
	{"event", VALUE, "event", NULL}, {"mode", VALUE, "mode", NULL},
	{"cameo", VALUE, "cameo", NULL}, {"score", VALUE, "score", NULL},
	{"aux", VALUE, "aux", NULL}, {"actor", CODES, "actor", "code"},
	{"actor_name", CODES, "actor", "name"}, {"actor_sector", CODES, "actor", "sector"},
	{"actor_person", CODES, "actor", "person"}, {"actor_role", CODES, "actor", "role"},
	{"recipient", CODES, "recipient", "code"}, {"recipient_name", CODES, "recipient", "name"},
	{"recipient_sector", CODES, "recipient", "sector"},
	{"recipient_person", CODES, "recipient", "person"},
	{"recipient_role", CODES, "recipient", "role"}, {"context", VALUE, "context", NULL},
	{"place", VALUE, "place", NULL}, {"dispute", VALUE, "dispute", NULL},
	{"speaker", VALUE, "speaker", NULL}, {"medium", VALUE, "medium", NULL},
	{"outlet", VALUE, "source", NULL}, {"title", VALUE, "title", NULL},
	{"reported", VALUE, "reported", NULL}, {"recorded", VALUE, "recorded", NULL},
	{"document", VALUE, "document", NULL}, {"url", VALUE, "url", NULL},
	{"language", VALUE, "language", NULL}, {"s", VALUE, "s", NULL},
	{"sentence", VALUE, "sentence", NULL}, {"trigger", VALUE, "trigger", NULL},
	{"byte_first", BYTE, NULL, NULL}, {"byte_end", BYTE, "end", NULL},
	{"rule", VALUE, "rule", NULL}, {"confidence", VALUE, "confidence", NULL}};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void fill_cell(const struct csv_column *column, const json_t *event, struct chy_buffer *cell)
{
	int64_t first, last;

	chy_buffer_clear(cell);
	switch (column->kind) {
	case VALUE:
		add_value(cell, json_object_get(event, column->member));
		break;
	case CODES:
		add_list(cell, json_object_get(event, column->member), column->part);
		break;
	case DAY:
		add_day(cell, day_of_event(event));
		break;
	case FIRST:
	case LAST:
		if (days_of(chy_json_str(event, column->member), &first, &last))
			add_day(cell, column->kind == FIRST ? first : last);
		break;
	default:
		add_value(cell,
			json_array_get(json_object_get(event, "bytes"), column->member ? 1 : 0));
	}
}

static int write_row(void *user, json_t *event)
{
	struct export *export = user;
	struct chy_buffer cell;

	chy_buffer_init(&cell);
	for (size_t i = 0; i < COLUMNS; i++) {
		fill_cell(&columns[i], event, &cell);
		if (i)
			putc(',', export->out);
		if (cell.size)
			put_cell(export->out, (struct chy_str){cell.data, cell.size});
	}
	fputs("\r\n", export->out);
	if (cell.failed)
		export->status = EXIT_ARCHIVE;
	chy_buffer_fini(&cell);
	return export->status ? 1 : export_next(export);
}

int export_csv(struct export *export)
{
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(export->out, "%s%s", i ? "," : "", columns[i].header);
	fputs("\r\n", export->out);
	export->filter.with_happening = true;
	return export_events(export, write_row);
}
