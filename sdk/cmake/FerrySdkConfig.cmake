# find_package(FerrySdk): the target Ferry::sdk and the function ferry_add_plugin().
include(${CMAKE_CURRENT_LIST_DIR}/FerrySdkTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/FerryPlugin.cmake)
