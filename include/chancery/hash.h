/* BLAKE2b-256 (RFC 7693, 32 bytes, no key), by libsodium; and sums of rows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHY_HASH_SIZE 32
#define CHY_HASH_HEX (2 * CHY_HASH_SIZE + 1) /* with the terminator */

struct chy_hash {
	uint8_t bytes[CHY_HASH_SIZE];
};

void chy_hash_of(const void *bytes, size_t size, struct chy_hash *out);

/* The same in pieces. */
struct chy_hasher {
	_Alignas(64) unsigned char state[384];
};
void chy_hasher_init(struct chy_hasher *hasher);
void chy_hasher_add(struct chy_hasher *hasher, const void *bytes, size_t size);
void chy_hasher_finish(struct chy_hasher *hasher, struct chy_hash *out);

/* XXH3, 64 bits: notices damage, at little cost. Whoever means harm can make
 * bytes of the same sum. */
uint64_t chy_checksum(const void *bytes, size_t size, uint64_t seed);

bool chy_hash_equal(const struct chy_hash *a, const struct chy_hash *b);
const char *chy_hash_to_hex(const struct chy_hash *hash, char out[CHY_HASH_HEX]);
/* 64 hexadecimal digits of either case; CHY_EINPUT else. */
int chy_hash_from_hex(const char *hex, struct chy_hash *out);
