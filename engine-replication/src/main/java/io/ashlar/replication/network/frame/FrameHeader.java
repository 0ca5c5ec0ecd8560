package io.ashlar.replication.network.frame;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.ashlar.core.base.Crc32c;
import io.ashlar.replication.transport.Transport;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/// The head of every frame; `length` bytes of payload follow it.
///
/// ```
/// 0               4       5       6       7       8               12              16
/// +---------------+-------+-------+-------+-------+---------------+---------------+---------
/// |    "ASHN"     |version| kind  | class |   0   |    length     |    crc32c     | payload
/// +---------------+-------+-------+-------+-------+---------------+---------------+---------
/// ```
///
/// The CRC-32C covers the 12 bytes before it and the payload after it. `version` is 1 in a hello
/// and a goodbye, and in the rest what the two ends agreed on.
public final class FrameHeader {
  static final int MAGIC_OFFSET = 0;
  static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
  static final int KIND_OFFSET = VERSION_OFFSET + Byte.BYTES;
  static final int CLASS_OFFSET = KIND_OFFSET + Byte.BYTES;
  static final int RESERVED_OFFSET = CLASS_OFFSET + Byte.BYTES;
  static final int LENGTH_OFFSET = RESERVED_OFFSET + Byte.BYTES;
  static final int CHECKSUM_OFFSET = LENGTH_OFFSET + Integer.BYTES;

  /// How long a header is.
  public static final int BYTES = CHECKSUM_OFFSET + Integer.BYTES;

  /// The version of the frames that every version understands.
  public static final int GREETING_VERSION = 1;

  static final int MESSAGE_BYTES_MAX = Transport.MESSAGE_BYTES_MAX;

  /// The longest frame.
  public static final int FRAME_BYTES_MAX = BYTES + MESSAGE_BYTES_MAX;

  /// "ASHN".
  static final int MAGIC = 0x4E48_5341;

  private FrameHeader() {}

  /// Writes the header of a frame whose payload lies behind it already.
  ///
  /// @param version what the two ends agreed on; hello and goodbye have their own
  /// @param traffic the code of the connection's class
  public static void encode(
      MutableDirectBuffer frame, FrameKind kind, int version, int traffic, int length, Crc32c crc) {
    frame.putInt(MAGIC_OFFSET, MAGIC, LITTLE_ENDIAN);
    frame.putByte(VERSION_OFFSET, (byte) (kind.isOfEveryVersion() ? GREETING_VERSION : version));
    frame.putByte(KIND_OFFSET, kind.code());
    frame.putByte(CLASS_OFFSET, (byte) traffic);
    frame.putByte(RESERVED_OFFSET, (byte) 0);
    frame.putInt(LENGTH_OFFSET, length, LITTLE_ENDIAN);
    frame.putInt(CHECKSUM_OFFSET, checksum(frame, 0, length, crc), LITTLE_ENDIAN);
  }

  static int checksum(DirectBuffer memory, int at, int length, Crc32c crc) {
    crc.begin();
    crc.update(memory, at, CHECKSUM_OFFSET);
    crc.update(memory, at + BYTES, length);
    return crc.value();
  }

  static int magic(DirectBuffer memory, int at) {
    return memory.getInt(at + MAGIC_OFFSET, LITTLE_ENDIAN);
  }

  static int version(DirectBuffer memory, int at) {
    return memory.getByte(at + VERSION_OFFSET) & 0xFF;
  }

  static byte kind(DirectBuffer memory, int at) {
    return memory.getByte(at + KIND_OFFSET);
  }

  static int traffic(DirectBuffer memory, int at) {
    return memory.getByte(at + CLASS_OFFSET) & 0xFF;
  }

  static int reserved(DirectBuffer memory, int at) {
    return memory.getByte(at + RESERVED_OFFSET) & 0xFF;
  }

  /// Whether the sound frame at `at` is a message.
  public static boolean isMessage(DirectBuffer memory, int at) {
    return kind(memory, at) == FrameKind.MESSAGE.code();
  }

  /// How many bytes of payload the frame at `at` has.
  public static int length(DirectBuffer memory, int at) {
    return memory.getInt(at + LENGTH_OFFSET, LITTLE_ENDIAN);
  }

  static int checksum(DirectBuffer memory, int at) {
    return memory.getInt(at + CHECKSUM_OFFSET, LITTLE_ENDIAN);
  }
}
