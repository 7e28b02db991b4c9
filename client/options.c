#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/edtf.h"
#include "client.h"

int usage_error(const char *format, ...)
{
	va_list list;

	fputs("chancery: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

/* Levenshtein's distance over bytes, for short words. */
static size_t distance(const char *a, const char *b)
{
	size_t row[65], n = strlen(b);

	if (n > 63 || strlen(a) > 63)
		return 99;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];
			size_t best = corner + (a[i - 1] != b[j - 1]);

			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			corner = above;
			row[j] = best;
		}
	}
	return row[n];
}

/* Whether two letters that stand side by side changed places. */
static bool is_swapped(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] && a[i] == b[i])
		i++;
	return a[i] && b[i] && a[i + 1] && a[i] == b[i + 1] && a[i + 1] == b[i] &&
	       strcmp(a + i + 2, b + i + 2) == 0;
}

const char *nearest(const char *typed, const char *const *words, size_t n)
{
	const char *best = NULL;
	size_t least = strlen(typed) / 3 + 1;

	for (size_t i = 0; i < n; i++) {
		size_t d = distance(typed, words[i]);

		/* The beginning of a word is near to it, however long it is. */
		if (strlen(typed) > 2 && strncmp(words[i], typed, strlen(typed)) == 0)
			d = 1;
		if (is_swapped(typed, words[i]))
			d = 1;
		if (d < least) {
			least = d;
			best = words[i];
		}
	}
	return best;
}

static const char *const formats[] = {"table", "json", "jsonl", "csv", "tsv"};

static int read_format(struct client *client, const char *name)
{
	const char *near;

	for (size_t i = 0; i < 5; i++)
		if (strcmp(formats[i], name) == 0) {
			client->format = (enum format)i;
			client->format_given = true;
			return 0;
		}
	near = nearest(name, formats, 5);
	return usage_error("there is no format '%s'; %s%s%s", name,
		near ? "did you mean '" : "take one of table, json, jsonl, csv, tsv",
		near ? near : "", near ? "'?" : "");
}

struct reader {
	struct client *client;
	const struct command *command;
	const struct option_spec *specs;
	size_t n;
	const char *format, *no_value;
	bool no_color, help;
};

static const struct option_spec *spec_of(struct reader *reader, const struct option_spec *global,
	size_t globals, const char *name, size_t size)
{
	for (size_t i = 0; i < reader->n; i++)
		if (strlen(reader->specs[i].name) == size &&
			strncmp(reader->specs[i].name, name, size) == 0)
			return &reader->specs[i];
	for (size_t i = 0; i < globals; i++)
		if (strlen(global[i].name) == size && strncmp(global[i].name, name, size) == 0)
			return &global[i];
	return NULL;
}

static int unknown_option(
	struct reader *reader, const struct option_spec *global, size_t globals, const char *typed)
{
	const char *names[48], *near;
	size_t n = 0;

	for (size_t i = 0; i < reader->n; i++)
		names[n++] = reader->specs[i].name;
	for (size_t i = 0; i < globals; i++)
		names[n++] = global[i].name;
	near = nearest(typed, names, n);
	if (near)
		return usage_error("%s has no option %s; did you mean %s?", reader->command->name,
			typed, near);
	return usage_error("%s has no option %s; `chancery %s --help` lists them",
		reader->command->name, typed, reader->command->name);
}

/* What writes, copies or checks does so with the archive as it is. */
static int refuse_as_of(const struct client *client, const struct command *command)
{
	static const char *const of_now[] = {"correct", "withdraw", "ingest", "recode", "verify",
		"backup", "restore", "follow", "code", "parse"};

	if (!client->as_of_text)
		return 0;
	if (strcmp(command->name, "replay") == 0)
		return usage_error("replay has --to in place of --as-of");
	for (size_t i = 0; i < sizeof(of_now) / sizeof(of_now[0]); i++)
		if (strcmp(command->name, of_now[i]) == 0)
			return usage_error("%s is of now: no --as-of", command->name);
	return 0;
}

int read_options(struct client *client, const struct command *command,
	const struct option_spec *specs, size_t n, int argc, char **argv, int *out_rest)
{
	struct reader reader = {client, command, specs, n, NULL, NULL, false, false};
	const struct option_spec global[] = {{"--archive", &client->program_archive, NULL},
		{"--format", &reader.format, NULL}, {"--as-of", &client->as_of_text, NULL},
		{"--lang", &client->lang, NULL}, {"--no-color", NULL, &reader.no_color},
		{"--help", NULL, &reader.help}};
	const size_t globals = sizeof(global) / sizeof(global[0]);
	const char *lang = client->lang;
	bool options = true;
	int rest = 0;

	for (int i = 1; i < argc; i++) {
		const struct option_spec *spec;
		char *equals = strchr(argv[i], '=');

		if (!options || argv[i][0] != '-' || !argv[i][1] ||
			(client->dashed_words && argv[i][1] != '-')) {
			argv[rest++] = argv[i];
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			options = false;
			continue;
		}
		spec = spec_of(&reader, global, globals, argv[i],
			equals ? (size_t)(equals - argv[i]) : strlen(argv[i]));
		if (!spec)
			return unknown_option(&reader, global, globals, argv[i]);
		if (spec->flag)
			*spec->flag = true;
		else if (equals)
			*spec->value = equals + 1;
		else if (i + 1 < argc)
			*spec->value = argv[++i];
		else
			return usage_error("%s needs a value", argv[i]);
	}
	if (reader.help) {
		printf("usage: chancery %s\n%s.\n\n%s", command->usage, command->summary,
			command->help);
		return -1;
	}
	if (client->lang != lang && !chy_display_is_language(client->lang))
		return usage_error("--lang %s is no language; write it as a locale does: pt, en, "
				   "es, fr",
			client->lang);
	if (reader.no_color)
		client->colour = false;
	*out_rest = rest;
	if (client->program_archive && !client->program_archive[0])
		return usage_error("--archive is empty; name a directory, or leave it out");
	if (refuse_as_of(client, command))
		return EXIT_USAGE;
	/* parse has formats of its own, which its own option takes. */
	return reader.format ? read_format(client, reader.format) : 0;
}

size_t sort_specs(struct filter_options *o, struct option_spec *out)
{
	const struct option_spec specs[] = {{"--actor", &o->actor, NULL},
		{"--recipient", &o->recipient, NULL}, {"--between", &o->between, NULL},
		{"--event", &o->event, NULL}, {"--dispute", &o->dispute, NULL},
		{"--place", &o->place, NULL}, {"--language", &o->lang, NULL},
		{"--source", &o->source, NULL}, {"--aux", &o->aux, NULL},
		{"--min-confidence", &o->min_confidence, NULL}};

	memcpy(out, specs, sizeof(specs));
	return sizeof(specs) / sizeof(specs[0]);
}

size_t filter_specs(struct filter_options *o, struct option_spec *out)
{
	size_t n = sort_specs(o, out);

	out[n++] = (struct option_spec){"--since", &o->since, NULL};
	out[n++] = (struct option_spec){"--until", &o->until, NULL};
	out[n++] = (struct option_spec){"--limit", &o->limit, NULL};
	return n;
}

static int read_actor(struct client *client, struct chy_str typed, struct chy_str *out)
{
	*out = chy_catalogue_actor_code(client->catalogue, chy_str_trim(typed));
	if (out->size)
		return 0;
	return usage_error("nobody in the catalogue is called '%.*s'; a code (RUS), a name or a "
			   "demonym in Portuguese, English or Spanish will do",
		(int)typed.size, typed.data);
}

int read_day(const char *option, const char *text, bool last, int64_t *out)
{
	struct chy_edtf date;
	int64_t other;

	if (chy_edtf_parse(chy_str_from(text), &date))
		return usage_error(
			"%s %s is no date; write 2013, 2013-11 or 2013-11-03", option, text);
	if (last)
		chy_edtf_bounds(&date, &other, out);
	else
		chy_edtf_bounds(&date, out, &other);
	return 0;
}

static int unknown_category(const char *typed, const char *const *names)
{
	char all[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < CHY_CATEGORY_COUNT && n < sizeof(all); i++)
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s", i ? ", " : "", names[i]);
	return usage_error("there is no category '%s'; take one of %s", typed, all);
}

static int read_category(const char *typed, struct chy_str *out)
{
	const char *names[CHY_CATEGORY_COUNT], *near;
	char upper[32];
	size_t i;

	for (i = 0; typed[i] && i + 1 < sizeof(upper); i++)
		upper[i] = typed[i] >= 'a' && typed[i] <= 'z' ? (char)(typed[i] - 32) : typed[i];
	upper[i] = '\0';
	for (i = 0; i < CHY_CATEGORY_COUNT; i++) {
		names[i] = chy_category_name((enum chy_category)i);
		if (strcmp(names[i], upper) == 0) {
			*out = chy_str_from(names[i]);
			return 0;
		}
	}
	near = nearest(upper, names, CHY_CATEGORY_COUNT);
	if (near)
		return usage_error("there is no category '%s'; did you mean %s?", typed, near);
	return unknown_category(typed, names);
}

/* Words by which a dispute may be meant: its id, and those of its names in any
 * language, folded. */
struct words {
	char **list;
	struct chy_str *ids; /* of each */
	size_t count, room;
};

static void add_word(struct words *words, struct chy_str word, struct chy_str id)
{
	if (words->count == words->room) {
		size_t room = words->room ? 2 * words->room : 256;
		char **list = realloc(words->list, room * sizeof(*list));
		struct chy_str *ids = realloc(words->ids, room * sizeof(*ids));

		words->list = list ? list : words->list;
		words->ids = ids ? ids : words->ids;
		if (!list || !ids)
			return;
		words->room = room;
	}
	words->ids[words->count] = id;
	words->list[words->count] = strndup(word.data, word.size);
	words->count += words->list[words->count] != NULL;
}

enum { SHORTEST_WORD = 4 }; /* shorter ones are articles and prepositions */

static void add_name(struct words *words, struct chy_str name, struct chy_str id)
{
	struct chy_buffer folded;
	struct chy_str rest, word;

	chy_buffer_init(&folded);
	if (chy_display_fold(name, &folded) == CHY_OK && !folded.failed) {
		rest = (struct chy_str){folded.data, folded.size};
		while (chy_str_split(&rest, ' ', &word))
			if (word.size >= SHORTEST_WORD)
				add_word(words, word, id);
	}
	chy_buffer_fini(&folded);
}

static void words_of_disputes(const struct client *client, struct words *out)
{
	size_t n = chy_catalogue_dispute_count(client->catalogue);

	*out = (struct words){.list = NULL};
	for (size_t i = 0; i < n; i++)
		add_word(out, chy_catalogue_dispute(client->catalogue, i)->id,
			chy_catalogue_dispute(client->catalogue, i)->id);
	for (size_t i = 0; i < n; i++) {
		const struct chy_dispute *dispute = chy_catalogue_dispute(client->catalogue, i);

		add_name(out, dispute->name_pt, dispute->id);
		add_name(out, dispute->name_en, dispute->id);
		add_name(out, dispute->name_es, dispute->id);
	}
}

/* The dispute that somebody may have meant; empty for none. */
static struct chy_str near_dispute(const struct client *client, const char *typed)
{
	struct chy_str found = {"", 0};
	struct chy_buffer folded;
	struct words words;
	const char *near;

	words_of_disputes(client, &words);
	chy_buffer_init(&folded);
	chy_display_fold(chy_str_from(typed), &folded);
	near = folded.failed || !folded.size
		       ? NULL
		       : nearest(folded.data, (const char *const *)words.list, words.count);
	for (size_t i = 0; i < words.count; i++) {
		if (words.list[i] == near && near)
			found = words.ids[i];
		free(words.list[i]);
	}
	free(words.list);
	free(words.ids);
	chy_buffer_fini(&folded);
	return found;
}

static int read_dispute(struct client *client, const char *typed, struct chy_str *out)
{
	struct chy_str near;

	const json_t *declared = declared_named(client, chy_str_from(typed));

	if (is_dispute(client, chy_str_from(typed))) {
		*out = declared ? chy_json_str(declared, "key") : chy_str_from(typed);
		return 0;
	}
	if (strncmp(typed, "thread:", 7) == 0)
		return usage_error("'%s' is no thread; they look like thread:JPN+RUS:economic: two "
				   "codes in order, and a subject",
			typed);
	near = near_dispute(client, typed);
	if (near.size)
		return usage_error("there is no dispute '%s'; did you mean '%.*s'?", typed,
			(int)near.size, near.data);
	return usage_error("there is no dispute '%s'; `chancery disputes` lists them", typed);
}

static int read_between(struct client *client, const char *typed, struct chy_event_filter *out)
{
	const char *comma = strchr(typed, ',');
	struct chy_str first;
	int status;

	if (!comma)
		return usage_error("--between takes two names with a comma: RUS,JPN");
	first = (struct chy_str){typed, (size_t)(comma - typed)};
	status = read_actor(client, first, &out->between[0]);
	return status ? status : read_actor(client, chy_str_from(comma + 1), &out->between[1]);
}

static int read_numbers(const struct filter_options *o, struct chy_event_filter *out)
{
	char *end;

	if (o->min_confidence) {
		out->min_confidence = strtod(o->min_confidence, &end);
		if (*end || o->min_confidence[strspn(o->min_confidence, "0123456789.")] ||
			!(out->min_confidence >= 0 && out->min_confidence <= 1))
			return usage_error("--min-confidence takes a number from 0 to 1");
	}
	if (o->limit) {
		out->limit = strtoul(o->limit, &end, 10);
		if (*end || !o->limit[0] || o->limit[0] == '-')
			return usage_error("--limit takes a whole number; 0 is all there are");
	}
	return 0;
}

int check_language(const char *typed)
{
	return !typed || chy_display_is_language(typed)
		       ? 0
		       : usage_error("--language %s is no language; those read are pt, en and es",
				 typed);
}

static const char *const aux_words[] = {"future", "historical", "hypothetical", "negation", NULL};

static int check_aux(const char *typed)
{
	for (size_t i = 0; typed && aux_words[i]; i++)
		if (strcmp(typed, aux_words[i]) == 0)
			return 0;
	return typed ? usage_error("--aux takes future, historical, hypothetical or negation, "
				   "not '%s'",
			       typed)
		     : 0;
}

int check_days(const char *since, const char *until, int64_t first, int64_t last)
{
	return since && until && first > last
		       ? usage_error("--since %s lies after --until %s", since, until)
		       : 0;
}

/* An empty value is a mistake, mostly of a script whose variable was not set. */
static int check_values(const struct filter_options *o)
{
	struct filter_options copy = *o;
	struct option_spec specs[32];
	size_t n = filter_specs(&copy, specs);

	for (size_t i = 0; i < n; i++)
		if (*specs[i].value && !(*specs[i].value)[0])
			return usage_error("%s is empty; leave it out, or say what is asked for",
				specs[i].name);
	return 0;
}

int read_filter(struct client *client, const struct filter_options *o, struct chy_event_filter *out)
{
	int status = check_values(o);

	*out = CHY_EVENT_FILTER_ALL;
	out->as_of = client->as_of;
	if (!status && o->actor)
		status = read_actor(client, chy_str_from(o->actor), &out->actor);
	if (!status && o->recipient)
		status = read_actor(client, chy_str_from(o->recipient), &out->recipient);
	if (!status && o->between)
		status = read_between(client, o->between, out);
	if (!status && o->event)
		status = read_category(o->event, &out->category);
	if (!status && o->dispute)
		status = read_dispute(client, o->dispute, &out->dispute);
	if (!status && o->since)
		status = read_day("--since", o->since, false, &out->first_day);
	if (!status && o->until)
		status = read_day("--until", o->until, true, &out->last_day);
	if (!status)
		status = check_days(o->since, o->until, out->first_day, out->last_day);
	if (!status)
		status = check_language(o->lang);
	if (!status)
		status = check_aux(o->aux);
	/* What has no day at all lies neither before nor after one. */
	if (o->until && !o->since)
		out->first_day = INT64_MIN + 1;
	out->place = chy_str_from(o->place);
	out->language = chy_str_from(o->lang);
	out->source = chy_str_from(o->source);
	out->aux = chy_str_from(o->aux);
	return status ? status : read_numbers(o, out);
}
