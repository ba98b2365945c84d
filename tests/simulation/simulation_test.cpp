// A fixed slice of seeds; minglu_simulate runs any other.
#include "tests/simulation/simulation.hpp"

#include <doctest/doctest.h>

using namespace minglu;
using namespace minglu::simulation;

namespace {

std::string told(const Findings& findings) {
    std::string text;
    for (const std::string& finding : findings) text += finding + "\n";
    return text;
}

class TemporaryDirectory {
public:
    explicit TemporaryDirectory(std::string_view name)
        : path_(std::filesystem::temp_directory_path() / ("minglu-" + std::string(name))) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

TEST_CASE("whatever the lines do, nodes converge and keep their guarantees") {
    std::set<std::string> met;
    std::uint64_t damaged = 0;
    std::uint64_t heads_ahead = 0;
    std::uint64_t pushes = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        Options options;
        options.seed = seed;
        options.nodes = 2 + static_cast<std::size_t>(seed % 3);
        options.shape = seed % 4 == 1 ? Shape::line : Shape::random;
        CAPTURE(seed);
        Simulation simulation(options);
        CHECK(told(simulation.run()) == "");
        met.insert(simulation.coverage().conflicts.begin(), simulation.coverage().conflicts.end());
        damaged += simulation.coverage().damaged;
        heads_ahead += simulation.coverage().heads_ahead;
        pushes += simulation.coverage().pushes;
    }
    // The slice is worth something only as long as it meets what it is for.
    CHECK(damaged > 100);
    CHECK(heads_ahead > 100);
    CHECK(pushes > 100);
    for (const char* type :
         {"insert_insert", "insert_update", "insert_remove", "update_update", "update_remove", "remove_remove"})
        for (const char* state : {"open", "resolved", "superseded"})
            CHECK_MESSAGE(met.contains(std::string(type) + " " + state), std::string(type)
                                                                             << " " << std::string(state));
}

TEST_CASE("the same over SQLite") {
    for (std::uint64_t seed = 1001; seed <= 1004; ++seed) {
        const TemporaryDirectory directory("simulation");
        Options options;
        options.seed = seed;
        options.steps = 120;
        options.shape = seed % 2 == 0 ? Shape::line : Shape::random;
        options.store = StoreKind::sqlite;
        options.directory = directory.path();
        CAPTURE(seed);
        Simulation simulation(options);
        CHECK(told(simulation.run()) == "");
    }
}

TEST_CASE("a seed replays everything") {
    const auto run = [] {
        Options options;
        options.seed = 7;
        options.steps = 80;
        Simulation simulation(options);
        (void)simulation.run();
        return std::pair(simulation.coverage().records, simulation.coverage().conflicts);
    };
    CHECK(run() == run());
}

TEST_CASE("on calm lines and with honest authors nobody reports anything") {
    for (std::uint64_t seed = 2001; seed <= 2010; ++seed) {
        Options options;
        options.seed = seed;
        options.nodes = 4;
        options.faults = false;
        options.buggy_author = false;
        CAPTURE(seed);
        Simulation simulation(options);
        CHECK(told(simulation.run()) == "");
    }
}

}  // namespace
