# minglu_generate(target script variable arguments...): what `python3 script arguments... OUTPUT` writes is made available
# like the bytes of a file, see minglu_embed. `script` stands in this folder; absolute paths among the arguments are inputs:
# files, or folders with all that is in them.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
function(minglu_generate target script variable)
  set(output ${CMAKE_BINARY_DIR}/generated/${target}/${variable}.bin)
  file(GLOB inputs ${CMAKE_SOURCE_DIR}/cmake/*.py)  # they use each other
  foreach(argument ${ARGN})
    if(IS_DIRECTORY ${argument})
      file(GLOB_RECURSE inside ${argument}/*)
      list(APPEND inputs ${inside})
    elseif(IS_ABSOLUTE ${argument})
      list(APPEND inputs ${argument})
    endif()
  endforeach()
  add_custom_command(OUTPUT ${output}
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/cmake/${script} ${ARGN} ${output}
    DEPENDS ${inputs}
    VERBATIM)
  minglu_embed(${target} ${output} ${variable})
endfunction()
