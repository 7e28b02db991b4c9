#include "chancery/record.h"

#include "lift.h"
#include "test.h"

/* A record as docs/log-format.md lays it out, made by hand. */
static const struct chy_record example = {
	.seq = 0x0102030405060708,
	.time = 1383436800123456,
	.prev = {{0xaa, 0xbb}},
	.kind = CHY_KIND_EVENTS_CODED,
	.kind_name = {"events-coded", 12},
	.schema = 1,
	.body = {"{\"document\":\"x\"}", 16},
};

static void encode(struct chy_record record, struct chy_buffer *out)
{
	chy_buffer_init(out);
	assert_int_equal(chy_record_encode(&record, out), 0);
}

static void the_bytes_are_those_of_the_document(void **state)
{
	static const unsigned char layout[] = {1, 0xaa, 0xbb, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0x04,
		0xea, 0x3a, 0x7b, 0x0a, 0x62, 0x40, 0, 1, 12, 'e', 'v', 'e', 'n', 't', 's', '-',
		'c', 'o', 'd', 'e', 'd', 0, 0, 0, 16};
	struct chy_buffer bytes;
	struct chy_hash hash;

	(void)state;
	encode(example, &bytes);
	assert_int_equal(bytes.size, CHY_HASH_SIZE + sizeof(layout) + 16);
	assert_memory_equal(bytes.data + CHY_HASH_SIZE, layout, sizeof(layout));
	assert_memory_equal(
		bytes.data + CHY_HASH_SIZE + sizeof(layout), example.body.data, example.body.size);
	chy_hash_of(bytes.data + CHY_HASH_SIZE, bytes.size - CHY_HASH_SIZE, &hash);
	assert_memory_equal(bytes.data, hash.bytes, CHY_HASH_SIZE);
	chy_buffer_fini(&bytes);
}

static void what_was_encoded_is_decoded(void **state)
{
	struct chy_record record = example, back;
	struct chy_buffer bytes;

	(void)state;
	encode(example, &bytes);
	assert_int_equal(chy_record_decode((struct chy_str){bytes.data, bytes.size}, &back), 0);
	assert_int_equal(back.seq, record.seq);
	assert_int_equal(back.time, record.time);
	assert_true(chy_hash_equal(&back.prev, &record.prev));
	assert_int_equal(back.kind, CHY_KIND_EVENTS_CODED);
	assert_true(chy_str_is(back.kind_name, "events-coded"));
	assert_int_equal(back.schema, 1);
	assert_true(chy_str_is(back.body, example.body.data));
	chy_buffer_fini(&bytes);
}

static void a_time_before_1970_is_kept(void **state)
{
	struct chy_record record = example, back;
	struct chy_buffer bytes;

	(void)state;
	record.time = -1;
	encode(record, &bytes);
	assert_int_equal(chy_record_decode((struct chy_str){bytes.data, bytes.size}, &back), 0);
	assert_int_equal(back.time, -1);
	chy_buffer_fini(&bytes);
}

static void any_changed_byte_is_damage(void **state)
{
	struct chy_record back;
	struct chy_buffer bytes;

	(void)state;
	encode(example, &bytes);
	for (size_t at = 0; at < bytes.size; at++)
		for (int bit = 0; bit < 8; bit++) {
			bytes.data[at] = (char)(bytes.data[at] ^ 1 << bit);
			assert_int_equal(
				chy_record_decode((struct chy_str){bytes.data, bytes.size}, &back),
				CHY_EDAMAGED);
			bytes.data[at] = (char)(bytes.data[at] ^ 1 << bit);
		}
	chy_buffer_fini(&bytes);
}

static void a_record_cut_off_anywhere_is_damage(void **state)
{
	struct chy_record back;
	struct chy_buffer bytes;

	(void)state;
	encode(example, &bytes);
	for (size_t size = 0; size < bytes.size; size++)
		assert_int_equal(
			chy_record_decode((struct chy_str){bytes.data, size}, &back), CHY_EDAMAGED);
	chy_buffer_fini(&bytes);
}

/* Gives bytes that were changed the hash that goes with them. */
static void hash_again(struct chy_buffer *bytes)
{
	struct chy_hash hash;

	chy_hash_of(bytes->data + CHY_HASH_SIZE, bytes->size - CHY_HASH_SIZE, &hash);
	memcpy(bytes->data, hash.bytes, CHY_HASH_SIZE);
}

/* The hash may be right and the form wrong: somebody else's mistake. */
static void lengths_that_do_not_fit_are_damage(void **state)
{
	static const struct {
		size_t at;
		unsigned char value;
	} cases[] = {{83, 0}, {83, 11}, {83, 13}, {83, 255}, {96, 0x80}, {96, 0xff}, {99, 15},
		{99, 17}, {98, 1}};
	struct chy_record back;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct chy_buffer bytes;

		encode(example, &bytes);
		bytes.data[cases[i].at] = (char)cases[i].value;
		hash_again(&bytes);
		assert_int_equal(chy_record_decode((struct chy_str){bytes.data, bytes.size}, &back),
			CHY_EDAMAGED);
		chy_buffer_fini(&bytes);
	}
}

static void a_frame_of_a_newer_edition_is_told_from_damage(void **state)
{
	struct chy_record back;
	struct chy_buffer bytes;

	(void)state;
	encode(example, &bytes);
	bytes.data[32] = 2;
	hash_again(&bytes);
	assert_int_equal(
		chy_record_decode((struct chy_str){bytes.data, bytes.size}, &back), CHY_EVERSION);
	chy_buffer_fini(&bytes);
}

static void every_kind_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int kind = 0; kind < CHY_KIND_COUNT; kind++) {
		const char *name = chy_kind_name((enum chy_kind)kind);

		assert_in_range(strlen(name), 1, 255);
		assert_int_equal(chy_kind_from_name(chy_str_from(name)), kind);
		assert_true(chy_kind_schema((enum chy_kind)kind) >= 1);
	}
	assert_int_equal(chy_kind_from_name(chy_str_from("document")), CHY_KIND_OTHER);
	assert_int_equal(chy_kind_from_name(chy_str_from("")), CHY_KIND_OTHER);
}

static void a_kind_of_a_newer_edition_keeps_its_name_and_body(void **state)
{
	struct chy_record record = example, back;
	struct chy_buffer bytes;
	json_t *shown;

	(void)state;
	record.kind = CHY_KIND_OTHER;
	record.kind_name = chy_str_from("treaty-signed");
	record.schema = 9;
	encode(record, &bytes);
	assert_int_equal(chy_record_decode((struct chy_str){bytes.data, bytes.size}, &back), 0);
	assert_int_equal(back.kind, CHY_KIND_OTHER);
	assert_int_equal(chy_record_to_json(&back, &shown, NULL), 0);
	assert_true(chy_str_is(chy_json_str(shown, "kind"), "treaty-signed"));
	assert_true(chy_str_is(chy_json_str(json_object_get(shown, "body"), "document"), "x"));
	json_decref(shown);
	chy_buffer_fini(&bytes);
}

static void a_kind_without_a_name_or_with_too_long_a_one_is_not_written(void **state)
{
	struct chy_record record = example;
	struct chy_buffer bytes;
	char name[256];

	(void)state;
	memset(name, 'a', sizeof(name));
	chy_buffer_init(&bytes);
	record.kind = CHY_KIND_OTHER;
	record.kind_name = (struct chy_str){name, 0};
	assert_int_equal(chy_record_encode(&record, &bytes), CHY_ELIMIT);
	record.kind_name.size = 256;
	assert_int_equal(chy_record_encode(&record, &bytes), CHY_ELIMIT);
	record.kind_name.size = 255;
	assert_int_equal(chy_record_encode(&record, &bytes), 0);
	chy_buffer_fini(&bytes);
}

static void a_body_that_is_no_object_is_damage(void **state)
{
	static const char *const bodies[] = {"", "[]", "1", "{", "{}x", "{\"a\":1,\"a\":2}"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		struct chy_record record = example;
		struct chy_fault fault;
		json_t *body = NULL;

		record.body = chy_str_from(bodies[i]);
		assert_int_equal(chy_record_body(&record, &body, &fault), CHY_EDAMAGED);
		assert_null(body);
		assert_int_equal(fault.at, example.seq);
	}
}

static void a_schema_newer_than_today_is_told(void **state)
{
	struct chy_record record = example;
	struct chy_fault fault;
	json_t *body;

	(void)state;
	record.schema = chy_kind_schema(record.kind) + 1;
	assert_int_equal(chy_record_body(&record, &body, &fault), CHY_EVERSION);
	assert_non_null(strstr(fault.detail, "events-coded"));
	record.schema = 0;
	assert_int_equal(chy_record_body(&record, &body, &fault), CHY_EDAMAGED);
}

/* -- lifting, with a history of its own ------------------------------------ */

/* Schema 2 renamed a member, 3 made a list of a single value, 4 counts it. */
static int rename_member(json_t *body)
{
	json_t *actor = json_object_get(body, "who");

	if (!actor)
		return CHY_EDAMAGED;
	json_object_set(body, "actor", actor);
	return json_object_del(body, "who");
}

static int make_a_list(json_t *body)
{
	return json_object_set_new(body, "actor", json_pack("[O]", json_object_get(body, "actor")));
}

static int count(json_t *body)
{
	return json_object_set_new(body, "n",
		json_integer((json_int_t)json_array_size(json_object_get(body, "actor"))));
}

static chy_lift_step *const history[] = {rename_member, make_a_list, count};

static void every_schema_is_lifted_to_the_same_body(void **state)
{
	static const char *const bodies[] = {"{\"who\":\"JPN\"}", "{\"actor\":\"JPN\"}",
		"{\"actor\":[\"JPN\"]}", "{\"actor\":[\"JPN\"],\"n\":1}"};

	(void)state;
	for (unsigned schema = 1; schema <= COUNT_OF(bodies); schema++) {
		const char *text = bodies[schema - 1];
		struct chy_buffer lifted;
		json_t *body;

		chy_buffer_init(&lifted);
		assert_int_equal(chy_json_parse(text, strlen(text), &body, NULL), 0);
		assert_int_equal(chy_lift_by(history, schema, 4, body), 0);
		assert_int_equal(chy_json_canonical(body, &lifted), 0);
		assert_true(chy_str_is((struct chy_str){lifted.data, lifted.size}, bodies[3]));
		json_decref(body);
		chy_buffer_fini(&lifted);
	}
}

static void a_step_that_fails_ends_the_lifting(void **state)
{
	json_t *body = json_pack("{s:s}", "what", "JPN");

	(void)state;
	assert_int_equal(chy_lift_by(history, 1, 4, body), CHY_EDAMAGED);
	assert_int_equal(json_object_size(body), 1);
	json_decref(body);
}

static void schemas_that_never_were_are_not_lifted(void **state)
{
	json_t *body = json_object();

	(void)state;
	assert_int_equal(chy_lift_by(history, 0, 4, body), CHY_EDAMAGED);
	assert_int_equal(chy_lift_by(history, 5, 4, body), CHY_EVERSION);
	json_decref(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_those_of_the_document),
		cmocka_unit_test(what_was_encoded_is_decoded),
		cmocka_unit_test(a_time_before_1970_is_kept),
		cmocka_unit_test(any_changed_byte_is_damage),
		cmocka_unit_test(a_record_cut_off_anywhere_is_damage),
		cmocka_unit_test(lengths_that_do_not_fit_are_damage),
		cmocka_unit_test(a_frame_of_a_newer_edition_is_told_from_damage),
		cmocka_unit_test(every_kind_has_a_name_of_its_own),
		cmocka_unit_test(a_kind_of_a_newer_edition_keeps_its_name_and_body),
		cmocka_unit_test(a_kind_without_a_name_or_with_too_long_a_one_is_not_written),
		cmocka_unit_test(a_body_that_is_no_object_is_damage),
		cmocka_unit_test(a_schema_newer_than_today_is_told),
		cmocka_unit_test(every_schema_is_lifted_to_the_same_body),
		cmocka_unit_test(a_step_that_fails_ends_the_lifting),
		cmocka_unit_test(schemas_that_never_were_are_not_lifted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
