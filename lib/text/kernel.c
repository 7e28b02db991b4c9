#include "kernel.h"

#if defined(__x86_64__)
const struct chy_kernel *chy_kernel_choose(void)
{
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
		__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
		return &chy_kernel_avx512;
	if (__builtin_cpu_supports("avx2"))
		return &chy_kernel_avx2;
	return &chy_kernel_plain;
}
#else
const struct chy_kernel *chy_kernel_choose(void)
{
	return &chy_kernel_plain;
}
#endif
