#pragma once
/// What is local to this node: peer, token, incident, fork, reply, setting.
#include "minglu/store.hpp"
#include "src/store/incident_bounds.hpp"
#include "src/store/sqlite/database.hpp"

namespace minglu {

class LocalTables {
public:
    explicit LocalTables(Database& database) : database_(database) {}

    [[nodiscard]] std::vector<PeerRow> peers() const;
    [[nodiscard]] std::vector<TokenRow> tokens() const;
    [[nodiscard]] std::optional<TokenRow> token(const Hash& secret_hash) const;
    [[nodiscard]] std::vector<IncidentRow> incidents(std::int64_t before, std::uint32_t limit,
                                                     const IncidentFilter& filter) const;
    [[nodiscard]] OpenIncidents open_incidents() const;
    [[nodiscard]] std::vector<ForkRow> forks() const;
    [[nodiscard]] std::optional<StoredReply> reply(std::string_view idempotency_key) const;
    [[nodiscard]] std::string setting(std::string_view key) const;

    void put_peer(const PeerRow& peer);
    bool remove_peer(const NodeId& node);
    std::int64_t add_token(const TokenRow& token);
    bool revoke_token(std::int64_t no);
    void add_incident(const IncidentRow& incident);
    bool acknowledge(std::int64_t incident_no, const Acknowledgement& acknowledgement);
    std::uint64_t acknowledge_all(std::string_view kind, std::string_view peer, const Acknowledgement& acknowledgement);
    void add_fork(const ForkRow& fork);
    void put_reply(std::string_view idempotency_key, const StoredReply& reply);
    void put_setting(std::string_view key, std::string_view value);

private:
    [[nodiscard]] Room room_of(const IncidentRow& incident) const;
    [[nodiscard]] bool is_day_full(const IncidentRow& incident, Room room) const;
    bool count_up(const IncidentRow& incident);
    void insert(const IncidentRow& incident);
    [[nodiscard]] std::vector<Acknowledgement> acknowledgements(std::int64_t incident_no) const;

    Database& database_;
};

}  // namespace minglu
