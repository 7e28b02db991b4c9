/* dispute --declare, --undeclare: disputes that the catalogue lacks. */
#include <string.h>

#include "chancery/edtf.h"
#include "client.h"

size_t declaring_specs(struct declaring *d, struct option_spec *out)
{
	const struct option_spec specs[] = {{"--declare", &d->id, NULL},
		{"--undeclare", &d->undeclared, NULL}, {"--name", &d->name, NULL},
		{"--name-pt", &d->name_pt, NULL}, {"--name-es", &d->name_es, NULL},
		{"--parties", &d->parties, NULL}, {"--terms", &d->terms, NULL},
		{"--issue", &d->issue, NULL}, {"--since", &d->since, NULL},
		{"--until", &d->until, NULL}, {"--author", &d->signature.author, NULL},
		{"--reason", &d->signature.reason, NULL}};

	memcpy(out, specs, sizeof(specs));
	return sizeof(specs) / sizeof(specs[0]);
}

static int check_id(struct client *client, const char *id)
{
	if (!chy_may_name_dispute(chy_str_from(id)))
		return usage_error(
			"'%s' is no id for a dispute: two to %d small letters, digits and "
			"hyphens, such as lake-malawi",
			id, CHY_LONGEST_DISPUTE);
	if (chy_catalogue_find(client->catalogue, chy_str_from(id)))
		return usage_error("%s is a dispute of the catalogue; `chancery dispute %s` tells "
				   "of it",
			id, id);
	return 0;
}

static int set_parties(struct client *client, const char *text, json_t *body)
{
	struct chy_str rest = chy_str_from(text), typed;
	json_t *parties = json_array();

	json_object_set_new(body, "parties", parties);
	while (text && chy_str_split(&rest, ',', &typed)) {
		struct chy_str code =
			chy_catalogue_actor_code(client->catalogue, chy_str_trim(typed));

		if (!code.size)
			return usage_error("nobody in the catalogue is called '%.*s'",
				(int)typed.size, typed.data);
		for (size_t i = 0; i < json_array_size(parties); i++)
			if (chy_str_is(code, json_string_value(json_array_get(parties, i))))
				code.size = 0;
		if (code.size)
			json_array_append_new(parties, json_stringn(code.data, code.size));
	}
	return json_array_size(parties) > 1
		       ? 0
		       : usage_error("a dispute is between two parties or more: --parties RUS,JPN");
}

/* "Kasai; lago Kasai" */
static int set_terms(const char *text, json_t *body)
{
	struct chy_str rest = chy_str_from(text), term;
	json_t *terms = json_array();

	while (text && chy_str_split(&rest, ';', &term)) {
		term = chy_str_trim(term);
		if (term.size)
			json_array_append_new(terms, json_stringn(term.data, term.size));
	}
	json_object_set_new(body, "terms", terms);
	return text && !json_array_size(terms)
		       ? usage_error(
				 "--terms has no term; leave it out, and all that two parties do "
				 "belongs to the dispute")
		       : 0;
}

static int set_year(const char *option, const char *text, json_t *body)
{
	struct chy_edtf date;

	if (text && chy_edtf_parse(chy_str_from(text), &date))
		return usage_error(
			"--%s %s is no date; write 2013, 2013-11 or 2013-11-03", option, text);
	json_object_set_new(body, option, text ? json_string(text) : json_null());
	return 0;
}

static int check_years(const struct declaring *d)
{
	int64_t first = 0, last = 0;
	int status = d->since ? read_day("--since", d->since, false, &first) : 0;

	if (!status && d->until)
		status = read_day("--until", d->until, true, &last);
	return status ? status : check_days(d->since, d->until, first, last);
}

static int write_body(struct client *client, const struct declaring *d, json_t *body)
{
	json_t *names = json_object();
	int status = check_id(client, d->id);

	if (d->name)
		json_object_set_new(names, "en", json_string(d->name));
	if (d->name_pt)
		json_object_set_new(names, "pt", json_string(d->name_pt));
	if (d->name_es)
		json_object_set_new(names, "es", json_string(d->name_es));
	json_object_set_new(body, "dispute", json_string(d->id));
	json_object_set(body, "name", names);
	if (!status && !json_object_size(names))
		status = usage_error("a dispute needs a name: --name, --name-pt or --name-es");
	json_decref(names);
	if (!status)
		status = set_parties(client, d->parties, body);
	if (!status)
		status = set_terms(d->terms, body);
	json_object_set_new(body, "issue", d->issue ? json_string(d->issue) : json_null());
	if (!status)
		status = set_year("since", d->since, body);
	if (!status)
		status = set_year("until", d->until, body);
	return status ? status : check_years(d);
}

/* The same that was declared, marked as taken back. */
static int write_withdrawal(struct client *client, const struct declaring *d, json_t *body)
{
	const json_t *declared = declared_named(client, chy_str_from(d->undeclared));

	if (!declared)
		return usage_error("no dispute '%s' is declared", d->undeclared);
	json_object_update(body, (json_t *)declared);
	json_object_del(body, "key");
	json_object_del(body, "record");
	json_object_set_new(body, "withdrawn", json_true());
	return 0;
}

static int write_record(struct client *client, const struct declaring *d, json_t *body)
{
	struct chy_fault fault;
	uint64_t seq;
	int status;

	if (chy_declaration_check(client->catalogue, body, &fault))
		return usage_error("%s", fault.detail);
	json_object_set_new(body, "author", json_string(d->signature.author));
	json_object_set_new(body, "reason", json_string(d->signature.reason));
	status = put_record(client, "dispute-declared", body, &seq);
	if (!status)
		printf(d->undeclared ? "record %llu: %s is declared no more\n"
				     : "record %llu: %s is declared; `chancery dispute %s` tells "
				       "of it\n",
			(unsigned long long)seq, d->undeclared ? d->undeclared : d->id, d->id);
	return status;
}

int declare_dispute(struct client *client, struct declaring *d)
{
	json_t *body = json_object();
	int status = d->id && d->undeclared
			     ? usage_error("either --declare or --undeclare, not both")
			     : check_signature(&d->signature,
				       d->id ? "dispute --declare" : "dispute --undeclare");

	if (!status && client->as_of_text)
		status = usage_error("what is declared is declared now: no --as-of");
	if (!status)
		status = open_archive(client);
	if (!status)
		status = d->id ? write_body(client, d, body) : write_withdrawal(client, d, body);
	if (!status)
		status = write_record(client, d, body);
	json_decref(body);
	return status;
}
