package io.ashlar.daemon.node;

import io.ashlar.control.HealthCode;
import io.ashlar.control.HealthEntry;
import io.ashlar.control.PoolInfo;
import io.ashlar.core.store.StoreStatistics;
import io.ashlar.daemon.disk.DiskWatch;
import io.ashlar.daemon.node.PoolHealth.Signs;
import io.ashlar.nvme.local.DeviceHealth;
import java.nio.file.Path;
import java.util.List;

/// What the pool says of itself, gathered when somebody asks.
final class PoolReport {
  private final PoolShard pool;
  private final PoolScrub scrub;
  private final DiskWatch disk;

  PoolReport(PoolShard pool, PoolScrub scrub) {
    this.pool = pool;
    this.scrub = scrub;
    this.disk = new DiskWatch(Path.of(pool.device().name()));
  }

  /// @param provisionedBytes the sum of the volumes' sizes
  PoolInfo pool(long provisionedBytes) {
    StoreStatistics store = pool.statistics();
    DeviceHealth device = pool.device().health();
    PoolInfo.Smart smart = disk.smart(device);
    PoolSpace space = new PoolSpace(store.usableBytes(), store.usedBytes(), provisionedBytes);
    Signs signs = Signs.of(pool, device, store.health());
    List<HealthEntry> health = PoolHealth.of(signs, space, FileRoom.of(pool), smart);
    return new PoolInfo(
        pool.device().name(),
        pool.device().engine(),
        stateOf(health, device),
        store.deviceBytes(),
        space.capacityBytes(),
        space.usedBytes(),
        space.freeBytes(),
        provisionedBytes,
        store.logBytesWritten(),
        store.movedBytes(),
        signs.damaged(),
        signs.errors(),
        space.reduction(store),
        ProcessMemory.of(store, provisionedBytes),
        scrub.status(),
        smart,
        health);
  }

  /// A pool that fills is healthy; one that loses data, or may, is not.
  private static String stateOf(List<HealthEntry> health, DeviceHealth device) {
    if (HealthCode.isFailed(health)) {
      return "failed";
    }
    boolean suffers =
        device.ioErrors() > 0
            || health.stream()
                .map(HealthEntry::code)
                .anyMatch(code ->
                    code.equals(HealthCode.BLOCKS_DAMAGED.code())
                        || code.equals(HealthCode.DAMAGE_REPAIRED.code())
                        || code.equals(HealthCode.DEVICE_ERRORS.code())
                        || code.equals(HealthCode.DEVICE_WORN.code()));
    return suffers ? "degraded" : "healthy";
  }
}
