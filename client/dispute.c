/* disputes, dispute: how contested matters stand. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"
#include "client.h"

/* The day from which temperatures are told: the newest document's. */
static int64_t today(struct client *client)
{
	struct chy_fault fault;
	json_t *counts;
	int64_t day = 0;

	if (chy_view_counts(client->view, client->as_of, &counts, &fault))
		return 0;
	day = json_integer_value(json_object_get(counts, "last_day"));
	json_decref(counts);
	return day;
}

static int happenings_of(struct client *client, struct chy_str id, json_t **out)
{
	struct chy_event_filter filter = CHY_EVENT_FILTER_ALL;
	struct chy_fault fault;

	filter.dispute = id;
	filter.as_of = client->as_of;
	return chy_view_happenings(client->view, &filter, out, &fault) ? tell(&fault) : 0;
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
static json_t *temperature_of(const json_t *happenings, int64_t day)
{
	double tenths = round(chy_temperature(happenings, day) * 10);

	return json_real(tenths == 0 ? 0 : tenths / 10);
}

static void set_last_act(json_t *row, const json_t *happenings)
{
	const json_t *last = json_array_get(happenings, json_array_size(happenings) - 1);
	char when[16];

	day_text(happening_day(last), when);
	json_object_set_new(row, "last", when[0] ? json_string(when) : json_null());
	json_object_set_new(row, "last_event",
		last ? json_incref(json_object_get(last, "event")) : json_null());
	json_object_set_new(row, "last_actor",
		last ? json_incref(json_object_get(last, "actor")) : json_array());
}

static json_t *row_of(struct client *client, const struct chy_dispute *dispute,
	const json_t *happenings, int64_t day)
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
	json_object_set_new(
		row, "happenings", json_integer((json_int_t)json_array_size(happenings)));
	json_object_set_new(row, "temperature", temperature_of(happenings, day));
	set_last_act(row, happenings);
	return row;
}

int run_disputes(struct client *client, int argc, char **argv)
{
	static const struct column columns[] = {{"dispute", "id", false},
		{"temperature", "temperature", false}, {"happenings", "happenings", false},
		{"last act", "last", false}, {"", "last_event", false}, {"by", "last_actor", false},
		{"name", "name", true}};
	json_t *rows, *happenings;
	int64_t day;
	int rest, status = read_options(
			  client, command_named("disputes"), NULL, 0, argc, argv, &rest);

	if (!status)
		status = open_archive(client);
	if (status)
		return status < 0 ? 0 : status;
	rows = json_array();
	day = today(client);
	for (size_t i = 0; i < chy_catalogue_dispute_count(client->catalogue) && !status; i++) {
		const struct chy_dispute *dispute = chy_catalogue_dispute(client->catalogue, i);

		status = happenings_of(client, dispute->id, &happenings);
		if (status)
			break;
		if (json_array_size(happenings))
			json_array_append_new(rows, row_of(client, dispute, happenings, day));
		json_decref(happenings);
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

/* "2013-11-01  Russia → Japan  CONSULT/visit  [Lusa, Brics Post]  E12.3" */
static void print_happening(struct client *client, const json_t *h)
{
	struct chy_buffer cell;
	struct chy_str date = chy_json_str(h, "date"), aux = chy_json_str(h, "aux");
	char day[16];

	chy_buffer_init(&cell);
	day_text(happening_day(h), day);
	if (date.size)
		printf("  %.*s", (int)date.size, date.data);
	else
		printf("  (%s)", day);
	cell_text(client, h, "actor", true, &cell);
	printf("  %s", cell.data);
	cell_text(client, h, "recipient", true, &cell);
	if (cell.size)
		printf(" → %s", cell.data);
	printf("  %s", json_string_value(json_object_get(h, "event")));
	if (json_is_string(json_object_get(h, "mode")))
		printf("/%s", json_string_value(json_object_get(h, "mode")));
	if (aux.size)
		printf(" (%.*s)", (int)aux.size, aux.data);
	if (json_is_string(json_object_get(h, "due")))
		printf("  due %s", json_string_value(json_object_get(h, "due")));
	cell_text(client, h, "sources", true, &cell);
	printf("  [%s%s%s]  %s of %.12s\n", cell.size ? cell.data : "unnamed outlet",
		chy_json_str(h, "reported").size ? ", " : "",
		chy_json_str(h, "reported").size ? chy_json_str(h, "reported").data : "",
		json_string_value(json_object_get(h, "best")),
		json_string_value(json_object_get(h, "document")));
	print_wrapped(client, chy_json_str(h, "sentence"), 6);
	chy_buffer_fini(&cell);
}

/* "open", "past" (its day has gone by; whether it was kept is not told here),
 * or NULL for what promises nothing: a year before the act is no term. */
static const char *commitment_state(const json_t *happening, int64_t day)
{
	struct chy_str due = chy_json_str(happening, "due");
	struct chy_edtf term;
	int64_t first, last;

	if (!due.size || chy_edtf_parse(due, &term))
		return NULL;
	chy_edtf_bounds(&term, &first, &last);
	if (last < happening_day(happening))
		return NULL;
	return last < day ? "past" : "open";
}

static json_t *commitments_of(const json_t *happenings, int64_t day)
{
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(happenings); i++) {
		const json_t *h = json_array_get(happenings, i);
		const char *state = commitment_state(h, day);
		json_t *commitment;

		if (!state)
			continue;
		commitment = json_copy((json_t *)h);
		json_object_set_new(commitment, "state", json_string(state));
		json_array_append_new(out, commitment);
	}
	return out;
}

static void print_commitments(struct client *client, const json_t *commitments, const char *state)
{
	bool any = false;

	for (size_t i = 0; i < json_array_size(commitments); i++) {
		const json_t *h = json_array_get(commitments, i);

		if (strcmp(json_string_value(json_object_get(h, "state")), state) != 0)
			continue;
		if (!any)
			heading(client, strcmp(state, "open") == 0
						? "Open commitments"
						: "Commitments whose day has gone by");
		any = true;
		print_happening(client, h);
	}
}

enum { SHOWN_ACTS = 3 };

/* The last acts of a party, or, with an empty code, of all others. */
static void print_last_acts(struct client *client, const struct chy_dispute *dispute,
	struct chy_str code, const json_t *happenings)
{
	struct chy_buffer name;
	size_t shown = 0;

	chy_buffer_init(&name);
	chy_buffer_add_str(&name, CHY_STR("Last acts: "));
	if (code.size)
		name_of_code(client, code, &name);
	else
		chy_buffer_add_str(&name, CHY_STR("others"));
	for (size_t n = json_array_size(happenings); n-- > 0 && shown < SHOWN_ACTS;) {
		const json_t *h = json_array_get(happenings, n);
		bool party = false;

		for (size_t i = 0; i < dispute->claimant_count && !code.size; i++)
			party |= acts(h, dispute->claimants[i]);
		if (code.size ? !acts(h, code) : party)
			continue;
		if (!shown++)
			heading(client, name.data);
		print_happening(client, h);
	}
	chy_buffer_fini(&name);
}

static void print_dispute(struct client *client, const struct chy_dispute *dispute,
	const json_t *row, const json_t *happenings)
{
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
	printf("  happenings   %zu\n", json_array_size(happenings));
	print_commitments(client, json_object_get(row, "commitments"), "open");
	print_commitments(client, json_object_get(row, "commitments"), "past");
	for (size_t i = 0; i < dispute->claimant_count; i++)
		print_last_acts(client, dispute, dispute->claimants[i], happenings);
	print_last_acts(client, dispute, (struct chy_str){"", 0}, happenings);
	chy_buffer_fini(&parties);
}

int run_dispute(struct client *client, int argc, char **argv)
{
	struct filter_options options = {0};
	struct chy_event_filter filter;
	const struct chy_dispute *dispute;
	json_t *happenings, *row;
	int64_t day;
	int rest,
		status = read_options(client, command_named("dispute"), NULL, 0, argc, argv, &rest);

	if (!status && rest != 1)
		return usage_error("dispute takes one id; `chancery disputes` lists them");
	if (!status)
		status = open_archive(client);
	options.dispute = argv[0];
	if (!status)
		status = read_filter(client, &options, &filter);
	if (!status)
		status = happenings_of(client, filter.dispute, &happenings);
	if (status)
		return status < 0 ? 0 : status;
	dispute = chy_catalogue_find(client->catalogue, filter.dispute);
	day = today(client);
	row = row_of(client, dispute, happenings, day);
	json_object_set_new(row, "commitments", commitments_of(happenings, day));
	json_object_set(row, "acts", happenings);
	if (!print_as_json(client, row)) {
		if (json_array_size(happenings))
			print_dispute(client, dispute, row, happenings);
		else
			fprintf(stderr, "chancery: the archive tells nothing of %s\n", argv[0]);
	}
	status = json_array_size(happenings) ? EXIT_ANSWERED : EXIT_NOTHING;
	json_decref(row);
	json_decref(happenings);
	return status;
}
