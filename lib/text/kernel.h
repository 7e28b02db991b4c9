/* The inner loops, in one edition for each kind of processor. All give the
 * same bits: whole numbers are exact, and floats are added in one order. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A matrix of weights: outputs in tiles of 16, in each tile inputs in groups
 * of four. Activations are bytes with 128 for nought, which `sum` undoes. */
struct chy_matrix {
	uint32_t in, out; /* multiples of 4 and of 16 */
	const int8_t *weights;
	const float *scale, *bias; /* of each output */
	const int32_t *sum; /* 128 times the weights of each output */
};

struct chy_kernel {
	/* out[i] = or += bias + x_scale[i] * scale * (weights × (x[i] - 128)),
	 * for n rows x of matrix->in bytes; out has rows of out_step floats.
	 * When adding, the bias is not. */
	void (*multiply)(const struct chy_matrix *matrix, const uint8_t *x, const float *x_scale,
		size_t n, float *out, size_t out_step, bool add);
	/* out[i] for n rows of width (a multiple of 16) floats: bytes with 128
	 * for nought; out_scale[i] is what one step is worth. */
	void (*quantise)(const float *x, size_t n, size_t width, uint8_t *out, float *out_scale);
	/* One step of an LSTM: gates (in, forget, new, out, each `hidden`
	 * wide) and cell to the new cell and the state as bytes of 1/127. */
	void (*cells)(const float *gates, float *cell, uint8_t *out, size_t hidden);
	/* out[j] = a · b[j] for n rows b, b_step apart. */
	void (*dots)(
		const float *a, const float *b, size_t b_step, size_t n, size_t width, float *out);
	/* x becomes x where positive, x / 10 elsewhere. */
	void (*leaky)(float *x, size_t count);
	/* out += scale * row */
	void (*add_row)(const int8_t *row, float scale, size_t width, float *out);
	/* out = exp(x - top) where top is the highest x; returns their index. */
	size_t (*exponentials)(const float *x, size_t count, float *out);
};

/* The edition for this processor. */
const struct chy_kernel *chy_kernel_choose(void);

extern const struct chy_kernel chy_kernel_plain, chy_kernel_avx2, chy_kernel_avx512;
