#include "chancery/edtf.h"
#include "chancery/record.h"
#include "lift.h"

int chy_record_body(const struct chy_record *record, json_t **out, struct chy_fault *fault)
{
	json_t *body;
	int result = chy_json_parse(record->body.data, record->body.size, &body, fault);

	if (result == CHY_EINPUT)
		return chy_fault_set(
			fault, CHY_EDAMAGED, "record", record->seq, "its body is not JSON");
	if (result)
		return result;
	result = json_is_object(body) ? chy_lift(record->kind, record->schema, body) : CHY_EDAMAGED;
	if (result) {
		json_decref(body);
		return chy_fault_set(fault, result, "record", record->seq, "schema %u of %.*s",
			record->schema, (int)record->kind_name.size, record->kind_name.data);
	}
	*out = body;
	return CHY_OK;
}

/* One of an older schema goes by way of its tree. */
static int lift_text(
	const struct chy_record *record, struct chy_buffer *out, struct chy_fault *fault)
{
	json_t *body;
	int result = chy_record_body(record, &body, fault);

	if (result)
		return result;
	chy_buffer_clear(out);
	result = chy_json_canonical(body, out);
	json_decref(body);
	return result ? chy_fault_set(fault, result, "record", record->seq, NULL) : CHY_OK;
}

int chy_record_scan(const struct chy_record *record, struct chy_scan *scan,
	struct chy_buffer *lifted, const struct chy_value **out, struct chy_fault *fault)
{
	struct chy_str text = record->body;
	int result = CHY_OK;

	if (record->kind >= CHY_KIND_COUNT || record->schema != chy_kind_schema(record->kind)) {
		result = lift_text(record, lifted, fault);
		text = (struct chy_str){lifted->data, lifted->size};
	}
	if (result)
		return result;
	result = chy_scan_read(scan, text, out);
	if (result == CHY_OK && (*out)->type == CHY_VALUE_OBJECT)
		return CHY_OK;
	return chy_fault_set(fault, result == CHY_EMEM ? result : CHY_EDAMAGED, "record",
		record->seq, "its body is not a JSON object");
}

int chy_record_to_json(const struct chy_record *record, json_t **out, struct chy_fault *fault)
{
	char hash[CHY_HASH_HEX], prev[CHY_HASH_HEX], time[CHY_TIME_SIZE];
	json_t *body;
	int result = chy_record_body(record, &body, fault);

	if (result)
		return result;
	*out = json_pack("{s:o, s:s, s:s%, s:s, s:i, s:I, s:s}", "body", body, "hash",
		chy_hash_to_hex(&record->hash, hash), "kind", record->kind_name.data,
		record->kind_name.size, "prev", chy_hash_to_hex(&record->prev, prev), "schema",
		(int)record->schema, "seq", (json_int_t)record->seq, "time",
		chy_time_format(record->time, time));
	return *out ? CHY_OK : chy_fault_set(fault, CHY_EMEM, NULL, 0, NULL);
}
