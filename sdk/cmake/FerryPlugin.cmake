# ferry_add_plugin(NAME dropbox SOURCES a.cpp ... [MANIFEST connector.yaml] [CHECK check.yaml]
#                  [VERIFIED verified.json] [DEPS lib ...])
#
# Without a manifest it is a library that connectors share: their files name it (`plugin: <name>`).
#
# Builds <plugins dir>/<name>/lib<name>.so with connector.yaml beside it: a folder that can be
# dropped into the plugins folder of a hub. The target is ferry_plugin_<name>. The plugins dir is
# FERRY_PLUGIN_OUTPUT_DIR, or <binary dir>/plugins if that is not set. CHECK has what
# ferry-plugin-check tries the plugin with; it is copied beside the manifest, and not installed. VERIFIED
# says what tests have found, for `ferry connectors --quality`; it is copied and installed.
#
# The link options are part of the contract: one exported symbol, so that neither plugins nor the
# hub can bind to each other's code; everything resolved at load time; never unmapped.
set(FERRY_PLUGIN_SDK_DIR ${CMAKE_CURRENT_LIST_DIR})
set(FERRY_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/ferry_plugin.map)

# ferry_test_plugin(NAME dropbox [GOLDEN folder])
#
# A test <name>_check: ferry-plugin-check with the plugin of that name, and with the golden files in
# the folder once there is one.
function(ferry_test_plugin)
  cmake_parse_arguments(ARG "" "NAME;GOLDEN" "" ${ARGN})
  find_program(FERRY_PLUGIN_CHECK ferry-plugin-check
    HINTS ${FERRY_PLUGIN_SDK_DIR}/../../../bin ${FERRY_PLUGIN_SDK_DIR}/../../../../bin)
  if(NOT FERRY_PLUGIN_CHECK)
    message(FATAL_ERROR "ferry_test_plugin: there is no program ferry-plugin-check; install it with the SDK")
  endif()
  set(golden)
  if(ARG_GOLDEN)
    set(golden --golden ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_GOLDEN} --golden-may-be-missing)
  endif()
  add_test(NAME ${ARG_NAME}_check
    COMMAND ${FERRY_PLUGIN_CHECK} $<TARGET_FILE_DIR:ferry_plugin_${ARG_NAME}> ${golden})
endfunction()

function(ferry_add_plugin)
  cmake_parse_arguments(ARG "NO_INSTALL" "NAME;MANIFEST;CHECK;VERIFIED" "SOURCES;DEPS" ${ARGN})
  foreach(required NAME SOURCES)
    if(NOT ARG_${required})
      message(FATAL_ERROR "ferry_add_plugin: ${required} is missing")
    endif()
  endforeach()
  set(plugins_dir ${CMAKE_BINARY_DIR}/plugins)
  if(FERRY_PLUGIN_OUTPUT_DIR)
    set(plugins_dir ${FERRY_PLUGIN_OUTPUT_DIR})
  endif()
  set(folder ${plugins_dir}/${ARG_NAME})
  set(target ferry_plugin_${ARG_NAME})

  add_library(${target} MODULE ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE Ferry::sdk ${ARG_DEPS})
  set_target_properties(${target} PROPERTIES
    PREFIX lib OUTPUT_NAME ${ARG_NAME} LIBRARY_OUTPUT_DIRECTORY ${folder}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    CXX_EXTENSIONS OFF LINK_DEPENDS ${FERRY_PLUGIN_MAP})
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_link_options(${target} PRIVATE
    -Wl,--version-script=${FERRY_PLUGIN_MAP} -Wl,--exclude-libs,ALL
    -Wl,-z,now -Wl,-z,relro -Wl,-z,nodelete -Wl,-z,noexecstack)
  # The hub has libstdc++'s exception runtime, which a shared libc++ would be bound to: no exception of
  # the plugin would be caught, by itself either. So libc++ goes into the library, hidden.
  if("${CMAKE_CXX_FLAGS}" MATCHES "-stdlib=libc[+][+]")
    target_link_options(${target} PRIVATE -nostdlib++)
    target_link_libraries(${target} PRIVATE -Wl,-Bstatic -lc++ -lc++abi -Wl,-Bdynamic -lpthread)
  endif()
  # The runtime of a sanitizer is in the program that loads the plugin.
  get_target_property(options ${target} LINK_OPTIONS)
  get_directory_property(directory_options LINK_OPTIONS)
  if(NOT "${options};${directory_options};${CMAKE_CXX_FLAGS};${CMAKE_MODULE_LINKER_FLAGS}" MATCHES "-fsanitize=")
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()

  set(files)
  if(ARG_MANIFEST)
    get_filename_component(manifest ${ARG_MANIFEST} ABSOLUTE)
    add_custom_command(OUTPUT ${folder}/connector.yaml
      COMMAND ${CMAKE_COMMAND} -E copy ${manifest} ${folder}/connector.yaml DEPENDS ${manifest} VERBATIM)
    set(files ${folder}/connector.yaml)
  endif()
  if(ARG_CHECK)
    get_filename_component(check ${ARG_CHECK} ABSOLUTE)
    add_custom_command(OUTPUT ${folder}/check.yaml
      COMMAND ${CMAKE_COMMAND} -E copy ${check} ${folder}/check.yaml DEPENDS ${check} VERBATIM)
    list(APPEND files ${folder}/check.yaml)
  endif()
  if(ARG_VERIFIED)
    get_filename_component(verified ${ARG_VERIFIED} ABSOLUTE)
    add_custom_command(OUTPUT ${folder}/verified.json
      COMMAND ${CMAKE_COMMAND} -E copy ${verified} ${folder}/verified.json DEPENDS ${verified} VERBATIM)
    list(APPEND files ${folder}/verified.json)
  endif()
  add_custom_target(${target}_manifest DEPENDS ${files})
  add_dependencies(${target} ${target}_manifest)

  if(NOT ARG_NO_INSTALL)
    # Not the multiarch folder: the hub looks for its own plugins in one place.
    install(TARGETS ${target} LIBRARY DESTINATION lib/ferry/plugins/${ARG_NAME})
    if(ARG_MANIFEST)
      install(FILES ${manifest} DESTINATION lib/ferry/plugins/${ARG_NAME} RENAME connector.yaml)
    endif()
    if(ARG_VERIFIED)
      install(FILES ${verified} DESTINATION lib/ferry/plugins/${ARG_NAME} RENAME verified.json)
    endif()
  endif()
endfunction()
