/* What analysts ask to have recorded: checked in one place, for whoever
 * writes it. */
#include <stdlib.h>
#include <string.h>

#include "chancery/coder.h"

static int wrong(struct chy_fault *fault, const char *key, const char *what)
{
	return chy_fault_set(fault, CHY_EINPUT, NULL, 0, "'%s' %s", key, what);
}

static bool is_text_or_null(const json_t *value)
{
	return json_is_null(value) || (json_is_string(value) && json_string_length(value));
}

static bool is_date_or_null(const json_t *value)
{
	struct chy_edtf date;

	return json_is_null(value) ||
	       (json_is_string(value) &&
		       !chy_edtf_parse(chy_str_from(json_string_value(value)), &date));
}

static bool is_code(const struct chy_catalogue *catalogue, struct chy_str code)
{
	return code.size && chy_str_equal(chy_catalogue_actor_code(catalogue, code), code);
}

/* -- of an event ------------------------------------------------------------ */

static bool are_sides(const struct chy_catalogue *catalogue, const json_t *value)
{
	if (!json_is_array(value))
		return false;
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!is_code(catalogue, chy_json_str(json_array_get(value, i), "code")))
			return false;
	return true;
}

static int check_side(const struct chy_catalogue *catalogue, const char *key, const json_t *value,
	struct chy_fault *fault)
{
	if (!are_sides(catalogue, value))
		return wrong(fault, key, "takes a list of actors of the catalogue");
	if (json_array_size(value) > CHY_MOST_ACTORS)
		return chy_fault_set(fault, CHY_EINPUT, NULL, 0,
			"'%s' takes %d actors at most, not %zu; name a body that they act as", key,
			CHY_MOST_ACTORS, json_array_size(value));
	return CHY_OK;
}

static bool is_subject(struct chy_str text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789-_", text.data[i], 38))
			return false;
	return text.size > 1 && text.size <= CHY_LONGEST_DISPUTE;
}

/* "thread:JPN+RUS:economic", in the one spelling by which it is found. */
static bool is_thread(const struct chy_catalogue *catalogue, struct chy_str id)
{
	struct chy_str prefix, codes, first;

	return chy_str_split(&id, ':', &prefix) && chy_str_split(&id, ':', &codes) &&
	       chy_str_split(&codes, '+', &first) && codes.data && is_code(catalogue, first) &&
	       is_code(catalogue, codes) && chy_str_compare(first, codes) < 0 && is_subject(id);
}

static int check_dispute(
	const struct chy_catalogue *catalogue, struct chy_str id, struct chy_fault *fault)
{
	if (id.size && chy_catalogue_find(catalogue, id))
		return CHY_OK;
	if (!chy_str_starts(id, "thread:"))
		return wrong(fault, "dispute", "takes a list of disputes of the catalogue");
	return is_thread(catalogue, id)
		       ? CHY_OK
		       : chy_fault_set(fault, CHY_EINPUT, NULL, 0,
				 "'dispute' takes threads like thread:JPN+RUS:economic: two codes "
				 "in order, and a subject of 2 to %d small letters, digits, - and "
				 "_",
				 CHY_LONGEST_DISPUTE);
}

static int check_disputes(
	const struct chy_catalogue *catalogue, const json_t *value, struct chy_fault *fault)
{
	if (!json_is_array(value))
		return wrong(fault, "dispute", "takes a list of disputes of the catalogue");
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *one = json_array_get(value, i);
		struct chy_str id = {json_string_value(one), json_string_length(one)};
		int result = check_dispute(catalogue, id, fault);

		if (result)
			return result;
	}
	return CHY_OK;
}

static bool is_standing(const json_t *value)
{
	static const char *const known[] = {"future", "historical", "hypothetical", "negation"};

	for (size_t i = 0; json_is_string(value) && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], json_string_value(value)) == 0)
			return true;
	return json_is_null(value);
}

static bool is_cameo(const json_t *value)
{
	const char *code = json_string_value(value);

	return json_is_null(value) || (code && strlen(code) >= 2 && strlen(code) <= 4 &&
					      strspn(code, "0123456789") == strlen(code));
}

static int check_value(const struct chy_catalogue *catalogue, const char *key, const json_t *value,
	struct chy_fault *fault)
{
	enum chy_category category;
	bool score = json_is_number(value) && json_number_value(value) >= -10 &&
		     json_number_value(value) <= 10;

	if (strcmp(key, "event") == 0)
		return !json_is_string(value) ||
				       chy_category_from_name(
					       chy_str_from(json_string_value(value)), &category)
			       ? wrong(fault, key, "is no category of events")
			       : CHY_OK;
	if (strcmp(key, "actor") == 0 || strcmp(key, "recipient") == 0)
		return check_side(catalogue, key, value, fault);
	if (strcmp(key, "date") == 0 || strcmp(key, "due") == 0)
		return is_date_or_null(value) ? CHY_OK
					      : wrong(fault, key, "takes a date, or null for none");
	if (strcmp(key, "aux") == 0)
		return is_standing(value) ? CHY_OK
					  : wrong(fault, key,
						    "takes future, historical, hypothetical, "
						    "negation or null");
	if (strcmp(key, "dispute") == 0)
		return check_disputes(catalogue, value, fault);
	if (strcmp(key, "place") == 0 || strcmp(key, "mode") == 0)
		return is_text_or_null(value) ? CHY_OK
					      : wrong(fault, key, "takes a name, or null for none");
	if (strcmp(key, "cameo") == 0)
		return is_cameo(value) ? CHY_OK
				       : wrong(fault, key, "takes two to four digits, or null");
	if (strcmp(key, "score") == 0)
		return score ? CHY_OK : wrong(fault, key, "takes a number from -10 to 10");
	return wrong(fault, key, "is nothing that can be corrected");
}

/* Of the category that the event has then. */
static int check_mode(const json_t *change, struct chy_str told, struct chy_fault *fault)
{
	struct chy_str named = chy_json_str(change, "event"), mode = chy_json_str(change, "mode");
	enum chy_category category;

	if (!mode.size)
		return CHY_OK;
	if (chy_category_from_name(named.size ? named : told, &category))
		return wrong(fault, "mode", "is of no known category");
	if (chy_category_has_mode(category, mode))
		return CHY_OK;
	if (!chy_category_modes(category)[0])
		return chy_fault_set(
			fault, CHY_EINPUT, NULL, 0, "%s has no modes", chy_category_name(category));
	return chy_fault_set(fault, CHY_EINPUT, NULL, 0, "%s has no mode '%.*s', only %s",
		chy_category_name(category), (int)mode.size, mode.data,
		chy_category_modes(category));
}

int chy_change_check(const struct chy_catalogue *catalogue, const json_t *change,
	struct chy_str told, struct chy_fault *fault)
{
	const json_t *none = json_object_get(change, "not_an_event");
	const char *key;
	json_t *value;

	if (!json_object_size(change))
		return wrong(fault, "change", "tells nothing that is wrong");
	if (none)
		return json_is_true(none) && json_object_size(change) == 1
			       ? CHY_OK
			       : wrong(fault, "not_an_event",
					 "stands alone: what is no event has nothing to correct");
	json_object_foreach((json_t *)change, key, value)
	{
		int result = check_value(catalogue, key, value, fault);

		if (result)
			return result;
	}
	return check_mode(change, told, fault);
}

/* -- of a dispute ------------------------------------------------------------- */

bool chy_may_name_dispute(struct chy_str id)
{
	if (id.size < 2 || id.size > CHY_LONGEST_DISPUTE || id.data[0] == '-')
		return false;
	for (size_t i = 0; i < id.size; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789-", id.data[i], 37))
			return false;
	return true;
}

static bool are_names(const json_t *names)
{
	const char *language;
	json_t *name;

	if (!json_object_size(names))
		return false;
	json_object_foreach((json_t *)names, language,
		name) if (!json_is_string(name) || !json_string_length(name)) return false;
	return true;
}

/* Two or more, each once. */
static bool are_parties(const struct chy_catalogue *catalogue, const json_t *parties)
{
	for (size_t i = 0; i < json_array_size(parties); i++) {
		const json_t *one = json_array_get(parties, i);

		if (!json_is_string(one) ||
			!is_code(catalogue, chy_str_from(json_string_value(one))))
			return false;
		for (size_t j = 0; j < i; j++)
			if (json_equal(one, json_array_get(parties, j)))
				return false;
	}
	return json_array_size(parties) > 1;
}

static bool are_texts(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!json_is_string(json_array_get(list, i)))
			return false;
	return json_is_array(list);
}

int chy_declaration_check(
	const struct chy_catalogue *catalogue, const json_t *body, struct chy_fault *fault)
{
	static const char *const dates[] = {"since", "until"};
	struct chy_str id = chy_json_str(body, "dispute");

	if (!chy_may_name_dispute(id))
		return wrong(fault, "dispute", "is no id: small letters, digits and hyphens");
	if (json_is_true(json_object_get(body, "withdrawn")))
		return CHY_OK;
	if (chy_catalogue_find(catalogue, id))
		return wrong(fault, "dispute", "is one of the catalogue");
	if (!are_names(json_object_get(body, "name")))
		return wrong(fault, "name", "takes a name for each of one language or more");
	if (!are_parties(catalogue, json_object_get(body, "parties")))
		return wrong(fault, "parties", "takes two codes or more of the catalogue");
	if (!are_texts(json_object_get(body, "terms")))
		return wrong(fault, "terms", "takes a list of words");
	for (size_t i = 0; i < 2; i++) {
		const json_t *date = json_object_get(body, dates[i]);

		if (date && !is_date_or_null(date))
			return wrong(fault, dates[i], "takes a date, or null for none");
	}
	return CHY_OK;
}
