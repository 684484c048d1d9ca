# Installs what FROM's lock file names into TO, beside copies of FROM's scripts.
file(GLOB files ${FROM}/*.json ${FROM}/*.mjs)
file(COPY ${files} DESTINATION ${TO})
execute_process(COMMAND npm ci --no-audit --no-fund --ignore-scripts
  WORKING_DIRECTORY ${TO} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "npm ci failed: ${result}")
endif()
