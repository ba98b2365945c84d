#pragma once
/// SQLite's way to the disks of the simulation.
#include "tests/simulation/disk.hpp"

namespace minglu::simulation {

/// Installs the VFS if it is not there yet, and makes `disk` what stands under `mount`.
void mount(const std::string& mount, Disk& disk);
void unmount(const std::string& mount);

}  // namespace minglu::simulation
