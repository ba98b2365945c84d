#include "tests/contract/stores.hpp"

using namespace minglu;
using namespace minglu::contract;

STORE_TEST("peers are put, replaced, removed") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    const PeerRow sc{NodeId{"sc"}, std::string("card\0bytes", 10), "https://10.0.0.2:8443", false, UnixMs{1}, true};
    PeerRow gz{NodeId{"gz"}, "card", "", true, UnixMs{2}};
    tx->put_peer(sc);
    tx->put_peer(gz);
    CHECK(tx->peers() == std::vector{gz, sc});
    gz.paused = false;
    tx->put_peer(gz);
    CHECK(tx->peers() == std::vector{gz, sc});
    CHECK(tx->remove_peer(NodeId{"gz"}));
    CHECK_FALSE(tx->remove_peer(NodeId{"gz"}));
    CHECK(tx->peers() == std::vector{sc});
}

STORE_TEST("tokens are found by the hash of their secret and revoked once") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    TokenRow token{0, "li.wei", "editor", hash_of_text("secret"), UnixMs{1}, UnixMs{0}, false};
    token.no = tx->add_token(token);
    TokenRow other{0, "wang", "admin", hash_of_text("other"), UnixMs{2}, UnixMs{9}, false};
    other.no = tx->add_token(other);
    CHECK(tx->tokens() == std::vector{token, other});
    CHECK(tx->token(hash_of_text("secret")) == token);
    CHECK_FALSE(tx->token(hash_of_text("guess")));
    CHECK(tx->revoke_token(token.no));
    CHECK_FALSE(tx->revoke_token(token.no));
    CHECK_FALSE(tx->revoke_token(99));
    CHECK(tx->token(hash_of_text("secret"))->revoked);
    CHECK_FALSE(tx->token(hash_of_text("other"))->revoked);
}

STORE_TEST("forks are kept whole, in the order in which they were found") {
    StoreUnderTest under_test;
    ForkRow found{0, UnixMs{5}, LogId{"sc-00000000000000bb"}, "gz", "head\n\xe2\x80\x94 a\n", "head b\n", {}, ""};
    ForkRow proved = found;
    proved.common = Seq{0};
    proved.proof = "{\"minglu_fork\":1}";
    {
        const auto tx = under_test.store->write();
        tx->add_fork(found);
        tx->add_fork(proved);
        tx->commit();
    }
    found.no = 1;
    proved.no = 2;
    CHECK(under_test.store->read()->forks() == std::vector{found, proved});
}

STORE_TEST("replies and settings are kept by name") {
    StoreUnderTest under_test;
    const auto tx = under_test.store->write();
    const StoredReply reply{hash_of_text("request"), 201, std::string("{\0}", 3), UnixMs{4}};
    CHECK_FALSE(tx->reply("k"));
    tx->put_reply("k", reply);
    CHECK(tx->reply("k") == reply);
    CHECK_FALSE(tx->reply("K"));
    CHECK(tx->setting("s").empty());
    tx->put_setting("s", "one");
    tx->put_setting("s", "two");
    CHECK(tx->setting("s") == "two");
    tx->put_setting("s", "");
    CHECK(tx->setting("s").empty());
}
