package io.ashlar.core.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.Crc32c;
import java.util.Arrays;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BlockSealerTest {
  private static final int LAYER = 7;

  private final KeyRing keys = new KeyRing(XtsProvider.best());
  private final LayerCipher cipher = keys.add(LAYER, 3, Memory.key(1));
  private final BlockSealer sealer = new BlockSealer();
  private final BlockOpener opener = new BlockOpener(keys);
  private final UnsafeBuffer source = Memory.outsideTheHeap(3 * 4096);
  private final UnsafeBuffer target = Memory.outsideTheHeap(3 * 4096);
  private final SealedBlock block = new SealedBlock();

  @Test
  void shouldStoreNothingForZeroes() {
    seal(sealer, Compression.LZ4, cipher, new byte[4096]);
    assertThat(block.codec).isEqualTo(Codec.ZERO);
    assertThat(block.storedLength).isZero();
    assertThat(block.keyGeneration).isEqualTo(SealedBlock.PLAIN);
    assertThat(target.getLong(512)).isZero();
  }

  @Test
  void shouldSeeTheOneByteThatIsNotZeroWhereverItIs() {
    for (int i = 0; i < 4096; i++) {
      byte[] bytes = new byte[4096];
      bytes[i] = 1;
      seal(sealer, Compression.NONE, null, bytes);
      assertThat(block.codec).as("byte %d", i).isEqualTo(Codec.RAW);
    }
  }

  @Test
  void shouldStorePlainBlocksAsTheyAreUnderASeededChecksum() {
    byte[] bytes = randomBlock(1);
    seal(sealer, Compression.NONE, null, bytes);
    assertThat(block.codec).isEqualTo(Codec.RAW);
    assertThat(block.storedLength).isEqualTo(4096);
    assertThat(block.keyGeneration).isEqualTo(SealedBlock.PLAIN);
    assertThat(Memory.bytesOf(target, 512, 4096)).isEqualTo(bytes);
    assertThat(block.crc32c)
        .isEqualTo(new Crc32c().ofSeeded(LAYER, 55, 99, new UnsafeBuffer(bytes), 0, 4096));
  }

  @Test
  void shouldCompressWhereAUnitIsSaved() {
    seal(sealer, Compression.LZ4, null, textBlock());
    assertThat(block.codec).isEqualTo(Codec.LZ4);
    assertThat(block.storedLength).isBetween(3, 512);
    assertThat(target.getShort(512) & 0xFFFF).isEqualTo(block.storedLength - 2);
  }

  @Test
  void shouldPadCompressedBlocksToWholeCipherBlocks() {
    seal(sealer, Compression.LZ4, cipher, textBlock());
    assertThat(block.codec).isEqualTo(Codec.LZ4);
    assertThat(block.storedLength % 16).isZero();
    assertThat(block.storedLength).isGreaterThanOrEqualTo(16);
    assertThat(block.keyGeneration).isEqualTo(3);
  }

  @Test
  void shouldNotCompressForLessThanASector() {
    byte[] bytes = randomBlock(2);
    Arrays.fill(bytes, 0, 500, (byte) 5);
    seal(sealer, Compression.LZ4, cipher, bytes);
    assertThat(block.codec).isEqualTo(Codec.RAW);
    Arrays.fill(bytes, 0, 800, (byte) 5);
    seal(sealer, Compression.LZ4, cipher, bytes);
    assertThat(block.codec).isEqualTo(Codec.LZ4);
  }

  @Test
  void shouldHideThatTwoBlocksAreEqual() {
    byte[] bytes = randomBlock(3);
    seal(sealer, Compression.NONE, cipher, bytes);
    byte[] first = Memory.bytesOf(target, 512, 4096);
    block.writeId++;
    sealer.seal(transform(Compression.NONE, cipher), source, 512, target, 512, block);
    byte[] second = Memory.bytesOf(target, 512, 4096);
    for (int i = 0; i < 4096; i += 16) {
      assertThat(Arrays.copyOfRange(first, i, i + 16))
          .isNotEqualTo(Arrays.copyOfRange(second, i, i + 16))
          .isNotEqualTo(Arrays.copyOfRange(bytes, i, i + 16));
    }
  }

  @Test
  void shouldEncryptByTheWriteIdAsDataUnitNumber() {
    byte[] bytes = randomBlock(4);
    seal(sealer, Compression.NONE, cipher, bytes);
    UnsafeBuffer expected = Memory.outsideTheHeap(bytes);
    long address = Memory.address(expected);
    XtsProvider.JDK.newCipher(Memory.key(1)).encrypt(99, address, address, 4096);
    assertThat(Memory.bytesOf(target, 512, 4096)).isEqualTo(Memory.bytesOf(expected, 0, 4096));
  }

  @Test
  void shouldGiveUpOnDataThatDoesNotShrinkAndComeBack() {
    LayerTransform transform = transform(Compression.LZ4, null);
    source.putBytes(512, randomBlock(5));
    for (int i = 0; i < 1000; i++) {
      sealer.seal(transform, source, 512, target, 512, block);
      assertThat(block.codec).isEqualTo(Codec.RAW);
    }
    source.putBytes(512, textBlock());
    int tries = 0;
    do {
      sealer.seal(transform, source, 512, target, 512, block);
      tries++;
    } while (block.codec == Codec.RAW);
    assertThat(tries).isBetween(2, CompressionProbe.PAUSE_MAX + 1);
    sealer.seal(transform, source, 512, target, 512, block);
    assertThat(block.codec).isEqualTo(Codec.LZ4);
  }

  @Test
  void shouldFollowChangedSettings() {
    LayerTransform transform = transform(Compression.LZ4, null);
    source.putBytes(512, textBlock());
    transform.compression(Compression.NONE);
    transform.cipher(cipher);
    assertThat(transform.compression()).isEqualTo(Compression.NONE);
    sealer.seal(transform, source, 512, target, 512, block);
    assertThat(block.codec).isEqualTo(Codec.RAW);
    assertThat(block.keyGeneration).isEqualTo(3);
  }

  @Test
  void shouldRoundTripRandomBlocksInEveryCombination() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    UnsafeBuffer back = Memory.outsideTheHeap(4096);
    for (int i = 0; i < 3000; i++) {
      byte[] bytes = randomBlock(random.nextLong());
      Arrays.fill(bytes, 0, random.nextInt(4097), (byte) random.nextInt(2));
      Compression compression = random.nextBoolean() ? Compression.LZ4 : Compression.NONE;
      seal(sealer, compression, random.nextBoolean() ? cipher : null, bytes);
      assertThat(opener.open(block, target, 512, back, 0))
          .as("seed %d", seed)
          .isEqualTo(OpenResult.OK);
      assertThat(Memory.bytesOf(back, 0, 4096)).as("seed %d", seed).isEqualTo(bytes);
    }
  }

  @Test
  void shouldTakeBuffersOverBareAddresses() {
    UnsafeBuffer bareOne = new UnsafeBuffer(Memory.address(source), 3 * 4096);
    UnsafeBuffer bareOther = new UnsafeBuffer(Memory.address(target), 3 * 4096);
    bareOne.putBytes(512, textBlock());
    block.identify(LAYER, 1, 2);
    sealer.seal(transform(Compression.LZ4, cipher), bareOne, 512, bareOther, 8, block);
    bareOne.setMemory(0, 3 * 4096, (byte) 0);
    assertThat(opener.open(block, bareOther, 8, bareOne, 4096)).isEqualTo(OpenResult.OK);
    assertThat(Memory.bytesOf(source, 4096, 4096)).isEqualTo(textBlock());
  }

  @Test
  void shouldRefuseWhatIsNotTheCallersToGet() {
    LayerTransform transform = transform(Compression.NONE, null);
    UnsafeBuffer heap = new UnsafeBuffer(new byte[4096]);
    assertThatThrownBy(() -> sealer.seal(transform, heap, 0, target, 0, block))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> sealer.seal(transform, source, 8193, target, 0, block))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> sealer.seal(transform, source, 0, target, -1, block))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new LayerTransform(8, Compression.NONE, cipher))
        .isInstanceOf(CheckFailedException.class);
  }

  private void seal(
      BlockSealer by, Compression compression, @Nullable LayerCipher with, byte[] bytes) {
    source.putBytes(512, bytes);
    block.identify(0, 55, 99);
    by.seal(transform(compression, with), source, 512, target, 512, block);
    assertThat(block.layer).isEqualTo(LAYER);
  }

  private static LayerTransform transform(Compression compression, @Nullable LayerCipher with) {
    return new LayerTransform(LAYER, compression, with);
  }

  private static byte[] randomBlock(long seed) {
    byte[] bytes = new byte[4096];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] textBlock() {
    byte[] bytes = new byte[4096];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) "a block of text, again; ".charAt(i % 24);
    }
    return bytes;
  }
}
