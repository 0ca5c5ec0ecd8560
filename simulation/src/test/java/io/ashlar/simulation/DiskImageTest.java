package io.ashlar.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiskImageTest {
  private static final int SIZE = 300 * DiskImage.PAGE_BYTES;

  @Test
  void shouldForgetWholePagesOnly() {
    DiskImage image = new DiskImage(SIZE);
    image.fill(0, SIZE, (byte) 7);
    DiskImage fork = image.fork();
    image.trim(100, 200 * DiskImage.PAGE_BYTES);
    byte[] expected = new byte[SIZE];
    Arrays.fill(expected, (byte) 7);
    assertThat(bytesOf(fork)).isEqualTo(expected);
    Arrays.fill(expected, DiskImage.PAGE_BYTES, 200 * DiskImage.PAGE_BYTES, (byte) 0);
    assertThat(bytesOf(image)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldKeepForksApart(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<DiskImage> images = new ArrayList<>(List.of(new DiskImage(SIZE)));
    List<byte[]> expected = new ArrayList<>(List.of(new byte[SIZE]));
    for (int step = 0; step < 400; step++) {
      int one = random.nextInt(images.size());
      if (random.nextInt(20) == 0 && images.size() < 12) {
        images.add(images.get(one).fork());
        expected.add(expected.get(one).clone());
      } else {
        write(images.get(one), expected.get(one), random);
      }
    }
    for (int i = 0; i < images.size(); i++) {
      assertThat(bytesOf(images.get(i)))
          .as("seed %d, image %d", seed, i)
          .isEqualTo(expected.get(i));
    }
  }

  private static void write(DiskImage image, byte[] expected, SplittableRandom random) {
    byte[] bytes = new byte[1 + random.nextInt(3 * DiskImage.PAGE_BYTES)];
    random.nextBytes(bytes);
    int offset = random.nextInt(SIZE - bytes.length);
    if (random.nextInt(5) == 0) {
      byte value = (byte) random.nextInt(2);
      image.fill(offset, bytes.length, value);
      Arrays.fill(expected, offset, offset + bytes.length, value);
    } else {
      image.write(offset, bytes, 0, bytes.length);
      System.arraycopy(bytes, 0, expected, offset, bytes.length);
    }
  }

  @Test
  void shouldReachTheLastByteOfALargeDisk() {
    DiskImage image = new DiskImage(1L << 50);
    image.write((1L << 50) - 1, new byte[] {7}, 0, 1);
    UnsafeBuffer read = new UnsafeBuffer(new byte[2]);
    image.read((1L << 50) - 2, read, 0, 2);
    assertThat(read.byteArray()).containsExactly(0, 7);
    assertThatThrownBy(() -> image.read(1L << 50, read, 0, 1))
        .isInstanceOf(CheckFailedException.class);
  }

  private static byte[] bytesOf(DiskImage image) {
    byte[] bytes = new byte[SIZE];
    image.read(0, new UnsafeBuffer(bytes), 0, SIZE);
    return bytes;
  }
}
