package io.ashlar.core.segment;

import io.ashlar.core.base.Check;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.Superblock.LaneGeometry;

/// How a lane writes its log.
///
/// @param groupPayloadBytesMax most payload of one group
/// @param metaPayloadBytesMax most payload of one META group, for which its segment must have room
///   beforehand
/// @param userGroupsInFlightMax how many groups of host writes may be with the device at once
/// @param metaHeaderBytes fixed padded header of META groups, so that the addresses of pages are
///   known when they are appended
/// @param reservedSegments how many free segments host writes leave to the cleaner and to
///   checkpoints
public record LogOptions(
    int groupPayloadBytesMax,
    int metaPayloadBytesMax,
    int userGroupsInFlightMax,
    int metaHeaderBytes,
    int reservedSegments) {
  /// Groups of COLD and META may be with the device at once, so many each.
  static final int BACKGROUND_GROUPS_IN_FLIGHT_MAX = 2;

  private static final int BLOCK_BYTES = 4096;

  /// A piece of a checkpoint fits.
  private static final int META_PAYLOAD_MIN = 36 * 1024;

  private static final int META_PAYLOAD_MAX = 256 * 1024;

  /// The options for a device of this shape. What depends on the format does not depend on
  /// configuration.
  public static LogOptions of(
      LaneGeometry geometry, int userGroupsInFlightMax, int reservedSegments) {
    int half = geometry.segmentBytes() / 2 - GroupHeaderFlyweight.HEADER_BYTES_MAX;
    int payload = Math.min(RecordFlyweight.BLOCKS_MAX * BLOCK_BYTES, half & -BLOCK_BYTES);
    int metaPayload =
        Math.clamp(geometry.segmentBytes() / 32 & -BLOCK_BYTES, META_PAYLOAD_MIN, META_PAYLOAD_MAX);
    return new LogOptions(
        payload,
        metaPayload,
        userGroupsInFlightMax,
        GroupHeaderFlyweight.META_HEADER_BYTES,
        reservedSegments);
  }

  public LogOptions {
    Check.that(groupPayloadBytesMax >= 33 * 4096, "a group holds a write", groupPayloadBytesMax);
    Check.that(groupPayloadBytesMax % 4096 == 0, "payload in blocks", groupPayloadBytesMax);
    Check.that(userGroupsInFlightMax >= 1 && userGroupsInFlightMax <= 8, "1 to 8 in flight");
    Check.that(
        metaHeaderBytes % 4096 == 0 && metaHeaderBytes <= GroupHeaderFlyweight.HEADER_BYTES_MAX,
        "meta header fits",
        metaHeaderBytes);
    Check.that(reservedSegments >= 0, "reserve not negative", reservedSegments);
  }

  /// Groups that the writer needs memory for: those in flight, one building in each stream, and
  /// seals.
  int groups() {
    return userGroupsInFlightMax + 2 * BACKGROUND_GROUPS_IN_FLIGHT_MAX + 2 * Stream.COUNT;
  }
}
