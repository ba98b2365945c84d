#include "src/sheet/page.hpp"

#include <algorithm>

#include "minglu/hash.hpp"

namespace minglu {

namespace {

constexpr std::string_view style =
    "@page{size:A4;margin:16mm 15mm}"
    "*{box-sizing:border-box}"
    "body{font:10.5pt/1.5 'Noto Serif CJK SC','Source Han Serif "
    "SC','SimSun',serif;color:#000;max-width:180mm;margin:8mm auto}"
    "h1{font-size:19pt;text-align:center;letter-spacing:.2em;margin:0 0 2mm}"
    ".below{text-align:center;margin:0 0 5mm}"
    "h2{font-size:11.5pt;margin:4.5mm 0 1.5mm;border-bottom:.3mm solid #000;break-after:avoid}"
    "table{border-collapse:collapse;width:calc(100% - .4mm);margin:0 0 2mm}"
    "th,td{border:.2mm solid #777;padding:.8mm 2mm;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "tr{break-inside:avoid}"
    "table.facts th{width:34mm;font-weight:normal;background:#f2f2f2}"
    "table.list{font-size:8.5pt}table.list th{font-weight:normal;background:#f2f2f2;white-space:nowrap}"
    ".verdict{font-size:15pt;font-weight:bold;text-align:center;border:.6mm solid #000;padding:2.5mm;margin:4mm 0}"
    ".verdict.good{border-style:double;border-width:1.2mm}"
    ".check{display:flex;gap:5mm;align-items:flex-start;break-inside:avoid;margin:0 0 2mm}.check svg{flex:none}"
    "p{margin:0 0 1mm}"
    "code{display:block;font:9pt/1.4 'Noto Sans Mono CJK SC','DejaVu Sans "
    "Mono',monospace;overflow-wrap:anywhere;margin:0 0 1.5mm}"
    "img{max-height:30mm;max-width:60mm}"
    ".foot{font-size:8.5pt;margin-top:4mm;border-top:.2mm solid #777;padding-top:1.5mm}"
    "@media print{body{margin:0;max-width:none}.screen{display:none}"
    "th,.verdict{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    return out;
}

/// A data URL of a picture that a browser only draws: not SVG, which could carry a script.
bool is_plain_picture(std::string_view url) {
    for (const std::string_view type :
         {"data:image/png;base64,", "data:image/jpeg;base64,", "data:image/gif;base64,", "data:image/webp;base64,"})
        if (url.starts_with(type))
            return url.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=",
                                         type.size()) == std::string_view::npos;
    return false;
}

}  // namespace

Page::Page(std::string_view title) {
    out_ =
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "img-src data:\"><title>" +
        escaped(title) + "</title><style>" + std::string(style) + "</style></head><body>\n";
}

void Page::element(std::string_view name, std::string_view text) {
    out_ += "<" + std::string(name) + ">" + escaped(text) + "</" + std::string(name.substr(0, name.find(' '))) + ">\n";
}

void Page::title(std::string_view text, std::string_view below) {
    element("h1", text);
    element("p class=\"below\"", below);
}

void Page::heading(std::string_view text) {
    element("h2", text);
}

void Page::paragraph(std::string_view text) {
    element("p", text);
}

void Page::code(std::string_view text) {
    element("code", text);
}

void Page::verdict(std::string_view text, bool good) {
    element(good ? "p class=\"verdict good\"" : "p class=\"verdict\"", text);
}

void Page::footnote(std::string_view text) {
    element("p class=\"foot\"", text);
}

void Page::begin_table() {
    out_ += "<table class=\"facts\">\n";
}

void Page::row(std::string_view label, std::string_view value) {
    out_ += "<tr><th scope=\"row\">" + escaped(label) + "</th><td>" + escaped(value) + "</td></tr>\n";
}

void Page::picture_row(std::string_view label, std::string_view data_url) {
    if (!is_plain_picture(data_url)) return row(label, data_url);
    out_ += "<tr><th scope=\"row\">" + escaped(label) + R"(</th><td><img alt="" src=")" + std::string(data_url) +
            "\"></td></tr>\n";
}

void Page::end_table() {
    out_ += "</table>\n";
}

void Page::begin_list(std::initializer_list<std::string_view> columns) {
    out_ += "<table class=\"list\"><tr>";
    for (const std::string_view column : columns) out_ += "<th scope=\"col\">" + escaped(column) + "</th>";
    out_ += "</tr>\n";
}

void Page::list_row(std::initializer_list<std::string_view> cells) {
    out_ += "<tr>";
    for (const std::string_view cell : cells) out_ += "<td>" + escaped(cell) + "</td>";
    out_ += "</tr>\n";
}

void Page::end_list() {
    end_table();
}

void Page::begin_check(std::string_view svg) {
    out_ += "<div class=\"check\">" + std::string(svg) + "<div>\n";
}

void Page::end_check() {
    out_ += "</div></div>\n";
}

void Page::download(std::string_view text, std::string_view file_name, std::string_view bytes) {
    out_ += R"(<p class="screen"><a download=")" + escaped(file_name) + R"(" href="data:application/json;base64,)" +
            to_base64(bytes) + "\">" + escaped(text) + "</a></p>\n";
}

std::string Page::done() && {
    return std::move(out_) + "</body></html>\n";
}

}  // namespace minglu
