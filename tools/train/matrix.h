/* The trainer's arithmetic: products of float matrices, by rows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A right-hand side laid out for the kernel: panels of 32 columns. */
struct packed {
	float *data;
	size_t rows, columns;
};

/* b[r * row_step + c * column_step] for rows × columns; grows *out. */
void pack(struct packed *out, const float *b, size_t rows, size_t columns, size_t row_step,
	size_t column_step);

/* c (m × b.columns, row length c_step) = or += a × b, where element (i, k) of
 * a is a[i * row_step + k * column_step]. */
void multiply(size_t m, const float *a, size_t row_step, size_t column_step, const struct packed *b,
	float *c, size_t c_step, bool add);
