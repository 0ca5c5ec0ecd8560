package io.ashlar.core.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.format.WriteId;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VolumeHistoryTest {
  private final VolumeHistory history = new VolumeHistory();

  /// Epoch 5 from counter 11 on, after 10 ids of an epoch that was the device's; epoch 8 from 31
  /// on.
  private void live() {
    history.onDurable(WriteId.of(3, 10));
    history.onEpoch(WriteId.of(5, 11));
    history.onDurable(WriteId.of(5, 30));
    history.onEpoch(WriteId.of(8, 31));
    history.onDurable(WriteId.of(8, 40));
  }

  @Test
  void shouldGoOnCountingAcrossEpochs() {
    assertThat(history.take(3, 2)).isEqualTo(WriteId.of(3, 1));
    assertThat(history.take(3, 1)).isEqualTo(WriteId.of(3, 3));
    assertThat(history.take(7, 5)).isEqualTo(WriteId.of(7, 4));
    assertThat(history.sequenced()).isEqualTo(WriteId.of(7, 8));
    assertThat(history.durable()).isZero();
    assertThatThrownBy(() -> history.take(6, 1)).isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldTellWhereHistoriesPart() {
    live();
    assertThat(history.epoch()).isEqualTo(8);
    assertThat(history.commonWith(WriteId.of(8, 35))).isEqualTo(WriteId.of(8, 35));
    assertThat(history.commonWith(WriteId.of(8, 99))).isEqualTo(WriteId.of(8, 40));
    assertThat(history.commonWith(WriteId.of(5, 20))).isEqualTo(WriteId.of(5, 20));
    assertThat(history.commonWith(WriteId.of(5, 33))).isEqualTo(WriteId.of(5, 30));
    assertThat(history.commonWith(WriteId.of(3, 9))).as("not an epoch of its own").isZero();
    assertThat(history.commonWith(WriteId.of(6, 32))).as("of another history").isZero();
    assertThat(history.commonWith(0)).isZero();
  }

  @Test
  void shouldFindWhereItPartsFromOneThatSawAnEpochOfItsOwn() {
    live();
    VolumeHistory other = new VolumeHistory();
    other.onDurable(WriteId.of(3, 10));
    other.onEpoch(WriteId.of(5, 11));
    other.onDurable(WriteId.of(5, 20));
    assertThat(history.commonWith(other)).isEqualTo(WriteId.of(5, 20));
    other.onEpoch(WriteId.of(6, 21));
    other.onDurable(WriteId.of(6, 35));
    assertThat(history.commonWith(other)).isEqualTo(WriteId.of(5, 20));
    assertThat(other.commonWith(history)).isEqualTo(WriteId.of(5, 20));
    assertThat(history.commonWith(new VolumeHistory())).isZero();
  }

  @Test
  void shouldKnowWhichIdsAreNoPartOfTheHistory() {
    live();
    assertThat(history.contains(WriteId.of(5, 30))).isTrue();
    assertThat(history.contains(WriteId.of(5, 31))).isFalse();
    assertThat(history.contains(WriteId.of(3, 10))).isTrue();
    assertThat(history.contains(WriteId.of(3, 11))).as("epoch 5 began there").isFalse();
    assertThat(history.contains(WriteId.of(6, 20))).as("though its counter is low").isFalse();
    assertThat(history.contains(WriteId.of(6, 31))).as("of an epoch nobody knows").isFalse();
    assertThat(history.contains(WriteId.of(8, 31))).isTrue();
    assertThat(history.contains(WriteId.of(8, 99))).as("not known to have ended").isTrue();
    history.onEpoch(WriteId.of(9, 36));
    assertThat(history.contains(WriteId.of(8, 36))).isFalse();
    assertThat(history.contains(WriteId.of(8, 35))).isTrue();
  }

  @Test
  void shouldTakeEverythingTwiceAsReplayDoes() {
    live();
    byte[] once = encoded(history);
    live();
    assertThat(encoded(history)).isEqualTo(once);
    assertThat(history.sequenced()).isEqualTo(history.durable());
  }

  @Test
  void shouldForgetTheOldestEpochs() {
    long previous = 0;
    for (int epoch = 1; epoch <= VolumeHistory.EPOCHS_MAX + 3; epoch++) {
      long first = WriteId.of(epoch, WriteId.counter(previous) + 1);
      history.onEpoch(first);
      previous = first + 9;
      history.onDurable(previous);
    }
    assertThat(history.commonWith(WriteId.of(3, 25))).isZero();
    assertThat(history.commonWith(WriteId.of(4, 35))).isEqualTo(WriteId.of(4, 35));
    assertThat(read(encoded(history), history)).isNull();
  }

  @Test
  void shouldReadWhatItWrote() {
    live();
    VolumeHistory other = new VolumeHistory();
    assertThat(read(encoded(history), other)).isNull();
    assertThat(encoded(other)).isEqualTo(encoded(history));
    assertThat(other.sequenced()).isEqualTo(history.durable());
  }

  @Test
  void shouldRefuseWhatMakesNoSense() {
    live();
    byte[] sound = encoded(history);
    SplittableRandom dice = new SplittableRandom(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = sound.clone();
      for (int change = dice.nextInt(1, 4); change > 0; change--) {
        bytes[dice.nextInt(bytes.length)] ^= (byte) (1 << dice.nextInt(8));
      }
      VolumeHistory other = new VolumeHistory();
      if (read(bytes, other) == null) {
        assertThat(encoded(other)).isEqualTo(bytes);
        assertThat(other.epoch()).isLessThanOrEqualTo(other.sequencedEpoch());
      } else {
        assertThat(other.durable()).as("nothing of it was taken").isZero();
      }
    }
    assertThat(read(new byte[0], new VolumeHistory())).contains("no known form");
    assertThat(read(new byte[24], new VolumeHistory())).contains("no known form");
  }

  @Test
  void shouldKeepItsPrefixWhileItCatchesUp() {
    live();
    VolumeHistory primary = new VolumeHistory();
    assertThat(read(encoded(history), primary)).isNull();
    primary.onEpoch(WriteId.of(12, 40));
    primary.onDurable(WriteId.of(12, 90));
    long common = primary.commonWith(history.durable());
    history.rejoining(WriteId.of(12, 90));
    assertThat(history.isCatchingUp()).isTrue();
    assertThat(history.isNext(WriteId.of(12, 91))).isTrue();
    history.onRejoined(WriteId.of(12, 90), common, primary);
    history.onDurable(WriteId.of(12, 99));
    VolumeHistory reopened = new VolumeHistory();
    assertThat(read(encoded(history), reopened)).isNull();
    for (VolumeHistory each : List.of(history, reopened)) {
      assertThat(each.durable()).isEqualTo(common);
      assertThat(each.sequenced()).isEqualTo(WriteId.of(12, 99));
      assertThat(each.isCatchingUp()).isTrue();
      assertThat(each.epoch()).isEqualTo(12);
      each.levelling();
      each.onLevel(WriteId.of(12, 99));
      assertThat(each.durable()).isEqualTo(WriteId.of(12, 99));
      assertThat(each.isCatchingUp()).isFalse();
    }
  }

  private static byte[] encoded(VolumeHistory history) {
    byte[] bytes = new byte[VolumeHistory.BYTES_MAX];
    int length = history.encode(new UnsafeBuffer(bytes));
    return Arrays.copyOf(bytes, length);
  }

  private static @Nullable String read(byte[] bytes, VolumeHistory history) {
    return history.decode(new UnsafeBuffer(bytes), bytes.length);
  }
}
