package io.ashlar.core.qos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import org.junit.jupiter.api.Test;

class BackgroundBudgetTest {
  private static final long SECOND = 1_000_000_000L;

  private final BackgroundBudget budget = new BackgroundBudget(1000, 100_000, 50_000, 0);

  @Test
  void shouldGrantTheIdleRateWhileTheForegroundIsQuiet() {
    assertThat(budget.availableBytes(0)).isZero();
    assertThat(budget.availableBytes(SECOND / 10)).isEqualTo(10_000);
    assertThat(budget.availableBytes(100 * SECOND)).isEqualTo(50_000);
  }

  @Test
  void shouldGrantTheBusyRateWhileTheForegroundIsNot() {
    long nowNs = 0;
    for (int i = 0; i < 1000; i++) {
      budget.onForeground(4096, nowNs);
      nowNs += 10_000_000;
    }
    assertThat(budget.availableBytes(nowNs)).isEqualTo(10_000);
  }

  @Test
  void shouldEarnItsShareOfForegroundBytes() {
    budget.sharePercent(50);
    assertThat(budget.sharePercent()).isEqualTo(50);
    budget.onForeground(8192, 0);
    assertThat(budget.availableBytes(0)).isEqualTo(4096);
    budget.onForeground(Long.MAX_VALUE, 0);
    assertThat(budget.availableBytes(0)).isEqualTo(50_000);
  }

  @Test
  void shouldOweWhatItSpentBeyondItsMeans() {
    budget.onForeground(1, 0);
    budget.spend(2000);
    assertThat(budget.availableBytes(0)).isEqualTo(-2000);
    assertThat(budget.readyNs(0)).isEqualTo(2 * SECOND + SECOND / 1000);
    budget.onForeground(0, SECOND);
    long readyNs = budget.readyNs(SECOND);
    budget.onForeground(0, readyNs);
    assertThat(budget.availableBytes(readyNs)).isPositive();
    assertThat(budget.readyNs(readyNs)).isEqualTo(readyNs);
  }

  @Test
  void shouldNotLoseFractionsOfBytes() {
    long nowNs = 0;
    for (int i = 0; i < 30_000; i++) {
      nowNs += 333;
      budget.availableBytes(nowNs);
    }
    assertThat(budget.availableBytes(nowNs)).isEqualTo(nowNs * 100_000 / SECOND);
  }

  @Test
  void shouldRefuseImpossibleSettings() {
    assertThatThrownBy(() -> new BackgroundBudget(0, 1, 1, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new BackgroundBudget(2, 1, 1, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new BackgroundBudget(1, Long.MAX_VALUE, 1, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new BackgroundBudget(1, 1, 0, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new BackgroundBudget(1, 1, 1L << 41, 0))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> budget.sharePercent(-1)).isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> budget.sharePercent(BackgroundBudget.SHARE_PERCENT_MAX + 1))
        .isInstanceOf(CheckFailedException.class);
  }
}
