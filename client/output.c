#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"
#include "client.h"

void day_text(int64_t day, char out[16])
{
	struct chy_date date;

	out[0] = '\0';
	if (day == INT64_MIN)
		return;
	chy_day_to_date(day, &date);
	snprintf(out, 16, "%04d-%02u-%02u", date.year, date.month % 100u, date.day % 100u);
}

int64_t happening_day(const json_t *happening)
{
	const json_t *day = json_object_get(happening, "day");

	return json_is_integer(day) ? json_integer_value(day) : INT64_MIN;
}

bool print_as_json(const struct client *client, const json_t *value)
{
	/* Fifteen digits give back every number that was written with as many. */
	if (client->format == FORMAT_JSON)
		json_dumpf(value, stdout,
			JSON_INDENT(1) | JSON_SORT_KEYS | JSON_ENCODE_ANY |
				JSON_REAL_PRECISION(15));
	else if (client->format == FORMAT_JSONL)
		json_dumpf(value, stdout,
			JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	else
		return false;
	fputc('\n', stdout);
	return true;
}

int refuse_rows(const struct client *client, const char *command)
{
	if (client->format != FORMAT_CSV && client->format != FORMAT_TSV)
		return 0;
	return usage_error(
		"%s tells of one thing, in no rows; take --format table, json or jsonl", command);
}

int refuse_formats(const struct client *client, const char *command)
{
	if (client->format == FORMAT_TABLE)
		return 0;
	return usage_error("%s answers in words alone: it takes no --format", command);
}

void say_nothing_found(const struct client *client)
{
	if (client->format != FORMAT_TABLE)
		return;
	fflush(stdout);
	fputs("chancery: nothing found\n", stderr);
}

/* -- names ---------------------------------------------------------------- */

static const char *catalogue_language(const struct client *client)
{
	if (strncmp(client->lang, "pt_BR", 5) == 0 || strncmp(client->lang, "pt-BR", 5) == 0)
		return "br";
	if (strncmp(client->lang, "pt", 2) == 0)
		return "pt";
	return strncmp(client->lang, "es", 2) == 0 ? "es" : "en";
}

void name_of_code(struct client *client, struct chy_str code, struct chy_buffer *out)
{
	char alpha[4], locale[16];
	struct chy_str name;
	bool latin = strncmp(client->lang, "pt", 2) == 0 || strncmp(client->lang, "es", 2) == 0 ||
		     strncmp(client->lang, "en", 2) == 0;

	snprintf(locale, sizeof(locale), "%s", client->lang);
	locale[strcspn(locale, ".@")] = '\0';
	if (!latin && code.size == 3) {
		memcpy(alpha, code.data, 3);
		alpha[3] = '\0';
		if (chy_display_country(alpha, locale, out) == CHY_OK)
			return;
	}
	name = client->catalogue ? chy_catalogue_actor_name(
					   client->catalogue, code, catalogue_language(client))
				 : (struct chy_str){"", 0};
	chy_buffer_add_str(out, name.size ? name : code);
}

struct chy_str name_of_dispute(const struct client *client, const struct chy_dispute *dispute)
{
	if (strncmp(client->lang, "pt", 2) == 0)
		return dispute->name_pt;
	return strncmp(client->lang, "es", 2) == 0 ? dispute->name_es : dispute->name_en;
}

static void add_item(struct client *client, const json_t *item, bool names, struct chy_buffer *out)
{
	struct chy_str code = chy_json_str(item, "code");

	if (json_is_string(item)) {
		chy_buffer_add(out, json_string_value(item), json_string_length(item));
	} else if (code.size && names) {
		name_of_code(client, code, out);
	} else if (code.size) {
		chy_buffer_add_str(out, code);
	} else {
		chy_json_canonical(item, out);
	}
}

/* What an article brings along must not steer the reader's terminal: control
 * characters, the two-byte ones too, become blanks. */
static void disarm(char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];
		unsigned char next = i + 1 < size ? (unsigned char)text[i + 1] : 0;

		if (c < 0x20 || c == 0x7f)
			text[i] = ' ';
		else if (c == 0xc2 && next >= 0x80 && next < 0xa0)
			text[i] = text[i + 1] = ' ';
	}
}

/* EDTF numbers the seasons, which few know by heart. */
static bool add_season(struct chy_str date, struct chy_buffer *out)
{
	static const char *const seasons[] = {"spring", "summer", "autumn", "winter"};
	struct chy_edtf edtf;

	if (chy_edtf_parse(date, &edtf) || edtf.interval || edtf.from.month < 21)
		return false;
	chy_buffer_printf(out, "%s %d", seasons[edtf.from.month - 21], (int)edtf.from.year);
	return true;
}

void date_words(struct chy_str date, struct chy_buffer *out)
{
	if (!add_season(date, out))
		chy_buffer_add_str(out, date);
}

static bool is_date(const char *key)
{
	return strcmp(key, "date") == 0 || strcmp(key, "due") == 0 || strcmp(key, "when") == 0;
}

void cell_text(struct client *client, const json_t *row, const char *key, bool names,
	struct chy_buffer *out)
{
	const json_t *value = json_object_get(row, key);

	chy_buffer_clear(out);
	if (json_is_array(value)) {
		for (size_t i = 0; i < json_array_size(value); i++) {
			if (i)
				chy_buffer_add_str(out, names ? CHY_STR(", ") : CHY_STR("|"));
			add_item(client, json_array_get(value, i), names, out);
		}
	} else if (json_is_integer(value)) {
		chy_buffer_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	} else if (json_is_real(value)) {
		chy_buffer_printf(out, "%g", json_real_value(value));
	} else if (names && is_date(key) && json_is_string(value)) {
		date_words(chy_json_str(row, key), out);
	} else if (value && !json_is_null(value)) {
		add_item(client, value, names, out);
	}
	chy_buffer_add(out, "", 0);
	if (names)
		disarm(out->data, out->size);
}

/* -- machine formats ------------------------------------------------------ */

/* RFC 4180. */
static void print_csv_cell(struct chy_str text)
{
	bool quote = false;

	for (size_t i = 0; i < text.size && !quote; i++)
		quote = strchr(",\"\r\n", text.data[i]) != NULL;
	if (quote)
		putchar('"');
	for (size_t i = 0; i < text.size; i++) {
		if (quote && text.data[i] == '"')
			putchar('"');
		putchar(text.data[i]);
	}
	if (quote)
		putchar('"');
}

/* Tabs and line ends inside a cell become blanks. */
static void print_tsv_cell(struct chy_str text)
{
	for (size_t i = 0; i < text.size; i++)
		putchar(text.data[i] == '\t' || text.data[i] == '\n' || text.data[i] == '\r'
				? ' '
				: text.data[i]);
}

static void print_separated(
	struct client *client, const struct column *columns, size_t n, const json_t *rows, bool csv)
{
	struct chy_buffer cell;

	chy_buffer_init(&cell);
	for (size_t i = 0; i <= json_array_size(rows); i++) {
		for (size_t c = 0; c < n; c++) {
			struct chy_str text = chy_str_from(columns[c].key);

			if (i) {
				cell_text(client, json_array_get(rows, i - 1), columns[c].key,
					false, &cell);
				text = (struct chy_str){cell.data, cell.size};
			}
			if (c)
				putchar(csv ? ',' : '\t');
			if (csv)
				print_csv_cell(text);
			else
				print_tsv_cell(text);
		}
		fputs(csv ? "\r\n" : "\n", stdout);
	}
	chy_buffer_fini(&cell);
}

/* -- tables for people ---------------------------------------------------- */

enum { GAP = 2, NARROWEST = 12, WIDE_ENOUGH = 40, LINES = 40, INDENT = 4 };

struct cells {
	char **text; /* row by row */
	size_t rows, columns, stride; /* columns shown, and those there are */
	size_t width[16];
};

static struct chy_str cell_at(const struct cells *cells, size_t row, size_t column)
{
	return chy_str_from(cells->text[row * cells->stride + column]);
}

static bool gather(struct client *client, const struct column *columns, size_t n,
	const json_t *rows, struct cells *out)
{
	struct chy_buffer cell;

	*out = (struct cells){.rows = json_array_size(rows), .columns = n, .stride = n};
	out->text = calloc(out->rows * n + 1, sizeof(*out->text));
	chy_buffer_init(&cell);
	for (size_t c = 0; c < n; c++)
		out->width[c] = chy_display_width(chy_str_from(columns[c].header));
	for (size_t i = 0; out->text && i < out->rows * n; i++) {
		size_t width;

		cell_text(client, json_array_get(rows, i / n), columns[i % n].key, true, &cell);
		out->text[i] = strdup(cell.data);
		width = chy_display_width(chy_str_from(out->text[i]));
		if (width > out->width[i % n])
			out->width[i % n] = width;
	}
	chy_buffer_fini(&cell);
	return out->text != NULL;
}

/* An id that is cut in two cannot be typed again. */
static bool is_whole(const struct column *column)
{
	return strcmp(column->key, "id") == 0 || strcmp(column->key, "best") == 0;
}

/* Wide columns share what the others leave; where even these do not fit, the
 * widest gives way. */
static void fit(const struct client *client, const struct column *columns, struct cells *cells)
{
	for (;;) {
		size_t total = 0, widest = cells->columns;

		for (size_t c = 0; c < cells->columns; c++)
			total += cells->width[c] + GAP;
		if (total <= client->width + GAP)
			return;
		for (int wide = 1; wide >= 0 && widest == cells->columns; wide--)
			for (size_t c = 0; c < cells->columns; c++)
				if (columns[c].wide == (wide == 1) && cells->width[c] > NARROWEST &&
					!is_whole(&columns[c]) &&
					(widest == cells->columns ||
						cells->width[c] > cells->width[widest]))
					widest = c;
		if (widest == cells->columns)
			return;
		cells->width[widest]--;
	}
}

static void spaces(size_t n)
{
	printf("%*s", (int)n, "");
}

/* The row keeps its stride; only fewer columns are shown side by side. */
static void refit_without_last(
	struct client *client, const struct column *columns, struct cells *cells)
{
	cells->columns--;
	for (size_t c = 0; c < cells->columns; c++) {
		cells->width[c] = chy_display_width(chy_str_from(columns[c].header));
		for (size_t row = 0; row < cells->rows; row++) {
			size_t width = chy_display_width(cell_at(cells, row, c));

			if (width > cells->width[c])
				cells->width[c] = width;
		}
	}
	fit(client, columns, cells);
}

static void print_table_row(const struct client *client, const struct cells *cells, size_t row)
{
	struct chy_str rest[16];
	bool more = true;

	for (size_t c = 0; c < cells->columns; c++)
		rest[c] = cell_at(cells, row, c);
	for (size_t line = 0; more && line < LINES; line++) {
		size_t owed = 0;

		more = false;
		for (size_t c = 0; c < cells->columns; c++) {
			size_t skip = 0, size = 0;
			struct chy_str part = rest[c];

			if (rest[c].size)
				size = chy_display_break(
					rest[c], cells->width[c], client->lang, &skip);
			part.size = size;
			if (size) {
				spaces(owed);
				printf("%.*s", (int)size, part.data);
				owed = 0;
			}
			owed += cells->width[c] - chy_display_width(part) + GAP;
			rest[c].data += size + skip;
			rest[c].size -= size + skip;
			more |= rest[c].size > 0;
		}
		putchar('\n');
	}
}

/* A sentence in a narrow column is hard to read: where little room is left for
 * the last, wide column, it goes below its row. */
static bool goes_below(const struct column *columns, const struct cells *cells)
{
	size_t last = cells->columns - 1;

	return columns[last].wide && cells->width[last] < WIDE_ENOUGH;
}

static void print_below(const struct client *client, const struct cells *cells, size_t row)
{
	print_wrapped(client, cell_at(cells, row, cells->columns), INDENT);
}

static void print_table(
	struct client *client, const struct column *columns, size_t n, const json_t *rows)
{
	struct cells cells;
	bool below;

	if (!gather(client, columns, n, rows, &cells))
		return;
	fit(client, columns, &cells);
	below = goes_below(columns, &cells);
	if (below)
		refit_without_last(client, columns, &cells);
	if (client->colour)
		fputs("\033[1m", stdout);
	for (size_t c = 0; c < cells.columns; c++)
		printf("%s%*s", columns[c].header,
			c + 1 < cells.columns
				? (int)(cells.width[c] + GAP -
					  chy_display_width(chy_str_from(columns[c].header)))
				: 0,
			"");
	fputs(client->colour ? "\033[0m\n" : "\n", stdout);
	for (size_t row = 0; row < cells.rows; row++) {
		print_table_row(client, &cells, row);
		if (below)
			print_below(client, &cells, row);
	}
	for (size_t i = 0; i < cells.rows * n; i++)
		free(cells.text[i]);
	free(cells.text);
}

/* In a pipe: a row a line, nothing cut, two blanks between. */
static void print_plain(
	struct client *client, const struct column *columns, size_t n, const json_t *rows)
{
	struct chy_buffer cell;

	chy_buffer_init(&cell);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		for (size_t c = 0; c < n; c++) {
			cell_text(client, json_array_get(rows, i), columns[c].key, true, &cell);
			printf("%s%s", c ? "  " : "", cell.size ? cell.data : "-");
		}
		putchar('\n');
	}
	chy_buffer_fini(&cell);
}

int print_rows(struct client *client, const struct column *columns, size_t n, const json_t *rows)
{
	size_t i;
	json_t *row;

	switch (client->format) {
	case FORMAT_JSON:
		print_as_json(client, rows);
		break;
	case FORMAT_JSONL:
		json_array_foreach(rows, i, row) print_as_json(client, row);
		break;
	case FORMAT_CSV:
	case FORMAT_TSV:
		print_separated(client, columns, n, rows, client->format == FORMAT_CSV);
		break;
	default:
		if (!json_array_size(rows))
			say_nothing_found(client);
		else if (client->terminal || client->format_given)
			print_table(client, columns, n, rows);
		else
			print_plain(client, columns, n, rows);
	}
	return json_array_size(rows) ? EXIT_ANSWERED : EXIT_NOTHING;
}

void print_wrapped(const struct client *client, struct chy_str text, size_t indent)
{
	size_t room = client->width > indent + 20 ? client->width - indent : 20;
	struct chy_buffer safe;

	chy_buffer_init(&safe);
	chy_buffer_add_str(&safe, chy_str_trim(text));
	if (safe.size)
		disarm(safe.data, safe.size);
	text = (struct chy_str){safe.data, safe.size};
	while (text.size) {
		size_t skip = 0, size = chy_display_break(text, room, client->lang, &skip);

		spaces(indent);
		printf("%.*s\n", (int)size, text.data);
		text.data += size + skip;
		text.size -= size + skip;
	}
	chy_buffer_fini(&safe);
}
