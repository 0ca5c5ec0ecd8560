package io.ashlar.core.qos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import org.junit.jupiter.api.Test;

class QosLimitsTest {
  @Test
  void shouldRefuseLimitsBeyondTheirLimits() {
    assertThatThrownBy(() -> new QosLimits(-1, 0, 1)).isInstanceOf(CheckFailedException.class);
    assertThat(QosLimits.arePossible(QosLimits.IOPS_MAX, QosLimits.BYTES_PER_SECOND_MAX, 60_000))
        .isTrue();
    assertThat(QosLimits.arePossible(QosLimits.IOPS_MAX + 1, 0, 1)).isFalse();
    assertThat(QosLimits.arePossible(0, -1, 1)).isFalse();
    assertThat(QosLimits.arePossible(0, QosLimits.BYTES_PER_SECOND_MAX + 1, 1)).isFalse();
    assertThat(QosLimits.arePossible(0, 0, 0)).isFalse();
    assertThat(QosLimits.arePossible(0, 0, 60_001)).isFalse();
  }

  @Test
  void shouldTellWhetherAnythingIsLimited() {
    assertThat(new QosLimits(0, 0, 1).isUnlimited()).isTrue();
    assertThat(new QosLimits(1, 0, 1).isUnlimited()).isFalse();
    assertThat(new QosLimits(0, 1, 1).isUnlimited()).isFalse();
  }
}
