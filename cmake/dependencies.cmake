# Debian 12 packages only; nothing is vendored or downloaded.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(simdjson REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(EXPAT REQUIRED)
pkg_check_modules(LIBZIP REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(XLSXWRITER REQUIRED IMPORTED_TARGET xlsxwriter)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.40)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)
# Only the benchmark of the search box; without it, it leaves PostgreSQL out.
pkg_check_modules(PQ QUIET IMPORTED_TARGET libpq)

# The flags of Debian's compiled cpp-httplib change its class layout, so they come from pkg-config, once.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
add_library(minglu_httplib INTERFACE)
target_link_libraries(minglu_httplib INTERFACE PkgConfig::HTTPLIB OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

# Facts about Chinese characters: the Unihan database, of which cmake/*.py make tables.
find_path(MINGLU_UNIHAN_DIR Unihan_Readings.txt.bz2 PATHS /usr/share/unicode REQUIRED)
# How words are read: the word list of Terra Pinyin.
find_file(MINGLU_WORD_READINGS terra_pinyin.dict.yaml PATHS /usr/share/rime-data REQUIRED)
