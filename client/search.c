/* search: full text over the sentences of events and the titles of documents. */
#include <stdlib.h>
#include <string.h>

#include "client.h"

enum { MANY = 20 };

/* -- the words ------------------------------------------------------------------ */

static void join_words(int argc, char **argv, struct chy_buffer *out)
{
	for (int i = 0; i < argc; i++) {
		if (i)
			chy_buffer_add_char(out, ' ');
		chy_buffer_add_str(out, chy_str_from(argv[i]));
	}
	chy_buffer_add(out, "", 0);
}

/* -- on a terminal ----------------------------------------------------------------- */

/* A byte that would steer the terminal; those of two bytes too. */
static bool is_steering(struct chy_str text, size_t at)
{
	unsigned char c = (unsigned char)text.data[at];
	unsigned char next = at + 1 < text.size ? (unsigned char)text.data[at + 1] : 0;
	unsigned char last = at ? (unsigned char)text.data[at - 1] : 0;

	return c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0) ||
	       (last == 0xc2 && c >= 0x80 && c < 0xa0);
}

static int64_t edge(const json_t *marks, size_t i, size_t which)
{
	return json_integer_value(json_array_get(json_array_get(marks, i), which));
}

/* A line of a text, [from, to), with the words that were looked for in bold. */
static void print_line(struct chy_str text, size_t from, size_t to, const json_t *marks)
{
	size_t mark = 0, n = json_array_size(marks);

	for (size_t at = from; at < to; at++) {
		while (mark < n && (size_t)edge(marks, mark, 1) <= at)
			mark++;
		if (mark < n && ((size_t)edge(marks, mark, 0) == at ||
					(at == from && (size_t)edge(marks, mark, 0) < at)))
			fputs("\033[1;33m", stdout);
		putchar(is_steering(text, at) ? ' ' : text.data[at]);
		if (mark < n && ((size_t)edge(marks, mark, 1) == at + 1 ||
					(at + 1 == to && (size_t)edge(marks, mark, 0) <= at)))
			fputs("\033[0m", stdout);
	}
}

static void print_marked(
	const struct client *client, struct chy_str text, const json_t *marks, int indent)
{
	size_t room = client->width > 28 ? client->width - (size_t)indent : 24, at = 0;

	while (at < text.size) {
		struct chy_str rest = {text.data + at, text.size - at};
		size_t skip = 0, size = chy_display_break(rest, room, client->lang, &skip);

		printf("%*s", indent, "");
		print_line(text, at, at + size, client->colour ? marks : NULL);
		putchar('\n');
		at += size + skip;
	}
}

static void print_hit(struct client *client, const json_t *hit)
{
	static const char *const keys[] = {"when", "source", "event", "id"};
	struct chy_str title = chy_json_str(hit, "title"), sentence = chy_json_str(hit, "sentence");
	struct chy_str document = chy_json_str(hit, "document");
	struct chy_buffer cell;

	chy_buffer_init(&cell);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		cell_text(client, hit, keys[i], true, &cell);
		if (cell.size)
			printf("%s  ", cell.data);
	}
	printf("%.12s\n", document.size >= 12 ? document.data : "");
	if (title.size && !chy_str_equal(title, sentence))
		print_marked(client, title, json_object_get(hit, "title_marks"), 2);
	if (sentence.size)
		print_marked(client, sentence, json_object_get(hit, "marks"), 4);
	chy_buffer_fini(&cell);
}

/* -- the command ------------------------------------------------------------------------ */

/* The day of the act, else of the report, in brackets, as timeline has it. */
static void set_when(json_t *hit)
{
	const char *date = json_string_value(json_object_get(hit, "date"));
	const char *reported = json_string_value(json_object_get(hit, "reported"));

	if (date)
		json_object_set_new(hit, "when", json_string(date));
	else if (reported)
		json_object_set_new(hit, "when", json_sprintf("(%s)", reported));
	if (json_is_null(json_object_get(hit, "id")))
		json_object_set_new(hit, "id",
			json_sprintf("%.12s", json_string_value(json_object_get(hit, "document"))));
}

static void tell_of_more(void)
{
	fflush(stdout);
	fprintf(stderr,
		"chancery: these are the best %d, which is all that search gives; a filter or "
		"another word tells which are meant\n",
		CHY_SEARCH_MOST);
}

static void tell_of_cut(const json_t *beginnings)
{
	const json_t *one;
	size_t i;

	fflush(stdout);
	json_array_foreach(beginnings, i, one) fprintf(stderr,
		"chancery: %s* begins more words than are looked for: only its first %d stems "
		"were, in order of letters; more letters tell which are meant\n",
		json_string_value(one), CHY_SEARCH_STEMS);
}

static int print_hits(struct client *client, json_t *hits)
{
	static const struct column columns[] = {{"when", "when", false},
		{"outlet", "source", false}, {"id", "id", false}, {"title", "title", true},
		{"sentence", "sentence", true}};
	static const struct column flat[] = {{"", "score", false}, {"", "kind", false},
		{"", "id", false}, {"", "document", false}, {"", "date", false},
		{"", "reported", false}, {"", "event", false}, {"", "source", false},
		{"", "title", false}, {"", "sentence", false}, {"", "language", false},
		{"", "url", false}};
	size_t i;
	json_t *hit;

	if (client->format == FORMAT_CSV || client->format == FORMAT_TSV)
		return print_rows(client, flat, sizeof(flat) / sizeof(flat[0]), hits);
	if (client->format == FORMAT_JSON || client->format == FORMAT_JSONL)
		return print_rows(client, columns, 0, hits);
	if (client->terminal && !client->format_given) {
		json_array_foreach(hits, i, hit)
		{
			if (json_is_string(json_object_get(hit, "date")))
				json_object_set(hit, "when", json_object_get(hit, "date"));
			else
				json_object_set(hit, "when", json_object_get(hit, "reported"));
			print_hit(client, hit);
		}
		if (!json_array_size(hits))
			say_nothing_found(client);
		return json_array_size(hits) ? EXIT_ANSWERED : EXIT_NOTHING;
	}
	json_array_foreach(hits, i, hit) set_when(hit);
	return print_rows(client, columns, sizeof(columns) / sizeof(columns[0]), hits);
}

static int ask(struct client *client, const struct chy_event_filter *filter, int argc, char **argv)
{
	struct chy_buffer words;
	struct chy_fault fault;
	json_t *hits, *cut;
	int status, result;

	chy_buffer_init(&words);
	join_words(argc, argv, &words);
	result = chy_view_search(client->view, (struct chy_str){words.data, words.size}, filter,
		&hits, &cut, &fault);
	chy_buffer_fini(&words);
	if (result == CHY_EINPUT)
		return usage_error("%s; `chancery search --help` tells how to look for words",
			fault.detail[0] ? fault.detail : "the words cannot be read");
	if (result)
		return tell(&fault);
	status = print_hits(client, hits);
	if (json_array_size(hits) == CHY_SEARCH_MOST)
		tell_of_more();
	tell_of_cut(cut);
	json_decref(cut);
	json_decref(hits);
	return status;
}

int run_search(struct client *client, int argc, char **argv)
{
	struct filter_options options = {.actor = NULL};
	struct chy_event_filter filter;
	struct option_spec specs[32];
	size_t n = filter_specs(&options, specs);
	int rest, status;

	client->dashed_words = true;
	status = read_options(client, command_named("search"), specs, n, argc, argv, &rest);
	if (!status && !rest)
		return usage_error("search what? `chancery search --help` tells how to look for "
				   "words");
	if (!status)
		status = open_archive(client);
	if (!status)
		status = read_filter(client, &options, &filter);
	if (status)
		return status < 0 ? 0 : status;
	if (!filter.limit)
		filter.limit = options.limit ? CHY_SEARCH_MOST : MANY;
	if (filter.limit > CHY_SEARCH_MOST)
		return usage_error("search gives %d at most: --limit", CHY_SEARCH_MOST);
	return ask(client, &filter, rest, argv);
}
