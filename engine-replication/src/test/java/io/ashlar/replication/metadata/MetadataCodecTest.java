package io.ashlar.replication.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.Crc32c;
import java.util.Arrays;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class MetadataCodecTest {
  @Test
  void shouldReadEveryCommandBack() throws MalformedMetadataException {
    for (ClusterCommand command : Samples.history()) {
      byte[] bytes = MetadataCodec.encode(command);
      assertThat(decode(bytes)).isEqualTo(command);
      assertThat(MetadataCodec.encode(decode(bytes))).isEqualTo(bytes);
    }
  }

  @Test
  void shouldReadStatesBack() throws MalformedMetadataException {
    for (ClusterState state :
        new ClusterState[] {ClusterState.EMPTY, Samples.stateAfterHistory()}) {
      byte[] bytes = MetadataCodec.encode(state);
      assertThat(MetadataCodec.decodeState(new UnsafeBuffer(bytes), 0, bytes.length))
          .isEqualTo(state);
    }
  }

  @Test
  void shouldRefuseAnyFlippedBitAndAnyOtherLength() {
    byte[] bytes = MetadataCodec.encode(Samples.history().get(4));
    for (int i = 0; i < bytes.length * 8; i++) {
      byte[] flipped = bytes.clone();
      flipped[i / 8] ^= (byte) (1 << (i % 8));
      assertMalformed(flipped, "checksum");
    }
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> decode(cut)).isInstanceOf(MalformedMetadataException.class);
    }
    assertMalformed(Arrays.copyOf(bytes, bytes.length + 1), "checksum");
  }

  @Test
  void shouldSayWhatIsOfANewerKind() {
    byte[] bytes = MetadataCodec.encode(Samples.FORM);
    bytes[4] = 2;
    assertMalformed(proved(bytes), "version 2, and this program reads version 1");
    bytes[4] = 1;
    bytes[6] = 77;
    assertMalformed(proved(bytes), "no command is of kind 77");
  }

  @Test
  void shouldRefuseFieldsThatEndEarlyOrLate() {
    for (ClusterCommand command : Samples.history()) {
      byte[] bytes = MetadataCodec.encode(command);
      for (int length = 8; length < bytes.length; length++) {
        byte[] cut = proved(Arrays.copyOf(bytes, length));
        assertThatThrownBy(() -> decode(cut)).isInstanceOf(MalformedMetadataException.class);
      }
      assertMalformed(proved(Arrays.copyOf(bytes, bytes.length + 1)), "bytes follow");
    }
  }

  @Test
  void shouldRefuseToTakeACommandForAState() {
    byte[] bytes = MetadataCodec.encode(Samples.FORM);
    assertThatThrownBy(() -> MetadataCodec.decodeState(new UnsafeBuffer(bytes), 0, bytes.length))
        .isInstanceOf(MalformedMetadataException.class)
        .hasMessageContaining("not a state");
  }

  /// Bytes that prove themselves and are nonsense inside: what a defect elsewhere could leave.
  @Test
  void shouldTakeAnyBytesAtAllWithoutThrowingAnythingElse() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] state = MetadataCodec.encode(Samples.stateAfterHistory());
    byte[] command = MetadataCodec.encode(Samples.history().get(4));
    int understood = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = (random.nextBoolean() ? state : command).clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bytes[4 + random.nextInt(bytes.length - 4)] = (byte) random.nextInt();
      }
      if (random.nextBoolean()) {
        bytes = Arrays.copyOf(bytes, 8 + random.nextInt(bytes.length));
      }
      understood += tryDecode(proved(bytes), seed);
    }
    assertThat(understood).as("seed %d", seed).isPositive();
  }

  private static int tryDecode(byte[] bytes, long seed) {
    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    int understood = 0;
    try {
      MetadataCodec.decodeCommand(buffer, 0, bytes.length);
      understood++;
    } catch (MalformedMetadataException e) {
      assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
    }
    try {
      MetadataCodec.decodeState(buffer, 0, bytes.length);
      understood++;
    } catch (MalformedMetadataException e) {
      assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
    }
    return understood;
  }

  private static ClusterCommand decode(byte[] bytes) throws MalformedMetadataException {
    return MetadataCodec.decodeCommand(new UnsafeBuffer(bytes), 0, bytes.length);
  }

  private static void assertMalformed(byte[] bytes, String sentence) {
    assertThatThrownBy(() -> decode(bytes))
        .isInstanceOf(MalformedMetadataException.class)
        .hasMessageContaining(sentence);
  }

  /// The bytes under a checksum that holds.
  private static byte[] proved(byte[] bytes) {
    UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    buffer.putInt(0, new Crc32c().of(buffer, 4, bytes.length - 4));
    return bytes;
  }
}
