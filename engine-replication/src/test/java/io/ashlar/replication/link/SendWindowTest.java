package io.ashlar.replication.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class SendWindowTest {
  private static final int BYTES = 4096;
  private static final int MESSAGES = 16;

  private final SendWindow window = new SendWindow(new UnsafeBuffer(new byte[BYTES]), MESSAGES);
  private final UnsafeBuffer message = new UnsafeBuffer(new byte[BYTES]);

  private boolean offer(int length, int fill) {
    message.setMemory(0, length, (byte) fill);
    return window.offer(message, 0, length);
  }

  @Test
  void shouldTakeOneThatFillsIt() {
    assertThat(offer(BYTES - FrameFlyweight.BYTES + 1, 1)).isFalse();
    assertThat(offer(BYTES - FrameFlyweight.BYTES, 1)).isTrue();
    assertThat(offer(1, 2)).isFalse();
    window.acknowledged(1);
    assertThat(window.isEmpty()).isTrue();
    assertThat(offer(1, 2)).isTrue();
  }

  @Test
  void shouldTakeNoMoreThanItCounts() {
    for (int i = 0; i < MESSAGES; i++) {
      assertThat(offer(1, i)).isTrue();
    }
    assertThat(offer(1, 0)).isFalse();
  }

  @Test
  void shouldRefuseAnAcknowledgementOfWhatWasNeverSent() {
    offer(1, 1);
    assertThatThrownBy(() -> window.acknowledged(2)).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldKeepMessagesWholeUntilTheyAreAcknowledged() {
    for (long seed = 0; seed < 200; seed++) {
      keepWhole(new SplittableRandom(seed));
    }
  }

  private void keepWhole(SplittableRandom dice) {
    Deque<Integer> lengths = new ArrayDeque<>();
    window.clear();
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      int length = 1 + dice.nextInt(dice.nextInt(4) == 0 ? 2000 : 300);
      if (offer(length, (int) window.next())) {
        lengths.add(length);
      } else {
        refused++;
      }
      while (!lengths.isEmpty() && dice.nextInt(3) == 0) {
        window.acknowledged(window.first());
        lengths.remove();
      }
      long sequence = window.first();
      for (int each : lengths) {
        assertThat(window.length(sequence)).isEqualTo(FrameFlyweight.BYTES + each);
        int at = window.offset(sequence) + FrameFlyweight.BYTES;
        assertThat(window.memory().getByte(at)).isEqualTo((byte) sequence);
        assertThat(window.memory().getByte(at + each - 1)).isEqualTo((byte) sequence);
        sequence++;
      }
      assertThat(sequence).isEqualTo(window.next());
    }
    assertThat(refused).as("it was full at times").isPositive();
  }
}
