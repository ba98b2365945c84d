#pragma once
/// A disk that forgets. Files stand in memory; what was not synced when the machine stops may be there afterwards,
/// whole or in part, in any order, or not at all. SQLite reaches it by path, through a VFS that is installed with the
/// first disk; every other path goes to the real file system. For one thread.
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/faults.hpp"
#include "tests/support/fixed_key.hpp"

namespace minglu::simulation {

/// What becomes of writes that were not synced.
enum class Loss {
    none,  ///< the process ended and the machine did not: all of them are there
    all,   ///< power failed before any of them reached the disk
    some,  ///< any of them, whatever their order, some torn
};

class Disk {
public:
    /// The bytes of all files, by name.
    using Image = std::map<std::string, std::string>;
    /// With the files of another one, all of them on the disk.
    Disk(test::SeededRandom& random, Faults& faults, const Image& image = {});
    ~Disk();
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    /// The path by which SQLite opens a file of this disk.
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return mount_ + name; }

    /// Everything stops at the `change`-th change from now on (writes, cuts, syncs, new and removed files): before it,
    /// in the middle of it, or after it and before anybody is told.
    void crash_at(std::uint64_t change);
    /// The `sync`-th sync from now on fails; as nobody knows what it left behind, everything stops there, too.
    void fail_sync(std::uint64_t sync);
    /// Everything stops now.
    void stop() { crashed_ = true; }
    /// Files may grow by so many bytes, and then the disk is full.
    void fill(std::uint64_t room) { room_ = room; }
    /// No fault that was ordered comes any more.
    void calm();

    /// Nothing is read or written any more, until `restart`.
    [[nodiscard]] bool crashed() const { return crashed_; }
    [[nodiscard]] bool full() const { return room_.has_value(); }
    [[nodiscard]] std::uint64_t changes() const { return changes_; }
    /// As a program copies them; of a machine that runs.
    [[nodiscard]] Image image() const;
    /// Starts the machine again. Files that are still open stay dead.
    void restart(Loss loss);

    // What follows is for the VFS.

    struct Inode {
        struct Change {
            std::size_t at;     ///< for a cut the new size
            std::string bytes;  ///< empty = a cut
        };
        std::string bytes;             ///< as programs read them
        std::string kept;              ///< as the disk has them
        std::vector<Change> unsynced;  ///< what is between the two, in order
    };
    enum class Done { yes, full, failed };

    [[nodiscard]] std::uint64_t boot() const { return boot_; }
    [[nodiscard]] std::shared_ptr<Inode> open(const std::string& path, bool create);
    [[nodiscard]] bool exists(const std::string& path) const { return !crashed_ && names_.contains(path); }
    [[nodiscard]] Done write(Inode& file, std::size_t at, std::string_view bytes);
    [[nodiscard]] Done cut(Inode& file, std::size_t size);
    /// `names` = the directory is synced along.
    [[nodiscard]] Done sync(Inode& file, bool names);
    [[nodiscard]] Done remove(const std::string& path, bool sync_names);

private:
    enum class Moment { calm, before, during, after, gone };
    using Names = std::map<std::string, std::shared_ptr<Inode>>;

    [[nodiscard]] Moment next_change();
    void rename(const std::string& path, std::shared_ptr<Inode> file);
    void keep_names(std::size_t changes);
    void settle(Inode& file, Loss loss);
    void tear(std::string& kept, const Inode::Change& change);
    void lay_down(std::string& bytes, const Inode::Change& change, bool garbage);

    test::SeededRandom& random_;
    Faults& faults_;
    std::string mount_;
    Names names_;
    Names kept_names_;
    std::vector<std::pair<std::string, std::shared_ptr<Inode>>> unsynced_names_;  ///< none = removed
    std::uint64_t changes_ = 0;
    std::uint64_t syncs_ = 0;
    std::uint64_t crash_at_ = 0;   ///< in changes; 0 = never
    std::uint64_t fail_sync_ = 0;  ///< in syncs; 0 = never
    std::optional<std::uint64_t> room_;
    std::uint64_t boot_ = 1;
    bool crashed_ = false;
};

/// While one lives, every database that is opened runs with synchronous = OFF, whatever it asks for.
class WithoutSync {
public:
    WithoutSync();
    ~WithoutSync();
    WithoutSync(const WithoutSync&) = delete;
    WithoutSync& operator=(const WithoutSync&) = delete;
};

}  // namespace minglu::simulation
