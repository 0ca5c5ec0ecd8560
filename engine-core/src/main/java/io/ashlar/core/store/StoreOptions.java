package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.core.index.IndexOptions;
import io.ashlar.core.segment.LogOptions;
import java.util.UUID;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// How a lane is run. Nothing here changes the format.
///
/// @param cluster the cluster that the device must belong to; null to take any
/// @param sizing what is allocated at start
/// @param userGroupsInFlightMax groups of host writes that may be with the device at once
/// @param checkpointBytes log written between two checkpoints: bounds the time of recovery
public record StoreOptions(
    @Nullable UUID cluster, Sizing sizing, int userGroupsInFlightMax, long checkpointBytes) {
  /// What a lane allocates at start, beside the log's groups.
  ///
  /// @param index budget of the block index, given the device's unit
  /// @param readOperations reads that may be under way
  /// @param largeReadBuffers buffers of 128 KiB for reads of more than one block
  /// @param atomicUpdates compares and partial writes that may be under way
  /// @param compositeOperations copies that may be under way
  public record Sizing(
      IntFunction<IndexOptions> index,
      int readOperations,
      int largeReadBuffers,
      int atomicUpdates,
      int compositeOperations) {
    public Sizing {
      Check.that(readOperations >= 1 && atomicUpdates >= 1 && compositeOperations >= 1, "one each");
      Check.that(largeReadBuffers >= 0, "buffers not negative", largeReadBuffers);
    }

    /// What suits a daemon, with an index budget in bytes.
    public static Sizing standard(long indexMemoryBytes) {
      return new Sizing(unit -> IndexOptions.forBudget(indexMemoryBytes, unit), 256, 32, 8, 8);
    }
  }

  private static final int RESERVED_SEGMENTS_MIN = 6;
  private static final int RESERVED_PART = 48;

  /// Free segments that host writes which were admitted already may not open.
  private static final int RESERVED_SEGMENTS_LOG = 2;

  /// A checkpoint is made after so much of the pool was written.
  private static final int CHECKPOINT_PART = 8;

  public StoreOptions {
    Check.that(checkpointBytes >= 1024 * 1024, "checkpoints are apart", checkpointBytes);
  }

  /// What suits most.
  public static StoreOptions standard() {
    return new StoreOptions(null, Sizing.standard(64L * 1024 * 1024), 2, 512L * 1024 * 1024);
  }

  /// These options for the devices of one cluster.
  public StoreOptions of(UUID cluster) {
    return new StoreOptions(cluster, sizing, userGroupsInFlightMax, checkpointBytes);
  }

  /// These options with other sizes.
  public StoreOptions with(Sizing next) {
    return new StoreOptions(cluster, next, userGroupsInFlightMax, checkpointBytes);
  }

  /// Free segments that host writes leave alone.
  int reservedSegments(LaneGeometry geometry) {
    return Math.max(RESERVED_SEGMENTS_MIN, geometry.segments() / RESERVED_PART);
  }

  /// Log written between two checkpoints of a device of this shape. What was overwritten since the
  /// last one still counts as live, and what was written since then cannot be cleaned.
  long checkpointBytes(LaneGeometry geometry) {
    long pool = (long) geometry.segments() * geometry.segmentBytes();
    return Math.clamp(pool / CHECKPOINT_PART, 1024 * 1024, checkpointBytes);
  }

  /// Pages that a checkpoint may write: what the reserve holds twice.
  long mergeBytesMax(LaneGeometry geometry) {
    return (long) reservedSegments(geometry) * geometry.segmentBytes() / 2;
  }

  LogOptions log(LaneGeometry geometry) {
    return LogOptions.of(geometry, userGroupsInFlightMax, RESERVED_SEGMENTS_LOG);
  }
}
