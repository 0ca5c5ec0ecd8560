package io.ashlar.core.transform;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.transform.KeyProvider.UnwrapStatus;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/// Bytes that were written once. If a test here fails, the format has changed: blocks and keys on
/// existing devices would not open any more.
class GoldenImageTest {
  private static final int LAYER = 0x8000_0001;
  private static final long LBA = 123_456_789_012L;
  private static final long WRITE_ID = 0x0000_0203_0405_0607L;

  /// 4 KiB of "Ashlar." again and again, compressed, encrypted under [#ascendingKey].
  private static final String SEALED_LZ4 =
      "18be2ffa6ea650bbbfc4dd9c3e688a4c876ec13a2692592cc935c6430b74a7f6"
          + "4f2b303e8b05c436c31b9d5c32e0f455";

  private static final String WRAPPED =
      "41574b31010001000100008002000000887766554433221100ffeeddccbbaa99"
          + "0000000000000000000000001564c2407ee019b2e865379fc05c12eb24b8d526"
          + "42b8a0215ae88d59bc0ef39a78940f5f6eb73378d7247319c5fec2dd8961c18e"
          + "ff2fec65ea490905b48358766e0c83cf3f0ffd8a17d67f171fd16fd728b2a32a";

  private final KeyRing keys = new KeyRing(XtsProvider.best());
  private final LayerCipher cipher = keys.add(LAYER, 2, ascendingKey());
  private final SealedBlock block = new SealedBlock().identify(LAYER, LBA, WRITE_ID);
  private final UnsafeBuffer plain = Memory.outsideTheHeap(4096);
  private final UnsafeBuffer stored = Memory.outsideTheHeap(4096);

  GoldenImageTest() {
    byte[] text = "Ashlar.".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < 4096; i++) {
      plain.putByte(i, text[i % text.length]);
    }
  }

  @Test
  void shouldSealRawBlocksAsEver() {
    LayerTransform transform = new LayerTransform(LAYER, Compression.NONE, cipher);
    new BlockSealer().seal(transform, plain, 0, stored, 0, block);
    assertThat(block.crc32c).isEqualTo(0xC85B1775);
    assertThat(Memory.bytesOf(stored, 0, 16))
        .isEqualTo(Memory.hex("a0c9b4a43548cd19296191412e69e8ae"));
  }

  @Test
  void shouldOpenCompressedBlocksOfOld() {
    byte[] sealed = Memory.hex(SEALED_LZ4);
    stored.putBytes(0, sealed);
    block.codec = Codec.LZ4;
    block.storedLength = sealed.length;
    block.keyGeneration = 2;
    block.crc32c = 0xF06B7108;
    UnsafeBuffer back = Memory.outsideTheHeap(4096);
    assertThat(new BlockOpener(keys).open(block, stored, 0, back, 0)).isEqualTo(OpenResult.OK);
    assertThat(Memory.bytesOf(back, 0, 4096)).isEqualTo(Memory.bytesOf(plain, 0, 4096));
  }

  @Test
  void shouldUnwrapKeysOfOld() {
    UUID id = new UUID(0x1122_3344_5566_7788L, 0x99AA_BBCC_DDEE_FF00L);
    byte[] wrapping = new byte[KeyEncryptionKey.LENGTH_BYTES];
    wrapping[0] = 1;
    LocalKeyProvider provider =
        new LocalKeyProvider(
            bytes -> {}, KeyEncryptionKey.copyOf(id, new UnsafeBuffer(wrapping), 0));
    WrappedKey wrapped = provider.wrap(ascendingKey(), LAYER, 2);
    byte[] written = new byte[WrappedKey.LENGTH_BYTES];
    wrapped.write(new UnsafeBuffer(written), 0);
    assertThat(written).isEqualTo(Memory.hex(WRAPPED));
    WrappedKey read = WrappedKey.read(new UnsafeBuffer(Memory.hex(WRAPPED)), 0);
    assertThat(provider.unwrap(read, LAYER, 2).status()).isEqualTo(UnwrapStatus.OK);
  }

  private static DataKey ascendingKey() {
    return DataKey.generate(bytes -> {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) i;
      }
    });
  }
}
