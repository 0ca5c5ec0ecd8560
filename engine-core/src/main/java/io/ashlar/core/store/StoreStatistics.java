package io.ashlar.core.store;

import io.ashlar.core.format.Sectors;
import io.ashlar.core.index.IndexStatistics;
import io.ashlar.core.segment.SegmentTable;
import io.ashlar.core.volume.VolumeGeometry;

/// Figures of a lane, as of one instant.
///
/// @param deviceBytes all segments
/// @param usableBytes what hosts may fill with sealed blocks
/// @param usedBytes sealed blocks and index pages that are referred to
/// @param freeSegments segments that hold nothing
/// @param segments all of them
/// @param logBytesWritten since the start, headers and index pages included
/// @param hostBytes blocks other than zeroes that hosts wrote since the start, those that it
///   replayed included
/// @param storedBytes what these took, sealed
/// @param movedBytes blocks that the cleaner copied since the start
/// @param segmentsReleased segments that the cleaner freed without a checkpoint
/// @param checkpoints made since the start
/// @param volumes how many
/// @param health counts of damage
/// @param indexMemoryBytes what the block index takes, all of it since the start
/// @param index the block index's own figures
public record StoreStatistics(
    long deviceBytes,
    long usableBytes,
    long usedBytes,
    int freeSegments,
    int segments,
    long logBytesWritten,
    long hostBytes,
    long storedBytes,
    long movedBytes,
    long segmentsReleased,
    long checkpoints,
    int volumes,
    HealthLog health,
    long indexMemoryBytes,
    IndexStatistics index) {
  static StoreStatistics of(StoreParts parts) {
    SegmentTable segments = parts.segments();
    return new StoreStatistics(
        (long) segments.geometry().segments() * segments.geometry().segmentBytes(),
        parts.space().limitBytes(),
        parts.space().usedBytes(),
        segments.free().count(),
        segments.geometry().segments(),
        parts.log().bytesWritten(),
        parts.applier().hostBlocksTotal() * VolumeGeometry.BLOCK_BYTES,
        Sectors.toBytes(parts.applier().hostUnitsTotal()),
        parts.cleaner().bytesMoved(),
        parts.segments().releasedByLog(),
        parts.checkpointer().completed(),
        parts.catalog().volumes().size(),
        parts.health(),
        parts.index().memoryBytes(),
        parts.index().statistics());
  }
}
