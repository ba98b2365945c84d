#include "src/checks/xml_reader.hpp"

#include <expat.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace minglu {

namespace {

constexpr std::size_t piece_bytes_max = std::size_t{1} << 20;  // expat counts in int

std::string_view local_name(std::string_view name) {
    const std::size_t colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

std::string_view XmlAttributes::operator[](std::string_view name) const {
    for (const char* const* pair = pairs_; *pair != nullptr; pair += 2)
        if (local_name(pair[0]) == name) return pair[1];
    return {};
}

struct XmlReader::State {
    State(std::string part_name, XmlHandlers what) : part(std::move(part_name)), handlers(std::move(what)) {
        XML_SetUserData(parser.get(), this);
        XML_SetElementHandler(parser.get(), on_begin, on_end);
        XML_SetCharacterDataHandler(parser.get(), on_text);
        XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
    }

    struct Free {
        void operator()(XML_Parser held) const { XML_ParserFree(held); }
    };
    std::string part;
    XmlHandlers handlers;
    std::unique_ptr<XML_ParserStruct, Free> parser{XML_ParserCreate(nullptr)};
    std::optional<Error> error;
    int depth = 0;

    void stop(Error why) {
        if (error) return;
        error = std::move(why);
        XML_StopParser(parser.get(), XML_FALSE);
    }
    void take(const Result<void>& outcome) {
        if (!outcome) stop(outcome.error());
    }
    Error broken(const std::string& what) const {
        return {ErrorCode::malformed, what, part + ", line " + std::to_string(XML_GetCurrentLineNumber(parser.get())),
                "open the file in a spreadsheet and save it again as .xlsx, or as CSV"};
    }

    static void XMLCALL on_begin(void* self, const XML_Char* name, const XML_Char** attributes) {
        auto& state = *static_cast<State*>(self);
        if (state.error) return;
        if (++state.depth > xml_depth_max) return state.stop(state.broken("elements are nested too deep"));
        state.take(state.handlers.begin(local_name(name), XmlAttributes(attributes)));
    }
    static void XMLCALL on_end(void* self, const XML_Char* name) {
        auto& state = *static_cast<State*>(self);
        if (state.error) return;
        --state.depth;
        state.take(state.handlers.end(local_name(name)));
    }
    static void XMLCALL on_text(void* self, const XML_Char* text, int size) {
        auto& state = *static_cast<State*>(self);
        if (!state.error) state.take(state.handlers.text({text, static_cast<std::size_t>(size)}));
    }
    static void XMLCALL on_doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
        auto& state = *static_cast<State*>(self);
        state.stop(state.broken("a document type has no place in a workbook"));
    }

    Result<void> parse(std::string_view bytes, bool last) {
        if (!error &&
            XML_Parse(parser.get(), bytes.data(), static_cast<int>(bytes.size()), last ? 1 : 0) == XML_STATUS_ERROR &&
            !error)
            error = broken(std::string("not well-formed: ") + XML_ErrorString(XML_GetErrorCode(parser.get())));
        if (error) return fail(*error);
        return {};
    }
};

XmlReader::XmlReader(std::string part, XmlHandlers handlers)
    : state_(std::make_unique<State>(std::move(part), std::move(handlers))) {}
XmlReader::~XmlReader() = default;

Result<void> XmlReader::feed(std::string_view bytes) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), piece_bytes_max)))
        if (auto parsed = state_->parse(bytes.substr(0, piece_bytes_max), false); !parsed) return parsed;
    return {};
}

Result<void> XmlReader::finish() {
    return state_->parse({}, true);
}

}  // namespace minglu
