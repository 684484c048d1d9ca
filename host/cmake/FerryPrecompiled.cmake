# Headers of others that most sources include are parsed once: for the host's libraries, and for the tests.
# Sources include what they use all the same; the release preset, which has none of this, finds what lacks.

find_package(fmt REQUIRED)
find_package(Poco REQUIRED COMPONENTS Foundation)

# The compiler takes a precompiled header only where the macros are those it was made with, and Poco's
# change what the system's headers say.
set(FERRY_PRECOMPILED_DEFINITIONS
  $<TARGET_PROPERTY:Poco::Foundation,INTERFACE_COMPILE_DEFINITIONS>
  $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)

set(FERRY_PRECOMPILED_HOST
  <algorithm> <array> <atomic> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <set> <string>
  <string_view> <unordered_map> <utility> <vector> <fmt/format.h>)
set(FERRY_PRECOMPILED_TEST ${FERRY_PRECOMPILED_HOST} <gmock/gmock.h> <gtest/gtest.h>)

# ferry_precompile(KIND HEADER... DEPS lib ...): what ferry_reuse_precompiled(TARGET KIND) then gives to a target.
function(ferry_precompile kind)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS;OPTIONS" ${ARGN})
  set(source ${CMAKE_BINARY_DIR}/precompiled_${kind}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// A target needs a source; this one is there for its headers.\n")
  add_library(ferry_precompiled_${kind} OBJECT ${source})
  target_link_libraries(ferry_precompiled_${kind} PRIVATE ferry_warnings ${ARG_DEPS})
  target_compile_definitions(ferry_precompiled_${kind} PRIVATE ${FERRY_PRECOMPILED_DEFINITIONS})
  target_compile_options(ferry_precompiled_${kind} PRIVATE ${ARG_OPTIONS})
  target_precompile_headers(ferry_precompiled_${kind} PRIVATE ${ARG_HEADERS})
endfunction()

function(ferry_reuse_precompiled target kind)
  get_target_property(sources ${target} SOURCES)
  if(NOT TARGET ferry_precompiled_${kind} OR sources MATCHES "\\.c(;|$)")  # there is none for C
    return()
  endif()
  target_compile_definitions(${target} PRIVATE ${FERRY_PRECOMPILED_DEFINITIONS})
  target_precompile_headers(${target} REUSE_FROM ferry_precompiled_${kind})
endfunction()

if(FERRY_SANITIZE)
  ferry_precompile(host HEADERS ${FERRY_PRECOMPILED_HOST} DEPS fmt::fmt)
  if(FERRY_BUILD_TESTS)
    find_package(GTest REQUIRED)
    ferry_precompile(test HEADERS ${FERRY_PRECOMPILED_TEST} DEPS fmt::fmt GTest::gmock OPTIONS -fPIE)
    # Programs are not built as libraries are, and the header has to fit.
    set_target_properties(ferry_precompiled_test PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  endif()
endif()
