package io.ashlar.core.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.transform.KeyProvider.UnwrapStatus;
import io.ashlar.core.transform.KeyProvider.Unwrapped;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class WrappedKeyTest {
  private final Random random = new Random(11);
  private final KeyEncryptionKey first = newKey(1);
  private final LocalKeyProvider provider = new LocalKeyProvider(random::nextBytes, first);
  private final DataKey key = Memory.key(5);

  /// Test case 16 of "The Galois/Counter Mode of Operation" (McGrew and Viega), AES-256 with
  /// associated data.
  @Test
  void shouldMatchThePublishedGcmVector() {
    byte[] wrapping = Memory.hex("feffe9928665731c6d6a8f9467308308".repeat(2));
    byte[] nonce = Memory.hex("cafebabefacedbaddecaf888");
    byte[] bound = Memory.hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    byte[] plain =
        Memory.hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    byte[] expected =
        Memory.hex(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b");
    assertThat(KeyWrapping.encrypt(plain, wrapping, nonce, bound)).isEqualTo(expected);
    assertThat(KeyWrapping.decrypt(expected, wrapping, nonce, bound)).isEqualTo(plain);
  }

  @Test
  void shouldUnwrapWhatItWrapped() {
    WrappedKey wrapped = provider.wrap(key, -7, 65535);
    assertThat(wrapped.layer()).isEqualTo(-7);
    assertThat(wrapped.generation()).isEqualTo(65535);
    assertThat(wrapped.keyId()).isEqualTo(first.id()).isEqualTo(provider.currentKeyId());
    Unwrapped unwrapped = provider.unwrap(wrapped, -7, 65535);
    assertThat(unwrapped.status()).isEqualTo(UnwrapStatus.OK);
    assertThat(bytesOf(Objects.requireNonNull(unwrapped.key()))).isEqualTo(bytesOf(key));
  }

  @Test
  void shouldNotHoldTheKeyInClearNorWrapItTwiceAlike() {
    byte[] wrapped = bytesOf(provider.wrap(key, 1, 1));
    byte[] clear = bytesOf(key);
    for (int i = 0; i + 8 <= clear.length; i++) {
      assertThat(indexOf(wrapped, clear, i)).isEqualTo(-1);
    }
    assertThat(bytesOf(provider.wrap(key, 1, 1))).isNotEqualTo(wrapped);
  }

  @Test
  void shouldReadWhatItWrote() {
    WrappedKey wrapped = provider.wrap(key, 3, 4);
    UnsafeBuffer buffer = new UnsafeBuffer(new byte[200]);
    wrapped.write(buffer, 9);
    assertThat(WrappedKey.complaintAbout(buffer, 9, WrappedKey.LENGTH_BYTES)).isNull();
    WrappedKey read = WrappedKey.read(buffer, 9);
    assertThat(read).isEqualTo(wrapped).hasSameHashCodeAs(wrapped);
    assertThat(read).isNotEqualTo(provider.wrap(key, 3, 4)).isNotEqualTo(null);
  }

  @Test
  void shouldSeeAnyFlippedBitAsDamage() {
    UnsafeBuffer buffer = new UnsafeBuffer(bytesOf(provider.wrap(key, 3, 4)));
    for (int i = 0; i < WrappedKey.LENGTH_BYTES * 8; i++) {
      buffer.putByte(i / 8, (byte) (buffer.getByte(i / 8) ^ 1 << (i % 8)));
      assertThat(WrappedKey.complaintAbout(buffer, 0, WrappedKey.LENGTH_BYTES)).isNotNull();
      buffer.putByte(i / 8, (byte) (buffer.getByte(i / 8) ^ 1 << (i % 8)));
    }
    buffer.putByte(0, (byte) 0);
    assertThatThrownBy(() -> WrappedKey.read(buffer, 0)).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldSayWhatIsWrong() {
    UnsafeBuffer buffer = new UnsafeBuffer(bytesOf(provider.wrap(key, 3, 4)));
    assertThat(WrappedKey.complaintAbout(buffer, 0, 127)).contains("128 bytes long, not 127");
    buffer.putByte(4, (byte) 2);
    assertThat(WrappedKey.complaintAbout(buffer, 0, 128)).contains("checksum");
    fixChecksum(buffer);
    assertThat(WrappedKey.complaintAbout(buffer, 0, 128)).contains("version 2, algorithm 1");
    buffer.putByte(4, (byte) 1);
    buffer.putByte(6, (byte) 9);
    fixChecksum(buffer);
    assertThat(WrappedKey.complaintAbout(buffer, 0, 128)).contains("version 1, algorithm 9");
    buffer.putByte(3, (byte) 0);
    assertThat(WrappedKey.complaintAbout(buffer, 0, 128)).contains("magic");
  }

  @Test
  void shouldRefuseAKeyThatWasMovedToAnotherLayerByAForger() {
    UnsafeBuffer buffer = new UnsafeBuffer(bytesOf(provider.wrap(key, 3, 4)));
    buffer.putByte(8, (byte) 5);
    fixChecksum(buffer);
    WrappedKey forged = WrappedKey.read(buffer, 0);
    assertThat(provider.unwrap(forged, 5, 4).status()).isEqualTo(UnwrapStatus.NOT_AUTHENTIC);
    assertThat(provider.unwrap(forged, 3, 4).status()).isEqualTo(UnwrapStatus.WRONG_PLACE);
    assertThat(provider.unwrap(forged, 5, 3).status()).isEqualTo(UnwrapStatus.WRONG_PLACE);
    assertThat(provider.unwrap(forged, 5, 4).key()).isNull();
  }

  @Test
  void shouldRotateWithoutLosingOlderKeysUntilTheyAreForgotten() {
    WrappedKey old = provider.wrap(key, 1, 1);
    KeyEncryptionKey second = newKey(2);
    provider.rotateTo(second);
    assertThat(provider.wrap(key, 1, 1).keyId()).isEqualTo(second.id());
    assertThat(provider.unwrap(old, 1, 1).status()).isEqualTo(UnwrapStatus.OK);
    provider.forget(first.id());
    provider.forget(first.id());
    assertThat(provider.unwrap(old, 1, 1).status()).isEqualTo(UnwrapStatus.UNKNOWN_KEY);
    assertThat(first.toString()).endsWith("destroyed]");
    assertThatThrownBy(() -> provider.forget(second.id())).isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> provider.add(second)).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldRefuseGenerationsThatDoNotFit() {
    assertThatThrownBy(() -> provider.wrap(key, 1, 0)).isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> provider.wrap(key, 1, 65536)).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldDestroyAllKeysWhenClosed() {
    provider.close();
    assertThatThrownBy(() -> provider.wrap(key, 1, 1)).isInstanceOf(CheckFailedException.class);
    KeyEncryptionKey third = newKey(3);
    third.close();
    byte[] target = new byte[32];
    assertThatThrownBy(() -> third.copyTo(target)).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldNotShowKeysInWords() {
    assertThat(first.toString()).isEqualTo("KeyEncryptionKey[id=" + first.id() + ", redacted]");
    assertThat(provider.toString()).isEqualTo("LocalKeyProvider[1 keys, redacted]");
    assertThat(provider.wrap(key, 1, 2).toString())
        .isEqualTo("WrappedKey[layer=1, generation=2, by=" + first.id() + "]");
  }

  private static KeyEncryptionKey newKey(long id) {
    return KeyEncryptionKey.generate(new UUID(id, id), new Random(id)::nextBytes);
  }

  private static void fixChecksum(UnsafeBuffer buffer) {
    buffer.putInt(124, new Crc32c().of(buffer, 0, 124));
  }

  private static byte[] bytesOf(DataKey key) {
    byte[] bytes = new byte[DataKey.LENGTH_BYTES];
    key.copyTo(bytes);
    return bytes;
  }

  private static byte[] bytesOf(WrappedKey wrapped) {
    byte[] bytes = new byte[WrappedKey.LENGTH_BYTES];
    wrapped.write(new UnsafeBuffer(bytes), 0);
    return bytes;
  }

  /// Where the 8 bytes of `clear` at `from` occur in `wrapped`, or -1.
  private static int indexOf(byte[] wrapped, byte[] clear, int from) {
    for (int i = 0; i + 8 <= wrapped.length; i++) {
      if (Arrays.equals(wrapped, i, i + 8, clear, from, from + 8)) {
        return i;
      }
    }
    return -1;
  }
}
