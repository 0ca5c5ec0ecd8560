package io.ashlar.replication.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiveBufferTest {
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, false);
  private final ReceiveBuffer buffer = new ReceiveBuffer(allocator);

  @AfterEach
  void release() {
    buffer.release();
    assertThat(allocator.metric().usedDirectMemory()).isZero();
  }

  /// Bytes come in pieces, are checked and are delivered in others; compared with all that came.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldHoldWhatCameUntilItIsDelivered(long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    ByteArrayOutputStream came = new ByteArrayOutputStream();
    int checked = 0;
    int delivered = 0;
    for (int step = 0; step < 2000; step++) {
      byte[] piece = new byte[dice.nextInt(1, dice.nextInt(20) == 0 ? 200_000 : 3_000)];
      dice.nextBytes(piece);
      ByteBuf bytes = Unpooled.wrappedBuffer(piece);
      buffer.append(bytes);
      assertThat(bytes.isReadable()).isFalse();
      came.writeBytes(piece);
      int check = dice.nextInt(came.size() - checked + 1);
      buffer.check(check);
      checked += check;
      int deliver = dice.nextInt(checked - delivered + 1);
      if (dice.nextInt(10) == 0) {
        deliver = checked - delivered;
      }
      buffer.deliver(deliver);
      delivered += deliver;
      assertThat(buffer.bytes()).isEqualTo(came.size() - delivered);
      assertThat(buffer.checked() - buffer.delivered()).isEqualTo(checked - delivered);
      if (step % 20 == 0) {
        byte[] held = new byte[buffer.bytes()];
        buffer.view().getBytes(buffer.delivered(), held);
        assertThat(held)
            .as("seed %d step %d", seed, step)
            .isEqualTo(Arrays.copyOfRange(came.toByteArray(), delivered, came.size()));
      }
    }
    long held = buffer.bytes();
    assertThat(allocator.metric().usedDirectMemory())
        .as("memory follows what is held")
        .isLessThan(8 * (held + 400_000));
  }

  @Test
  void shouldNotDeliverWhatWasNotChecked() {
    buffer.append(Unpooled.wrappedBuffer(new byte[10]));
    assertThatThrownBy(() -> buffer.check(11)).isInstanceOf(CheckFailedException.class);
    ReceiveBuffer other = new ReceiveBuffer(allocator);
    other.append(Unpooled.wrappedBuffer(new byte[10]));
    other.check(5);
    assertThatThrownBy(() -> other.deliver(6)).isInstanceOf(CheckFailedException.class);
    other.release();
  }
}
