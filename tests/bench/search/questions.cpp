#include "tests/bench/search/questions.hpp"

#include "catalog/text/sounds.hpp"
#include "tests/bench/search/corpus.hpp"

namespace minglu::bench {
namespace {

/// Characters of Chinese text.
std::string part(const std::string& text, std::size_t first, std::size_t count) {
    return text.substr(3 * first, 3 * count);
}

std::string spoken(const std::string& name, bool initials) {
    std::string out;
    for (const Sound& sound : sounds_of(name))
        if (sound.count > 0) out += std::string(minglu::name(sound.syllables[0])).substr(0, initials ? 1 : 6);
    return out;
}

}  // namespace

std::vector<Question> usual_questions(std::size_t entries) {
    const auto any = [entries](std::mt19937_64& random) { return made(random() % entries); };
    return {
        {"exact number", Ask::number, [=](auto& random) { return any(random).number; }},
        {"2 characters of a name", Ask::words, [=](auto& random) { return part(any(random).name, 1, 2); }},
        {"4 characters of a name", Ask::words, [=](auto& random) { return part(any(random).name, 0, 4); }},
        {"whole name", Ask::words, [=](auto& random) { return any(random).name; }},
        {"two words", Ask::words,
         [=](auto& random) {
             const Made entry = any(random);
             return entry.holder.substr(9, 9) + " " + entry.name.substr(entry.name.size() - 6);
         }},
        {"beginning of a name", Ask::name_start, [=](auto& random) { return part(any(random).name, 0, 3); }},
        {"beginning of a number", Ask::number_start, [=](auto& random) { return any(random).number.substr(0, 7); }},
        {"pinyin of a name", Ask::nothing, [=](auto& random) { return spoken(any(random).name, false); }},
        {"initials of a name", Ask::nothing, [=](auto& random) { return spoken(any(random).name, true); }},
    };
}

std::vector<Question> worst_questions(std::size_t entries) {
    return {
        {"有限公司", Ask::words, [](auto&) { return std::string("有限公司"); }},
        {"重庆", Ask::words, [](auto&) { return std::string("重庆"); }},
        {"one character", Ask::words, [](auto& random) { return characters(1, random); }},
        {"200 characters pasted", Ask::nothing, [](auto& random) { return characters(200, random); }},
        {"50 words", Ask::nothing,
         [](auto& random) {
             std::string text;
             for (int i = 0; i < 50; ++i) text += characters(2, random) + " ";
             return text;
         }},
        {"two initials", Ask::nothing, [](auto&) { return std::string("zc"); }},
        {"two initials, another pair each time", Ask::nothing,
         [entries](auto& random) { return spoken(made(random() % entries).name, true).substr(0, 2); }},
        {"nothing typed", Ask::nothing, [](auto&) { return std::string(); }},
    };
}

}  // namespace minglu::bench
