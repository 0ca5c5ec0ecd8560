package io.ashlar.target.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.target.iscsi.session.CommandWindow.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandWindowTest {
  private static final int DEPTH = 4;

  private final CommandSlots slots = new CommandSlots(DEPTH);

  @ParameterizedTest
  @ValueSource(ints = {0, 100, -2, Integer.MAX_VALUE - 1})
  void shouldJudgeNumbersAcrossTheWrap(int first) {
    CommandWindow window = new CommandWindow(first, slots);
    assertThat(window.judge(first)).isEqualTo(Verdict.NEXT);
    assertThat(window.judge(first - 1)).isEqualTo(Verdict.IGNORE);
    assertThat(window.judge(first + 1)).isEqualTo(Verdict.GAP);
    assertThat(window.judge(first + DEPTH - 1)).isEqualTo(Verdict.GAP);
    assertThat(window.judge(first + DEPTH)).isEqualTo(Verdict.IGNORE);
    assertThat(window.maxCmdSn()).isEqualTo(first + DEPTH - 1);
  }

  @Test
  void shouldCloseWhenAllSlotsAreTakenAndNeverShrink() {
    CommandWindow window = new CommandWindow(1, slots);
    int max = window.maxCmdSn();
    for (int tag = 1; tag <= DEPTH; tag++) {
      assertThat(window.judge(tag)).isEqualTo(Verdict.NEXT);
      window.advance();
      assertThat(slots.acquire(tag, 0, false)).isNotNull();
      assertThat(window.maxCmdSn()).isEqualTo(max);
    }
    assertThat(window.judge(DEPTH + 1)).isEqualTo(Verdict.IGNORE);
    CommandSlot slot = slots.find(2);
    assertThat(slot).isNotNull();
    slots.leaveWindow(slot);
    slots.release(slot);
    assertThat(window.maxCmdSn()).isEqualTo(max + 1);
    assertThat(window.judge(DEPTH + 1)).isEqualTo(Verdict.NEXT);
  }
}
