# One interface target that every target of ours links: warnings, sanitizers, include root.
add_library(minglu_options INTERFACE)
target_compile_features(minglu_options INTERFACE cxx_std_20)
target_include_directories(minglu_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include)
target_compile_options(minglu_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  $<$<BOOL:${MINGLU_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside the standard library's own inlined code (GCC bugs 105329, 105651, 107852).
  target_compile_options(minglu_options INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(MINGLU_SANITIZE)
  target_compile_options(minglu_options INTERFACE -fsanitize=${MINGLU_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(minglu_options INTERFACE -fsanitize=${MINGLU_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The checks that are put in confuse the flow analysis of g++ 12 (std::optional looks read before it is set).
    target_compile_options(minglu_options INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
if(MINGLU_FUZZ)
  target_compile_options(minglu_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
