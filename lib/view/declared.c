/* Disputes that analysts declared. The table has every declaration under its
 * dispute's id, NUL, and the record's number; of one id the last is in force.
 * What belongs to a declaration is kept under its name, the id, "@" and that
 * number, so that what an earlier one held stays known as of earlier records. */
#include "declared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/fold.h"

enum { LONGEST_ID = 64, PARTIES = 32 };
static const char first_member[] = "{\"declared\":[";

bool chy_declared_id(struct chy_str id)
{
	if (id.size < 2 || id.size > LONGEST_ID)
		return false;
	for (size_t i = 0; i < id.size; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789-", id.data[i], 37))
			return false;
	return id.data[0] != '-';
}

/* -- words --------------------------------------------------------------------- */

static bool is_letter(uint32_t point)
{
	if (point < 0x80)
		return (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z');
	return point >= 0xc0 && !(point >= 0x2000 && point < 0x2070) &&
	       !(point >= 0x3000 && point < 0x3040);
}

/* Folded words with a blank before and after each: " ilha de kasai ". */
static void write_words(struct chy_str text, struct chy_buffer *out)
{
	struct chy_buffer folded;
	size_t at = 0;
	char bytes[4];

	chy_buffer_init(&folded);
	chy_fold(text, &folded);
	chy_buffer_add_char(out, ' ');
	while (at < folded.size) {
		uint32_t point = chy_utf8_next(folded.data, folded.size, &at);

		if (is_letter(point))
			chy_buffer_add(out, bytes, chy_utf8_put(point, bytes));
		else if (out->size && out->data[out->size - 1] != ' ')
			chy_buffer_add_char(out, ' ');
	}
	if (out->size && out->data[out->size - 1] != ' ')
		chy_buffer_add_char(out, ' ');
	chy_buffer_fini(&folded);
}

/* -- declarations --------------------------------------------------------------- */

void chy_declarations_fini(struct chy_declarations *declarations)
{
	for (size_t i = 0; i < declarations->count; i++) {
		json_decref(declarations->list[i].body);
		chy_buffer_fini(&declarations->list[i].terms);
	}
	free(declarations->list);
	*declarations = (struct chy_declarations){.list = NULL};
}

static void read_terms(struct chy_declaration *declaration)
{
	const json_t *terms = json_object_get(declaration->body, "terms");

	chy_buffer_init(&declaration->terms);
	for (size_t i = 0; i < json_array_size(terms); i++) {
		const char *term = json_string_value(json_array_get(terms, i));

		if (!term)
			continue;
		write_words(chy_str_from(term), &declaration->terms);
		chy_buffer_add_char(&declaration->terms, '\n');
	}
}

static int add_declaration(
	struct chy_declarations *out, struct chy_str id, uint64_t seq, json_t *body)
{
	struct chy_declaration *more, *last = out->count ? &out->list[out->count - 1] : NULL;

	if (last && chy_str_equal(last->id, id)) { /* superseded */
		json_decref(last->body);
		chy_buffer_fini(&last->terms);
		out->count--;
	}
	more = realloc(out->list, (out->count + 1) * sizeof(*more));
	if (!more) {
		json_decref(body);
		return CHY_EMEM;
	}
	out->list = more;
	last = &more[out->count++];
	*last = (struct chy_declaration){.seq = seq, .body = body};
	last->id = chy_json_str(body, "dispute");
	snprintf(last->name, sizeof(last->name), "%.*s@%llu", (int)last->id.size, last->id.data,
		(unsigned long long)seq);
	read_terms(last);
	return last->terms.failed ? CHY_EMEM : CHY_OK;
}

static void drop_withdrawn(struct chy_declarations *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < out->count; i++) {
		struct chy_declaration *one = &out->list[i];

		if (json_is_true(json_object_get(one->body, "withdrawn"))) {
			json_decref(one->body);
			chy_buffer_fini(&one->terms);
		} else {
			out->list[kept++] = *one;
		}
	}
	out->count = kept;
}

int chy_declarations_load(struct chy_store_txn *txn, uint64_t as_of, struct chy_declarations *out)
{
	struct chy_store_cursor *cursor;
	struct chy_str key, value, id;
	json_t *body;
	int result = chy_store_cursor_open(txn, CHY_VIEW_DECLARED, &cursor);

	*out = (struct chy_declarations){.loaded = true};
	if (result)
		return result;
	result = chy_store_seek(cursor, CHY_STR(""), &key, &value);
	while (result == CHY_OK && key.size > 9) {
		uint64_t seq = chy_get_be(key.data + key.size - 8, 8);

		id = (struct chy_str){key.data, key.size - 9};
		result = chy_unseal(key, value, &value);
		if (!result && (!as_of || seq <= as_of)) {
			result = chy_json_parse(value.data, value.size, &body, NULL)
					 ? CHY_EDAMAGED
					 : add_declaration(out, id, seq, body);
		}
		if (!result)
			result = chy_store_next(cursor, &key, &value);
	}
	chy_store_cursor_close(cursor);
	drop_withdrawn(out);
	if (result == CHY_END || result == CHY_OK)
		return CHY_OK;
	chy_declarations_fini(out);
	return result;
}

const struct chy_declaration *chy_declaration_named(
	const struct chy_declarations *declarations, struct chy_str name)
{
	for (size_t i = 0; i < declarations->count; i++)
		if (chy_str_is(name, declarations->list[i].name))
			return &declarations->list[i];
	return NULL;
}

const struct chy_declaration *chy_declaration_of(
	const struct chy_declarations *declarations, struct chy_str id)
{
	for (size_t i = 0; i < declarations->count; i++)
		if (chy_str_equal(id, declarations->list[i].id))
			return &declarations->list[i];
	return NULL;
}

/* -- what belongs to one ----------------------------------------------------------- */

static bool takes_part(const struct chy_value *event, struct chy_str code)
{
	static const char *const sides[] = {"actor", "recipient"};

	for (size_t i = 0; i < 2; i++) {
		const struct chy_value *one = chy_value_first(chy_value_member(event, sides[i]));

		for (; one; one = chy_value_next(one))
			if (chy_str_equal(chy_value_str(one, "code"), code))
				return true;
	}
	return false;
}

static bool holds_term(const struct chy_declaration *declaration, struct chy_str text)
{
	struct chy_str rest = {declaration->terms.data, declaration->terms.size}, term;
	struct chy_buffer words;
	bool found = false;

	chy_buffer_init(&words);
	write_words(text, &words);
	while (!found && rest.size && chy_str_split(&rest, '\n', &term))
		found = term.size > 2 && words.data &&
			memmem(words.data, words.size, term.data, term.size);
	chy_buffer_fini(&words);
	return found;
}

bool chy_declaration_fits(const struct chy_declaration *declaration, const struct chy_value *event,
	struct chy_str title)
{
	const json_t *parties = json_object_get(declaration->body, "parties"), *party;
	size_t i, n = 0;

	json_array_foreach(parties, i, party) n +=
		json_is_string(party) && takes_part(event, chy_str_from(json_string_value(party)));
	if (n < 2)
		return false;
	return !declaration->terms.size ||
	       holds_term(declaration, chy_value_str(event, "sentence")) ||
	       holds_term(declaration, title);
}

void chy_declared_write(struct chy_str event, struct chy_str name, struct chy_buffer *out)
{
	size_t n = sizeof(first_member) - 1;
	const char *end;

	if (event.size > n && memcmp(event.data, first_member, n) == 0) {
		end = memchr(event.data, ']', event.size);
		n = end ? (size_t)(end - event.data) : 0;
		chy_buffer_add(out, event.data, n);
		chy_buffer_printf(out, ",\"%.*s\"", (int)name.size, name.data);
		chy_buffer_add(out, event.data + n, event.size - n);
		return;
	}
	chy_buffer_printf(out, "%s\"%.*s\"],", first_member, (int)name.size, name.data);
	chy_buffer_add(out, event.data + 1, event.size - 1);
}

/* -- as it is shown ------------------------------------------------------------------ */

int chy_declared_show(struct chy_store_txn *txn, uint64_t as_of, json_t *event)
{
	json_t *names = json_object_get(event, "declared"), *disputes;
	struct chy_declarations declarations;
	int result;

	if (!names)
		return CHY_OK;
	result = chy_declarations_load(txn, as_of, &declarations);
	if (result)
		return result;
	disputes = json_array();
	json_array_extend(disputes, json_object_get(event, "dispute"));
	for (size_t i = 0; i < json_array_size(names); i++) {
		const struct chy_declaration *one = chy_declaration_named(
			&declarations, chy_str_from(json_string_value(json_array_get(names, i))));

		if (one)
			json_array_append_new(disputes, json_stringn(one->id.data, one->id.size));
	}
	json_object_set_new(event, "dispute", disputes);
	json_object_del(event, "declared");
	chy_declarations_fini(&declarations);
	return CHY_OK;
}

int chy_view_declared(struct chy_view *view, uint64_t as_of, json_t **out, struct chy_fault *fault)
{
	struct chy_declarations declarations;
	struct chy_store_txn *txn;
	int result = chy_view_read(view, &txn, fault);

	if (result)
		return result;
	result = chy_declarations_load(txn, as_of, &declarations);
	chy_view_read_end(view, txn);
	if (result)
		return chy_fault_set(fault, result, view->path, 0, NULL);
	*out = json_array();
	for (size_t i = 0; i < declarations.count; i++) {
		const struct chy_declaration *one = &declarations.list[i];
		json_t *row = json_copy(one->body);

		json_object_set_new(row, "key", json_string(one->name));
		json_object_set_new(row, "record", json_integer((json_int_t)one->seq));
		json_array_append_new(*out, row);
	}
	chy_declarations_fini(&declarations);
	return CHY_OK;
}
