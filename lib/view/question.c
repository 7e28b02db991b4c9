#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/fold.h"
#include "internal.h"

static bool has_code(const struct chy_value *event, const char *side, struct chy_str code)
{
	const struct chy_value *actor = chy_value_first(chy_value_member(event, side));

	for (; actor; actor = chy_value_next(actor))
		if (chy_str_equal(chy_value_str(actor, "code"), code))
			return true;
	return false;
}

static bool takes_part(const struct chy_value *event, struct chy_str code)
{
	return has_code(event, "actor", code) || has_code(event, "recipient", code);
}

static bool lists(const struct chy_value *list, struct chy_str dispute)
{
	const struct chy_value *one = chy_value_first(list);

	for (; one; one = chy_value_next(one))
		if (chy_str_equal(one->text, dispute))
			return true;
	return false;
}

static bool names_dispute(const struct chy_value *event, struct chy_str dispute)
{
	return lists(chy_value_member(event, "dispute"), dispute) ||
	       lists(chy_value_member(event, "declared"), dispute);
}

static bool member_is(const struct chy_value *event, const char *key, struct chy_str wanted)
{
	return !wanted.size || chy_str_equal(chy_value_str(event, key), wanted);
}

/* Names as people type them. */
static bool name_is(const struct chy_value *event, const char *key, struct chy_str wanted)
{
	return !wanted.size || chy_fold_equal(chy_value_str(event, key), wanted);
}

bool chy_event_passes(const struct chy_event_filter *f, const struct chy_value *event)
{
	if (f->actor.size && !has_code(event, "actor", f->actor))
		return false;
	if (f->recipient.size && !has_code(event, "recipient", f->recipient))
		return false;
	if (f->between[0].size &&
		(!takes_part(event, f->between[0]) ||
			(f->between[1].size && !takes_part(event, f->between[1]))))
		return false;
	if (f->dispute.size && !names_dispute(event, f->dispute))
		return false;
	if (f->with_due && !chy_value_str(event, "due").size)
		return false;
	return member_is(event, "event", f->category) && name_is(event, "place", f->place) &&
	       member_is(event, "language", f->language) && name_is(event, "source", f->source) &&
	       member_is(event, "aux", f->aux) && member_is(event, "document", f->document) &&
	       (f->min_confidence <= 0 ||
		       chy_value_number(event, "confidence") >= f->min_confidence);
}

size_t chy_what_for(const struct chy_event_filter *f, char *out, size_t size)
{
	struct chy_str a = f->between[0], b = f->between[1];
	int n;

	if (f->dispute.size) {
		n = snprintf(out, size, "d%.*s", (int)f->dispute.size, f->dispute.data);
	} else if (a.size && b.size && !chy_str_equal(a, b)) {
		bool in_order = chy_str_compare(a, b) < 0;
		struct chy_str first = in_order ? a : b, second = in_order ? b : a;

		n = snprintf(out, size, "p%.*s,%.*s", (int)first.size, first.data, (int)second.size,
			second.data);
	} else if (f->actor.size || f->recipient.size || a.size) {
		struct chy_str code = f->actor.size	  ? f->actor
				      : f->recipient.size ? f->recipient
							  : a;

		n = snprintf(out, size, "a%.*s", (int)code.size, code.data);
	} else {
		n = snprintf(out, size, "*");
	}
	return n < 0 || (size_t)n >= size ? 0 : (size_t)n;
}

struct walk {
	struct chy_store_txn *txn;
	const struct chy_event_filter *filter;
	chy_head_visit *visit;
	void *user;
	struct chy_scan scan;
	size_t given;
};

static int visit_key(struct walk *walk, const char *at)
{
	unsigned char key[CHY_EVENT_KEY];
	struct chy_event_head head;
	const struct chy_value *event;
	struct chy_str json;
	int result;

	memcpy(key, at, sizeof(key));
	result = chy_event_read(walk->txn, key, &head, &json);
	if (result)
		return result < 0 ? result : CHY_EDAMAGED;
	if (!chy_was_known(chy_get_be(at, 8), head.until, walk->filter->as_of))
		return CHY_OK;
	if (chy_scan_read(&walk->scan, json, &event))
		return CHY_EDAMAGED;
	if (chy_event_passes(walk->filter, event)) {
		result = walk->visit(walk->user, key, &head, event);
		walk->given++;
	}
	return result;
}

static int walk_index(struct walk *walk, struct chy_store_cursor *cursor)
{
	const struct chy_event_filter *f = walk->filter;
	unsigned char start[320];
	char what[300];
	size_t size = chy_what_for(f, what, sizeof(what));
	int32_t last = chy_day32(f->last_day);
	struct chy_str key, value;
	int result;

	if (!size)
		return CHY_OK;
	memcpy(start, what, size);
	start[size] = 0;
	chy_put_day(start + size + 1, chy_day32(f->first_day));
	result = chy_store_seek(
		cursor, (struct chy_str){(const char *)start, size + 5}, &key, &value);
	while (result == CHY_OK) {
		if (key.size != size + 5 + CHY_EVENT_KEY ||
			memcmp(key.data, start, size + 1) != 0 ||
			chy_get_day(key.data + size + 1) > last)
			return CHY_OK;
		result = visit_key(walk, key.data + size + 5);
		if (result || (f->limit && walk->given >= f->limit))
			return result;
		result = chy_store_next(cursor, &key, &value);
	}
	return result == CHY_END ? CHY_OK : result;
}

int chy_each_event(struct chy_store_txn *txn, const struct chy_event_filter *filter,
	chy_head_visit *visit, void *user)
{
	struct walk walk = {.txn = txn, .filter = filter, .visit = visit, .user = user};
	struct chy_store_cursor *cursor;
	int result = chy_store_cursor_open(txn, CHY_VIEW_INDEX, &cursor);

	if (result)
		return result;
	chy_scan_init(&walk.scan);
	result = walk_index(&walk, cursor);
	chy_scan_fini(&walk.scan);
	chy_store_cursor_close(cursor);
	return result;
}

struct plain {
	chy_event_visit *visit;
	void *user;
	struct chy_memberships *memberships; /* NULL: not asked for */
	struct chy_store_txn *txn;
	uint64_t as_of;
};

static int hand_on(void *user, const unsigned char key[CHY_EVENT_KEY],
	const struct chy_event_head *head, const struct chy_value *event)
{
	const struct plain *plain = user;
	char name[CHY_ACT_NAME];
	json_t *tree;
	int result = CHY_OK;

	if (plain->memberships)
		result = chy_membership_of(plain->memberships, key, head, name);
	if (result)
		return result < 0 ? result : CHY_EDAMAGED;
	if (chy_json_parse(event->raw.data, event->raw.size, &tree, NULL))
		return CHY_EDAMAGED;
	if (plain->memberships)
		json_object_set_new(tree, "happening", json_string(name));
	result = chy_declared_show(plain->txn, plain->as_of, tree);
	if (!result)
		result = plain->visit(plain->user, tree);
	json_decref(tree);
	return result;
}

int chy_view_events(struct chy_view *view, const struct chy_event_filter *filter,
	chy_event_visit *visit, void *user, struct chy_fault *fault)
{
	struct plain plain = {visit, user, NULL, NULL, filter->as_of};
	struct chy_store_txn *txn;
	int result = chy_view_read(view, &txn, fault);

	if (result)
		return result;
	plain.txn = txn;
	if (filter->with_happening) {
		plain.memberships = chy_memberships_new(txn, filter->as_of);
		result = plain.memberships ? CHY_OK : CHY_EMEM;
	}
	if (!result)
		result = chy_each_event(txn, filter, hand_on, &plain);
	chy_memberships_free(plain.memberships);
	chy_view_read_end(view, txn);
	if (result < 0)
		return chy_fault_set(fault, result, view->path, 0, NULL);
	return result;
}

int chy_event_parse(struct chy_str id, unsigned char out[CHY_EVENT_KEY])
{
	char text[40], *end;
	unsigned long long seq;
	unsigned long n;

	if (id.size < 4 || id.size >= sizeof(text) || (id.data[0] | 32) != 'e')
		return CHY_EINPUT;
	memcpy(text, id.data + 1, id.size - 1);
	text[id.size - 1] = '\0';
	seq = strtoull(text, &end, 10);
	if (end == text || *end != '.')
		return CHY_EINPUT;
	n = strtoul(end + 1, &end, 10);
	if (*end || !seq || !n || n > UINT32_MAX)
		return CHY_EINPUT;
	chy_event_key(seq, (uint32_t)n, out);
	return CHY_OK;
}

int chy_view_event(struct chy_view *view, struct chy_str id, json_t **out, struct chy_fault *fault)
{
	return chy_view_event_at(view, id, 0, out, fault);
}

/* An event's row, in a transaction that is the caller's to end; none is open where
 * this fails. */
static int begin_event(struct chy_view *view, struct chy_str id, struct chy_store_txn **out_txn,
	struct chy_event_head *out_head, struct chy_str *out_json, struct chy_fault *fault)
{
	unsigned char key[CHY_EVENT_KEY];
	int result = chy_event_parse(id, key);

	if (result)
		return result;
	result = chy_view_read(view, out_txn, fault);
	if (result)
		return result;
	result = chy_event_read(*out_txn, key, out_head, out_json);
	if (result)
		chy_view_read_end(view, *out_txn);
	return result < 0 ? chy_fault_set(fault, result, view->path, 0, NULL) : result;
}

int chy_view_event_at(struct chy_view *view, struct chy_str id, uint64_t as_of, json_t **out,
	struct chy_fault *fault)
{
	struct chy_event_head head;
	struct chy_store_txn *txn;
	struct chy_str json;
	int result = begin_event(view, id, &txn, &head, &json, fault);

	if (result)
		return result;
	if (chy_json_parse(json.data, json.size, out, NULL))
		result = CHY_EDAMAGED;
	if (!result) {
		result = chy_declared_show(txn, as_of, *out);
		if (result)
			json_decref(*out);
	}
	chy_view_read_end(view, txn);
	if (result)
		return chy_fault_set(fault, result, view->path, 0, NULL);
	json_object_set_new(*out, "superseded",
		head.until ? json_integer((json_int_t)head.until) : json_null());
	return CHY_OK;
}

int chy_view_event_passes(struct chy_view *view, struct chy_str id,
	const struct chy_event_filter *filter, bool *out, struct chy_fault *fault)
{
	const struct chy_value *event;
	struct chy_event_head head;
	struct chy_store_txn *txn;
	struct chy_scan scan;
	struct chy_str json;
	int result = begin_event(view, id, &txn, &head, &json, fault);

	if (result)
		return result;
	chy_scan_init(&scan);
	if (chy_scan_read(&scan, json, &event))
		result = chy_fault_set(fault, CHY_EDAMAGED, view->path, 0, NULL);
	else
		*out = head.day >= chy_day32(filter->first_day) &&
		       head.day <= chy_day32(filter->last_day) && chy_event_passes(filter, event);
	chy_scan_fini(&scan);
	chy_view_read_end(view, txn);
	return result;
}

int chy_view_document(
	struct chy_view *view, const struct chy_hash *id, json_t **out, struct chy_fault *fault)
{
	struct chy_store_txn *txn;
	int result = chy_view_read(view, &txn, fault);

	if (result)
		return result;
	result = chy_row_get(txn, CHY_VIEW_DOCUMENTS,
		(struct chy_str){(const char *)id->bytes, CHY_HASH_SIZE}, out);
	chy_view_read_end(view, txn);
	return result < 0 ? chy_fault_set(fault, result, view->path, 0, NULL) : result;
}

int chy_view_counts(struct chy_view *view, uint64_t as_of, json_t **out, struct chy_fault *fault)
{
	struct chy_counts counts;
	struct chy_store_txn *txn;
	int result = chy_view_read(view, &txn, fault);

	if (result)
		return result;
	result = chy_counts_get(txn, as_of, &counts);
	chy_view_read_end(view, txn);
	if (result)
		return chy_fault_set(fault, result, view->path, 0, NULL);
	*out = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "documents",
		(json_int_t)counts.documents, "sightings", (json_int_t)counts.sightings, "rejected",
		(json_int_t)counts.rejected, "events", (json_int_t)counts.events, "withdrawn",
		(json_int_t)counts.withdrawn, "last_day", (json_int_t)counts.last_day);
	return *out ? CHY_OK : chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
}
