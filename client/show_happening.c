/* show H…: one happening whole, with all that is told of it. */
#include <stdlib.h>
#include <string.h>

#include "client.h"

bool is_happening_id(const char *typed)
{
	return (typed[0] | 32) == 'h' && typed[1] &&
	       strspn(typed + 1, "0123456789abcdef") == strlen(typed + 1);
}

static int by_report(const void *one, const void *other)
{
	const json_t *a = *(json_t *const *)one, *b = *(json_t *const *)other;
	int order = chy_str_compare(chy_json_str(a, "reported"), chy_json_str(b, "reported"));

	return order ? order : chy_str_compare(chy_json_str(a, "id"), chy_json_str(b, "id"));
}

static void sort_tellings(json_t *tellings)
{
	size_t n = json_array_size(tellings);
	json_t **list = calloc(n + 1, sizeof(json_t *));

	for (size_t i = 0; i < n && list; i++)
		list[i] = json_incref(json_array_get(tellings, i));
	if (list && n)
		qsort(list, n, sizeof(*list), by_report);
	for (size_t i = 0; i < n && list; i++)
		json_array_set_new(tellings, i, list[i]);
	free(list);
}

/* The events that tell it, in order of their reports. */
static int ask_tellings(struct client *client, json_t *happening)
{
	json_t *tellings = json_array(), *id, *event;
	struct chy_fault fault;
	size_t i;
	int result = 0;

	json_array_foreach(json_object_get(happening, "events"), i, id)
	{
		result = chy_view_event_at(client->view, chy_str_from(json_string_value(id)),
			client->as_of, &event, &fault);
		if (result)
			break;
		json_object_del(event, "superseded");
		json_array_append_new(tellings, event);
	}
	sort_tellings(tellings);
	json_object_set_new(happening, "tellings", tellings);
	return result < 0 ? tell(&fault) : result ? EXIT_NOTHING : 0;
}

/* First and last report, and of how many documents and outlets. */
static void set_reports(json_t *happening)
{
	const json_t *tellings = json_object_get(happening, "tellings"), *one;
	json_t *documents = json_array(), *seen = json_object();
	json_t *first = NULL, *last = NULL;
	size_t i;

	json_array_foreach(tellings, i, one)
	{
		json_t *reported = json_object_get(one, "reported");
		json_t *document = json_object_get(one, "document");

		if (json_is_string(reported)) {
			first = first ? first : reported;
			last = reported;
		}
		if (json_object_get(seen, json_string_value(document)))
			continue;
		json_object_set_new(seen, json_string_value(document), json_true());
		json_array_append(documents, document);
	}
	json_decref(seen);
	json_object_set_new(happening, "first_report", first ? json_incref(first) : json_null());
	json_object_set_new(happening, "last_report", last ? json_incref(last) : json_null());
	json_object_set_new(happening, "documents", documents);
	json_object_set_new(happening, "outlets",
		json_integer((json_int_t)json_array_size(json_object_get(happening, "sources"))));
}

/* "E3.1  2013-11-01  Lusa  0.9  (the best)" and its sentence. */
static void print_telling(struct client *client, const json_t *event, struct chy_str best)
{
	struct chy_str id = chy_json_str(event, "id"), reported = chy_json_str(event, "reported");
	struct chy_str source = chy_json_str(event, "source"), date = chy_json_str(event, "date");
	struct chy_buffer line;

	chy_buffer_init(&line);
	chy_buffer_printf(&line, "%.*s  %.*s  %.*s", (int)id.size, id.data,
		(int)(reported.size ? reported.size : 1), reported.size ? reported.data : "-",
		(int)(source.size ? source.size : 14),
		source.size ? source.data : "unnamed outlet");
	if (date.size)
		chy_buffer_printf(&line, "  dated %.*s", (int)date.size, date.data);
	chy_buffer_printf(&line, "  confidence %g%s",
		json_number_value(json_object_get(event, "confidence")),
		chy_str_equal(id, best) ? "  (tells it best)" : "");
	print_wrapped(client, (struct chy_str){line.data, line.size}, 2);
	print_wrapped(client, chy_json_str(event, "sentence"), 6);
	chy_buffer_fini(&line);
}

static void print_happening(struct client *client, const json_t *happening)
{
	static const char *const keys[] = {"happening", "event", "mode", "cameo", "score", "actor",
		"recipient", "date", "due", "aux", "place", "dispute"};
	const json_t *tellings = json_object_get(happening, "tellings"), *one;
	struct chy_str first = chy_json_str(happening, "first_report");
	struct chy_str last = chy_json_str(happening, "last_report");
	struct chy_buffer words;
	size_t i, documents = json_array_size(json_object_get(happening, "documents"));

	print_members(client, happening, keys, sizeof(keys) / sizeof(keys[0]));
	printf("  %-12s %zu event%s in %zu document%s of %lld outlet%s\n", "told by",
		json_array_size(tellings), json_array_size(tellings) == 1 ? "" : "s", documents,
		documents == 1 ? "" : "s",
		json_integer_value(json_object_get(happening, "outlets")),
		json_integer_value(json_object_get(happening, "outlets")) == 1 ? "" : "s");
	print_member(client, happening, "sources");
	if (first.size)
		printf("  %-12s %.*s%s%.*s\n", "reported", (int)first.size, first.data,
			chy_str_equal(first, last) ? "" : " to ",
			chy_str_equal(first, last) ? 0 : (int)last.size, last.data);
	chy_buffer_init(&words);
	describe_contradictions(client, happening, &words);
	if (words.size)
		printf("  %-12s %s\n", "disputed", words.data);
	chy_buffer_fini(&words);
	putchar('\n');
	json_array_foreach(tellings, i, one)
		print_telling(client, one, chy_json_str(happening, "best"));
}

static int ask_happening(struct client *client, const char *typed, json_t **out)
{
	struct chy_fault fault;
	int result =
		chy_view_happening(client->view, chy_str_from(typed), client->as_of, out, &fault);

	if (result == CHY_EINPUT)
		return usage_error("'%s' is no happening's id: they are H and sixteen digits, as "
				   "`timeline --format jsonl` shows them",
			typed);
	if (result < 0)
		return tell(&fault);
	if (result)
		fprintf(stderr, "chancery: the archive tells of no happening %s\n", typed);
	return result ? EXIT_NOTHING : 0;
}

int show_happening(struct client *client, const char *typed)
{
	json_t *happening, *list;
	int status = ask_happening(client, typed, &happening);

	if (status)
		return status;
	list = json_pack("[o]", happening);
	status = ask_contradictions(client, list);
	if (!status)
		status = ask_tellings(client, happening);
	if (!status) {
		set_reports(happening);
		if (!print_as_json(client, happening))
			print_happening(client, happening);
	}
	json_decref(list);
	return status;
}
