/* Whether what somebody asks to have recorded over the control socket makes
 * sense: the client checks the same before it asks. */
#include <stdio.h>
#include <string.h>

#include "chancery/coder.h"
#include "daemon.h"

/* What each kind that may be asked for must say. */
static const struct {
	enum chy_kind kind;
	const char *members[5];
} kinds_for_asking[] = {
	{CHY_KIND_EVENT_CORRECTED, {"event", "document", "author", "reason"}},
	{CHY_KIND_DOCUMENT_WITHDRAWN, {"document", "author", "reason"}},
	{CHY_KIND_DISPUTE_DECLARED, {"dispute", "author"}},
};

static int lacks(struct chy_fault *fault, const char *member)
{
	return chy_fault_set(
		fault, CHY_EINPUT, NULL, 0, "the record's '%s' is missing or wrong", member);
}

static int check_members(enum chy_kind kind, const json_t *body, struct chy_fault *fault)
{
	struct chy_hash document;

	for (size_t i = 0; i < sizeof(kinds_for_asking) / sizeof(kinds_for_asking[0]); i++) {
		if (kinds_for_asking[i].kind != kind)
			continue;
		for (size_t j = 0; kinds_for_asking[i].members[j]; j++) {
			const char *member = kinds_for_asking[i].members[j];
			struct chy_str text = chy_json_str(body, member);

			if (!text.size || (strcmp(member, "document") == 0 &&
						  chy_hash_from_hex(text.data, &document)))
				return lacks(fault, member);
		}
		return CHY_OK;
	}
	return lacks(fault, "kind");
}

/* The event must be told now, and by that document. */
static int check_correction(struct daemon *daemon, const json_t *body, struct chy_fault *fault)
{
	struct chy_str id = chy_json_str(body, "event");
	json_t *event;
	int result = daemon->view ? chy_view_event(daemon->view, id, &event, fault) : CHY_NOT_FOUND;

	if (result)
		return chy_fault_set(fault, CHY_EINPUT, NULL, 0, "the archive has no event '%.*s'",
			(int)id.size, id.data);
	if (json_integer_value(json_object_get(event, "superseded")))
		result = chy_fault_set(
			fault, CHY_EINPUT, NULL, 0, "%.*s was taken back", (int)id.size, id.data);
	else if (!chy_str_equal(chy_json_str(event, "document"), chy_json_str(body, "document")) ||
		 !chy_str_equal(chy_json_str(event, "sentence"), chy_json_str(body, "sentence")))
		result = chy_fault_set(fault, CHY_EINPUT, NULL, 0,
			"%.*s is of another document or sentence", (int)id.size, id.data);
	else
		result = chy_change_check(daemon->catalogue, json_object_get(body, "change"),
			chy_json_str(event, "event"), fault);
	json_decref(event);
	return result;
}

/* The document must be there, and in force. */
static int check_withdrawal(struct daemon *daemon, const json_t *body, struct chy_fault *fault)
{
	struct chy_hash id;
	json_t *document;
	json_int_t seq;

	if (chy_hash_from_hex(json_string_value(json_object_get(body, "document")), &id))
		return lacks(fault, "document");
	if (!daemon->view || chy_view_document(daemon->view, &id, &document, fault))
		return chy_fault_set(
			fault, CHY_EINPUT, NULL, 0, "the archive has no such document");
	seq = json_integer_value(json_object_get(document, "withdrawn"));
	json_decref(document);
	return seq ? chy_fault_set(
			     fault, CHY_EINPUT, NULL, 0, "record %lld withdrew it already", seq)
		   : CHY_OK;
}

/* What is taken back must be declared. */
static int check_declaration(struct daemon *daemon, const json_t *body, struct chy_fault *fault)
{
	int result = chy_declaration_check(daemon->catalogue, body, fault);
	json_t *declared;
	bool found = false;

	if (result || !json_is_true(json_object_get(body, "withdrawn")))
		return result;
	if (daemon->view && chy_view_declared(daemon->view, 0, &declared, fault) == CHY_OK) {
		for (size_t i = 0; i < json_array_size(declared); i++)
			found |= chy_str_equal(chy_json_str(json_array_get(declared, i), "dispute"),
				chy_json_str(body, "dispute"));
		json_decref(declared);
	}
	return found ? CHY_OK
		     : chy_fault_set(fault, CHY_EINPUT, NULL, 0, "no such dispute is declared");
}

static int check_what_it_says(
	struct daemon *daemon, enum chy_kind kind, const json_t *body, struct chy_fault *fault)
{
	switch (kind) {
	case CHY_KIND_EVENT_CORRECTED:
		return check_correction(daemon, body, fault);
	case CHY_KIND_DOCUMENT_WITHDRAWN:
		return check_withdrawal(daemon, body, fault);
	default:
		return check_declaration(daemon, body, fault);
	}
}

int asked_check(
	struct daemon *daemon, enum chy_kind kind, const json_t *body, struct chy_fault *fault)
{
	int result = check_members(kind, body, fault);

	if (!result && !daemon->catalogue)
		result = chy_catalogue_open(&daemon->catalogue, fault);
	if (result)
		return result;
	pthread_mutex_lock(&daemon->view_mutex);
	result = check_what_it_says(daemon, kind, body, fault);
	pthread_mutex_unlock(&daemon->view_mutex);
	return result;
}
