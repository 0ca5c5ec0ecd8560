package io.ashlar.core.offline;

import io.ashlar.core.device.BlockDevice;
import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.device.DeviceOperation;
import io.ashlar.core.device.DeviceRequest;
import io.ashlar.core.device.DeviceStatus;
import io.ashlar.core.format.PageCodec;
import io.ashlar.core.format.PointerFlyweight;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/// A small device in memory that index pages are put on, and that refuses to read what is marked as
/// bad.
final class MemoryPages implements BlockDevice {
  static final int UNIT_BYTES = 512;

  private final byte[] medium;
  private final boolean[] bad;
  private final PageCodec codec = new PageCodec(UNIT_BYTES);
  private int end;

  /// @param from where pages go
  MemoryPages(int bytes, int from) {
    medium = new byte[bytes];
    bad = new boolean[bytes / UNIT_BYTES];
    end = from;
  }

  /// Writes a page.
  ///
  /// @param page 128 slots
  /// @param out becomes the pointer to it
  void put(int layer, int level, long number, UnsafeBuffer page, PointerFlyweight out) {
    UnsafeBuffer stored = new UnsafeBuffer(new byte[PageCodec.PAGE_BYTES]);
    int bytes = codec.encode(page, stored);
    stored.getBytes(0, medium, end, bytes);
    int present = PageCodec.countPresent(page);
    out.clear().summary(layer, 1, present).place(end / UNIT_BYTES, bytes / UNIT_BYTES, 1);
    int flags = present == PageCodec.SLOTS ? PointerFlyweight.FULL : 0;
    out.content(flags, codec.checksum(layer, level, number, stored, bytes));
    end += bytes;
  }

  void flip(long sector) {
    medium[(int) sector * UNIT_BYTES + 20] ^= 1;
  }

  void spoil(long sector) {
    bad[(int) sector] = true;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public DeviceGeometry geometry() {
    return new DeviceGeometry(medium.length, UNIT_BYTES, 1, false);
  }

  @Override
  public void useArena(ByteBuffer arena) {}

  @Override
  public boolean submit(DeviceRequest request) {
    if (request.operation != DeviceOperation.READ) {
      throw new AssertionError("offline tools only read");
    }
    int from = (int) request.offset;
    int length = (int) request.length;
    new UnsafeBuffer(request.address, length).putBytes(0, medium, from, length);
    boolean refused = false;
    for (int sector = from / UNIT_BYTES; sector < (from + length) / UNIT_BYTES; sector++) {
      refused |= bad[sector];
    }
    request.status = refused ? DeviceStatus.IO_ERROR : DeviceStatus.OK;
    request.completion.onComplete(request);
    return true;
  }

  @Override
  public int poll() {
    return 0;
  }

  @Override
  public int inFlight() {
    return 0;
  }

  @Override
  public void close() {
    Arrays.fill(medium, (byte) 0);
  }
}
