# minglu_embed(target file variable): makes the bytes of `file` (absolute, or from the root of the tree) available as
#   namespace minglu::embedded { extern const std::string_view variable; }   in "embedded/<variable>.hpp"
function(minglu_embed target file variable)
  get_filename_component(file ${file} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
  set(dir ${CMAKE_BINARY_DIR}/generated/${target})
  set(source ${dir}/embedded/${variable}.cpp)
  set(header ${dir}/embedded/${variable}.hpp)
  add_custom_command(OUTPUT ${source} ${header}
    COMMAND ${CMAKE_COMMAND} -DFILE=${file} -DVARIABLE=${variable} -DSOURCE=${source} -DHEADER=${header}
            -P ${CMAKE_SOURCE_DIR}/cmake/embed_file.cmake
    DEPENDS ${file} ${CMAKE_SOURCE_DIR}/cmake/embed_file.cmake
    VERBATIM)
  # A target of its own, because the commands of a library wait for all that it links: tools that only read the sources
  # (scripts/tidy) need the headers and no library.
  if(NOT TARGET generated_files)
    add_custom_target(generated_files)
  endif()
  add_custom_target(generated_${variable} DEPENDS ${source} ${header})
  add_dependencies(generated_files generated_${variable})
  target_sources(${target} PRIVATE ${source} ${header})
  target_include_directories(${target} PRIVATE ${dir})
endfunction()
