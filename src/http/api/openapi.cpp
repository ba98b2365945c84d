#include "src/http/api/openapi.hpp"

#include "embedded/openapi_json.hpp"

namespace minglu {

void add_openapi_route(Router& router) {
    router.add("GET", "/openapi.json", Access::open, {}, [](Call&) {
        HttpResponse response;
        response.content_type = "application/json";
        response.headers.emplace("Cache-Control", "no-cache");
        response.body = embedded::openapi_json;
        return response;
    });
}

}  // namespace minglu
