package io.ashlar.core.format;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/// What a device keeps of each volume that lives on it, in log records and in checkpoints, so that
/// losing the cluster's metadata is not losing the data.
///
/// ```
/// 0               16       20       24              32  33  34      36       40
/// +---------------+--------+--------+---------------+---+---+-------+--------+------+--------------+
/// |     uuid      | layer  | block  |     size      |cmp|enc|name ln|key len | name | wrapped keys |
/// +---------------+--------+--------+---------------+---+---+-------+--------+------+--------------+
/// ```
///
/// @param layer the head layer, where the volume's writes go
/// @param compression code of the compression to use for new blocks
/// @param encrypted whether blocks are sealed with a key
/// @param wrappedKeys the volume's key ring, each key wrapped; opaque here, empty if not encrypted
@SuppressWarnings("ArrayRecordComponent") // opaque bytes; entries are not compared
public record VolumeEntry(
    UUID uuid,
    int layer,
    int logicalBlockBytes,
    long sizeBytes,
    int compression,
    boolean encrypted,
    String name,
    byte[] wrappedKeys) {
  /// New blocks are stored as they are.
  public static final int COMPRESSION_NONE = 0;

  /// New blocks are compressed by LZ4 where that saves a unit.
  public static final int COMPRESSION_LZ4 = 1;

  /// Longest name in UTF-8 bytes.
  public static final int NAME_BYTES_MAX = 255;

  /// Longest ring of wrapped keys.
  public static final int WRAPPED_KEYS_BYTES_MAX = 16 * 1024;

  /// Longest entry.
  public static final int BYTES_MAX = 40 + NAME_BYTES_MAX + WRAPPED_KEYS_BYTES_MAX;

  private static final int LAYER_OFFSET = 2 * Long.BYTES;
  private static final int BLOCK_OFFSET = LAYER_OFFSET + Integer.BYTES;
  private static final int SIZE_OFFSET = BLOCK_OFFSET + Integer.BYTES;
  private static final int COMPRESSION_OFFSET = SIZE_OFFSET + Long.BYTES;
  private static final int ENCRYPTED_OFFSET = COMPRESSION_OFFSET + 1;
  private static final int NAME_LENGTH_OFFSET = ENCRYPTED_OFFSET + 1;
  private static final int KEYS_LENGTH_OFFSET = NAME_LENGTH_OFFSET + Short.BYTES;
  private static final int NAME_OFFSET = KEYS_LENGTH_OFFSET + Integer.BYTES;

  /// Writes this at `offset`.
  ///
  /// @return how many bytes it took
  public int encode(MutableDirectBuffer target, int offset) {
    byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
    target.putLong(offset, uuid.getMostSignificantBits());
    target.putLong(offset + Long.BYTES, uuid.getLeastSignificantBits());
    target.putInt(offset + LAYER_OFFSET, layer);
    target.putInt(offset + BLOCK_OFFSET, logicalBlockBytes);
    target.putLong(offset + SIZE_OFFSET, sizeBytes);
    target.putByte(offset + COMPRESSION_OFFSET, (byte) compression);
    target.putByte(offset + ENCRYPTED_OFFSET, (byte) (encrypted ? 1 : 0));
    target.putShort(offset + NAME_LENGTH_OFFSET, (short) nameBytes.length);
    target.putInt(offset + KEYS_LENGTH_OFFSET, wrappedKeys.length);
    target.putBytes(offset + NAME_OFFSET, nameBytes);
    target.putBytes(offset + NAME_OFFSET + nameBytes.length, wrappedKeys);
    return NAME_OFFSET + nameBytes.length + wrappedKeys.length;
  }

  /// Length of the entry at `offset`, or -1 if `available` bytes cannot hold one.
  public static int length(DirectBuffer source, int offset, int available) {
    if (available < NAME_OFFSET) {
      return -1;
    }
    int name = source.getShort(offset + NAME_LENGTH_OFFSET) & 0xFFFF;
    int keys = source.getInt(offset + KEYS_LENGTH_OFFSET);
    boolean sound = name <= NAME_BYTES_MAX && keys >= 0 && keys <= WRAPPED_KEYS_BYTES_MAX;
    return sound && NAME_OFFSET + name + keys <= available ? NAME_OFFSET + name + keys : -1;
  }

  /// Reads the entry at `offset`.
  ///
  /// @throws CorruptRecordException if it is not one
  public static VolumeEntry decode(DirectBuffer source, int offset, int available)
      throws CorruptRecordException {
    if (length(source, offset, available) < 0 || !isSound(source, offset)) {
      throw new CorruptRecordException("a volume entry makes no sense");
    }
    byte[] nameBytes = new byte[source.getShort(offset + NAME_LENGTH_OFFSET) & 0xFFFF];
    byte[] keys = new byte[source.getInt(offset + KEYS_LENGTH_OFFSET)];
    source.getBytes(offset + NAME_OFFSET, nameBytes);
    source.getBytes(offset + NAME_OFFSET + nameBytes.length, keys);
    return new VolumeEntry(
        new UUID(source.getLong(offset), source.getLong(offset + Long.BYTES)),
        source.getInt(offset + LAYER_OFFSET),
        source.getInt(offset + BLOCK_OFFSET),
        source.getLong(offset + SIZE_OFFSET),
        source.getByte(offset + COMPRESSION_OFFSET),
        source.getByte(offset + ENCRYPTED_OFFSET) != 0,
        new String(nameBytes, StandardCharsets.UTF_8),
        keys);
  }

  private static boolean isSound(DirectBuffer source, int offset) {
    int block = source.getInt(offset + BLOCK_OFFSET);
    long size = source.getLong(offset + SIZE_OFFSET);
    int compression = source.getByte(offset + COMPRESSION_OFFSET);
    return source.getInt(offset + LAYER_OFFSET) != 0
        && (block == 512 || block == 4096)
        && size > 0
        && size % 4096 == 0
        && (compression == COMPRESSION_NONE || compression == COMPRESSION_LZ4);
  }

  /// This entry with another size.
  public VolumeEntry resized(long bytes) {
    return new VolumeEntry(
        uuid, layer, logicalBlockBytes, bytes, compression, encrypted, name, wrappedKeys);
  }
}
