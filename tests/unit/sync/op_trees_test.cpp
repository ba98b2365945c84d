// Proofs that an op is in its record, from the roots that are kept with the record and without them.
#include "sync/op_trees.hpp"

#include <doctest/doctest.h>

#include "sync/merkle.hpp"
#include "tests/support/lone_node.hpp"

using namespace minglu;

namespace {

/// A node that wrote one record of so many ops.
struct Written {
    explicit Written(std::uint32_t count) {
        std::vector<Op> ops(count);
        for (std::uint32_t i = 0; i < count; ++i) {
            ops[i].key = EntryKey{"gi/x" + std::to_string(i)};
            ops[i].effective_on = *parse_day("2026-01-01");
            ops[i].set = {{"name", R"("涪陵榨菜)" + std::to_string(i) + "\""}};
        }
        const Dot dot = node.write(std::move(ops)).value().dot;
        record = node.store->read()->record(dot).value();
    }
    /// The same record in a store of its own, with these lines and roots.
    [[nodiscard]] std::unique_ptr<Store> copied(const std::vector<std::string>& lines,
                                                const std::vector<Hash>& subtrees) const {
        auto store = make_memory_store();
        const std::vector<std::string_view> ops(lines.begin(), lines.end());
        const auto tx = store->write();
        for (const LogRow& log : node.store->read()->logs()) tx->add_log(log);
        tx->add_record({record, ops, {}, subtrees});
        tx->commit();
        return store;
    }

    test::LoneNode node;
    RecordRow record;
};

OpRow op_at(std::uint32_t position, const std::vector<std::string>& lines) {
    OpRow op;
    op.position = position;
    op.line = lines[position];
    return op;
}

}  // namespace

TEST_CASE("an op is proved alike with and without the roots that are kept with its record") {
    for (const std::uint32_t count : {1u, 2u, 63u, 64u, 65u, 127u, 128u, 200u, 321u}) {
        CAPTURE(count);
        const Written written(count);
        const auto tx = written.node.store->read();
        const std::vector<std::string> lines = tx->ops_of_record(written.record.no);
        REQUIRE(lines.size() == count);
        CHECK(tx->op_subtrees(written.record.no).size() == count / op_subtree_ops);
        const auto earlier = written.copied(lines, {});
        RecordRow record = written.record;
        record.no = earlier->read()->last_record();
        const Hash root = parse_header(record.header)->ops_root;
        for (std::uint32_t i = 0; i < count; ++i) {
            const OpRow op = op_at(i, lines);
            const std::vector<Hash> path = path_of_op(*tx, written.record, op);
            const Hash leaf = leaf_hash(HashAlgorithm::sha256, op.line);
            CHECK(verify_inclusion(HashAlgorithm::sha256, leaf, i, count, path, root));
            CHECK(path_of_op(*earlier->read(), record, op) == path);
        }
    }
}

TEST_CASE("a proof is refused where what is stored is not what was signed") {
    const Written written(200);
    std::vector<std::string> lines = written.node.store->read()->ops_of_record(written.record.no);
    std::vector<Hash> roots = written.node.store->read()->op_subtrees(written.record.no);
    const OpRow first = op_at(0, lines);
    const auto refused = [&](const std::vector<std::string>& stored, const std::vector<Hash>& subtrees) {
        const auto store = written.copied(stored, subtrees);
        RecordRow record = written.record;
        record.no = store->read()->last_record();
        CHECK_THROWS_AS(static_cast<void>(path_of_op(*store->read(), record, first)), StoreFault);
    };
    const std::string line = std::exchange(lines[199], "another line");
    refused(lines, roots);
    lines[199] = line;
    roots[2][0] ^= 1u;
    refused(lines, roots);
    lines[63] = "another line";
    refused(lines, {});
}
