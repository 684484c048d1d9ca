# ferry_add_plugin(NAME dropbox SOURCES a.cpp ... MANIFEST connector.yaml [DEPS lib ...])
#
# Builds <plugins dir>/<name>/lib<name>.so with connector.yaml beside it: a folder that can be
# dropped into the plugins folder of a hub. The target is ferry_plugin_<name>. The plugins dir is
# FERRY_PLUGIN_OUTPUT_DIR, or <binary dir>/plugins if that is not set.
#
# The link options are part of the contract: one exported symbol, so that neither plugins nor the
# hub can bind to each other's code; everything resolved at load time; never unmapped.
set(FERRY_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/ferry_plugin.map)

function(ferry_add_plugin)
  cmake_parse_arguments(ARG "NO_INSTALL" "NAME;MANIFEST" "SOURCES;DEPS" ${ARGN})
  foreach(required NAME SOURCES MANIFEST)
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
  # The runtime of a sanitizer is in the program that loads the plugin.
  get_target_property(options ${target} LINK_OPTIONS)
  get_directory_property(directory_options LINK_OPTIONS)
  if(NOT "${options};${directory_options};${CMAKE_CXX_FLAGS};${CMAKE_MODULE_LINKER_FLAGS}" MATCHES "-fsanitize=")
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()

  get_filename_component(manifest ${ARG_MANIFEST} ABSOLUTE)
  add_custom_command(OUTPUT ${folder}/connector.yaml
    COMMAND ${CMAKE_COMMAND} -E copy ${manifest} ${folder}/connector.yaml DEPENDS ${manifest} VERBATIM)
  add_custom_target(${target}_manifest DEPENDS ${folder}/connector.yaml)
  add_dependencies(${target} ${target}_manifest)

  if(NOT ARG_NO_INSTALL)
    # Not the multiarch folder: the hub looks for its own plugins in one place.
    install(TARGETS ${target} LIBRARY DESTINATION lib/ferry/plugins/${ARG_NAME})
    install(FILES ${manifest} DESTINATION lib/ferry/plugins/${ARG_NAME} RENAME connector.yaml)
  endif()
endfunction()
