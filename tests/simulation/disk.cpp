#include "tests/simulation/disk.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/disk_vfs.hpp"

namespace minglu::simulation {

namespace {

/// What a disk writes at once or not at all.
constexpr std::size_t sector_bytes = 512;

std::string next_mount() {
    static std::uint64_t disks = 0;
    return "/simulated disk " + std::to_string(++disks) + "/";
}

}  // namespace

Disk::Disk(test::SeededRandom& random, Faults& faults, const Image& image)
    : random_(random), faults_(faults), mount_(next_mount()) {
    for (const auto& [name, bytes] : image) {
        const auto file = std::make_shared<Inode>();
        file->bytes = bytes;
        file->kept = bytes;
        names_[mount_ + name] = file;
    }
    kept_names_ = names_;
    mount(mount_, *this);
}

Disk::~Disk() {
    unmount(mount_);
}

void Disk::crash_at(std::uint64_t change) {
    crash_at_ = changes_ + change;
}

void Disk::fail_sync(std::uint64_t sync) {
    fail_sync_ = syncs_ + sync;
}

void Disk::calm() {
    crash_at_ = 0;
    fail_sync_ = 0;
    room_.reset();
}

Disk::Moment Disk::next_change() {
    if (crashed_) return Moment::gone;
    if (++changes_ != crash_at_) return Moment::calm;
    crashed_ = true;
    static constexpr Moment moments[] = {Moment::before, Moment::during, Moment::after};
    return moments[random_.below(3)];
}

void Disk::rename(const std::string& path, std::shared_ptr<Inode> file) {
    if (file)
        names_[path] = file;
    else
        names_.erase(path);
    unsynced_names_.emplace_back(path, std::move(file));
}

/// File systems keep the changes of names in order: the first so many of those that were not synced.
void Disk::keep_names(std::size_t changes) {
    const auto end = unsynced_names_.begin() + static_cast<std::ptrdiff_t>(changes);
    for (auto change = unsynced_names_.begin(); change != end; ++change) {
        if (change->second)
            kept_names_[change->first] = change->second;
        else
            kept_names_.erase(change->first);
    }
    unsynced_names_.erase(unsynced_names_.begin(), end);
}

std::shared_ptr<Disk::Inode> Disk::open(const std::string& path, bool create) {
    if (crashed_) return nullptr;
    const auto found = names_.find(path);
    if (found != names_.end()) return found->second;
    if (!create) return nullptr;
    const Moment moment = next_change();
    auto file = std::make_shared<Inode>();
    if (moment != Moment::before) rename(path, file);
    return moment == Moment::calm ? file : nullptr;
}

void Disk::lay_down(std::string& bytes, const Inode::Change& change, bool garbage) {
    if (change.bytes.empty()) {
        bytes.resize(std::min(bytes.size(), change.at));
        return;
    }
    while (bytes.size() < change.at) bytes.push_back(garbage ? static_cast<char>(random_.below(256)) : '\0');
    bytes.resize(std::max(bytes.size(), change.at + change.bytes.size()));
    change.bytes.copy(bytes.data() + change.at, change.bytes.size());
}

Disk::Done Disk::write(Inode& file, std::size_t at, std::string_view bytes) {
    const Moment moment = next_change();
    if (moment == Moment::gone || moment == Moment::before) return Done::failed;
    Done done = moment == Moment::calm ? Done::yes : Done::failed;
    if (moment == Moment::during) bytes = bytes.substr(0, random_.below(bytes.size()));
    const std::size_t end = at + bytes.size();
    const std::size_t grows = end > file.bytes.size() ? end - file.bytes.size() : 0;
    if (room_ && grows > *room_) {
        bytes = bytes.substr(0, bytes.size() - std::min(bytes.size(), grows - *room_));
        room_ = 0;
        ++faults_.counts["disk full"];
        if (done == Done::yes) done = Done::full;
    } else if (room_) {
        *room_ -= grows;
    }
    if (bytes.empty()) return done;
    Inode::Change change{at, std::string(bytes)};
    lay_down(file.bytes, change, false);
    file.unsynced.push_back(std::move(change));
    return done;
}

Disk::Done Disk::cut(Inode& file, std::size_t size) {
    const Moment moment = next_change();
    if (moment == Moment::gone || moment == Moment::before) return Done::failed;
    Inode::Change change{size, ""};
    lay_down(file.bytes, change, false);
    file.unsynced.push_back(std::move(change));
    return moment == Moment::calm ? Done::yes : Done::failed;
}

Disk::Done Disk::sync(Inode& file, bool names) {
    const Moment moment = next_change();
    if (moment == Moment::gone || moment == Moment::before) return Done::failed;
    if (++syncs_ == fail_sync_) {
        crashed_ = true;
        ++faults_.counts["sync failed"];
        return Done::failed;
    }
    if (moment == Moment::during) {
        settle(file, Loss::some);
        return Done::failed;
    }
    file.kept = file.bytes;
    file.unsynced.clear();
    // A new file that is synced keeps its name, as those of ext4, XFS and Btrfs do.
    const auto created = std::find_if(unsynced_names_.begin(), unsynced_names_.end(),
                                      [&](const auto& change) { return change.second.get() == &file; });
    if (names)
        keep_names(unsynced_names_.size());
    else if (created != unsynced_names_.end())
        keep_names(static_cast<std::size_t>(created - unsynced_names_.begin()) + 1);
    return moment == Moment::calm ? Done::yes : Done::failed;
}

Disk::Done Disk::remove(const std::string& path, bool sync_names) {
    const Moment moment = next_change();
    if (moment == Moment::gone || moment == Moment::before) return Done::failed;
    rename(path, nullptr);
    if (sync_names && moment != Moment::during) keep_names(unsynced_names_.size());
    return moment == Moment::calm ? Done::yes : Done::failed;
}

/// One write that was on its way: whole, its beginning, or some of its sectors.
void Disk::tear(std::string& kept, const Inode::Change& change) {
    const bool garbage = random_.one_in(2);
    const std::uint64_t dice = change.bytes.empty() ? 0 : random_.below(4);
    if (dice < 2) return lay_down(kept, change, garbage);
    ++faults_.counts["write torn"];
    if (dice == 2)
        return lay_down(kept, {change.at, change.bytes.substr(0, 1 + random_.below(change.bytes.size()))}, garbage);
    for (std::size_t from = 0; from < change.bytes.size(); from += sector_bytes)
        if (random_.one_in(2)) lay_down(kept, {change.at + from, change.bytes.substr(from, sector_bytes)}, garbage);
}

Disk::Image Disk::image() const {
    Image image;
    for (const auto& [path, file] : names_) image[path.substr(mount_.size())] = file->bytes;
    return image;
}

void Disk::settle(Inode& file, Loss loss) {
    for (const Inode::Change& change : file.unsynced) {
        if (loss == Loss::some && random_.one_in(2))
            tear(file.kept, change);
        else
            ++faults_.counts["write lost"];
    }
    file.unsynced.clear();
    file.bytes = file.kept;
}

void Disk::restart(Loss loss) {
    ++faults_.counts[loss == Loss::none ? "process killed" : "power lost"];
    if (loss != Loss::none) {
        keep_names(loss == Loss::all ? 0 : random_.below(unsynced_names_.size() + 1));
        unsynced_names_.clear();
        names_ = kept_names_;
        for (const auto& [path, file] : names_) settle(*file, loss);
    }
    calm();
    crashed_ = false;
    ++boot_;
}

}  // namespace minglu::simulation
