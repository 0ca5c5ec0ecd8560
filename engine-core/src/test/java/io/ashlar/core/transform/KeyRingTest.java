package io.ashlar.core.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class KeyRingTest {
  private final KeyRing keys = new KeyRing(XtsProvider.best());

  @Test
  void shouldFindKeysByLayerAndGeneration() {
    LayerCipher first = keys.add(1, 1, Memory.key(1));
    LayerCipher second = keys.add(1, 2, Memory.key(2));
    LayerCipher other = keys.add(-1, 1, Memory.key(3));
    assertThat(keys.find(1, 1)).isSameAs(first).isSameAs(keys.find(1, 1));
    assertThat(keys.find(1, 2)).isSameAs(second);
    assertThat(keys.find(-1, 1)).isSameAs(other);
    assertThat(keys.find(2, 1)).isNull();
    assertThat(keys.find(1, 3)).isNull();
  }

  @Test
  void shouldWorkOnAfterTheCallerDestroyedItsKey() {
    DataKey key = Memory.key(1);
    LayerCipher cipher = keys.add(1, 1, key);
    key.destroy();
    long address = Memory.address(Memory.outsideTheHeap(16));
    cipher.cipher().encrypt(1, address, address, 16);
  }

  @Test
  void shouldForgetKeys() {
    keys.add(1, 1, Memory.key(1));
    keys.add(2, 1, Memory.key(2));
    keys.remove(1, 1);
    keys.remove(1, 1);
    assertThat(keys.find(1, 1)).isNull();
    assertThat(keys.find(2, 1)).isNotNull();
    keys.destroy();
    assertThat(keys.find(2, 1)).isNull();
  }

  @Test
  void shouldRefuseASecondKeyForOnePlaceAndGenerationsThatDoNotFit() {
    keys.add(1, 1, Memory.key(1));
    DataKey key = Memory.key(2);
    assertThatThrownBy(() -> keys.add(1, 1, key)).isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> keys.add(1, 0, key)).isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> keys.add(1, 65536, key)).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldRefuseKeysWhoseHalvesAreEqual() {
    byte[] bytes = new byte[DataKey.LENGTH_BYTES];
    Arrays.fill(bytes, (byte) 7);
    assertThat(DataKey.copyOf(new UnsafeBuffer(bytes), 0)).isNull();
    bytes[63] = 8;
    assertThat(DataKey.copyOf(new UnsafeBuffer(bytes), 0)).isNotNull();
    assertThatThrownBy(() -> DataKey.generate(drawn -> Arrays.fill(drawn, (byte) 1)))
        .isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldWipeKeysAndWhatTheyWereDrawnInto() {
    byte[][] drawnInto = new byte[1][];
    DataKey key =
        DataKey.generate(bytes -> {
          drawnInto[0] = bytes;
          for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i + 1);
          }
        });
    assertThat(drawnInto[0]).containsOnly(0);
    UnsafeBuffer where = new UnsafeBuffer(key.address(), DataKey.LENGTH_BYTES);
    assertThat(where.getByte(63)).isEqualTo((byte) 64);
    key.close();
    for (int i = 0; i < DataKey.LENGTH_BYTES; i++) {
      assertThat(where.getByte(i)).isZero();
    }
    assertThatThrownBy(key::address).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldNotShowKeysInWords() {
    DataKey key = Memory.key(1);
    assertThat(key.toString()).isEqualTo("DataKey[redacted]");
    assertThat(keys.add(4, 2, key).toString())
        .isEqualTo("LayerCipher[layer=4, generation=2, key redacted]");
    assertThat(keys.toString()).isEqualTo("KeyRing[1 keys, redacted]");
    key.destroy();
    assertThat(key.toString()).isEqualTo("DataKey[destroyed]");
  }
}
