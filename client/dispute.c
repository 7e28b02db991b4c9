/* disputes, dispute: how contested matters stand. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"
#include "client.h"

/* Of what is asked: the day of which things are told, and, with --on, the day
 * after which nothing has happened yet. */
struct moment {
	int64_t day, last_day;
};

static int read_moment(struct client *client, const char *on, struct moment *out)
{
	out->last_day = INT64_MAX;
	if (!on) {
		out->day = latest_day(client);
		return 0;
	}
	out->day = INT64_MAX;
	return read_day("--on", on, true, &out->day) ? EXIT_USAGE : (out->last_day = out->day, 0);
}

static struct chy_event_filter filter_of(
	struct client *client, const json_t *matter, const struct moment *moment)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;

	filter.dispute = matter_key(client, matter);
	filter.as_of = client->as_of;
	until_day(&filter, moment->last_day);
	return filter;
}

static json_t *date_or_null(int64_t day)
{
	char text[16];

	day_text(day, text);
	return text[0] ? json_string(text) : json_null();
}

/* To a tenth, and never minus nothing: more would feign knowledge. */
static json_t *rounded(double temperature)
{
	double tenths = round(temperature * 10);

	return json_real(tenths == 0 ? 0 : tenths / 10);
}

static void set_last_act(json_t *row, const json_t *last)
{
	json_object_set_new(row, "last", date_or_null(happening_day(last)));
	json_object_set_new(row, "last_event",
		last ? json_incref(json_object_get(last, "event")) : json_null());
	json_object_set_new(row, "last_actor",
		last ? json_incref(json_object_get(last, "actor")) : json_array());
}

static void set_course(json_t *row, const struct chy_course *course, int64_t day)
{
	json_object_set_new(row, "day", date_or_null(day));
	json_object_set_new(row, "happenings", json_integer((json_int_t)course->happenings));
	json_object_set_new(row, "temperature", rounded(course->temperature));
	json_object_set_new(row, "phase", json_string(course->phase));
	json_object_set_new(row, "phase_since", date_or_null(course->phase_since));
	set_last_act(row, course->last);
}

/* Adds to a matter how it goes. */
static int ask_course(struct client *client, json_t *matter, const struct moment *moment)
{
	struct chy_event_filter filter = filter_of(client, matter, moment);
	struct chy_course course;
	struct chy_fault fault;

	if (chy_view_course(client->view, &filter, moment->day, &course, &fault))
		return tell(&fault);
	set_course(matter, &course, moment->day);
	json_decref(course.last);
	return 0;
}

static bool is_told(const json_t *matter)
{
	return json_integer_value(json_object_get(matter, "happenings")) > 0;
}

/* What an analyst declared is listed though nothing is told of it yet. */
static bool is_listed(const json_t *matter)
{
	return is_told(matter) || chy_str_is(chy_json_str(matter, "origin"), "declared");
}

static int by_last_act(const void *one, const void *other)
{
	const json_t *a = *(json_t *const *)one, *b = *(json_t *const *)other;
	struct chy_str last = chy_json_str(a, "last"), other_last = chy_json_str(b, "last");

	if (!chy_str_equal(last, other_last))
		return chy_str_compare(other_last, last);
	return chy_str_compare(chy_json_str(a, "id"), chy_json_str(b, "id"));
}

/* Those of which something was heard last come first: they are what is new. */
static void sort_by_last_act(json_t *rows)
{
	size_t n = json_array_size(rows);
	json_t **sorted = calloc(n + 1, sizeof(*sorted));

	for (size_t i = 0; i < n && sorted; i++)
		sorted[i] = json_incref(json_array_get(rows, i));
	if (n && sorted)
		qsort(sorted, n, sizeof(*sorted), by_last_act);
	for (size_t i = 0; i < n && sorted; i++)
		json_array_set_new(rows, i, sorted[i]);
	free(sorted);
}

int run_disputes(struct client *client, int argc, char **argv)
{
	static const struct column columns[] = {{"dispute", "id", false}, {"phase", "phase", false},
		{"temperature", "temperature", false}, {"happenings", "happenings", false},
		{"last act", "last", false}, {"", "last_event", false}, {"by", "last_actor", false},
		{"name", "name", true}};
	const char *on = NULL;
	bool threads = false;
	const struct option_spec specs[] = {{"--on", &on, NULL}, {"--threads", NULL, &threads}};
	struct moment moment;
	json_t *rows;
	int rest, status = read_options(
			  client, command_named("disputes"), specs, 2, argc, argv, &rest);

	if (!status && rest)
		return usage_error("disputes takes no '%s'; `chancery dispute %s` tells of one",
			argv[0], argv[0]);
	if (!status)
		status = open_archive(client);
	if (!status)
		status = read_moment(client, on, &moment);
	if (status)
		return status < 0 ? 0 : status;
	status = all_matters(client, threads, moment.last_day, &rows);
	for (size_t i = json_array_size(rows); i-- > 0 && !status;) {
		status = ask_course(client, json_array_get(rows, i), &moment);
		if (!status && !is_listed(json_array_get(rows, i)))
			json_array_remove(rows, i);
	}
	sort_by_last_act(rows);
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

void describe_happening(struct client *client, const json_t *h, struct chy_buffer *line)
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
	describe_happening(client, h, &line);
	if (client->terminal)
		print_wrapped(client, (struct chy_str){line.data, line.size}, 2);
	else
		printf("  %s\n", line.data);
	print_wrapped(client, chy_json_str(h, "sentence"), 6);
	chy_buffer_clear(&line);
	describe_contradictions(client, h, &line);
	print_wrapped(client, (struct chy_str){line.data, line.size}, 6);
	chy_buffer_fini(&line);
}

enum { SHOWN_ACTS = 3, SHOWN_COMMITMENTS = 8 };

/* What `play` tells: how many there are of each state, whatever is shown. */
static void set_promised(json_t *row, const uint64_t counts[CHY_PROMISE_STATES])
{
	json_t *promised = json_object();

	for (int state = 0; state < CHY_PROMISE_STATES; state++)
		json_object_set_new(promised, chy_promise_state_name(state),
			json_integer((json_int_t)counts[state]));
	json_object_set_new(row, "promised", promised);
}

/* The one whose term ends first is told of, whether it is among the last or not. */
static int first_pending(struct client *client, const struct chy_event_filter *shown,
	const struct moment *moment, json_t *commitments)
{
	struct chy_event_filter first = *shown;
	struct chy_fault fault;
	json_t *found;

	first.states = 1u << CHY_PROMISE_PENDING;
	first.limit = 1;
	if (chy_view_commitments(client->view, &first, moment->day, &found, &fault))
		return tell(&fault);
	if (json_array_size(found))
		json_array_insert(commitments, 0, json_array_get(found, 0));
	json_decref(found);
	return 0;
}

/* Those that a person is shown. */
static int shown_commitments(struct client *client, json_t *row, struct chy_event_filter *filter,
	const struct moment *moment, json_t **out)
{
	uint64_t counts[CHY_PROMISE_STATES];
	struct chy_fault fault;
	int status = 0;

	filter->states = (1u << CHY_PROMISE_STATES) - 1 - (1u << CHY_PROMISE_RENEWED);
	if (chy_view_last_commitments(
		    client->view, filter, moment->day, SHOWN_COMMITMENTS, out, counts, &fault))
		return tell(&fault);
	set_promised(row, counts);
	if (counts[CHY_PROMISE_PENDING] > SHOWN_COMMITMENTS)
		status = first_pending(client, filter, moment, *out);
	if (status)
		json_decref(*out);
	return status;
}

static int commitments_of(
	struct client *client, json_t *row, const struct moment *moment, json_t **out)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_fault fault;

	filter.dispute = matter_key(client, row);
	filter.as_of = client->as_of;
	if (client->format == FORMAT_TABLE)
		return shown_commitments(client, row, &filter, moment, out);
	return chy_view_commitments(client->view, &filter, moment->day, out, &fault) ? tell(&fault)
										     : 0;
}

/* The earlier promises in whose place one stands. */
static void print_renewed(struct client *client, const json_t *commitment)
{
	json_t *link;
	size_t i;

	json_array_foreach(json_object_get(commitment, "renews"), i, link)
	{
		struct chy_buffer line;
		char day[16];

		day_text(happening_day(link), day);
		chy_buffer_init(&line);
		chy_buffer_printf(&line, "in place of that of %s, due ", day);
		date_words(chy_json_str(link, "due"), &line);
		chy_buffer_printf(&line, "  %s", json_string_value(json_object_get(link, "best")));
		print_wrapped(client, (struct chy_str){line.data, line.size}, 6);
		chy_buffer_fini(&line);
	}
}

/* Those of one state, the latest terms first; what was renewed is told with
 * what renewed it. */
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
			describe_happening(client, by, &line);
			print_wrapped(client, (struct chy_str){line.data, line.size}, 6);
			chy_buffer_fini(&line);
		}
		print_renewed(client, h);
	}
}

static const json_t *parties_of(const json_t *matter)
{
	return json_object_get(matter, "parties");
}

/* Of a party; empty beyond the last. */
static struct chy_str party_at(const json_t *matter, size_t i)
{
	return i < json_array_size(parties_of(matter))
		       ? chy_json_str(json_array_get(parties_of(matter), i), "code")
		       : CHY_STR("");
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

/* The last acts of one party or other: an array, a new reference, the latest
 * last. */
static int last_acts_of(struct client *client, const json_t *matter, const struct moment *moment,
	struct chy_str code, json_t **out)
{
	struct chy_event_filter filter = filter_of(client, matter, moment);
	struct chy_fault fault;

	filter.actor = code;
	filter.limit = SHOWN_ACTS;
	return chy_view_happenings(client->view, &filter, out, &fault) ? tell(&fault) : 0;
}

static bool by_party(const json_t *matter, const json_t *act)
{
	for (size_t i = 0; i < json_array_size(parties_of(matter)); i++)
		if (acts(act, party_at(matter, i)))
			return true;
	return false;
}

static int by_last(const void *one, const void *other)
{
	const json_t *a = *(const json_t *const *)one, *b = *(const json_t *const *)other;

	return chy_str_compare(chy_json_str(b, "last"), chy_json_str(a, "last"));
}

/* The others that acted last, the latest first; how many. */
static size_t latest_others(const json_t *matter, const json_t *out[SHOWN_ACTS])
{
	const json_t *others = json_object_get(matter, "others");
	size_t n = json_array_size(others), shown = n < SHOWN_ACTS ? n : SHOWN_ACTS;
	const json_t **list = calloc(n + 1, sizeof(*list));

	if (!list)
		return 0;
	for (size_t i = 0; i < n; i++)
		list[i] = json_array_get(others, i);
	qsort(list, n, sizeof(*list), by_last);
	memcpy(out, list, shown * sizeof(*list));
	free(list);
	return shown;
}

/* The last acts of all that are no party, of what no party has a hand in. */
static int last_acts_of_others(
	struct client *client, const json_t *matter, const struct moment *moment, json_t **out)
{
	const json_t *others[SHOWN_ACTS];
	json_t *lists = json_array(), *list, *act;
	size_t n = latest_others(matter, others), i;
	int status = 0;

	for (size_t who = 0; who < n && !status; who++) {
		status = last_acts_of(
			client, matter, moment, chy_json_str(others[who], "code"), &list);
		if (status)
			break;
		json_array_append_new(lists, list);
	}
	*out = merged(lists);
	json_decref(lists);
	for (i = json_array_size(*out); i-- > 0;) {
		act = json_array_get(*out, i);
		if (by_party(matter, act) || json_array_size(*out) - i > SHOWN_ACTS)
			json_array_remove(*out, i);
	}
	if (status)
		json_decref(*out);
	return status;
}

/* One array for each party, one for all others. */
static int acts_of(
	struct client *client, const json_t *matter, const struct moment *moment, json_t *out)
{
	size_t parties = json_array_size(parties_of(matter));
	int status = 0;

	for (size_t i = 0; i <= parties && !status; i++) {
		json_t *list;

		status = i < parties
				 ? last_acts_of(client, matter, moment, party_at(matter, i), &list)
				 : last_acts_of_others(client, matter, moment, &list);
		if (status)
			break;
		json_array_append_new(out, list);
		status = ask_contradictions(client, list);
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

/* A line of a dispute's head: nothing where there is no text. */
static void print_line(const char *label, struct chy_str text)
{
	if (text.size)
		printf("  %-12s %.*s\n", label, (int)text.size, text.data);
}

static void print_issue(const json_t *row)
{
	struct chy_str since = chy_json_str(row, "since"), until = chy_json_str(row, "until");
	struct chy_buffer line;

	chy_buffer_init(&line);
	chy_buffer_add_str(&line, chy_json_str(row, "issue"));
	if (since.size)
		chy_buffer_printf(&line, ", in contention since %.*s", (int)since.size, since.data);
	if (until.size)
		chy_buffer_printf(&line, " until %.*s", (int)until.size, until.data);
	print_line("issue", (struct chy_str){line.data, line.size});
	chy_buffer_fini(&line);
}

static void print_others(struct client *client, const json_t *others)
{
	struct chy_buffer line;
	const json_t *one;
	size_t i;

	chy_buffer_init(&line);
	json_array_foreach(others, i, one)
	{
		chy_buffer_add_str(&line, i ? CHY_STR(", ") : CHY_STR(""));
		name_of_code(client, chy_json_str(one, "code"), &line);
		chy_buffer_printf(&line, " (%lld%s)",
			json_integer_value(json_object_get(one, "acts")),
			json_integer_value(json_object_get(one, "mediations")) ? ", mediates" : "");
	}
	print_line("others", (struct chy_str){line.data, line.size});
	chy_buffer_fini(&line);
}

static void print_head(struct client *client, const json_t *row)
{
	struct chy_str name = chy_json_str(row, "name"), id = chy_json_str(row, "id");
	struct chy_str since = chy_json_str(row, "phase_since");
	struct chy_buffer cell;

	chy_buffer_init(&cell);
	printf(client->colour ? "\033[1m%.*s\033[0m (%.*s)\n" : "%.*s (%.*s)\n", (int)name.size,
		name.data, (int)id.size, id.data);
	cell_text(client, row, "parties", true, &cell);
	print_line("parties", (struct chy_str){cell.data, cell.size});
	print_others(client, json_object_get(row, "others"));
	print_issue(row);
	printf("  phase        %s%s%.*s\n", json_string_value(json_object_get(row, "phase")),
		since.size ? " since " : "", (int)since.size, since.size ? since.data : "");
	printf("  temperature  %.1f on %s (above 0: conflict; half-life %d days)\n",
		json_real_value(json_object_get(row, "temperature")),
		json_string_value(json_object_get(row, "day")), (int)CHY_HALF_LIFE);
	printf("  happenings   %lld\n", json_integer_value(json_object_get(row, "happenings")));
	chy_buffer_fini(&cell);
}

static void print_play(struct client *client, const json_t *play)
{
	struct chy_buffer text;
	const json_t *one;
	size_t i;

	chy_buffer_init(&text);
	json_array_foreach(play, i, one)
	{
		chy_buffer_add_str(&text, i ? CHY_STR(" ") : CHY_STR(""));
		chy_buffer_add_str(&text, chy_json_str(one, "text"));
	}
	if (text.size)
		putchar('\n');
	print_wrapped(client, (struct chy_str){text.data, text.size}, 2);
	chy_buffer_fini(&text);
}

static void print_dispute(struct client *client, const json_t *row, const json_t *lists)
{
	static const struct {
		const char *state, *title;
	} states[] = {{"pending", "Open commitments"}, {"overdue", "Overdue commitments"},
		{"broken", "Broken commitments"}, {"withdrawn", "Withdrawn commitments"},
		{"kept-late", "Commitments kept late"}, {"kept", "Commitments kept"}};

	print_head(client, row);
	print_play(client, json_object_get(row, "play"));
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		print_commitments(client, json_object_get(row, "commitments"), states[i].state,
			states[i].title);
	for (size_t i = 0; i < json_array_size(lists); i++)
		print_last_acts(client, party_at(row, i), json_array_get(lists, i));
	if (any_undated(json_object_get(row, "commitments")) ||
		any_undated(json_object_get(row, "acts")))
		printf("\nDays in brackets are those of the reports: the text names none.\n");
}

static int ask_others(struct client *client, json_t *row, const struct moment *moment)
{
	struct chy_event_filter filter = filter_of(client, row, moment);
	struct chy_fault fault;
	json_t *all, *one;

	if (chy_view_participants(client->view, &filter, &all, &fault))
		return tell(&fault);
	for (size_t i = json_array_size(all); i-- > 0;) {
		struct chy_str code;

		one = json_array_get(all, i);
		code = chy_json_str(one, "code");
		json_object_set_new(one, "last",
			date_or_null(json_integer_value(json_object_get(one, "last"))));
		for (size_t p = 0; p < json_array_size(parties_of(row)); p++)
			if (chy_str_equal(party_at(row, p), code)) {
				json_array_remove(all, i);
				break;
			}
	}
	json_object_set_new(row, "others", all);
	return 0;
}

static int ask_phases(struct client *client, json_t *row, const struct moment *moment, size_t limit)
{
	struct chy_event_filter filter = filter_of(client, row, moment);
	struct chy_fault fault;
	json_t *phases;

	if (chy_view_phases(client->view, &filter, moment->day, limit, &phases, &fault))
		return tell(&fault);
	json_object_set_new(row, "phases", phases);
	return 0;
}

/* Adds to a matter all that is told of one. *lists: the last acts of each party
 * and of all others. */
static int ask_all(struct client *client, json_t *row, const struct moment *moment, json_t *lists)
{
	json_t *commitments;
	int status = ask_course(client, row, moment);

	if (!status)
		status = commitments_of(client, row, moment, &commitments);
	if (!status)
		json_object_set_new(row, "commitments", commitments);
	if (!status)
		status = ask_contradictions(client, commitments);
	if (!status)
		status = ask_others(client, row, moment);
	if (!status)
		status = acts_of(client, row, moment, lists);
	if (!status)
		json_object_set_new(row, "acts", merged(lists));
	if (!status)
		status = ask_phases(client, row, moment, client->format == FORMAT_TABLE);
	if (!status)
		json_object_set_new(row, "play", state_of_play(client, row, lists));
	return status;
}

static int nothing_told(const json_t *row)
{
	fprintf(stderr, "chancery: the archive tells nothing of %s\n",
		json_string_value(json_object_get(row, "id")));
	return EXIT_NOTHING;
}

static int tell_dispute(struct client *client, json_t *row, const struct moment *moment)
{
	json_t *lists = json_array();
	int status = ask_all(client, row, moment, lists);

	if (!status && !print_as_json(client, row) && is_told(row))
		print_dispute(client, row, lists);
	else if (!status && !is_told(row) && client->format == FORMAT_TABLE)
		nothing_told(row);
	json_decref(lists);
	return status ? status : is_told(row) ? EXIT_ANSWERED : EXIT_NOTHING;
}

/* What brought a phase about, in the columns of a table. */
static void spread(json_t *phase)
{
	static const char *const members[] = {
		"event", "actor", "recipient", "sources", "best", "sentence"};
	const json_t *by = json_object_get(phase, "by");

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]) && json_is_object(by); i++)
		json_object_set(phase, members[i], json_object_get(by, members[i]));
}

static int tell_phases(struct client *client, json_t *row, const struct moment *moment)
{
	static const struct column columns[] = {{"since", "since", false},
		{"phase", "phase", false}, {"by", "actor", false}, {"", "event", false},
		{"", "recipient", false}, {"source", "sources", false}, {"id", "best", false},
		{"sentence", "sentence", true}};
	int status = ask_phases(client, row, moment, 0);
	json_t *phases = json_object_get(row, "phases"), *one;
	size_t i;

	if (status)
		return status;
	if (client->format != FORMAT_JSON && client->format != FORMAT_JSONL)
		json_array_foreach(phases, i, one) spread(one);
	return print_rows(client, columns, sizeof(columns) / sizeof(columns[0]), phases);
}

/* -- how it went ------------------------------------------------------------------ */

static int tell_course(
	struct client *client, const json_t *row, const struct moment *moment, const char *by)
{
	static const struct column columns[] = {{"period", "period", false},
		{"temperature", "temperature", false}, {"happenings", "happenings", false},
		{"cooperative", "cooperative", false}, {"conflictual", "conflictual", false},
		{"phase", "phase", false}};
	struct chy_event_filter filter = filter_of(client, row, moment);
	bool by_year = by && strcmp(by, "year") == 0;
	struct chy_fault fault;
	json_t *periods, *one;
	size_t i;
	int status;

	if (by && !by_year && strcmp(by, "month") != 0)
		return usage_error("--by takes month or year, not '%s'", by);
	if (chy_view_course_by(client->view, &filter, moment->day, by_year, &periods, &fault))
		return tell(&fault);
	json_array_foreach(periods, i, one) json_object_set_new(
		one, "temperature", rounded(json_real_value(json_object_get(one, "temperature"))));
	status = print_rows(client, columns, sizeof(columns) / sizeof(columns[0]), periods);
	json_decref(periods);
	return status;
}

/* A declared dispute's own id, though what is asked for it has another. */
static int find_matter(struct client *client, const char *typed, json_t **out)
{
	struct filter_options options = {.dispute = typed};
	struct chy_event_filter filter;
	int status = read_filter(client, &options, &filter);

	if (!status)
		*out = matter_named(client, chy_str_from(typed));
	return status;
}

/* The first of these options that was given; NULL. */
static const char *given_of(const struct option_spec *specs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (specs[i].flag ? *specs[i].flag : *specs[i].value != NULL)
			return specs[i].name;
	return NULL;
}

struct asked {
	const char *on, *by;
	bool phases, course;
};

/* One view at a time, and none while something is declared. */
static int check_options(const struct declaring *declaring, const struct asked *asked,
	const char *of_views, const char *of_declaring)
{
	bool declares = declaring->id || declaring->undeclared;

	if (declares && of_views)
		return usage_error("dispute %s takes no %s: ask for that afterwards",
			declaring->id ? "--declare" : "--undeclare", of_views);
	if (!declares && of_declaring)
		return usage_error("%s belongs to dispute --declare ID", of_declaring);
	if (asked->phases && asked->course)
		return usage_error("dispute takes --phases or --course, one at a time");
	if (asked->phases && asked->by)
		return usage_error("--by belongs to dispute --course, not to --phases");
	return 0;
}

static int tell_asked(
	struct client *client, json_t *row, const struct moment *moment, const struct asked *asked)
{
	if (asked->course || asked->by)
		return tell_course(client, row, moment, asked->by);
	return asked->phases ? tell_phases(client, row, moment) : tell_dispute(client, row, moment);
}

int run_dispute(struct client *client, int argc, char **argv)
{
	struct declaring declaring = {.id = NULL};
	struct asked asked = {.on = NULL};
	const struct option_spec views[] = {{"--phases", NULL, &asked.phases},
		{"--course", NULL, &asked.course}, {"--by", &asked.by, NULL},
		{"--on", &asked.on, NULL}};
	struct option_spec specs[24];
	struct moment moment;
	json_t *row;
	size_t n = declaring_specs(&declaring, specs);
	int rest, status;

	memcpy(specs + n, views, sizeof(views));
	status = read_options(client, command_named("dispute"), specs, n + 4, argc, argv, &rest);
	if (!status)
		status = check_options(&declaring, &asked, given_of(views, 4), given_of(specs, n));
	if (!status && (declaring.id || declaring.undeclared))
		return rest ? usage_error("dispute --declare takes no '%s'", argv[0])
			    : declare_dispute(client, &declaring);
	if (!status && rest != 1)
		return usage_error("dispute takes one id; `chancery disputes` lists them");
	if (!status && !asked.phases && !asked.course && !asked.by)
		status = refuse_rows(client, "dispute");
	if (!status)
		status = open_archive(client);
	if (!status)
		status = find_matter(client, argv[0], &row);
	if (status)
		return status < 0 ? 0 : status;
	status = read_moment(client, asked.on, &moment);
	if (!status)
		status = tell_asked(client, row, &moment, &asked);
	json_decref(row);
	return status;
}
