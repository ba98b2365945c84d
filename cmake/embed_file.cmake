# Writes FILE as a C++ string constant. Bytes as hex, so that no content can end the literal.
file(READ ${FILE} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
file(WRITE ${HEADER} "#pragma once
#include <string_view>
namespace minglu::embedded {
extern const std::string_view ${VARIABLE};
}
")
file(WRITE ${SOURCE} "#include \"${VARIABLE}.hpp\"
namespace minglu::embedded {
namespace {
constexpr char bytes[] = {${bytes} '\\0'};
}
const std::string_view ${VARIABLE}{bytes, sizeof bytes - 1};
}
")
