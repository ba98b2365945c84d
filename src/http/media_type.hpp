#pragma once
/// Content negotiation for one media type with a version parameter (RFC 9110 §12.5.1).
#include <string_view>

namespace minglu {

/// Whether an Accept header takes `type` (e.g. "application/vnd.minglu.bundle") at `version`, written as the parameter
/// v. An absent header, a wildcard and a range without v take any version; a quality of 0 refuses.
[[nodiscard]] bool accepts(std::string_view accept, std::string_view type, std::string_view version);

/// Whether a Content-Type header says `type`, and no other version.
[[nodiscard]] bool is_media_type(std::string_view content_type, std::string_view type, std::string_view version);

}  // namespace minglu
