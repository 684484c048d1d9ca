# Installs the receiver's one package from its lock file into TO, beside copies of the scripts.
file(COPY ${FROM}/package.json ${FROM}/package-lock.json ${FROM}/receiver.mjs ${VERIFIER}
  DESTINATION ${TO})
execute_process(COMMAND npm ci --no-audit --no-fund --ignore-scripts
  WORKING_DIRECTORY ${TO} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "npm ci failed: ${result}")
endif()
