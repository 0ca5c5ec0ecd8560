package io.ashlar.replication.network.frame;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/// Who is at one end of a connection: the first frame that it sends. The connection's class is in
/// the frame's header.
///
/// ```
/// 0                               16              24      28      30      32
/// +-------------------------------+---------------+-------+-------+-------+- - -
/// |            cluster            |  incarnation  | node  |oldest |newest | of later versions
/// +-------------------------------+---------------+-------+-------+-------+- - -
/// ```
///
/// What later versions put behind is ignored by earlier ones.
///
/// @param incarnation of the node's process: positive, and higher than in any life before
public record Hello(UUID cluster, int node, long incarnation, VersionRange versions) {
  static final int CLUSTER_HIGH_OFFSET = 0;
  static final int CLUSTER_LOW_OFFSET = CLUSTER_HIGH_OFFSET + Long.BYTES;
  static final int INCARNATION_OFFSET = CLUSTER_LOW_OFFSET + Long.BYTES;
  static final int NODE_OFFSET = INCARNATION_OFFSET + Long.BYTES;
  static final int OLDEST_OFFSET = NODE_OFFSET + Integer.BYTES;
  static final int NEWEST_OFFSET = OLDEST_OFFSET + Short.BYTES;

  /// How long one is.
  public static final int BYTES = NEWEST_OFFSET + Short.BYTES;

  /// How long one may become.
  static final int BYTES_MAX = 256;

  /// Writes it.
  ///
  /// @return [#BYTES]
  public int encode(MutableDirectBuffer payload, int at) {
    payload.putLong(at + CLUSTER_HIGH_OFFSET, cluster.getMostSignificantBits(), LITTLE_ENDIAN);
    payload.putLong(at + CLUSTER_LOW_OFFSET, cluster.getLeastSignificantBits(), LITTLE_ENDIAN);
    payload.putLong(at + INCARNATION_OFFSET, incarnation, LITTLE_ENDIAN);
    payload.putInt(at + NODE_OFFSET, node, LITTLE_ENDIAN);
    payload.putShort(at + OLDEST_OFFSET, (short) versions.oldest(), LITTLE_ENDIAN);
    payload.putShort(at + NEWEST_OFFSET, (short) versions.newest(), LITTLE_ENDIAN);
    return BYTES;
  }

  /// Reads one.
  ///
  /// @return null if it is none
  public static @Nullable Hello decode(DirectBuffer payload, int at, int length) {
    if (length < BYTES) {
      return null;
    }
    long incarnation = payload.getLong(at + INCARNATION_OFFSET, LITTLE_ENDIAN);
    int node = payload.getInt(at + NODE_OFFSET, LITTLE_ENDIAN);
    int oldest = payload.getShort(at + OLDEST_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    int newest = payload.getShort(at + NEWEST_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    if (incarnation <= 0 || node < 0 || !VersionRange.isSound(oldest, newest)) {
      return null;
    }
    UUID cluster =
        new UUID(
            payload.getLong(at + CLUSTER_HIGH_OFFSET, LITTLE_ENDIAN),
            payload.getLong(at + CLUSTER_LOW_OFFSET, LITTLE_ENDIAN));
    return new Hello(cluster, node, incarnation, new VersionRange(oldest, newest));
  }
}
