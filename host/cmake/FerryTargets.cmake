# Warnings, sanitizers and the two target functions every folder uses.

add_library(ferry_warnings INTERFACE)
target_compile_options(ferry_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast>)
if(FERRY_WERROR)
  target_compile_options(ferry_warnings INTERFACE -Werror)
endif()

if(FERRY_SANITIZE)
  add_compile_options(-fsanitize=${FERRY_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FERRY_SANITIZE})
  if(FERRY_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_options(-D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong)
endif()
# One gigabyte of debug information helps nobody: lines and names are enough for a stack trace.
add_compile_options($<$<CONFIG:Debug>:-g1> $<$<CONFIG:RelWithDebInfo>:-g1>)

# A hundred test programs are linked, each with the whole hub in it: binutils' linker takes a quarter of
# the time that the build does.
if(FERRY_SANITIZE)
  find_program(FERRY_MOLD mold)
  if(FERRY_MOLD)
    string(APPEND CMAKE_EXE_LINKER_FLAGS " -fuse-ld=mold")
  endif()
endif()

include(FerryPrecompiled)

# What ctest gives to every test, and thereby to each program that a test starts.
set(FERRY_TEST_ENVIRONMENT "FERRY_SOURCE_DIR=${PROJECT_SOURCE_DIR};FERRY_BUILD_DIR=${CMAKE_BINARY_DIR}")
set(FERRY_TEST_SLOWNESS 1)  # time limits are multiplied by it
if(FERRY_SANITIZE MATCHES "thread")
  set(FERRY_TEST_SLOWNESS 4)
  # The first report ends the program with a status of its own, so that nobody can take it for success.
  list(APPEND FERRY_TEST_ENVIRONMENT
    "TSAN_OPTIONS=suppressions='${PROJECT_SOURCE_DIR}/tests/tsan.supp':halt_on_error=1:exitcode=66:second_deadlock_stack=1")
endif()

# ferry_library(NAME SOURCES a.cpp ... DEPS lib ...): a static library ferry_NAME of one host folder.
function(ferry_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(ferry_${name} STATIC ${ARG_SOURCES})
    target_include_directories(ferry_${name} PUBLIC ${PROJECT_SOURCE_DIR}/host)
    target_link_libraries(ferry_${name} PUBLIC ${ARG_DEPS} PRIVATE ferry_warnings ${ARG_PRIVATE_DEPS})
    ferry_reuse_precompiled(ferry_${name} host)
  else()
    add_library(ferry_${name} INTERFACE)
    target_include_directories(ferry_${name} INTERFACE ${PROJECT_SOURCE_DIR}/host)
    target_link_libraries(ferry_${name} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# ferry_compile_together(TARGET COUNT): sources are compiled in batches, for targets whose every source
# makes code of the same large headers. Names in their anonymous namespaces must then differ.
function(ferry_compile_together target count)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${count})
endfunction()

# ferry_test(NAME SOURCES a_test.cpp ... DEPS lib ... LABELS fast ... [TOGETHER]): one GoogleTest program = one ctest
# entry. TOGETHER: compiled in batches.
function(ferry_test name)
  cmake_parse_arguments(ARG "TOGETHER" "TIMEOUT" "SOURCES;DEPS;LABELS;ENVIRONMENT" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock_main ferry_warnings)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  ferry_reuse_precompiled(${name} test)
  if(ARG_TOGETHER)
    ferry_compile_together(${name} 4)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 240)
  endif()
  add_test(NAME ${name} COMMAND ${name} --gtest_shuffle)
  math(EXPR timeout "${ARG_TIMEOUT} * ${FERRY_TEST_SLOWNESS}")
  set_tests_properties(${name} PROPERTIES TIMEOUT ${timeout} LABELS "${ARG_LABELS}"
    ENVIRONMENT "${FERRY_TEST_ENVIRONMENT};${ARG_ENVIRONMENT}")
endfunction()
