package io.ashlar.core.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.Crc32c;
import java.nio.ByteOrder;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BlockOpenerTest {
  private static final int LAYER = -2;

  private final KeyRing keys = new KeyRing(XtsProvider.best());
  private final LayerCipher cipher = keys.add(LAYER, 1, Memory.key(1));
  private final BlockSealer sealer = new BlockSealer();
  private final BlockOpener opener = new BlockOpener(keys);
  private final UnsafeBuffer plain = Memory.outsideTheHeap(4096);
  private final UnsafeBuffer stored = Memory.outsideTheHeap(4096);
  private final UnsafeBuffer back = Memory.outsideTheHeap(4096);
  private final SealedBlock block = new SealedBlock();

  @Test
  void shouldFillWithZeroesForAZeroBlock() {
    seal(Compression.NONE, cipher, 0);
    back.setMemory(0, 4096, (byte) 9);
    assertThat(open()).isEqualTo(OpenResult.OK);
    assertThat(Memory.bytesOf(back, 0, 4096)).containsOnly(0);
  }

  @Test
  void shouldSeeAnyFlippedBit() {
    for (LayerCipher with : new LayerCipher[] {cipher, null}) {
      seal(Compression.LZ4, with, 3000);
      for (int i = 0; i < block.storedLength; i++) {
        byte right = stored.getByte(i);
        stored.putByte(i, (byte) (right ^ 1 << (i % 8)));
        assertThat(open()).as("byte %d", i).isEqualTo(OpenResult.BAD_CHECKSUM);
        stored.putByte(i, right);
      }
      assertThat(open()).isEqualTo(OpenResult.OK);
    }
  }

  @Test
  void shouldSeeARightBlockInAWrongPlace() {
    seal(Compression.NONE, cipher, 4096);
    block.lba++;
    assertThat(open()).isEqualTo(OpenResult.BAD_CHECKSUM);
    block.lba--;
    block.writeId++;
    assertThat(open()).isEqualTo(OpenResult.BAD_CHECKSUM);
    block.writeId--;
    block.layer++;
    assertThat(open()).isEqualTo(OpenResult.BAD_CHECKSUM);
    block.layer--;
    assertThat(open()).isEqualTo(OpenResult.OK);
  }

  @Test
  void shouldSeeAZeroBlockInAWrongPlace() {
    seal(Compression.NONE, null, 0);
    block.lba++;
    assertThat(open()).isEqualTo(OpenResult.BAD_CHECKSUM);
  }

  @Test
  void shouldNotTouchTheTargetWhenTheChecksumFails() {
    seal(Compression.NONE, null, 4096);
    back.setMemory(0, 4096, (byte) 9);
    block.crc32c++;
    assertThat(open()).isEqualTo(OpenResult.BAD_CHECKSUM);
    assertThat(Memory.bytesOf(back, 0, 4096)).containsOnly(9);
  }

  @Test
  void shouldSayThatTheKeyIsMissing() {
    seal(Compression.NONE, cipher, 4096);
    keys.remove(LAYER, 1);
    assertThat(open()).isEqualTo(OpenResult.NO_KEY);
    assertThat(opener.verify(block, stored, 0)).isEqualTo(OpenResult.OK);
  }

  @Test
  void shouldSayThatCompressedContentOfAWrongKeyIsNoBlock() {
    seal(Compression.LZ4, cipher, 2000);
    keys.remove(LAYER, 1);
    keys.add(LAYER, 1, Memory.key(2));
    back.setMemory(0, 4096, (byte) 9);
    assertThat(open()).isEqualTo(OpenResult.BAD_CONTENT);
  }

  @Test
  void shouldRefuseImpossibleLengths() {
    seal(Compression.NONE, cipher, 4096);
    assertImpossible(Codec.RAW, 4095);
    assertImpossible(Codec.RAW, 0);
    assertImpossible(Codec.ZERO, 1);
    assertImpossible(Codec.LZ4, 2);
    assertImpossible(Codec.LZ4, 4096);
    assertImpossible(Codec.LZ4, 17);
    assertImpossible(Codec.LZ4, -16);
    assertImpossible(0, 0);
    assertImpossible(4, 4096);
  }

  @Test
  void shouldRefuseLengthsBeyondTheBytesAtHand() {
    seal(Compression.NONE, null, 4096);
    assertThat(opener.open(block, stored, 1, back, 0)).isEqualTo(OpenResult.BAD_LENGTH);
    assertThat(opener.open(block, stored, 5000, back, 0)).isEqualTo(OpenResult.BAD_LENGTH);
    assertThatThrownBy(() -> opener.open(block, stored, -1, back, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> opener.open(block, stored, 0, back, 1))
        .isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldRefuseContentWhosePaddingIsNotZeroOrTooLong() {
    int lz4Bytes = storeLz4(3000);
    int padded = (lz4Bytes + 2 + 15) / 16 * 16;
    assertThat(padded).isGreaterThan(lz4Bytes + 2);
    assertThat(openForged(padded, cipher)).isEqualTo(OpenResult.OK);
    assertThat(openForged(padded + 16, cipher)).isEqualTo(OpenResult.BAD_CONTENT);
    assertThat(openForged(lz4Bytes + 3, null)).isEqualTo(OpenResult.BAD_CONTENT);
    assertThat(openForged(lz4Bytes + 2, null)).isEqualTo(OpenResult.OK);
    plain.putByte(padded - 1, (byte) 1);
    assertThat(openForged(padded, cipher)).isEqualTo(OpenResult.BAD_CONTENT);
  }

  @Test
  void shouldRefuseContentThatInflatesToAnotherLength() {
    UnsafeBuffer longer = Memory.outsideTheHeap(8192);
    UnsafeBuffer lz4 = Memory.outsideTheHeap(Lz4.boundBytes(8192));
    for (int length : new int[] {1, 4095, 4097, 8192}) {
      int bytes = new Lz4().compress(Memory.address(longer), length, Memory.address(lz4));
      plain.putShort(0, (short) bytes, ByteOrder.LITTLE_ENDIAN);
      plain.putBytes(2, lz4, 0, bytes);
      back.setMemory(0, 4096, (byte) 9);
      assertThat(openForged(bytes + 2, null)).as("%d", length).isEqualTo(OpenResult.BAD_CONTENT);
      assertThat(Memory.bytesOf(back, 0, 4096)).containsOnly(0);
    }
  }

  /// Bytes whose checksum was made to hold are all that could get past it.
  @Test
  void shouldTakeAnyBytesAtAllWithoutThrowing() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[random.nextInt(random.nextBoolean() ? 64 : 4097)];
      random.nextBytes(bytes);
      stored.putBytes(0, bytes);
      if (random.nextBoolean() && bytes.length > 2) {
        stored.putShort(0, (short) (bytes.length - 2), ByteOrder.LITTLE_ENDIAN);
      }
      block.identify(random.nextInt(3) - 3, random.nextLong(), random.nextLong());
      block.codec = random.nextInt(5);
      block.storedLength = random.nextInt(10) == 0 ? random.nextInt() : bytes.length;
      block.keyGeneration = random.nextInt(3);
      block.crc32c = random.nextInt();
      if (block.storedLength >= 0 && block.storedLength <= 4096) {
        block.crc32c = BlockMemory.checksum(new Crc32c(), block, stored, 0);
      }
      assertThat(open()).as("seed %d", seed).isNotEqualTo(OpenResult.BAD_CHECKSUM);
    }
  }

  @Test
  void shouldNameTheBlockInWords() {
    seal(Compression.NONE, null, 0);
    assertThat(block.toString()).contains("lba=5", "layer -2", "0x6");
  }

  private OpenResult open() {
    return opener.open(block, stored, 0, back, 0);
  }

  /// Seals a block whose first `ones` bytes are not zero, and which LZ4 can shrink.
  private void seal(Compression compression, @Nullable LayerCipher with, int ones) {
    plain.setMemory(0, 4096, (byte) 0);
    for (int i = 0; i < ones; i++) {
      plain.putByte(i, (byte) (1 + i % 100 + i / 1000));
    }
    block.identify(0, 5, 6);
    sealer.seal(new LayerTransform(LAYER, compression, with), plain, 0, stored, 0, block);
  }

  /// Leaves plain LZ4 content in `plain`, zeroes behind it.
  private int storeLz4(int ones) {
    seal(Compression.LZ4, null, ones);
    plain.setMemory(0, 4096, (byte) 0);
    plain.putBytes(0, stored, 0, block.storedLength);
    return block.storedLength - 2;
  }

  /// Opens the first bytes of `plain` as LZ4 content, encrypted and checksummed as a sealer would.
  private OpenResult openForged(int contentBytes, @Nullable LayerCipher with) {
    stored.putBytes(0, plain, 0, 4096);
    block.identify(LAYER, 5, 6);
    block.codec = Codec.LZ4;
    block.storedLength = contentBytes;
    block.keyGeneration = with == null ? SealedBlock.PLAIN : with.generation();
    if (with != null) {
      with.cipher().encrypt(6, Memory.address(plain), Memory.address(stored), contentBytes);
    }
    block.crc32c = BlockMemory.checksum(new Crc32c(), block, stored, 0);
    return open();
  }

  private void assertImpossible(int codec, int storedLength) {
    block.codec = codec;
    block.storedLength = storedLength;
    assertThat(opener.verify(block, stored, 0)).isEqualTo(OpenResult.BAD_LENGTH);
    assertThat(open()).isEqualTo(OpenResult.BAD_LENGTH);
  }
}
