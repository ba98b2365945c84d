#pragma once
/// A market's list while it is checked: rows, snapshot, and how far both have been brought together.
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/checks/goods_check.hpp"
#include "src/checks/goods_list.hpp"
#include "src/checks/imitation_check.hpp"
#include "src/http/api/context.hpp"

namespace minglu {

struct CheckWanted {
    std::string format;  ///< json, csv or xlsx
    std::string sheet;
    bool lookalikes = true;
    Asked asked;
};

/// One of the checks at work; gives its place back when it ends.
class CheckPlace {
public:
    /// Each holds a list of up to 20,000 rows in memory, and a core.
    static constexpr int places = 2;
    using Taken = std::shared_ptr<std::atomic<int>>;

    explicit CheckPlace(Taken taken) : taken_(std::move(taken)) { is_free_ = taken_->fetch_add(1) < places; }
    ~CheckPlace() { taken_->fetch_sub(1); }
    CheckPlace(const CheckPlace&) = delete;
    CheckPlace& operator=(const CheckPlace&) = delete;
    [[nodiscard]] bool is_free() const { return is_free_; }

private:
    Taken taken_;
    bool is_free_ = false;
};

/// A row with everything that it is answered with.
struct Answered {
    const CsvRow& row;
    Answer answer;  ///< all columns of the result
    std::vector<Imitated> imitated{};
};

class Checking {
public:
    /// Reads the names of the catalogue first if they are to be compared: some seconds for a million, once.
    Checking(std::unique_ptr<CheckPlace> place, GoodsList list, const Call& call, const CheckWanted& wanted);

    [[nodiscard]] const GoodsList& list() const { return list_; }
    [[nodiscard]] bool has_lookalikes() const { return imitations_.has_value(); }
    [[nodiscard]] AnswerColumns columns() const { return has_lookalikes() ? all_columns : match_columns; }
    [[nodiscard]] const ReadTx& tx() const { return *tx_; }
    [[nodiscard]] bool is_done() const { return at_ == list_.rows.size(); }
    [[nodiscard]] std::uint64_t found() const { return found_; }
    [[nodiscard]] std::uint64_t alike() const { return alike_; }
    [[nodiscard]] bool is_complete() const { return complete_; }

    /// Answers the next rows, and hands over each.
    template <class Visit>
    void step(const Visit& visit) {
        for (std::size_t i = 0; i < rows_per_step && !is_done(); ++i) {
            const CsvRow& row = list_.rows[at_++];
            const GoodsRow goods = goods_row(list_.columns, row);
            Answered answered{row, check_.check(goods)};
            if (imitations_) answered.imitated = imitations_->check(goods);
            std::erase_if(answered.imitated,
                          [&](const Imitated& mark) { return is_own(mark, goods, answered.answer); });
            add_imitated(answered.answer, answered.imitated);
            found_ += answered.answer[answer_place("key")].empty() ? 0u : 1u;
            alike_ += answered.imitated.empty() ? 0u : 1u;
            visit(answered);
        }
        tally_->hits = found_;
    }

private:
    static constexpr std::size_t rows_per_step = 50;
    /// What a row is matched to is not what it imitates, though its name stands among other words there (涪陵榨菜80g);
    /// nor is another entry of that name.
    [[nodiscard]] static bool is_own(const Imitated& mark, const GoodsRow& goods, const Answer& answer);

    std::unique_ptr<CheckPlace> place_;
    GoodsList list_;
    std::unique_ptr<ReadTx> tx_;
    CatalogueAt catalogue_;
    GoodsCheck check_;
    std::optional<ImitationCheck> imitations_;
    std::shared_ptr<Tally> tally_;
    std::size_t at_ = 0;
    std::uint64_t found_ = 0;
    std::uint64_t alike_ = 0;  ///< rows
    bool complete_ = true;     ///< all names are compared
};

}  // namespace minglu
