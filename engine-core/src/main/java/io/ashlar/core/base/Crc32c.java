package io.ashlar.core.base;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// CRC-32C (Castagnoli; RFC 3720 appendix B.4) of buffers on or off the heap. Allocates nothing per
/// call; one thread's own, so each shard has one. Memory outside the heap must outlive the call.
public final class Crc32c {
  private static final int SEED_BYTES = 3 * Long.BYTES;

  private final CRC32C crc = new CRC32C();
  private final AddressViews views = new AddressViews();
  private final byte[] seedBytes = new byte[SEED_BYTES];
  private final UnsafeBuffer seed = new UnsafeBuffer(seedBytes);

  /// The checksum of `[offset, offset + length)`. Nothing at all has the checksum 0.
  public int of(DirectBuffer buffer, int offset, int length) {
    crc.reset();
    return finish(buffer, offset, length);
  }

  /// The checksum of three numbers, 8 bytes each in little-endian order, followed by `[offset,
  /// offset + length)`. The numbers say where the bytes belong: right bytes in a wrong place have a
  /// wrong checksum.
  public int ofSeeded(
      long first, long second, long third, DirectBuffer buffer, int offset, int length) {
    seed.putLong(0, first, ByteOrder.LITTLE_ENDIAN);
    seed.putLong(Long.BYTES, second, ByteOrder.LITTLE_ENDIAN);
    seed.putLong(2 * Long.BYTES, third, ByteOrder.LITTLE_ENDIAN);
    crc.reset();
    crc.update(seedBytes, 0, SEED_BYTES);
    return finish(buffer, offset, length);
  }

  /// Starts a checksum that is taken in parts: [#update] for each, then [#value].
  public void begin() {
    crc.reset();
  }

  /// Takes in `[offset, offset + length)` as the next part.
  public void update(DirectBuffer buffer, int offset, int length) {
    finish(buffer, offset, length);
  }

  /// The checksum of the parts taken in since [#begin].
  public int value() {
    return (int) crc.getValue();
  }

  private int finish(DirectBuffer buffer, int offset, int length) {
    Check.that(
        offset >= 0 && length >= 0 && length <= buffer.capacity() - offset,
        "checksummed range lies in the buffer",
        offset,
        length);
    byte[] array = buffer.byteArray();
    if (array != null) {
      crc.update(array, buffer.wrapAdjustment() + offset, length);
    } else if (length > 0) {
      updateFrom(buffer.addressOffset() + offset, length);
    }
    return (int) crc.getValue();
  }

  private void updateFrom(long address, int length) {
    Check.that(length <= AddressViews.RANGE_BYTES_MAX, "range fits a view", length);
    ByteBuffer view = views.viewOf(address);
    int index = AddressViews.indexOf(address);
    view.limit(index + length).position(index);
    crc.update(view);
  }
}
