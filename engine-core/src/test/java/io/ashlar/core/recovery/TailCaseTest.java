package io.ashlar.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.recovery.TailCase.Action;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TailCaseTest {
  @Test
  void shouldMatchExactlyOneRowForEveryInput() {
    Set<TailCase> seen = EnumSet.noneOf(TailCase.class);
    for (int input = 0; input < 8; input++) {
      boolean header = (input & 1) != 0;
      boolean payload = (input & 2) != 0;
      boolean durable = (input & 4) != 0;
      int matches = 0;
      for (TailCase row : TailCase.values()) {
        matches += row.accepts(header, payload, durable) ? 1 : 0;
      }
      assertThat(matches).as("input %d", input).isEqualTo(1);
      seen.add(TailCase.of(header, payload, durable));
    }
    assertThat(seen).containsExactly(TailCase.values());
  }

  @Test
  void shouldNeverCutOffWhatWasDurable() {
    for (int input = 0; input < 4; input++) {
      TailCase row = TailCase.of((input & 1) != 0, (input & 2) != 0, true);
      assertThat(row.action()).as("%s", row).isNotEqualTo(Action.END);
    }
  }
}
