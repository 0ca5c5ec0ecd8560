package io.ashlar.core.store;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.Superblock.LaneGeometry;
import java.util.UUID;

/// What a device is formatted with.
///
/// @param device a fresh random identity: it tells this format from every other
/// @param cluster whose device it is
/// @param secret a random number that no guest learns; every group header carries it
/// @param segmentBytes 0 to let the device's size decide
public record StoreFormat(UUID device, UUID cluster, long secret, int segmentBytes) {
  /// The usual segment.
  public static final int SEGMENT_BYTES_DEFAULT = 64 * 1024 * 1024;

  /// The smallest segment that a device's size may decide on: it holds groups with an atomic write
  /// of the longest transfer.
  public static final int SEGMENT_BYTES_SMALL = 4 * 1024 * 1024;

  /// The smallest segment that may be asked for. Below [#SEGMENT_BYTES_SMALL] writes are atomic up
  /// to what a group holds: for tests that want many segments.
  public static final int SEGMENT_BYTES_MIN = 1024 * 1024;

  /// A store needs so many segments to clean itself.
  public static final int SEGMENTS_MIN = 16;

  /// Devices are cut into at least this many segments where that is possible, so that small ones
  /// can be cleaned too.
  private static final int SEGMENTS_WANTED = 1024;

  private static final int HEADER_AREA_BYTES = 1024 * 1024;

  public StoreFormat {
    boolean sound =
        segmentBytes == 0
            || (segmentBytes >= SEGMENT_BYTES_MIN && segmentBytes % SEGMENT_BYTES_MIN == 0);
    Check.that(sound, "segments are whole MiB", segmentBytes);
  }

  /// The smallest device that can be formatted.
  public static long deviceBytesMin() {
    return HEADER_AREA_BYTES + (long) SEGMENTS_MIN * SEGMENT_BYTES_SMALL;
  }

  LaneGeometry geometry(long deviceBytes, int alignmentBytes) {
    int bytes = segmentBytes == 0 ? segmentBytesFor(deviceBytes) : segmentBytes;
    long segments = (deviceBytes - HEADER_AREA_BYTES) / bytes;
    Check.that(segments >= SEGMENTS_MIN, "a store has enough segments", segments);
    Check.that(2 * Superblock.BYTES <= HEADER_AREA_BYTES, "superblocks fit the header area");
    return new LaneGeometry(
        0,
        1,
        alignmentBytes,
        bytes,
        (int) Math.min(segments, Integer.MAX_VALUE),
        HEADER_AREA_BYTES);
  }

  private static int segmentBytesFor(long deviceBytes) {
    int bytes = SEGMENT_BYTES_DEFAULT;
    while (bytes > SEGMENT_BYTES_SMALL && deviceBytes / bytes < SEGMENTS_WANTED) {
      bytes /= 2;
    }
    return bytes;
  }
}
