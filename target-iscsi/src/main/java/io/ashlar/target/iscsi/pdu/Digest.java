package io.ashlar.target.iscsi.pdu;

import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32C;

/// CRC32C as iSCSI puts it on the wire (RFC 7143 §13.1): over the bytes in order, stored
/// little-endian. One per connection, reused.
public final class Digest {
  public static final int BYTES = Integer.BYTES;

  private final CRC32C crc = new CRC32C();

  /// The digest of `[index, index + lengthBytes)`.
  public int of(ByteBuf bytes, int index, int lengthBytes) {
    crc.reset();
    add(bytes, index, lengthBytes);
    return value();
  }

  public void reset() {
    crc.reset();
  }

  public void add(ByteBuf bytes, int index, int lengthBytes) {
    // the buffer's own cached view: nothing is allocated
    crc.update(bytes.internalNioBuffer(index, lengthBytes));
  }

  /// Adds `count` zero bytes: padding.
  public void addZeroes(int count) {
    for (int i = 0; i < count; i++) {
      crc.update(0);
    }
  }

  public int value() {
    return (int) crc.getValue();
  }
}
