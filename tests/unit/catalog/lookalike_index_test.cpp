#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "catalog/lookalike/probes.hpp"
#include "catalog/lookalike/sign_index.hpp"
#include "catalog/text/utf8.hpp"

using namespace minglu;

namespace {

struct Found {
    std::int64_t entry;
    int score;
    friend bool operator==(const Found&, const Found&) = default;
};

std::vector<Found> find(const SignIndex& index, std::string_view sign, const LookalikeQuery& query = {}) {
    std::vector<Found> found;
    index.find(SignComparer(sign_of(sign)), query, [&](const LookalikeCandidate& candidate) {
        found.push_back({candidate.entry.value(), candidate.score});
        return true;
    });
    return found;
}

}  // namespace

TEST_CASE("letters as syllables, the longest first") {
    using Ways = std::vector<std::vector<std::string>>;
    CHECK(syllables_of("laoganma") == Ways{{"lao", "gan", "ma"}, {"la", "o", "gan", "ma"}});
    CHECK(syllables_of("xian") == Ways{{"xian"}, {"xi", "an"}});
    CHECK(syllables_of("nike") == Ways{{"ni", "ke"}});
    CHECK(syllables_of("sprite").empty());
    CHECK(syllables_of("").empty());
    CHECK(syllables_of("xixixixixixixixixixixianxianxianxianxianxian").size() == 4);
}

TEST_CASE("marks are found wherever they stand among many") {
    SignIndex index;
    const std::vector<std::int64_t> places{1, 32'768, 32'769, 65'536, 65'537, 70'000};
    for (std::int64_t no = 1; no <= 70'000; ++no) {
        const bool is_wanted = std::find(places.begin(), places.end(), no) != places.end();
        index.add(EntryNo{no}, Kind::trademark, is_wanted ? "康师傅" : "雪碧");
    }
    std::vector<std::int64_t> found;
    for (const Found& one : find(index, "康帅傅")) found.push_back(one.entry);
    CHECK(found == places);
    index.remove({EntryNo{32'769}, EntryNo{70'000}});
    CHECK(find(index, "康帅傅").size() == 4);
}

TEST_CASE("an entry is found once by names that look the same, and by each that does not") {
    SignIndex index;
    for (const std::string_view name : {"康师傅", "康师傅", "康師 傅", "康帅博", "康师傅"})
        index.add(EntryNo{1}, Kind::trademark, name);
    index.add(EntryNo{2}, Kind::trademark, "康师傅");
    CHECK(index.size() == 3);
    CHECK(find(index, "康师傅") == std::vector<Found>{{1, 100}, {2, 100}, {1, 93}});
    index.remove({EntryNo{2}});
    index.add(EntryNo{2}, Kind::trademark, "康师傅");
    CHECK(index.size() == 3);
}

TEST_CASE("digits are found by their characters, and characters by their pinyin, wherever they stand") {
    SignIndex index;
    const std::string_view names[] = {"五粮液", "七喜", "未来", "康师傅", "58同城", "庄吉", "AVATR", "老干妈"};
    for (std::size_t i = 0; i < std::size(names); ++i)
        index.add(EntryNo{static_cast<std::int64_t>(i + 1)}, Kind::trademark, names[i]);
    const auto first = [&](std::string_view sign) {
        const auto found = find(index, sign);
        return found.empty() ? 0 : found.front().entry;
    };
    CHECK(first("5粮液") == 1);
    CHECK(first("伍粮液") == 1);
    CHECK(first("7喜") == 2);
    CHECK(first("wei来") == 3);
    CHECK(first("未lai") == 3);
    CHECK(first("kang师傅") == 4);
    CHECK(first("康shi傅") == 4);
    CHECK(first("kang师fu") == 4);
    CHECK(first("五八同城") == 5);
    CHECK(first("zhuang吉") == 6);
    CHECK(first("AVAТR") == 7);
    CHECK(first("lao干ma") == 8);
    CHECK(first("5八喜") == 0);
}

TEST_CASE("a mark of two parts is found by either, and the other way round") {
    SignIndex index;
    index.add(EntryNo{1}, Kind::trademark, "7-Up七喜");
    CHECK(find(index, "7-UP") == std::vector<Found>{{1, 90}});
    CHECK(find(index, "七喜") == std::vector<Found>{{1, 90}});
    CHECK(find(index, "柒喜").size() == 1);
    CHECK(find(index, "七喜 7UP") == std::vector<Found>{{1, 95}});
}

TEST_CASE("what is round is found as a letter, and as a numeral") {
    SignIndex index;
    index.add(EntryNo{1}, Kind::trademark, "OPPO");
    index.add(EntryNo{2}, Kind::trademark, "二〇〇八");
    index.add(EntryNo{3}, Kind::trademark, "LINGLONG");
    const auto first = [&](std::string_view sign) {
        const auto found = find(index, sign);
        return found.empty() ? 0 : found.front().entry;
    };
    CHECK(first("〇PP〇") == 1);
    CHECK(first("口PPO") == 1);
    CHECK(first("0PP0") == 1);
    CHECK(first("OPPQ") == 1);
    CHECK(first("二OO八") == 2);
    CHECK(first("二00八") == 2);
    CHECK(first("2008") == 2);
    CHECK(first("ʟɪɴɢʟᴏɴɢ") == 3);
}

TEST_CASE("the index: best first, kinds, limits, removal") {
    SignIndex index;
    const std::string_view names[] = {"康师傅", "康帅博", "老干妈", "LAOGANMA", "图形·", "雪碧", "涪陵榨菜", "康师傅"};
    for (std::size_t i = 0; i < std::size(names); ++i)
        index.add(EntryNo{static_cast<std::int64_t>(i + 1)}, i == 6 ? Kind::gi : Kind::trademark, names[i]);
    CHECK(index.size() == 7);  // a mark that is a picture alone has nothing to compare
    CHECK(find(index, "康帅傅") == std::vector<Found>{{2, 99}, {1, 94}, {8, 94}});
    CHECK(find(index, "康帅傅", {75, 1, {}}) == std::vector<Found>{{2, 99}});
    CHECK(find(index, "康帅傅", {96, 20, {}}) == std::vector<Found>{{2, 99}});
    CHECK(find(index, "涪凌榨菜", {75, 20, Kind::trademark}).empty());
    CHECK(find(index, "涪凌榨菜", {75, 20, Kind::gi}).size() == 1);
    CHECK(find(index, "laogan ma") == std::vector<Found>{{4, 100}, {3, 88}});
    CHECK(find(index, "老干妈") == std::vector<Found>{{3, 100}, {4, 88}});
    CHECK(find(index, "").empty());
    index.remove({EntryNo{1}, EntryNo{4}});
    CHECK(index.size() == 5);
    CHECK(find(index, "康师傅") == std::vector<Found>{{8, 100}, {2, 93}});
    CHECK(find(index, "laoganma") == std::vector<Found>{{3, 88}});
    CHECK_FALSE(index.worn());
}

TEST_CASE("the index finds what comparing with every mark finds") {
    const std::u32string characters = U"康师傅帅博老干妈大牌新雪碧雷州泸沪窖浏5一五伍";
    const std::u32string letters = U"ab0oilAI158sB";
    const std::u32string unspelled = U"康师傅帅干妈一五伍";  // by these letters: mixed marks are not found by pinyin
    std::mt19937 random{7};
    const auto made = [&] {
        std::string text;
        const auto add = [&](const std::u32string& from) {
            const std::size_t size = 1 + random() % 5;
            for (std::size_t i = 0; i < size; ++i) append_utf8(text, from[random() % from.size()]);
        };
        const std::uint64_t kind = random() % 12;
        if (kind < 4) add(letters);
        if (kind == 2 || kind == 3) add(unspelled);
        if (kind == 3) add(letters);
        if (kind > 3) add(characters);
        return text;
    };
    std::vector<std::string> marks;
    SignIndex index;
    for (int i = 0; i < 3'000; ++i) {
        marks.push_back(made());
        index.add(EntryNo{i + 1}, Kind::trademark, marks.back());
    }
    std::size_t hits = 0;
    for (int round = 0; round < 100; ++round) {
        const SignComparer sign(sign_of(made()));
        std::vector<Found> wanted;
        for (std::size_t i = 0; i < marks.size(); ++i)
            if (const int score = sign.score(sign_of(marks[i]).units); score >= lookalike_score_default)
                wanted.push_back({static_cast<std::int64_t>(i + 1), score});
        std::stable_sort(wanted.begin(), wanted.end(),
                         [](const Found& a, const Found& b) { return a.score > b.score; });
        std::vector<Found> found;
        index.find(sign, {lookalike_score_default, marks.size(), {}}, [&](const LookalikeCandidate& candidate) {
            found.push_back({candidate.entry.value(), candidate.score});
            return true;
        });
        CHECK(found == wanted);
        hits += found.size();
    }
    CHECK(hits > 1'000);
}
