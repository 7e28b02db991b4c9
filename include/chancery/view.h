/* Views: what is derived from the log so that questions are quick, and the
 * questions themselves. views.mdb can be deleted at any time.
 *
 * Each change of the views commits together with the number of the last
 * record that it has seen, so that the views are exactly as far as they say. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chancery/archive.h"
#include "chancery/error.h"
#include "chancery/hash.h"
#include "chancery/json.h"
#include "chancery/string.h"

struct chy_view;

/* Opens <archive directory>/views.mdb to read. CHY_EABSENT where there is
 * none yet. */
int chy_view_open(const char *directory, struct chy_view **out, struct chy_fault *fault);

/* Opens it to follow the log, alone (CHY_EBUSY where another process does),
 * making it where it is absent and starting afresh where it belongs to
 * another archive, to a longer log, or to another edition of the views. */
int chy_view_open_writer(const char *directory, struct chy_view **out, struct chy_fault *fault);
void chy_view_close(struct chy_view *view);

/* The last record that the views have seen. */
int chy_view_position(struct chy_view *view, uint64_t *out_seq, struct chy_fault *fault);

/* Takes in records of the archive after the position, at most `limit` of them
 * (0: all there are), in one or more transactions. *out_seq is the new
 * position. */
int chy_view_follow(struct chy_view *view, struct chy_archive *archive, uint64_t limit,
	uint64_t *out_seq, struct chy_fault *fault);

/* BLAKE2b-256 over every table, key and value of the views in order: equal
 * for equal history, however it was followed. */
int chy_view_digest(struct chy_view *view, struct chy_hash *out, struct chy_fault *fault);
