package io.ashlar.core.volume;

import static io.ashlar.core.volume.VolumeGeometry.BLOCK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;

/// Random operations on a volume, each also done to a plain array of bytes; after each the two must
/// agree. The operations stay within the first [#SPAN_BYTES], so that they meet often.
final class VolumeModel {
  private static final int SPAN_BYTES = 24 * BLOCK_BYTES;

  private final VolumeDriver volume;
  private final Random random;
  private final String replay;
  private final int unit;
  private final byte[] expected = new byte[SPAN_BYTES];

  VolumeModel(VolumeDriver volume, long seed) {
    this.volume = volume;
    this.random = new Random(seed);
    this.unit = volume.volume().geometry().logicalBlockBytes();
    this.replay = "seed " + seed + ", block " + unit;
  }

  void run(int steps) {
    for (int step = 0; step < steps; step++) {
      int units = SPAN_BYTES / unit;
      int first = random.nextInt(units);
      int count = 1 + random.nextInt(Math.min(units - first, 6 * BLOCK_BYTES / unit));
      String where = replay + ", step " + step + ", offset " + first * unit;
      step(first * unit, count * unit, where);
    }
    assertThat(volume.read(0, SPAN_BYTES)).as(replay).isEqualTo(expected);
  }

  private void step(int offset, int length, String where) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    switch (random.nextInt(8)) {
      case 0, 1 -> write(offset, bytes, where);
      case 2 -> zero(BlockOperation.UNMAP, offset, length, where);
      case 3 -> zero(BlockOperation.WRITE_ZEROES, offset, length, where);
      case 4 -> or(offset, bytes, where);
      case 5 -> compareAndWrite(offset, bytes, where);
      case 6 -> copy(offset, length, where);
      default -> assertThat(volume.read(offset, length)).as(where).isEqualTo(now(offset, length));
    }
  }

  private void write(int offset, byte[] bytes, String where) {
    assertThat(volume.write(offset, bytes)).as(where).isEqualTo(BlockStatus.OK);
    System.arraycopy(bytes, 0, expected, offset, bytes.length);
  }

  private void zero(BlockOperation operation, int offset, int length, String where) {
    assertThat(volume.run(operation, offset, length)).as(where).isEqualTo(BlockStatus.OK);
    Arrays.fill(expected, offset, offset + length, (byte) 0);
  }

  private void or(int offset, byte[] bytes, String where) {
    assertThat(volume.orWrite(offset, bytes)).as(where).isEqualTo(BlockStatus.OK);
    for (int i = 0; i < bytes.length; i++) {
      expected[offset + i] |= bytes[i];
    }
  }

  private void compareAndWrite(int offset, byte[] next, String where) {
    byte[] old = now(offset, next.length);
    if (random.nextBoolean()) {
      int at = random.nextInt(old.length);
      old[at] ^= 1;
      assertThat(volume.compareAndWrite(offset, old, next))
          .as(where)
          .isEqualTo(BlockStatus.MISCOMPARE);
      assertThat(volume.last().resultBytes).as(where).isEqualTo(at);
    } else {
      assertThat(volume.compareAndWrite(offset, old, next)).as(where).isEqualTo(BlockStatus.OK);
      System.arraycopy(next, 0, expected, offset, next.length);
    }
  }

  private void copy(int offset, int length, String where) {
    int to = random.nextInt((SPAN_BYTES - length) / unit + 1) * unit;
    BlockStatus status = volume.copy(volume.volume(), offset, to, length);
    if (Math.abs(offset - to) < length) {
      assertThat(status).as(where).isEqualTo(BlockStatus.INVALID);
    } else {
      assertThat(status).as(where).isEqualTo(BlockStatus.OK);
      System.arraycopy(expected, offset, expected, to, length);
    }
  }

  private byte[] now(int offset, int length) {
    return Arrays.copyOfRange(expected, offset, offset + length);
  }
}
