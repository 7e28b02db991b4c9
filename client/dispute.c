/* disputes, dispute: how contested matters stand. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"
#include "client.h"

static struct chy_event_filter matter_of(const struct client *client, struct chy_str id)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	filter.dispute = id;
	filter.as_of = client->as_of;
	return filter;
}

static int course_of(struct client *client, struct chy_str id, int64_t day, struct chy_course *out)
{
	struct chy_event_filter filter = matter_of(client, id);
	struct chy_fault fault;

	return chy_view_course(client->view, &filter, day, out, &fault) ? tell(&fault) : 0;
}

static void set_text(json_t *row, const char *key, struct chy_str text)
{
	json_object_set_new(row, key, json_stringn(text.data, text.size));
}

static json_t *text_or_null(struct chy_str text)
{
	return text.size ? json_stringn(text.data, text.size) : json_null();
}

/* To a tenth, and never minus nothing: more would feign knowledge. */
static json_t *rounded(double temperature)
{
	double tenths = round(temperature * 10);

	return json_real(tenths == 0 ? 0 : tenths / 10);
}

static void set_last_act(json_t *row, const json_t *last)
{
	char when[16];

	day_text(happening_day(last), when);
	json_object_set_new(row, "last", when[0] ? json_string(when) : json_null());
	json_object_set_new(row, "last_event",
		last ? json_incref(json_object_get(last, "event")) : json_null());
	json_object_set_new(row, "last_actor",
		last ? json_incref(json_object_get(last, "actor")) : json_array());
}

static json_t *row_of(struct client *client, const struct chy_dispute *dispute,
	const struct chy_course *course, int64_t day)
{
	json_t *row = json_object(), *claimants = json_array();
	char text[16];

	for (size_t i = 0; i < dispute->claimant_count; i++)
		json_array_append_new(
			claimants, json_pack("{s:s%}", "code", dispute->claimants[i].data,
					   dispute->claimants[i].size));
	day_text(day, text);
	set_text(row, "id", dispute->id);
	set_text(row, "name", name_of_dispute(client, dispute));
	set_text(row, "issue", dispute->issue);
	json_object_set_new(row, "since", text_or_null(dispute->start));
	json_object_set_new(row, "until", text_or_null(dispute->end));
	json_object_set_new(row, "day", text[0] ? json_string(text) : json_null());
	json_object_set_new(row, "parties", claimants);
	json_object_set_new(row, "happenings", json_integer((json_int_t)course->happenings));
	json_object_set_new(row, "temperature", rounded(course->temperature));
	set_last_act(row, course->last);
	return row;
}

int run_disputes(struct client *client, int argc, char **argv)
{
	static const struct column columns[] = {{"dispute", "id", false},
		{"temperature", "temperature", false}, {"happenings", "happenings", false},
		{"last act", "last", false}, {"", "last_event", false}, {"by", "last_actor", false},
		{"name", "name", true}};
	struct chy_course course;
	json_t *rows;
	int64_t day;
	int rest, status = read_options(
			  client, command_named("disputes"), NULL, 0, argc, argv, &rest);

	if (!status)
		status = open_archive(client);
	if (status)
		return status < 0 ? 0 : status;
	rows = json_array();
	day = latest_day(client);
	for (size_t i = 0; i < chy_catalogue_dispute_count(client->catalogue) && !status; i++) {
		const struct chy_dispute *dispute = chy_catalogue_dispute(client->catalogue, i);

		status = course_of(client, dispute->id, day, &course);
		if (status)
			break;
		if (course.happenings)
			json_array_append_new(rows, row_of(client, dispute, &course, day));
		json_decref(course.last);
	}
	if (!status)
		status = print_rows(client, columns, sizeof(columns) / sizeof(columns[0]), rows);
	json_decref(rows);
	return status;
}

/* -- one dispute ---------------------------------------------------------- */

static bool acts(const json_t *happening, struct chy_str code)
{
	const json_t *side = json_object_get(happening, "actor");

	for (size_t i = 0; i < json_array_size(side); i++)
		if (chy_str_equal(chy_json_str(json_array_get(side, i), "code"), code))
			return true;
	return false;
}

static void heading(const struct client *client, const char *text)
{
	printf(client->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

/* "2013-11-01  Russia → Japan  CONSULT/visit  [Lusa, Brics Post]  E12.3"; the
 * day of a report, where the text gives none, in brackets. */
static void describe(struct client *client, const json_t *h, struct chy_buffer *line)
{
	struct chy_str date = chy_json_str(h, "date"), aux = chy_json_str(h, "aux");
	struct chy_str due = chy_json_str(h, "due"), reported = chy_json_str(h, "reported");
	struct chy_buffer cell;
	char day[16];

	chy_buffer_init(&cell);
	day_text(happening_day(h), day);
	if (date.size)
		date_words(date, line);
	else
		chy_buffer_printf(line, "(%s)", day);
	cell_text(client, h, "actor", true, &cell);
	chy_buffer_printf(line, "  %s", cell.data);
	cell_text(client, h, "recipient", true, &cell);
	if (cell.size)
		chy_buffer_printf(line, " → %s", cell.data);
	chy_buffer_printf(line, "  %s", json_string_value(json_object_get(h, "event")));
	if (json_is_string(json_object_get(h, "mode")))
		chy_buffer_printf(line, "/%s", json_string_value(json_object_get(h, "mode")));
	if (aux.size)
		chy_buffer_printf(line, " (%.*s)", (int)aux.size, aux.data);
	if (due.size) {
		chy_buffer_add_str(line, CHY_STR("  due "));
		date_words(due, line);
	}
	cell_text(client, h, "sources", true, &cell);
	chy_buffer_printf(line, "  [%s%s%.*s]  %s of %.12s",
		cell.size ? cell.data : "unnamed outlet", reported.size ? ", " : "",
		(int)reported.size, reported.size ? reported.data : "",
		json_string_value(json_object_get(h, "best")),
		json_string_value(json_object_get(h, "document")));
	chy_buffer_fini(&cell);
}

static void print_happening(struct client *client, const json_t *h)
{
	struct chy_buffer line;

	chy_buffer_init(&line);
	describe(client, h, &line);
	if (client->terminal)
		print_wrapped(client, (struct chy_str){line.data, line.size}, 2);
	else
		printf("  %s\n", line.data);
	print_wrapped(client, chy_json_str(h, "sentence"), 6);
	chy_buffer_fini(&line);
}

enum { SHOWN_ACTS = 3, SHOWN_COMMITMENTS = 8, OTHERS_AMONG = 200 };

static int commitments_of(struct client *client, struct chy_str id, int64_t day, json_t **out)
{
	struct chy_event_filter filter = matter_of(client, id);
	struct chy_fault fault;

	return chy_view_commitments(client->view, &filter, day, out, &fault) ? tell(&fault) : 0;
}

/* Those of one state, the latest terms first. */
static void print_commitments(
	struct client *client, const json_t *commitments, const char *state, const char *title)
{
	size_t shown = 0;

	for (size_t i = json_array_size(commitments); i-- > 0 && shown < SHOWN_COMMITMENTS;) {
		const json_t *h = json_array_get(commitments, i), *by = json_object_get(h, "by");

		if (!chy_str_is(chy_json_str(h, "state"), state))
			continue;
		if (!shown++)
			heading(client, title);
		print_happening(client, h);
		if (json_is_object(by)) {
			struct chy_buffer line;

			chy_buffer_init(&line);
			chy_buffer_add_str(&line, CHY_STR("by "));
			describe(client, by, &line);
			print_wrapped(client, (struct chy_str){line.data, line.size}, 6);
			chy_buffer_fini(&line);
		}
	}
}

/* The last acts of one party, or, with an empty code, of all others: an array,
 * a new reference, the latest last. */
static int last_acts_of(
	struct client *client, const struct chy_dispute *dispute, struct chy_str code, json_t **out)
{
	struct chy_event_filter filter = matter_of(client, dispute->id);
	struct chy_fault fault;
	size_t n;

	filter.actor = code;
	filter.limit = code.size ? SHOWN_ACTS : OTHERS_AMONG;
	if (chy_view_happenings(client->view, &filter, out, &fault))
		return tell(&fault);
	for (n = json_array_size(*out); n-- > 0 && !code.size;) {
		bool party = false;

		for (size_t i = 0; i < dispute->claimant_count; i++)
			party |= acts(json_array_get(*out, n), dispute->claimants[i]);
		if (party || json_array_size(*out) - n > SHOWN_ACTS)
			json_array_remove(*out, n);
	}
	return 0;
}

/* One array for each party, one for all others. */
static int acts_of(struct client *client, const struct chy_dispute *dispute, json_t **out)
{
	int status = 0;

	*out = json_array();
	for (size_t i = 0; i <= dispute->claimant_count && !status; i++) {
		struct chy_str code =
			i < dispute->claimant_count ? dispute->claimants[i] : CHY_STR("");
		json_t *list;

		status = last_acts_of(client, dispute, code, &list);
		if (!status)
			json_array_append_new(*out, list);
	}
	return status;
}

static void print_last_acts(struct client *client, struct chy_str code, const json_t *list)
{
	struct chy_buffer name;

	chy_buffer_init(&name);
	chy_buffer_add_str(&name, CHY_STR("Last acts: "));
	if (code.size)
		name_of_code(client, code, &name);
	else
		chy_buffer_add_str(&name, CHY_STR("others"));
	if (json_array_size(list))
		heading(client, name.data);
	for (size_t n = json_array_size(list); n-- > 0;)
		print_happening(client, json_array_get(list, n));
	chy_buffer_fini(&name);
}

static bool any_undated(const json_t *happenings)
{
	for (size_t i = 0; i < json_array_size(happenings); i++)
		if (!json_is_string(json_object_get(json_array_get(happenings, i), "date")))
			return true;
	return false;
}

static void print_dispute(struct client *client, const struct chy_dispute *dispute,
	const json_t *row, const json_t *lists)
{
	static const struct {
		const char *state, *title;
	} states[] = {{"pending", "Open commitments"}, {"overdue", "Overdue commitments"},
		{"broken", "Broken commitments"}, {"kept-late", "Commitments kept late"},
		{"kept", "Commitments kept"}};
	struct chy_str name = name_of_dispute(client, dispute);
	struct chy_buffer parties;

	chy_buffer_init(&parties);
	for (size_t i = 0; i < dispute->claimant_count; i++) {
		if (i)
			chy_buffer_add_str(&parties, CHY_STR(", "));
		name_of_code(client, dispute->claimants[i], &parties);
	}
	printf(client->colour ? "\033[1m%.*s\033[0m (%.*s)\n" : "%.*s (%.*s)\n", (int)name.size,
		name.data, (int)dispute->id.size, dispute->id.data);
	printf("  parties      %s\n", parties.data ? parties.data : "");
	printf("  issue        %.*s, in contention since %.*s%s%.*s\n", (int)dispute->issue.size,
		dispute->issue.data, (int)dispute->start.size, dispute->start.data,
		dispute->end.size ? " until " : "", (int)dispute->end.size, dispute->end.data);
	printf("  temperature  %.1f on %s (above 0: conflict; half-life %d days)\n",
		json_real_value(json_object_get(row, "temperature")),
		json_string_value(json_object_get(row, "day")), (int)CHY_HALF_LIFE);
	printf("  happenings   %lld\n", json_integer_value(json_object_get(row, "happenings")));
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		print_commitments(client, json_object_get(row, "commitments"), states[i].state,
			states[i].title);
	for (size_t i = 0; i <= dispute->claimant_count; i++)
		print_last_acts(client,
			i < dispute->claimant_count ? dispute->claimants[i] : CHY_STR(""),
			json_array_get(lists, i));
	if (any_undated(json_object_get(row, "commitments")) ||
		any_undated(json_object_get(row, "acts")))
		printf("\nDays in brackets are those of the reports: the text names none.\n");
	chy_buffer_fini(&parties);
}

static int by_day(const void *one, const void *other)
{
	int64_t a = happening_day(*(json_t *const *)one),
		b = happening_day(*(json_t *const *)other);

	return (a > b) - (a < b);
}

/* The acts of all lists, each once, in order of day. */
static json_t *merged(const json_t *lists)
{
	json_t *seen = json_object(), *out = json_array(), *list, *act, **sorted;
	size_t i, j, n = 0;

	json_array_foreach(lists, i, list) json_array_foreach(list, j, act)
	{
		const char *name = json_string_value(json_object_get(act, "happening"));

		if (!json_object_get(seen, name))
			json_array_append(out, act);
		json_object_set_new(seen, name, json_true());
	}
	json_decref(seen);
	sorted = calloc(json_array_size(out) + 1, sizeof(json_t *));
	json_array_foreach(out, i, act) if (sorted) sorted[n++] = json_incref(act);
	if (n)
		qsort(sorted, n, sizeof(json_t *), by_day);
	for (i = 0; i < n; i++)
		json_array_set_new(out, i, sorted[i]);
	free(sorted);
	return out;
}

static int tell_dispute(struct client *client, const struct chy_dispute *dispute)
{
	json_t *row, *lists, *commitments = NULL;
	struct chy_course course;
	int64_t day = latest_day(client);
	int status = course_of(client, dispute->id, day, &course);

	if (status)
		return status;
	row = row_of(client, dispute, &course, day);
	json_decref(course.last);
	status = commitments_of(client, dispute->id, day, &commitments);
	json_object_set_new(row, "commitments", commitments ? commitments : json_array());
	if (!status)
		status = acts_of(client, dispute, &lists);
	else
		lists = json_array();
	json_object_set_new(row, "acts", merged(lists));
	if (!status && !print_as_json(client, row)) {
		if (course.happenings)
			print_dispute(client, dispute, row, lists);
		else
			fprintf(stderr, "chancery: the archive tells nothing of %.*s\n",
				(int)dispute->id.size, dispute->id.data);
	}
	json_decref(lists);
	json_decref(row);
	return status ? status : course.happenings ? EXIT_ANSWERED : EXIT_NOTHING;
}

int run_dispute(struct client *client, int argc, char **argv)
{
	struct filter_options options = {0};
	struct chy_event_filter filter;
	int rest,
		status = read_options(client, command_named("dispute"), NULL, 0, argc, argv, &rest);

	if (!status && rest != 1)
		return usage_error("dispute takes one id; `chancery disputes` lists them");
	if (!status)
		status = open_archive(client);
	options.dispute = argv[0];
	if (!status)
		status = read_filter(client, &options, &filter);
	if (status)
		return status < 0 ? 0 : status;
	if (!chy_catalogue_find(client->catalogue, filter.dispute))
		return usage_error(
			"%s is a thread, which the catalogue has no entry for; `chancery "
			"timeline --dispute %s` tells it",
			argv[0], argv[0]);
	return tell_dispute(client, chy_catalogue_find(client->catalogue, filter.dispute));
}
