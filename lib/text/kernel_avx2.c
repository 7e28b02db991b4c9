/* For processors with AVX2 (Haswell and later). */
#define KERNEL chy_kernel_avx2
#include "kernel.inc"
