/* Disputes that analysts declared: docs/decisions/view-declared-disputes.md. */
#pragma once

#include "internal.h"

/* Whether it is what a declared dispute may be called: small letters, digits
 * and hyphens. */
bool chy_declared_id(struct chy_str id);

/* Whether an event belongs to a declared dispute: two of its parties are in
 * it, and its sentence or its document's title holds one of its terms. */
bool chy_declaration_fits(const struct chy_declaration *declaration, const struct chy_value *event,
	struct chy_str title);
/* Of those in force; NULL. */
const struct chy_declaration *chy_declaration_named(
	const struct chy_declarations *declarations, struct chy_str name);
const struct chy_declaration *chy_declaration_of(
	const struct chy_declarations *declarations, struct chy_str id);

/* An event's JSON with a name in "declared", which is its first member.
 * Appends. */
void chy_declared_write(struct chy_str event, struct chy_str name, struct chy_buffer *out);
