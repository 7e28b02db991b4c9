#include "chancery/hash.h"

#include <sodium.h>
#include <string.h>
#include <xxhash.h>

#include "chancery/error.h"

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(((struct chy_hasher *)0)->state),
	"chy_hasher is too small for libsodium's state");

/* Until it is initialised libsodium hashes with its portable code, several
 * times slower than this processor can. It asks the kernel for random bytes
 * then, which a confined worker may not: so it is done before main. */
__attribute__((constructor)) static void choose_fastest(void)
{
	if (sodium_init() < 0)
		return; /* slower, and as right */
}

static crypto_generichash_state *state(struct chy_hasher *hasher)
{
	return (crypto_generichash_state *)(void *)hasher->state;
}

void chy_hash_of(const void *bytes, size_t size, struct chy_hash *out)
{
	crypto_generichash(out->bytes, CHY_HASH_SIZE, bytes, size, NULL, 0);
}

void chy_hasher_init(struct chy_hasher *hasher)
{
	crypto_generichash_init(state(hasher), NULL, 0, CHY_HASH_SIZE);
}

void chy_hasher_add(struct chy_hasher *hasher, const void *bytes, size_t size)
{
	crypto_generichash_update(state(hasher), bytes, size);
}

void chy_hasher_finish(struct chy_hasher *hasher, struct chy_hash *out)
{
	crypto_generichash_final(state(hasher), out->bytes, CHY_HASH_SIZE);
}

uint64_t chy_checksum(const void *bytes, size_t size, uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes, size, seed);
}

bool chy_hash_equal(const struct chy_hash *a, const struct chy_hash *b)
{
	return memcmp(a->bytes, b->bytes, CHY_HASH_SIZE) == 0;
}

const char *chy_hash_to_hex(const struct chy_hash *hash, char out[CHY_HASH_HEX])
{
	return sodium_bin2hex(out, CHY_HASH_HEX, hash->bytes, CHY_HASH_SIZE);
}

int chy_hash_from_hex(const char *hex, struct chy_hash *out)
{
	struct chy_hash hash;
	size_t size = 0;

	if (strlen(hex) != 2 * CHY_HASH_SIZE)
		return CHY_EINPUT;
	if (sodium_hex2bin(hash.bytes, CHY_HASH_SIZE, hex, 2 * CHY_HASH_SIZE, NULL, &size, NULL) ||
		size != CHY_HASH_SIZE)
		return CHY_EINPUT;
	*out = hash;
	return CHY_OK;
}
