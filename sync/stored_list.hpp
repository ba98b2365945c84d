#pragma once
/// Lists that are kept whole in a setting, as JSON. For the files of this folder only, as proof_steps.hpp.
#include <string>
#include <string_view>
#include <vector>

#include "minglu/store.hpp"
#include "sync/proof_steps.hpp"

namespace minglu {

/// Throws StoreFault(corrupt) where `read` throws MalformedProof or an exception of the library.
template <class Item>
std::vector<Item> stored_list(const ReadTx& tx, std::string_view setting, Item (*read)(const nlohmann::ordered_json&)) {
    const std::string text = tx.setting(setting);
    std::vector<Item> items;
    if (text.empty()) return items;
    try {
        for (const auto& item : nlohmann::ordered_json::parse(text)) items.push_back(read(item));
    } catch (const MalformedProof& fault) {
        throw StoreFault(ErrorCode::corrupt, std::string(setting) + ": " + fault.what);
    } catch (const nlohmann::ordered_json::exception& fault) {
        throw StoreFault(ErrorCode::corrupt, std::string(setting) + ": " + fault.what());
    }
    return items;
}

}  // namespace minglu
