# Installs the SDK to a prefix of its own and builds examples/minimal_plugin against it, as a user
# would: no file of the tree is seen but the example.
foreach(argument BUILD_DIR SOURCE_DIR WORK_DIR CXX)
  if(NOT ${argument})
    message(FATAL_ERROR "${argument} is missing")
  endif()
endforeach()
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
file(REMOVE_RECURSE ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --component sdk --prefix ${WORK_DIR}/prefix)
file(COPY ${SOURCE_DIR}/examples/minimal_plugin DESTINATION ${WORK_DIR}/source)
run(${CMAKE_COMMAND} -S ${WORK_DIR}/source/minimal_plugin -B ${WORK_DIR}/build -G Ninja
  -DCMAKE_PREFIX_PATH=${WORK_DIR}/prefix -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_INSTALL_LIBDIR=lib
  "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror")
run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
run(${CMAKE_COMMAND} --install ${WORK_DIR}/build --prefix ${WORK_DIR}/hub)
foreach(file libminimal.so connector.yaml)
  if(NOT EXISTS ${WORK_DIR}/hub/lib/ferry/plugins/minimal/${file})
    message(FATAL_ERROR "${file} was not installed")
  endif()
endforeach()
file(STRINGS ${SOURCE_DIR}/examples/minimal_plugin/plugin.cpp lines)
list(LENGTH lines count)
if(count GREATER 40)
  message(FATAL_ERROR "the minimal plugin has ${count} lines, more than 40")
endif()
