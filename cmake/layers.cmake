# Who may include whom: src -> sync -> catalog -> include (tests/unit/include_direction_test.py enforces it).
function(minglu_layer name)
  cmake_parse_arguments(arg "" "" "DIRS;LINK" ${ARGN})
  set(globs)
  foreach(dir ${arg_DIRS})
    list(APPEND globs ${CMAKE_SOURCE_DIR}/${dir}/*.cpp)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${globs})
  if(NOT sources)
    message(FATAL_ERROR "no sources for ${name} in ${arg_DIRS}")
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC minglu_options ${arg_LINK})
endfunction()

minglu_layer(minglu_crypto DIRS src/crypto LINK OpenSSL::Crypto)
minglu_layer(minglu_catalog
  DIRS catalog catalog/values catalog/identifiers catalog/text catalog/search catalog/lookalike catalog/import
    catalog/export catalog/check
  LINK minglu_crypto nlohmann_json::nlohmann_json simdjson::simdjson PkgConfig::ICU)
minglu_embed(minglu_catalog catalog/data/regions.csv regions_csv)
minglu_embed(minglu_catalog catalog/data/terms.json terms_json)
minglu_embed(minglu_catalog catalog/data/right_terms.json right_terms_json)
minglu_embed(minglu_catalog catalog/data/glyph_pairs.txt glyph_pairs)
minglu_generate(minglu_catalog han_fold.py han_fold --unihan ${MINGLU_UNIHAN_DIR})
minglu_generate(minglu_catalog readings.py readings_tsv --unihan ${MINGLU_UNIHAN_DIR})
minglu_generate(minglu_catalog word_readings.py word_readings --unihan ${MINGLU_UNIHAN_DIR}
  --words ${MINGLU_WORD_READINGS})
minglu_layer(minglu_sync DIRS sync LINK minglu_catalog PkgConfig::ZSTD)
minglu_layer(minglu_store_postings DIRS src/store/postings LINK minglu_catalog)
minglu_layer(minglu_store_sqlite DIRS src/store/sqlite LINK minglu_store_postings PkgConfig::SQLITE)
minglu_embed(minglu_store_sqlite src/store/sqlite/migrations/0001_initial.sql store_0001_initial_sql)
minglu_embed(minglu_store_sqlite src/store/sqlite/migrations/0002_forks.sql store_0002_forks_sql)
minglu_embed(minglu_store_sqlite src/store/sqlite/migrations/0003_acknowledgements.sql store_0003_acknowledgements_sql)
minglu_embed(minglu_store_sqlite src/store/sqlite/migrations/0004_cosignatures.sql store_0004_cosignatures_sql)
minglu_embed(minglu_store_sqlite src/store/sqlite/migrations/0005_audit.sql store_0005_audit_sql)
minglu_layer(minglu_store_memory DIRS src/store/memory LINK minglu_catalog)
minglu_layer(minglu_net DIRS src/net LINK minglu_sync CURL::libcurl PkgConfig::ZSTD)
minglu_layer(minglu_imports DIRS src/imports LINK minglu_sync)
minglu_layer(minglu_audit DIRS src/audit LINK minglu_sync)
minglu_layer(minglu_lookalikes DIRS src/lookalikes LINK minglu_sync)
minglu_layer(minglu_checks DIRS src/checks LINK minglu_sync EXPAT::EXPAT PkgConfig::LIBZIP PkgConfig::XLSXWRITER)
minglu_layer(minglu_http DIRS src/http src/http/api
  LINK minglu_audit minglu_checks minglu_imports minglu_lookalikes minglu_sync minglu_httplib PkgConfig::PROMETHEUS PkgConfig::ZSTD ZLIB::ZLIB
  spdlog::spdlog)
minglu_embed(minglu_http src/http/openapi.json openapi_json)
minglu_layer(minglu_node DIRS src/node
  LINK minglu_http minglu_net minglu_store_sqlite minglu_sync minglu_crypto PkgConfig::TOMLPP spdlog::spdlog)
target_compile_definitions(minglu_node PUBLIC MINGLU_VERSION="${PROJECT_VERSION}")
minglu_layer(minglu_cli DIRS src/cli LINK minglu_node CLI11::CLI11)

add_executable(minglu src/main.cpp)
target_link_libraries(minglu PRIVATE minglu_cli)
install(TARGETS minglu RUNTIME DESTINATION bin)
