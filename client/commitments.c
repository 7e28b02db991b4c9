/* commitments: promises with a term, and what became of them. */
#include <stdlib.h>
#include <string.h>

#include "client.h"

enum { SHOWN = 50 }; /* where nobody says how many */

struct wishes {
	bool open, overdue, kept, broken, withdrawn, renewed;
};

static unsigned states_of(const struct wishes *wishes)
{
	unsigned states = 0;

	if (wishes->open)
		states |= 1u << CHY_PROMISE_PENDING;
	if (wishes->overdue)
		states |= 1u << CHY_PROMISE_OVERDUE;
	if (wishes->kept)
		states |= 1u << CHY_PROMISE_KEPT | 1u << CHY_PROMISE_KEPT_LATE;
	if (wishes->broken)
		states |= 1u << CHY_PROMISE_BROKEN;
	if (wishes->withdrawn)
		states |= 1u << CHY_PROMISE_WITHDRAWN;
	if (wishes->renewed)
		states |= 1u << CHY_PROMISE_RENEWED;
	return states;
}

/* The day and id of what kept, broke, took back or renewed it. */
static void describe_act(json_t *commitment)
{
	const json_t *by = json_object_get(commitment, "by");
	char day[16];

	if (!json_is_object(by))
		return;
	day_text(happening_day(by), day);
	json_object_set_new(commitment, "by_text",
		json_sprintf("%s %s", day, json_string_value(json_object_get(by, "best"))));
}

/* One more than is shown, to know whether there are more. */
static int ask(struct client *client, struct chy_event_filter *filter, int64_t on, json_t **out,
	bool *more)
{
	size_t limit = filter->limit, first;
	struct chy_fault fault;

	filter->limit = limit ? limit + 1 : 0;
	if (chy_view_commitments(client->view, filter, on, out, &fault))
		return tell(&fault);
	*more = limit && json_array_size(*out) > limit;
	first = filter->states == 1u << CHY_PROMISE_PENDING ? limit : 0;
	if (*more)
		json_array_remove(*out, first);
	return 0;
}

static void tell_of_more(const struct chy_event_filter *filter)
{
	bool open = filter->states == 1u << CHY_PROMISE_PENDING;

	fflush(stdout);
	if (filter->limit == 2)
		fprintf(stderr, "chancery: this is the one whose term ends %s",
			open ? "first" : "last");
	else
		fprintf(stderr, "chancery: these are the %zu whose terms end %s", filter->limit - 1,
			open ? "first" : "last");
	fputs("; --limit N shows more, --limit 0 all\n", stderr);
}

static int print(
	struct client *client, const struct chy_event_filter *filter, json_t *found, bool more)
{
	static const struct column columns[] = {{"due", "due", false}, {"state", "state", false},
		{"who", "actor", false}, {"what", "event", false}, {"whom", "recipient", false},
		{"by", "by_text", false}, {"id", "best", false}, {"sentence", "sentence", true}};
	json_t *one;
	size_t i;
	int status;

	if (client->format != FORMAT_JSON && client->format != FORMAT_JSONL)
		json_array_foreach(found, i, one) describe_act(one);
	status = print_rows(client, columns, sizeof(columns) / sizeof(columns[0]), found);
	if (more)
		tell_of_more(filter);
	return status;
}

int run_commitments(struct client *client, int argc, char **argv)
{
	struct filter_options options = {.actor = NULL};
	struct wishes wishes = {.open = false};
	struct chy_event_filter filter;
	struct option_spec specs[40];
	const char *on_text = NULL;
	bool more = false;
	json_t *found;
	int64_t on;
	size_t n = filter_specs(&options, specs);
	int rest, status;

	specs[n++] = (struct option_spec){"--on", &on_text, NULL};
	specs[n++] = (struct option_spec){"--open", NULL, &wishes.open};
	specs[n++] = (struct option_spec){"--overdue", NULL, &wishes.overdue};
	specs[n++] = (struct option_spec){"--kept", NULL, &wishes.kept};
	specs[n++] = (struct option_spec){"--broken", NULL, &wishes.broken};
	specs[n++] = (struct option_spec){"--withdrawn", NULL, &wishes.withdrawn};
	specs[n++] = (struct option_spec){"--renewed", NULL, &wishes.renewed};
	status = read_options(client, command_named("commitments"), specs, n, argc, argv, &rest);
	if (!status && rest == 1 && !options.dispute)
		options.dispute = argv[0];
	else if (!status && rest)
		return usage_error("commitments takes one dispute at most");
	if (!status)
		status = open_archive(client);
	if (!status)
		status = read_filter(client, &options, &filter);
	on = status ? 0 : latest_day(client);
	if (!status && on_text)
		status = read_day("--on", on_text, true, &on);
	if (status)
		return status < 0 ? 0 : status;
	filter.limit = options.limit ? filter.limit : SHOWN;
	filter.states = states_of(&wishes);
	status = ask(client, &filter, on, &found, &more);
	if (status)
		return status;
	status = print(client, &filter, found, more);
	json_decref(found);
	return status;
}
