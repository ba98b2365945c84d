#pragma once
/// Workbooks as programs, and as people who mean harm, write them.
#include <zip.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/temporary_directory.hpp"

namespace minglu::test {

using Parts = std::vector<std::pair<std::string, std::string>>;

/// A zip archive of these files.
inline std::string zip_of(const Parts& parts) {
    const TemporaryDirectory directory;
    const std::string name = directory / "book.zip";
    zip_t* const zip = zip_open(name.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    if (zip == nullptr) throw std::runtime_error("zip_open " + name);
    for (const auto& [part, content] : parts)
        zip_file_add(zip, part.c_str(), zip_source_buffer(zip, content.data(), content.size(), 0), ZIP_FL_OVERWRITE);
    if (zip_close(zip) != 0) throw std::runtime_error("zip_close " + name);
    std::ostringstream bytes;
    bytes << std::ifstream(name, std::ios::binary).rdbuf();
    return bytes.str();
}

inline const std::string xml_head = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)";

inline std::string sheet_xml(const std::string& rows, const std::string& after = {}) {
    return xml_head + R"(<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>)" +
           rows + "</sheetData>" + after + "</worksheet>";
}

inline std::string relation(int no, const std::string& target) {
    return "<Relationship Id=\"rId" + std::to_string(no) + "\" Target=\"" + target + "\"/>";
}

/// A workbook of one sheet, 清单, whose XML is given; `more` replaces or adds parts.
inline Parts book_of(const std::string& sheet, const Parts& more = {}) {
    Parts parts{
        {"xl/workbook.xml",
         xml_head +
             R"(<workbook xmlns:r="r"><sheets><sheet name="清单" sheetId="1" r:id="rId1"/></sheets></workbook>)"},
        {"xl/_rels/workbook.xml.rels",
         xml_head + "<Relationships>" + relation(1, "worksheets/sheet1.xml") + "</Relationships>"},
        {"xl/worksheets/sheet1.xml", sheet}};
    for (const auto& part : more) {
        bool known = false;
        for (auto& own : parts)
            if (own.first == part.first) {
                own.second = part.second;
                known = true;
            }
        if (!known) parts.push_back(part);
    }
    return parts;
}

}  // namespace minglu::test
