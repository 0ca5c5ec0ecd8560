package io.ashlar.initiator.nvme.wire;

import java.nio.ByteBuffer;

/// The common header that starts every PDU (TCP Transport Specification §3.6.1).
///
/// ```
/// 0      1       2      3      4                8
/// +------+-------+------+------+----------------+-- - -
/// | type | flags | hlen | pdo  |      plen      | type-specific
/// +------+-------+------+------+----------------+-- - -
/// ```
///
/// `hlen` counts the header without its digest, `pdo` is where data starts (0 without data), `plen`
/// counts everything, digests and padding included.
public final class PduHeader {
  public static final int TYPE_OFFSET = 0;
  public static final int FLAGS_OFFSET = TYPE_OFFSET + Byte.BYTES;
  public static final int HLEN_OFFSET = FLAGS_OFFSET + Byte.BYTES;
  public static final int PDO_OFFSET = HLEN_OFFSET + Byte.BYTES;
  public static final int PLEN_OFFSET = PDO_OFFSET + Byte.BYTES;
  public static final int LENGTH = PLEN_OFFSET + Integer.BYTES;

  /// The longest header of any PDU: ICReq and ICResp.
  public static final int HLEN_MAX = 128;

  /// A header is followed by its digest.
  public static final int FLAG_HEADER_DIGEST = 1;

  /// Data is followed by its digest.
  public static final int FLAG_DATA_DIGEST = 1 << 1;

  /// The last data PDU of a command (C2HData) or of an R2T (H2CData).
  public static final int FLAG_LAST = 1 << 2;

  /// C2HData only: the command succeeded and no response capsule follows.
  public static final int FLAG_SUCCESS = 1 << 3;

  private PduHeader() {}

  /// Writes a header at `at`.
  static void put(ByteBuffer to, int at, int typeAndFlags, int hlen, int pdo, int plen) {
    to.putShort(at + TYPE_OFFSET, (short) typeAndFlags);
    to.put(at + HLEN_OFFSET, (byte) hlen);
    to.put(at + PDO_OFFSET, (byte) pdo);
    to.putInt(at + PLEN_OFFSET, plen);
  }

  /// The first two bytes as [#put] wants them.
  static int typeAndFlags(int type, int flags) {
    return type | (flags << Byte.SIZE);
  }

  public static int type(ByteBuffer from, int at) {
    return from.get(at + TYPE_OFFSET) & 0xFF;
  }

  public static int flags(ByteBuffer from, int at) {
    return from.get(at + FLAGS_OFFSET) & 0xFF;
  }

  public static int hlen(ByteBuffer from, int at) {
    return from.get(at + HLEN_OFFSET) & 0xFF;
  }

  public static int pdo(ByteBuffer from, int at) {
    return from.get(at + PDO_OFFSET) & 0xFF;
  }

  /// Unsigned on the wire; negative here means "absurdly long".
  public static int plen(ByteBuffer from, int at) {
    return from.getInt(at + PLEN_OFFSET);
  }
}
