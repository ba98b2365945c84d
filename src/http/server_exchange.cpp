#include "src/http/server_exchange.hpp"

// cpp-httplib 0.11.4 bounds neither heads nor bodies and reads damaged framing as a short body, so it is given only a
// vetted request line, and writes the answers: status line, headers, chunks.
#include <httplib.h>

#include "src/http/compression.hpp"
#include "src/http/problem.hpp"
#include "src/http/server_body.hpp"

namespace minglu {

namespace {

constexpr std::size_t write_buffer_bytes = 64 * 1'024;
/// A body up to this size is read before anybody is asked whether it may come.
constexpr std::uint64_t body_bytes_unasked = 64 * 1'024;

bool is_framing(const std::string& name) {
    return ::strcasecmp(name.c_str(), "connection") == 0 || ::strcasecmp(name.c_str(), "content-length") == 0 ||
           ::strcasecmp(name.c_str(), "transfer-encoding") == 0 || ::strcasecmp(name.c_str(), "keep-alive") == 0;
}

/// The library's view of a connection: it reads `vetted_head`, and its writes are gathered and sent with a deadline.
class GuardedStream : public httplib::Stream {
public:
    GuardedStream(const Incoming& incoming, const HttpLimits& limits, const Clock& clock, std::string vetted_head)
        : incoming_(incoming), limits_(limits), clock_(clock), head_(std::move(vetted_head)) {}

    bool is_readable() const override { return read_ < head_.size(); }
    bool is_writable() const override { return !broken_; }
    ssize_t read(char* to, std::size_t size) override {
        const std::size_t count = head_.copy(to, size, read_);
        read_ += count;
        return static_cast<ssize_t>(count);
    }
    ssize_t write(const char* from, std::size_t size) override {
        if (pending_.size() + size > write_buffer_bytes && !flush()) return -1;
        if (size > write_buffer_bytes) return send({from, size}) ? static_cast<ssize_t>(size) : -1;
        pending_.append(from, size);
        return broken_ ? -1 : static_cast<ssize_t>(size);
    }
    void get_remote_ip_and_port(std::string& ip, int& port) const override {
        ip = incoming_.remote;
        port = 0;
    }
    void get_local_ip_and_port(std::string& ip, int& port) const override {
        ip.clear();
        port = 0;
    }
    socket_t socket() const override { return incoming_.channel.socket(); }

    bool flush() {
        const bool sent = send(pending_);
        pending_.clear();
        return sent;
    }
    /// Nothing more reaches the client.
    void cut() {
        broken_ = true;
        pending_.clear();
    }
    [[nodiscard]] bool is_broken() const { return broken_; }

private:
    bool send(std::string_view bytes) {
        while (!bytes.empty() && !broken_) {
            std::size_t put = 0;
            const Io io = incoming_.channel.write(bytes.data(), bytes.size(), put);
            bytes.remove_prefix(put);
            // What the system buffered before the client had to be waited for says nothing about its speed.
            if (waited_ms_ > 0) taken_ += put;
            if (io == Io::done) continue;
            if (io == Io::closed || !wait(io)) cut();
        }
        return !broken_;
    }

    /// The time that the handler needs between two pieces is not the client's.
    bool wait(Io io) {
        const auto earned_ms = static_cast<std::int64_t>(taken_) * 1'000 / limits_.body_bytes_per_s_min;
        const std::int64_t left_ms =
            std::min(limits_.write_deadline_ms + earned_ms - waited_ms_, limits_.write_deadline_ms);
        const std::int64_t began_ms = clock_.steady_ms();
        const bool is_possible = left_ms > 0 && incoming_.client.wait(io, left_ms);
        waited_ms_ += clock_.steady_ms() - began_ms;
        return is_possible;
    }

    const Incoming& incoming_;
    const HttpLimits& limits_;
    const Clock& clock_;
    std::string head_;
    std::size_t read_ = 0;
    std::string pending_;
    std::uint64_t taken_ = 0;
    std::int64_t waited_ms_ = 0;
    bool broken_ = false;
};

}  // namespace

class RequestExchange::Engine : public httplib::Server {
public:
    explicit Engine(const ServerContext& context) : context_(context) {
        svr_sock_ = 0;  // "listening": else the library takes itself for stopped and ends streams early
        Get("/", [this](const httplib::Request&, httplib::Response& out) { answer(out); });
    }

    bool serve(const Incoming& incoming, tl::expected<RequestHead, Refusal> head) {
        head_ = head ? &*head : nullptr;
        refusal_.reset();
        if (!head) refusal_ = std::move(head.error());
        if (head_ != nullptr) {
            if (auto checked = check_body(*head_, limits()); !checked) refusal_ = std::move(checked.error());
        }
        incoming_ = &incoming;
        turned_away_.reset();
        if (!refusal_) identify(head_->request);
        if (!refusal_ && (head_->chunked || head_->content_length > body_bytes_unasked)) turn_away(head_->request);
        keep_ = !refusal_ && !turned_away_ && head_->keep_alive && !context_.stopping;
        GuardedStream stream(incoming, limits(), context_.clock, vetted_head());
        stream_ = &stream;
        bool closed = false;
        process_request(stream, !keep_, closed, nullptr);
        const bool sent = stream.flush();
        return sent && keep_ && !context_.stopping;
    }

private:
    const HttpLimits& limits() const { return context_.options.limits; }

    std::string vetted_head() const {
        const bool is_head = head_ != nullptr && head_->request.method == "HEAD";
        std::string text = is_head ? "HEAD / HTTP/1.1\r\n" : "GET / HTTP/1.1\r\n";
        text += !keep_ ? "Connection: close\r\n" : head_->http_1_0 ? "Connection: Keep-Alive\r\n" : "";
        if (!refusal_ && !turned_away_ && head_->expects_continue && head_->has_body())
            text += "Expect: 100-continue\r\n";
        return text + "\r\n";
    }

    void answer(httplib::Response& out) {
        SpoolFile spool;  // goes after the handler has returned; a stream must not read from it
        HttpRequest request;
        if (!refusal_) {
            request = std::move(head_->request);
            head_->request.path = request.path;
            head_->request.headers = request.headers;
            if (!turned_away_) receive(request, spool);
        }
        HttpResponse response = refusal_       ? problem(refusal_->status, refusal_->error)
                                : turned_away_ ? *std::exchange(turned_away_, std::nullopt)
                                               : handle(request);
        if (refusal_) {
            keep_ = false;
            out.set_header("Connection", "close");
        }
        write(std::move(response), header(request, "accept-encoding"), out);
    }

    /// Who asks, by the connection.
    void identify(HttpRequest& request) const {
        request.remote = incoming_->remote;
        request.client_spki = incoming_->channel.client_spki();
        request.local = std::holds_alternative<UnixAddress>(context_.options.listen);
        Channel& channel = incoming_->channel;
        const std::atomic<bool>& stopping = context_.stopping;
        request.gone = [&channel, &stopping] { return stopping || channel.is_hung_up(); };
    }

    void turn_away(const HttpRequest& head) {
        if (!context_.options.turn_away) return;
        try {
            turned_away_ = context_.options.turn_away(head);
        } catch (const std::exception& fault) {
            log(head, fault.what());  // the handler tells
        }
    }

    void receive(HttpRequest& request, SpoolFile& spool) {
        Channel& channel = incoming_->channel;
        if (!head_->has_body()) return;
        if (head_->expects_continue && !stream_->flush()) return;
        Inflow inflow(channel, incoming_->client, incoming_->ahead, limits(), context_.clock);
        if (auto read = read_body(*head_, inflow, limits(), request, spool); !read) refusal_ = std::move(read.error());
    }

    HttpResponse handle(const HttpRequest& request) {
        try {
            return context_.options.handler(request);
        } catch (const StoreFault& fault) {
            log(request, fault.what());
            stream_->cut();
            keep_ = false;
            if (context_.options.on_fault) context_.options.on_fault(fault);
        } catch (const std::exception& fault) {
            log(request, fault.what());
        }
        return problem(500, {ErrorCode::internal, "the request failed inside the server", request.path,
                             "look into the server's log, then report it"});
    }

    void log(const HttpRequest& request, const std::string& what) const {
        if (context_.options.log) context_.options.log(request.method + " " + request.path + ": " + what);
    }

    void write(HttpResponse response, std::string_view accept_encoding, httplib::Response& out) {
        out.status = response.status;
        bool encoded = false;
        for (const auto& [key, value] : response.headers) {
            if (is_framing(key)) continue;
            encoded = encoded || ::strcasecmp(key.c_str(), "content-encoding") == 0;
            out.set_header(key, value);
        }
        const bool small = !response.stream && response.body.size() <= compress_above_bytes;
        const Coding coding = encoded || small ? Coding::identity : choose_coding(accept_encoding);
        if (!encoded && !small) out.set_header("Vary", "Accept-Encoding");
        if (coding != Coding::identity) out.set_header("Content-Encoding", std::string(name(coding)));
        if (response.stream) return write_stream(std::move(response), coding, out);
        if (!response.content_type.empty()) out.set_header("Content-Type", response.content_type);
        out.body = coding == Coding::identity ? std::move(response.body) : encode(coding, response.body);
    }

    void write_stream(HttpResponse response, Coding coding, httplib::Response& out) {
        auto encoder = std::make_shared<Encoder>(coding);
        auto pull = std::make_shared<std::function<bool(std::string&)>>(std::move(response.stream));
        auto provider = [this, encoder, pull](std::size_t, httplib::DataSink& sink) {
            std::string chunk;
            std::string bytes;
            bool more = false;
            try {
                more = !context_.stopping && (*pull)(chunk);
            } catch (const std::exception& fault) {
                if (context_.options.log) context_.options.log(std::string("streamed answer: ") + fault.what());
                stream_->cut();
                return false;
            }
            if (context_.stopping) {
                stream_->cut();
                return false;
            }
            if (more) {
                encoder->feed(chunk, bytes);
            } else {
                encoder->finish(bytes);
            }
            if (!bytes.empty() && !sink.write(bytes.data(), bytes.size())) return false;
            if (!more) sink.done();
            return true;
        };
        if (head_->http_1_0) {
            keep_ = false;  // no chunks in HTTP/1.0: the end of the connection is the end of the body
            out.set_header("Connection", "close");
            out.set_content_provider(response.content_type, provider);
        } else {
            out.set_chunked_content_provider(response.content_type, provider);
        }
    }

    const ServerContext& context_;
    RequestHead* head_ = nullptr;
    std::optional<Refusal> refusal_;
    std::optional<HttpResponse> turned_away_;
    const Incoming* incoming_ = nullptr;
    GuardedStream* stream_ = nullptr;
    bool keep_ = false;
};

RequestExchange::RequestExchange(const ServerContext& context) : engine_(std::make_unique<Engine>(context)) {}
RequestExchange::~RequestExchange() = default;

bool RequestExchange::serve(const Incoming& incoming, tl::expected<RequestHead, Refusal> head) {
    return engine_->serve(incoming, std::move(head));
}

}  // namespace minglu
