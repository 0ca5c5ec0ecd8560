package io.ashlar.simulation;

import static io.ashlar.core.volume.VolumeGeometry.BLOCK_BYTES;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/// A byte array of any length in which only written 4 KiB blocks cost memory. Ranges are trusted:
/// the volume has checked them.
final class SparseBlocks {
  private static final byte[] ZEROES = new byte[BLOCK_BYTES];

  private final TreeMap<Long, byte[]> blocks = new TreeMap<>();

  void read(long offset, MutableDirectBuffer into, int index, int length) {
    int done = 0;
    while (done < length) {
      int within = within(offset + done);
      int part = Math.min(length - done, BLOCK_BYTES - within);
      into.putBytes(index + done, blockOrZeroes(offset + done), within, part);
      done += part;
    }
  }

  void write(long offset, DirectBuffer from, int index, int length) {
    int done = 0;
    while (done < length) {
      int within = within(offset + done);
      int part = Math.min(length - done, BLOCK_BYTES - within);
      from.getBytes(index + done, mappedBlock(offset + done), within, part);
      done += part;
    }
  }

  void or(long offset, DirectBuffer from, int length) {
    for (int i = 0; i < length; i++) {
      mappedBlock(offset + i)[within(offset + i)] |= from.getByte(i);
    }
  }

  /// Makes the range read as zeroes: whole blocks lose their mapping, the rims are overwritten.
  void unmap(long offset, long length) {
    long end = offset + length;
    long firstWhole = Math.ceilDiv(offset, BLOCK_BYTES);
    long endWhole = end / BLOCK_BYTES;
    if (firstWhole < endWhole) {
      blocks.subMap(firstWhole, endWhole).clear();
    }
    zeroWithinBlock(offset, Math.min(end, firstWhole * BLOCK_BYTES));
    zeroWithinBlock(Math.max(offset, endWhole * BLOCK_BYTES), end);
  }

  private void zeroWithinBlock(long from, long end) {
    byte[] block = from < end ? blocks.get(from / BLOCK_BYTES) : null;
    if (block != null) {
      int first = within(from);
      Arrays.fill(block, first, first + (int) (end - from), (byte) 0);
    }
  }

  /// The first position at which the range differs from `expected`, or -1.
  int mismatch(long offset, DirectBuffer expected, int length) {
    for (int i = 0; i < length; i++) {
      if (blockOrZeroes(offset + i)[within(offset + i)] != expected.getByte(i)) {
        return i;
      }
    }
    return -1;
  }

  /// Copies from blocks that do not overlap the range. What is unmapped there and covers a whole
  /// block here is unmapped afterwards.
  void copy(long offset, SparseBlocks source, long sourceOffset, long length) {
    unmap(offset, length);
    long at = source.nextMapped(sourceOffset, sourceOffset + length);
    while (at < sourceOffset + length) {
      long to = offset + (at - sourceOffset);
      int part = Math.min(BLOCK_BYTES - within(at), BLOCK_BYTES - within(to));
      part = (int) Math.min(part, sourceOffset + length - at);
      System.arraycopy(source.blockOrZeroes(at), within(at), mappedBlock(to), within(to), part);
      at = source.nextMapped(at + part, sourceOffset + length);
    }
  }

  boolean isMapped(long offset) {
    return blocks.containsKey(offset / BLOCK_BYTES);
  }

  /// For how many bytes from `offset`, at most `length`, [#isMapped] answers the same.
  long runLength(long offset, long length) {
    long end = offset + length;
    if (!isMapped(offset)) {
      return nextMapped(offset, end) - offset;
    }
    long block = offset / BLOCK_BYTES;
    while (blocks.containsKey(block) && block * BLOCK_BYTES < end) {
      block++;
    }
    return Math.min(end, block * BLOCK_BYTES) - offset;
  }

  /// The first mapped byte at or after `from`, or `end` if there is none before it.
  private long nextMapped(long from, long end) {
    Map.@Nullable Entry<Long, byte[]> found = blocks.ceilingEntry(from / BLOCK_BYTES);
    return found == null ? end : Math.min(end, Math.max(from, found.getKey() * BLOCK_BYTES));
  }

  int mappedBlocks() {
    return blocks.size();
  }

  void truncate(long sizeBytes) {
    blocks.tailMap(sizeBytes / BLOCK_BYTES).clear();
  }

  private byte[] blockOrZeroes(long offset) {
    return blocks.getOrDefault(offset / BLOCK_BYTES, ZEROES);
  }

  private byte[] mappedBlock(long offset) {
    return blocks.computeIfAbsent(offset / BLOCK_BYTES, block -> new byte[BLOCK_BYTES]);
  }

  private static int within(long offset) {
    return (int) (offset % BLOCK_BYTES);
  }
}
