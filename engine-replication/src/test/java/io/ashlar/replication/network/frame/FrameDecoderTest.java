package io.ashlar.replication.network.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Crc32c;
import io.ashlar.replication.transport.TrafficClass;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
  private static final int VERSION = 1;

  private final Crc32c crc = new Crc32c();
  private final UnsafeBuffer memory = new UnsafeBuffer(new byte[FrameHeader.FRAME_BYTES_MAX + 64]);

  private static FrameDecoder greeted() {
    FrameDecoder decoder = new FrameDecoder();
    decoder.greeted(VERSION, TrafficClass.REPLICATION);
    return decoder;
  }

  /// Lays a frame of random bytes at the start of the memory.
  private int frame(FrameKind kind, int length, SplittableRandom dice) {
    byte[] payload = new byte[length];
    dice.nextBytes(payload);
    memory.putBytes(FrameHeader.BYTES, payload);
    return header(kind, length);
  }

  private int header(FrameKind kind, int length) {
    FrameHeader.encode(memory, kind, VERSION, TrafficClass.REPLICATION.code(), length, crc);
    return FrameHeader.BYTES + length;
  }

  @Test
  void shouldWaitForEveryByteOfAFrame() {
    int length = frame(FrameKind.MESSAGE, 100, new SplittableRandom(1));
    for (int to = 0; to < length; to++) {
      assertThat(greeted().next(memory, 0, to)).as("cut at %d", to).isEqualTo(FrameDecoder.MORE);
    }
    FrameDecoder decoder = greeted();
    for (int to = 0; to < length; to++) {
      assertThat(decoder.next(memory, 0, to)).isEqualTo(FrameDecoder.MORE);
    }
    assertThat(decoder.next(memory, 0, length)).isEqualTo(length);
    assertThat(decoder.kind()).isEqualTo(FrameKind.MESSAGE);
    assertThat(decoder.traffic()).isEqualTo(TrafficClass.REPLICATION.code());
  }

  @Test
  void shouldTakeTheShortestAndTheLongest() {
    SplittableRandom dice = new SplittableRandom(2);
    for (int length : new int[] {1, FrameHeader.MESSAGE_BYTES_MAX}) {
      int bytes = frame(FrameKind.MESSAGE, length, dice);
      assertThat(greeted().next(memory, 0, bytes)).isEqualTo(bytes);
    }
  }

  /// A flipped bit is found at once, or makes the frame longer than what came: never is it
  /// believed.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldNotBelieveAFrameWithAFlippedBit(long seed) {
    int bytes = frame(FrameKind.MESSAGE, 1 + (int) seed * 40, new SplittableRandom(seed));
    for (int bit = 0; bit < bytes * Byte.SIZE; bit++) {
      byte flipped = (byte) (memory.getByte(bit / Byte.SIZE) ^ 1 << bit % Byte.SIZE);
      memory.putByte(bit / Byte.SIZE, flipped);
      assertThat(greeted().next(memory, 0, bytes))
          .as("seed %d bit %d", seed, bit)
          .isLessThanOrEqualTo(FrameDecoder.MORE);
      memory.putByte(bit / Byte.SIZE, (byte) (flipped ^ 1 << bit % Byte.SIZE));
    }
    assertThat(greeted().next(memory, 0, bytes)).isEqualTo(bytes);
  }

  /// Any bytes, and frames with any bytes in them: nothing but the three answers, and no sound
  /// frame that does not have its checksum.
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void shouldSurviveAnyBytes(long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    for (int round = 0; round < 20_000; round++) {
      int bytes = dice.nextInt(1, 200);
      byte[] noise = new byte[bytes];
      dice.nextBytes(noise);
      memory.putBytes(0, noise);
      if (dice.nextBoolean()) {
        header(List.of(FrameKind.values()).get(dice.nextInt(4)), dice.nextInt(100));
        int harm = dice.nextInt(4);
        for (int i = 0; i < harm; i++) {
          memory.putByte(dice.nextInt(FrameHeader.BYTES), (byte) dice.nextInt());
        }
      }
      FrameDecoder decoder = dice.nextBoolean() ? greeted() : new FrameDecoder();
      int found = decoder.next(memory, 0, bytes);
      if (found == FrameDecoder.REFUSED) {
        assertThat(decoder.refusal()).isNotBlank();
        assertThat(decoder.next(memory, 0, bytes)).isEqualTo(FrameDecoder.REFUSED);
      } else if (found > 0) {
        assertThat(found).as("seed %d round %d", seed, round).isBetween(FrameHeader.BYTES, bytes);
        assertThat(FrameHeader.checksum(memory, 0))
            .isEqualTo(FrameHeader.checksum(memory, 0, found - FrameHeader.BYTES, crc));
      }
    }
  }

  @Test
  void shouldRefuseALengthBeforeItsBytesCome() {
    frame(FrameKind.MESSAGE, 8, new SplittableRandom(3));
    memory.putInt(
        FrameHeader.LENGTH_OFFSET,
        FrameHeader.MESSAGE_BYTES_MAX + 1,
        java.nio.ByteOrder.LITTLE_ENDIAN);
    FrameDecoder decoder = greeted();
    assertThat(decoder.next(memory, 0, FrameHeader.BYTES)).isEqualTo(FrameDecoder.REFUSED);
    assertThat(decoder.refusal()).contains("1114113 bytes");
    memory.putInt(FrameHeader.LENGTH_OFFSET, -1);
    assertThat(greeted().next(memory, 0, FrameHeader.BYTES)).isEqualTo(FrameDecoder.REFUSED);
  }

  @Test
  void shouldRefuseOtherBytesByTheirFirstFour() {
    memory.putBytes(0, new byte[] {'G', 'E', 'T', ' '});
    assertThat(greeted().next(memory, 0, 3)).isEqualTo(FrameDecoder.MORE);
    assertThat(greeted().next(memory, 0, 4)).isEqualTo(FrameDecoder.REFUSED);
  }

  @Test
  void shouldWantAGreetingFirstAndOnlyOnce() {
    SplittableRandom dice = new SplittableRandom(4);
    int message = frame(FrameKind.MESSAGE, 8, dice);
    assertThat(new FrameDecoder().next(memory, 0, message)).isEqualTo(FrameDecoder.REFUSED);
    int hello = frame(FrameKind.HELLO, Hello.BYTES, dice);
    assertThat(new FrameDecoder().next(memory, 0, hello)).isEqualTo(hello);
    assertThat(greeted().next(memory, 0, hello)).isEqualTo(FrameDecoder.REFUSED);
    int bye = frame(FrameKind.BYE, 20, dice);
    assertThat(new FrameDecoder().next(memory, 0, bye)).isEqualTo(bye);
    assertThat(greeted().next(memory, 0, bye)).isEqualTo(bye);
  }

  @Test
  void shouldRefuseAnotherVersionOrClass() {
    int bytes = frame(FrameKind.MESSAGE, 8, new SplittableRandom(5));
    FrameDecoder newer = new FrameDecoder();
    newer.greeted(VERSION + 1, TrafficClass.REPLICATION);
    assertThat(newer.next(memory, 0, bytes)).isEqualTo(FrameDecoder.REFUSED);
    assertThat(newer.refusal()).contains("version 1 and not 2");
    FrameDecoder other = new FrameDecoder();
    other.greeted(VERSION, TrafficClass.CONTROL);
    assertThat(other.next(memory, 0, bytes)).isEqualTo(FrameDecoder.REFUSED);
  }

  @Test
  void shouldReadAGreetingBackAndRefuseNonsense() {
    Hello hello = new Hello(new UUID(7, 8), 3, 99, new VersionRange(1, 2));
    int length = hello.encode(memory, 5);
    assertThat(Hello.decode(memory, 5, length)).isEqualTo(hello);
    assertThat(Hello.decode(memory, 5, length + 9)).as("of a later version").isEqualTo(hello);
    assertThat(Hello.decode(memory, 5, length - 1)).isNull();
    for (int offset :
        new int[] {Hello.INCARNATION_OFFSET, Hello.OLDEST_OFFSET, Hello.NEWEST_OFFSET}) {
      hello.encode(memory, 5);
      memory.setMemory(5 + offset, offset == Hello.INCARNATION_OFFSET ? 8 : 2, (byte) 0);
      assertThat(Hello.decode(memory, 5, length)).as("field at %d", offset).isNull();
    }
    hello.encode(memory, 5);
    memory.putInt(5 + Hello.NODE_OFFSET, -1);
    assertThat(Hello.decode(memory, 5, length)).isNull();
  }

  @Test
  void shouldNotLetAGoodbyeForgeLinesOfALog() {
    byte[] sentence = "so long\nERROR \u001b[31m".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    memory.putBytes(0, sentence);
    assertThat(Goodbye.decode(memory, 0, sentence.length)).isEqualTo("so long?ERROR ?[31m");
    char[] long_ = new char[Goodbye.BYTES_MAX + 100];
    Arrays.fill(long_, 'x');
    assertThat(Goodbye.encode(new String(long_), memory, 0)).isEqualTo(Goodbye.BYTES_MAX);
  }

  @Test
  void shouldAgreeOnTheNewestVersionThatBothSpeak() {
    VersionRange now = new VersionRange(2, 3);
    assertThat(now.agree(new VersionRange(1, 2))).isEqualTo(2);
    assertThat(now.agree(new VersionRange(3, 4))).isEqualTo(3);
    assertThat(now.agree(new VersionRange(2, 3))).isEqualTo(3);
    assertThat(now.agree(new VersionRange(4, 5))).isEqualTo(VersionRange.NONE);
  }
}
