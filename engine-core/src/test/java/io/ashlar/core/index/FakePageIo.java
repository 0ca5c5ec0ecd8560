package io.ashlar.core.index;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/// A device that keeps pages in a map. Reads complete when the test says so, in random order; reads
/// and appends are refused at random; chosen pages cannot be read.
final class FakePageIo implements PageIo {
  static final int SECTOR_BYTES = 512;

  /// The device's end, in sectors.
  static final long END = 1L << 40;

  /// Where no page begins.
  static final long MISALIGNED = 3;

  final Map<Long, byte[]> pages = new HashMap<>();
  final Set<Long> unreadable = new HashSet<>();

  /// Of a hundred reads or appends, how many are refused.
  int refusedPercent;

  private final Random random;
  private final List<PageRead> reads = new ArrayList<>();
  private long nextAddress = 1 << 20;
  int appended;
  int loads;

  FakePageIo(Random random) {
    this.random = random;
  }

  @Override
  public boolean readPage(PageRead read) {
    if (random.nextInt(100) < refusedPercent) {
      return false;
    }
    reads.add(read);
    loads++;
    return true;
  }

  @Override
  public boolean holds(long address, int units) {
    return address + units <= END;
  }

  @Override
  public boolean holdsPage(long address, int units) {
    return address != MISALIGNED && holds(address, units);
  }

  @Override
  public boolean appendPage(PageWrite write) {
    if (random.nextInt(100) < refusedPercent) {
      return false;
    }
    byte[] bytes = new byte[write.lengthBytes];
    write.bytes.getBytes(0, bytes);
    pages.put(nextAddress, bytes);
    write.placed(nextAddress, generationOf(nextAddress));
    nextAddress += write.lengthBytes / SECTOR_BYTES;
    appended++;
    return true;
  }

  /// The address for a new block of so many units.
  long allocate(int units) {
    long address = nextAddress;
    nextAddress += units;
    return address;
  }

  static int generationOf(long address) {
    return (int) (address >>> 11) + 7;
  }

  int inFlight() {
    return reads.size();
  }

  /// Forgets the reads in flight: their owner died.
  void crash() {
    reads.clear();
  }

  /// Completes one read, if there is one.
  boolean completeOne() {
    if (reads.isEmpty()) {
      return false;
    }
    PageRead read = reads.remove(random.nextInt(reads.size()));
    byte[] bytes = pages.get(read.address);
    boolean isReadable =
        !unreadable.contains(read.address) && generationOf(read.address) == read.generation;
    if (bytes != null && isReadable) {
      UnsafeBuffer target = new UnsafeBuffer(read.memoryAddress, read.units * SECTOR_BYTES);
      target.putBytes(0, bytes, 0, Math.min(bytes.length, target.capacity()));
    }
    read.complete(bytes != null && isReadable);
    return true;
  }
}
