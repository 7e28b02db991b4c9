/* Lemmas as edits of forms, so that a classifier can choose among them. */
#pragma once

#include <stdbool.h>

#include "chancery/arena.h"
#include "chancery/string.h"

/* mode: 'l' the form in lower case, 'k' the form as it is, 't' its first
 * letter upper case and the others lower; then `strip` code points go off the
 * end and `add` comes on. strip 255: the whole is replaced. */
struct chy_script {
	char mode;
	uint8_t strip;
	char add[22]; /* terminated */
};

enum { CHY_SCRIPT_WHOLE = 255 };

/* The script that makes lemma out of form; false where none fits. */
bool chy_script_find(struct chy_str form, struct chy_str lemma, struct chy_script *out);

/* Whether the form is long enough for the script. */
bool chy_script_fits(const struct chy_script *script, struct chy_str form);

/* The lemma, in the arena; empty when memory is exhausted. */
struct chy_str chy_script_apply(
	const struct chy_script *script, struct chy_str form, struct chy_arena *arena);
