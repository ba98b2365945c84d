#include "tests/simulation/disk_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <stdexcept>

namespace minglu::simulation {

namespace {

struct OpenFile;

/// What the connections to one file share for as long as one is open.
struct Shared {
    std::vector<std::unique_ptr<char[]>> regions;
    std::vector<OpenFile*> connections;
};

struct OpenFile {
    sqlite3_file base{};  // first: SQLite knows nothing else
    Disk* disk = nullptr;
    std::shared_ptr<Disk::Inode> inode;
    std::uint64_t boot = 0;
    bool syncs_names = false;  ///< like the one for Unix, which syncs the directory of a new journal or WAL with it
    std::string remove_at_close;
    int level = SQLITE_LOCK_NONE;
    unsigned shm_shared = 0;  ///< bits of the locks held
    unsigned shm_exclusive = 0;
    std::shared_ptr<Shared> shared;

    [[nodiscard]] bool alive() const { return disk->boot() == boot && !disk->crashed(); }
};

OpenFile& of(sqlite3_file* file) {
    return *reinterpret_cast<OpenFile*>(file);
}

std::map<std::string, Disk*>& mounts() {
    static std::map<std::string, Disk*> all;
    return all;
}

Disk* disk_of(const char* path) {
    if (path == nullptr) return nullptr;
    const std::string_view text(path);
    const auto found = std::find_if(mounts().begin(), mounts().end(),
                                    [&](const auto& mounted) { return text.starts_with(mounted.first); });
    return found == mounts().end() ? nullptr : found->second;
}

std::shared_ptr<Shared> shared_of(const OpenFile& file) {
    static std::map<std::pair<const Disk::Inode*, std::uint64_t>, std::weak_ptr<Shared>> all;
    std::erase_if(all, [](const auto& item) { return item.second.expired(); });
    auto& known = all[{file.inode.get(), file.boot}];
    auto shared = known.lock();
    if (!shared) known = shared = std::make_shared<Shared>();
    return shared;
}

int code_of(Disk::Done done, int failed) {
    if (done == Disk::Done::yes) return SQLITE_OK;
    return done == Disk::Done::full ? SQLITE_FULL : failed;
}

int close_file(sqlite3_file* base) {
    OpenFile& file = of(base);
    std::erase(file.shared->connections, &file);
    if (!file.remove_at_close.empty() && file.alive()) (void)file.disk->remove(file.remove_at_close, false);
    file.~OpenFile();
    return SQLITE_OK;
}

int read_file(sqlite3_file* base, void* into, int count, sqlite3_int64 at) {
    const OpenFile& file = of(base);
    if (!file.alive()) return SQLITE_IOERR_READ;
    const std::string& bytes = file.inode->bytes;
    const auto from = std::min(static_cast<std::size_t>(at), bytes.size());
    const std::size_t there = bytes.copy(static_cast<char*>(into), static_cast<std::size_t>(count), from);
    std::memset(static_cast<char*>(into) + there, 0, static_cast<std::size_t>(count) - there);
    return there == static_cast<std::size_t>(count) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* base, const void* from, int count, sqlite3_int64 at) {
    const OpenFile& file = of(base);
    if (!file.alive()) return SQLITE_IOERR_WRITE;
    const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(count));
    return code_of(file.disk->write(*file.inode, static_cast<std::size_t>(at), bytes), SQLITE_IOERR_WRITE);
}

int cut_file(sqlite3_file* base, sqlite3_int64 size) {
    const OpenFile& file = of(base);
    if (!file.alive()) return SQLITE_IOERR_TRUNCATE;
    return code_of(file.disk->cut(*file.inode, static_cast<std::size_t>(size)), SQLITE_IOERR_TRUNCATE);
}

int sync_file(sqlite3_file* base, int) {
    const OpenFile& file = of(base);
    if (!file.alive()) return SQLITE_IOERR_FSYNC;
    return code_of(file.disk->sync(*file.inode, file.syncs_names), SQLITE_IOERR_FSYNC);
}

int size_of_file(sqlite3_file* base, sqlite3_int64* size) {
    const OpenFile& file = of(base);
    if (!file.alive()) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>(file.inode->bytes.size());
    return SQLITE_OK;
}

/// The highest lock on this file that another connection holds.
int held_by_others(const OpenFile& file) {
    int highest = SQLITE_LOCK_NONE;
    for (const OpenFile* other : file.shared->connections)
        if (other != &file) highest = std::max(highest, other->level);
    return highest;
}

int lock_file(sqlite3_file* base, int level) {
    OpenFile& file = of(base);
    if (!file.alive()) return SQLITE_IOERR_LOCK;
    if (level <= file.level) return SQLITE_OK;
    const int others = held_by_others(file);
    const int tolerated = level == SQLITE_LOCK_SHARED     ? SQLITE_LOCK_RESERVED
                          : level == SQLITE_LOCK_RESERVED ? SQLITE_LOCK_SHARED
                                                          : SQLITE_LOCK_NONE;
    if (others > tolerated) return SQLITE_BUSY;
    file.level = level;
    return SQLITE_OK;
}

int unlock_file(sqlite3_file* base, int level) {
    of(base).level = std::min(of(base).level, level);
    return SQLITE_OK;
}

int check_reserved(sqlite3_file* base, int* reserved) {
    const OpenFile& file = of(base);
    *reserved = std::max(file.level, held_by_others(file)) >= SQLITE_LOCK_RESERVED ? 1 : 0;
    return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
    return 4096;
}

int characteristics(sqlite3_file*) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;  // as the one for Unix says
}

int map_shm(sqlite3_file* base, int region, int bytes, int extend, void volatile** out) {
    const OpenFile& file = of(base);
    *out = nullptr;
    if (!file.alive()) return SQLITE_IOERR_SHMMAP;
    auto& regions = file.shared->regions;
    const auto at = static_cast<std::size_t>(region);
    if (at >= regions.size() && extend == 0) return SQLITE_OK;
    while (at >= regions.size()) regions.push_back(std::make_unique<char[]>(static_cast<std::size_t>(bytes)));
    *out = regions[at].get();
    return SQLITE_OK;
}

int lock_shm(sqlite3_file* base, int offset, int count, int flags) {
    OpenFile& file = of(base);
    if (!file.alive()) return SQLITE_IOERR_SHMLOCK;
    const unsigned locks = ((1u << count) - 1u) << offset;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        file.shm_shared &= ~locks;
        file.shm_exclusive &= ~locks;
        return SQLITE_OK;
    }
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    for (const OpenFile* other : file.shared->connections) {
        if (other == &file) continue;
        if ((other->shm_exclusive & locks) != 0 || (exclusive && (other->shm_shared & locks) != 0)) return SQLITE_BUSY;
    }
    (exclusive ? file.shm_exclusive : file.shm_shared) |= locks;
    return SQLITE_OK;
}

/// A mutex orders memory as the fence that SQLite asks for, and the thread sanitizer knows it.
void barrier(sqlite3_file*) {
    static std::mutex order;
    const std::lock_guard lock(order);
}

int unmap_shm(sqlite3_file*, int) {
    return SQLITE_OK;
}

const sqlite3_io_methods methods{
    2,         close_file,  read_file,      write_file,   cut_file,    sync_file,       size_of_file,
    lock_file, unlock_file, check_reserved, control_file, sector_size, characteristics, map_shm,
    lock_shm,  barrier,     unmap_shm,      nullptr,      nullptr};

sqlite3_vfs* real_vfs = nullptr;

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* base, int flags, int* flags_out) {
    Disk* disk = disk_of(path);
    if (disk == nullptr) return real_vfs->xOpen(real_vfs, path, base, flags, flags_out);
    base->pMethods = nullptr;
    const bool existed = disk->exists(path);
    auto inode = disk->open(path, (flags & SQLITE_OPEN_CREATE) != 0);
    if (!inode) return SQLITE_CANTOPEN;
    auto* file = new (base) OpenFile;
    file->base.pMethods = &methods;
    file->disk = disk;
    file->inode = std::move(inode);
    file->boot = disk->boot();
    file->syncs_names = !existed && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    if ((flags & SQLITE_OPEN_DELETEONCLOSE) != 0) file->remove_at_close = path;
    file->shared = shared_of(*file);
    file->shared->connections.push_back(file);
    if (flags_out != nullptr) *flags_out = flags;
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* path, int sync_names) {
    Disk* disk = disk_of(path);
    if (disk == nullptr) return real_vfs->xDelete(real_vfs, path, sync_names);
    if (!disk->crashed() && !disk->exists(path)) return SQLITE_IOERR_DELETE_NOENT;
    return code_of(disk->remove(path, sync_names != 0), SQLITE_IOERR_DELETE);
}

int access_file(sqlite3_vfs*, const char* path, int flags, int* out) {
    Disk* disk = disk_of(path);
    if (disk == nullptr) return real_vfs->xAccess(real_vfs, path, flags, out);
    if (disk->crashed()) return SQLITE_IOERR_ACCESS;
    *out = disk->exists(path) ? 1 : 0;
    return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* path, int bytes, char* out) {
    if (disk_of(path) == nullptr) return real_vfs->xFullPathname(real_vfs, path, bytes, out);
    const std::size_t size = std::strlen(path) + 1;
    if (size > static_cast<std::size_t>(bytes)) return SQLITE_CANTOPEN;
    std::memcpy(out, path, size);
    return SQLITE_OK;
}

void install() {
    if (real_vfs != nullptr) return;
    real_vfs = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs vfs = *real_vfs;  // what is not replaced needs no path
    vfs.zName = "minglu-simulation";
    vfs.szOsFile = std::max(real_vfs->szOsFile, static_cast<int>(sizeof(OpenFile)));
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    vfs.xAccess = access_file;
    vfs.xFullPathname = full_path;
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) throw std::runtime_error("sqlite3_vfs_register");
}

/// Runs when a connection is opened; what the store asks for later is ignored.
int turn_sync_off(sqlite3* database, char**, const void*) {
    sqlite3_set_authorizer(
        database,
        [](void*, int action, const char* name, const char* value, const char*, const char*) {
            const bool asks = action == SQLITE_PRAGMA && value != nullptr && std::string_view(name) == "synchronous";
            return asks && std::string_view(value) != "OFF" ? SQLITE_IGNORE : SQLITE_OK;
        },
        nullptr);
    return sqlite3_exec(database, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
}

}  // namespace

void mount(const std::string& mount, Disk& disk) {
    install();
    mounts()[mount] = &disk;
}

void unmount(const std::string& mount) {
    mounts().erase(mount);
}

WithoutSync::WithoutSync() {
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(turn_sync_off));
}

WithoutSync::~WithoutSync() {
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(turn_sync_off));
}

}  // namespace minglu::simulation
