# Our warnings, and the sanitizers, as one interface target that every module of ours links.
add_library(arete_flags INTERFACE)
target_compile_options(arete_flags INTERFACE
  -Wall -Wextra -Wshadow
  $<$<COMPILE_LANGUAGE:CXX>:-Wconversion;-Wold-style-cast;-Wsuggest-override;-Wnon-virtual-dtor>
  # g++ 12 sees overlapping strings that are not there (GCC bug 105651).
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>
  $<$<BOOL:${ARETE_WERROR}>:-Werror>)
if(ARETE_SANITIZE)
  target_compile_options(arete_flags INTERFACE -fsanitize=${ARETE_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS)
  target_link_options(arete_flags INTERFACE -fsanitize=${ARETE_SANITIZE})
endif()
