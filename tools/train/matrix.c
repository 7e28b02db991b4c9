/* Register-blocked after Goto and van de Geijn, "Anatomy of High-Performance
 * Matrix Multiplication", 2008. */
#include "matrix.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MR = 8, NR = 32, LANES = 16 };

typedef float vec __attribute__((vector_size(4 * LANES), aligned(64)));
typedef float loose __attribute__((vector_size(4 * LANES), aligned(4)));

static void *allocate(size_t size)
{
	void *out = aligned_alloc(64, (size + 63) / 64 * 64);

	if (!out) {
		fputs("out of memory\n", stderr);
		exit(1);
	}
	return out;
}

void pack(struct packed *out, const float *b, size_t rows, size_t columns, size_t row_step,
	size_t column_step)
{
	size_t panels = (columns + NR - 1) / NR;

	if (out->rows * ((out->columns + NR - 1) / NR) < rows * panels) {
		free(out->data);
		out->data = allocate(rows * panels * NR * sizeof(float));
	}
	assert(out->data || !rows);
	out->rows = rows;
	out->columns = columns;
	for (size_t p = 0; p < panels; p++) {
		size_t width = columns - p * NR < NR ? columns - p * NR : NR;
		float *to = out->data + p * rows * NR;
		const float *from = b + p * NR * column_step;

		for (size_t r = 0; r < rows; r++, to += NR) {
			for (size_t c = 0; c < width; c++)
				to[c] = from[r * row_step + c * column_step];
			for (size_t c = width; c < NR; c++)
				to[c] = 0;
		}
	}
}

static void kernel(size_t depth, const float *a, const float *b, float *tile)
{
	vec low[MR], high[MR];

	for (int i = 0; i < MR; i++)
		low[i] = high[i] = (vec){0};
	for (size_t k = 0; k < depth; k++, a += MR, b += NR) {
		vec b0 = *(const vec *)b, b1 = *(const vec *)(b + LANES);

#pragma GCC unroll 8
		for (int i = 0; i < MR; i++) {
			low[i] += a[i] * b0;
			high[i] += a[i] * b1;
		}
	}
	for (int i = 0; i < MR; i++) {
		*(vec *)(tile + i * NR) = low[i];
		*(vec *)(tile + i * NR + LANES) = high[i];
	}
}

static void pack_left(
	float *to, const float *a, size_t m, size_t depth, size_t row_step, size_t column_step)
{
	assert(to);
	for (size_t k = 0; k < depth; k++, to += MR) {
		for (size_t i = 0; i < MR; i++)
			to[i] = i < m ? a[i * row_step + k * column_step] : 0;
	}
}

static void store(const float *tile, float *c, size_t c_step, size_t m, size_t width, bool add)
{
	for (size_t i = 0; i < m; i++) {
		for (size_t j = 0; j < width; j++)
			c[i * c_step + j] = tile[i * NR + j] + (add ? c[i * c_step + j] : 0);
	}
}

void multiply(size_t m, const float *a, size_t row_step, size_t column_step, const struct packed *b,
	float *c, size_t c_step, bool add)
{
	static float *left;
	static size_t left_size;
	static _Alignas(64) float tile[MR * NR];
	size_t depth = b->rows;

	if (left_size < depth * MR) {
		free(left);
		left_size = depth * MR;
		left = allocate(left_size * sizeof(float));
	}
	for (size_t i = 0; i < m; i += MR) {
		size_t height = m - i < MR ? m - i : MR;

		pack_left(left, a + i * row_step, height, depth, row_step, column_step);
		for (size_t j = 0; j < b->columns; j += NR) {
			size_t width = b->columns - j < NR ? b->columns - j : NR;

			kernel(depth, left, b->data + j * depth, tile);
			store(tile, c + i * c_step + j, c_step, height, width, add);
		}
	}
}
