# How a room of the house is built: one static library for each module, each
# naming the modules it may use. Options are set by the presets.
option(CHY_TESTS "Build the tests" ON)
option(CHY_BENCH "Build the benchmarks" OFF)
option(CHY_FUZZ "Build the fuzz targets with libFuzzer (needs clang)" OFF)
option(CHY_WERROR "Warnings are errors" OFF)
option(CHY_HARDEN "Hardening flags" OFF)
option(CHY_LTO "Link-time optimisation" OFF)
option(CHY_STATIC "Link small libraries into the client, which starts sooner" OFF)
option(CHY_COVERAGE "Instrument for gcov" OFF)
set(CHY_SANITIZE "" CACHE STRING "Sanitizers, comma-separated")

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# What every target of ours is compiled with.
add_library(chy_flags INTERFACE)
target_compile_features(chy_flags INTERFACE c_std_11)
target_compile_definitions(chy_flags INTERFACE _GNU_SOURCE
	CHY_VERSION="${PROJECT_VERSION}")
target_compile_options(chy_flags INTERFACE -Wall -Wextra -Wshadow -Wstrict-prototypes
	-Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wvla -Wundef -fno-strict-aliasing
	$<$<BOOL:${CHY_WERROR}>:-Werror>)
target_include_directories(chy_flags INTERFACE "${CMAKE_SOURCE_DIR}/include")
if(CHY_SANITIZE)
	target_compile_options(chy_flags INTERFACE -fsanitize=${CHY_SANITIZE}
		-fno-omit-frame-pointer -fno-sanitize-recover=all)
	target_link_options(chy_flags INTERFACE -fsanitize=${CHY_SANITIZE})
endif()
if(CHY_HARDEN)
	target_compile_options(chy_flags INTERFACE -O2 -g -fstack-protector-strong
		-fstack-clash-protection -fcf-protection -D_FORTIFY_SOURCE=2)
	target_link_options(chy_flags INTERFACE -Wl,-z,relro,-z,now -pie)
	set(CMAKE_POSITION_INDEPENDENT_CODE ON)
	set(CMAKE_C_FLAGS_RELEASE "-DNDEBUG")
endif()
if(CHY_COVERAGE)
	target_compile_options(chy_flags INTERFACE --coverage)
	target_link_options(chy_flags INTERFACE --coverage)
endif()
if(CHY_FUZZ)
	target_compile_options(chy_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CHY_LTO)
	set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

# The directory that stands for share/chancery in a build tree; an installed
# program finds the same files under <prefix>/share/chancery.
set(CHY_SHARE "${CMAKE_BINARY_DIR}/share/chancery")
file(MAKE_DIRECTORY "${CHY_SHARE}")

# chy_module(NAME SOURCES a.c … [USES base …] [PKGS libfoo …])
# builds lib chy_<NAME>; USES are modules, PKGS pkg-config names kept private.
function(chy_module name)
	cmake_parse_arguments(M "" "" "SOURCES;USES;PKGS" ${ARGN})
	add_library(chy_${name} STATIC ${M_SOURCES})
	target_link_libraries(chy_${name} PUBLIC chy_flags)
	target_include_directories(chy_${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
	foreach(use IN LISTS M_USES)
		target_link_libraries(chy_${name} PUBLIC chy_${use})
	endforeach()
	foreach(pkg IN LISTS M_PKGS)
		chy_pkg(${pkg})
		string(REGEX REPLACE "^lib" "" archive "${pkg}")
		chy_package(chy_${name} PRIVATE "${archive}" PkgConfig::${pkg})
	endforeach()
endfunction()

macro(chy_pkg pkg)
	if(NOT TARGET PkgConfig::${pkg})
		pkg_check_modules(${pkg} REQUIRED IMPORTED_TARGET GLOBAL ${pkg})
	endif()
endmacro()

# A package as a module is to link it. Programs that are started for every
# question wait for each shared library to be loaded and bound: where CHY_STATIC
# is on and its archive is there, a program with the property CHY_STARTS_OFTEN
# gets that.
function(chy_package target visibility pkg library)
	set(linked "${library}")
	find_library(CHY_ARCHIVE_${pkg} "lib${pkg}.a")
	if(CHY_STATIC AND CHY_ARCHIVE_${pkg})
		set(often "$<BOOL:$<TARGET_PROPERTY:CHY_STARTS_OFTEN>>")
		set(linked "$<IF:${often},${CHY_ARCHIVE_${pkg}},${library}>")
	endif()
	target_link_libraries(${target} ${visibility} "${linked}")
endfunction()

# chy_unit_test(NAME SOURCES t.c USES base …): a cmocka program run by ctest.
# CHY_SOURCE_DIR and CHY_SHARE are set in its environment.
function(chy_unit_test name)
	cmake_parse_arguments(T "" "" "SOURCES;USES" ${ARGN})
	chy_pkg(cmocka)
	add_executable(test_${name} ${T_SOURCES})
	target_link_libraries(test_${name} PRIVATE chy_flags PkgConfig::cmocka)
	target_include_directories(test_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/unit")
	foreach(use IN LISTS T_USES)
		target_link_libraries(test_${name} PRIVATE chy_${use})
	endforeach()
	set_target_properties(test_${name} PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
	add_test(NAME unit/${name} COMMAND test_${name}
		WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
	set_tests_properties(unit/${name} PROPERTIES TIMEOUT 300 ENVIRONMENT
		"CHANCERY_DATA=${CHY_SHARE};CHY_BUILD=${CMAKE_BINARY_DIR};CHY_SOURCE=${CMAKE_SOURCE_DIR}")
endfunction()

# chy_fuzz_target(NAME SOURCES f.c USES ingest …): LLVMFuzzerTestOneInput. With
# CHY_FUZZ a libFuzzer program build/fuzz/fuzz/NAME; in every other build a
# program that replays tests/fuzz/corpus/NAME, run by ctest as fuzz/NAME.
function(chy_fuzz_target name)
	cmake_parse_arguments(F "" "" "SOURCES;USES" ${ARGN})
	add_executable(fuzz_${name} ${F_SOURCES})
	target_link_libraries(fuzz_${name} PRIVATE chy_flags)
	foreach(use IN LISTS F_USES)
		target_link_libraries(fuzz_${name} PRIVATE chy_${use})
	endforeach()
	set_target_properties(fuzz_${name} PROPERTIES OUTPUT_NAME ${name}
		RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz")
	if(CHY_FUZZ)
		target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
		set(replay fuzz_${name} -runs=0 "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}")
	else()
		target_sources(fuzz_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/replay.c")
		set(replay fuzz_${name} "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}")
	endif()
	add_test(NAME fuzz/${name} COMMAND ${replay} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
	set_tests_properties(fuzz/${name} PROPERTIES TIMEOUT 300 ENVIRONMENT
		"CHANCERY_DATA=${CHY_SHARE};CHY_BUILD=${CMAKE_BINARY_DIR};CHY_SOURCE=${CMAKE_SOURCE_DIR}")
endfunction()
