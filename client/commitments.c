/* commitments: promises with a term, and what became of them. */
#include <string.h>

#include "client.h"

struct wishes {
	bool open, overdue, kept, broken;
};

static bool wished(const struct wishes *wishes, const json_t *commitment)
{
	struct chy_str state = chy_json_str(commitment, "state");

	if (!wishes->open && !wishes->overdue && !wishes->kept && !wishes->broken)
		return true;
	return (wishes->open && chy_str_is(state, "pending")) ||
	       (wishes->overdue && chy_str_is(state, "overdue")) ||
	       (wishes->broken && chy_str_is(state, "broken")) ||
	       (wishes->kept && chy_str_starts(state, "kept"));
}

/* The day and id of what kept or broke it. */
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

static int ask(struct client *client, const struct chy_event_filter *filter, int64_t on,
	const struct wishes *wishes, json_t **out)
{
	struct chy_fault fault;
	size_t i;

	if (chy_view_commitments(client->view, filter, on, out, &fault))
		return tell(&fault);
	for (i = json_array_size(*out); i-- > 0;)
		if (!wished(wishes, json_array_get(*out, i)))
			json_array_remove(*out, i);
	return 0;
}

int run_commitments(struct client *client, int argc, char **argv)
{
	static const struct column columns[] = {{"due", "due", false}, {"state", "state", false},
		{"who", "actor", false}, {"what", "event", false}, {"whom", "recipient", false},
		{"by", "by_text", false}, {"id", "best", false}, {"sentence", "sentence", true}};
	struct filter_options options = {.actor = NULL};
	struct wishes wishes = {.open = false};
	struct chy_event_filter filter;
	struct option_spec specs[40];
	const char *on_text = NULL;
	json_t *found, *one;
	int64_t on;
	size_t n = filter_specs(&options, specs), i;
	int rest, status;

	specs[n++] = (struct option_spec){"--on", &on_text, NULL};
	specs[n++] = (struct option_spec){"--open", NULL, &wishes.open};
	specs[n++] = (struct option_spec){"--overdue", NULL, &wishes.overdue};
	specs[n++] = (struct option_spec){"--kept", NULL, &wishes.kept};
	specs[n++] = (struct option_spec){"--broken", NULL, &wishes.broken};
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
	if (!status)
		status = ask(client, &filter, on, &wishes, &found);
	if (status)
		return status < 0 ? 0 : status;
	if (client->format != FORMAT_JSON && client->format != FORMAT_JSONL)
		json_array_foreach(found, i, one) describe_act(one);
	status = print_rows(client, columns, sizeof(columns) / sizeof(columns[0]), found);
	json_decref(found);
	return status;
}
