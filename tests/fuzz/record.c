/* A record that decodes encodes to the same bytes. The hash is made right first,
 * since no fuzzer guesses one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chancery/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encode_again(struct chy_record *record, struct chy_str bytes)
{
	struct chy_buffer out;

	chy_buffer_init(&out);
	if (chy_record_encode(record, &out) || out.size != bytes.size ||
		memcmp(out.data, bytes.data, bytes.size) != 0)
		abort();
	chy_buffer_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + CHY_HASH_SIZE);
	struct chy_record record;
	struct chy_hash hash;
	json_t *shown;

	if (!bytes)
		return 0;
	memcpy(bytes + CHY_HASH_SIZE, data, size);
	chy_hash_of(bytes + CHY_HASH_SIZE, size, &hash);
	memcpy(bytes, hash.bytes, CHY_HASH_SIZE);
	if (chy_record_decode((struct chy_str){bytes, size + CHY_HASH_SIZE}, &record) == 0) {
		encode_again(&record, (struct chy_str){bytes, size + CHY_HASH_SIZE});
		if (chy_record_to_json(&record, &shown, NULL) == 0)
			json_decref(shown);
	}
	free(bytes);
	return 0;
}
