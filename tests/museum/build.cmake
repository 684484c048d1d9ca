# Builds the plugins of one SDK by their recipe: -DSOURCE_DIR= -DBUILD_DIR= -DC= -DCXX=
foreach(argument SOURCE_DIR BUILD_DIR C CXX)
  if(NOT ${argument})
    message(FATAL_ERROR "${argument} is missing")
  endif()
endforeach()
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
run(${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${BUILD_DIR} -G Ninja -DCMAKE_BUILD_TYPE=Release
  -DCMAKE_C_COMPILER=${C} -DCMAKE_CXX_COMPILER=${CXX})
run(${CMAKE_COMMAND} --build ${BUILD_DIR})
# A folder as a hub has it: without those that only tests of the loader use.
file(COPY ${BUILD_DIR}/plugins/minimal DESTINATION ${BUILD_DIR}/hub)
